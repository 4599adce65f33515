"""Reserve and medical teams, what is needed where, and each sending of a team from leaving to coming back."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Team(models.Model):
    """A team built from one unit, held in reserve. Retention: standing. Personal data: none.

    kind: reserve, medical. path: where it is based (the unit's office). skills: what every one of a medical team can do. state:
    ready, away, resting (until rest_until), ended; since_on: the day it came into that state.
    """

    organisation_id = models.BigIntegerField()
    name = models.TextField()
    kind = models.TextField(default="reserve")
    path = models.TextField(db_collation="C")
    skills = ArrayField(models.TextField(), default=list)
    state = models.TextField(default="ready")
    since_on = models.DateField()
    rest_until = models.DateField(null=True)
    made_by = models.BigIntegerField()

    class Meta:
        db_table = "missions_team"
        constraints = [
            models.UniqueConstraint(
                fields=["path", "name"], condition=~models.Q(state="ended"), name="missions_team_once"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=["reserve", "medical"]), name="missions_team_kind"),
            models.CheckConstraint(
                condition=models.Q(state__in=["ready", "away", "resting", "ended"]), name="missions_team_state"
            ),
        ]
        indexes = [models.Index(fields=["path"], name="missions_team_path")]


class TeamMember(models.Model):
    """Who is in a team; nobody is in two. Retention: standing. Personal data: a member's number."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    member_id = models.BigIntegerField()
    lead = models.BooleanField(default=False)
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        db_table = "missions_member"
        constraints = [
            models.UniqueConstraint(fields=["member_id"], condition=models.Q(to_on=None), name="missions_member_once")
        ]


class Need(models.Model):
    """So many people wanted at a place until a day. Retention: incident where one is named, else standing. Personal data: none.

    purpose: what for, a word of this app. severity: 1 to 3. beyond: the name of a place outside this installation ('' inside);
    path is then the area that answers for it. state: open, over (closed or its last day passed), withdrawn.
    """

    path = models.TextField(db_collation="C")
    beyond = models.TextField(default="")
    kind = models.TextField(default="reserve")
    purpose = models.TextField()
    skills = ArrayField(models.TextField(), default=list)
    people = models.IntegerField()
    severity = models.SmallIntegerField()
    from_on = models.DateField()
    until_on = models.DateField()
    incident_id = models.SmallIntegerField(null=True)
    state = models.TextField(default="open")
    raised_on = models.DateField()
    raised_by = models.BigIntegerField()
    raised_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "missions_need"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people__gte=1, people__lte=100_000, severity__gte=1, severity__lte=3),
                name="missions_need_sound",
            ),
            models.CheckConstraint(condition=models.Q(until_on__gte=models.F("from_on")), name="missions_need_days"),
        ]
        indexes = [models.Index(fields=["path"], condition=models.Q(state="open"), name="missions_need_open")]


class Mission(models.Model):
    """One sending of a team. Retention: incident where one is named, else standing. Personal data: none.

    state: proposed, accepted, sent, arrived, recalled, returned; refused, withdrawn. across: between two counties, the city agrees
    as well. relieves: the mission whose team comes home when this one arrives. why: {severity, metres, missing} at the proposal.
    turns, start_minute: the crew is split into so many turns a day, the first begins at that minute.
    """

    need = models.ForeignKey(Need, on_delete=models.CASCADE)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    incident_id = models.SmallIntegerField(null=True)
    kind = models.TextField()
    team_name = models.TextField()
    from_path = models.TextField(db_collation="C")
    to_path = models.TextField(db_collation="C")
    beyond = models.TextField(default="")
    people = models.IntegerField()
    across = models.BooleanField(default=False)
    state = models.TextField(default="proposed")
    why = models.JSONField(default=dict)
    relieves = models.BigIntegerField(null=True)
    until_on = models.DateField()
    turns = models.SmallIntegerField(default=0)
    start_minute = models.SmallIntegerField(default=480)
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField(db_default=Now())
    sender_by = models.BigIntegerField(null=True)
    receiver_by = models.BigIntegerField(null=True)
    city_by = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.TextField(default="")

    class Meta:
        db_table = "missions_mission"
        constraints = [
            models.UniqueConstraint(
                fields=["team"],
                condition=models.Q(state__in=["proposed", "accepted", "sent", "arrived", "recalled"]),
                name="missions_mission_once",
            )
        ]


class Person(models.Model):
    """Who goes on a mission, in which turn. Retention: incident, with its mission. Personal data: a member's number.

    turn: 1 to the mission's turns. stayed_home: in the team, but not sent this time.
    """

    mission = models.ForeignKey(Mission, on_delete=models.CASCADE)
    member_id = models.BigIntegerField(db_index=True)
    lead = models.BooleanField(default=False)
    turn = models.SmallIntegerField(default=1)
    stayed_home = models.BooleanField(default=False)

    class Meta:
        db_table = "missions_person"
        constraints = [models.UniqueConstraint(fields=["mission", "member_id"], name="missions_person_once")]


class Seat(models.Model):
    """Where a team or a mission is to be seen: an area, or `U` and a lineage of units. Carries their scope. Retention: as theirs.

    Personal data: none. One of team_id and mission_id is set.
    """

    path = models.TextField(db_collation="C")
    team_id = models.BigIntegerField(null=True)
    mission_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "missions_seat"
        constraints = [
            models.UniqueConstraint(
                fields=["path", "team_id"], condition=models.Q(mission_id=None), name="missions_seat_team"
            ),
            models.UniqueConstraint(
                fields=["path", "mission_id"], condition=models.Q(team_id=None), name="missions_seat_mission"
            ),
        ]
        indexes = [
            models.Index(fields=["team_id"], name="missions_seat_of_team"),
            models.Index(fields=["mission_id"], name="missions_seat_of_mission"),
        ]
