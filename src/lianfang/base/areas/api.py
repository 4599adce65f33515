"""The door of areas for everybody above."""

from __future__ import annotations

from lianfang.base.areas.boundaries import load_boundaries, read_boundaries
from lianfang.base.areas.places import NewBuilding, add_buildings, close_grid, draw_grid
from lianfang.base.areas.rules import Change, Kind, compare_editions, counts_by_kind, counts_by_level
from lianfang.base.areas.selectors import (
    AreaLine,
    BuildingLine,
    DenominatorLine,
    GridLine,
    area,
    boundaries,
    breadcrumbs,
    buildings,
    children,
    denominators,
    find,
    grids,
    names_of,
    subtree,
    successors,
    undecided,
)
from lianfang.base.areas.services import (
    Division,
    add_denominator,
    close_area,
    decide_change,
    load_divisions,
    read_divisions,
    record_edition,
    shipped_divisions,
)

__all__ = [
    "AreaLine",
    "BuildingLine",
    "Change",
    "DenominatorLine",
    "Division",
    "GridLine",
    "Kind",
    "NewBuilding",
    "add_buildings",
    "add_denominator",
    "area",
    "boundaries",
    "breadcrumbs",
    "buildings",
    "children",
    "close_area",
    "close_grid",
    "compare_editions",
    "counts_by_kind",
    "counts_by_level",
    "decide_change",
    "denominators",
    "draw_grid",
    "find",
    "grids",
    "load_boundaries",
    "load_divisions",
    "names_of",
    "read_boundaries",
    "read_divisions",
    "record_edition",
    "shipped_divisions",
    "subtree",
    "successors",
    "undecided",
]
