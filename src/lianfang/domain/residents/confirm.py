"""Confirming entries door by door: who is due, one tap for a home, a word to the office where something is not right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, connections

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.residents import sealing
from lianfang.domain.residents.services import today
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code

REVIEW_DAYS: Final = 365
"""Standing data is looked at once a year (DECISIONS, Meaning 1)."""
DUE_DAYS: Final = 30
"""Days in which a review is done: an assumption."""
DOUBTS: Final = ("moved_out", "died", "away", "somebody_new", "other")
"""What may be wrong with an entry, seen on its doorstep."""

_PEOPLE: Final = """
select p.path, h.sealed, p.id, p.code, p.sealed, p.sex, p.born_year, p.confirmed_on, p.present and p.stay_path is null
from residents_person p join residents_household h on h.path = p.path
where p.path >= %s and p.path < %s and p.gone = 0
order by p.path, p.id
"""

_BUILDINGS: Final = """
select b.path, b.name, count(*), count(*) filter (where p.confirmed_on is null or p.confirmed_on < %s) as due
from residents_person p join areas_building b on b.path = left(p.path, 16)
where p.path >= %s and p.path < %s and p.gone = 0 group by b.path, b.name order by due desc, b.path
"""


@dataclass(frozen=True)
class Resident:
    """Somebody registered at a door. here: to be found at home, not away."""

    id: int
    code: str
    name: str
    sex: int
    born_year: int
    confirmed_on: date | None
    here: bool


@dataclass(frozen=True)
class Home:
    """A home with the people registered there; due: somebody's entry is older than a year."""

    path: str
    door: str
    people: tuple[Resident, ...]
    due: bool


def start_review(*, actor: Actor, path: str, before: date | None = None) -> int:
    """Put one item on the lists for every building below a path with entries older than a year (or than `before`)."""
    day = today()
    due = datetime.combine(day + timedelta(days=DUE_DAYS), datetime.min.time(), BEIJING)
    with scoped(actor):
        rows = run(
            "select residents_review_start(%b, %b, %b, %b)",
            [path, before or day - timedelta(days=REVIEW_DAYS), due, day.isoformat()],
        )
        return int(rows[0][0])


def confirm_homes(*, actor: Actor, homes: Sequence[str]) -> int:
    """Record that everybody registered at these homes is there as recorded, today, by the caller; returns how many."""
    with scoped(actor):
        return int(run("select residents_confirm(%b::text[], %b)", [list(homes), today()])[0][0])


def doubt_entry(*, actor: Actor, person_id: int, what: str) -> None:
    """Tell the office that an entry is not right any more; raises residents.change_unknown, access.not_found."""
    if what not in DOUBTS:
        raise LianfangError("residents.change_unknown", what=what[:20])
    with scoped(actor):
        run("select residents_doubt(%b::int8, %b)", [person_id, what])


def buildings_to_confirm(*, path: str) -> list[tuple[str, str, int, int]]:
    """Buildings of a community: (path, name, people registered, of these not confirmed within a year); most due first."""
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS, [today() - timedelta(days=REVIEW_DAYS), path, path + "~"])
        return list(cursor.fetchall())


def homes_to_confirm(*, actor: Actor, path: str, before: date | None = None) -> list[Home]:
    """The homes of a building in the order of doors with the people registered there; two seals a person at most."""
    limit = before or today() - timedelta(days=REVIEW_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [path, path + "~"])
        rows = cursor.fetchall()
    box = sealing.box_of(path, {})
    homes: dict[str, tuple[str, list[Resident]]] = {}
    for at, door, number, code, sealed, sex, born, confirmed, here in rows:
        if at not in homes:
            homes[at] = (str(sealing.unseal(box, door, sealing.HOUSEHOLD).get("door", "")), [])
        name = sealing.unseal(box, sealed, sealing.PERSON).get("name", "")
        homes[at][1].append(Resident(number, format_code(code), name, sex, born, confirmed, here))
    return [
        Home(at, door, tuple(people), any(one.confirmed_on is None or one.confirmed_on < limit for one in people))
        for at, (door, people) in homes.items()
    ]


_reviewed: list[date] = []


def review_daily() -> None:
    """Once a day by the steward: items for entries older than a year, and for stays and absences that end."""
    day = today()
    if day in _reviewed:
        return
    with connections["door"].cursor() as cursor:
        cursor.execute("select residents_review_daily(%s)", [day])
    _reviewed[:] = [day]
