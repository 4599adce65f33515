"""Compounds, buildings and grids of communities: written as the entered role, within its scope; grids by net and date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from lianfang.kernel.errors import LianfangError, define

define(
    "areas.grid_unknown",
    status=404,
    zh="没有编号为“{code}”的在用网格，或它不在您的工作范围内。",
    en="There is no live grid '{code}', or it lies outside your scope.",
)
define(
    "areas.building_unknown",
    status=404,
    zh="有{count}栋楼不存在，或不在该网格的村社区内。请核对。",
    en="{count} buildings do not exist or lie outside the community of the grid. Check them.",
)
define(
    "areas.too_many_buildings",
    status=422,
    zh="一个村社区最多{limit}栋楼。请核对楼栋名称是否重复。",
    en="A community holds at most {limit} buildings. Check whether names repeat.",
)
define(
    "areas.community_needed",
    status=422,
    zh="“{path}”不是村或社区。楼栋和网格须建在村或社区之下。",
    en="'{path}' is no community. Buildings and grids stand in a community.",
)
BUILDINGS_A_COMMUNITY = 9999


@dataclass(frozen=True)
class NewBuilding:
    """A building to write: community path, compound ('' if none), name; floors, entrances when known."""

    community: str
    compound: str
    name: str
    floors: int | None = None
    entrances: int | None = None
    gates: int = 1
    has_manager: bool = True


@dataclass(frozen=True)
class NewCompound:
    """A compound to write: community path, name, gates, whether a property manager looks after it."""

    community: str
    name: str
    gates: int = 1
    has_manager: bool = True


def add_compounds(compounds: Sequence[NewCompound]) -> int:
    """Write compounds that are not there yet and bring gates and manager of the others up to date, in one statement; returns how
    many are new. Of two of the same name in one community the last counts. Raises areas.community_needed."""
    wanted = {(one.community, one.name): one for one in compounds}
    for community in sorted({one.community for one in compounds}):
        if len(community) != 12:
            raise LianfangError("areas.community_needed", path=community)
    rows = list(wanted.values())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into areas_compound (path, name, gates, has_manager) "
            "select * from unnest(%s::text[], %s::text[], %s::smallint[], %s::boolean[]) "
            "on conflict (path, name) do update set gates = excluded.gates, has_manager = excluded.has_manager returning xmax = 0",
            [[one.community for one in rows], [one.name for one in rows], [one.gates for one in rows], [one.has_manager for one in rows]],
        )  # fmt: skip
        return sum(new for (new,) in cursor.fetchall())


def add_buildings(buildings: Sequence[NewBuilding]) -> int:
    """Write buildings that are not there yet and bring floors and entrances of the others up to date; returns how many
    are new. Raises areas.community_needed, areas.too_many_buildings."""
    made = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for community in sorted({one.community for one in buildings}):
            if len(community) != 12:
                raise LianfangError("areas.community_needed", path=community)
            cursor.execute("select pg_advisory_xact_lock(410623, hashtext(%s))", [community])
            cursor.execute(
                "select b.id, b.name, coalesce(c.name, ''), b.path from areas_building b "
                "left join areas_compound c on c.id = b.compound_id where b.path >= %s and b.path < %s",
                [community, community + "~"],
            )
            rows = cursor.fetchall()
            known = {(compound, name): number for number, name, compound, _ in rows}
            last = max((int(path[12:16]) for *_, path in rows if path[12:16].isdigit()), default=0)
            for one in (one for one in buildings if one.community == community):
                if (one.compound, one.name) in known:
                    cursor.execute(
                        "update areas_building set floors = coalesce(%s, floors), entrances = coalesce(%s, entrances) where id = %s",
                        [one.floors, one.entrances, known[(one.compound, one.name)]],
                    )
                    continue
                last += 1
                if last > BUILDINGS_A_COMMUNITY:
                    raise LianfangError("areas.too_many_buildings", limit=BUILDINGS_A_COMMUNITY)
                known[(one.compound, one.name)] = _insert_building(cursor, one, f"{community}{last:04d}")
                made += 1
    return made


def _insert_building(cursor: object, one: NewBuilding, path: str) -> int:
    run = cursor.execute  # type: ignore[attr-defined]
    compound = None
    if one.compound:
        run(
            "insert into areas_compound (path, name, gates, has_manager) values (%s, %s, %s, %s) "
            "on conflict (path, name) do update set gates = excluded.gates, has_manager = excluded.has_manager returning id",
            [one.community, one.compound, one.gates, one.has_manager],
        )
        compound = cursor.fetchone()[0]  # type: ignore[attr-defined]
    run(
        "insert into areas_building (path, compound_id, name, floors, entrances) values (%s, %s, %s, %s, %s) returning id",
        [path, compound, one.name, one.floors, one.entrances],
    )
    return int(cursor.fetchone()[0])  # type: ignore[attr-defined]


def draw_grid(
    *, community: str, code: str, name: str, buildings: Sequence[str], on: date, net: str = "community"
) -> int:
    """Make a grid of a net, or redraw a live one, so that it holds exactly these buildings (paths) from a day on.

    A building that another grid of the net holds leaves it on that day. Returns the grid's number. Raises
    areas.community_needed, areas.building_unknown.
    """
    if len(community) != 12:
        raise LianfangError("areas.community_needed", path=community)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(410623, hashtext(%s))", [community])
        cursor.execute(
            "select id, path from areas_building where path = any(%s) and path >= %s and path < %s",
            [list(buildings), community, community + "~"],
        )
        found = cursor.fetchall()
        missing = len(set(buildings)) - len(found)
        if missing:
            raise LianfangError("areas.building_unknown", count=missing)
        cursor.execute(
            "select id from areas_grid where net = %s and path = %s and code = %s and ended_on is null",
            [net, community, code],
        )
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "insert into areas_grid (net, path, code, name, started_on) values (%s, %s, %s, %s, %s) returning id",
                [net, community, code, name, on],
            )
            row = cursor.fetchone()
        else:
            cursor.execute("update areas_grid set name = %s where id = %s", [name, row[0]])
        grid, ids = int(row[0]), [number for number, _ in found]
        cursor.execute(
            "update areas_grid_building set to_on = %s where net = %s and to_on is null and path >= %s and path < %s "
            "and ((grid_id = %s and building_id <> all(%s)) or (grid_id <> %s and building_id = any(%s)))",
            [on, net, community, community + "~", grid, ids, grid, ids],
        )
        cursor.execute(
            "insert into areas_grid_building (grid_id, net, building_id, path, from_on) select %s, %s, b.id, b.path, %s "
            "from areas_building b where b.id = any(%s) and not exists (select 1 from areas_grid_building g "
            "where g.net = %s and g.building_id = b.id and g.to_on is null)",
            [grid, net, on, ids, net],
        )
    return grid


def close_grid(*, grid_id: int, on: date) -> None:
    """End a grid and its hold on buildings on a day; what it was stays readable. Raises areas.grid_unknown."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update areas_grid set ended_on = %s where id = %s and ended_on is null", [on, grid_id])
        if not cursor.rowcount:
            raise LianfangError("areas.grid_unknown", code=str(grid_id))
        cursor.execute("update areas_grid_building set to_on = %s where grid_id = %s and to_on is null", [on, grid_id])
