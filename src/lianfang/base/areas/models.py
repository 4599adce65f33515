"""The tree of areas, and what hangs on it: buildings, grids by net and date, boundaries, denominators, code changes."""

from __future__ import annotations

from django.db import models

from lianfang.base.areas.outline_models import Barrier, Outline, OutlineImport, OutlineRow


class Area(models.Model):
    """One area of the tree, province down to community. Public data of the statistics bureau, no personal data.

    path is the code cut to its level (2/4/6/9/12 characters), so that a subtree is a range of paths.
    """

    code = models.CharField(max_length=12, primary_key=True, db_collation="C")
    path = models.TextField(db_collation="C", unique=True)
    level = models.SmallIntegerField()
    name = models.TextField()
    parent_path = models.TextField(db_collation="C", db_index=True)
    edition = models.SmallIntegerField()
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    note = models.TextField(default="")

    class Meta:
        db_table = "areas_area"


class CodeChange(models.Model):
    """What became of one code between two yearly editions: same, renamed, moved, merged, split, ended, new or undecided."""

    old_code = models.CharField(max_length=12, db_collation="C", default="")
    new_code = models.CharField(max_length=12, db_collation="C", default="")
    kind = models.TextField()
    edition_from = models.SmallIntegerField()
    edition_to = models.SmallIntegerField()
    decided_by = models.TextField(default="rule")
    note = models.TextField(default="")

    class Meta:
        db_table = "areas_code_change"
        constraints = [
            models.UniqueConstraint(
                fields=["edition_from", "edition_to", "old_code", "new_code"], name="areas_code_change_once"
            )
        ]


class Denominator(models.Model):
    """A count somebody published or agreed on, with its date and source; several may stand beside each other."""

    path = models.TextField(db_collation="C")
    what = models.TextField()
    value = models.BigIntegerField()
    counted_on = models.DateField()
    source = models.TextField()

    class Meta:
        db_table = "areas_denominator"
        constraints = [
            models.UniqueConstraint(fields=["path", "what", "counted_on", "source"], name="areas_denominator_once")
        ]


class Compound(models.Model):
    """A housing compound or natural village within one community."""

    path = models.TextField(db_collation="C")
    name = models.TextField()
    gates = models.SmallIntegerField(default=1)
    has_manager = models.BooleanField(default=True)

    class Meta:
        db_table = "areas_compound"
        constraints = [models.UniqueConstraint(fields=["path", "name"], name="areas_compound_once")]


class Building(models.Model):
    """A building; its path is its community's path and four digits. Outlines and names are not personal data."""

    path = models.TextField(db_collation="C", unique=True)
    compound = models.ForeignKey(Compound, null=True, on_delete=models.PROTECT)
    name = models.TextField()
    floors = models.SmallIntegerField(null=True)
    entrances = models.SmallIntegerField(null=True)

    class Meta:
        db_table = "areas_building"


class Grid(models.Model):
    """A grid of one net (community, party or volunteer) with its life span; grids are not part of the path."""

    id = models.AutoField(primary_key=True)
    net = models.TextField(default="community")
    path = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    name = models.TextField()
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        db_table = "areas_grid"
        constraints = [models.UniqueConstraint(fields=["net", "path", "code", "started_on"], name="areas_grid_once")]


class GridBuilding(models.Model):
    """Which grid of a net a building belonged to, from when to when (the end is not included); path is the building's."""

    grid = models.ForeignKey(Grid, on_delete=models.PROTECT)
    net = models.TextField()
    building = models.ForeignKey(Building, on_delete=models.PROTECT)
    path = models.TextField(db_collation="C")
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        db_table = "areas_grid_building"
        constraints = [
            models.UniqueConstraint(
                fields=["net", "building"], condition=models.Q(to_on=None), name="areas_grid_building_one_live"
            )
        ]
        indexes = [models.Index(fields=["path"], name="areas_grid_building_path")]


class Boundary(models.Model):
    """An outline of an area as given by a file; coordinates are WGS-84 degrees, converted on import if they were GCJ-02."""

    path = models.TextField(db_collation="C", primary_key=True)
    geometry = models.JSONField()
    given_as = models.TextField()
    source = models.TextField()

    class Meta:
        db_table = "areas_boundary"


__all__ = [
    "Area",
    "Barrier",
    "Boundary",
    "Building",
    "CodeChange",
    "Compound",
    "Denominator",
    "Grid",
    "GridBuilding",
    "Outline",
    "OutlineImport",
    "OutlineRow",
]
