"""Hands a problem to the vehicle-routing solver PyVRP (iterated local search in C++) and reads its answer back.

Source: N. A. Wouda, L. Lan, W. Kool (2024), PyVRP: a high-performance VRP solver package,
INFORMS Journal on Computing 36:943-955.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.search import LocalSearch, PerturbationManager, compute_neighbours

from lianfang.planning.routing.drive import best_start, drive
from lianfang.planning.routing.problem import NEVER, IntArray, Problem, Ride
from lianfang.planning.stop import Clock

Routes = list[tuple[int, list[int]]]
"""Vehicle kind and places of each route."""

REPORT_EVERY = 0.5
"""Seconds between two progress reports."""


class Translation:
    """The solver's view of a problem. `optional` > 0 lets stops be left out at that price each."""

    def __init__(self, problem: Problem, *, optional: int = 0) -> None:
        self.problem = problem
        ride_ends = {place for ride in problem.rides for place in (ride.pickup, ride.dropoff)}
        self.place_of_client = [stop for stop in problem.stops.tolist() if stop not in ride_ends]
        self.ride_of_pickup = {ride.pickup: index for index, ride in enumerate(problem.rides)}
        self.ride_of_dropoff = {ride.dropoff: index for index, ride in enumerate(problem.rides)}
        self.client_of_place = {place: client for client, place in enumerate(self.place_of_client)}
        self.depot_index = {depot: index for index, depot in enumerate(problem.depots)}
        clients = [self._client(place, optional) for place in self.place_of_client]
        xy = np.zeros((len(problem.distance), 2)) if problem.xy is None else problem.xy
        self.data = pyvrp.ProblemData(
            [pyvrp.Location(float(x), float(y)) for x, y in xy],
            clients,
            [self._depot(depot) for depot in problem.depots],
            [self._vehicle(kind) for kind in range(len(problem.vehicles))],
            [_passable(problem.distance)],
            [_passable(problem.duration)],
            shipments=[self._ride(ride, optional) for ride in problem.rides],
        )

    def _client(self, place: int, optional: int) -> pyvrp.Client:
        p = self.problem
        return pyvrp.Client(
            place,
            delivery=[int(p.delivery[place])],
            pickup=[int(p.pickup[place])],
            service_duration=int(p.service[place]),
            tw_early=int(p.earliest[place]),
            tw_late=int(p.latest[place]),
            release_time=int(p.release[place]),
            prize=optional,
            required=optional == 0,
        )

    def _ride(self, ride: Ride, optional: int) -> pyvrp.Shipment:
        p, pickup, dropoff = self.problem, ride.pickup, ride.dropoff
        return pyvrp.Shipment(
            pickup,
            dropoff,
            pickup_tw_early=int(p.earliest[pickup]),
            pickup_tw_late=int(p.latest[pickup]),
            pickup_service_duration=int(p.service[pickup]),
            delivery_tw_early=int(p.earliest[dropoff]),
            delivery_tw_late=int(p.latest[dropoff]),
            delivery_service_duration=int(p.service[dropoff]),
            amount=[ride.amount],
            prize=optional,
            required=optional == 0,
        )

    def _depot(self, place: int) -> pyvrp.Depot:
        p = self.problem
        return pyvrp.Depot(
            place,
            tw_early=int(p.earliest[place]),
            tw_late=int(p.latest[place]),
            service_duration=int(p.service[place]),
        )

    def _vehicle(self, kind: int) -> pyvrp.VehicleType:
        v = self.problem.vehicles[kind]
        return pyvrp.VehicleType(
            num_available=v.count,
            capacity=[v.capacity],
            start_depot=self.depot_index[v.start_depot],
            end_depot=self.depot_index[v.end_depot],
            fixed_cost=v.fixed_cost,
            tw_early=v.earliest,
            tw_late=v.latest,
            shift_duration=v.max_duration,
            max_distance=v.max_distance,
            unit_distance_cost=v.unit_distance_cost,
            unit_duration_cost=v.unit_duration_cost,
            reload_depots=[self.depot_index[depot] for depot in v.reload_depots] if v.max_trips > 1 else [],
            max_reloads=v.max_trips - 1,
        )

    def solution(self, routes: Routes) -> pyvrp.Solution:
        """The solver's form of some routes."""
        return pyvrp.Solution(self.data, [self.route(kind, places) for kind, places in routes if places])

    def route(self, kind: int, places: list[int]) -> pyvrp.Route:
        """The solver's form of one route."""
        return pyvrp.Route(self.data, [self._step(place) for place in places], kind)

    def _step(self, place: int) -> pyvrp.Activity:
        kinds = pyvrp.ActivityType
        for kind, index in (
            (kinds.DEPOT, self.depot_index),
            (kinds.PICKUP, self.ride_of_pickup),
            (kinds.DELIVERY, self.ride_of_dropoff),
        ):
            if place in index:
                return pyvrp.Activity(kind, index[place])
        return pyvrp.Activity(kinds.CLIENT, self.client_of_place[place])

    def routes(self, solution: pyvrp.Solution) -> Routes:
        """Our form of the solver's routes."""
        return [(route.vehicle_type(), self.places(route)) for route in solution.routes()]

    def places(self, route: pyvrp.Route) -> list[int]:
        """Places of one route between its first and last depot; empty trips are left out."""
        return tidy(self.problem, [self._place(step) for step in route.schedule()[1:-1]])

    def _place(self, step: pyvrp.ScheduledActivity) -> int:
        if step.is_depot():
            return self.problem.depots[step.idx]
        if step.is_pickup():
            return self.problem.rides[step.idx].pickup
        if step.is_delivery():
            return self.problem.rides[step.idx].dropoff
        return self.place_of_client[step.idx]


def tidy(problem: Problem, places: list[int]) -> list[int]:
    """A route without reloads that load nothing for nobody."""
    kept: list[int] = []
    for place in places:
        empty = place in problem.depots and (not kept or kept[-1] in problem.depots)
        if not empty:
            kept.append(place)
    while kept and kept[-1] in problem.depots:
        kept.pop()
    return kept


class ClockStop:
    """PyVRP's stop criterion on our clock: passes progress on and ends when time is up or the run is cancelled."""

    def __init__(self, clock: Clock, seconds: float, units: int) -> None:
        self.clock, self.units = clock, units
        self.until = clock.elapsed + seconds
        self.next_report = 0.0

    def __call__(self, best_cost: float) -> bool:
        """Whether to stop now."""
        if self.clock.elapsed >= self.next_report:
            self.next_report = self.clock.elapsed + REPORT_EVERY
            stated = best_cost / self.units if 0 < best_cost < 2**62 else None
            self.clock.report("routes", stated)
        return self.clock.left <= 0 or self.clock.elapsed >= self.until


class Searcher:
    """PyVRP's iterated local search, kept between calls so that what it learned about penalties is not lost."""

    def __init__(
        self, translation: Translation, seed: int, watch: pyvrp.IteratedLocalSearchCallbacks | None = None
    ) -> None:
        self.translation, data, usual = translation, translation.data, pyvrp.SolveParams()
        self.seed = seed
        self.rng = pyvrp.RandomNumberGenerator(seed=seed)
        neighbours = compute_neighbours(data, usual.neighbourhood)
        self.local = LocalSearch(data, self.rng, neighbours, PerturbationManager(usual.perturbation))
        for operator in usual.operators:
            if operator.supports(data):
                self.local.add_operator(operator(data))
        self.penalties = pyvrp.PenaltyManager(usual.penalty.midpoint_penalties(data), usual.penalty)
        self.params = pyvrp.IteratedLocalSearchParams(
            num_iters_no_improvement=usual.ils.num_iters_no_improvement,
            history_length=usual.ils.history_length,
            exhaustive_on_best=usual.ils.exhaustive_on_best,
            callbacks=watch or pyvrp.IteratedLocalSearchCallbacks(),
        )

    def run(self, clock: Clock, seconds: float, start: pyvrp.Solution | None = None) -> pyvrp.Solution:
        """Search for at most `seconds` from `start`, or from a random plan made good; return the best plan met."""
        stop = ClockStop(clock, seconds, self.translation.problem.units_per_objective)
        if start is None:
            start = pyvrp.Solution.make_random(self.translation.data, self.rng)
            start = self.local(start, self.penalties.max_cost_evaluator(), exhaustive=True)
        search = pyvrp.IteratedLocalSearch(self.translation.data, self.penalties, self.local, start, self.params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PenaltyBoundWarning)  # our own reasons say what did not fit
            return search.run(stop, collect_stats=False, display=False).best


def cost_of(problem: Problem, routes: Routes) -> tuple[int, list[int]]:
    """Cost of routes driven without needless waiting, and the departure of each."""
    total, starts = 0, []
    for kind, places in routes:
        vehicle = problem.vehicles[kind]
        start = best_start(problem, vehicle, places)
        driven = drive(problem, vehicle, places, start)
        starts.append(driven.start)
        total += driven.cost(vehicle)
    return total, starts


def _passable(table: IntArray) -> np.ndarray[Any, Any]:
    """The table with "no way" as a number larger than any plan without it."""
    open_ways = table[table < NEVER]
    wall = int(open_ways.max(initial=1)) * (len(table) + 1) + 1
    return np.where(table < NEVER, table, min(wall, NEVER))
