"""The ledger of households and residents, where each is present, and the files they came from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from lianfang.domain.residents.life_models import Change, ExportRequest, Transfer


class Household(models.Model):
    """A household at a door. Retention: standing. Personal data: the sealed door.

    path = community (12) + building (4) + unit (2) + a running number of the household (3): the door itself is personal
    and stays out of paths. Building 0000 means that none is named.
    """

    path = models.TextField(db_collation="C", unique=True)
    sealed = models.BinaryField()
    state = models.TextField(default="lived_in")

    class Meta:
        db_table = "residents_household"


class Person(models.Model):
    """A resident. Retention: standing. Personal data: sealed (name, relation, tags in words), year of birth, sex.

    gone: 0 on the register, 1 moved away, 2 died. present: to be found inside the installation; stay_path: the home where
    they are to be found while that is not their own; until_on: when a stay or an absence is expected to end.
    code is the public 40-bit number on printed sheets (kernel.ids); path is the household's path and the constraint that
    ties both (a constraint on household_id would need one more index of 160 MB for a city, only for deletions).
    """

    code = models.BigIntegerField(unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    path = models.TextField(db_collation="C")
    sealed = models.BinaryField()
    sex = models.SmallIntegerField()
    born_year = models.SmallIntegerField()
    kind = models.SmallIntegerField(default=1)
    tags = ArrayField(models.SmallIntegerField(), default=list)
    present = models.BooleanField(default=True)
    confirmed_on = models.DateField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    gone = models.SmallIntegerField(db_default=0, default=0)
    stay_path = models.TextField(db_collation="C", null=True)
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "residents_person"
        indexes = [
            models.Index(fields=["path", "id"], name="residents_person_path"),
            models.Index(
                fields=["stay_path"], name="residents_person_stay", condition=models.Q(stay_path__isnull=False)
            ),
            models.Index(
                fields=["until_on"], name="residents_person_until", condition=models.Q(until_on__isnull=False)
            ),
        ]


class Secret(models.Model):
    """Identity and contact of a resident, apart from the ledger; opened one by one, each time recorded.

    Retention: standing. Personal data: sealed (identity type and number, phone, addresses, employer, note);
    identity_blind is a keyed hash for exact look-up.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    identity_blind = models.BinaryField(unique=True, null=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "residents_secret"


class Pack(models.Model):
    """Who is to be found in one community, for the door: printed codes and homes. Retention: standing. Personal data: where
    the bearer of a code lives, no name.

    Derived from Person and deleted in the transaction that changes any of it (`sql/45_packs.sql`): a pack that stands is right.
    codes: ascending, 8 bytes each, big-endian; places: in the same order, what follows the community in the path of the home
    (Person.stay_path, else Person.path), filled with spaces to 9 bytes. Whose home is longer is left out.
    """

    community = models.TextField(db_collation="C", primary_key=True)
    people = models.IntegerField()
    codes = models.BinaryField()
    places = models.BinaryField()
    built_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "residents_pack"


class ImportFile(models.Model):
    """One imported file; the same bytes for the same area are recognised. Retention: standing. Personal data: none.

    state: staged (verdicts stand, nothing is taken), taken, undone. counts: rows by verdict, and what was taken.
    buildings: paths of those it made.
    """

    sha256 = models.BinaryField()
    path = models.TextField(db_collation="C")
    register = models.TextField()
    name = models.TextField()
    mapping = models.JSONField(default=dict)
    rows = models.IntegerField(default=0)
    state = models.TextField(default="staged")
    counts = models.JSONField(default=dict)
    buildings = ArrayField(models.TextField(db_collation="C"), db_default=[], default=list)
    account_id = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "residents_import_file"


class ImportRow(models.Model):
    """One row of an imported file with its verdict. Retention: standing, deleted with the file. Personal data: sealed.

    sealed: the row as the file brought it; why: the reasons of the verdict, sealed too because a reason may repeat a
    value. person_id: whom it met or made. after: the nonces of what was written, so that an undo sees whether anybody
    wrote later; before_*: what stood there. undone: '' (not), 'removed' or 'kept'.
    """

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, db_index=False)
    row = models.IntegerField()
    path = models.TextField(db_collation="C")
    verdict = models.TextField(default="")
    why = models.BinaryField(null=True)
    sealed = models.BinaryField()
    identity_blind = models.BinaryField(null=True)
    person_id = models.BigIntegerField(null=True)
    household_path = models.TextField(db_collation="C", default="")
    new_household = models.BooleanField(default=False)
    taken = models.BooleanField(default=False)
    after = models.BinaryField(null=True)
    before_person = models.BinaryField(null=True)
    before_secret = models.BinaryField(null=True)
    before_fields = models.JSONField(null=True)
    undone = models.TextField(default="")

    class Meta:
        db_table = "residents_import_row"
        constraints = [models.UniqueConstraint(fields=["file", "row"], name="residents_import_row_once")]
        indexes = [
            models.Index(fields=["file", "verdict", "row"], name="residents_import_row_verdict"),
            models.Index(fields=["person_id"], name="residents_import_row_person"),
        ]


__all__ = ["Change", "ExportRequest", "Household", "ImportFile", "ImportRow", "Pack", "Person", "Secret", "Transfer"]
