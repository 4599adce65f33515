"""Small rostering problems and a brute-force solver that shares only the stated problem with the engine."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from lianfang.planning import Status
from lianfang.planning.rostering import Contract, Demand, Member, Problem, Roster, Rules, Shift, Wish, check
from lianfang.planning.rostering.check import objective
from lianfang.planning.rostering.result import fill_slots

DAY = Shift("day", 8 * 60, 480)
LATE = Shift("late", 16 * 60, 480)
NIGHT = Shift("night", 22 * 60, 480)
THREE = (DAY, LATE, NIGHT)


def table_of(problem: Problem, table: np.ndarray, activities: tuple[tuple[str, str, str | None], ...]) -> Roster:
    """A roster result around a table of activities, priced by the checker's own objective."""
    slots, member_of_slot, extra = fill_slots(problem, activities, table)
    bare = Roster(status=Status.FEASIBLE, objective=0.0, bound=None, seconds=0.0, activities=activities,
                  activity_of=table, slots=slots, member_of_slot=member_of_slot, extra=extra)  # fmt: skip
    return replace(bare, objective=objective(problem, bare))


def brute_force(problem: Problem) -> float | None:
    """Least price over every lawful roster, or None; for a few members and days only."""
    activities = tuple(dict.fromkeys((d.shift, d.post, d.skill) for d in problem.demand))
    cells = itertools.product(range(-1, len(activities)), repeat=problem.horizon)
    rows = [np.array(row) for row in cells]
    lawful = []
    for member in problem.members:
        alone = replace(
            problem,
            members=(member,),
            wishes=(),
            rules=replace(problem.rules, together=(), apart=(), two_person=False, must_cover=False),
        )
        good = [r for r in rows if not check(alone, table_of(alone, r[None, :], activities))]
        lawful.append(good)
    best: float | None = None
    for combination in itertools.product(*lawful):
        result = table_of(problem, np.array(combination), activities)
        price = result.objective
        if price is not None and (best is None or price < best - 1e-9) and not check(problem, result):
            best = price
    return best


def week(members: int = 6, **rules: object) -> Problem:
    """Seven days of a post that is open day and night."""
    demand = [Demand(d, s.id, 1, "gate") for d in range(7) for s in THREE]
    people = [Member(f"m{i}", contract=Contract(max_consecutive=5, min_days_off=1)) for i in range(members)]
    wishes = [Wish("m0", 2, None, 3.0), Wish("m1", 4, "night", 2.0), Wish("m2", 1, "day", 1.0, wants=True)]
    return Problem(THREE, demand, people, Rules(**rules), wishes)  # type: ignore[arg-type]
