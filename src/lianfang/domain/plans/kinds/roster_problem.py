"""From the books to the planner and back: what is asked becomes a problem, a roster becomes lines with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from lianfang.domain.duty.api import Busy, Stand
from lianfang.domain.plans.engines import rostering
from lianfang.domain.workforce.api import Window
from lianfang.kernel.clock import BEIJING

BLOCK: Final = 1_000_000.0
"""Price of a cell that must stay free, against 100 for a missing person: never paid while leaving a place empty is possible."""
NIGHT_COST: Final = 2.0
"""Price of one more night for each night of the last four weeks above the smallest (assumption): nights go round."""
ELSEWHERE: Final = "@"
Cell = tuple[str, int]
Activity = tuple[str, str, str | None]


@dataclass(frozen=True)
class RosterProblem:
    """The planner's problem and what its names mean. shift_of: (day, shift type, post, skill) → shift; day 0 is `first`.

    pins: cells that are settled: held places, and duty elsewhere (posts that start with @).
    """

    problem: rostering.Problem
    pins: dict[Cell, Activity]
    first: date
    shift_of: Mapping[tuple[int, str, str, str | None], int]
    blocked: frozenset[tuple[str, int, str]] = field(default_factory=frozenset)


def build(stand: Stand) -> RosterProblem:
    """The problem of a stand; raises ProblemError where the planner finds it unsound."""
    kinds: dict[str, rostering.Shift] = {}
    demand: list[rostering.Demand] = []
    shift_of: dict[tuple[int, str, str, str | None], int] = {}
    for place in stand.places:
        day, kind = _kind(kinds, stand.ask.first, place.starts_at, place.ends_at)
        key = (day, kind, str(place.post), place.skill or None)
        shift_of[key] = place.shift
        demand.append(rostering.Demand(day, kind, place.wanted, key[2], key[3], over_cost=None))
    wanted = tuple(kinds)
    pins = _held(stand, kinds)
    away, history = _elsewhere(stand, kinds, pins)
    demand += [rostering.Demand(day, kind, 1, post, over_cost=None) for day, kind, post in away]
    blocked = {
        (str(person.id), day, kind)
        for person in stand.people
        for day in range(stand.ask.days)
        for kind in wanted
        if (str(person.id), day) not in pins
        and not _free(stand, kinds[kind], day, stand.taken.get(person.id, ()), stand.offered.get(person.id))
    }
    leave = _whole_days(blocked, wanted)
    members = [
        rostering.Member(
            str(person.id), person.skills, leave=frozenset(leave.get(str(person.id), ())), history=history[str(person.id)],
            posts=None if person.posts is None else frozenset(map(str, person.posts)) | _pinned_posts(pins, str(person.id)),
        )
        for person in stand.people
    ]  # fmt: skip
    rules = rostering.Rules(
        rest_minutes=stand.rest.rest, max_shift_minutes=stand.rest.shift, max_nights_in_row=stand.rest.nights,
        week_minutes=stand.rest.week, night_cost=NIGHT_COST,
        two_person=bool(stand.two_person), two_person_posts=frozenset(map(str, stand.two_person)),
    )  # fmt: skip
    wishes = [
        rostering.Wish(who, day, kind, BLOCK) for who, day, kind in sorted(blocked) if day not in leave.get(who, ())
    ]
    problem = rostering.Problem(
        tuple(kinds.values()), tuple(demand), tuple(members), rules, tuple(wishes), stand.ask.days,
        stand.ask.first.weekday(),
    )  # fmt: skip
    return RosterProblem(problem, pins, stand.ask.first, shift_of, frozenset(blocked))


def paired_posts(problem: rostering.Problem) -> frozenset[str]:
    """Posts where nobody may stand alone."""
    rules = problem.rules
    if not rules.two_person:
        return frozenset()
    return frozenset(row.post for row in problem.demand) if rules.two_person_posts is None else rules.two_person_posts


def _kind(kinds: dict[str, rostering.Shift], first: date, starts_at: datetime, ends_at: datetime) -> tuple[int, str]:
    """Day and shift type of a time; a new type is added."""
    local = starts_at.astimezone(BEIJING)
    minute, length = local.hour * 60 + local.minute, round((ends_at - starts_at).total_seconds() / 60)
    name = f"{minute // 60:02d}:{minute % 60:02d}+{length}"
    kinds.setdefault(name, rostering.Shift(name, minute, max(1, min(length, 1440))))
    return (local.date() - first).days, name


def _held(stand: Stand, kinds: dict[str, rostering.Shift]) -> dict[Cell, Activity]:
    known = {person.id for person in stand.people}
    pins: dict[Cell, Activity] = {}
    for place in stand.places:
        day, kind = _kind(kinds, stand.ask.first, place.starts_at, place.ends_at)
        for member in place.held:
            if member in known:
                pins[str(member), day] = (kind, str(place.post), place.skill or None)
    return pins


def _elsewhere(
    stand: Stand, kinds: dict[str, rostering.Shift], pins: dict[Cell, Activity]
) -> tuple[list[tuple[int, str, str]], dict[str, rostering.History]]:
    """Duty at other posts: pinned in the horizon so that hours, nights and rest count; before it, the history of each member."""
    away: list[tuple[int, str, str]] = []
    history: dict[str, rostering.History] = {}
    for person in stand.people:
        who, before = str(person.id), []
        for one in stand.taken.get(person.id, ()):
            if (one.ends_at - one.starts_at).total_seconds() / 60 > stand.rest.shift:
                continue  # longer than anybody may stand: only its hours are kept free
            day = (one.starts_at.astimezone(BEIJING).date() - stand.ask.first).days
            if day < 0:
                before.append((day, one))
            elif day < stand.ask.days and (who, day) not in pins and _rested(stand, person.id, one):
                _, kind = _kind(kinds, stand.ask.first, one.starts_at, one.ends_at)
                post = f"{ELSEWHERE}{one.slot}"
                pins[who, day] = (kind, post, None)
                away.append((day, kind, post))
        history[who] = _history(stand, kinds, before, person.nights)
    return away, history


def _rested(stand: Stand, member: int, one: Busy) -> bool:
    """Whether a slot elsewhere keeps the rest rule towards the member's other slots (an office may have set it aside)."""
    gap = timedelta(minutes=stand.rest.rest)
    return all(
        other is one or other.starts_at - one.ends_at >= gap or one.starts_at - other.ends_at >= gap
        for other in stand.taken.get(member, ())
    )


def _history(
    stand: Stand, kinds: dict[str, rostering.Shift], before: Sequence[tuple[int, Busy]], nights: int
) -> rostering.History:
    days = dict(before)
    run = nights_run = 0
    while -1 - run in days:
        run += 1
    while -1 - nights_run in days and days[-1 - nights_run].night:
        nights_run += 1
    last = None
    if -1 in days:
        _, last = _kind(kinds, stand.ask.first, days[-1].starts_at, days[-1].ends_at)
    monday = -stand.ask.first.weekday()
    minutes = sum(round((one.ends_at - one.starts_at).total_seconds() / 60) for day, one in before if day >= monday)
    return rostering.History(last, run, nights_run, minutes, nights)


def _free(
    stand: Stand, kind: rostering.Shift, day: int, taken: Iterable[Busy], offered: Sequence[Window] | None
) -> bool:
    """Whether a member could stand a shift of this type on this day: rested from duty elsewhere, inside the hours offered."""
    start = datetime.combine(stand.ask.first, time(), BEIJING) + timedelta(days=day, minutes=kind.start_minute)
    end = start + timedelta(minutes=kind.length_minutes)
    gap = timedelta(minutes=stand.rest.rest)
    if any(one.starts_at < end + gap and one.ends_at + gap > start for one in taken):
        return False
    if offered is None:
        return True
    until = start
    for window in sorted(offered, key=lambda one: one.starts_at):
        if window.starts_at <= until < window.ends_at:
            until = window.ends_at
    return until >= end


def _whole_days(blocked: set[tuple[str, int, str]], kinds: Sequence[str]) -> dict[str, set[int]]:
    """Days on which a member can stand no shift at all."""
    count: dict[Cell, int] = {}
    for who, day, _ in blocked:
        count[who, day] = count.get((who, day), 0) + 1
    found: dict[str, set[int]] = {}
    for (who, day), many in count.items():
        if many == len(kinds):
            found.setdefault(who, set()).add(day)
    return found


def _pinned_posts(pins: Mapping[Cell, Activity], who: str) -> frozenset[str]:
    return frozenset(activity[1] for (member, _), activity in pins.items() if member == who)


@dataclass(frozen=True)
class Seat:
    """One place of a roster: the ordinal-th person of a shift on a day; member None where nobody was found."""

    shift: int
    day: int
    ordinal: int
    skill: str | None
    member: int | None


def seats(
    roster: rostering.Roster,
    members: Sequence[rostering.Member],
    shift_of: Mapping[tuple[int, str, str, str | None], int],
    order: Sequence[int],
) -> list[Seat]:
    """Who sits where, by shifts in the given order and by ordinal; duty elsewhere is left out."""
    at = {shift: n for n, shift in enumerate(order)}
    found = [
        Seat(
            shift_of[slot.day, slot.shift, slot.post, slot.skill],
            slot.day,
            slot.ordinal,
            slot.skill,
            int(members[int(who)].id) if who >= 0 else None,
        )
        for slot, who in zip(roster.slots, roster.member_of_slot, strict=True)
        if not slot.post.startswith(ELSEWHERE)
    ]
    return sorted(found, key=lambda one: (at[one.shift], one.ordinal))
