"""A plan and its lines: proposed by a planner, edited by a person, adopted in one transaction."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Plan(models.Model):
    """One proposal over an area. Retention: public record (the plan as decided; it holds no health data).

    Personal data: problem and result are sealed with the county's key (numbers of members and where they live).
    kind: a registered kind. state: solving, proposed, adopted, withdrawn, superseded, failed. params: what was asked.
    seed, stop_seconds: replay gives the same answer. inputs: digest of everything the kind read. status, objective, bound: as the engine
    says; summary: figures, baseline, what binds. reasons: why there is no plan. replaces: the plan this one was made from.
    """

    kind = models.TextField()
    path = models.TextField(db_collation="C", db_index=True)
    incident_id = models.SmallIntegerField(null=True)
    title = models.TextField()
    state = models.TextField(default="solving")
    params = models.JSONField(default=dict)
    seed = models.IntegerField(default=0)
    stop_seconds = models.FloatField()
    inputs = models.BinaryField(default=b"")
    problem = models.BinaryField(null=True)
    result = models.BinaryField(null=True)
    status = models.TextField(default="")
    objective = models.FloatField(null=True)
    bound = models.FloatField(null=True)
    seconds = models.FloatField(null=True)
    summary = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    version = models.IntegerField(default=0)
    replaces = models.BigIntegerField(null=True)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)
    adopted_by = models.BigIntegerField(null=True)
    adopted_at = models.DateTimeField(null=True)
    ended_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "plans_plan"
        indexes = [models.Index(fields=["kind", "adopted_at"], name="plans_plan_adopted")]

    @property
    def gap(self) -> float | None:
        """Relative distance of objective and proven bound; None when either is missing."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)


class Line(models.Model):
    """One line of a plan: who or what (subject) goes where (target), how much, and why. Retention: public record, with its plan.

    Personal data: none beyond numbers of members. n: from 0, the order of the plan. subject, target: `what:number`, as
    `member:7`, `unit:3`, `area:411621001001`, `post:4`; target '' is somebody left without a place. path: where the line acts.
    role: a word of the kind. reason, values: code and figures of the sentence. pinned: a person has set it, a re-plan keeps it.
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE)
    n = models.IntegerField()
    subject = models.TextField()
    target = models.TextField(default="")
    path = models.TextField(db_collation="C")
    role = models.TextField(default="")
    amount = models.FloatField(default=1)
    reason = models.TextField(default="")
    values = models.JSONField(default=dict)
    pinned = models.BooleanField(default=False)
    edited = models.BooleanField(default=False)

    class Meta:
        db_table = "plans_line"
        constraints = [models.UniqueConstraint(fields=["plan", "n"], name="plans_line_once")]
        indexes = [
            models.Index(fields=["plan", "path"], name="plans_line_path"),
            models.Index(fields=["plan", "target"], name="plans_line_target"),
        ]
