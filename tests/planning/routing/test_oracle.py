"""Small routing problems against complete enumeration, and properties that must hold for all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import Status, Stop, routing
from lianfang.planning.routing.insert import route_cost

QUICK = Stop(0.25)


def make(seed: int, *, windows: bool, depots: int = 1, reloads: bool = False) -> routing.Problem:
    """A random problem of 3 to 5 stops."""
    rng = np.random.default_rng(seed)
    stops = int(rng.integers(3, 6))
    places = depots + stops
    xy = rng.integers(0, 100, (places, 2)).astype(float)
    distance = np.rint(np.hypot(*(xy[:, None, k] - xy[None, :, k] for k in (0, 1)))).astype(int)
    earliest, latest = np.zeros(places, int), np.full(places, routing.NEVER)
    if windows:
        earliest[depots:] = rng.integers(0, 150, stops)
        latest[depots:] = earliest[depots:] + rng.integers(60, 250, stops)
    vehicles = tuple(
        routing.Vehicle(
            count=2, capacity=12, start_depot=depot, end_depot=depot, reload_depots=(depot,) if reloads else (),
            max_trips=2 if reloads else 1, fixed_cost=int(rng.integers(0, 60)),
        )
        for depot in range(depots)
    )  # fmt: skip
    amounts = np.concatenate([np.zeros(depots, int), rng.integers(1, 6, stops)])
    return routing.Problem(
        distance=distance, vehicles=vehicles, depots=tuple(range(depots)), delivery=amounts, xy=xy,
        service=np.where(np.arange(places) < depots, 0, 5), earliest=earliest, latest=latest,
    )  # fmt: skip


def partitions(stops: list[int]):  # type: ignore[no-untyped-def]
    """Every way to divide stops into groups."""
    if not stops:
        yield []
        return
    for rest in partitions(stops[1:]):
        yield [[stops[0]], *rest]
        for index, group in enumerate(rest):
            yield [*rest[:index], [stops[0], *group], *rest[index + 1 :]]


def best_route(problem: routing.Problem, kind: int, group: tuple[int, ...]) -> float:
    """The cheapest order of a group, with or without one reload in between."""
    vehicle, costs = problem.vehicles[kind], [float("inf")]
    for order in itertools.permutations(group):
        costs.append(route_cost(problem, kind, list(order)) or float("inf"))
        if vehicle.max_trips > 1:
            for cut in range(1, len(order)):
                tried = [*order[:cut], vehicle.reload_depots[0], *order[cut:]]
                costs.append(route_cost(problem, kind, tried) or float("inf"))
    return min(costs)


def enumerate_all(problem: routing.Problem) -> float:
    """The least cost over all divisions into routes, all orders and all vehicles."""
    best, cache = float("inf"), {}
    fleet = [kind for kind, vehicle in enumerate(problem.vehicles) for _ in range(vehicle.count)]
    for groups in partitions(problem.stops.tolist()):
        if len(groups) > len(fleet):
            continue
        for kinds in set(itertools.permutations(fleet, len(groups))):
            total = 0.0
            for kind, group in zip(kinds, groups, strict=True):
                key = (kind, tuple(sorted(group)))
                if key not in cache:
                    cache[key] = best_route(problem, kind, key[1])
                total += cache[key]
            best = min(best, total)
    return best


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "kind",
    [
        {"windows": False},
        {"windows": True},
        {"windows": True, "depots": 2},
        {"windows": False, "reloads": True},
    ],
    ids=["capacity", "windows", "depots", "trips"],
)
def test_search_finds_the_optimum_of_small_problems(seed: int, kind: dict) -> None:
    problem = make(seed, **kind)
    best = enumerate_all(problem)
    result = routing.solve(problem, stop=QUICK)
    assert routing.check(problem, result) == []
    if best == float("inf"):
        assert result.objective is None
        assert result.reasons
    else:
        assert result.status is Status.FEASIBLE
        assert result.objective == pytest.approx(best)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_relabelling_keeps_the_cost(seed: int) -> None:
    problem = make(seed, windows=False)
    order = np.concatenate([[0], 1 + np.random.default_rng(seed).permutation(len(problem.stops))])
    other = routing.Problem(
        distance=problem.distance[np.ix_(order, order)], vehicles=problem.vehicles, delivery=problem.delivery[order],
        service=problem.service[order], xy=problem.xy[order],
    )  # fmt: skip
    costs = [routing.solve(p, stop=QUICK).objective for p in (problem, other)]
    assert costs[0] == costs[1]


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 25), st.booleans())
def test_any_result_passes_the_checker(seed: int, stops: int, trips: bool) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.random((stops + 1, 2)) * 4000
    metres, seconds = routing.from_coordinates(xy, metres_per_second=5.0)
    opens = rng.integers(0, 6000, stops + 1)
    opens[0] = 0
    vehicle = routing.Vehicle(
        count=max(2, stops // 4), capacity=60, latest=20_000, max_duration=12_000, unit_duration_cost=1,
        reload_depots=(0,) if trips else (), max_trips=3 if trips else 1,
    )  # fmt: skip
    problem = routing.Problem(
        distance=metres, duration=seconds, vehicles=(vehicle,), xy=xy, service=np.full(stops + 1, 120),
        delivery=np.concatenate([[0], rng.integers(1, 15, stops)]),
        pickup=np.concatenate([[0], rng.integers(0, 10, stops)]),
        earliest=opens, latest=np.where(np.arange(stops + 1) == 0, routing.NEVER, opens + 5000),
        release=np.concatenate([[0], rng.integers(0, 2000, stops)]),
    )  # fmt: skip
    result = routing.solve(problem, stop=QUICK)
    assert routing.check(problem, result) == []
    base = routing.baseline(problem)
    assert routing.check(problem, base) == []
    if base.objective is not None and result.objective is not None:
        assert result.objective <= base.objective * 1.02


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_pinned_routes_stay(seed: int) -> None:
    problem = make(seed, windows=False, reloads=True)
    pin = routing.PinnedRoute(0, tuple(problem.stops[:2].tolist()))
    result = routing.solve(problem, stop=QUICK, pins=[pin])
    assert routing.check(problem, result, pins=(pin,)) == []
    if result.objective is None:
        assert result.reasons
