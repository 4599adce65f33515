"""Calls for volunteers, answers to them, offers to serve, and posts that members claimed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LIVE_ANSWERS = ("new", "waiting", "accepted")
"""States in which an answer still counts: the same telephone answers a call once."""


class Call(models.Model):
    """A community asks for volunteers. Retention: standing, belongs to an incident where one is named. Personal data: none.

    code: the public number in the printed address. batch: calls that an office above published together carry the number of
    the first. at_path: the community or building where the work is. skills are asked for; age_from and age_to are a hint and
    never a bar. state: open, withdrawn. places: the sum of places over all shifts.
    """

    code = models.BigIntegerField(unique=True)
    batch = models.BigIntegerField(null=True)
    path = models.TextField(db_collation="C")
    at_path = models.TextField(db_collation="C")
    incident_id = models.SmallIntegerField(null=True)
    role = models.TextField()
    place = models.TextField()
    skills = ArrayField(models.TextField(), default=list)
    age_from = models.SmallIntegerField(null=True)
    age_to = models.SmallIntegerField(null=True)
    first_on = models.DateField()
    last_on = models.DateField()
    closes_at = models.DateTimeField()
    says = models.TextField(default="")
    insurance = models.TextField(default="")
    post_id = models.BigIntegerField(null=True)
    places = models.IntegerField(default=0)
    state = models.TextField(default="open")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "volunteers_call"
        indexes = [models.Index(fields=["path", "id"], name="volunteers_call_path")]


class Window(models.Model):
    """One shift of a call: its hours, how many people, and the shift of the duty roster. Retention: as its call. Personal data: none.

    Minutes count from 00:00 of on_day; to_minute above 1440 reaches into the next day.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    on_day = models.DateField()
    from_minute = models.SmallIntegerField()
    to_minute = models.SmallIntegerField()
    wanted = models.SmallIntegerField()
    shift_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "volunteers_window"
        indexes = [models.Index(fields=["call", "on_day"], name="volunteers_window_call")]


class Answer(models.Model):
    """Somebody answered a call. Retention: standing; sealed is destroyed 30 days after a decline or withdrawal (assumption).

    Personal data: sealed {name, phone, address, words}, home_path, born_year. blind: keyed hash of the telephone, so that one
    telephone answers a call once. code_hash: of the code with which they see their state. distance: 0 same building, 1 same
    grid, 2 same community, 3 elsewhere. state: new, waiting, accepted, declined, withdrawn, released. via: public, office,
    offer, unit. asked_next: they are first on the waiting list and a place is free.
    accepted_at, left_at: from when to when they count as accepted.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    code_hash = models.BinaryField(unique=True, null=True)
    sealed = models.BinaryField(null=True)
    blind = models.BinaryField(null=True)
    home_path = models.TextField(db_collation="C", default="")
    distance = models.SmallIntegerField(default=3)
    skills = ArrayField(models.TextField(), default=list)
    born_year = models.SmallIntegerField(null=True)
    state = models.TextField(default="new")
    via = models.TextField(default="public")
    asked_next = models.BooleanField(default=False)
    consent_at = models.DateTimeField(db_default=Now())
    made_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    member_id = models.BigIntegerField(null=True)
    thanks = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "volunteers_answer"
        constraints = [
            models.UniqueConstraint(
                fields=["call", "blind"], condition=Q(state__in=LIVE_ANSWERS), name="volunteers_answer_once"
            ),
            models.UniqueConstraint(
                fields=["call", "member_id"], condition=Q(state="accepted"), name="volunteers_answer_member"
            ),
        ]
        indexes = [models.Index(fields=["path", "id"], name="volunteers_answer_path")]


class Hours(models.Model):
    """When somebody who answered says that they can come. Retention: as the answer. Personal data: none beyond the times."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    on_day = models.DateField()
    from_minute = models.SmallIntegerField()
    to_minute = models.SmallIntegerField()

    class Meta:
        db_table = "volunteers_hours"


class Word(models.Model):
    """What a volunteer writes to the office. Retention: as the answer. Personal data: sealed (their words)."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "volunteers_word"


class Offer(models.Model):
    """An offer to serve (请战书) of a unit or a person. Retention: standing; sealed is destroyed 30 days after a decline (assumption).

    Personal data: sealed {text, name, phone, address}. path: the township or county it is addressed to. organisation_id:
    the unit, null for a person. people: how many. state: new, proposed, agreed, declined, withdrawn.
    """

    path = models.TextField(db_collation="C")
    organisation_id = models.BigIntegerField(null=True)
    code_hash = models.BinaryField(unique=True, null=True)
    sealed = models.BinaryField(null=True)
    blind = models.BinaryField(null=True)
    people = models.IntegerField()
    skills = ArrayField(models.TextField(), default=list)
    first_on = models.DateField()
    last_on = models.DateField()
    from_minute = models.SmallIntegerField()
    to_minute = models.SmallIntegerField()
    home_path = models.TextField(db_collation="C", default="")
    state = models.TextField(default="new")
    thanks = models.BinaryField(null=True)
    made_by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "volunteers_offer"
        constraints = [
            models.UniqueConstraint(
                fields=["path", "blind"], condition=Q(state__in=("new", "proposed")), name="volunteers_offer_once"
            )
        ]
        indexes = [models.Index(fields=["path", "id"], name="volunteers_offer_path")]


class Match(models.Model):
    """An offer meant for a call, agreed once both sides said yes. Retention: as the offer. Personal data: none.

    path: of the call. people: how many of the offer. offerer_at, place_at: when each side agreed. state: asked, agreed, refused.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE)
    call = models.ForeignKey(Call, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    people = models.IntegerField()
    reason = models.TextField(default="")
    state = models.TextField(default="asked")
    offerer_at = models.DateTimeField(null=True)
    place_at = models.DateTimeField(null=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "volunteers_match"
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "call"], condition=~Q(state="refused"), name="volunteers_match_once"
            )
        ]


class Claim(models.Model):
    """A member claimed a free place of a published shift. Retention: standing. Personal data: none (a member's number)."""

    path = models.TextField(db_collation="C")
    member_id = models.BigIntegerField()
    shift_id = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "volunteers_claim"
        constraints = [models.UniqueConstraint(fields=["member_id", "shift_id"], name="volunteers_claim_once")]
