"""The question a route plan answers: which vehicle visits which stops, in what order, and when it goes back to load."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lianfang.planning.result import ProblemError

IntArray = npt.NDArray[np.int64]

MOST_PLACES = 8000
"""Largest problem whose tables and search stay within 4 GB (assumption; 1,200 stops are measured)."""

NEVER = 2**40
"""A time or distance that stands for "no limit" (in seconds: 35,000 years); sums of it stay within 64 bits."""


@dataclass(frozen=True, kw_only=True)
class Vehicle:
    """A kind of vehicle and how many of it there are.

    capacity: in the unit of the stops' amounts. start_depot, end_depot: places. earliest, latest: of its shift.
    max_duration, max_distance: of its whole route. reload_depots: places where it may go back for another trip;
    max_trips: trips of one shift. Costs: per vehicle used, per unit of distance, per unit of time.
    """

    count: int = 1
    capacity: int = NEVER
    start_depot: int = 0
    end_depot: int = 0
    earliest: int = 0
    latest: int = NEVER
    max_duration: int = NEVER
    max_distance: int = NEVER
    reload_depots: tuple[int, ...] = ()
    max_trips: int = 1
    fixed_cost: int = 0
    unit_distance_cost: int = 1
    unit_duration_cost: int = 0
    name: str = ""


@dataclass(frozen=True)
class Ride:
    """Somebody or something taken from one stop to another by the same vehicle in the same trip.

    pickup, dropoff: stops of this ride alone (list a shared hospital once per ride, at distance 0 of itself).
    amount: room it takes on the way.
    """

    pickup: int
    dropoff: int
    amount: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Places, vehicles, and what every stop needs. A place is a depot or a stop; every stop is visited exactly once.

    distance[n, n], duration[n, n] (by default the distance): whole numbers in one small unit each (metres, seconds);
    NEVER and above means there is no way. delivery[n], pickup[n]: amounts brought from or taken to a depot.
    service[n]: time at the stop. earliest[n], latest[n]: when service must begin (at a depot: opening hours).
    release[n]: when the stop's goods are ready at the depot. These are zero, and latest NEVER, when left out.
    rides: pairs of stops; their delivery and pickup stay 0. xy[n, 2]: for the picture.
    units_per_objective: the objective is cost divided by this.
    Raises ProblemError when the numbers make no sense.
    """

    distance: IntArray
    vehicles: tuple[Vehicle, ...]
    depots: tuple[int, ...] = (0,)
    duration: IntArray = None  # type: ignore[assignment]
    delivery: IntArray = None  # type: ignore[assignment]
    pickup: IntArray = None  # type: ignore[assignment]
    service: IntArray = None  # type: ignore[assignment]
    earliest: IntArray = None  # type: ignore[assignment]
    latest: IntArray = None  # type: ignore[assignment]
    release: IntArray = None  # type: ignore[assignment]
    rides: tuple[Ride, ...] = ()
    xy: npt.NDArray[np.float64] | None = None
    units_per_objective: int = 1
    stops: IntArray = field(init=False)

    def __post_init__(self) -> None:
        if np.shape(self.distance)[:1] > (MOST_PLACES,):
            raise ProblemError("routing.too_many", f"More than {MOST_PLACES} places: plan area by area.")
        distance = _whole("distance", self.distance)
        places = len(distance)
        if distance.shape != (places, places) or places < 2:
            raise ProblemError("routing.empty", "Distances are a square table of at least one depot and one stop.")
        object.__setattr__(self, "distance", distance)
        duration = distance if self.duration is None else _whole("duration", self.duration)
        if duration.shape != distance.shape:
            raise ProblemError("routing.length", "Distances and durations must be tables of the same size.")
        object.__setattr__(self, "duration", duration)
        for name in ("delivery", "pickup", "service", "earliest", "latest", "release"):
            given = getattr(self, name)
            usual = np.full(places, NEVER if name == "latest" else 0)
            values = usual if given is None else _whole(name, given)
            if values.shape != (places,):
                raise ProblemError("routing.length", f"{name} needs {places} values, one per place.")
            object.__setattr__(self, name, values)
        self._check_places(places)

    def _check_places(self, places: int) -> None:
        if not self.depots or len(set(self.depots)) != len(self.depots):
            raise ProblemError("routing.depots", "Name at least one depot, each once.")
        if not all(0 <= depot < places for depot in self.depots):
            raise ProblemError("routing.depots", f"A depot must be one of the {places} places.")
        stops = np.setdiff1d(np.arange(places), self.depots)
        if len(stops) == 0:
            raise ProblemError("routing.empty", "There is no stop to visit.")
        object.__setattr__(self, "stops", stops)
        if (self.earliest > self.latest).any():
            place = int(np.argmax(self.earliest > self.latest))
            raise ProblemError("routing.window", f"The time window of place {place} ends before it begins.")
        if not self.vehicles:
            raise ProblemError("routing.vehicles", "There is no vehicle.")
        if self.units_per_objective < 1:
            raise ProblemError("routing.units", "units_per_objective must be at least 1.")
        for vehicle in self.vehicles:
            self._check_vehicle(vehicle)
        self._check_rides()

    def _check_rides(self) -> None:
        ends = [place for ride in self.rides for place in (ride.pickup, ride.dropoff)]
        if len(set(ends)) != len(ends) or not set(ends) <= set(self.stops.tolist()):
            raise ProblemError(
                "routing.rides", "Every ride has two stops of its own: list a shared place once per ride."
            )
        if any(ride.amount < 0 for ride in self.rides) or (self.delivery[ends] + self.pickup[ends]).any():
            raise ProblemError("routing.rides", "Amounts of rides are at least 0, and their stops take no other goods.")

    def _check_vehicle(self, vehicle: Vehicle) -> None:
        used = {vehicle.start_depot, vehicle.end_depot, *vehicle.reload_depots}
        if not used <= set(self.depots):
            raise ProblemError("routing.vehicles", f"Vehicle {vehicle.name or ''} uses a place that is no depot.")
        numbers = (vehicle.capacity, vehicle.earliest, vehicle.max_duration, vehicle.max_distance, vehicle.fixed_cost)
        costs = (vehicle.unit_distance_cost, vehicle.unit_duration_cost)
        if vehicle.count < 1 or vehicle.max_trips < 1 or min(*numbers, *costs) < 0:
            raise ProblemError("routing.vehicles", "Counts and trips start at 1, limits and costs at 0.")
        if vehicle.latest < vehicle.earliest:
            raise ProblemError("routing.vehicles", "A vehicle's shift ends before it begins.")

    @property
    def units(self) -> list[tuple[int, ...]]:
        """Stops that belong together in this order: the two of a ride, or one alone; by their first stop."""
        later = {ride.pickup: ride.dropoff for ride in self.rides}
        second = set(later.values())
        alone = [stop for stop in self.stops.tolist() if stop not in second]
        return [(stop, later[stop]) if stop in later else (stop,) for stop in alone]


@dataclass(frozen=True)
class PinnedRoute:
    """A route a person has fixed: a vehicle kind and the places in order (a depot in between is a reload)."""

    vehicle: int
    places: tuple[int, ...]


def from_coordinates(xy: npt.ArrayLike, *, metres_per_second: float, detour: float = 1.3) -> tuple[IntArray, IntArray]:
    """Distances in metres and durations in seconds between points given in metres.

    detour: road over straight line (assumption: 1.3, usual for built-up areas). Raises ProblemError on a bad speed.
    """
    points = np.asarray(xy, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ProblemError("routing.coordinates", "Coordinates are finite x, y pairs in metres.")
    if not (metres_per_second > 0 and detour >= 1):
        raise ProblemError("routing.coordinates", "Speed must be positive and the detour at least 1.")
    metres = detour * np.hypot(*(points[:, None, k] - points[None, :, k] for k in (0, 1)))
    return np.rint(metres).astype(np.int64), np.rint(metres / metres_per_second).astype(np.int64)


def _whole(name: str, values: npt.ArrayLike) -> IntArray:
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or (array.dtype.kind == "f" and np.isnan(array).any()):
        raise ProblemError("routing.number", f"{name} must hold numbers only.")
    array = np.minimum(array, NEVER)
    if (array < 0).any():
        raise ProblemError("routing.number", f"{name} must not be negative.")
    if (array != np.rint(array)).any():
        raise ProblemError("routing.fraction", f"{name} must be whole numbers: use a smaller unit (metres, seconds).")
    whole: IntArray = array.astype(np.int64)
    return whole
