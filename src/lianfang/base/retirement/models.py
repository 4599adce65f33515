"""The end of each incident: what was released, what the law keeps, who asked for destruction, and the certificate."""

from __future__ import annotations

from django.db import models


class Retirement(models.Model):
    """How one incident ends. Retention: public record. Personal data: none (accounts by number).

    released: what closing ended, by kind. record: the public record, counts only. wait_days: days between closing and
    destruction. certificate: the signed proof of destruction.
    """

    incident_id = models.SmallIntegerField(primary_key=True)
    path = models.TextField(db_collation="C")
    closed_at = models.DateTimeField()
    wait_days = models.SmallIntegerField()
    released = models.JSONField(default=dict)
    record = models.JSONField(default=dict)
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(null=True)
    approved_by = models.BigIntegerField(null=True)
    approved_at = models.DateTimeField(null=True)
    failed = models.TextField(default="", db_default="")
    purged_at = models.DateTimeField(null=True)
    certificate = models.JSONField(null=True)

    class Meta:
        db_table = "retirement_retirement"

    @property
    def state(self) -> str:
        """waiting, asked, approved or purged."""
        if self.purged_at:
            return "purged"
        if self.approved_at:
            return "approved"
        return "asked" if self.asked_at else "waiting"
