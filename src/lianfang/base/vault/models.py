"""Looks: each time somebody saw a person unmasked, who it was, when and what for."""

from __future__ import annotations

from django.db import models


class Look(models.Model):
    """One look at one person's unmasked data. Retention: incident. Personal data: none (a person's number only)."""

    at = models.DateTimeField(db_default=models.functions.Now())
    account_id = models.BigIntegerField()
    role = models.TextField()
    person_id = models.BigIntegerField(db_index=True)
    path = models.TextField(db_collation="C", db_index=True)
    purpose = models.TextField()
    fields = models.TextField()

    class Meta:
        db_table = "vault_look"
