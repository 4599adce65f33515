"""Reads of the ledger for its pages, within the caller's scope: pages of people, counts, one person, one exact code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection, transaction

from lianfang.base.database.errors import refusals
from lianfang.base.database.select import ask, select
from lianfang.domain.residents.sealing import PERSON, SECRET, Opener, box_of, unseal
from lianfang.kernel.divisions import ABOVE_ALL, PATH_LENGTH, Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code

PAGE: Final = 200
"""Rows of a list on one page (the shell's rule: beyond 200 rows the server pages)."""

EVERYBODY: Final = 100_000
"""More people than any community has; a search by name reads them all."""

_COLUMNS: Final = """
p.id, p.code, r.path, p.path, r.why, p.present, p.sex, p.born_year, p.kind, p.tags, p.sealed, h.sealed
from residents_presence r join residents_person p on p.id = r.person_id
left join residents_household h on h.path = r.path
"""
_AT: Final = "where r.path >= %s and r.path < %s and (r.path, r.person_id) > (%s, %s::bigint)"
_ORDER: Final = "order by r.path, r.person_id, r.why limit %s::int"
_PEOPLE: Final = f"select {_COLUMNS} {_AT} {_ORDER}"
_PEOPLE_LIKE: Final = f"""
select {_COLUMNS} {_AT}
    and (%s::smallint = 0 or %s::smallint = any (p.tags)) and (%s::smallint = 0 or p.kind = %s::smallint) {_ORDER}
"""
_NAMES: Final = """
select p.id, p.path, p.sealed from residents_presence r join residents_person p on p.id = r.person_id
where r.path >= %(low)s and r.path < %(high)s order by r.path, r.person_id limit %(limit)s::int
"""
_THESE: Final = f"select {_COLUMNS} where p.id = any (%s::bigint[]) and r.path >= %s and r.path < %s {_ORDER}"
_BY_CODE: Final = f"select {_COLUMNS} where p.code = %s order by r.why limit 1"
_ONCE: Final = """
count(*) filter (where case when r.why = 2 then not exists (
    select 1 from residents_presence h where h.person_id = r.person_id and h.why <> 2 and h.path >= {low} and h.path < {high}
) else true end)
"""
"""People of a place, each once: nobody is found at more than two homes, and who stays at one is counted at their own."""
_BUILDINGS: Final = f"""
select b.path, b.name, coalesce(c.name, ''), coalesce(n.people, 0)::int, coalesce(n.doors, 0)
from areas_building b left join areas_compound c on c.id = b.compound_id
left join (
    select left(d.path, 16) as path, sum(d.people) as people, count(*) as doors
    from (select r.path, {_ONCE.format(low="left(r.path, 16)", high="(left(r.path, 16) || '~')")} as people
        from residents_presence r where r.path >= %(low)s and r.path < %(high)s group by r.path) d
    group by 1
) n on n.path = b.path
where b.path >= %(low)s and b.path < %(high)s order by b.path
"""
_TAGS: Final = """
select t.tag, count(distinct p.id) from residents_presence r join residents_person p on p.id = r.person_id
cross join lateral unnest(p.tags || (100 + p.kind)::smallint) as t(tag)
where r.path >= %s and r.path < %s group by t.tag
"""
_COUNT: Final = f"""
select {_ONCE.format(low="%(low)s", high="%(high)s")} from residents_presence r
where r.path >= %(low)s and r.path < %(high)s
"""
_PLACES: Final = """
select r.path, r.why, coalesce(a.name, ''), coalesce(b.name, ''), coalesce(g.name, '')
from residents_presence r left join areas_area a on a.path = left(r.path, 12)
left join areas_building b on b.path = left(r.path, 16) left join areas_grid g on g.id = r.grid_id
where r.person_id = %s order by r.why
"""
_KIND_OFFSET: Final = 100
"""Kinds of residence come back from the counting statement above this number, tags below it."""
_AREAS: Final = """
select path, name, code from areas_area where parent_path = %s and ended_on is null order by path
"""


@dataclass(frozen=True)
class Line:
    """One resident at one place. path: of the place; home: of the household; why: 1 lives there, 2 stays there."""

    id: int
    number: int
    path: str
    home: str
    why: int
    present: bool
    sex: int
    born_year: int
    kind: int
    tags: tuple[int, ...]
    name: str
    relation: str
    care: tuple[str, ...]
    phone: str
    door: str

    @property
    def code(self) -> str:
        """The printed code."""
        return format_code(self.number)

    @property
    def key(self) -> str:
        """Where the next page goes on."""
        return f"{self.path}.{self.id}"


@dataclass(frozen=True)
class BuildingCount:
    """A building with the people and the doors in the caller's scope."""

    path: str
    name: str
    compound: str
    people: int
    doors: int


@dataclass(frozen=True)
class Presence:
    """One place where somebody is to be found, in words. why: 1 lives there, 2 stays there."""

    path: str
    why: int
    community: str
    building: str
    grid: str


@dataclass(frozen=True)
class Found:
    """Somebody whose exact code was typed or scanned: name and community, nothing more."""

    name: str
    present: bool
    community: str


def people(path: str, *, tag: int = 0, kind: int = 0, after: str = "", limit: int = PAGE) -> list[Line]:
    """People at a path in the order of doors. tag, kind: only those with it; after: `Line.key` of the last one seen."""
    opener = Opener()
    return [_line(row, opener) for row in _people(path, tag=tag, kind=kind, after=after, limit=limit)]


def people_named(path: str, word: str, *, limit: int = PAGE) -> list[Line]:
    """People at a path whose name holds a word; names are opened and compared here, no index of names exists."""
    opener = Opener()
    found = [
        number
        for number, home, sealed in select(_NAMES, {"low": path, "high": path + ABOVE_ALL, "limit": EVERYBODY})
        if word in opener.name(home, sealed)
    ]
    return [_line(row, opener) for row in select(_THESE, [found[:limit], path, path + ABOVE_ALL, limit])]


def _people(path: str, *, tag: int = 0, kind: int = 0, after: str = "", limit: int = PAGE) -> list[tuple[Any, ...]]:
    low, high = path, path + ABOVE_ALL
    at, _, number = after.partition(".")
    goes_on = number.isascii() and number.isdigit()
    first = [at, int(number[:18])] if goes_on and at >= low else [low, -1]
    if tag or kind:
        return select(_PEOPLE_LIKE, [low, high, *first, tag, tag, kind, kind, limit])
    return select(_PEOPLE, [low, high, *first, limit])


def buildings(path: str) -> list[BuildingCount]:
    """The buildings of a community with their counts, in their order."""
    low, high = path, path + ABOVE_ALL
    return [BuildingCount(*row) for row in select(_BUILDINGS, {"low": low, "high": high})]


def count(path: str) -> int:
    """How many people the lists of a place hold."""
    return int(select(_COUNT, {"low": path, "high": path + ABOVE_ALL})[0][0])


def tag_counts(path: str) -> tuple[dict[int, int], dict[int, int]]:
    """How many people at a path carry each care tag, and how many are of each kind of residence."""
    found = dict(select(_TAGS, [path, path + ABOVE_ALL]))
    tags = {number: count for number, count in found.items() if number < _KIND_OFFSET}
    return tags, {number - _KIND_OFFSET: count for number, count in found.items() if number >= _KIND_OFFSET}


def person_with(number: int) -> Line | None:
    """The person behind a printed code, if the caller's lists may show them."""
    rows = select(_BY_CODE, [number])
    return _line(rows[0], Opener()) if rows else None


def confirmed_on(person_id: int) -> date | None:
    """The day somebody's entry was last confirmed by an office."""
    with connection.cursor() as cursor:
        cursor.execute("select confirmed_on from residents_person where id = %s", [person_id])
        row = cursor.fetchone()
    return row[0] if row else None


def places(person_id: int) -> list[Presence]:
    """Where somebody is to be found, as far as the caller may see."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [person_id])
        return [Presence(*row) for row in cursor.fetchall()]


def areas_below(path: str) -> list[tuple[str, str, str]]:
    """(path, name, code) of the areas right below one."""
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, [path])
        return cursor.fetchall()


def open_secret(line: Line, purpose: str) -> dict[str, Any]:
    """Identity, phone and addresses of one person; the look is recorded with its purpose.

    Raises vault.purpose_missing, vault.second_person_needed (twenty an hour), access.not_found.
    """
    sealed = ask("residents_open_secret(%s, %s)", line.id, purpose)
    return {} if sealed is None else dict(unseal(box_of(line.home, {}), sealed, SECRET))


def by_code(number: int, purpose: str) -> Found:
    """One person by an exact code within the caller's reach; the look is recorded. Raises access.not_found."""
    with refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select path, sealed, present from residents_by_code(%s, %s)", [number, purpose])
        row = cursor.fetchone()
        if row is None:
            raise LianfangError("access.not_found")
        path, sealed, present = row
        cursor.execute("select name from areas_area where path = %s", [path[: PATH_LENGTH[Level.COMMUNITY]]])
        area = cursor.fetchone()
    return Found(unseal(box_of(path, {}), sealed, PERSON).get("name", ""), present, area[0] if area else "")


def _line(row: tuple[Any, ...], opener: Opener) -> Line:
    number, code, path, home, why, present, sex, born, kind, tags, sealed, door_sealed = row
    said = opener.person(home, sealed)
    door = opener.door(path, door_sealed) if door_sealed is not None else ""
    return Line(
        number, code, path, home, why, present, sex, born, kind, tuple(tags or ()), said.name, said.relation or "",
        said.care or (), said.phone or "", door,
    )  # fmt: skip
