"""Reserve teams as a mixed-integer program: who goes where it is worst, who stays, who is called back."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianfang.planning.assignment.domain import Reserve, ReserveResult
from lianfang.planning.assignment.mip import INFINITE, Program, run
from lianfang.planning.assignment.problem import Float, Int
from lianfang.planning.result import ProblemError, Status
from lianfang.planning.stop import Clock


def order_costs(problem: Reserve) -> tuple[Float, Float]:
    """Cost of each order in metres: go[t, m] (staying is free) and home[t]."""
    go = problem.metres + problem.move_metres
    there = np.flatnonzero(problem.now_at >= 0)
    go[there, problem.now_at[there]] = 0.0
    return go, np.where(problem.now_at >= 0, problem.recall_metres, 0.0)


def cost_of(problem: Reserve, place_of_team: Int) -> float:
    """Journeys and orders + severity × people still missing."""
    go, home = order_costs(problem)
    away = np.flatnonzero(place_of_team >= 0)
    journeys = go[away, place_of_team[away]].sum() + home[place_of_team < 0].sum()
    return float(journeys + (problem.severity * missing(problem, place_of_team)).sum())


def missing(problem: Reserve, place_of_team: Int) -> Int:
    """People still missing at each place."""
    away = place_of_team >= 0
    there = np.bincount(place_of_team[away], problem.size[away].astype(np.float64), problem.need.size)
    return np.maximum(problem.need - there, 0).astype(np.int64)


def solve_reserve(problem: Reserve, clock: Clock, pins: Any, previous: ReserveResult | None) -> ReserveResult:
    """The best orders. `previous` gives the present places unless the problem says them."""
    if previous is not None and (problem.now_at < 0).all() and previous.place_of_team.shape == problem.size.shape:
        problem = Reserve(
            problem.size, problem.metres, problem.severity, problem.need, now_at=previous.place_of_team,
            recall_metres=problem.recall_metres, move_metres=problem.move_metres,
        )  # fmt: skip
    teams, places = problem.metres.shape
    go, home = order_costs(problem)
    low, high = _pins(problem, pins)
    t, p = np.divmod(np.arange(teams * places), places)
    z = teams * places + np.arange(places)
    need = problem.need.astype(np.float64)
    program = Program(
        cost=np.concatenate([(go - home[:, None]).ravel(), problem.severity]),
        low=np.concatenate([low.ravel(), np.zeros(places)]),
        high=np.concatenate([high.ravel(), need]),
        whole=np.concatenate([np.ones(teams * places, dtype=bool), np.zeros(places, dtype=bool)]),
        row=np.concatenate([t, teams + p, teams + np.arange(places)]),
        column=np.concatenate([np.arange(teams * places), np.arange(teams * places), z]),
        value=np.concatenate([np.ones(teams * places), problem.size[t].astype(np.float64), np.ones(places)]),
        row_low=np.concatenate([np.full(teams, -INFINITE), need]),
        row_high=np.concatenate([np.ones(teams), np.full(places, INFINITE)]),
    )
    answer = run(program, seconds=clock.left, gap=clock.stop.gap)
    place_of_team = np.full(teams, -1, dtype=np.int64)
    if answer.x is None:
        place_of_team[:] = np.where(low.any(axis=1), low.argmax(axis=1), -1)
    else:
        chosen = answer.x[: teams * places].reshape(teams, places) > 0.5
        place_of_team[chosen.any(axis=1)] = chosen.argmax(axis=1)[chosen.any(axis=1)]
    objective = cost_of(problem, place_of_team)
    bound = None if answer.bound is None else min(answer.bound + float(home.sum()), objective)
    moved = place_of_team != problem.now_at
    return ReserveResult(
        status=Status.OPTIMAL if answer.optimal else Status.FEASIBLE, objective=objective, bound=bound,
        seconds=clock.elapsed, place_of_team=place_of_team,
        sent=tuple(np.flatnonzero(moved & (place_of_team >= 0)).tolist()),
        recalled=tuple(np.flatnonzero(moved & (place_of_team < 0)).tolist()), unmet=missing(problem, place_of_team),
    )  # fmt: skip


def _pins(problem: Reserve, pins: Any) -> tuple[Float, Float]:
    low, high = np.zeros(problem.metres.shape), np.ones(problem.metres.shape)
    if pins is not None:
        fixed = np.asarray(pins, dtype=np.int64)
        if fixed.shape != problem.size.shape or fixed.min() < -2 or fixed.max() >= problem.need.size:
            raise ProblemError("assignment.pin.unknown", "pins gives a place per team, -1 for home, -2 for free.")
        for team in np.flatnonzero(fixed > -2):
            high[team] = 0.0
            if fixed[team] >= 0:
                low[team, fixed[team]] = high[team, fixed[team]] = 1.0
    return low, high
