"""Two searches on one plan: each of its own on the whole, or, for large plans, each on one half of the routes.

Half of the routes is a problem of half the size on which the search makes at least twice the progress; the cut turns
round from turn to turn, so that no border lasts.
Source: E. D. Taillard, S. Voss (2002), POPMUSIC - partial optimization metaheuristic under special intensification
conditions, in Essays and Surveys in Metaheuristics, 613-629.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator

import numpy as np

from lianfang.planning.routing import genetic
from lianfang.planning.routing.partner import Partner, Question, search
from lianfang.planning.routing.pins import Split, without_pins
from lianfang.planning.routing.pool import RoutePool
from lianfang.planning.routing.problem import PinnedRoute, Problem
from lianfang.planning.routing.search import Routes, Searcher, cost_of
from lianfang.planning.stop import Clock

LARGE = 320
"""Stops from which halves beat two searches of the whole (measured on the published files)."""
BREED_SHARE, LATE_SHARE = 0.85, 0.03
"""Of the time: how long plans are bred, and what must be left when the answer is no longer waited for."""
FEWEST_ROUTES = 6
"""Fewer routes than this are not cut in two."""
TURN = math.pi * (3 - math.sqrt(5))
"""The golden angle: successive cuts never repeat a direction."""


def improve(
    problem: Problem, searcher: Searcher, pool: RoutePool, clock: Clock, start: Routes | None, combine_share: float
) -> Routes | None:
    """Search with a partner until the clock ends: both on the whole, on halves if it is large, recombine, and again."""
    if genetic.suits(problem):
        return breed(problem, searcher, pool, clock, start, combine_share)
    total = clock.left
    large = problem.xy is not None and len(problem.stops) >= LARGE
    with Partner() as partner:
        routes = whole(searcher, pool, partner, clock, total * (0.3 if large else 0.45), start)
        turn = 0
        while large and routes and len(routes) >= FEWEST_ROUTES and clock.left > total * 0.3:
            routes = halves(problem, partner, clock, routes, turn=turn, seconds=total * 0.08, seed=searcher.seed + turn)
            pool.add(searcher.translation.solution(routes))
            turn += 1
        routes = recombine(problem, pool, clock, routes, total * combine_share)
        if clock.left > total * combine_share:
            routes = whole(searcher, pool, partner, clock, clock.left - total * combine_share, routes) or routes
        return recombine(problem, pool, clock, routes, clock.left)


def breed(
    problem: Problem, searcher: Searcher, pool: RoutePool, clock: Clock, start: Routes | None, combine_share: float
) -> Routes | None:
    """The partner breeds plans while we search; then both plans are recombined and searched on."""
    total, translation, routes = clock.left, searcher.translation, start
    with Partner() as partner:
        partner.ask(Question(problem, searcher.seed, time.monotonic() + total * BREED_SHARE, genetic=True))
        seconds = total * BREED_SHARE
        while seconds > 0 and clock.left > 0:
            found = searcher.run(clock, seconds, translation.solution(routes) if routes else None)
            routes = cheapest(problem, routes, translation.routes(found) if found.is_feasible() else None)
            late = partner.answered() or clock.left < total * LATE_SHARE
            seconds = 0.0 if late else total * 0.01
        bred = partner.answer() if partner.answered() else None
    if bred and bred.routes:
        pool.add(translation.solution(bred.routes))
        routes = cheapest(problem, routes, bred.routes)
    routes = recombine(problem, pool, clock, routes, total * combine_share)
    if routes and clock.left > 0:
        found = searcher.run(clock, clock.left, translation.solution(routes))
        routes = cheapest(problem, routes, translation.routes(found) if found.is_feasible() else None)
    return routes


def recombine(problem: Problem, pool: RoutePool, clock: Clock, routes: Routes | None, seconds: float) -> Routes | None:
    """The cheapest plan of the routes met so far, or the one given."""
    seconds = min(seconds, clock.left / 2)  # the solver looks at its clock only now and then
    return cheapest(problem, routes, pool.combine(seconds)) if seconds > 0 and routes else routes


def whole(
    searcher: Searcher, pool: RoutePool, partner: Partner, clock: Clock, seconds: float, start: Routes | None
) -> Routes | None:
    """Both search the whole plan from `start`, from different seeds; the better of both, and every route met."""
    translation = searcher.translation
    partner.ask(Question(translation.problem, searcher.seed + 1, time.monotonic() + seconds, start))
    mine = searcher.run(clock, seconds, translation.solution(start) if start else None)
    routes = translation.routes(mine) if mine.is_feasible() else None
    found = None if clock.cancelled else partner.answer()
    if found is None:
        return routes
    pool.take(found.met)
    return cheapest(translation.problem, routes, found.routes)


def halves(
    problem: Problem, partner: Partner, clock: Clock, routes: Routes, *, turn: int, seconds: float, seed: int
) -> Routes:
    """Each searches one half of the routes, cut by a straight line; both halves together are a plan again."""
    first, second = cut(problem, routes, turn)
    mine, other = split_off(problem, second), split_off(problem, first)
    if mine.rest is None or other.rest is None:
        return routes
    until = time.monotonic() + min(seconds, clock.left)
    partner.ask(Question(other.rest, seed + 1, until, shrunk(other, second)))
    found = search(Question(mine.rest, seed, until, shrunk(mine, first)))
    clock.report("routes")
    answer = None if clock.cancelled else partner.answer()
    better_first = cheapest(problem, first, mine.grow(found.routes) if found.routes else None) or first
    better_second = cheapest(problem, second, other.grow(answer.routes) if answer and answer.routes else None) or second
    if _within_fleet(problem, better_first + better_second):
        return better_first + better_second
    return cheapest(problem, better_first + second, first + better_second) or routes


def _within_fleet(problem: Problem, routes: Routes) -> bool:
    used = Counter(kind for kind, _ in routes)
    return all(used[kind] <= vehicle.count for kind, vehicle in enumerate(problem.vehicles))


def cut(problem: Problem, routes: Routes, turn: int) -> tuple[Routes, Routes]:
    """Routes on either side of a line through the plan, about as many stops on each."""
    if problem.xy is None:
        raise ValueError("only places on a map can be cut by a line")
    depots = set(problem.depots)
    middle = np.array([problem.xy[[p for p in places if p not in depots]].mean(axis=0) for _, places in routes])
    angle = turn * TURN
    order = np.argsort(middle @ np.array([math.cos(angle), math.sin(angle)]), kind="stable")
    stops = np.cumsum([len(routes[r][1]) for r in order])
    border = int(np.searchsorted(stops, stops[-1] / 2))
    return [routes[r] for r in order[:border]], [routes[r] for r in order[border:]]


def split_off(problem: Problem, fixed: Routes) -> Split:
    """The problem of everything but some routes."""
    return without_pins(problem, tuple(PinnedRoute(kind, tuple(places)) for kind, places in fixed))


def shrunk(split: Split, routes: Routes) -> Routes:
    """Routes of the whole in the numbering of a part that holds them."""
    return list(_renumbered(split, routes))


def _renumbered(split: Split, routes: Routes) -> Iterator[tuple[int, list[int]]]:
    place = {whole: part for part, whole in enumerate(split.place_of_rest)}
    kind = {whole: part for part, whole in enumerate(split.kind_of_rest)}
    for k, places in routes:
        yield kind[k], [place[p] for p in places]


def cheapest(problem: Problem, first: Routes | None, second: Routes | None) -> Routes | None:
    """The plan of least cost; a missing one loses."""
    if first is None or second is None:
        return second if first is None else first
    return second if cost_of(problem, second)[0] < cost_of(problem, first)[0] else first
