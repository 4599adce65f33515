"""Reads of rounds: coverage down the tree, who is missing, the story of a positive pool. All within the caller's scope."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from lianfang.base.database.select import first_as, select, select_as
from lianfang.base.facts.api import literal
from lianfang.base.metrics.api import Figures, children, values
from lianfang.base.vault.api import incident_box
from lianfang.domain.residents.api import Resident, people_of, present_at, some_of
from lianfang.domain.rounds import metrics as m
from lianfang.domain.rounds.facts_tubes import unpack
from lianfang.domain.rounds.models import Round, Site
from lianfang.domain.rounds.series import Outcome
from lianfang.kernel.clock import beijing_day

_TOUCHING = "where path = any (%s::text[]) or path >= %s and path < %s order by id desc limit 50"
_SERIES = "where incident_id = %s and path = %s and kind = 'testing' order by id"
GRIDS = """select b.path, g.code, g.name from areas_grid_building b join areas_grid g on g.id = b.grid_id
where b.path >= %s and b.path < %s and b.net = 'community' and b.to_on is null"""
SAMPLED = """select person from rounds_sample
where incident = %s::smallint and round_id = %s::int and person = any (%s::bigint[])"""
REASONS = """select person, reason, at from rounds_not_sampled
where incident = %s::smallint and round_id = %s::int and person = any (%s::bigint[])"""
POOLS = """select t.id, t.code, t.size, t.area, t.filled_at, t.result_at,
count(i.person) filter (where i.state = 'isolated'), count(i.person) filter (where i.state = 'retested'),
count(i.person) filter (where i.state = 'released'), count(i.person) filter (where i.state = 'held'),
count(i.person) filter (where i.state = 'positive')
from rounds_tube t left join rounds_isolation i on i.incident = t.incident and i.round_id = t.round_id and i.pool = t.id
where t.incident = %s::smallint and t.round_id = %s::int and t.result = 'positive' and t.size > 1
and t.area >= %s and t.area < %s group by 1, 2, 3, 4, 5, 6 order by t.result_at desc limit 200"""
NEXT_LEVEL = {2: 4, 4: 6, 6: 9, 9: 12, 12: 16}
"""Length of a child's path below each length of path."""


@dataclass(frozen=True)
class Coverage:
    """How far a round is at one area. missing = expected - sampled, never below zero (visitors are sampled too)."""

    path: str
    name: str
    expected: int
    sampled: int
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """People expected and not sampled."""
        return max(0, self.expected - self.sampled)

    @property
    def explained(self) -> int:
        """Of the missing, those with a reason on record."""
        return min(self.missing, sum(self.reasons.values()))

    @property
    def share(self) -> float | None:
        """Sampled / expected, None where nobody is expected."""
        return min(1.0, self.sampled / self.expected) if self.expected else None


def rounds_of(path: str) -> list[Round]:
    """The rounds that touch an area, newest first."""
    related = [path[:length] for length in (2, 4, 6, 9, 12, 16) if length <= len(path)]
    return select_as(Round, _TOUCHING, [related, path, path + "~"])


def round_by_id(number: int) -> Round | None:
    """One round, if it touches the caller's scope."""
    return first_as(Round, "where id = %s", [number])


def sites_of(round_id: int) -> list[Site]:
    """The sampling sites of a round within the caller's scope."""
    return select_as(Site, "where round_id = %s order by path, id", [round_id])


MEASURES = {
    "testing": (m.EXPECTED, m.SAMPLED, m.NOT_SAMPLED),
    "screening": (m.EXPECTED_HOUSEHOLDS, m.VISITED, m.VISITS_FAILED),
}
"""What coverage is made of, by kind of round: expected, covered, not covered with a reason."""


def coverage_at(round_id: int, path: str, name: str = "", *, kind: str = "testing") -> Coverage:
    """Coverage of one area, with reasons, in one statement; people of a testing round, homes of a screening."""
    figures = values([path], MEASURES[kind], dim=str(round_id))
    return _coverage(figures, path, name, round_id, kind)


def coverage_below(round_id: int, path: str, *, kind: str = "testing") -> list[Coverage]:
    """Coverage of every child of an area (buildings below a community), worst first: most missing."""
    level, measures = NEXT_LEVEL[len(path)], MEASURES[kind]
    names = _child_names(path, level)
    figures = children(path, measures, level=level, dim=str(round_id))
    expected = measures[0]
    known = [child for child, name in figures.rows if name == expected and figures.of(child, name, str(round_id))]
    rows = [
        _coverage(figures, child, names.get(child, child[12:] or child), round_id, kind)
        for child in dict.fromkeys([*names, *known])
    ]
    return sorted(rows, key=lambda row: (-row.missing, row.path))


def _coverage(figures: Figures, path: str, name: str, round_id: int, kind: str) -> Coverage:
    expected, done, reasons = MEASURES[kind]
    prefix = f"{round_id}:"
    by_dim = figures.by_dim(path, reasons)
    said = {dim[len(prefix) :]: value for dim, value in by_dim.items() if dim.startswith(prefix)}
    return Coverage(path, name, figures.of(path, expected, str(round_id)), figures.of(path, done, str(round_id)), said)


def coverage_by_grid(path: str, rows: Sequence[Coverage]) -> list[Coverage]:
    """Coverage of the grids of a community from that of its buildings, most missing first.

    path of a row: the grid's code. Buildings that belong to no grid are added up in a last row without a name.
    """
    grids = {building: (code, name) for building, code, name in select(GRIDS, [path, path + "~"])}
    if not grids:
        return []
    found: dict[tuple[str, str], list[Coverage]] = defaultdict(list)
    for row in rows:
        if row.expected:
            found[grids.get(row.path, ("", ""))].append(row)
    added = [
        Coverage(
            code,
            name,
            sum(row.expected for row in members),
            sum(min(row.sampled, row.expected) for row in members),
            _sum_reasons(members),
        )
        for (code, name), members in found.items()
    ]
    return sorted(added, key=lambda row: (not row.name, -row.missing, row.path))


def _sum_reasons(rows: Sequence[Coverage]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.reasons)
    return dict(total)


def series_of(one: Round) -> list[tuple[Round, Outcome]]:
    """The testing rounds over the same scope in the same incident, oldest first, each with how it went."""
    rounds = select_as(Round, _SERIES, [one.incident_id, one.path])
    names = [m.POSITIVE_PEOPLE, m.TUBES, m.NEGATIVE, m.POSITIVE]
    figures = values([one.path], names)
    found = []
    for each in rounds:
        people, tubes, negative, positive = (figures.of(one.path, name, str(each.id)) for name in names)
        finished = each.state == "closed" and negative + positive >= tubes
        found.append((each, Outcome(beijing_day(each.opened_at), finished, people)))
    return found


def _child_names(path: str, level: int) -> dict[str, str]:
    statement = (
        "select path, name from areas_area where parent_path = %s and ended_on is null order by path"
        if level <= 12
        else "select path, name from areas_building where path >= %s and path < %s order by path"
    )
    return dict(select(statement, [path] if level <= 12 else [path, path + "~"]))


@dataclass(frozen=True)
class MissingPerson:
    """Somebody expected in a round who was not sampled, and the reason if one is on record."""

    resident: Resident
    reason: str
    reason_at: datetime | None


@dataclass(frozen=True)
class MissingList:
    """Who is missing at a path of at most a community, and how many were expected and sampled there."""

    path: str
    expected: int
    sampled: int
    people: list[MissingPerson]
    doors: dict[str, tuple[int, int]]
    """Household path → (people expected, people sampled), in the order of the doors."""

    @property
    def reasons(self) -> Counter[str]:
        """How many are missing by reason ('' = none on record)."""
        return Counter(person.reason for person in self.people)


def missing_people(round_: Round, path: str) -> MissingList:
    """Who is missing at a community, a building or a door: everybody present whose pseudonym has no sample.

    Only who may read lists of residents gets any; pseudonyms are made here, so the database never links the two.
    """
    present = present_at(path)
    box = incident_box(round_.incident_id)
    hidden = dict(zip(box.pseudonyms(number for _, _, number in present), present, strict=True))
    sampled = _sampled(round_, list(hidden))
    left = {person: row for person, row in hidden.items() if person not in sampled}
    doors: dict[str, tuple[int, int]] = {}
    for person, (home, _, _) in hidden.items():
        expected, done = doors.get(home, (0, 0))
        doors[home] = (expected + 1, done + (person in sampled))
    return MissingList(path, len(present), len(sampled), _named_with_reasons(round_, path, left), doors)


def _named_with_reasons(round_: Round, path: str, left: dict[int, tuple[str, int, int]]) -> list[MissingPerson]:
    """Those who are left (pseudonym → home, ledger number, code) by name, in the order of the doors."""
    reasons = {
        person: (reason, at) for person, reason, at in select(REASONS, [round_.incident_id, round_.id, literal(left)])
    }
    found = {(one.path, one.id): one for one in some_of(path, [number for _, number, _ in left.values()])}
    people = [
        MissingPerson(found[home, number], *reasons.get(person, ("", None)))
        for person, (home, number, _) in left.items()
        if (home, number) in found  # not who moved away between the two reads
    ]
    return sorted(people, key=lambda one: (one.resident.path, one.resident.id))


def _sampled(round_: Round, people: list[int]) -> set[int]:
    """Those of the given pseudonyms who have a sample in a round."""
    return {row[0] for row in select(SAMPLED, [round_.incident_id, round_.id, literal(people)])}


@dataclass(frozen=True)
class PoolMember:
    """A member of a positive pool: where they live, what became of them; the resident only where the caller may see one."""

    position: int
    path: str
    state: str
    state_at: datetime | None
    resident: Resident | None


@dataclass(frozen=True)
class Pool:
    """The story of one tube."""

    id: UUID
    code: int
    size: int
    area: str
    filled_at: datetime
    result: str | None
    result_at: datetime | None
    members: list[PoolMember]


def pool(round_: Round, tube: UUID) -> Pool | None:
    """One tube with its members in the order of the swabs; None outside the caller's scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, code, size, area, filled_at, result, result_at, people from rounds_tube "
            "where incident = %s and id = %s and round_id = %s",
            [round_.incident_id, tube, round_.id],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        order = unpack(bytes(row[7]))
        cursor.execute(
            "select person, path, state, state_at from rounds_isolation "
            "where incident = %s and round_id = %s and person = any (%s)",
            [round_.incident_id, round_.id, order],
        )
        states = {person: (path, state, at) for person, path, state, at in cursor.fetchall()}
        cursor.execute(
            "select person, path from rounds_sample where incident = %s and round_id = %s and person = any (%s)",
            [round_.incident_id, round_.id, order],
        )
        homes = dict(cursor.fetchall())
    named = _named(round_, {homes[person][:16] for person in order if person in homes})
    members = []
    for position, person in enumerate(order):
        path, state, at = states.get(person, (homes.get(person, ""), "", None))
        members.append(PoolMember(position + 1, path, state, at, named.get(person)))
    number, code, size, area, filled_at, result, result_at = row[:7]
    return Pool(number, code, size, area, filled_at, result, result_at, members)


def _named(round_: Round, buildings: set[str]) -> dict[int, Resident]:
    box = incident_box(round_.incident_id)
    people = [person for building in sorted(buildings) for person in people_of(building)]
    return dict(zip(box.pseudonyms(person.number for person in people), people, strict=True))


def positive_pools(round_: Round, path: str) -> list[dict[str, Any]]:
    """Positive tubes of a round within an area, newest first, with how many members stand in which state."""
    rows = select(POOLS, [round_.incident_id, round_.id, path, path + "~"])
    names = (
        "id",
        "code",
        "size",
        "area",
        "filled_at",
        "result_at",
        "isolated",
        "retested",
        "released",
        "held",
        "positive",
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
