"""What happened to the ledger between imports: dated changes, transfers between areas, requests for a large list."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Change(models.Model):
    """One dated change of one entry with its reason. Retention: standing. Personal data: sealed (name, reason, who said so).

    kind: born, moved_in, returned, moved_within, moved_out, died, away, stays, back, residence, paper, transferred,
    handed_over, home_empty, home_lived_in, code_moved. before, after: the plain columns as they were and as they became;
    before_person, before_secret: seals as they were; nonces: mark and nonce of what was written.
    """

    at = models.DateTimeField(db_default=Now())
    on_day = models.DateField()
    kind = models.TextField()
    path = models.TextField(db_collation="C")
    person_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True)
    role = models.TextField(default="")
    sealed = models.BinaryField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    before_person = models.BinaryField(null=True)
    before_secret = models.BinaryField(null=True)
    nonces = models.BinaryField(null=True)
    transfer_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "residents_change"
        indexes = [
            models.Index(fields=["path", "id"], name="residents_change_path"),
            models.Index(fields=["person_id", "id"], name="residents_change_person"),
        ]


class Transfer(models.Model):
    """A move or a stay across communities, accepted by both sides. Retention: standing. Personal data: sealed words.

    what: move (the entry changes hands) or stay (the entry stays, the person is to be found elsewhere). Neither side is
    told the other's place before both have accepted. state: asked, done, refused, withdrawn.
    """

    what = models.TextField()
    from_path = models.TextField(db_collation="C")
    to_path = models.TextField(db_collation="C")
    person_id = models.BigIntegerField()
    sealed = models.BinaryField()
    until_on = models.DateField(null=True)
    state = models.TextField(default="asked")
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField(db_default=Now())
    from_by = models.BigIntegerField(null=True)
    to_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "residents_transfer"
        indexes = [
            models.Index(fields=["to_path"], name="residents_transfer_to"),
            models.Index(fields=["from_path"], name="residents_transfer_from"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id"], condition=models.Q(state="asked"), name="residents_transfer_one_open"
            )
        ]


class ExportRequest(models.Model):
    """A list of more than 500 people that one person asked for and another agrees to. Retention: standing, 180 days.

    Personal data: none (an area, a purpose of a closed list, a count). state: asked, approved, refused, taken.
    """

    path = models.TextField(db_collation="C")
    purpose = models.TextField()
    people = models.IntegerField()
    state = models.TextField(default="asked")
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField(db_default=Now())
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    rows = models.IntegerField(null=True)

    class Meta:
        db_table = "residents_export_request"
        indexes = [models.Index(fields=["path"], name="residents_export_path")]
