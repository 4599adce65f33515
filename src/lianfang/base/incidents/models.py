"""Incidents: opened and closed by two people, each with its playbook, its key and its share of every incident table."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Incident(models.Model):
    """One incident over one subtree. Retention: public record. Personal data: none."""

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

    class Meta:
        db_table = "incidents_incident"


class Zone(models.Model):
    """A zone of an incident at one level (sealed, controlled, precaution), down to a building. No personal data."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT)
    path = models.TextField(db_collation="C")
    level = models.TextField()
    reason = models.TextField()
    state = models.TextField(default="proposed")
    proposed_by = models.BigIntegerField()
    approved_by = models.BigIntegerField(null=True)
    from_at = models.DateTimeField(null=True)
    to_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "incidents_zone"
