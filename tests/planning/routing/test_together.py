"""Two processes on one plan: halves are a plan again, the fleet is kept, a partner that dies costs nothing."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from lianfang.planning import Stop, routing
from lianfang.planning.routing import genetic, together
from lianfang.planning.routing.partner import Answer, Partner, Question
from lianfang.planning.routing.search import Routes, cost_of
from lianfang.planning.stop import Clock, Progress


def town(stops: int, seed: int, **vehicle: int) -> routing.Problem:
    """Stops scattered over ten kilometres around a store."""
    dice = np.random.default_rng(seed)
    xy = dice.random((stops + 1, 2)) * 10_000
    metres, seconds = routing.from_coordinates(xy, metres_per_second=8.0)
    usual = {"count": stops // 4, "capacity": 40}
    return routing.Problem(
        distance=metres, duration=seconds, vehicles=(routing.Vehicle(**{**usual, **vehicle}),), xy=xy,
        delivery=np.concatenate([[0], dice.integers(1, 10, stops)]),
    )  # fmt: skip


def single(problem: routing.Problem) -> Routes:
    """A plan by the rule of thumb."""
    plan = routing.baseline(problem)
    return list(zip(plan.vehicle_of_route, plan.routes, strict=True))


def stops_of(problem: routing.Problem, routes: Routes) -> Counter[int]:
    return Counter(place for _, places in routes for place in places if place not in problem.depots)


def test_only_loads_makes_a_problem_for_breeding() -> None:
    problem = town(80, 1)
    assert genetic.suits(problem)
    assert not genetic.suits(replace_vehicle(problem, max_duration=3600))
    assert not genetic.suits(replace_vehicle(problem, fixed_cost=5))
    windows = problem.latest.copy()
    windows[3] = 3600
    assert not genetic.suits(rebuilt(problem, latest=windows))


def replace_vehicle(problem: routing.Problem, **more: int) -> routing.Problem:
    return rebuilt(problem, vehicles=(replace(problem.vehicles[0], **more),))


def rebuilt(problem: routing.Problem, **more: object) -> routing.Problem:
    names = ("distance", "duration", "vehicles", "delivery", "latest", "xy")
    return routing.Problem(**{**{name: getattr(problem, name) for name in names}, **more})


def test_breeding_keeps_every_rule_and_beats_the_rule_of_thumb() -> None:
    problem = town(80, 2)
    routes = genetic.search(problem, seed=1, seconds=0.5)
    assert routes is not None
    assert stops_of(problem, routes) == Counter(problem.stops.tolist())
    assert all(sum(problem.delivery[places]) <= 40 for _, places in routes)
    assert cost_of(problem, routes)[0] < cost_of(problem, single(problem))[0]


@pytest.mark.parametrize("turn", range(4))
def test_a_cut_gives_each_route_to_one_side(turn: int) -> None:
    problem = town(100, 3)
    routes = single(problem)
    first, second = together.cut(problem, routes, turn)
    assert sorted(map(str, first + second)) == sorted(map(str, routes))
    sizes = [sum(len(places) for _, places in side) for side in (first, second)]
    assert max(sizes) - min(sizes) <= 2 * max(len(places) for _, places in routes)


def test_halves_make_a_cheaper_plan_within_the_fleet() -> None:
    problem = town(120, 4, fixed_cost=1)
    problem = replace_vehicle(problem, count=len(single(problem)))
    start = single(problem)
    clock = Clock(Stop(20))
    with Partner() as partner:
        routes = together.halves(problem, partner, clock, start, turn=1, seconds=3.0, seed=1)
    assert stops_of(problem, routes) == Counter(problem.stops.tolist())
    assert len(routes) <= problem.vehicles[0].count
    assert cost_of(problem, routes)[0] < cost_of(problem, start)[0]


def test_a_partner_that_dies_costs_nothing() -> None:
    problem = town(70, 5, fixed_cost=1)
    with Partner() as partner:
        partner._process.kill()
        partner._process.wait()
        partner.ask(Question(problem, 1, time.monotonic() + 1))
        assert partner.answer() is None
    with Partner() as partner:
        partner.ask(Question(problem, 1, time.monotonic() + 8))
        found = partner.answer()
    assert isinstance(found, Answer)
    assert found.routes is not None
    assert found.met


@pytest.mark.parametrize("more", [{}, {"fixed_cost": 1}])
def test_together_stops_in_time_and_on_cancel(more: dict[str, int]) -> None:
    problem = town(120, 6, **more)
    result = routing.solve(problem, stop=Stop(6))
    assert routing.check(problem, result) == []
    assert result.seconds <= 8
    seen: list[Progress] = []

    def cancel(progress: Progress) -> bool:
        seen.append(progress)
        return progress.seconds < 2

    result = routing.solve(problem, stop=Stop(30), on_progress=cancel)
    assert seen
    assert result.seconds < 8
    assert routing.check(problem, result) == []
