"""A deployment whose search was ended early leaves nobody over beside a seat they can fill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lianfang.domain.plans.kinds.deployment_fill import filled
from lianfang.planning import Status, Stop, assignment

pytestmark = pytest.mark.row("B4")
PEOPLE, PLACES = 60, 12


def problem_and_plan() -> tuple[assignment.Deployment, dict[str, np.ndarray], assignment.DeploymentResult]:
    dice = np.random.default_rng(3)
    skill = np.column_stack([np.arange(PEOPLE) % 4 == 0, np.ones(PEOPLE, dtype=bool)])
    skill[-1] = False  # somebody whom a person has put into reserve
    arguments = {"gates": np.ones(PLACES, dtype=np.int64), "managed": np.ones(PLACES, dtype=bool)}
    demand = np.tile([1, 4], (PLACES, 1))
    one = assignment.Deployment(
        dice.random((PEOPLE, 2)) * 9_000, skill, dice.random((PLACES, 2)) * 9_000, demand, **arguments
    )
    return one, arguments, assignment.solve(one, stop=Stop(seconds=30))


def test_who_was_left_over_is_placed_and_nobody_else_moves() -> None:
    problem, arguments, whole = problem_and_plan()
    place, role = whole.place_of_person.copy(), whole.role_of_person.copy()
    place[10:30] = role[10:30] = -1
    there = np.zeros_like(problem.demand)
    np.add.at(there, (place[place >= 0], role[place >= 0]), 1)
    early = replace(
        whole,
        status=Status.FEASIBLE,
        bound=-1e8,
        place_of_person=place,
        role_of_person=role,
        unmet=problem.demand - there,
    )
    done = filled(problem, arguments, early)
    assert (done.place_of_person >= 0).sum() == PEOPLE - 1
    assert done.place_of_person[-1] == -1
    stayed = place >= 0
    assert (done.place_of_person[stayed] == place[stayed]).all()
    assert done.bound == 0
    assert done.unmet.sum() == problem.demand.sum() - (PEOPLE - 1)
    assert assignment.check(problem, done) == []


def test_a_proven_plan_is_left_alone() -> None:
    problem, arguments, whole = problem_and_plan()
    assert whole.status is Status.OPTIMAL
    assert filled(problem, arguments, whole) is whole
