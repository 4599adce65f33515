"""A change of scope by two people; lifting of zones with its evidence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [
        migrations.AddField("incident", "next_path", models.TextField(db_collation="C", db_default="", default="")),
        migrations.AddField("incident", "next_by", models.BigIntegerField(null=True)),
        migrations.AddField("zone", "lowered_from", models.TextField(db_default="", default="")),
        migrations.AddField("zone", "lift_to", models.TextField(db_default="", default="")),
        migrations.AddField("zone", "lift_reason", models.TextField(db_default="", default="")),
        migrations.AddField("zone", "lift_evidence", models.JSONField(null=True)),
        migrations.AddField("zone", "lift_by", models.BigIntegerField(null=True)),
        migrations.AddField("zone", "lifted_by", models.BigIntegerField(null=True)),
    ]
