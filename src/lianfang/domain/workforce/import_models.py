"""Imported lists of members: the file, the units it names, and its rows as they will be taken."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class MemberFile(models.Model):
    """One imported list; the same bytes for the same area are recognised. Retention: standing. Personal data: none.

    path: the area it is imported for; unit_id: the sending unit whose officer brought it, null for an area's office.
    state: staged (verdicts stand, nothing is taken), taken, undone. counts: rows by verdict, and what was taken.
    """

    sha256 = models.BinaryField()
    path = models.TextField(db_collation="C")
    unit_id = models.BigIntegerField(null=True)
    register = models.TextField()
    name = models.TextField()
    rows = models.IntegerField(default=0)
    state = models.TextField(default="staged")
    counts = models.JSONField(default=dict)
    account_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workforce_import_file"


class MemberFileUnit(models.Model):
    """An organisation that a list names. Retention: standing, deleted with the file. Personal data: none.

    number: as the rows of the file refer to it; above: the number of its parent in the file, null for none.
    organisation_id: which it is, once known or made; made: by this file.
    """

    file = models.ForeignKey(MemberFile, on_delete=models.CASCADE, db_index=False)
    number = models.IntegerField()
    path = models.TextField(db_collation="C")
    name = models.TextField()
    kind = models.TextField()
    above = models.IntegerField(null=True)
    temporary = models.BooleanField(default=False)
    organisation_id = models.BigIntegerField(null=True)
    made = models.BooleanField(default=False)

    class Meta:
        db_table = "workforce_import_unit"
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="workforce_import_unit_once")]


class MemberFileRow(models.Model):
    """One row of an imported list with its verdict. Retention: standing, deleted with the file. Personal data: sealed.

    first_row: the row in which this person stands first in the file. key_path: the county whose key seals it. sealed: the row
    as the file brought it, empty where nothing is wrong with it; why: the reasons of the verdict, sealed too because a reason may
    repeat a value. shown, hidden: what will be written as the member's two seals; the blinds find people in other lists. units:
    numbers of the file's units this row belongs to, nets and duties beside them. member_id: whom it met or made; foreign:
    somebody of another area, of whom nothing but a membership is written. joined: the memberships it made. before_*: what
    stood there; after: the nonces of what was written, so that an undo sees whether anybody wrote later. undone: '', removed or kept.
    """

    file = models.ForeignKey(MemberFile, on_delete=models.CASCADE, db_index=False)
    row = models.IntegerField()
    path = models.TextField(db_collation="C")
    first_row = models.IntegerField(default=0)
    key_path = models.TextField(db_collation="C", default="")
    verdict = models.TextField(default="")
    why = models.BinaryField(null=True)
    sealed = models.BinaryField()
    shown = models.BinaryField(null=True)
    hidden = models.BinaryField(null=True)
    identity_blind = models.BinaryField(null=True)
    contact_blind = models.BinaryField(null=True)
    home_path = models.TextField(db_collation="C", default="")
    kind = models.TextField(default="")
    sex = models.SmallIntegerField(default=0)
    born_year = models.SmallIntegerField(null=True)
    skills = ArrayField(models.TextField(), default=list)
    units = ArrayField(models.IntegerField(), default=list)
    nets = ArrayField(models.TextField(), default=list)
    duties = ArrayField(models.TextField(), default=list)
    member_id = models.BigIntegerField(null=True)
    foreign = models.BooleanField(default=False)
    taken = models.BooleanField(default=False)
    made = models.BooleanField(default=False)
    joined = ArrayField(models.BigIntegerField(), null=True)
    after = models.BinaryField(null=True)
    before_shown = models.BinaryField(null=True)
    before_hidden = models.BinaryField(null=True)
    before_fields = models.JSONField(null=True)
    undone = models.TextField(default="")

    class Meta:
        db_table = "workforce_import_row"
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="workforce_import_row_once")]
        indexes = [
            models.Index(fields=["file", "verdict", "row"], name="workforce_import_row_verdict"),
            models.Index(fields=["member_id"], name="workforce_import_row_member"),
        ]
