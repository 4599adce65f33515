"""Verify a route plan by driving every route on paper."""

from __future__ import annotations

from collections import Counter

from lianfang.planning.result import Status, Violation
from lianfang.planning.routing.drive import Driven, drive
from lianfang.planning.routing.problem import NEVER, PinnedRoute, Problem, Vehicle
from lianfang.planning.routing.result import RoutingResult


def check(problem: Problem, result: RoutingResult, *, pins: tuple[PinnedRoute, ...] | None = None) -> list[Violation]:
    """Return every rule the plan breaks: visits, vehicles, loads, windows, hours, limits, pins, stated objective."""
    if result.objective is None:
        silent = not result.reasons or result.status in {Status.OPTIMAL, Status.FEASIBLE}
        return [Violation("routing.no_plan", "No plan, and no reason given.")] if silent else []
    found = _visits(problem, result)
    if found:
        return found
    cost = 0
    for index, (route, kind, start) in enumerate(
        zip(result.routes, result.vehicle_of_route, result.start_of_route, strict=True)
    ):
        vehicle = problem.vehicles[kind]
        driven = drive(problem, vehicle, route, start)
        cost += driven.cost(vehicle)
        found += _route(problem, vehicle, route, driven, index)
    if abs(cost / problem.units_per_objective - result.objective) > 1e-9 * max(1.0, abs(result.objective)):
        text = f"Stated {result.objective:g}, driven {cost / problem.units_per_objective:g}."
        found.append(Violation("routing.objective", text, abs(cost / problem.units_per_objective - result.objective)))
    planned = list(zip(result.vehicle_of_route, map(tuple, result.routes), strict=True))
    for pin in pins or ():
        if (pin.vehicle, pin.places) not in planned:
            found.append(Violation("routing.pin", f"The pinned route {pin.places} is not in the plan."))
    return found


def _visits(problem: Problem, result: RoutingResult) -> list[Violation]:
    lengths = {len(result.routes), len(result.vehicle_of_route), len(result.start_of_route)}
    if len(lengths) != 1 or not all(0 <= kind < len(problem.vehicles) for kind in result.vehicle_of_route):
        return [Violation("routing.vehicles", "Every route needs one vehicle of the problem and one start.")]
    places = len(problem.distance)
    if any(not 0 <= place < places for route in result.routes for place in route):
        return [Violation("routing.place", "A route visits a place that does not exist.")]
    found = []
    visits = Counter(place for route in result.routes for place in route if place not in problem.depots)
    for stop in problem.stops:
        if visits[int(stop)] != 1:
            found.append(Violation("routing.visits", f"Stop {stop} is visited {visits[int(stop)]} times, not once."))
    for kind, used in Counter(result.vehicle_of_route).items():
        if used > problem.vehicles[kind].count:
            text = f"{used} vehicles of kind {kind} are used; there are {problem.vehicles[kind].count}."
            found.append(Violation("routing.vehicles", text, used - problem.vehicles[kind].count))
    return found


def _route(problem: Problem, vehicle: Vehicle, route: list[int], driven: Driven, index: int) -> list[Violation]:
    found = []
    reloads = [place for place in route if place in problem.depots]
    if not set(reloads) <= set(vehicle.reload_depots) or len(reloads) + 1 > vehicle.max_trips:
        found.append(Violation("routing.reload", f"Route {index} reloads where or more often than it may."))
    if driven.overload:
        found.append(Violation("routing.capacity", f"Route {index} carries too much.", driven.overload))
    if driven.torn:
        text = f"Route {index} tears {driven.torn} ends of rides apart or turns them round."
        found.append(Violation("routing.ride", text, driven.torn))
    if driven.late:
        found.append(Violation("routing.window", f"Route {index} is late.", driven.late))
    if driven.duration > vehicle.max_duration:
        text = f"Route {index} takes {driven.duration}, beyond {vehicle.max_duration}."
        found.append(Violation("routing.duration", text, driven.duration - vehicle.max_duration))
    if driven.distance > vehicle.max_distance or driven.distance >= NEVER:
        text = f"Route {index} is {driven.distance} long, beyond what its vehicle may or where there is a way."
        found.append(Violation("routing.distance", text, driven.distance))
    return found
