"""The playbook's stop rule that a round's series follows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rounds", "0001_initial")]

    operations = [
        migrations.AddField(model_name="round", name="stop_rule", field=models.SmallIntegerField(db_default=0, default=0)),
    ]
