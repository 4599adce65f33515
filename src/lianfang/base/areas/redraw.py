"""Grids of many communities drawn anew in one transaction: what stays keeps its number, its workers and its history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from lianfang.kernel.errors import LianfangError, define

define(
    "areas.building_twice",
    status=422,
    zh="有{count}栋楼同时出现在两个网格中。请核对。",
    en="{count} buildings are in two grids at once. Check them.",
)
define(
    "areas.grids_changed",
    status=409,
    zh="网格在此期间被别人改动过。请刷新页面，按最新情况重新操作。",
    en="Somebody has changed the grids meanwhile. Reload the page and act on what is there now.",
)
NETS = ("community", "party", "volunteer")
"""The nets that lie over one geography; a building is in at most one live grid of each."""


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid as it shall be: its community, the live grid it continues (None: a new one), name, paths of its buildings."""

    community: str
    keeps: int | None
    name: str
    buildings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What a redraw did: grids that went on, began and ended; buildings that changed their grid; ids in the order asked."""

    kept: int
    made: int
    ended: tuple[int, ...]
    moved: int
    ids: tuple[int, ...]


def redraw_grids(*, net: str, communities: Sequence[str], grids: Sequence[NewGrid], on: date) -> Redrawn:
    """Let the grids of a net in some communities be exactly these from a day on.

    Live grids that nothing continues end on that day; a building that no grid names leaves its grid. Raises
    areas.community_needed, areas.building_twice, areas.building_unknown, areas.grids_changed.
    """
    towns = sorted(set(communities))
    if any(len(town) != 12 for town in towns) or net not in NETS:
        raise LianfangError("areas.community_needed", path=next((town for town in towns if len(town) != 12), net))
    twice = sum(1 for count in Counter(path for grid in grids for path in grid.buildings).values() if count > 1)
    if twice:
        raise LianfangError("areas.building_twice", count=twice)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(410623, hashtext(c)) from unnest(%s::text[]) as t(c) order by c", [towns]
        )
        ended = _end_others(cursor, net, towns, grids, on)
        ids = _number(cursor, net, grids, on)
        moved = _move(cursor, net, towns, grids, ids, on)
    kept = sum(1 for grid in grids if grid.keeps is not None)
    return Redrawn(kept, len(grids) - kept, ended, moved, tuple(ids))


def _end_others(cursor: Any, net: str, towns: list[str], grids: Sequence[NewGrid], on: date) -> tuple[int, ...]:
    cursor.execute(
        "select id, path from areas_grid where net = %s and path = any(%s) and ended_on is null for update",
        [net, towns],
    )
    live = dict(cursor.fetchall())
    kept = [(grid.keeps, grid.community) for grid in grids if grid.keeps is not None]
    if len(kept) != len(set(kept)) or any(live.get(number) != town for number, town in kept):
        raise LianfangError("areas.grids_changed")
    ended = sorted(live.keys() - {number for number, _ in kept})
    cursor.execute("update areas_grid set ended_on = %s where id = any(%s)", [on, ended])
    return tuple(ended)


def _number(cursor: Any, net: str, grids: Sequence[NewGrid], on: date) -> list[int]:
    """The number of each grid: names of those that go on are brought up to date, new ones get the next free code."""
    kept = [(grid.keeps, grid.name) for grid in grids if grid.keeps is not None]
    cursor.execute(
        "update areas_grid g set name = t.name from unnest(%s::int[], %s::text[]) as t(id, name) where g.id = t.id and g.name <> t.name",
        [[number for number, _ in kept], [name for _, name in kept]],
    )
    towns = sorted({grid.community for grid in grids})
    cursor.execute(
        "select path, code from areas_grid where net = %s and path = any(%s) and (ended_on is null or started_on = %s)",
        [net, towns, on],
    )
    used: dict[str, set[str]] = defaultdict(set)
    for town, code in cursor.fetchall():
        used[town].add(code)
    fresh = []
    for n, grid in enumerate(grids):
        if grid.keeps is None:
            code = next(
                f"{k:02d}"
                for k in range(1, 10_000)
                if f"{k:02d}" not in used[grid.community] and str(k) not in used[grid.community]
            )
            used[grid.community].add(code)
            fresh.append((n, grid.community, code, grid.name))
    cursor.execute(
        "insert into areas_grid (net, path, code, name, started_on) select %s, t.path, t.code, t.name, %s "
        "from unnest(%s::text[], %s::text[], %s::text[]) as t(path, code, name) returning id, path, code",
        [net, on, [one[1] for one in fresh], [one[2] for one in fresh], [one[3] for one in fresh]],
    )
    made = {(town, code): number for number, town, code in cursor.fetchall()}
    numbers = {n: made[(town, code)] for n, town, code, _ in fresh}
    return [grid.keeps if grid.keeps is not None else numbers[n] for n, grid in enumerate(grids)]


def _move(cursor: Any, net: str, towns: list[str], grids: Sequence[NewGrid], ids: Sequence[int], on: date) -> int:
    """End what no longer holds and begin what is new; returns how many buildings are in another grid than before."""
    wanted = [(path, number) for grid, number in zip(grids, ids, strict=True) for path in grid.buildings]
    paths, numbers = [path for path, _ in wanted], [number for _, number in wanted]
    outside = sum(
        1 for grid in grids for path in grid.buildings if path[:12] != grid.community or grid.community not in towns
    )
    cursor.execute("select count(*) from areas_building where path = any(%s)", [paths])
    missing = len(paths) - int(cursor.fetchone()[0])
    if missing or outside:
        raise LianfangError("areas.building_unknown", count=missing or outside)
    changes = (
        'from areas_grid_building gb left join unnest(%s::text[], %s::int[]) as w(path, grid) on w.path = gb.path collate "C" '
        "where gb.net = %s and gb.to_on is null and left(gb.path, 12) = any(%s) and w.grid is distinct from gb.grid_id"
    )
    values = [paths, numbers, net, towns]
    cursor.execute(
        f"delete from areas_grid_building where from_on >= %s and id in (select gb.id {changes})", [on, *values]
    )
    moved = cursor.rowcount
    cursor.execute(f"update areas_grid_building set to_on = %s where id in (select gb.id {changes})", [on, *values])
    moved += cursor.rowcount
    cursor.execute(
        "insert into areas_grid_building (grid_id, net, building_id, path, from_on) select w.grid, %s, b.id, b.path, %s "
        'from unnest(%s::text[], %s::int[]) as w(path, grid) join areas_building b on b.path = w.path collate "C" '
        "where not exists (select 1 from areas_grid_building gb where gb.net = %s and gb.building_id = b.id and gb.to_on is null)",
        [net, on, paths, numbers, net],
    )
    return max(moved, cursor.rowcount)
