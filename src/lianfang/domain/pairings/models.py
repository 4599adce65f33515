"""Pairings: somebody answers for something, for a term, in the parts that a template asks for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Pairing(models.Model):
    """A target somebody answers for. Retention: incident where one is named, else standing with a yearly review.

    Personal data: none in words; target_id is a resident's public code for a standing pairing, and their pseudonym under the
    incident's key for one of an incident. path: where the target lies (community, building, home; a person: their building).
    share: '' all of it, `gates`, `nights`, `gate-2` of a compound. required: items of the template to be filled; lacks: those
    with nobody and nothing now; staffed: somebody or some unit is there. The last two are kept by `pairings_settle`.
    """

    incident_id = models.SmallIntegerField(null=True)
    template = models.TextField()
    target_kind = models.TextField()
    path = models.TextField(db_collation="C")
    target_id = models.BigIntegerField(default=0)
    share = models.TextField(default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    required = ArrayField(models.TextField())
    lacks = ArrayField(models.TextField())
    staffed = models.BooleanField(default=False)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    ended_on = models.DateField(null=True)
    ended_why = models.TextField(default="")

    class Meta:
        db_table = "pairings_pairing"
        indexes = [
            models.Index(fields=["path"], condition=models.Q(ended_on=None), name="pairings_pairing_live"),
            models.Index(fields=["incident_id"], name="pairings_pairing_incident"),
        ]


class Part(models.Model):
    """What fills one item of a pairing: a unit, a member, a team, a paper, a promise. Retention: as its pairing.

    Personal data: a member's number; sealed {title, where, link} or {text}; note: what was said at the handover, sealed. Both
    under the county's key, or the incident's where one is named. ended_why: handed, left, dissolved, term, released, ended.
    grant_id: the grant of a paired cadre that lasts as long as this part.
    """

    pairing = models.ForeignKey(Pairing, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    item = models.TextField()
    kind = models.TextField()
    organisation_id = models.BigIntegerField(null=True)
    member_id = models.BigIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    note = models.BinaryField(null=True)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    after = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    grant_id = models.BigIntegerField(null=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    ended_on = models.DateField(null=True)
    ended_why = models.TextField(default="")

    class Meta:
        db_table = "pairings_part"
        indexes = [
            models.Index(fields=["member_id"], condition=models.Q(ended_on=None), name="pairings_part_member"),
            models.Index(fields=["organisation_id"], condition=models.Q(ended_on=None), name="pairings_part_unit"),
            models.Index(fields=["path"], condition=models.Q(ended_on=None), name="pairings_part_live"),
        ]


class Figure(models.Model):
    """What was published of a metric, by day and community. Retention: public record. Personal data: none.

    The difference between this and a count of the rows is what is published next, so that a figure can always be proven.
    """

    name = models.TextField(db_collation="C")
    dim = models.TextField(db_collation="C")
    path = models.TextField(db_collation="C")
    day = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        db_table = "pairings_figure"
        constraints = [models.UniqueConstraint(fields=["name", "path", "dim", "day"], name="pairings_figure_once")]
