"""Daily reports that fill themselves, are confirmed, and climb the tree."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Return(models.Model):
    """One version of one unit's return for one form and period; at most one is live. Retention: incident. No personal data.

    figures holds the value of every column as it was confirmed; a correction is a new version with a reason.
    """

    incident_id = models.SmallIntegerField()
    form = models.TextField()
    path = models.TextField(db_collation="C")
    level = models.SmallIntegerField()
    day = models.DateField()
    version = models.SmallIntegerField(default=1)
    live = models.BooleanField(default=True)
    state = models.TextField()
    figures = models.JSONField()
    zero = models.BooleanField(default=False)
    reason = models.TextField(default="")
    confirmed_by = models.BigIntegerField()
    confirmed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reports_return"
        constraints = [
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day"], condition=models.Q(live=True), name="reports_return_one_live"
            ),
            models.UniqueConstraint(
                fields=["incident_id", "form", "path", "day", "version"], name="reports_return_version"
            ),
        ]
        indexes = [models.Index(fields=["incident_id", "form", "day", "level", "path"], name="reports_return_range")]
