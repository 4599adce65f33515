"""Links to a resident's own page, and what residents object to."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Link(models.Model):
    """A printed code that opens one person's own page until a day. Retention: standing, ends with its day.

    Personal data: none (a person's number; only a hash of the code is kept).
    """

    code_hash = models.BinaryField(unique=True)
    person_id = models.BigIntegerField(db_index=True)
    path = models.TextField(db_collation="C")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.BigIntegerField(null=True)
    failed = models.SmallIntegerField(db_default=0, default=0)
    failed_ever = models.SmallIntegerField(db_default=0, default=0)
    locked_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "selfview_link"
        indexes = [models.Index(fields=["path"], name="selfview_link_path")]


class Objection(models.Model):
    """What a resident asks or objects to, and the answer. Retention: standing. Personal data: sealed (their words, the answer).

    what: wrong, not_me, looked, leave_out, question. state: open, answered.
    """

    person_id = models.BigIntegerField()
    path = models.TextField(db_collation="C")
    what = models.TextField()
    sealed = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="open")
    answer = models.BinaryField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "selfview_objection"
        indexes = [models.Index(fields=["path", "id"], name="selfview_objection_path")]
