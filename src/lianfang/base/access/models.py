"""Accounts, grants (role × scope × from × until), sessions, and the rights of each role as `access.yaml` states them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Account(models.Model):
    """Somebody who signs in. Retention: standing. Personal data: the sealed name and telephone."""

    username = models.TextField(unique=True)
    name_sealed = models.BinaryField()
    phone_sealed = models.BinaryField(null=True)
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


class Slip(models.Model):
    """A printed one-time code that sets a password or a device anew; only its keyed digest is kept, each works once.

    Retention: standing, 180 days. Personal data: none.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    digest = models.BinaryField(unique=True)
    purpose = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    made_by = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_slip"


class SecondFactor(models.Model):
    """The authenticator of an account: its sealed secret and the last time step that was used.

    Retention: standing. Personal data: none.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    secret_sealed = models.BinaryField()
    step = models.BigIntegerField(default=0)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "access_second_factor"


class RecoveryCode(models.Model):
    """A code that stands in once for a lost authenticator; only its keyed digest is kept.

    Retention: standing. Personal data: none.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT)
    digest = models.BinaryField(unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_recovery_code"


class Attempt(models.Model):
    """Failed attempts under a user name, known or not, by a digest of the name. Retention: one day. Personal data: none."""

    digest = models.BinaryField(primary_key=True)
    failed = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "access_attempt"


class RoleScope(models.Model):
    """The kind of scope of a role and the highest level of an area it is given for (0: the whole installation).

    A copy of the policy. Retention: standing. No personal data.
    """

    name = models.TextField(primary_key=True)
    scope = models.TextField()
    highest = models.SmallIntegerField()

    class Meta:
        db_table = "access_role"


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
