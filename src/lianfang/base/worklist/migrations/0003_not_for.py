"""What waits for a second person is not on the list of the first. On the way back the triggers that write the column go with it."""

from django.db import migrations, models

WRITERS = ("incidents_incident", "incidents_zone", "retirement_retirement")


class Migration(migrations.Migration):
    dependencies = [("worklist", "0002_by_office_and_person")]

    operations = [
        migrations.AddField("item", "not_for", models.BigIntegerField(null=True)),
        migrations.RunSQL(
            migrations.RunSQL.noop, [f"drop trigger if exists asks_second_person on {table}" for table in WRITERS]
        ),
    ]
