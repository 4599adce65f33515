"""The coordinator's rule of thumb: open a site where most unserved people are, pass over its neighbourhood, repeat."""

from __future__ import annotations

import time

import numpy as np

from lianfang.planning.result import Reason, Status
from lianfang.planning.siting.cover import fewest_sites
from lianfang.planning.siting.fit import assign
from lianfang.planning.siting.model import Model
from lianfang.planning.siting.problem import Pins, Problem
from lianfang.planning.siting.result import SitingResult


def baseline(problem: Problem) -> SitingResult:
    """Return the plan of the rule of thumb; infeasible for it does not mean infeasible for the solver."""
    started = time.monotonic()
    model = Model(problem, Pins())
    count = problem.open_count or _usual_count(model)
    weight = problem.weight.astype(float).copy()
    room = max(1.0, weight.sum() / count)
    chosen: list[int] = []
    nearest_first = np.argsort(problem.distance, axis=0, kind="stable")
    for _ in range(count):
        served = [_served(nearest_first[:, j], weight, room) for j in range(problem.distance.shape[1])]
        worth = np.array([weight[s] @ (1.0 / (1.0 + problem.distance[s, j])) for j, s in enumerate(served)])
        worth[chosen] = -1.0
        best = int(worth.argmax())
        chosen.append(best)
        weight[served[best]] = 0.0
    opened = np.sort(np.array(chosen))
    return _result(problem, model, opened, started)


def _served(order: np.ndarray, weight: np.ndarray, room: float) -> np.ndarray:
    """The nearest demand points that still have weight, until the site has its share."""
    waiting = order[weight[order] > 0]
    within = np.cumsum(weight[waiting]) <= room
    if len(within):
        within[0] = True
    return waiting[within]


def _usual_count(model: Model) -> int:
    """As many sites as cover everybody, or one in ten when opening costs decide."""
    if model.problem.coverage_radius is not None and len(model.unreachable()) == 0:
        chosen = fewest_sites(model, 2.0).chosen
        if chosen is not None:
            return len(chosen)
    if model.problem.capacity is not None:
        room = np.sort(model.problem.capacity)[::-1]
        return int(min(len(room), 1 + np.searchsorted(np.cumsum(room), model.problem.weight.sum())))
    return max(1, len(model.sites) // 10)


def _result(problem: Problem, model: Model, opened: np.ndarray, started: float) -> SitingResult:
    cost = model.columns(opened)
    site_of: np.ndarray | None = cost.argmin(axis=1)
    if problem.capacity is not None:
        site_of = assign(cost, problem.weight, problem.capacity[opened], 10.0)
    objective = np.inf if site_of is None else float(cost[np.arange(len(cost)), site_of].sum())
    empty = np.zeros(0, dtype=np.int64)
    if not np.isfinite(objective) or site_of is None:
        reason = Reason("siting.baseline", "The rule of thumb leaves somebody unserved.")
        return SitingResult(
            status=Status.TIMEOUT, objective=None, bound=None, seconds=time.monotonic() - started, reasons=(reason,),
            open_sites=empty, site_of_demand=empty,
        )  # fmt: skip
    return SitingResult(
        status=Status.FEASIBLE, objective=objective + float(model.opening[opened].sum()), bound=None,
        seconds=time.monotonic() - started, open_sites=opened, site_of_demand=opened[site_of],
    )  # fmt: skip
