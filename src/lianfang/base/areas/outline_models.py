"""Outlines of buildings, lines nobody crosses, and the imports they came by: public geography, no personal data."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class OutlineImport(models.Model):
    """One sent plan. Retention: standing, with the map. No personal data.

    state: looked (read, layers and coordinates not decided), staged (each outline judged), taken, undone, discarded.
    drawing: what was read, kept until it is taken or thrown away. settings: layers, coordinates. counts: rows by verdict.
    """

    path = models.TextField(db_collation="C", db_index=True)
    filename = models.TextField()
    digest = models.TextField()
    state = models.TextField(default="looked")
    drawing = models.BinaryField(null=True)
    settings = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "areas_outline_import"


class OutlineRow(models.Model):
    """One outline or line of a sent plan with its verdict: new, same, changed, refused or person (needs one). No personal data.

    path: the community it lies in, or the import's own area while that is not known. building_path: the building it was
    taken for. before: the outline that stood there. made: whether the building came with it. decided: by a person.
    """

    file = models.ForeignKey(OutlineImport, on_delete=models.CASCADE)
    number = models.IntegerField()
    path = models.TextField(db_collation="C")
    what = models.TextField(default="building")
    name = models.TextField(default="")
    compound = models.TextField(default="")
    layer = models.TextField(default="")
    ref = models.TextField(default="")
    code = models.TextField(default="", db_collation="C")
    floors = models.SmallIntegerField(null=True)
    households = models.IntegerField(null=True)
    geometry = models.JSONField(null=True)
    area_m2 = models.FloatField(default=0)
    longitude = models.FloatField(default=0)
    latitude = models.FloatField(default=0)
    verdict = models.TextField(default="")
    reason = models.TextField(default="")
    building_path = models.TextField(default="", db_collation="C")
    before = models.JSONField(null=True)
    made = models.BooleanField(default=False)
    decided = models.BooleanField(default=False)

    class Meta:
        db_table = "areas_outline_row"
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="areas_outline_row_once")]
        indexes = [models.Index(fields=["file", "verdict"], name="areas_outline_row_verdict")]


class Outline(models.Model):
    """The outline of a building in WGS-84 degrees: GeoJSON geometry, area, a point inside it. No personal data.

    households: as the plan stated, for planning where the ledger counts nobody yet.
    """

    path = models.TextField(db_collation="C", primary_key=True)
    geometry = models.JSONField()
    area_m2 = models.FloatField()
    longitude = models.FloatField()
    latitude = models.FloatField()
    households = models.IntegerField(null=True)
    file_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "areas_outline"


class Barrier(models.Model):
    """A wall, river or main road that grids do not cross, as a GeoJSON line in WGS-84 degrees; path: where it was drawn.

    No personal data. file_id: the import it came by; None when a person drew it.
    """

    path = models.TextField(db_collation="C", db_index=True)
    kind = models.TextField()
    name = models.TextField(default="")
    geometry = models.JSONField()
    file_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "areas_barrier"


__all__ = ["Barrier", "Outline", "OutlineImport", "OutlineRow"]
