"""Solve a routing problem: refuse the impossible with reasons, search, recombine, and keep what a person fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lianfang.planning.result import Reason, Status
from lianfang.planning.routing.insert import repair
from lianfang.planning.routing.pins import Split, without_pins
from lianfang.planning.routing.pool import RoutePool
from lianfang.planning.routing.possible import impossible
from lianfang.planning.routing.problem import PinnedRoute, Problem
from lianfang.planning.routing.result import RoutingResult
from lianfang.planning.routing.search import Routes, Searcher, Translation, cost_of
from lianfang.planning.routing.together import cheapest, improve, recombine
from lianfang.planning.stop import Clock, OnProgress, Stop


@dataclass(frozen=True)
class Params:
    """finish_share: share of the time kept for recombination and for the search that starts from it; without a plan by
    then, for naming the stops that do not fit. combine_share: most of the time that recombination itself may take.

    partner: whether a second process may search as well, when there are enough stops and seconds for it.
    keep_within: a previous plan, repaired for what changed, stays if it costs at most this share more than the best.
    """

    finish_share: float = 0.15
    combine_share: float = 0.05
    partner: bool = True
    keep_within: float = 0.0


PARTNER_SECONDS, PARTNER_STOPS = 5.0, 60
"""With less time or fewer stops, starting a second process is not worth it (measured: it takes about a second)."""

DEFAULT_PARAMS = Params()
DEFAULT_STOP = Stop()


def solve(
    problem: Problem,
    *,
    params: Params = DEFAULT_PARAMS,
    stop: Stop = DEFAULT_STOP,
    seed: int = 0,
    pins: Sequence[PinnedRoute] | None = None,
    previous: RoutingResult | None = None,
    on_progress: OnProgress | None = None,
) -> RoutingResult:
    """Plan routes of least cost; see Problem for the cost, Params for what keeps a previous plan.

    pins: routes a person has fixed; they are kept as they are. The same seed follows the same search; how far it gets
    in the time given depends on the machine. Raises ProblemError on pins that are wrong or contradict each other.
    """
    clock = Clock(stop, on_progress)
    reasons = impossible(problem)
    if reasons:
        return _no_plan(clock, Status.INFEASIBLE, reasons)
    split = without_pins(problem, tuple(pins or ()))
    if split.broken:
        return _no_plan(clock, Status.INFEASIBLE, split.broken)
    if split.rest is None:
        return _result(problem, list(split.fixed), clock)
    routes = _search(split, params, clock, seed, previous)
    if routes is None:
        return _no_plan(clock, Status.TIMEOUT, _left_over(split, clock, seed))
    return _result(problem, [*split.fixed, *routes], clock)


def _search(split: Split, params: Params, clock: Clock, seed: int, previous: RoutingResult | None) -> Routes | None:
    """Best routes for the stops that are not pinned, in the numbering of the whole problem."""
    problem = split.rest
    if problem is None:
        return []
    translation = Translation(problem)
    pool = RoutePool(translation)
    kept = repair(problem, split.shrink(previous)) if previous is not None else None
    searcher = Searcher(translation, seed, pool)
    if params.partner and clock.left >= PARTNER_SECONDS and len(problem.stops) >= PARTNER_STOPS:
        routes = improve(problem, searcher, pool, clock, kept, params.combine_share)
    else:
        routes = _alone(problem, searcher, pool, clock, kept, params)
    if routes is None:
        return None
    if kept is not None and cost_of(problem, kept)[0] <= cost_of(problem, routes)[0] * (1 + params.keep_within):
        routes = kept
    return split.grow(routes)


def _alone(
    problem: Problem, searcher: Searcher, pool: RoutePool, clock: Clock, kept: Routes | None, params: Params
) -> Routes | None:
    total, translation = clock.left, searcher.translation
    start = translation.solution(kept) if kept else None
    best = searcher.run(clock, total * (1 - params.finish_share), start)
    if not best.is_feasible():
        return kept
    routes = cheapest(problem, kept, translation.routes(best))
    routes = recombine(problem, pool, clock, routes, total * params.combine_share)
    if clock.left > 0 and routes:
        best = searcher.run(clock, clock.left, translation.solution(routes))
        routes = cheapest(problem, routes, translation.routes(best) if best.is_feasible() else None)
    return routes


def _left_over(split: Split, clock: Clock, seed: int) -> list[Reason]:
    """Name the stops that the best incomplete plan leaves out."""
    reasons = [Reason("routing.timeout", "Time ran out before any plan was found that keeps every rule.")]
    if split.rest is None or clock.left <= 0:
        return reasons
    dear = int(np.minimum(_finite(split.rest), 10**9).max()) * 10 * len(split.rest.stops)
    optional = Translation(split.rest, optional=dear)
    found = Searcher(optional, seed).run(clock, clock.left)
    if found.is_feasible():
        visited = {place for _, places in optional.routes(found) for place in places}
        for stop in split.rest.stops:
            if int(stop) not in visited:
                place = split.place_of_rest[int(stop)]
                text = f"The best incomplete plan leaves out stop {place}: add vehicles or trips, or widen hours."
                reasons.append(Reason("routing.left_out", text, subject=place))
    return reasons


def _finite(problem: Problem) -> np.ndarray:
    open_ways: np.ndarray = problem.distance[problem.distance < 2**39]
    return open_ways


def _result(problem: Problem, routes: Routes, clock: Clock) -> RoutingResult:
    cost, starts = cost_of(problem, routes)
    return RoutingResult(
        status=Status.FEASIBLE,
        objective=cost / problem.units_per_objective,
        bound=None,
        seconds=clock.elapsed,
        routes=[places for _, places in routes],
        vehicle_of_route=[kind for kind, _ in routes],
        start_of_route=starts,
    )


def _no_plan(clock: Clock, status: Status, reasons: list[Reason]) -> RoutingResult:
    return RoutingResult(status=status, objective=None, bound=None, seconds=clock.elapsed, reasons=tuple(reasons))
