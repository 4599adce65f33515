"""Rounds: cover everybody in a scope once. Tubes, samples and visits are incident tables (`sql/10_tables.sql`)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Round(models.Model):
    """A testing round or a door-to-door screening over one scope. Retention: incident. Personal data: none."""

    id = models.AutoField(primary_key=True)
    incident_id = models.SmallIntegerField()
    kind = models.TextField(default="testing")
    name = models.TextField()
    path = models.TextField(db_collation="C", db_index=True)
    tube_size = models.SmallIntegerField(default=10)
    edition = models.TextField(default="")
    stop_rule = models.SmallIntegerField(default=0, db_default=0)
    questionnaire = models.TextField(default="", db_default="")
    state = models.TextField(default="open")
    opened_by = models.BigIntegerField()
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rounds_round"


class Site(models.Model):
    """A sampling site of a round with its desks. Retention: incident. Personal data: none."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    name = models.TextField()
    desks = models.SmallIntegerField()
    samplers = models.SmallIntegerField()

    class Meta:
        db_table = "rounds_site"


class ExpectedChange(models.Model):
    """Somebody who came into or left the expected number of a round after its freeze, with the reason.

    Retention: incident. Personal data: none (a pseudonym).
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    person = models.BigIntegerField()
    path = models.TextField(db_collation="C")
    change = models.SmallIntegerField()
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "rounds_expected_change"


class Answer(models.Model):
    """What the county tells residents about a round whose results are late. Retention: incident. Personal data: none.

    expected_at: when the results are expected, if anybody can tell.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE)
    path = models.TextField(db_collation="C")
    text = models.TextField()
    expected_at = models.DateTimeField(null=True)
    said_by = models.BigIntegerField()
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "rounds_answer"
