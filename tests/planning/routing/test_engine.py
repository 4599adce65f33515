"""The routing engine's shape: hand-driven routes, refusals, stop rule, re-planning, explanation, picture, files."""

from __future__ import annotations

import csv
import os
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lianfang.planning import ProblemError, Status, Stop, instances, routing
from lianfang.planning.routing.drive import best_start
from lianfang.planning.routing.search import cost_of

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[4] / "shared"))
BENCH = SHARED / "data" / "bench"

LINE = np.abs(np.arange(5)[:, None] - np.arange(5)[None, :]) * 10
"""A depot at 0 and stops 1..4 on a line, ten apart."""


def line(**more: object) -> routing.Problem:
    usual: dict = {"distance": LINE, "vehicles": (routing.Vehicle(count=2, capacity=2),), "delivery": [0, 1, 1, 1, 1]}
    return routing.Problem(**{**usual, **more})


def test_two_vehicles_on_a_line() -> None:
    # Two stops a vehicle: {1, 2} costs 40 and {3, 4} costs 80; any other pairs cost more.
    problem = line()
    result = routing.solve(problem, stop=Stop(0.5))
    assert result.objective == 120
    assert sorted(sorted(route) for route in result.routes) == [[1, 2], [3, 4]]
    assert result.status is Status.FEASIBLE
    assert result.bound is None
    assert routing.check(problem, result) == []


def test_two_trips_of_one_vehicle() -> None:
    vehicle = routing.Vehicle(capacity=2, reload_depots=(0,), max_trips=2)
    problem = line(vehicles=(vehicle,))
    result = routing.solve(problem, stop=Stop(0.5))
    assert result.objective == 120
    assert result.routes[0].count(0) == 1
    assert routing.check(problem, result) == []
    assert routing.check(problem, replace(result, routes=[[1, 2, 3, 4]]))


def test_driving_by_hand() -> None:
    # Leave at 0, stop 1 opens at 25: wait 15, serve 5, reach 2 at 40; back at 60 + service 5 = 65.
    problem = line(service=[0, 5, 5, 5, 5], earliest=[0, 25, 0, 0, 0], latest=[100, 30, 50, 100, 100])
    vehicle = problem.vehicles[0]
    driven = routing.drive(problem, vehicle, [1, 2], 0)
    assert driven.arrivals == [(1, 25), (2, 40), (0, 65)]
    assert (driven.late, driven.overload, driven.distance, driven.duration) == (0, 0, 40, 65)
    assert best_start(problem, vehicle, [1, 2]) == 15
    assert routing.drive(problem, vehicle, [2, 1], 0).late == 5  # 20 + 5 + 10 = 35, and stop 1 closes at 30
    assert routing.drive(problem, vehicle, [1, 2, 3], 0).overload == 1


def test_pick_ups_and_deliveries_share_the_vehicle() -> None:
    problem = line(delivery=[0, 2, 0, 0, 0], pickup=[0, 0, 2, 1, 0])
    vehicle = problem.vehicles[0]
    assert routing.drive(problem, vehicle, [1, 2], 0).overload == 0  # two off, then two on
    assert routing.drive(problem, vehicle, [2, 1], 0).overload == 2  # two on while two are still on board


def test_goods_not_ready_delay_the_trip() -> None:
    problem = line(release=[0, 0, 50, 0, 0])
    driven = routing.drive(problem, problem.vehicles[0], [1, 2], 0)
    assert driven.start == 50
    assert driven.arrivals[0] == (1, 60)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"delivery": [0, 3, 1, 1, 1]}, "routing.stop_load"),
        ({"vehicles": (routing.Vehicle(capacity=2),)}, "routing.fleet"),
        ({"latest": [100, 100, 100, 100, 30]}, "routing.stop_hours"),
        ({"vehicles": (routing.Vehicle(count=4, max_distance=70),)}, "routing.stop_hours"),
        ({"distance": np.where(np.arange(5) == 4, np.inf, LINE)}, "routing.stop_way"),
    ],
)
def test_the_impossible_is_explained(wish: dict, code: str) -> None:
    problem = line(**wish)
    result = routing.solve(problem, stop=Stop(0.5))
    assert result.status is Status.INFEASIBLE
    assert code in {reason.code for reason in result.reasons}
    assert routing.check(problem, result) == []
    assert routing.explain(problem, result) == list(result.reasons)


def test_what_does_not_fit_together_is_named() -> None:
    # One vehicle, both stops due at the same time at opposite ends.
    problem = routing.Problem(
        distance=np.array([[0, 50, 50], [50, 0, 100], [50, 100, 0]]), vehicles=(routing.Vehicle(),),
        earliest=[0, 50, 50], latest=[1000, 60, 60],
    )  # fmt: skip
    result = routing.solve(problem, stop=Stop(1.5))
    assert result.status is Status.TIMEOUT
    assert {reason.code for reason in result.reasons} == {"routing.timeout", "routing.left_out"}
    assert sum(reason.code == "routing.left_out" for reason in result.reasons) == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"distance": np.full((5, 5), np.nan)}, "routing.number"),
        ({"distance": -LINE}, "routing.number"),
        ({"distance": LINE + 0.5}, "routing.fraction"),
        ({"distance": LINE[:3]}, "routing.empty"),
        ({"distance": np.broadcast_to(1, (10_000_000, 10_000_000))}, "routing.too_many"),
        ({"duration": LINE[:3, :3]}, "routing.length"),
        ({"delivery": [1, 2]}, "routing.length"),
        ({"depots": ()}, "routing.depots"),
        ({"depots": (7,)}, "routing.depots"),
        ({"depots": (0, 1, 2, 3, 4)}, "routing.empty"),
        ({"earliest": [9] * 5, "latest": [5] * 5}, "routing.window"),
        ({"vehicles": ()}, "routing.vehicles"),
        ({"vehicles": (routing.Vehicle(start_depot=2),)}, "routing.vehicles"),
        ({"vehicles": (routing.Vehicle(count=0),)}, "routing.vehicles"),
        ({"vehicles": (routing.Vehicle(earliest=5, latest=2),)}, "routing.vehicles"),
        ({"units_per_objective": 0}, "routing.units"),
    ],
)
def test_senseless_problems_are_refused(wish: dict, code: str) -> None:
    with pytest.raises(ProblemError) as refused:
        line(**wish)
    assert refused.value.code == code


def test_pins_that_make_no_sense() -> None:
    problem = line()
    for pins in (
        [routing.PinnedRoute(0, (1,)), routing.PinnedRoute(0, (1, 2))],
        [routing.PinnedRoute(3, (1,))],
        [routing.PinnedRoute(0, (9,))],
        [routing.PinnedRoute(0, ())],
        [routing.PinnedRoute(0, (1,)), routing.PinnedRoute(0, (2,))],  # no vehicle left for 3 and 4
    ):
        with pytest.raises(ProblemError):
            routing.solve(problem, pins=pins, stop=Stop(0.3))
    overfull = routing.solve(problem, pins=[routing.PinnedRoute(0, (1, 2, 3))], stop=Stop(0.3))
    assert overfull.status is Status.INFEASIBLE
    assert overfull.reasons[0].code == "routing.pin_load"
    both = [routing.PinnedRoute(0, (1, 3)), routing.PinnedRoute(0, (4, 2))]
    whole = routing.solve(problem, pins=both, stop=Stop(0.3))
    assert whole.objective == 60 + 80
    assert routing.check(problem, whole, pins=tuple(both)) == []


def test_checker_sees_lies() -> None:
    problem = line(latest=[200, 200, 200, 200, 45])
    good = routing.solve(problem, stop=Stop(0.5))
    assert routing.check(problem, good) == []
    for lie in (
        replace(good, objective=1.0),
        replace(good, routes=good.routes[:1]),
        replace(good, routes=[[1, 2], [3, 3]]),
        replace(good, routes=[[1, 2], [3, 77]]),
        replace(good, routes=[[1, 2, 3], [4]]),
        replace(good, routes=[[1, 2], [0, 3, 4]]),
        replace(good, start_of_route=[50, 50]),
        replace(good, routes=[[1], [2], [3, 4]], vehicle_of_route=[0, 0, 0], start_of_route=[0, 0, 0]),
        replace(good, objective=None),
    ):
        assert routing.check(problem, lie), lie
    assert routing.check(problem, good, pins=(routing.PinnedRoute(0, (1, 4)),))


def city(stops: int, seed: int) -> routing.Problem:
    rng = np.random.default_rng(seed)
    xy = np.vstack([[5000, 5000], rng.random((stops, 2)) * 10_000])
    metres, seconds = routing.from_coordinates(xy, metres_per_second=7)
    vehicle = routing.Vehicle(count=stops // 6, capacity=100)
    loads = np.concatenate([[0], rng.integers(5, 20, stops)])
    return routing.Problem(distance=metres, duration=seconds, vehicles=(vehicle,), delivery=loads, xy=xy)


def test_stop_rule_and_cancel() -> None:
    problem = city(150, 1)
    started = time.monotonic()
    result = routing.solve(problem, stop=Stop(1.5))
    assert time.monotonic() - started < 3.5
    assert routing.check(problem, result) == []
    assert (result.objective or 0) < (routing.baseline(problem).objective or 0)
    started = time.monotonic()
    cancelled = routing.solve(problem, stop=Stop(30), on_progress=lambda p: p.objective is None)
    assert time.monotonic() - started < 15
    assert routing.check(problem, cancelled) == []


def test_replanning_keeps_the_old_routes() -> None:
    problem = city(40, 2)
    before = routing.solve(problem, stop=Stop(1.0))
    gone = before.routes[0][0]
    shorter = replace(before, routes=[[s for s in route if s != gone] for route in before.routes])
    again = routing.solve(problem, previous=shorter, params=routing.Params(keep_within=0.5), stop=Stop(1.0))
    assert routing.check(problem, again) == []
    unchanged = [route for route in before.routes if route in again.routes]
    assert len(unchanged) >= len(before.routes) - 2


def test_explanation_and_picture() -> None:
    problem = line(xy=np.c_[np.arange(5.0), np.zeros(5)])
    result = routing.solve(problem, stop=Stop(0.4))
    reasons = routing.explain(problem, result)
    assert reasons[0].code == "routing.plan"
    assert sum(reason.code == "routing.route" for reason in reasons) == len(result.routes)
    assert "capacity" in reasons[1].text
    root = ET.fromstring(routing.svg(problem, result))
    assert len(root.findall(".//{*}polyline")) == len(result.routes)
    bars = ET.fromstring(routing.svg(line(), result))
    assert len(bars.findall(".//{*}rect[@class='route']")) == len(result.routes)


TINY = """NAME : tiny
TYPE : CVRP
DIMENSION : 4
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 0 1.4
DEMAND_SECTION
1 0
2 4
3 4
4 4
DEPOT_SECTION
1
-1
EOF
"""


def test_vrplib_reader(tmp_path: Path) -> None:
    path = tmp_path / "tiny.vrp"
    path.write_text(TINY)
    problem = instances.vrplib(path)
    assert problem.distance[0].tolist() == [0, 5, 10, 1]
    assert problem.vehicles[0].capacity == 10
    assert problem.vehicles[0].count == 3
    assert routing.solve(problem, stop=Stop(0.4)).objective == 22  # 0-2-3-0 costs 20, 0-4-0 costs 2
    for wrong in (TINY.replace("CVRP", "TSPXX"), TINY.replace("CAPACITY : 10", "CAPACITY : x"), "nonsense", ""):
        path.write_text(wrong)
        with pytest.raises(ProblemError):
            instances.vrplib(path)


@pytest.mark.skipif(not BENCH.exists(), reason="the published instances are not beside this checkout")
@pytest.mark.parametrize("folder", ["cvrp", "vrptw", "mdvrptw", "mtvrptwr"])
def test_published_solutions_recompute_to_their_values(folder: str) -> None:
    with (BENCH / folder / "index.csv").open() as file:
        lines = list(csv.DictReader(file))[:3]
    for entry in lines:
        problem = instances.vrplib(BENCH / folder / entry["file"])
        text = (BENCH / folder / entry["file"].replace(".vrp", ".sol")).read_text().splitlines()
        given = [[int(word) for word in row.split(":")[1].split()] for row in text if row.startswith("Route")]
        kinds = [kind for kind, vehicle in enumerate(problem.vehicles) for _ in range(vehicle.count)]
        routes = [(kinds[k], route) for k, route in enumerate(given) if route]
        cost, starts = cost_of(problem, routes)
        result = routing.Result(
            status=Status.FEASIBLE, objective=cost / problem.units_per_objective, bound=None, seconds=0.0,
            routes=[route for _, route in routes], vehicle_of_route=[k for k, _ in routes], start_of_route=starts,
        )  # fmt: skip
        assert result.objective == pytest.approx(float(entry["best_known"]))
        assert routing.check(problem, result) == []


def ride_line() -> routing.Problem:
    """Two patients on the line: from 1 to 3 and from 4 to 2; one vehicle with one seat."""
    rides = (routing.Ride(1, 3), routing.Ride(4, 2))
    return line(rides=rides, delivery=[0] * 5, vehicles=(routing.Vehicle(capacity=1),))


def test_patient_rides() -> None:
    # One seat: 0-1-3-4-2-0 is 10 + 20 + 10 + 20 + 20 = 80; with two seats 0-1-3-4-2-0 stays best.
    problem = ride_line()
    result = routing.solve(problem, stop=Stop(0.5))
    assert result.objective == 80
    assert result.routes == [[1, 3, 4, 2]]
    assert routing.check(problem, result) == []
    assert routing.check(problem, replace(result, routes=[[3, 1, 4, 2]]))
    assert routing.check(problem, replace(result, routes=[[1, 4, 3, 2]], objective=120.0))
    base = routing.baseline(problem)
    assert routing.check(problem, base) == []
    pinned = routing.solve(problem, stop=Stop(0.3), pins=[routing.PinnedRoute(0, (4, 2, 1, 3))])
    assert pinned.routes == [[4, 2, 1, 3]]
    with pytest.raises(ProblemError):
        routing.solve(problem, stop=Stop(0.3), pins=[routing.PinnedRoute(0, (1,))])
    for rides in ((routing.Ride(1, 3), routing.Ride(3, 2)), (routing.Ride(0, 1),), (routing.Ride(1, 2, -1),)):
        with pytest.raises(ProblemError):
            line(rides=rides)


def test_rides_among_deliveries() -> None:
    rng = np.random.default_rng(3)
    xy = rng.random((31, 2)) * 3000
    metres, seconds = routing.from_coordinates(xy, metres_per_second=8)
    rides = tuple(routing.Ride(k, k + 1, 2) for k in range(1, 11, 2))
    problem = routing.Problem(
        distance=metres, duration=seconds, xy=xy, rides=rides, vehicles=(routing.Vehicle(count=5, capacity=20),),
        delivery=np.where(np.arange(31) > 10, 3, 0), service=np.full(31, 60),
    )  # fmt: skip
    result = routing.solve(problem, stop=Stop(1.0))
    assert result.status is Status.FEASIBLE
    assert routing.check(problem, result) == []
