"""Repair a previous plan: drop what is gone, put each new stop where it costs least without moving anything else."""

from __future__ import annotations

import heapq
from collections import Counter

import numpy as np

from lianfang.planning.routing.drive import best_start, drive
from lianfang.planning.routing.problem import Problem
from lianfang.planning.routing.search import Routes, tidy

TRIES = 100
"""Places tried for one insertion, nearest first (assumption: a stop that fits at none of them needs another vehicle)."""


def route_cost(problem: Problem, kind: int, places: list[int]) -> int | None:
    """Cost of a route driven without needless waiting; None when it breaks a rule."""
    vehicle = problem.vehicles[kind]
    reloads = [place for place in places if place in problem.depots]
    if not set(reloads) <= set(vehicle.reload_depots) or len(reloads) + 1 > vehicle.max_trips:
        return None
    driven = drive(problem, vehicle, places, best_start(problem, vehicle, places))
    if driven.late or driven.overload or driven.torn:
        return None
    if driven.duration > vehicle.max_duration or driven.distance > vehicle.max_distance:
        return None
    return driven.cost(vehicle)


def repair(problem: Problem, routes: Routes) -> Routes | None:
    """Routes that visit every stop of the problem once, close to the given ones; None when insertion fails."""
    plan = [(kind, tidy(problem, places)) for kind, places in routes if places]
    plan = [(kind, places) for kind, places in plan if places]
    costs = [route_cost(problem, kind, places) for kind, places in plan]
    if any(cost is None for cost in costs):
        return None
    visited = {place for _, places in plan for place in places}
    for unit in problem.units:
        if not visited & set(unit) and not _insert(problem, plan, unit):
            return None
    return plan


def _insert(problem: Problem, plan: Routes, unit: tuple[int, ...]) -> bool:
    """Put a stop, or a ride in one piece, where it makes the way least longer, else on an unused vehicle.

    Returns False when none of the TRIES nearest places takes it and no vehicle is left.
    """
    ways: list[tuple[int, int, int]] = []
    for index, (kind, places) in enumerate(plan):
        vehicle = problem.vehicles[kind]
        stations = np.array([vehicle.start_depot, *places, vehicle.end_depot])
        before, after = stations[:-1], stations[1:]
        longer = problem.distance[before, unit[0]] + problem.distance[unit[-1], after] - problem.distance[before, after]
        ways += [(int(way), index, position) for position, way in enumerate(longer)]
    for _, index, position in heapq.nsmallest(TRIES, ways):
        kind, places = plan[index]
        tried = [*places[:position], *unit, *places[position:]]
        if route_cost(problem, kind, tried) is not None:
            plan[index] = (kind, tried)
            return True
    used = Counter(kind for kind, _ in plan)
    for kind, vehicle in enumerate(problem.vehicles):
        if used[kind] < vehicle.count and route_cost(problem, kind, list(unit)) is not None:
            plan.append((kind, list(unit)))
            return True
    return False


def greedy(problem: Problem, order: list[int]) -> Routes | None:
    """Routes made by putting stops one after another at the end of the current route, a new one when it is full."""
    plan: Routes = []
    unit_of = {unit[0]: unit for unit in problem.units}
    for unit in (unit_of[stop] for stop in order if stop in unit_of):
        if plan:
            kind, places = plan[-1]
            if route_cost(problem, kind, [*places, *unit]) is not None:
                plan[-1] = (kind, [*places, *unit])
                continue
        used = [kind for kind, _ in plan]
        free = [k for k, vehicle in enumerate(problem.vehicles) if used.count(k) < vehicle.count]
        fitting = [k for k in free if route_cost(problem, k, list(unit)) is not None]
        if fitting:
            plan.append((fitting[0], list(unit)))
        elif not _insert(problem, plan, unit):
            return None
    return plan
