"""A plan of whole organisations is never worse than a search of seconds finds, also with pins, and no bound lies above a plan."""

from __future__ import annotations

import numpy as np
import pytest

from lianfang.planning import Stop
from lianfang.planning import assignment as engine
from lianfang.planning.assignment.pairing import cost_of
from lianfang.planning.assignment.pairing_start import first_plan, least_links
from lianfang.planning.stop import Clock

pytestmark = pytest.mark.row("B4")


def problem_of(
    units: int, places: int, seed: int, *, most_links: int | None = None, alike: bool = False
) -> engine.Pairing:
    """Units that can send just as many people as are wanted; alike: all of them from one point."""
    dice = np.random.default_rng(seed)
    size = dice.integers(2, 60, units)
    share = dice.exponential(size=places)
    need = np.floor(share / share.sum() * max(0, int(size.sum()) - places)).astype(int) + 1
    there, here = (
        dice.random((places, 2)) * 30_000,
        np.full((units, 2), 15_000.0) if alike else dice.random((units, 2)) * 30_000,
    )
    cost = np.rint(np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)))
    return engine.Pairing(size, need, cost, shortage_cost=200.0, most_links=most_links)


def begun(problem: engine.Pairing, pinned: np.ndarray) -> float:
    """The cost of the search's plan, which breaks no rule and holds the pins."""
    found = first_plan(problem, problem.cost.astype(float), pinned, Clock(Stop(seconds=30)))
    assert found is not None
    unit, place, people = found
    links = np.zeros(pinned.shape, dtype=bool)
    links[unit, place] = True
    assert links[pinned > 0].all()
    assert links.any(axis=0).all()
    assert links.any(axis=1).all()
    assert (links.sum(axis=1) <= problem.most_links).all()
    assert (np.bincount(unit, people, problem.size.size) <= problem.size).all()
    assert (np.bincount(place, people, problem.need.size) <= problem.need).all()
    return cost_of(problem, unit, place, people)


@pytest.mark.parametrize(("units", "places", "most"), [(4, 7, 3), (7, 4, None), (5, 5, 2), (1, 3, 3), (6, 1, None)])
@pytest.mark.parametrize("seed", range(6))
def test_the_search_lies_between_the_bound_and_a_proven_plan(
    units: int, places: int, most: int | None, seed: int
) -> None:
    problem = problem_of(units, places, seed, most_links=most)
    free = np.zeros((units, places))
    proven = engine.solve(problem, stop=Stop(seconds=20))
    assert proven.status == "optimal"
    value = begun(problem, free)
    assert least_links(problem, problem.cost.astype(float), free) <= proven.objective + 1e-6 <= value + 2e-6
    assert value <= 1.6 * proven.objective, "a start, not a proof"


@pytest.mark.parametrize("alike", [True, False])
def test_110_for_113_in_a_second_beats_the_rule_of_thumb_with_and_without_pins(alike: bool) -> None:
    problem = problem_of(110, 113, 5, most_links=3, alike=alike)
    found = engine.solve(problem, stop=Stop(seconds=1))
    assert engine.check(problem, found) == []
    assert found.objective <= begun(problem, np.zeros((110, 113))) < engine.baseline(problem).objective
    assert found.bound is not None
    assert found.bound <= found.objective
    pins = (found.organisation[:20], found.place[:20])
    again = engine.solve(problem, stop=Stop(seconds=1), pins=pins, previous=found)
    held = set(zip(again.organisation.tolist(), again.place.tolist(), strict=True))
    assert held >= set(zip(pins[0].tolist(), pins[1].tolist(), strict=True))
    assert again.objective <= 1.05 * found.objective
