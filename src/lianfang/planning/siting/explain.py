"""Why these sites: what each one carries, what closing it would cost, and what one more would buy."""

from __future__ import annotations

import numpy as np

from lianfang.planning.result import Reason
from lianfang.planning.siting.problem import Problem
from lianfang.planning.siting.result import SitingResult


def explain(problem: Problem, result: SitingResult) -> list[Reason]:
    """Return the reasons behind a plan: the plan as a whole, then site by site, then what one more site would save."""
    if result.objective is None:
        return list(result.reasons)
    walked = problem.distance[np.arange(len(result.site_of_demand)), result.site_of_demand]
    people = float(problem.weight.sum())
    mean = float((problem.weight * walked).sum()) / people if people else 0.0
    farthest = int(walked.argmax())
    reasons = [
        Reason(
            "siting.plan",
            f"{len(result.open_sites)} sites; {mean:.4g} on average, {float(walked[farthest]):.4g} at most "
            f"(demand point {farthest}).",
            values=(("sites", len(result.open_sites)), ("mean", mean), ("farthest", float(walked[farthest]))),
        ),
        _proof(result),
    ]
    reasons += _sites(problem, result, walked)
    reasons += _one_more(problem, result, walked)
    return reasons


def _proof(result: SitingResult) -> Reason:
    if result.gap is None:
        return Reason("siting.no_bound", "Nothing is proven about how good this plan is.")
    text = f"No plan can be better by more than {result.gap:.3%}."
    return Reason("siting.proof", text, values=(("gap", result.gap), ("bound", result.bound or 0.0)))


def _sites(problem: Problem, result: SitingResult, walked: np.ndarray) -> list[Reason]:
    reasons = []
    others = problem.distance[:, result.open_sites]
    for position, site in enumerate(result.open_sites):
        served = result.site_of_demand == site
        load = float(problem.weight[served].sum())
        text = f"Site {site} serves {int(served.sum())} demand points, load {load:g}"
        values: list[tuple[str, float | int | str]] = [("load", load)]
        if problem.capacity is not None:
            left = float(problem.capacity[site]) - load
            text += f", {left:g} free" + ("; it binds" if left < load * 0.02 else "")
            values.append(("free", left))
        if len(result.open_sites) > 1:
            second = np.delete(others[served], position, axis=1).min(axis=1)
            more = float((problem.weight[served] * (second - walked[served])).sum()) if served.any() else 0.0
            text += f"; without it its people would walk {more:.4g} more in all"
            values.append(("loss", more))
        reasons.append(Reason("siting.site", text + ".", subject=int(site), values=tuple(values)))
    return reasons


def _one_more(problem: Problem, result: SitingResult, walked: np.ndarray) -> list[Reason]:
    """The unopened site that alone would save most."""
    closed = np.setdiff1d(np.arange(problem.distance.shape[1]), result.open_sites)
    if len(closed) == 0:
        return []
    saving = np.array([float(problem.weight @ np.maximum(0.0, walked - problem.distance[:, j])) for j in closed])
    if problem.opening_cost is not None:
        saving = saving - problem.opening_cost[closed]
    best = int(saving.argmax())
    if saving[best] <= 0:
        return [Reason("siting.one_more", "One more site would save nothing.")]
    text = f"One more site, at {closed[best]}, would save {saving[best]:.4g} ({saving[best] / result.objective:.1%})."
    return [Reason("siting.one_more", text, subject=int(closed[best]), values=(("saving", float(saving[best])),))]
