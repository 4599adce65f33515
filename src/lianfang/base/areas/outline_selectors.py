"""Reads of outlines and of their imports, within the reader's scope."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from lianfang.kernel.divisions import range_of
from lianfang.kernel.errors import LianfangError


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """The outline of a building: GeoJSON geometry in WGS-84, square metres, a point inside, households if the plan said."""

    path: str
    geometry: dict[str, Any]
    area_m2: float
    at: tuple[float, float]
    households: int | None


@dataclass(frozen=True, slots=True)
class BarrierLine:
    """A line that grids do not cross."""

    id: int
    path: str
    kind: str
    name: str
    geometry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportLine:
    """A sent plan: where, what became of it, rows by verdict."""

    id: int
    path: str
    filename: str
    state: str
    settings: dict[str, Any]
    counts: dict[str, int]
    made_by: int
    made_at: datetime
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowLine:
    """One outline or line of a sent plan with its verdict; reason: a code of the catalogue."""

    number: int
    path: str
    what: str
    name: str
    compound: str
    layer: str
    ref: str
    floors: int | None
    households: int | None
    geometry: dict[str, Any] | None
    area_m2: float
    verdict: str
    reason: str
    building_path: str
    decided: bool


_IMPORT = "select id, path, filename, state, settings::text, counts::text, made_by, made_at, taken_at from areas_outline_import "


def outlines(path: str, *, limit: int | None = None) -> dict[str, OutlineLine]:
    """Outlines by the path of their building, of everything below a path that the reader may see; at most `limit` of them."""
    low, high = range_of(path)
    rows = _query(
        "select path, geometry::text, area_m2, longitude, latitude, households from areas_outline where path >= %s and path < %s limit %s",
        [low, high, limit],
    )
    return {at: OutlineLine(at, json.loads(shape), area, (x, y), homes) for at, shape, area, x, y, homes in rows}


def barriers(path: str) -> tuple[BarrierLine, ...]:
    """Walls, rivers and main roads drawn for an area, for those above it and for those below."""
    low, high = range_of(path)
    rows = _query(
        "select id, path, kind, name, geometry::text from areas_barrier where path >= %s and path < %s or starts_with(%s, path) "
        "order by id",
        [low, high, path],
    )
    return tuple(BarrierLine(number, at, kind, name, json.loads(shape)) for number, at, kind, name, shape in rows)


def outline_imports(path: str, *, limit: int = 20) -> tuple[ImportLine, ...]:
    """Plans sent for an area and those below, newest first; those thrown away are left out."""
    low, high = range_of(path)
    sql = _IMPORT + "where path >= %s and path < %s and state <> 'discarded' order by id desc limit %s"
    return tuple(_import(row) for row in _query(sql, [low, high, limit]))


def outline_import(number: int) -> ImportLine:
    """One sent plan; raises areas.outline_file_unknown."""
    rows = _query(_IMPORT + "where id = %s", [number])
    if not rows:
        raise LianfangError("areas.outline_file_unknown")
    return _import(rows[0])


def kept_drawing(number: int) -> bytes:
    """What was read of a plan that waits; raises areas.outline_file_unknown, areas.outline_state."""
    rows = _query("select drawing, state from areas_outline_import where id = %s", [number])
    if not rows:
        raise LianfangError("areas.outline_file_unknown")
    if rows[0][0] is None:
        raise LianfangError("areas.outline_state", state=rows[0][1])
    return bytes(rows[0][0])


def outline_rows(
    number: int, *, verdict: str = "", what: str = "building", after: int = 0, limit: int = 100
) -> tuple[RowLine, ...]:
    """Rows of a sent plan in the order of the file; what: building or line ('' both)."""
    kind = {"building": "and what = 'building' ", "line": "and what <> 'building' "}.get(what, "")
    rows = _query(
        "select number, path, what, name, compound, layer, ref, floors, households, geometry::text, area_m2, verdict, reason, "
        f"building_path, decided from areas_outline_row where file_id = %s and number > %s and (%s = '' or verdict = %s) {kind}"
        "order by number limit %s",
        [number, after, verdict, verdict, limit],
    )
    return tuple(_row(row) for row in rows)


def refused_counts(number: int) -> tuple[tuple[str, str, int], ...]:
    """(reason, layer, how many) of everything refused or asked about, most first."""
    rows = _query(
        "select reason, layer, count(*) from areas_outline_row where file_id = %s and verdict in ('refused', 'person') group by 1, 2 "
        "order by 3 desc, 1, 2", [number],
    )  # fmt: skip
    return tuple((reason, layer, int(count)) for reason, layer, count in rows)


def _import(row: Sequence[Any]) -> ImportLine:
    number, path, filename, state, settings, counts, made_by, made_at, taken_at = row
    return ImportLine(
        number, path, filename, state, json.loads(settings), json.loads(counts), made_by, made_at, taken_at
    )


def _row(row: Sequence[Any]) -> RowLine:
    values: dict[str, Any] = dict(zip(RowLine.__slots__, row, strict=True))
    return RowLine(**values | {"geometry": json.loads(values["geometry"]) if values["geometry"] else None})


def _query(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
