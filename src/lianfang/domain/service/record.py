"""The record of service: lines and sums as they are read, objections, and who looked. Nothing here orders people by amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.base.vault.api import standing_box
from lianfang.domain.service.entering import today
from lianfang.domain.service.words import PURPOSES
from lianfang.domain.workforce.api import Opener
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code

MOST_WORDS: Final = 500
WORDS: Final = b"service_objection.sealed"
ANSWER: Final = b"service_objection.answer"


@dataclass(frozen=True)
class Line:
    """One line of a record. minutes: of a shift; times: homes visited. objection: '' or the state of the last one."""

    line: str
    kind: str
    incident: str
    day: date
    until_day: date
    minutes: int
    times: int
    place: str
    role: str
    title: str
    objection: str

    @property
    def hours(self) -> str:
        """Hours with one decimal, '' where the line has none."""
        return f"{self.minutes / 60:g}" if self.minutes % 6 == 0 else f"{self.minutes / 60:.1f}"


@dataclass(frozen=True)
class Sums:
    """What somebody did in all. days: with any work; minutes: of shifts; places: communities."""

    days: int
    minutes: int
    shifts: int
    visits: int
    missions: int
    pairings: int
    places: int
    roles: tuple[str, ...]
    first_on: date | None
    last_on: date | None

    @property
    def hours(self) -> int:
        """Whole hours."""
        return round(self.minutes / 60)


@dataclass(frozen=True)
class Served:
    """One member of a unit with their sums."""

    id: int
    code: str
    name: str
    unit: str
    duty: str
    agreed: bool
    sums: Sums


@dataclass(frozen=True)
class Objection:
    """What a member objects to, and the answer. line: kind and number, or `missing`."""

    id: int
    line: str
    on_day: date | None
    path: str
    words: str
    made_at: datetime
    state: str
    minutes: int | None
    answer: str
    answered_at: datetime | None
    member: int = 0
    code: str = ""
    name: str = ""
    work: dict[str, Any] | None = None


def my_lines() -> list[Line]:
    """My own lines, newest first."""
    return [_line(row) for row in call("select * from service_my_record()")]


def my_sums() -> Sums:
    """My own sums."""
    return _sums(call("select * from service_my_sums()")[0][1:])


def my_past() -> list[tuple[Any, ...]]:
    """Sums of incidents whose details are destroyed: (incident, first, last, days, minutes, shifts, visits, missions, pairings)."""
    return call("select * from service_my_past()")


def my_looks() -> list[tuple[Any, ...]]:
    """Who read my record: (at, role, office, purpose, whether it was an export)."""
    return call("select * from service_my_looks()")


def my_objections() -> list[Objection]:
    """What I objected to, newest first."""
    found = []
    for number, line, day, path, sealed, made, state, minutes, answer, answered in call(
        "select * from service_my_objections()"
    ):
        words, said = _open(path, sealed, WORDS), _open(path, answer, ANSWER)
        found.append(Objection(number, line, day, path, words, made, state, minutes, said, answered))
    return found


def object_to(*, line: str, words: str, day: date | None = None) -> int:
    """Object to a line of my record, or to one that is missing on a day; the office gets it as an item. Returns its number.

    Raises service.words_missing, service.day_missing, service.already_open, service.enough_open, access.not_found.
    """
    if not words.strip() or len(words) > MOST_WORDS:
        raise LianfangError("service.words_missing")
    place = call("select service_answering(%s)", [line])[0][0]
    if place is None:
        raise LianfangError("access.not_found")
    sealed = standing_box(place).seal(words.strip().encode(), WORDS)
    return int(call("select service_object(%s, %s, %s)", [line, day, sealed])[0][0])


def agree(agreed: bool) -> None:
    """Say whether my record may leave my unit."""
    call("select service_agree(%s)", [agreed])


# ------------------------------------------------------------------------------------------------------- the office


def look_at(*, actor: Actor, member: int, purpose: str) -> list[Line]:
    """The record of one member whom the actor sees; who asked and what for is written down first.

    Raises service.purpose_missing, access.not_found.
    """
    call("select service_look(%s, %s)", [member, purpose if purpose in PURPOSES else ""])
    return [_line(row) for row in call("select * from service_record(%s)", [member])]


def unit_record(*, actor: Actor, unit: int, outside: bool = False, purpose: str = "") -> list[Served]:
    """The members of a unit and of the units under it with their sums, by name; outside: only those who agreed.

    With a purpose the look is written down for each of them. Raises access.not_found.
    """
    rows = call("select * from service_unit(%s, %s, %s)", [unit, outside, purpose])
    opener, found = Opener(), []
    for number, code, key_path, sealed, of, duty, agreed, *sums in rows:
        name = opener.member(key_path, sealed).name
        found.append(Served(number, format_code(code), name, of, duty, agreed, _sums(sums)))
    return sorted(found, key=lambda one: (by_name(one.name), one.code))


def by_name(name: str) -> bytes:
    """The order of names: GB 18030 has common characters in the order of pinyin."""
    return name.encode("gb18030")


def objections(*, actor: Actor, number: int | None = None) -> list[Objection]:
    """Objections that this office answers, open ones first."""
    opener, found = Opener(), []
    for row in call("select * from service_objections(%s)", [number]):
        (key, member, code, key_path, shown, path, line, day, sealed, made, state, minutes, answer, answered, work) = (
            row
        )
        found.append(
            Objection(
                key, line, day, path, _open(path, sealed, WORDS), made, state, minutes, _open(path, answer, ANSWER),
                answered, member, format_code(code), opener.member(key_path, shown).name,
                None if work is None else msgspec.json.decode(work),
            )
        )  # fmt: skip
    return found


def answer(
    *, actor: Actor, objection: Objection, upheld: bool, words: str, hours: float | None = None, role: str = "other"
) -> None:
    """Answer an objection: the line counts so many hours from now on, or it stays and both views are kept.

    Raises service.words_missing, service.hours_wrong, service.answered_already, access.not_found.
    """
    if not words.strip() or len(words) > MOST_WORDS:
        raise LianfangError("service.words_missing")
    if upheld and (hours is None or not 0 <= hours <= 24):
        raise LianfangError("service.hours_wrong")
    minutes = round((hours or 0) * 60) if upheld else None
    sealed = standing_box(objection.path).seal(words.strip().encode(), ANSWER)
    call("select service_answer(%s, %s, %s, %s, %s)", [objection.id, upheld, minutes, role, sealed])


def sealed_day(text: str) -> date | None:
    """A day of a form, None when it is not one or lies ahead."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day <= today() else None


def _open(path: str, sealed: Any, column: bytes) -> str:
    return standing_box(path).open(sealed, column).decode() if sealed is not None else ""


def _line(row: Sequence[Any]) -> Line:
    line, kind, incident, day, until, minutes, times, place, role, title, objection = row
    return Line(line, kind, incident, day, until, minutes, times, short_name(place), role, title, objection)


def _sums(row: Sequence[Any]) -> Sums:
    days, minutes, shifts, visits, missions, pairings, places, roles, first, last = row
    return Sums(days, minutes, shifts, visits, missions, pairings, places, tuple(roles or ()), first, last)
