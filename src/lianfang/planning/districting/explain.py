"""Why the grids are as they are: sentences about balance, what binds, and what changed."""

from __future__ import annotations

import numpy as np

from lianfang.planning.districting.problem import Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.result import Reason, Status


def explain(problem: Problem, result: DistrictingResult) -> list[Reason]:
    """Reasons for the plan as a whole, then for each grid; the result's own reasons when there is none."""
    if result.status is Status.INFEASIBLE:
        return list(result.reasons)
    load = result.grid_weight
    reasons = [*result.reasons, _balance(result), _border(problem, result)]
    if result.changed is not None:
        text = f"{result.changed} units are in another grid than before."
        reasons.append(Reason("districting.changed", text, None, (("changed", result.changed),)))
    near = _neighbours(problem, result)
    units = np.bincount(result.grid_of_unit, minlength=load.size)
    for grid in range(load.size):
        text = f"Grid {grid}: {int(units[grid])} units, weight {load[grid]:g}, next to {len(near[grid])} grids."
        if not near[grid] and load.size > 1:
            text += " Walls cut it off from all others, so its weight cannot change."
        values = (("weight", float(load[grid])), ("units", int(units[grid])), ("neighbours", len(near[grid])))
        reasons.append(Reason("districting.grid", text, grid, values))
    return reasons


def _balance(result: DistrictingResult) -> Reason:
    load = result.grid_weight
    heavy = int(load.argmax())
    imbalance, forced = float(result.imbalance or 0), float(result.largest_unit_bound or 0)
    text = f"The heaviest grid, {heavy}, is {100 * imbalance:.1f} % above the mean of {load.mean():g}."
    if forced > 0:
        text += f" The heaviest building alone forces {100 * forced:.1f} %."
    return Reason("districting.balance", text, heavy, (("imbalance", imbalance), ("forced", forced)))


def _border(problem: Problem, result: DistrictingResult) -> Reason:
    total = float(problem.edge_length.sum())
    cut = float(result.objective or 0)
    share = cut / total if total else 0.0
    text = f"Grids meet along a border of {cut:g}, {100 * share:.1f} % of all neighbourhood on the map."
    return Reason("districting.border", text, None, (("border", cut), ("share", share)))


def _neighbours(problem: Problem, result: DistrictingResult) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in range(result.grid_weight.size)]
    one, two = result.grid_of_unit[problem.edges[:, 0]], result.grid_of_unit[problem.edges[:, 1]]
    for a, b in np.unique(np.column_stack([one, two])[one != two], axis=0).tolist():
        near[a].add(b)
        near[b].add(a)
    return near
