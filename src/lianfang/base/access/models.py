"""Accounts, grants (role × scope × from × until), sessions, and the rights of each role as `access.yaml` states them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Account(models.Model):
    """Somebody who signs in. Retention: standing. Personal data: the sealed name."""

    username = models.TextField(unique=True)
    name_sealed = models.BinaryField()
    password = models.TextField()
    language = models.TextField(default="")
    active = models.BooleanField(default=True)
    failed = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_account"


class Grant(models.Model):
    """A role in a scope for a time; lending is a grant with an end. Retention: standing. Personal data: none."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    role = models.TextField()
    scope = models.TextField()
    path = models.TextField(db_collation="C", default="")
    grids = ArrayField(models.IntegerField(), default=list)
    unit = models.TextField(default="")
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    given_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "access_grant"


class Session(models.Model):
    """A signed-in browser or an enrolled phone; only the hash of its token is kept. Retention: standing, 180 days."""

    token_hash = models.BinaryField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT)
    kind = models.TextField(default="web")
    device = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_session"


class Right(models.Model):
    """One line of the access policy: a role may see an object at a level, record a fact, or do something else."""

    role = models.TextField()
    kind = models.TextField()
    object = models.TextField()
    level = models.TextField(default="")

    class Meta:
        db_table = "access_right"
        constraints = [models.UniqueConstraint(fields=["role", "kind", "object", "level"], name="access_right_once")]


class Event(models.Model):
    """What happened to accounts and grants: signed in, refused, locked, lent, ended. Retention: standing, 180 days."""

    at = models.DateTimeField(db_default=Now())
    what = models.TextField()
    account_id = models.BigIntegerField(null=True)
    detail = models.TextField(default="")

    class Meta:
        db_table = "access_event"
