"""Rostering against brute force and under transformations that must not matter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.planning import Status, Stop
from lianfang.planning.rostering import Contract, Demand, Member, Problem, Rules, Wish, check, solve
from tests.planning.rostering.cases import DAY, NIGHT, brute_force

QUICK = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    days = draw(st.integers(2, 3))
    contracts = st.builds(
        Contract, max_minutes=st.sampled_from([None, 480, 960]), min_minutes=st.sampled_from([0, 480]),
        max_consecutive=st.integers(1, 3), min_consecutive=st.integers(1, 2), min_days_off=st.integers(1, 2),
    )  # fmt: skip
    members = [
        Member(f"m{i}", contract=draw(contracts), leave=frozenset(draw(st.sets(st.integers(0, days - 1), max_size=1))),
               shift_limits=draw(st.sampled_from([{}, {"night": 1}, {"night": 0}])))
        for i in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    demand = [Demand(d, s.id, draw(st.integers(0, 2)), "gate", None, draw(st.sampled_from([3.0, 10.0])), 1.0)
              for d in range(days) for s in (DAY, NIGHT)]  # fmt: skip
    wishes = draw(st.lists(st.builds(
        Wish, st.sampled_from([m.id for m in members]), st.integers(0, days - 1), st.sampled_from([None, "day", "night"]),
        st.sampled_from([1.0, 2.0]), st.booleans()), max_size=3))  # fmt: skip
    return Problem((DAY, NIGHT), demand, members, Rules(night_cost=1.0), wishes, first_weekday=draw(st.integers(0, 6)))


@QUICK
@given(problems())
def test_equals_brute_force(problem: Problem) -> None:
    truth = brute_force(problem)
    result = solve(problem, stop=Stop(seconds=0.7))
    if truth is None:
        assert result.status is Status.INFEASIBLE
        return
    assert check(problem, result) == []
    assert result.objective == pytest.approx(truth)
    assert result.bound is not None
    assert result.bound <= truth + 1e-6


@QUICK
@given(problems(), st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter(problem: Problem, random: object) -> None:
    people = list(problem.members)
    random.shuffle(people)  # type: ignore[attr-defined]
    one = solve(problem, stop=Stop(seconds=0.5))
    two = solve(replace(problem, members=tuple(people)), stop=Stop(seconds=0.5))
    assert one.status is two.status or {one.status, two.status} == {Status.OPTIMAL, Status.FEASIBLE}
    assert one.objective == two.objective


@QUICK
@given(problems())
def test_one_more_optional_person_never_worsens(problem: Problem) -> None:
    one = solve(problem, stop=Stop(seconds=0.5))
    two = solve(replace(problem, members=(*problem.members, Member("extra"))), stop=Stop(seconds=0.5))
    if one.objective is not None:
        assert two.objective is not None
        assert two.objective <= one.objective + 1e-9


@QUICK
@given(problems(), st.data())
def test_pinned_stays_pinned(problem: Problem, data: st.DataObject) -> None:
    first = solve(problem, stop=Stop(seconds=0.3))
    if first.objective is None:
        return
    cells = first.cells(problem)
    some = data.draw(st.sets(st.sampled_from(sorted(cells, key=str)), max_size=4))
    pins = {key: cells[key] for key in some}
    second = solve(problem, stop=Stop(seconds=0.3), pins=pins, seed=7)
    assert check(problem, second) == []
    again = second.cells(problem)
    assert all(again[key] == what for key, what in pins.items())
