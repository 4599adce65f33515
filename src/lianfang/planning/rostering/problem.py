"""The rostering problem as a person states it: shifts, demanded places, members, rules.

Days count from 0; minutes count from 00:00 of the shift's own day, so a night shift 22:00-06:00 has
start_minute 1320 and length_minutes 480. Weights and costs are in one unit of the caller's choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lianfang.planning.result import ProblemError

DAY_MINUTES = 1440
NIGHT_FROM, NIGHT_TO = 0, 5 * 60
"""A shift is a night when it covers at least half of 00:00-05:00 (assumption)."""


@dataclass(frozen=True)
class Shift:
    """One kind of working time. night None lets the hours decide; cannot_follow names shifts barred the next day."""

    id: str
    start_minute: int
    length_minutes: int
    night: bool | None = None
    cannot_follow: tuple[str, ...] = ()

    @property
    def is_night(self) -> bool:
        """Whether the nights-in-a-row rule counts this shift."""
        if self.night is not None:
            return self.night
        end = self.start_minute + self.length_minutes
        covered = 0
        for base in (0, DAY_MINUTES):
            covered += max(0, min(end, base + NIGHT_TO) - max(self.start_minute, base + NIGHT_FROM))
        return covered * 2 >= NIGHT_TO - NIGHT_FROM


@dataclass(frozen=True)
class Demand:
    """How many people one post wants in one shift of one day, optionally with a skill.

    under_cost is paid per person missing, over_cost per person too many; over_cost None forbids extra people.
    """

    day: int
    shift: str
    count: int
    post: str = ""
    skill: str | None = None
    under_cost: float = 100.0
    over_cost: float | None = 1.0


@dataclass(frozen=True)
class Contract:
    """What one member may work over the horizon; None switches a limit off. Days and minutes."""

    max_minutes: int | None = None
    min_minutes: int = 0
    max_consecutive: int = 6
    min_consecutive: int = 1
    min_days_off: int = 1
    max_weekends: int | None = None
    target_minutes: int | None = None


@dataclass(frozen=True)
class History:
    """What a member brings from before day 0, so that rest and fairness hold over weeks.

    last_shift: worked on day -1, or None when day -1 was free or unknown. week_minutes: worked since Monday.
    Least lengths of runs count as met for a run that touches either end of the horizon, as in the published files.
    nights_before, weekends_before: the ledger that fairness looks at.
    """

    last_shift: str | None = None
    worked_in_row: int = 0
    nights_in_row: int = 0
    week_minutes: int = 0
    nights_before: int = 0
    weekends_before: int = 0


@dataclass(frozen=True)
class Member:
    """One person: skills, posts they may stand at (None: any), days of leave, limits per shift (0: never)."""

    id: str
    skills: frozenset[str] = frozenset()
    contract: Contract = Contract()
    leave: frozenset[int] = frozenset()
    shift_limits: Mapping[str, int] = field(default_factory=dict)
    posts: frozenset[str] | None = None
    history: History = History()


@dataclass(frozen=True)
class Wish:
    """A member wants (or, wants=False, does not want) a shift on a day; shift None means any work at all."""

    member: str
    day: int
    shift: str | None = None
    weight: float = 1.0
    wants: bool = False


@dataclass(frozen=True)
class Rules:
    """Rules for everybody. The four rest defaults are assumptions (no source document states them): edit them.

    rest_minutes between two shifts; max_shift_minutes per shift, handover included; max_nights_in_row;
    week_minutes worked Monday to Sunday. handover_minutes: both crews are present that long after the change,
    so every shift is that much longer. two_person: nobody stands at a post alone
    (two_person_posts: at these posts only; None: at all). together / apart: pairs of
    member ids with the same shift (or free) each day / never in the same shift. must_cover: a missing person makes the
    plan infeasible instead of costly. night_cost, weekend_cost: price of one more night (weekend day) for each
    night (weekend) the member's ledger is above the smallest. hour_cost: per hour away from the contract's target.
    """

    rest_minutes: int = 11 * 60
    max_shift_minutes: int | None = 12 * 60
    max_nights_in_row: int | None = 3
    week_minutes: int | None = 48 * 60
    handover_minutes: int = 0
    two_person: bool = False
    two_person_posts: frozenset[str] | None = None
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    must_cover: bool = False
    night_cost: float = 0.0
    weekend_cost: float = 0.0
    hour_cost: float = 0.0

    @staticmethod
    def none() -> Rules:
        """No general rule at all: published instances carry their own."""
        return Rules(rest_minutes=0, max_shift_minutes=None, max_nights_in_row=None, week_minutes=None)


@dataclass(frozen=True)
class Problem:
    """Who works which shift at which post on which day.

    days: horizon length; None takes the last demanded day. first_weekday: weekday of day 0, Monday 0.
    Raises ProblemError for empty sets, duplicate ids, unknown names, negative or non-finite numbers.
    """

    shifts: tuple[Shift, ...]
    demand: tuple[Demand, ...]
    members: tuple[Member, ...]
    rules: Rules = Rules()
    wishes: tuple[Wish, ...] = ()
    days: int | None = None
    first_weekday: int = 0

    def __post_init__(self) -> None:
        for name in ("shifts", "demand", "members", "wishes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.shifts or not self.demand or not self.members:
            raise ProblemError("rostering.empty", "Give at least one shift, one demand and one member.")
        _unique("shift", (s.id for s in self.shifts))
        _unique("member", (m.id for m in self.members))
        _unique("demand", ((d.day, d.shift, d.post, d.skill) for d in self.demand))
        if self.days is None:
            object.__setattr__(self, "days", max(d.day for d in self.demand if isinstance(d.day, int)) + 1)
        _whole("days", self.days, 1)
        if self.first_weekday not in range(7):
            raise ProblemError("rostering.range", "first_weekday must be 0 (Monday) to 6 (Sunday).")
        _check_shifts(self)
        _check_demand(self)
        _check_members(self)
        _check_rules(self)

    @property
    def horizon(self) -> int:
        """Number of days."""
        return self.days or 0

    def worked_minutes(self, shift: Shift) -> int:
        """Minutes a person is present for a shift, handover included."""
        return shift.length_minutes + self.rules.handover_minutes

    def may_follow(self, first: Shift, second: Shift) -> bool:
        """Whether the second shift may be worked the day after the first: named bars and the rest rule."""
        gap = second.start_minute + DAY_MINUTES - first.start_minute - self.worked_minutes(first)
        return second.id not in first.cannot_follow and gap >= self.rules.rest_minutes

    def is_weekend(self, day: int) -> bool:
        """Whether a day is a Saturday or Sunday."""
        return (day + self.first_weekday) % 7 >= 5


def _unique(what: str, ids: Iterable[object]) -> None:
    seen: set[object] = set()
    for one in ids:
        if one in seen:
            raise ProblemError("rostering.duplicate", f"The {what} {one!r} is given twice: keep one of them.")
        seen.add(one)


def _whole(what: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ProblemError("rostering.range", f"{what} must be a whole number of at least {least}, not {value!r}.")


def _cost(what: str, value: float) -> None:
    if not math.isfinite(value) or value < 0:
        raise ProblemError("rostering.cost", f"{what} must be a finite number of at least 0, not {value!r}.")


def _known(what: str, value: object, names: object) -> None:
    if value not in names:  # type: ignore[operator]
        raise ProblemError("rostering.unknown", f"{what} {value!r} is not in the list.")


def _check_shifts(problem: Problem) -> None:
    ids = {s.id for s in problem.shifts}
    for shift in problem.shifts:
        _whole(f"start_minute of {shift.id}", shift.start_minute, 0)
        _whole(f"length_minutes of {shift.id}", shift.length_minutes, 1)
        if shift.start_minute >= DAY_MINUTES or shift.length_minutes > DAY_MINUTES:
            raise ProblemError(
                "rostering.units",
                f"Shift {shift.id}: a shift starts within its day and lasts at most 24 hours; are these minutes?",
            )
        for other in shift.cannot_follow:
            _known("cannot_follow", other, ids)
    rest = problem.rules.rest_minutes
    for first in problem.shifts:
        latest = first.start_minute + problem.worked_minutes(first) + rest
        if any(second.start_minute + 2 * DAY_MINUTES < latest for second in problem.shifts):
            raise ProblemError(
                "rostering.rest",
                f"After {first.id} the rest rule would reach over a whole free day: state it as min_days_off instead.",
            )


def _check_demand(problem: Problem) -> None:
    ids = {s.id for s in problem.shifts}
    for row in problem.demand:
        _whole("demand day", row.day, 0)
        _whole("demand count", row.count, 0)
        _known("demand shift", row.shift, ids)
        if row.day >= problem.horizon:
            raise ProblemError("rostering.range", f"Demand on day {row.day}, but there are {problem.horizon} days.")
        _cost("under_cost", row.under_cost)
        if row.over_cost is not None:
            _cost("over_cost", row.over_cost)


def _check_members(problem: Problem) -> None:
    ids = {s.id for s in problem.shifts}
    for member in problem.members:
        c = member.contract
        for name in ("max_minutes", "max_weekends", "target_minutes"):
            value = getattr(c, name)
            if value is not None:
                _whole(f"{name} of {member.id}", value, 0)
        _whole(f"min_minutes of {member.id}", c.min_minutes, 0)
        for name in ("max_consecutive", "min_consecutive", "min_days_off"):
            _whole(f"{name} of {member.id}", getattr(c, name), 1)
        for shift, limit in member.shift_limits.items():
            _known(f"shift limit of {member.id}", shift, ids)
            _whole(f"shift limit of {member.id}", limit, 0)
        for name in ("worked_in_row", "nights_in_row", "week_minutes", "nights_before", "weekends_before"):
            _whole(f"history {name} of {member.id}", getattr(member.history, name), 0)
        if member.history.last_shift is not None:
            _known(f"last shift of {member.id}", member.history.last_shift, ids)


def _check_rules(problem: Problem) -> None:
    rules = problem.rules
    ids = {m.id for m in problem.members}
    shift_ids = {s.id for s in problem.shifts}
    for name in ("rest_minutes", "handover_minutes"):
        _whole(name, getattr(rules, name), 0)
    for name in ("max_shift_minutes", "max_nights_in_row", "week_minutes"):
        if getattr(rules, name) is not None:
            _whole(name, getattr(rules, name), 0)
    for name in ("night_cost", "weekend_cost", "hour_cost"):
        _cost(name, getattr(rules, name))
    for pair in (*rules.together, *rules.apart):
        if len(pair) != 2 or pair[0] == pair[1]:
            raise ProblemError("rostering.pair", f"A pair needs two different members, not {pair!r}.")
        for one in pair:
            _known("pair member", one, ids)
    for wish in problem.wishes:
        _known("wish of member", wish.member, ids)
        _whole("wish day", wish.day, 0)
        _cost("wish weight", wish.weight)
        if wish.shift is not None:
            _known("wish for shift", wish.shift, shift_ids)
