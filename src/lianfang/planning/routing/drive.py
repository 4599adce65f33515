"""Drive one route on paper: arrival by arrival, without the solver."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from lianfang.planning.routing.problem import Problem, Vehicle


@dataclass
class Driven:
    """One route as it happens. arrivals: (place, begin of service). late, overload: totals beyond what is allowed.
    torn: ends of rides whose other end is not in the same trip and in order.

    distance, duration: of the whole route; loads: largest load of each trip.
    """

    arrivals: list[tuple[int, int]] = field(default_factory=list)
    late: int = 0
    overload: int = 0
    torn: int = 0
    distance: int = 0
    start: int = 0
    end: int = 0
    loads: list[int] = field(default_factory=list)

    @property
    def duration(self) -> int:
        """From leaving the first depot to reaching the last."""
        return self.end - self.start

    def cost(self, vehicle: Vehicle) -> int:
        """Cost of the route with this vehicle."""
        return (
            vehicle.fixed_cost + vehicle.unit_distance_cost * self.distance + vehicle.unit_duration_cost * self.duration
        )


def drive(problem: Problem, vehicle: Vehicle, route: list[int], start: int) -> Driven:
    """Follow a route that leaves its depot at `start`; waiting is allowed, being late is counted."""
    trips = _trips(problem, vehicle, route)
    now = max(start, _released(problem, trips[0]))
    driven = Driven(start=now)
    driven.late += max(0, vehicle.earliest - now) + max(0, int(problem.earliest[trips[0][0]]) - now)
    for number, trip in enumerate(trips):
        if number:
            now = max(now, _released(problem, trip))
        driven.torn += _torn(problem, trip)
        driven.loads.append(_largest_load(problem, trip))
        driven.overload += max(0, driven.loads[-1] - vehicle.capacity)
        now += int(problem.service[trip[0]])
        for before, place in pairwise(trip):
            driven.distance += int(problem.distance[before, place])
            now += int(problem.duration[before, place])
            now = max(now, int(problem.earliest[place]))
            driven.late += max(0, now - int(problem.latest[place]))
            driven.arrivals.append((place, now))
            now += 0 if place in problem.depots else int(problem.service[place])
    driven.end = now
    driven.late += max(0, now - vehicle.latest)
    return driven


def best_start(problem: Problem, vehicle: Vehicle, route: list[int]) -> int:
    """The latest departure that ends no later and breaks no more than leaving at once: no needless waiting."""
    opening = max(vehicle.earliest, int(problem.earliest[vehicle.start_depot]))
    first = drive(problem, vehicle, route, opening)
    low, high = first.start, first.end
    while low < high:
        middle = (low + high + 1) // 2
        tried = drive(problem, vehicle, route, middle)
        if tried.late <= first.late and tried.end <= first.end:
            low = middle
        else:
            high = middle - 1
    return low


def _trips(problem: Problem, vehicle: Vehicle, route: list[int]) -> list[list[int]]:
    """Each trip with the depots at both ends."""
    trips, current = [], [vehicle.start_depot]
    for place in route:
        current.append(place)
        if place in problem.depots:
            trips.append(current)
            current = [place]
    trips.append([*current, vehicle.end_depot])
    return trips


def _torn(problem: Problem, trip: list[int]) -> int:
    """Ends of rides in this trip without the other end, or dropped off before being picked up."""
    torn = 0
    for ride in problem.rides:
        ends = [place for place in trip if place in {ride.pickup, ride.dropoff}]
        torn += len(ends) if ends not in ([], [ride.pickup, ride.dropoff]) else 0
    return torn


def _released(problem: Problem, trip: list[int]) -> int:
    return int(problem.release[trip[1:-1]].max(initial=0))


def _largest_load(problem: Problem, trip: list[int]) -> int:
    """Everything to deliver is on board at first; pick-ups come aboard one by one."""
    load = int(problem.delivery[trip[1:-1]].sum())
    largest = load
    aboard = {ride.pickup: ride.amount for ride in problem.rides} | {
        ride.dropoff: -ride.amount for ride in problem.rides
    }
    for place in trip[1:-1]:
        load += int(problem.pickup[place]) - int(problem.delivery[place]) + aboard.get(place, 0)
        largest = max(largest, load)
    return largest
