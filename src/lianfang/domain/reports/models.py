"""Daily reports that fill themselves, are confirmed, and climb the tree."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Return(models.Model):
    """A version of a unit's return for a form and period; at most one is live. Retention: incident. No personal data.

    part: which return of the day it is, 1 for the first. figures: the value of every column as it was confirmed (see
    `rules.Snapshot`); a correction is a new version with a reason. state: zero_report, reported, late or corrected.
    returned_*: a superior sent this version back with a reason; it stays in force until a new version answers it.
    """

    incident_id = models.SmallIntegerField()
    form = models.TextField()
    path = models.TextField(db_collation="C")
    level = models.SmallIntegerField()
    day = models.DateField()
    part = models.SmallIntegerField(db_default=1, default=1)
    version = models.SmallIntegerField(default=1)
    live = models.BooleanField(default=True)
    state = models.TextField()
    figures = models.JSONField()
    zero = models.BooleanField(default=False)
    reason = models.TextField(default="")
    confirmed_by = models.BigIntegerField()
    confirmed_at = models.DateTimeField(db_default=Now())
    returned_by = models.BigIntegerField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(db_default="", default="")

    class Meta:
        db_table = "reports_return"
        constraints = [
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day", "part"],
                condition=models.Q(live=True),
                name="reports_return_one_live",
            ),
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day", "part", "version"], name="reports_return_version"
            ),
        ]
        indexes = [
            models.Index(fields=["incident_id", "form", "day", "part", "level", "path"], name="reports_return_range")
        ]


class ReportDay(models.Model):
    """A form asked for on a day; from then on its units are counted. Retention: incident. No personal data."""

    incident_id = models.SmallIntegerField()
    form = models.TextField()
    day = models.DateField()
    part = models.SmallIntegerField()
    path = models.TextField(db_collation="C")
    level = models.SmallIntegerField()
    due_at = models.DateTimeField()
    units = models.IntegerField()
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reports_day"
        constraints = [
            models.UniqueConstraint(fields=["incident_id", "form", "day", "part"], name="reports_day_once"),
        ]
