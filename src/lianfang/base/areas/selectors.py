"""Reads of the tree of areas: subtrees are ranges of paths; what lies outside the scope does not appear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from lianfang.kernel.divisions import ancestor_paths, code_of, normalise_code, path_of, range_of, short_name
from lianfang.kernel.errors import LianfangError


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area: path, 12-digit code, level 1…5, the register's name and the everyday one."""

    path: str
    code: str
    level: int
    name: str

    @property
    def short(self) -> str:
        """The everyday name."""
        return short_name(self.name)


@dataclass(frozen=True, slots=True)
class BuildingLine:
    """One building with its compound ('' if none) and the grid of the community net that holds it now (None if none)."""

    path: str
    name: str
    compound: str
    floors: int | None
    entrances: int | None
    grid_id: int | None


@dataclass(frozen=True, slots=True)
class GridLine:
    """One grid of a net with the paths of the buildings it held on the day asked for."""

    id: int
    net: str
    path: str
    code: str
    name: str
    buildings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DenominatorLine:
    """A published count with its date and source."""

    what: str
    value: int
    counted_on: date
    source: str


def _query(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def area(code_or_path: str) -> AreaLine:
    """One area by its code or path; raises fact.area_unknown."""
    path = code_or_path if len(code_or_path) in (2, 4, 6, 9) else path_of(normalise_code(code_or_path))
    rows = _query("select path, code, level, name from areas_area where path = %s", [path])
    if not rows:
        raise LianfangError("fact.area_unknown", area=code_or_path)
    return AreaLine(*rows[0])


def children(path: str) -> tuple[AreaLine, ...]:
    """The live areas directly below, in the order of codes."""
    rows = _query(
        "select path, code, level, name from areas_area where parent_path = %s and ended_on is null order by path",
        [path],
    )
    return tuple(AreaLine(*row) for row in rows)


def subtree(path: str, *, level: int | None = None) -> tuple[AreaLine, ...]:
    """The area itself and everything live below it (of one level, if given), in the order of codes: one range read."""
    low, high = range_of(path)
    rows = _query(
        "select path, code, level, name from areas_area where path >= %s and path < %s and ended_on is null "
        "and (%s::int is null or level = %s) order by path",
        [low, high, level, level],
    )
    return tuple(AreaLine(*row) for row in rows)


def breadcrumbs(path: str) -> tuple[AreaLine, ...]:
    """The areas above that the list has, from the top down, and the area itself (its community, for a building)."""
    own = path[:12]
    rows = _query(
        "select path, code, level, name from areas_area where path = any(%s) order by length(path)",
        [[*ancestor_paths(own), own]],
    )
    return tuple(AreaLine(*row) for row in rows)


def names_of(paths: list[str]) -> dict[str, str]:
    """Register names by path."""
    return dict(_query("select path, name from areas_area where path = any(%s)", [paths]))


def find(text: str, *, within: str = "", limit: int = 20) -> tuple[AreaLine, ...]:
    """Live areas whose name contains a text, or with that code; public data, so nobody's scope narrows it."""
    low, high = (within, within + "~") if within else ("", "~")
    rows = _query(
        "select path, code, level, name from areas_area where (strpos(name, %s) > 0 or code = %s) and path >= %s and path < %s "
        "and ended_on is null order by level, path limit %s",
        [text.strip(), text.strip(), low, high, limit],
    )
    return tuple(AreaLine(*row) for row in rows)


def buildings(path: str) -> tuple[BuildingLine, ...]:
    """The buildings of a community (or compound range) in the order of paths."""
    low, high = range_of(path)
    rows = _query(
        "select b.path, b.name, coalesce(c.name, ''), b.floors, b.entrances, g.grid_id from areas_building b "
        "left join areas_compound c on c.id = b.compound_id "
        "left join areas_grid_building g on g.building_id = b.id and g.net = 'community' and g.to_on is null "
        "where b.path >= %s and b.path < %s order by b.path",
        [low, high],
    )
    return tuple(BuildingLine(*row) for row in rows)


def grids(path: str, *, on: date, net: str = "community") -> tuple[GridLine, ...]:
    """The grids of a net below a path as they stood on a day, each with its buildings of that day."""
    low, high = range_of(path)
    rows = _query(
        "select g.id, g.net, g.path, g.code, g.name, "
        "coalesce(array_agg(gb.path order by gb.path) filter (where gb.path is not null), '{}') "
        "from areas_grid g left join areas_grid_building gb on gb.grid_id = g.id and gb.from_on <= %s "
        "and (gb.to_on is null or gb.to_on > %s) where g.net = %s and g.path >= %s and g.path < %s and g.started_on <= %s "
        "and (g.ended_on is null or g.ended_on > %s) group by g.id order by g.path, g.code",
        [on, on, net, low, high, on, on],
    )
    return tuple(GridLine(number, kind, at, code, name, tuple(held)) for number, kind, at, code, name, held in rows)


def denominators(path: str, what: str = "") -> tuple[DenominatorLine, ...]:
    """Published counts of an area, newest first; several of one day and kind stand beside each other by source."""
    rows = _query(
        "select what, value, counted_on, source from areas_denominator where path = %s and (%s = '' or what = %s) "
        "order by what, counted_on desc, source",
        [path, what, what],
    )
    return tuple(DenominatorLine(*row) for row in rows)


def boundaries(path: str, *, level: int | None = None) -> dict[str, dict[str, Any]]:
    """GeoJSON geometries (WGS-84) by path, of the area and what lies below it."""
    import json

    low, high = range_of(path)
    lengths = {2: 4, 3: 6, 4: 9, 5: 12}
    rows = _query(
        "select path, geometry::text from areas_boundary where path >= %s and path < %s and (%s::int is null or length(path) = %s)",
        [low, high, level, lengths.get(level or 0)],
    )
    return {at: json.loads(geometry) for at, geometry in rows}


def undecided(edition_from: int, edition_to: int, *, path: str = "") -> tuple[tuple[str, str, str], ...]:
    """Codes whose fate a person has to decide: (code, old name, suggestions)."""
    rows = _query(
        "select c.old_code, coalesce(a.name, ''), c.note from areas_code_change c left join areas_area a on a.code = c.old_code "
        "where c.edition_from = %s and c.edition_to = %s and c.kind = 'undecided' and starts_with(c.old_code, %s) order by 1",
        [edition_from, edition_to, path],
    )
    return tuple((code, name, note) for code, name, note in rows)


def successors(code: str) -> tuple[str, ...]:
    """The codes that an old code became, following all editions; the code itself when nothing happened to it."""
    rows = _query(
        'with recursive path(code, edition) as (select %s::text collate "C", 0 '
        "union select c.new_code::text, c.edition_to::int from path p join areas_code_change c on c.old_code = p.code "
        "and c.new_code <> '' and c.edition_to > p.edition) "
        "select distinct p.code from path p where not exists (select 1 from areas_code_change c where c.old_code = p.code "
        "and c.edition_to > p.edition) order by 1",
        [code],
    )
    return tuple(row[0] for row in rows)


def path_code(path: str) -> str:
    """The 12-digit code of a path."""
    return code_of(path)
