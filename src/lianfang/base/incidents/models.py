"""Incidents: opened and closed by two people, each with its playbook, its key and its share of every incident table."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Incident(models.Model):
    """One incident over one subtree. Retention: public record. Personal data: none.

    state: proposed, withdrawn, open, closing (one of two has closed it), closed. edition: the control plan in force when it was
    proposed. next_path, next_by: a change of scope that waits for the second person.
    """

    id = models.SmallAutoField(primary_key=True)
    name = models.TextField()
    path = models.TextField(db_collation="C")
    playbook = models.TextField()
    edition = models.TextField(default="")
    drill = models.BooleanField(default=False)
    state = models.TextField(default="proposed")
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField(db_default=Now())
    opened_by = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    next_path = models.TextField(db_collation="C", db_default="", default="")
    next_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "incidents_incident"

    @property
    def is_drill(self) -> bool:
        """Whether this is an exercise: pages say 演练."""
        return self.drill

    @property
    def live(self) -> bool:
        """Whether work goes on in it: open, or waiting for the second person to close it."""
        return self.state in {"open", "closing"}


class Zone(models.Model):
    """A zone of an incident at one level (sealed, controlled, precaution), down to a building. No personal data.

    state: proposed, withdrawn, live, lift_requested, lifted. lowered_from: the level it had before it was lowered to this one.
    lift_*: what the request to lift says: the level after it ('' = no zone any more), the evidence for each condition.
    replan_*: the level proposed under a newer edition of the control plan ('' = none is proposed), why, and by whom.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT)
    path = models.TextField(db_collation="C")
    level = models.TextField()
    reason = models.TextField()
    state = models.TextField(default="proposed")
    proposed_by = models.BigIntegerField()
    approved_by = models.BigIntegerField(null=True)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField(null=True)
    lowered_from = models.TextField(db_default="", default="")
    lift_to = models.TextField(db_default="", default="")
    lift_reason = models.TextField(db_default="", default="")
    lift_evidence = models.JSONField(null=True)
    lift_by = models.BigIntegerField(null=True)
    lifted_by = models.BigIntegerField(null=True)
    replan_to = models.TextField(db_default="", default="")
    replan_reason = models.TextField(db_default="", default="")
    replan_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "incidents_zone"

    @property
    def in_force(self) -> bool:
        """Whether its rules bind people now; a request to lift changes nothing yet."""
        return self.state in {"live", "lift_requested"}
