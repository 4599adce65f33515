"""Reads of calls, answers and offers; the database shows only what the entered scope may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from lianfang.base.database.select import call
from lianfang.domain.volunteers import rules, sealing
from lianfang.domain.volunteers.rules import Fit, Stated
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import mask_phone
from lianfang.kernel.ids import format_code

_CALLS: Final = """
select c.id, c.code, c.path, c.at_path, c.role, c.place, c.skills, c.age_from, c.age_to, c.first_on, c.last_on, c.closes_at, c.says,
    c.insurance, c.state, c.places, c.batch, coalesce(a.name, ''), c.closes_at <= now() as over
from volunteers_call c left join areas_area a on a.path = c.path
"""
_COUNTS: Final = """
select call_id, state, count(*) from volunteers_answer where call_id = any (%s::bigint[]) group by 1, 2
"""
_ANSWERS: Final = """
select a.id, a.path, a.sealed, a.home_path, coalesce(b.name, ''), a.distance, a.skills, a.born_year, a.state, a.via, a.asked_next,
    a.made_at, a.member_id, a.thanks,
    (select array_agg(h.on_day order by h.on_day, h.from_minute) from volunteers_hours h where h.answer_id = a.id),
    (select array_agg(h.from_minute order by h.on_day, h.from_minute) from volunteers_hours h where h.answer_id = a.id),
    (select array_agg(h.to_minute order by h.on_day, h.from_minute) from volunteers_hours h where h.answer_id = a.id),
    exists (select 1 from volunteers_word w where w.answer_id = a.id), a.call_id, a.destroyed_at
from volunteers_answer a left join areas_building b on b.path = left(a.home_path, 16)
"""
PAGE: Final = 100
"""Answers on one page: an assumption."""


@dataclass(frozen=True)
class Call:
    """One call. counts: answers by state. standing: open, over, withdrawn."""

    id: int
    number: int
    path: str
    at_path: str
    role: str
    place: str
    skills: tuple[str, ...]
    age_from: int | None
    age_to: int | None
    first_on: date
    last_on: date
    closes_at: datetime
    says: str
    insurance: str
    state: str
    places: int
    batch: int | None
    community: str
    over: bool
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The nine characters of its public address."""
        return format_code(self.number)

    @property
    def standing(self) -> str:
        """open, over or withdrawn."""
        return "withdrawn" if self.state != "open" else "over" if self.over else "open"


@dataclass(frozen=True)
class Window:
    """One shift of a call; free: places that nobody has."""

    id: int
    day: date
    begins: int
    ends: int
    wanted: int
    free: int

    @property
    def taken(self) -> int:
        """Places that somebody has."""
        return self.wanted - self.free

    @property
    def text(self) -> str:
        """08:00–12:00."""
        return f"{rules.clock(self.begins)}–{rules.clock(self.ends)}"


@dataclass(frozen=True)
class Answer:
    """One answer as the office sees it. name: '' once destroyed; phone: masked; fitting: shifts inside the stated hours."""

    id: int
    call_id: int
    path: str
    name: str
    phone: str
    address: str
    words: str
    building: str
    state: str
    via: str
    asked_next: bool
    made_at: datetime
    member_id: int | None
    thanks: str
    hours: tuple[Stated, ...]
    wrote: bool
    skills: tuple[str, ...]
    fit: Fit
    fitting: tuple[int, ...]


def calls(low: str, *, limit: int = PAGE) -> list[Call]:
    """Calls of an area, open ones first, newest first, with the counts of their answers."""
    rows = call(
        f"{_CALLS} where c.path >= %s and c.path < %s order by c.state <> 'open' or c.closes_at <= now(), c.id desc limit %s",
        [low, low + "~", limit],
    )
    return _counted([_call(row) for row in rows])


def one_call(number: int) -> Call:
    """A call of the caller's area with its counts; raises access.not_found."""
    rows = call(f"{_CALLS} where c.id = %s", [number])
    if not rows:
        raise LianfangError("access.not_found")
    return _counted([_call(rows[0])])[0]


def windows(call_id: int) -> list[Window]:
    """The shifts of a call by time, with free places."""
    return [Window(*row[:6]) for row in call("select * from volunteers_windows(%s)", [call_id])]


def answers(of: Call, shifts: Sequence[Window], *, number: int | None = None) -> list[Answer]:
    """Answers to a call (or one of them), undecided first, then by what the call asks, by distance, and by the time they came.

    Two statements however many there are. Names and masked telephones are opened here; the order says nothing about people.
    """
    where = " where a.call_id = %s" + (" and a.id = %s" if number is not None else "")
    rows = call(_ANSWERS + where, [of.id] + ([number] if number is not None else []))
    sent = member_lines([row[12] for row in rows if row[9] == "unit" and row[12]])
    made = [_answer(of, shifts, row, sent.get(row[12])) for row in rows]
    return sorted(
        made, key=lambda one: (_STATES.index(one.state), not one.asked_next, one.fit.key, one.made_at, one.id)
    )


_STATES: Final = ("new", "waiting", "accepted", "withdrawn", "released", "declined")


def one_answer(number: int) -> tuple[Call, list[Window], Answer]:
    """An answer of the caller's area with its call and shifts; raises access.not_found."""
    rows = call("select call_id from volunteers_answer where id = %s", [number])
    if not rows:
        raise LianfangError("access.not_found")
    of = one_call(rows[0][0])
    shifts = windows(of.id)
    return of, shifts, answers(of, shifts, number=number)[0]


def words_of(answer: Answer) -> list[tuple[datetime, str]]:
    """What somebody wrote to the office, newest first."""
    rows = call("select made_at, sealed from volunteers_word where answer_id = %s order by id desc", [answer.id])
    return [(at, str(sealing.unseal(answer.path, sealed, sealing.WORDS) or "")) for at, sealed in rows]


def _call(row: tuple[Any, ...]) -> Call:
    number, code, path, at_path, role, place, skills, *rest = row
    return Call(number, code, path, at_path, role, place, tuple(skills), *rest)


def _counted(found: list[Call]) -> list[Call]:
    for number, state, count in call(_COUNTS, [[one.id for one in found]]) if found else []:
        next(one for one in found if one.id == number).counts[state] = count
    return found


def _answer(of: Call, shifts: Sequence[Window], row: tuple[Any, ...], sent: Any) -> Answer:
    (number, path, sealed, _home, building, distance, skills, born, state, via, asked_next, made_at, member, thanks, days, begins,
     ends, wrote, call_id, _gone) = row  # fmt: skip
    said = sealing.unseal(path, sealed) or {"name": "", "phone": "", "address": "", "words": ""}
    if sent is not None:
        said = {"name": sent.name, "phone": "", "address": sent.unit, "words": ""}
    hours = tuple(Stated(*one) for one in zip(days or (), begins or (), ends or (), strict=True))
    fitting = tuple(
        one.id for one in shifts
        if any(h.day == one.day and h.begins <= one.begins and one.ends <= h.ends for h in hours)
    )  # fmt: skip
    age = of.first_on.year - born if born else None
    judged = rules.fit(
        asked=of.skills,
        has=skills,
        distance=distance,
        age=age,
        age_from=of.age_from,
        age_to=of.age_to,
        hours_fit=len(fitting),
        careful=bool(said.get("careful")),
    )
    return Answer(
        number, call_id, path, said["name"], mask_phone(said["phone"]) if said["phone"] else "", said["address"], said["words"],
        building or "", state, via, asked_next, made_at, member, str(sealing.unseal(path, thanks, sealing.WORDS) or ""), hours, wrote,
        tuple(skills), judged, fitting,
    )  # fmt: skip
