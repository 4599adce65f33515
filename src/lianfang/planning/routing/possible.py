"""What makes a routing problem impossible on its face, stop by stop and as a whole."""

from __future__ import annotations

from lianfang.planning.result import Reason
from lianfang.planning.routing.drive import best_start, drive
from lianfang.planning.routing.problem import NEVER, Problem

NAMED_AT_MOST = 20
"""Stops named one by one; the rest are counted."""


def impossible(problem: Problem) -> list[Reason]:
    """Return the reasons why no plan can exist, as far as one stop alone or the sum of loads shows them."""
    reasons: list[Reason] = []
    lost = 0
    for unit in problem.units:
        reason = _alone(problem, unit)
        if reason is not None:
            lost += 1
            if lost <= NAMED_AT_MOST:
                reasons.append(reason)
    if lost > NAMED_AT_MOST:
        reasons.append(Reason("routing.stop_more", f"{lost - NAMED_AT_MOST} more stops cannot be served."))
    for name, amounts in (("deliver", problem.delivery), ("pick up", problem.pickup)):
        load = int(amounts[problem.stops].sum())
        room = sum(vehicle.count * vehicle.capacity * vehicle.max_trips for vehicle in problem.vehicles)
        if load > room:
            text = f"There is {load} to {name}, but all vehicles and trips together carry {room}."
            reasons.append(Reason("routing.fleet", text, values=(("load", load), ("room", room))))
    return reasons


def _alone(problem: Problem, unit: tuple[int, ...]) -> Reason | None:
    """Why no vehicle could serve this stop or ride even if it did nothing else; None if one can."""
    stop, last = unit[0], unit[-1]
    carried = next((ride.amount for ride in problem.rides if ride.pickup == stop), 0)
    amount = max(int(problem.delivery[stop]), int(problem.pickup[stop]), carried)
    if amount > max(vehicle.capacity for vehicle in problem.vehicles):
        text = f"Stop {stop} needs {amount}, more than any vehicle carries: divide it."
        return Reason("routing.stop_load", text, subject=stop)
    way = False
    for vehicle in problem.vehicles:
        if amount > vehicle.capacity:
            continue
        for start in {vehicle.start_depot, *vehicle.reload_depots}:
            there, back = problem.distance[start, stop], problem.distance[last, vehicle.end_depot]
            way = way or bool(there < NEVER and back < NEVER)
        driven = drive(problem, vehicle, list(unit), best_start(problem, vehicle, list(unit)))
        fits = not driven.late and driven.duration <= vehicle.max_duration and driven.distance <= vehicle.max_distance
        if fits or vehicle.reload_depots:  # a trip from a nearer depot might still do it
            return None if way else Reason("routing.stop_way", f"There is no way to stop {stop}.", subject=stop)
    if not way:
        return Reason("routing.stop_way", f"There is no way to stop {stop}.", subject=stop)
    text = f"No vehicle can serve stop {stop} within its hours and be back in time."
    return Reason("routing.stop_hours", text, subject=stop)
