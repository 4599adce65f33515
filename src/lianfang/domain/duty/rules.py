"""Pure decisions of duty: kinds of posts, patterns of shifts, rest rules, coverage by hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError

KINDS: Final = ("checkpoint", "gate", "lookout", "desk", "patrol", "team", "key_unit")
"""Checkpoint, gate, lookout, sampling desk, patrol, a team that walks from door to door, a key unit."""
LIVE: Final = ("planned", "published", "present", "left")
DAY_MINUTES: Final = 1440
LONGEST: Final = timedelta(hours=24)
MOST_DAYS: Final = 62
"""Days that one call plans ahead: two months (assumption)."""


@dataclass(frozen=True)
class Rest:
    """The rest section of a playbook in minutes. rest: between shifts; shift, week: longest; nights: in a row.

    The defaults are an assumption: no source document states them.
    """

    rest: int = 11 * 60
    shift: int = 12 * 60
    nights: int = 3
    week: int = 48 * 60


@dataclass(frozen=True)
class Pattern:
    """A shift that returns every day. start, length: minutes (a start of 1320 and a length of 480 ends the next morning).

    weekdays: Monday 0 to Sunday 6, empty for every day.
    """

    start: int
    length: int
    wanted: int
    skill: str = ""
    leader: bool = False
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True)
class NewShift:
    """A shift to be made: from one instant to another, so many people."""

    starts_at: datetime
    ends_at: datetime
    wanted: int
    skill: str = ""
    leader: bool = False


def rolled_out(patterns: Sequence[Pattern], first: date, days: int) -> list[NewShift]:
    """The shifts of patterns over days, in order of time; raises duty.shift_unsound."""
    if not 1 <= days <= MOST_DAYS:
        raise LianfangError("duty.shift_unsound")
    made = []
    for at in range(days):
        day = first + timedelta(days=at)
        for one in patterns:
            if one.weekdays and day.weekday() not in one.weekdays:
                continue
            if not (0 <= one.start < DAY_MINUTES and 0 < one.length <= DAY_MINUTES and 1 <= one.wanted <= 500):
                raise LianfangError("duty.shift_unsound")
            start = datetime.combine(day, time(), BEIJING) + timedelta(minutes=one.start)
            made.append(NewShift(start, start + timedelta(minutes=one.length), one.wanted, one.skill, one.leader))
    return sorted(made, key=lambda shift: (shift.starts_at, shift.ends_at, shift.skill))


def round_the_clock(crews: int, wanted: int, *, start: int = 480, skill: str = "") -> tuple[Pattern, ...]:
    """A day cut into equal shifts (two of 12 hours, three of 8, four of 6) from `start` on; raises duty.shift_unsound."""
    if crews not in (1, 2, 3, 4, 6):
        raise LianfangError("duty.shift_unsound")
    length = DAY_MINUTES // crews
    return tuple(Pattern((start + at * length) % DAY_MINUTES, length, wanted, skill) for at in range(crews))


@dataclass(frozen=True)
class Stretch:
    """People from one instant to another: wanted by a shift, or standing there in a slot."""

    starts_at: datetime
    ends_at: datetime
    people: int = 1


@dataclass(frozen=True)
class Hour:
    """One hour of one day at a post: least people who must stand there, wanted by shifts, booked at any minute of it.

    state: closed (nothing must be held), good (all there), thin (fewer than wanted), empty (fewer than must be).
    """

    hour: int
    least: int
    wanted: int
    booked: int
    state: str


def coverage(
    day: date, *, open_from: int, open_to: int, least: int, wanted: Iterable[Stretch], booked: Iterable[Stretch]
) -> list[Hour]:
    """24 hours of a Beijing day; an hour counts as held by whoever stands there through its whole length, crews added up.

    Each quarter of an hour is looked at and the worst one speaks for its hour.
    """
    start = datetime.combine(day, time(), BEIJING)
    ask, have = _quarters(start, wanted), _quarters(start, booked)
    hours = []
    for hour in range(24):
        need = least if open_from < (hour + 1) * 60 and open_to > hour * 60 else 0
        span = range(hour * 4, hour * 4 + 4)
        want, got = max(ask[q] for q in span), min(have[q] for q in span)
        worst = min(have[q] - ask[q] for q in span)
        if not need and not want:
            state = "closed"
        elif got < need or got == 0:
            state = "empty"
        else:
            state = "thin" if worst < 0 else "good"
        hours.append(Hour(hour, need, want, got, state))
    return hours


def _quarters(start: datetime, stretches: Iterable[Stretch]) -> list[int]:
    """People at each quarter of an hour of the day from `start`."""
    found = [0] * 96
    for one in stretches:
        first = max(0, int((one.starts_at - start).total_seconds() // 900))
        last = min(96, -int((start - one.ends_at).total_seconds() // 900))
        for quarter in range(first, last):
            found[quarter] += one.people
    return found
