"""A county reads its own items without passing those of its villages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worklist", "0001_initial")]

    operations = [
        migrations.RemoveIndex("item", "worklist_item_open"),
        migrations.AddIndex(
            "item",
            models.Index(fields=["for_role", "path"], condition=models.Q(("done_at", None)), name="worklist_item_office"),
        ),
        migrations.AddIndex(
            "item",
            models.Index(fields=["for_account"], condition=models.Q(("done_at", None)), name="worklist_item_person"),
        ),
    ]
