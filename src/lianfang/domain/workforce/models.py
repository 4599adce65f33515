"""Organisations and the people in them: who they are, where they live, what they can do, when they can work."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce, Now

from lianfang.domain.workforce.import_models import MemberFile, MemberFileRow, MemberFileUnit


class Organisation(models.Model):
    """An office, company, party branch, squad, social organisation, hospital, school. Retention: standing.

    Personal data: sealed {contact, phone} of whoever answers for it, under the key of the county of key_path.

    path: the area its office lies in. lineage: six hexadecimal digits of the number of every ancestor and of itself, so that
    a subtree is a range; written by a trigger, which refuses circles. temporary: founded at the front line, tied_to says
    where (`post:7`, `zone:3`, `building:PATH`, `site:9`); dissolved with its history kept.
    """

    name = models.TextField()
    kind = models.TextField()
    path = models.TextField(db_collation="C")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    lineage = models.TextField(db_collation="C", default="", db_index=True)
    code = models.TextField(default="")
    temporary = models.BooleanField(default=False)
    tied_to = models.TextField(default="")
    source = models.TextField(default="")
    key_path = models.TextField(db_collation="C", default="")
    sealed = models.BinaryField(null=True)
    founded_on = models.DateField(db_default=Now())
    dissolved_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_organisation"
        constraints = [
            models.UniqueConstraint(
                models.F("path"),
                models.F("name"),
                Coalesce("parent_id", 0),
                condition=models.Q(dissolved_on=None),
                name="workforce_organisation_one_name",
            )
        ]


class OrganisationSeat(models.Model):
    """Where an organisation is to be seen: 1 its office, 2 its lineage (`U` and the lineage), 3 it serves there.

    This table carries the scope of organisations. Retention: standing. Personal data: none.
    """

    path = models.TextField(db_collation="C")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    why = models.SmallIntegerField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_seat"
        constraints = [models.UniqueConstraint(fields=["path", "organisation", "why"], name="workforce_seat_once")]


class Member(models.Model):
    """Somebody who works in the response: cadre, party member, volunteer, medic. Retention: standing.

    Personal data: sealed {name, phone: masked}, sex, born_year, home_path. key_path: the six digits of the county whose key
    seals them (it stays when they move). home_path: community or building where they live, '' unknown. code: the public
    number on printed sheets. skills: words of the playbook or the office. resident_id: their entry in the residents' ledger.
    """

    code = models.BigIntegerField(unique=True)
    key_path = models.TextField(db_collation="C")
    sealed = models.BinaryField()
    home_path = models.TextField(db_collation="C", default="")
    kind = models.TextField(default="cadre")
    sex = models.SmallIntegerField(default=0)
    born_year = models.SmallIntegerField(null=True)
    skills = ArrayField(models.TextField(), default=list)
    resident_id = models.BigIntegerField(null=True)
    account_id = models.BigIntegerField(null=True, db_index=True)
    left_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_member"


class MemberCount(models.Model):
    """The one place where figures count a member, and since when: their home community, else where they registered, else the
    office of their unit. Retention: standing. Personal data: a community only. One live row a member.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_index=False)
    path = models.TextField(db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_counted"
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=models.Q(to_on=None), name="workforce_counted_once")
        ]


class MemberSecret(models.Model):
    """Identity and contact of a member, apart from the lists. Retention: standing.

    Personal data: sealed {paper, number, phone, address, contact}; identity_blind and contact_blind (name and phone) are
    keyed hashes for exact look-up, one key for the whole installation, so that a person in two lists stays one person.
    """

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True)
    identity_blind = models.BinaryField(unique=True, null=True)
    contact_blind = models.BinaryField(null=True, db_index=True)
    sealed = models.BinaryField()

    class Meta:
        db_table = "workforce_secret"


class Membership(models.Model):
    """A member belongs to an organisation in one net for a term. Retention: standing. Personal data: none.

    net: work, community, party, volunteer. duty: member, head, deputy, secretary, contact.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    net = models.TextField(default="work")
    duty = models.TextField(default="member")
    from_on = models.DateField(db_default=Now())
    to_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_membership"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation"], condition=models.Q(to_on=None), name="workforce_membership_once"
            )
        ]


class MemberSeat(models.Model):
    """Where a member is to be seen: 1 lives there, 2 office of their unit, 3 lineage of a unit (`U` and the lineage), 4 serves
    there, 5 registered there.

    This table carries the scope of members; until_on ends a row by itself. Retention: standing. Personal data: where somebody
    lives or serves, down to a building.
    """

    path = models.TextField(db_collation="C")
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    why = models.SmallIntegerField()
    until_on = models.DateField(null=True)

    class Meta:
        db_table = "workforce_presence"
        constraints = [models.UniqueConstraint(fields=["path", "member", "why"], name="workforce_presence_once")]


class Registration(models.Model):
    """A member reported to a community beside the work unit (双报到). Retention: standing. Personal data: none.

    via: code, link, office. One live registration a member: nobody is counted twice.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    via = models.TextField(default="office")
    registered_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workforce_registration"
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(ended_at=None), name="workforce_registration_once"
            )
        ]
        indexes = [models.Index(fields=["path"], condition=models.Q(ended_at=None), name="workforce_registration_path")]


class Availability(models.Model):
    """When a member says that they can work: hours of a weekday (0 Monday), or of one day. Retention: standing.

    Personal data: none beyond the times. Minutes count from 00:00 of that day; to_minute above 1440 reaches into the next.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    weekday = models.SmallIntegerField(null=True)
    on_day = models.DateField(null=True)
    from_minute = models.SmallIntegerField()
    to_minute = models.SmallIntegerField()
    can_work = models.BooleanField(default=True)
    stated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "workforce_availability"


class MemberLink(models.Model):
    """A printed or sent code that opens a member's own page until a day. Retention: standing, ends with its day.

    Personal data: none (a member's number; only a hash of the code is kept).
    """

    code_hash = models.BinaryField(unique=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True)
    failed = models.SmallIntegerField(db_default=0, default=0)
    failed_ever = models.SmallIntegerField(db_default=0, default=0)
    locked_until = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "workforce_link"


__all__ = [
    "Availability",
    "Member",
    "MemberCount",
    "MemberFile",
    "MemberFileRow",
    "MemberFileUnit",
    "MemberLink",
    "MemberSeat",
    "MemberSecret",
    "Membership",
    "Organisation",
    "OrganisationSeat",
    "Registration",
]
