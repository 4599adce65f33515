"""A zone in force may carry a proposal of the level it gets under the newer edition of its control plan."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_scope_and_lift")]

    operations = [
        migrations.AddField(model_name="zone", name="replan_to", field=models.TextField(db_default="", default="")),
        migrations.AddField(model_name="zone", name="replan_reason", field=models.TextField(db_default="", default="")),
        migrations.AddField(model_name="zone", name="replan_by", field=models.BigIntegerField(null=True)),
    ]
