"""The coordinator's rule of thumb: go round the depot like a clock hand, fill a vehicle, take the next."""

from __future__ import annotations

import time

import numpy as np

from lianfang.planning.result import Reason, Status
from lianfang.planning.routing.insert import greedy
from lianfang.planning.routing.problem import Problem
from lianfang.planning.routing.result import RoutingResult
from lianfang.planning.routing.search import cost_of


def baseline(problem: Problem) -> RoutingResult:
    """Return the plan of the rule of thumb: by angle round the first depot, or by hour where windows are narrow.

    Without coordinates stops are taken nearest next.
    """
    started = time.monotonic()
    for order in _orders(problem):
        routes = greedy(problem, order)
        if routes is not None:
            cost, starts = cost_of(problem, routes)
            return RoutingResult(
                status=Status.FEASIBLE, objective=cost / problem.units_per_objective, bound=None,
                seconds=time.monotonic() - started, routes=[places for _, places in routes],
                vehicle_of_route=[kind for kind, _ in routes], start_of_route=starts,
            )  # fmt: skip
    reason = Reason("routing.baseline", "The rule of thumb leaves stops unserved.")
    return RoutingResult(
        status=Status.TIMEOUT, objective=None, bound=None, seconds=time.monotonic() - started, reasons=(reason,)
    )


def _orders(problem: Problem) -> list[list[int]]:
    latest = problem.latest
    by_hour = sorted(problem.stops.tolist(), key=lambda stop: (int(latest[stop]), stop))
    return [_round_the_clock(problem), by_hour]


def _round_the_clock(problem: Problem) -> list[int]:
    if problem.xy is not None:
        turned = problem.xy[problem.stops] - problem.xy[problem.depots[0]]
        order = np.argsort(np.arctan2(turned[:, 1], turned[:, 0]), kind="stable")
        return [int(stop) for stop in problem.stops[order]]
    left, now, order_list = set(problem.stops.tolist()), problem.depots[0], []
    while left:
        now = min(left, key=lambda stop: (int(problem.distance[now, stop]), stop))
        left.remove(now)
        order_list.append(now)
    return order_list
