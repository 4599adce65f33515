"""Imports of outlines: kept as sent, judged, taken in one transaction, taken back; written as the entered role in its scope."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from lianfang.base.areas import outline_problems  # noqa: F401 - its sentences
from lianfang.base.areas.outline_places import communities_of, lines_near
from lianfang.base.areas.outline_rules import claim, label_of
from lianfang.base.areas.outline_staging import decided_claims, insert_rows, is_there, judge_again, make_buildings
from lianfang.kernel.errors import LianfangError

_users: list[Callable[[list[str]], set[str]]] = []
_REST: Final = ("area_m2", "longitude", "latitude", "households", "file_id")
_LOCK: Final = 410623
"""The lock of a community's buildings, shared with `places`."""


@dataclass(frozen=True, slots=True)
class NewOutline:
    """An outline to be staged. community: a path, a 12-digit code or a name, '' if the file does not say; rings in WGS-84."""

    name: str
    compound: str
    community: str
    code: str
    floors: int | None
    households: int | None
    layer: str
    ref: str
    geometry: Mapping[str, Any]
    area_m2: float
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class NewBarrier:
    """A line that grids do not cross: wall, river or road."""

    kind: str
    name: str
    layer: str
    ref: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking an import wrote."""

    outlines: int
    buildings: int
    barriers: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking it back removed, and what stays because something newer stands on it."""

    outlines: int
    buildings: int
    barriers: int
    kept: int


def uses_buildings(user: Callable[[list[str]], set[str]]) -> Callable[[list[str]], set[str]]:
    """Register who knows which of some buildings (paths) are lived in or otherwise used, so that undo leaves them."""
    _users.append(user)
    return user


def keep_drawing(
    *, path: str, filename: str, digest: str, drawing: bytes, account: int, settings: Mapping[str, Any]
) -> int:
    """Keep a plan that was read, until its layers and coordinates are decided; returns its number.

    The same bytes for the same area lead to the import that is there already, unless that was undone or thrown away.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from areas_outline_import where path = %s and digest = %s and state in ('looked', 'staged', 'taken') "
            "order by id desc limit 1", [path, digest],
        )  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "insert into areas_outline_import (path, filename, digest, state, drawing, settings, counts, notes, made_by) "
                "values (%s, %s, %s, 'looked', %s, %s, '{}', '[]', %s) returning id",
                [path, filename[:120], digest, drawing, json.dumps(settings), account],
            )
            row = cursor.fetchone()
    return int(row[0])


def stage_outlines(
    *, number: int, outlines: Sequence[NewOutline], barriers: Sequence[NewBarrier], settings: Mapping[str, Any],
    left_out: Sequence[tuple[str, str, str]],
) -> dict[str, int]:  # fmt: skip
    """Judge every outline of a kept plan; left_out: (code, layer, ref) of what is refused already. Returns counts by verdict.

    Raises areas.outline_file_unknown, areas.outline_state.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        path = _locked(cursor, number, ("looked", "staged"))
        cursor.execute("delete from areas_outline_row where file_id = %s", [number])
        homes = communities_of(path, [(one.community, one.at) for one in outlines])
        rows = [
            (n, path if len(path) == 12 else homes.get(one.community or one.at) or homes.get(one.at, ""), one)
            for n, one in enumerate(outlines, start=1)
        ]
        insert_rows(cursor, number, [
            (n, at or path, "building", one.name, one.compound, one.layer, one.ref, one.code, one.floors, one.households,
             json.dumps(one.geometry), one.area_m2, *one.at, "", "")
            for n, at, one in rows
        ])  # fmt: skip
        near = lines_near(path, [(at, one.geometry) for _, at, one in rows], [one.geometry for one in barriers])
        lines = [_line_row(at, one) for one, towns in zip(barriers, near, strict=True) for at in towns]
        lost = [_refused_row(path, *one) for one in left_out]
        insert_rows(cursor, number, [(n, *row) for n, row in enumerate(lines + lost, start=len(rows) + 1)])
        cursor.execute(
            "update areas_outline_row r set verdict = 'same' where r.file_id = %s and r.what <> 'building' and exists ("
            "select 1 from areas_barrier b where b.path = r.path and b.kind = r.what and b.geometry = r.geometry)", [number],
        )  # fmt: skip
        counts = judge_again(cursor, number)
        cursor.execute(
            "update areas_outline_import set state = 'staged', settings = %s where id = %s",
            [json.dumps(settings), number],
        )
    return counts


def _line_row(at: str, one: NewBarrier) -> tuple[Any, ...]:
    """A wall, river or road at one community, as `insert_rows` takes it after its number."""
    return (
        at, one.kind, one.name, "", one.layer, one.ref, "", None, None, json.dumps(one.geometry), 0.0, 0.0, 0.0, "new", "",
    )  # fmt: skip


def _refused_row(path: str, code: str, layer: str, ref: str) -> tuple[Any, ...]:
    """What was refused while the plan was read."""
    return (path, "building", "", "", layer, ref, "", None, None, None, 0.0, 0.0, 0.0, "refused", code)


def decide_row(*, number: int, row: int, building: str = "", name: str = "", skip: bool = False) -> dict[str, int]:
    """Write down a person's answer about one outline: it is this building, a new one of this name, or left out.

    Raises areas.outline_row_unknown, areas.outline_answer_needed, areas.outline_state, areas.outline_file_unknown.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        path = _locked(cursor, number, ("staged",))
        cursor.execute(
            "select path, compound from areas_outline_row where file_id = %s and number = %s and what = 'building' "
            "and geometry is not null",
            [number, row],
        )
        found = cursor.fetchone()
        if found is None:
            raise LianfangError("areas.outline_row_unknown")
        if building:
            cursor.execute("select 1 from areas_building where path = %s and starts_with(path, %s)", [building, path])
            if cursor.fetchone() is None:
                raise LianfangError("areas.outline_answer_needed")
            values = ["changed", "", building, None]
        elif skip:
            values = ["refused", "areas.outline_decided_away", "", None]
        elif name.strip() and len(found[0]) == 12:
            values = ["new", "", "", label_of(name)]
        else:
            raise LianfangError("areas.outline_answer_needed")
        home, compound = found
        wanted = claim(home, compound, name, building)
        if not skip and (
            wanted in decided_claims(cursor, number, row) or (not building and is_there(cursor, home, compound, name))
        ):
            raise LianfangError("areas.outline_claimed")
        cursor.execute(
            "update areas_outline_row set verdict = %s, reason = %s, building_path = %s, name = coalesce(%s, name), decided = true "
            "where file_id = %s and number = %s",
            [*values, number, row],
        )
        return judge_again(cursor, number)


def take_outlines(*, number: int) -> Taken:
    """Write what was judged new or changed, after judging it once more; one transaction.

    Raises areas.outline_file_unknown, areas.outline_state, areas.too_many_buildings.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _locked(cursor, number, ("staged",))
        cursor.execute(
            "select distinct path from areas_outline_row where file_id = %s and length(path) = 12 order by 1", [number]
        )
        for (community,) in cursor.fetchall():
            cursor.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, community])
        judge_again(cursor, number)
        made = make_buildings(cursor, number)
        cursor.execute(
            "update areas_outline_row r set before = jsonb_build_object('geometry', o.geometry, 'area_m2', o.area_m2, 'longitude', "
            "o.longitude, 'latitude', o.latitude, 'households', o.households, 'file_id', o.file_id) from areas_outline o "
            "where r.file_id = %s and r.verdict = 'changed' and o.path = r.building_path", [number],
        )  # fmt: skip
        cursor.execute(
            "insert into areas_outline (path, geometry, area_m2, longitude, latitude, households, file_id) "
            "select building_path, geometry, area_m2, longitude, latitude, households, file_id from areas_outline_row "
            "where file_id = %s and what = 'building' and verdict in ('new', 'changed') on conflict (path) do update set "
            "geometry = excluded.geometry, area_m2 = excluded.area_m2, longitude = excluded.longitude, latitude = excluded.latitude, "
            "households = coalesce(excluded.households, areas_outline.households), file_id = excluded.file_id", [number],
        )  # fmt: skip
        outlines = cursor.rowcount
        cursor.execute(
            "update areas_building b set floors = r.floors from areas_outline_row r where r.file_id = %s and r.floors is not null "
            "and b.path = r.building_path and r.verdict in ('new', 'changed') and b.floors is null", [number],
        )  # fmt: skip
        cursor.execute(
            "insert into areas_barrier (path, kind, name, geometry, file_id) select path, what, name, geometry, file_id "
            "from areas_outline_row where file_id = %s and what <> 'building' and verdict = 'new'", [number],
        )  # fmt: skip
        barriers = cursor.rowcount
        cursor.execute(
            "update areas_outline_import set state = 'taken', taken_at = now(), drawing = null where id = %s", [number]
        )
    return Taken(outlines, made, barriers)


def undo_outlines(*, number: int) -> Undone:
    """Take an import back: earlier outlines return, buildings it made go unless something uses them, later imports stay.

    Raises areas.outline_file_unknown, areas.outline_state.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _locked(cursor, number, ("taken",))
        cursor.execute(
            "select r.building_path, r.made, r.before from areas_outline_row r join areas_outline o on o.path = r.building_path "
            "and o.file_id = r.file_id where r.file_id = %s and r.verdict in ('new', 'changed')", [number],
        )  # fmt: skip
        ours = cursor.fetchall()
        cursor.execute(
            "select count(*) from areas_outline_row where file_id = %s and what = 'building' and verdict in ('new', 'changed')",
            [number],
        )
        kept = int(cursor.fetchone()[0]) - len(ours)
        cursor.execute(
            "delete from areas_outline where file_id = %s and path = any(%s)", [number, [path for path, _, _ in ours]]
        )
        before = [(path, json.loads(old) if isinstance(old, str) else old) for path, _, old in ours if old]
        cursor.executemany(
            "insert into areas_outline (path, geometry, area_m2, longitude, latitude, households, file_id) "
            "values (%s, %s, %s, %s, %s, %s, %s)",
            [[path, json.dumps(old["geometry"]), *(old[name] for name in _REST)] for path, old in before],
        )  # fmt: skip
        made = [path for path, new, _ in ours if new]
        used = set().union(*(user(made) for user in _users)) if made else set()
        cursor.execute(
            "delete from areas_building b where b.path = any(%s) "
            "and not exists (select 1 from areas_grid_building g where g.building_id = b.id)",
            [[path for path in made if path not in used]],
        )
        gone = cursor.rowcount
        cursor.execute("delete from areas_barrier where file_id = %s", [number])
        lines = cursor.rowcount
        cursor.execute("update areas_outline_import set state = 'undone', undone_at = now() where id = %s", [number])
    return Undone(len(ours), gone, lines, kept + len(made) - gone)


def discard_outlines(*, number: int) -> None:
    """Throw a plan away before it was taken; raises areas.outline_file_unknown, areas.outline_state."""
    with transaction.atomic(), connection.cursor() as cursor:
        _locked(cursor, number, ("looked", "staged"))
        cursor.execute("delete from areas_outline_row where file_id = %s", [number])
        cursor.execute("update areas_outline_import set state = 'discarded', drawing = null where id = %s", [number])


def add_barrier(*, path: str, kind: str, points: Sequence[tuple[float, float]], name: str = "") -> int:
    """A line a person drew on the map of a community; raises areas.barrier_wrong."""
    inside = all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points)
    if kind not in ("wall", "river", "road") or not 2 <= len(points) <= 500 or not inside:
        raise LianfangError("areas.barrier_wrong")
    shape = {"type": "LineString", "coordinates": [[round(x, 7), round(y, 7)] for x, y in points]}
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into areas_barrier (path, kind, name, geometry) values (%s, %s, %s, %s) returning id",
            [path, kind, name[:40], json.dumps(shape)],
        )
        return int(cursor.fetchone()[0])


def drop_barrier(*, path: str, number: int) -> bool:
    """Take a line off the map; False when it is not there any more."""
    with connection.cursor() as cursor:
        cursor.execute("delete from areas_barrier where id = %s and path = %s", [number, path])
        return bool(cursor.rowcount)


# ------------------------------------------------------------------------------------------------------------ pieces


def _locked(cursor: Any, number: int, states: Sequence[str]) -> str:
    cursor.execute("select path, state from areas_outline_import where id = %s for update", [number])
    row = cursor.fetchone()
    if row is None:
        raise LianfangError("areas.outline_file_unknown")
    if row[1] not in states:
        raise LianfangError("areas.outline_state", state=row[1])
    return str(row[0])
