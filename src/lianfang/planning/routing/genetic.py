"""Problems of capacity alone (one store, one kind of vehicle, no hours) go to a hybrid genetic search as well.

It is the strongest free method for exactly that problem, and useless for any other.
Source: T. Vidal (2022), Hybrid genetic search for the CVRP: open-source implementation and SWAP* neighborhood,
Computers & Operations Research 140:105643; its C++ through the package `hygese`.
"""

from __future__ import annotations

import time

import hygese
import numpy as np

from lianfang.planning.routing.problem import NEVER, Problem
from lianfang.planning.routing.search import Routes

SPIN = 0.25
"""Seconds of counting that show which share of a core this process gets: the method's own limit counts processor time."""
MOST_ITERATIONS = 10**9
"""The time is the limit, never the number of generations without gain."""


def suits(problem: Problem) -> bool:
    """Whether loads are all that limits the routes."""
    vehicle = problem.vehicles[0]
    return (
        len(problem.vehicles) == len(problem.depots) == vehicle.max_trips == 1
        and problem.depots[0] == 0
        and not problem.rides
        and not (problem.pickup.any() or problem.release.any() or problem.earliest.any())
        and bool((problem.latest >= NEVER).all())
        and min(vehicle.latest, vehicle.max_duration, vehicle.max_distance) >= NEVER
        and vehicle.earliest == vehicle.fixed_cost == vehicle.unit_duration_cost == 0
        and bool((problem.distance < NEVER).all())
        and bool((problem.distance == problem.distance.T).all())
    )


def search(problem: Problem, seed: int, seconds: float) -> Routes | None:
    """The best routes found in about so many seconds; None when none were."""
    places = len(problem.distance)
    xy = np.zeros((places, 2)) if problem.xy is None else problem.xy - problem.xy.min(axis=0)
    vehicle = problem.vehicles[0]
    settings = hygese.AlgorithmParameters(
        timeLimit=max(0.1, (seconds - SPIN) * _share()), nbIter=MOST_ITERATIONS, seed=seed
    )
    found = hygese.Solver(settings, verbose=False).solve_cvrp(
        {
            "x_coordinates": xy[:, 0], "y_coordinates": xy[:, 1], "distance_matrix": problem.distance.astype(float),
            "demands": problem.delivery.astype(float), "vehicle_capacity": float(vehicle.capacity),
            "num_vehicles": min(vehicle.count, places), "depot": 0,
        }
    )  # fmt: skip
    routes = [(0, [int(place) for place in route]) for route in found.routes if route]
    return routes if sum(len(stops) for _, stops in routes) == len(problem.stops) else None


def _share() -> float:
    """Which part of a core this process gets just now."""
    started, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - started < SPIN:
        pass
    return min(1.0, max(0.2, (time.process_time() - used) / (time.perf_counter() - started)))
