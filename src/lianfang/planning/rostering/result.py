"""What rostering hands back: who works what on which day, who fills each demanded place, and the proof."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from lianfang.planning.result import Result
from lianfang.planning.rostering.bound import Prices
from lianfang.planning.rostering.model import Ints
from lianfang.planning.rostering.problem import Problem

Activity = tuple[str, str, str | None]
"""Shift id, post, skill."""


@dataclass(frozen=True)
class Slot:
    """One demanded place: the ordinal-th person of a demand row."""

    demand: int
    day: int
    shift: str
    post: str
    skill: str | None
    ordinal: int


def _empty() -> Ints:
    return np.empty((0, 0), dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Roster(Result):
    """A roster. activities: the (shift, post, skill) that activity_of[member, day] points into, -1 a free day.

    slots and member_of_slot[slot] (index of the member, -1 unfilled) list the demanded places one by one; `extra`
    names (member, day) that work above the demand. prices: the dual certificate of the bound.
    """

    activities: tuple[Activity, ...] = ()
    activity_of: Ints = field(default_factory=_empty)
    slots: tuple[Slot, ...] = ()
    member_of_slot: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    extra: tuple[tuple[int, int], ...] = ()
    prices: Prices | None = None

    @property
    def unfilled(self) -> tuple[Slot, ...]:
        """Demanded places that nobody fills."""
        return tuple(self.slots[i] for i in np.flatnonzero(self.member_of_slot < 0))

    def cells(self, problem: Problem) -> dict[tuple[str, int], Activity | None]:
        """The plan as (member id, day) → activity or None when free: the shape that pins take."""
        return {
            (member.id, d): None if a < 0 else self.activities[a]
            for member, row in zip(problem.members, self.activity_of, strict=False)
            for d, a in enumerate(row)
        }


def fill_slots(
    problem: Problem, activities: tuple[Activity, ...], activity_of: Ints
) -> tuple[tuple[Slot, ...], Ints, tuple[tuple[int, int], ...]]:
    """Lay the people of each place into its slots in member order; → slots, member_of_slot, extra."""
    index = {a: i for i, a in enumerate(activities)}
    slots: list[Slot] = []
    filled: list[int] = []
    extra: list[tuple[int, int]] = []
    for number, row in enumerate(problem.demand):
        people = np.flatnonzero(activity_of[:, row.day] == index[row.shift, row.post, row.skill])
        for ordinal in range(row.count):
            slots.append(Slot(number, row.day, row.shift, row.post, row.skill, ordinal))
            filled.append(int(people[ordinal]) if ordinal < len(people) else -1)
        extra += [(int(m), row.day) for m in people[row.count :]]
    return tuple(slots), np.array(filled, dtype=np.int64), tuple(extra)
