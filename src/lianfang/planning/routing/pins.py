"""Set pinned routes aside, plan the rest, and put both together again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from lianfang.planning.result import ProblemError, Reason
from lianfang.planning.routing.drive import best_start, drive
from lianfang.planning.routing.problem import PinnedRoute, Problem
from lianfang.planning.routing.result import RoutingResult
from lianfang.planning.routing.search import Routes


@dataclass(frozen=True)
class Split:
    """fixed: pinned routes. rest: the problem of everything else (None: nothing is left), with its own numbering.

    broken: why the pinned routes cannot be driven as they are.
    """

    fixed: Routes
    rest: Problem | None
    place_of_rest: list[int]
    kind_of_rest: list[int]
    broken: list[Reason]

    def grow(self, routes: Routes) -> Routes:
        """Routes of the rest in the numbering of the whole."""
        return [(self.kind_of_rest[kind], [self.place_of_rest[place] for place in places]) for kind, places in routes]

    def shrink(self, previous: RoutingResult) -> Routes:
        """A previous plan in the numbering of the rest, without what is pinned or gone."""
        place = {whole: part for part, whole in enumerate(self.place_of_rest)}
        kind = {whole: part for part, whole in enumerate(self.kind_of_rest)}
        routes = [
            (kind[k], [place[p] for p in places if p in place])
            for k, places in zip(previous.vehicle_of_route, previous.routes, strict=True)
            if k in kind
        ]
        return [route for route in routes if route[1]]


def without_pins(problem: Problem, pins: tuple[PinnedRoute, ...]) -> Split:
    """Split a problem into pinned routes and the rest; raises ProblemError on pins that make no sense."""
    fixed = [(pin.vehicle, list(pin.places)) for pin in pins]
    _validate(problem, pins)
    broken = [reason for pin in pins for reason in _broken(problem, pin)]
    pinned = {place for pin in pins for place in pin.places} - set(problem.depots)
    places = [p for p in range(len(problem.distance)) if p not in pinned]
    used = Counter(pin.vehicle for pin in pins)
    kinds = [k for k, vehicle in enumerate(problem.vehicles) if vehicle.count > used[k]]
    if len(places) == len(problem.depots):
        return Split(fixed, None, places, kinds, broken)
    if not kinds:
        raise ProblemError("routing.pin_fleet", "The pinned routes use every vehicle, but stops are left.")
    return Split(fixed, _rest(problem, places, kinds, used), places, kinds, broken)


def _rest(problem: Problem, places: list[int], kinds: list[int], used: Counter[int]) -> Problem:
    new = {whole: part for part, whole in enumerate(places)}
    table = np.ix_(places, places)
    vehicles = tuple(
        replace(
            problem.vehicles[k],
            count=problem.vehicles[k].count - used[k],
            start_depot=new[problem.vehicles[k].start_depot],
            end_depot=new[problem.vehicles[k].end_depot],
            reload_depots=tuple(new[d] for d in problem.vehicles[k].reload_depots),
        )
        for k in kinds
    )
    vectors = {
        name: getattr(problem, name)[places]
        for name in ("delivery", "pickup", "service", "earliest", "latest", "release")
    }
    return Problem(
        distance=problem.distance[table],
        duration=problem.duration[table],
        vehicles=vehicles,
        depots=tuple(new[d] for d in problem.depots),
        xy=None if problem.xy is None else problem.xy[places],
        units_per_objective=problem.units_per_objective,
        rides=tuple(
            replace(ride, pickup=new[ride.pickup], dropoff=new[ride.dropoff])
            for ride in problem.rides
            if ride.pickup in new and ride.dropoff in new
        ),
        **vectors,
    )


def _validate(problem: Problem, pins: tuple[PinnedRoute, ...]) -> None:
    visits = Counter(place for pin in pins for place in pin.places if place not in problem.depots)
    for place, times in visits.items():
        if times > 1 or not 0 <= place < len(problem.distance):
            raise ProblemError("routing.pin", f"Stop {place} is pinned {times} times or does not exist.")
    for kind, used in Counter(pin.vehicle for pin in pins).items():
        if not 0 <= kind < len(problem.vehicles) or used > problem.vehicles[kind].count:
            raise ProblemError("routing.pin_fleet", f"{used} routes are pinned to vehicle kind {kind}, too many.")
    if any((ride.pickup in visits) != (ride.dropoff in visits) for ride in problem.rides):
        raise ProblemError("routing.pin", "A ride is pinned at one end only: pin both stops, in one route.")
    if any(not pin.places for pin in pins):
        raise ProblemError("routing.pin", "A pinned route visits nobody.")


def _broken(problem: Problem, pin: PinnedRoute) -> list[Reason]:
    vehicle = problem.vehicles[pin.vehicle]
    route = list(pin.places)
    driven = drive(problem, vehicle, route, best_start(problem, vehicle, route))
    reloads = [place for place in route if place in problem.depots]
    reasons = []
    if not set(reloads) <= set(vehicle.reload_depots) or len(reloads) + 1 > vehicle.max_trips:
        reasons.append(Reason("routing.pin_reload", f"The pinned route {route} reloads where or when it may not."))
    if driven.torn:
        reasons.append(Reason("routing.pin_ride", f"The pinned route {route} tears a ride apart or turns it round."))
    if driven.overload:
        reasons.append(Reason("routing.pin_load", f"The pinned route {route} carries {driven.overload} too much."))
    if driven.late or driven.duration > vehicle.max_duration or driven.distance > vehicle.max_distance:
        reasons.append(Reason("routing.pin_hours", f"The pinned route {route} breaks hours or limits."))
    return reasons
