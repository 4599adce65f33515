"""Work items: one list per person and per office, merged from all engines."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Item(models.Model):
    """One thing that is due. Retention: incident. Personal data: none (it points to a subject by number).

    not_for: an account of that office that may not do it, because it took the first of two steps.
    what is a stable code whose sentence each engine translates; subject is an engine's own key (a tube, a pseudonym).
    """

    incident_id = models.SmallIntegerField(null=True)
    path = models.TextField(db_collation="C")
    for_role = models.TextField(default="")
    for_account = models.BigIntegerField(null=True)
    not_for = models.BigIntegerField(null=True)
    what = models.TextField()
    subject = models.TextField()
    source = models.TextField()
    link = models.TextField(default="")
    urgency = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "worklist_item"
        constraints = [models.UniqueConstraint(fields=["source", "what", "subject"], name="worklist_item_once")]
        indexes = [
            models.Index(fields=["for_role", "path"], condition=models.Q(done_at=None), name="worklist_item_office"),
            models.Index(fields=["for_account"], condition=models.Q(done_at=None), name="worklist_item_person"),
        ]
