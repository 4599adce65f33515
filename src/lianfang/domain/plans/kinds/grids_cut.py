"""The districting engine asked piece by piece, and its answers put together into one plan."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lianfang.domain.plans.engines import districting
from lianfang.domain.plans.kinds.grids_ground import Float, Int, components
from lianfang.planning import Reason, Status, Stop
from lianfang.planning.stop import OnProgress, Progress

VISITS_A_UNIT: Final = 100
"""Looks at border buildings of a piece, by its size. Measured on ten communities of 200 houses: four times as many cost five
times the processor time (3.4 s for 0.7 s) and shorten the borders by 0.3 %; a quarter leaves them 0.5 % longer."""

SHORTEST_S: Final = 0.05
"""Seconds a piece gets at least."""


@dataclass(frozen=True)
class Wanted:
    """What the cut has to keep to: households of a grid, the grid each building had (-1 none), and where it is pinned (-1 free)."""

    low: float
    high: float
    before: Int
    pinned: Int


def solve(
    problem: districting.Problem, wanted: Wanted, *, stop: Stop, seed: int, on_progress: OnProgress | None
) -> districting.DistrictingResult:
    """Grids of every piece of the map; a piece that no number of grids in the range fits gets the number that comes nearest.

    A cancel or the end of the time leaves the rest to the engine's first cut of each piece, so that there is always a plan.
    """
    began = time.monotonic()
    piece = components(problem.units, [(a, b) for a, b in problem.edges.tolist()])
    order = np.argsort(piece, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(piece[order])) + 1)
    by_piece = np.argsort(piece[problem.edges[:, 0]], kind="stable")
    edges, lengths = problem.edges[by_piece], problem.edge_length[by_piece]
    bounds = np.searchsorted(piece[edges[:, 0]], np.arange(len(pieces) + 1))
    grid = np.full(problem.units, -1, dtype=np.int64)
    local = np.full(problem.units, -1, dtype=np.int64)
    grids, todo, cancelled, reasons = 0, problem.units, False, []
    for k, units in enumerate(pieces):
        local[units] = np.arange(units.size)
        left = max(stop.seconds - (time.monotonic() - began), 0.0)
        share = SHORTEST_S if cancelled else max(left * 2 * units.size / todo, SHORTEST_S)
        mine = slice(bounds[k], bounds[k + 1])
        part, reason = _piece(problem, wanted, units, local[edges[mine]], lengths[mine], Stop(seconds=share), seed)
        grid[units] = part + grids
        grids, todo = grids + int(part.max()) + 1, todo - units.size
        reasons += [reason] if reason else []
        if on_progress is not None and not cancelled:
            cancelled = on_progress(Progress(f"{k + 1}/{len(pieces)}", time.monotonic() - began)) is False
    return measured(problem, grid, time.monotonic() - began, wanted.before, reasons)


def _piece(
    problem: districting.Problem, wanted: Wanted, units: Int, edges: Int, length: Float, stop: Stop, seed: int
) -> tuple[Int, Reason | None]:
    """Grids of one piece, numbered from 0, and what could not be kept."""
    weight = problem.weight[units]
    before, pinned = wanted.before[units], wanted.pinned[units]
    count, fits = grids_for(weight, wanted.low, wanted.high)
    pins = np.unique(pinned[pinned >= 0])
    if pins.size > count:
        count, fits = int(pins.size), False
    if count <= 1 or units.size == 1:
        return np.zeros(units.size, dtype=np.int64), None
    names = np.concatenate([pins, np.setdiff1d(np.unique(before[before >= 0]), pins)])
    again, held = _relabel(before, names), _relabel(pinned, names)
    visits = min(districting.Params().visits, VISITS_A_UNIT * units.size)
    asked: dict[str, Any] = {"weight_range": (wanted.low, wanted.high)} if fits else {}
    smaller = districting.Problem(weight, problem.xy[units], edges, length, count=count, **asked)
    found = districting.solve(
        smaller, params=districting.Params(visits=visits), stop=stop, seed=seed,
        pins=held if pins.size else None, previous=again if (again >= 0).any() else None,
    )  # fmt: skip
    reason = None
    if found.status is Status.INFEASIBLE:  # pins that no connected grids of this size can keep
        reason = Reason(
            "grids.pins", found.reasons[0].text if found.reasons else "", None, (("count", int(pins.size)),)
        )
        smaller = districting.Problem(weight, problem.xy[units], edges, length, count=count)
        found = districting.solve(smaller, params=districting.Params(visits=visits), stop=stop, seed=seed)
    return _dense(found.grid_of_unit), reason


def grids_for(weight: Float, low: float, high: float) -> tuple[int, bool]:
    """How many grids a piece gets, and whether a number exists that lets all lie in the range."""
    total, heaviest = float(weight.sum()), float(weight.max(initial=0.0))
    least, most = int(np.ceil(total / high - 1e-9)), int(np.floor(total / low + 1e-9)) if low > 0 else weight.size
    middle = max(1, round(total / ((low + high) / 2)))
    if least <= most and heaviest <= high and total > 0:
        return min(max(middle, least, 1), most, weight.size), True
    return min(max(least, 1), weight.size), False


def _relabel(values: Int, names: Int) -> Int:
    """Numbers of `names` as 0, 1, …; -1 stays."""
    place = {int(name): n for n, name in enumerate(names)}
    return np.array([place.get(int(value), -1) for value in values], dtype=np.int64)


def _dense(grid: Int) -> Int:
    return np.unique(grid, return_inverse=True)[1].astype(np.int64)


def measured(
    problem: districting.Problem, grid: Int, seconds: float, before: Int | None = None, reasons: Sequence[Reason] = ()
) -> districting.DistrictingResult:
    """The result that a grid number per building stands for, with its true figures; numbers are made dense."""
    grid = _dense(grid)
    load = np.bincount(grid, problem.weight).astype(np.float64)
    apart = grid[problem.edges[:, 0]] != grid[problem.edges[:, 1]] if len(problem.edges) else np.zeros(0, dtype=bool)
    mean = max(float(load.mean()), 1e-300)
    changed = None
    if before is not None and (before >= 0).any():
        changed = int(((before >= 0) & (heirs(grid, before, problem.weight)[grid] != before)).sum())
    return districting.DistrictingResult(
        status=Status.FEASIBLE, objective=float(problem.edge_length[apart].sum()), bound=None, seconds=seconds, reasons=tuple(reasons),
        grid_of_unit=grid, grid_weight=load, imbalance=float(load.max() / mean - 1) if load.sum() else 0.0, changed=changed,
    )  # fmt: skip


def heirs(grid: Int, before: Int, weight: Float) -> Int:
    """For each grid the earlier one it continues, or -1: most households in common first, each earlier one once.

    It must hold at least half of the earlier grid, or be at least half made of it. Buildings nobody lives in count a little.
    """
    heavy = weight + 0.01
    count, old = int(grid.max()) + 1, int(before.max(initial=-1)) + 1
    heir = np.full(count, -1, dtype=np.int64)
    known = before >= 0
    if not known.any():
        return heir
    key = grid[known] * old + before[known]
    common = np.bincount(key, heavy[known], count * old) if count * old < 5_000_000 else None
    pairs = np.unique(key)
    share = common[pairs] if common is not None else np.array([heavy[known][key == one].sum() for one in pairs])
    total_new, total_old = np.bincount(grid, heavy, count), np.bincount(before[known], heavy[known], old)
    taken: set[int] = set()
    for k in np.lexsort((pairs, -share)).tolist():
        new, was = int(pairs[k] // old), int(pairs[k] % old)
        enough = share[k] >= 0.5 * min(total_new[new], total_old[was])
        if heir[new] < 0 and was not in taken and enough:
            heir[new] = was
            taken.add(was)
    return heir


def by_number(
    problem: districting.Problem, order: Sequence[int], town: Int, high: float
) -> districting.DistrictingResult:
    """The coordinator's rule of thumb: go through the numbers of each community and close a grid when the next house is too much."""
    grid = np.zeros(problem.units, dtype=np.int64)
    number, load, last = -1, 0.0, -1
    for unit in order:
        if town[unit] != last or load + problem.weight[unit] > high:
            number, load, last = number + 1, 0.0, int(town[unit])
        grid[unit] = number
        load += float(problem.weight[unit])
    return measured(problem, grid, 0.0)
