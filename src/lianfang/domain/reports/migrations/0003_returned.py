"""A version that a superior sent back: by whom, when, why."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_parts_and_days")]

    operations = [
        migrations.AddField("return", "returned_by", models.BigIntegerField(null=True)),
        migrations.AddField("return", "returned_at", models.DateTimeField(null=True)),
        migrations.AddField("return", "returned_reason", models.TextField(db_default="", default="")),
    ]
