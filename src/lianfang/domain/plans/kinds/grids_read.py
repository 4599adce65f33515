"""What a plan of grids reads: buildings, households, outlines, barriers and today's grids of a net."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from django.db import connection
from django.utils import timezone
from shapely.geometry import shape as shape_of

from lianfang.base.areas.api import GridLine, barriers, grids, outlines
from lianfang.base.metrics import api as metrics
from lianfang.domain.plans.kinds.grids_ground import Ground, Site, ground_of, join_small
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import range_of
from lianfang.kernel.errors import LianfangError

HOUSEHOLDS: Final = "residents.households"
A_LANDING: Final = 2
"""Households of a floor at one staircase where nothing else is known (assumption: the usual two flats a landing)."""
JOIN_BELOW: Final = 0.5
"""A piece cut off by barriers that weighs less than this share of the least grid is joined across one (assumption)."""
_BUILDINGS: Final = (
    "select b.path, b.name, coalesce(c.name, ''), b.floors, b.entrances from areas_building b "
    "left join areas_compound c on c.id = b.compound_id where b.path >= %s and b.path < %s and right(b.path, 4) <> '0000' order by b.path"
)


@dataclass
class Town:
    """One community: its buildings with households, where they are, the grids they are in today."""

    path: str
    sites: list[Site] = field(default_factory=list)
    households: list[float] = field(default_factory=list)
    estimated: int = 0
    ground: Ground | None = None
    joined: int = 0

    @property
    def drawn(self) -> bool:
        """Whether any building has an outline."""
        return any(site.shape is not None for site in self.sites)


@dataclass
class Land:
    """All communities of an area that have buildings, and the live grids of the net by community."""

    towns: list[Town]
    grids: dict[int, GridLine]
    barriers: int

    def grid_of(self) -> dict[str, int]:
        """The live grid of each building that has one."""
        return {path: number for number, grid in self.grids.items() for path in grid.buildings}


def read_land(path: str, net: str, least: float) -> Land:
    """Everything a plan needs, within the entered scope; raises plans.nowhere when there is no building."""
    low, high = range_of(path)
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS, [low, high])
        rows = cursor.fetchall()
    if not rows:
        raise LianfangError("plans.nowhere")
    shapes = outlines(path)
    counted = metrics.children(path, [HOUSEHOLDS], level=16) if metrics.is_defined(HOUSEHOLDS) else None
    towns: dict[str, Town] = {}
    for at, name, compound, floors, entrances in rows:
        town = towns.setdefault(at[:12], Town(at[:12]))
        known = shapes.get(at)
        town.sites.append(Site(at, name, compound, shape_of(known.geometry) if known else None))
        count = counted.total(at, HOUSEHOLDS) if counted is not None else 0
        if count <= 0:
            count = (
                known.households
                if known and known.households is not None
                else (floors or 0) * (entrances or 1) * A_LANDING
            )
            town.estimated += 1
        town.households.append(float(count))
    _let_empty_count_nothing(towns, counted)
    lines = _lines(path)
    for town in towns.values():
        town.ground = ground_of(
            town.sites, [shape for at, shape in lines if town.path.startswith(at) or at.startswith(town.path)]
        )
        opened = join_small(town.ground, np.array(town.households), least * JOIN_BELOW)
        town.joined = len(opened)
    live = {one.id: one for one in grids(path, on=beijing_day(timezone.now()), net=net)}
    return Land([towns[at] for at in sorted(towns)], live, len(lines))


def _let_empty_count_nothing(towns: dict[str, Town], counted: Any) -> None:
    """Where the ledger counts some of a community, a building without households has none: a school, a shop."""
    ledger: dict[str, int] = defaultdict(int)
    if counted is None:
        return
    for at in counted.paths():
        ledger[at[:12]] += counted.total(at, HOUSEHOLDS)
    for town in towns.values():
        if ledger[town.path]:
            town.households = [float(max(counted.total(site.path, HOUSEHOLDS), 0)) for site in town.sites]
            town.estimated = 0


def _lines(path: str) -> list[tuple[str, Any]]:
    return [(one.path, shape_of(one.geometry)) for one in barriers(path)]
