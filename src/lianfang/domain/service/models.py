"""What a member says about their own record of service, who read it, and what stays of an incident."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Objection(models.Model):
    """A member objects to a line of their record, or says that one is missing. Retention: standing.

    Personal data: sealed (their words, the answer), a member's number. line: kind and number of the line (`shift:7`), or
    `missing`. path: the office that answers. state: open, upheld (the line now counts `minutes`; 0 strikes it), kept (both views
    stay). A missing line that is upheld counts on on_day at path, in the role that the answer names.
    """

    member_id = models.BigIntegerField(db_index=True)
    path = models.TextField(db_collation="C")
    line = models.TextField()
    on_day = models.DateField(null=True)
    incident_id = models.SmallIntegerField(null=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())
    state = models.TextField(default="open")
    minutes = models.IntegerField(null=True)
    role = models.TextField(default="")
    answer = models.BinaryField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "service_objection"
        constraints = [
            models.UniqueConstraint(
                fields=["member_id", "line"],
                condition=models.Q(state="open") & ~models.Q(line="missing"),
                name="service_objection_once",
            ),
            models.CheckConstraint(
                condition=models.Q(minutes=None) | models.Q(minutes__gte=0, minutes__lte=1440),
                name="service_objection_minutes",
            ),
        ]
        indexes = [models.Index(fields=["path", "id"], name="service_objection_path")]


class Consent(models.Model):
    """Whether a member agrees that their record leaves the unit. Retention: standing. Personal data: a member's number."""

    member_id = models.BigIntegerField(primary_key=True)
    agreed = models.BooleanField()
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_consent"


class Look(models.Model):
    """Somebody read a member's record, or took a unit's away: who, when, what for. Retention: standing, shown to the member.

    Personal data: numbers of an account and of a member. organisation_id: the unit of an export; rows: how many were in it.
    """

    at = models.DateTimeField(db_default=Now())
    account_id = models.BigIntegerField()
    role = models.TextField()
    office = models.TextField(default="")
    purpose = models.TextField()
    member_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "service_look"
        indexes = [models.Index(fields=["member_id", "-at"], name="service_look_member")]


class Total(models.Model):
    """What stays of a member's work in one incident when its details are destroyed. Retention: standing.

    Personal data: a member's number. minutes: hours of shifts; days: days with any work; places: communities; gone: the details
    are destroyed and this row speaks for them.
    """

    member_id = models.BigIntegerField()
    incident_id = models.SmallIntegerField()
    incident = models.TextField()
    first_on = models.DateField()
    last_on = models.DateField()
    days = models.IntegerField()
    minutes = models.IntegerField()
    shifts = models.IntegerField()
    visits = models.IntegerField()
    missions = models.IntegerField()
    pairings = models.IntegerField()
    places = models.IntegerField()
    roles = ArrayField(models.TextField(), default=list)
    gone = models.BooleanField(default=False)

    class Meta:
        db_table = "service_total"
        constraints = [models.UniqueConstraint(fields=["member_id", "incident_id"], name="service_total_once")]
