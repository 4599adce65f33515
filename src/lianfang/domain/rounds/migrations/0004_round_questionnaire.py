"""Which of the playbook's questionnaires a screening round carries; '' in rounds from before: the playbook's first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rounds", "0003_answer")]

    operations = [
        migrations.AddField(model_name="round", name="questionnaire", field=models.TextField(db_default="", default="")),
    ]
