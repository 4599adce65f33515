"""An independent verifier of grids: counts, connectivity, buildings, weights and border, by plain traversal."""

from __future__ import annotations

from collections import deque

import numpy as np

from lianfang.planning.districting.problem import Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.result import Status, Violation

CLOSE = 1e-9


def check(problem: Problem, result: DistrictingResult) -> list[Violation]:
    """Every rule the grids break and every number of the result that is wrong; empty when all is well."""
    grid = result.grid_of_unit
    if result.status is Status.INFEASIBLE:
        return [] if result.reasons else [Violation("districting.no_reason", "Infeasible without a reason.")]
    if grid.shape != (problem.units,) or grid.min() < 0:
        return [Violation("districting.unit", "A unit has no grid.")]
    found = _counts(problem, result)
    found += _buildings(problem, result)
    pieces = _pieces(problem, grid.tolist())
    for number, count in enumerate(pieces):
        if count > 1:
            found.append(Violation("districting.disconnected", f"Grid {number} is in {count} pieces.", count))
    return found + _numbers(problem, result)


def _counts(problem: Problem, result: DistrictingResult) -> list[Violation]:
    grids = result.grid_weight.size
    there = set(result.grid_of_unit.tolist())
    found = []
    if there != set(range(grids)):
        found.append(Violation("districting.empty", "Grids are not numbered from 0 without gaps, or one is empty."))
    if problem.count is not None and grids != problem.count:
        found.append(
            Violation("districting.count", f"{grids} grids instead of {problem.count}.", abs(grids - problem.count))
        )
    return found


def _buildings(problem: Problem, result: DistrictingResult) -> list[Violation]:
    home: dict[int, int] = {}
    for unit, (label, grid) in enumerate(zip(problem.group.tolist(), result.grid_of_unit.tolist(), strict=True)):
        if label >= 0 and home.setdefault(label, grid) != grid:
            return [Violation("districting.group", f"Building {label} is split at unit {unit}.", label)]
    return []


def _pieces(problem: Problem, grid: list[int]) -> list[int]:
    """Connected pieces of each grid; units of one building count as joined."""
    near: list[list[int]] = [[] for _ in grid]
    for a, b in problem.edges.tolist():
        if grid[a] == grid[b]:
            near[a].append(b)
            near[b].append(a)
    first: dict[int, int] = {}
    for unit, label in enumerate(problem.group.tolist()):
        if label >= 0:
            other = first.setdefault(label, unit)
            if other != unit and grid[other] == grid[unit]:
                near[unit].append(other)
                near[other].append(unit)
    pieces = [0] * (max(grid) + 1)
    seen = [False] * len(grid)
    for start in range(len(grid)):
        if seen[start]:
            continue
        pieces[grid[start]] += 1
        seen[start] = True
        queue = deque([start])
        while queue:
            for u in near[queue.popleft()]:
                if not seen[u]:
                    seen[u] = True
                    queue.append(u)
    return pieces


def _numbers(problem: Problem, result: DistrictingResult) -> list[Violation]:
    grid = result.grid_of_unit
    found = []
    load = np.zeros(result.grid_weight.size)
    np.add.at(load, grid, problem.weight)
    total = max(float(problem.weight.sum()), 1.0)
    if np.abs(load - result.grid_weight).max() > CLOSE * total:
        found.append(Violation("districting.weight", "The grid weights are not the sums of their units."))
    if problem.weight_range is not None and result.status in (Status.OPTIMAL, Status.FEASIBLE):
        low, high = problem.weight_range
        outside = float(np.maximum(load - high, low - load).max())
        if outside > CLOSE * total:
            found.append(Violation("districting.range", "A grid is outside its weight range.", outside))
    if load.sum() > 0 and result.imbalance is not None:
        true = float(load.max() / load.mean() - 1)
        if abs(true - result.imbalance) > 1e-6:
            found.append(Violation("districting.imbalance", "The imbalance is not what the weights say.", true))
    cut = sum(
        float(length)
        for (a, b), length in zip(problem.edges.tolist(), problem.edge_length.tolist(), strict=True)
        if grid[a] != grid[b]
    )
    if result.objective is None or abs(cut - result.objective) > 1e-6 * max(1.0, cut):
        found.append(Violation("districting.objective", "The border length is not what the grids have.", cut))
    return found
