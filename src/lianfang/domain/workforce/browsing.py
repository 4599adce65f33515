"""Reads of the pages: organisations as a tree, members of a scope or an organisation, one member, a community's nets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from lianfang.base.access.api import Actor
from lianfang.base.database.select import run
from lianfang.base.vault.api import standing_box
from lianfang.domain.workforce.sealing import UNIT, Opener, unseal
from lianfang.domain.workforce.selectors import MemberLine, line_of
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import parse_code

PAGE: Final = 100
SEARCHED: Final = 20_000
"""Members whose names one search opens at most (assumption: a county's; it takes half a second)."""


@dataclass(frozen=True)
class Unit:
    """An organisation as lists show it. depth: how many units stand above it that the reader sees; members: how many are seen."""

    id: int
    name: str
    kind: str
    path: str
    parent_id: int | None
    lineage: str
    temporary: bool
    tied_to: str
    founded_on: date
    dissolved_on: date | None
    members: int = 0


@dataclass(frozen=True)
class Belonging:
    """A member's place in an organisation."""

    unit: int
    name: str
    kind: str
    net: str
    duty: str
    from_on: date


_UNIT: Final = (
    "select o.id, o.name, o.kind, o.path, o.parent_id, o.lineage, o.temporary, o.tied_to, o.founded_on, o.dissolved_on "
    "from workforce_organisation o "
)


def units(
    *, word: str = "", kind: str = "", gone: bool = False, after: str = "", parent: int | None = None, limit: int = PAGE + 1
) -> list[Unit]:  # fmt: skip
    """Organisations of the scope in the order of the tree. word: a part of the name; gone: the dissolved ones; after: the lineage
    of the last one shown; parent: only what stands right below it."""
    rows = run(
        _UNIT
        + "where (%b = '' or o.name like '%%' || %b || '%%') and (%b = '' or o.kind = %b) and (o.dissolved_on is not null) = %b "
        "and o.lineage > %b and (%b::int8 is null or o.parent_id = %b) order by o.lineage limit %b",
        [word, word, kind, kind, gone, after, parent, parent, limit],
    )
    return _sized(rows)


def unit(number: int) -> Unit:
    """One organisation; raises access.not_found."""
    found = _sized(run(_UNIT + "where o.id = %b", [number]))
    if not found:
        raise LianfangError("access.not_found")
    return found[0]


def _sized(rows: Sequence[tuple[Any, ...]]) -> list[Unit]:
    sizes = dict(run("select * from workforce_unit_sizes(%b::int8[])", [[row[0] for row in rows]])) if rows else {}
    return [replace(Unit(*row), members=sizes.get(row[0], 0)) for row in rows]


def kinds() -> list[tuple[str, int]]:
    """Kinds of the scope's organisations with how many there are, the most frequent first."""
    return [
        (kind, count)
        for kind, count in run(
            "select kind, count(*) from workforce_organisation where dissolved_on is null group by kind order by 2 desc, 1"
        )
    ]


def unit_contact(number: int) -> dict[str, str]:
    """Who answers for an organisation: {contact, phone}, blank where nothing is recorded."""
    rows = run("select key_path, sealed from workforce_organisation where id = %b and sealed is not null", [number])
    return dict(unseal(standing_box(rows[0][0]), rows[0][1], UNIT)) if rows else {}


_SEEN: Final = """
with seen as (
    select p.member_id, array_agg(distinct p.why) as whys from workforce_presence p
    where (%b = '' or p.path >= %b and p.path < %b || '~') and p.member_id > %b group by p.member_id
)
select m.id, m.code, m.key_path, m.sealed, m.kind, o.name, o.id, m.home_path, m.skills, m.born_year, m.left_on, s.whys
from seen s join workforce_member m on m.id = s.member_id
left join lateral (select ms.organisation_id from workforce_membership ms where ms.member_id = m.id and ms.net = 'work' and ms.to_on is null
    order by ms.id limit 1) w on true
left join workforce_organisation o on o.id = w.organisation_id
where (%b = '' or %b = any (m.skills)) and (%b = '' or m.kind = %b)
  and (%b = '' or exists (select 1 from workforce_membership n where n.member_id = m.id and n.to_on is null and n.net = %b))
order by m.id limit %b
"""


def members(
    *, path: str = "", skill: str = "", kind: str = "", net: str = "", after: int = 0, limit: int = PAGE + 1
) -> list[tuple[MemberLine, tuple[int, ...]]]:  # fmt: skip
    """Members of the scope with why they are seen, by number. path: only those to be seen there."""
    opener = Opener()
    rows = run(_SEEN, [path, path, path, after, skill, skill, kind, kind, net, net, limit])
    return [(line_of(opener, row[:11]), tuple(row[11])) for row in rows]


def members_named(word: str) -> list[tuple[MemberLine, tuple[int, ...]]]:
    """Members of the scope whose name holds a word, or with this printed code; at most a page of them."""
    try:
        number = run("select id from workforce_member where code = %b", [parse_code(word)])
    except LianfangError:
        number = []
    ids = [row[0] for row in number]
    if not ids:
        opener = Opener()
        for member, key_path, sealed in run(
            "select id, key_path, sealed from workforce_member where left_on is null order by id limit %b", [SEARCHED]
        ):
            if word in opener.member(key_path, sealed).name:
                ids.append(member)
                if len(ids) == PAGE:
                    break
    opener = Opener()
    rows = run(_SEEN.replace("p.member_id > %b", "p.member_id > %b and p.member_id = any (%b)"),
               ["", "", "", 0, ids, "", "", "", "", "", "", PAGE])  # fmt: skip
    return [(line_of(opener, row[:11]), tuple(row[11])) for row in rows]


def members_of(number: int, *, after: int = 0, limit: int = PAGE + 1) -> list[tuple[MemberLine, str, str]]:
    """Members of an organisation whom the reader sees, heads first, with net and duty."""
    opener = Opener()
    rows = run(
        "select m.id, m.code, m.key_path, m.sealed, m.kind, '', null, m.home_path, m.skills, m.born_year, m.left_on, s.net, s.duty "
        "from workforce_membership s join workforce_member m on m.id = s.member_id where s.organisation_id = %b and s.to_on is null "
        "order by array_position(array['head', 'secretary', 'deputy', 'contact'], s.duty), m.id offset %b limit %b",
        [number, after, limit],
    )
    return [(line_of(opener, row[:11]), row[11], row[12]) for row in rows]


def former_of(number: int) -> list[tuple[Any, ...]]:
    """Who was in an organisation: (member, net, duty, from, to), the last to leave first."""
    return run("select * from workforce_former(%b::int8)", [number])


def belongings(member: int) -> list[Belonging]:
    """The organisations a member is in, their unit first. One the reader does not see has no name."""
    rows = run(
        "select s.organisation_id, coalesce(o.name, ''), coalesce(o.kind, ''), s.net, s.duty, s.from_on from workforce_membership s "
        "left join workforce_organisation o on o.id = s.organisation_id where s.member_id = %b and s.to_on is null "
        "order by s.net <> 'work', s.id",
        [member],
    )
    return [Belonging(*row) for row in rows]


def registration_of(member: int) -> tuple[str, str, datetime] | None:
    """Where a member is registered beside the unit: (path, via, since); None for nowhere."""
    rows = run(
        "select path, via, registered_at from workforce_registration where member_id = %b and ended_at is null",
        [member],
    )
    return rows[0] if rows else None


def stated_of(member: int) -> list[tuple[int | None, date | None, int, int, bool]]:
    """What a member stated of their time: (weekday, day, from, to, can), weekdays first."""
    rows = run(
        "select weekday, on_day, from_minute, to_minute, can_work from workforce_availability where member_id = %b "
        "and (on_day is null or on_day >= current_date - 1) order by weekday nulls last, on_day, from_minute",
        [member],
    )
    return [tuple(row) for row in rows]


def nets_of(path: str) -> dict[tuple[str, ...], int]:
    """People of a community by the nets they are in; each person stands in one entry."""
    return {tuple(nets): people for nets, people in run("select * from workforce_nets(%b)", [path])}


def teams_at(path: str) -> list[Unit]:
    """Teams and branches of a community, temporary ones first, in the order of what they are tied to."""
    rows = run(
        _UNIT + "where o.path >= %b and o.path < %b || '~' and o.dissolved_on is null and o.kind in "
        "('temporary_branch', 'temporary_group', 'squad', 'sampling_team', 'party_branch', 'party_group', 'service_team', 'grid_team', "
        "'social') "
        "order by not o.temporary, o.tied_to, o.name",
        [path, path],
    )
    return _sized(rows)


def tied_buildings(path: str, ties: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """What teams are tied to, in words, and the paths of the buildings it covers. ties: as the teams hold them."""
    found: dict[str, tuple[str, list[str]]] = {}
    wanted: dict[str, list[str]] = {}
    for one in ties:
        what, _, which = one.partition(":")
        wanted.setdefault(what, []).append(which)
    numbers = {what: [int(n) for n in which if n.isdigit() and len(n) < 16] for what, which in wanted.items()}
    low = [path, path]
    for which, name, at in run(
        "select path, name, path from areas_building where path = any (%b)", [wanted.get("building", [])]
    ):
        found[f"building:{which}"] = (name, [at])
    for what, statement in _TIED.items():
        for which, name, paths in run(statement, [*low, numbers.get(what, [])]):
            found[f"{what}:{which}"] = (name, [one for one in paths if one])
    return found


_TIED: Final = {
    "grid": "select g.id, g.name, array_agg(b.path) from areas_grid g left join areas_grid_building b on b.grid_id = g.id "
    "and b.to_on is null where g.path >= %b and g.path < %b || '~' and g.id = any (%b) group by g.id, g.name",
    "compound": "select c.id, c.name, array_agg(b.path) from areas_compound c left join areas_building b on b.compound_id = c.id "
    "where c.path >= %b and c.path < %b || '~' and c.id = any (%b) group by c.id, c.name",
    "zone": "select z.id, z.reason, array(select b.path from areas_building b where starts_with(b.path, z.path)) from incidents_zone z "
    "where (z.path >= %b and z.path < %b || '~') and z.id = any (%b)",
}


def households_by_building(path: str) -> dict[str, int]:
    """Lived-in homes by building below a path."""
    return dict(
        run(
            "select path, value from metrics_value where name = 'residents.households' and dim = '' and day = 'infinity' "
            "and level = 16 and path >= %b and path < %b || '~'",
            [path, path],
        )
    )


def area_names(paths: Sequence[str]) -> dict[str, str]:
    """Everyday names of areas by path; public."""
    wanted = sorted({path[:12] for path in paths if path})
    if not wanted:
        return {}
    rows = run("select path, name from areas_area where path = any (%b)", [wanted])
    return {path: short_name(name) for path, name in rows}


def own_unit(actor: Actor) -> Mapping[str, Any]:
    """The unit of a sending unit's officer: its number, name and office; empty for everybody else."""
    if actor.scope != "organisation":
        return {}
    rows = run("select id, name, path from workforce_organisation where lineage = %b", [actor.unit])
    return {"id": rows[0][0], "name": rows[0][1], "path": rows[0][2]} if rows else {}
