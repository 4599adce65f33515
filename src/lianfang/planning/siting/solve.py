"""Solve a siting problem: refuse the impossible with reasons, then search, bound and prove."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.siting.capacitated import CapacitySearch
from lianfang.planning.siting.costs import IntArray
from lianfang.planning.siting.cover import Cover, fewest_sites
from lianfang.planning.siting.median import Effort, Median, MedianSearch
from lianfang.planning.siting.model import Model
from lianfang.planning.siting.problem import Pins, Problem
from lianfang.planning.siting.result import SitingResult
from lianfang.planning.stop import Clock, OnProgress, Stop

COVER_SHARE = 0.4
"""Share of the time that finding the fewest sites may take."""

NAMED_AT_MOST = 20
"""Demand points named one by one in a refusal; the rest are counted."""


@dataclass(frozen=True)
class Params:
    """effort: see Effort. keep_within: a previous plan that still holds stays if it costs at most this share more than
    the best found (0.01 = 1 %). change_gain: what closing one site of the previous plan must save, in the objective's
    unit, to be worth the trouble of moving.
    """

    effort: Effort = field(default_factory=Effort)
    keep_within: float = 0.0
    change_gain: float = 0.0


DEFAULT_PARAMS = Params()
DEFAULT_STOP = Stop()
NO_PINS = Pins()


def solve(
    problem: Problem,
    *,
    params: Params = DEFAULT_PARAMS,
    stop: Stop = DEFAULT_STOP,
    seed: int = 0,
    pins: Pins | None = None,
    previous: SitingResult | None = None,
    on_progress: OnProgress | None = None,
) -> SitingResult:
    """Choose sites and who goes where; see Problem for the objective, Params for what keeps a previous plan.

    The same seed gives the same answer whenever the run ends by proof or by its own steps, not by the clock.
    Raises ProblemError on contradictory pins.
    """
    clock = Clock(stop, on_progress)
    pins = pins or NO_PINS
    pins.validate(problem)
    model = Model(problem, pins)
    if len(model.sites) < (problem.open_count or 1):
        raise ProblemError("siting.pin_count", "Too many sites are pinned shut for the number that must open.")
    reasons = _impossible(model)
    if reasons:
        return _no_plan(problem, clock, Status.INFEASIBLE, reasons)
    if problem.fewest:
        return _solve_fewest(model, clock, params, seed, previous)
    return _solve_counted(model, clock, params, seed, previous)


def _impossible(model: Model) -> list[Reason]:
    problem = model.problem
    lost = model.unreachable()
    reasons = [
        Reason("siting.unreachable", f"No allowed site reaches demand point {int(i)}.", subject=int(i))
        for i in lost[:NAMED_AT_MOST]
    ]
    if len(lost) > NAMED_AT_MOST:
        reasons.append(Reason("siting.unreachable_more", f"{len(lost) - NAMED_AT_MOST} more cannot be reached."))
    if problem.capacity is not None:
        room, load = np.sort(problem.capacity[model.sites])[::-1], float(problem.weight.sum())
        most = float(room[: problem.open_count].sum())
        if most < load:
            text = f"The load is {load:g}, but the sites that may open carry {most:g} at most."
            reasons.append(Reason("siting.capacity", text, values=(("load", load), ("room", most))))
        largest = int(np.argmax(problem.weight))
        if problem.weight[largest] > room[0]:
            text = f"Demand point {largest} alone exceeds every site's capacity: divide it."
            reasons.append(Reason("siting.too_large", text, subject=largest))
    return reasons


def _solve_fewest(model: Model, clock: Clock, params: Params, seed: int, previous: SitingResult | None) -> SitingResult:
    """Fewest sites first, then the least walking with that many."""
    cover = fewest_sites(model, clock.left * COVER_SHARE)
    clock.report("cover")
    if cover.chosen is None:
        reason = Reason("siting.cover_impossible", "Capacity and pins leave no set of sites that reaches everybody.")
        return _no_plan(model.problem, clock, Status.INFEASIBLE, [reason])
    count = len(cover.chosen)
    while True:
        counted = Model(replace(model.problem, open_count=count), model.pins)
        result = _solve_counted(counted, clock, params, seed, previous, cover=cover)
        tight = model.problem.capacity is not None and result.status in {Status.INFEASIBLE, Status.TIMEOUT}
        if not tight or count >= len(model.sites) or clock.left <= 0:
            break
        count += 1  # reached everybody, but the loads did not fit
    proven = count == cover.least and result.status is Status.OPTIMAL
    status = result.status if proven or result.status is not Status.OPTIMAL else Status.FEASIBLE
    return replace(result, status=status, site_count_bound=cover.least)


def _solve_counted(
    model: Model,
    clock: Clock,
    params: Params,
    seed: int,
    previous: SitingResult | None,
    *,
    cover: Cover | None = None,
) -> SitingResult:
    problem = model.problem
    start = _previous_sites(model, previous)
    if cover is not None:
        start = cover.chosen
    elif problem.coverage_radius is not None and problem.open_count is not None:
        cover = fewest_sites(model, clock.left * COVER_SHARE)
        if cover.chosen is None or cover.least > problem.open_count:
            return _no_plan(problem, clock, Status.INFEASIBLE, [_too_few(problem, cover)])
        if len(cover.chosen) <= problem.open_count and start is None:
            start = _fill(cover.chosen, problem.open_count, len(model.sites))
    kept = _previous_sites(model, previous)
    search = MedianSearch(model, clock, seed=seed, effort=params.effort, start=start)
    if problem.capacity is not None:
        capacity_search = CapacitySearch(model, clock, search)
        plan, site_of = capacity_search.run()
        if capacity_search.infeasible:
            reason = Reason("siting.no_fit", "No set of sites takes every demand point whole within the capacities.")
            return _no_plan(problem, clock, Status.INFEASIBLE, [reason])
    else:
        plan, site_of = search.run(), None
    if kept is not None and problem.capacity is None:
        plan = _stay(model, search, plan, kept, params)
    if not plan.served:
        text = "Time ran out before any set of sites was found that serves everybody."
        return _no_plan(problem, clock, Status.TIMEOUT, [Reason("siting.timeout", text)])
    return _plan(model, plan, site_of, clock)


def _too_few(problem: Problem, cover: Cover) -> Reason:
    text = (
        f"{problem.open_count} sites cannot reach everybody within {problem.coverage_radius:g}: "
        f"at least {cover.least} are needed."
    )
    return Reason("siting.radius_count", text, values=(("needed", cover.least), ("allowed", problem.open_count or 0)))


def _fill(chosen: IntArray, count: int, sites: int) -> IntArray:
    spare = np.setdiff1d(np.arange(sites), chosen)
    return np.concatenate([chosen, spare[: count - len(chosen)]])


def _previous_sites(model: Model, previous: SitingResult | None) -> IntArray | None:
    """The previous plan's sites as positions in the model, if they still make a set that is allowed."""
    if previous is None or len(previous.open_sites) == 0:
        return None
    old = previous.open_sites[previous.open_sites < len(model.position)]
    positions = np.union1d(model.position[old][model.position[old] >= 0], np.flatnonzero(model.forced))
    rule = model.rule()
    return positions if rule.low <= len(positions) <= rule.high else None


def _stay(model: Model, search: MedianSearch, plan: Median, kept: IntArray, params: Params) -> Median:
    """Prefer the previous sites: whole if good enough, else exchange only those that earn the change."""
    before = search.search.value(kept)
    if before <= plan.objective * (1 + params.keep_within):
        return replace(plan, chosen=kept, objective=before, served=before < search.search.penalty)
    if params.change_gain <= 0:
        return plan
    extra = np.full(len(model.sites), params.change_gain)
    extra[kept] = 0.0
    sites = search.descend_with(extra, kept)
    objective = search.search.value(sites)
    return replace(plan, chosen=sites, objective=objective, served=objective < search.search.penalty)


def _plan(model: Model, plan: Median, site_of: IntArray | None, clock: Clock) -> SitingResult:
    chosen = np.sort(plan.chosen)
    if site_of is None:
        site_of = chosen[model.columns(chosen).argmin(axis=1)]
    gap = (plan.objective - plan.bound) / max(abs(plan.objective), 1e-9)
    return SitingResult(
        status=Status.OPTIMAL if gap <= max(clock.stop.gap, 1e-9) else Status.FEASIBLE,
        objective=plan.objective,
        bound=float(plan.bound) if np.isfinite(plan.bound) else None,
        seconds=clock.elapsed,
        open_sites=model.sites[chosen],
        site_of_demand=model.sites[site_of],
    )


def _no_plan(problem: Problem, clock: Clock, status: Status, reasons: list[Reason]) -> SitingResult:
    empty = np.zeros(0, dtype=np.int64)
    return SitingResult(
        status=status, objective=None, bound=None, seconds=clock.elapsed, reasons=tuple(reasons),
        open_sites=empty, site_of_demand=empty,
    )  # fmt: skip
