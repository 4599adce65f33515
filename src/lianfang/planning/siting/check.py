"""Verify a siting plan from the problem alone."""

from __future__ import annotations

import numpy as np

from lianfang.planning.result import Status, Violation
from lianfang.planning.siting.problem import Pins, Problem
from lianfang.planning.siting.result import SitingResult

RELATIVE = 1e-7
"""Tolerance of sums of weighted distances, relative to the sum."""


def check(problem: Problem, result: SitingResult, *, pins: Pins | None = None) -> list[Violation]:
    """Return every rule the plan breaks: number of sites, who is served where, radius, capacity, pins, objective."""
    if result.objective is None:
        silent = not result.reasons or result.status in {Status.OPTIMAL, Status.FEASIBLE}
        return [Violation("siting.no_plan", "No plan, and no reason given.")] if silent else []
    demands, sites = problem.distance.shape
    opened, site_of = np.asarray(result.open_sites), np.asarray(result.site_of_demand)
    inside = len(opened) > 0 and opened.min() >= 0 and opened.max() < sites
    if not inside or len(set(opened.tolist())) != len(opened):
        return [Violation("siting.open_sites", "Open sites must be different sites of the problem.")]
    if site_of.shape != (demands,) or not np.isin(site_of, opened).all():
        return [Violation("siting.unserved", "Every demand point must be served by an open site.")]
    return _limits(problem, opened, site_of) + _pins(opened, site_of, pins) + _numbers(problem, result)


def _limits(problem: Problem, opened: np.ndarray, site_of: np.ndarray) -> list[Violation]:
    found = []
    if problem.open_count is not None and len(opened) != problem.open_count:
        found.append(Violation("siting.open_count", f"{len(opened)} sites are open, not {problem.open_count}."))
    walked = problem.distance[np.arange(len(site_of)), site_of]
    farthest = float(walked.max())
    if not np.isfinite(farthest):
        found.append(Violation("siting.unreachable", "A demand point is served by a site it cannot reach."))
    if problem.coverage_radius is not None and farthest > problem.coverage_radius:
        text = f"A demand point walks {farthest:g}, beyond the radius of {problem.coverage_radius:g}."
        found.append(Violation("siting.radius", text, farthest - problem.coverage_radius))
    if problem.capacity is not None:
        load = np.bincount(site_of, problem.weight, minlength=len(problem.capacity))
        excess = load - problem.capacity
        for site in np.flatnonzero(excess > RELATIVE * np.maximum(1.0, load)):
            text = f"Site {site} carries {load[site]:g} of {problem.capacity[site]:g}."
            found.append(Violation("siting.capacity", text, float(excess[site])))
    return found


def _pins(opened: np.ndarray, site_of: np.ndarray, pins: Pins | None) -> list[Violation]:
    if pins is None:
        return []
    found = [
        Violation("siting.pin", f"Site {site} is pinned open but shut.") for site in sorted(pins.opened - set(opened))
    ]
    found += [Violation("siting.pin", f"Site {site} is pinned shut but open.") for site in pins.closed & set(opened)]
    for demand, site in pins.site_of_demand.items():
        if site_of[demand] != site:
            found.append(Violation("siting.pin", f"Demand point {demand} is pinned to site {site}, not served there."))
    return found


def _numbers(problem: Problem, result: SitingResult) -> list[Violation]:
    opened, site_of = result.open_sites, result.site_of_demand
    again = float((problem.weight * problem.distance[np.arange(len(site_of)), site_of]).sum())
    if problem.opening_cost is not None:
        again += float(problem.opening_cost[opened].sum())
    stated, scale = float(result.objective or 0.0), max(1.0, abs(again))
    found = []
    if abs(again - stated) > RELATIVE * scale:
        found.append(Violation("siting.objective", f"Stated {stated:g}, recomputed {again:g}.", abs(again - stated)))
    if result.bound is not None and result.bound > stated + RELATIVE * scale:
        found.append(Violation("siting.bound", f"The bound {result.bound:g} exceeds the objective.", result.bound))
    return found
