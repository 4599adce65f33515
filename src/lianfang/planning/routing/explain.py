"""Why these routes: how full and how long each is, what binds, and what leaving a stop out would save."""

from __future__ import annotations

from lianfang.planning.result import Reason
from lianfang.planning.routing.drive import Driven, drive
from lianfang.planning.routing.problem import NEVER, Problem, Vehicle
from lianfang.planning.routing.result import RoutingResult

TIGHT = 0.95
"""A limit used beyond this share is said to bind (assumption)."""


def explain(problem: Problem, result: RoutingResult) -> list[Reason]:
    """Return the reasons behind a plan: the whole, then each route, then the stops that cost most to reach."""
    if result.objective is None:
        return list(result.reasons)
    used = len(result.routes)
    available = sum(vehicle.count for vehicle in problem.vehicles)
    reasons = [
        Reason(
            "routing.plan",
            f"{used} of {available} vehicles serve {len(problem.stops)} stops at a cost of {result.objective:g}.",
            values=(("vehicles", used), ("stops", len(problem.stops)), ("cost", result.objective)),
        )
    ]
    savings: list[tuple[int, int, int]] = []
    for index, (route, kind, start) in enumerate(
        zip(result.routes, result.vehicle_of_route, result.start_of_route, strict=True)
    ):
        vehicle = problem.vehicles[kind]
        driven = drive(problem, vehicle, route, start)
        reasons.append(_route(problem, vehicle, driven, index, len(route)))
        savings += [(_saving(problem, vehicle, route, position), stop, index) for position, stop in enumerate(route)
                    if stop not in problem.depots]  # fmt: skip
    for saving, stop, index in sorted(savings, reverse=True)[:5]:
        text = f"Stop {stop} on route {index} costs most to reach: the way is {saving} longer for it."
        reasons.append(Reason("routing.far_stop", text, subject=stop, values=(("saving", saving),)))
    return reasons


def _route(problem: Problem, vehicle: Vehicle, driven: Driven, index: int, places: int) -> Reason:
    binding = []
    load = max(driven.loads)
    if vehicle.capacity < NEVER and load >= TIGHT * vehicle.capacity:
        binding.append("capacity")
    if vehicle.max_duration < NEVER and driven.duration >= TIGHT * vehicle.max_duration:
        binding.append("duration")
    if vehicle.latest < NEVER and driven.end - vehicle.earliest >= TIGHT * (vehicle.latest - vehicle.earliest):
        binding.append("shift")
    tightest = [int(problem.latest[place]) - begin for place, begin in driven.arrivals]
    slack = min(tightest, default=0)
    text = (
        f"Route {index}: {places} stops in {len(driven.loads)} trips, load up to {load}, length {driven.distance}, "
        f"{driven.duration} on the way; {'binding: ' + ', '.join(binding) if binding else 'nothing binds'}."
    )
    values: tuple[tuple[str, float | int | str], ...] = (
        ("load", load), ("distance", driven.distance), ("duration", driven.duration), ("least_slack", slack),
    )  # fmt: skip
    return Reason("routing.route", text, subject=index, values=values)


def _saving(problem: Problem, vehicle: Vehicle, route: list[int], position: int) -> int:
    """How much shorter the way would be without this stop."""
    before = route[position - 1] if position else vehicle.start_depot
    after = route[position + 1] if position + 1 < len(route) else vehicle.end_depot
    stop = route[position]
    return int(problem.distance[before, stop] + problem.distance[stop, after] - problem.distance[before, after])
