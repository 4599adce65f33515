"""A roster that a page gets is never worse than the list by turns that a coordinator would write."""

from __future__ import annotations

import pytest

from lianfang.domain.plans.kinds.roster import RosterKind
from lianfang.domain.plans.registry import Built
from lianfang.planning import Status, Stop
from lianfang.planning.rostering import Demand, Member, Problem, Roster, Rules, Shift, Wish, baseline, check, solve

pytestmark = pytest.mark.row("B9")

SHIFTS = (Shift("day", 480, 480), Shift("late", 960, 480), Shift("night", 0, 480, night=True))


def posts(count: int, days: int) -> Problem:
    """Posts around the clock and people enough for them, each with a wish."""
    members = tuple(Member(f"m{at}") for at in range(count * 6))
    wishes = tuple(Wish(one.id, at % days, None, 2.0) for at, one in enumerate(members))
    demand = tuple(Demand(day, one.id, 1, f"p{post}") for post in range(count) for day in range(days) for one in SHIFTS)
    return Problem(SHIFTS, demand, members, Rules(rest_minutes=480, hour_cost=0.01), wishes)


def test_a_planner_without_time_hands_on_the_list_by_turns() -> None:
    problem, hurry = posts(12, 10), Stop(seconds=0.001)
    turns = baseline(problem)
    assert turns.status is Status.FEASIBLE
    alone = solve(problem, stop=hurry, seed=1)
    assert alone.objective is None or alone.objective > (turns.objective or 0.0)  # else there is nothing to hand on
    found = RosterKind().solve(Built(problem), stop=hurry, seed=1)
    assert isinstance(found, Roster)
    assert found.objective is not None
    assert turns.objective is not None
    assert found.objective <= turns.objective
    assert check(problem, found) == []
