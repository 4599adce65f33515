"""solve(problem): how many grids where, a first plan, the search, and a redraw that changes little."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianfang.planning.districting.graph import Graph, make_graph
from lianfang.planning.districting.problem import Int, Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.districting.search import Limits, Params, Search, anneal
from lianfang.planning.districting.start import bisect, metis, repair, with_pins
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock, OnProgress, Stop

REDRAW_VISITS = 400_000  # of border units in a redraw; assumption


def solve(
    problem: Problem, *, params: Params | None = None, stop: Stop | None = None, seed: int = 0,
    pins: Any = None, previous: DistrictingResult | Int | None = None, on_progress: OnProgress | None = None,
) -> DistrictingResult:  # fmt: skip
    """Connected grids with a short border; same seed, same answer unless the clock ends the search.

    pins[n]: a grid per unit, -1 free. previous: a result or grid_of_unit[n] with -1 for new units: the redraw keeps
    units where they were unless a weight limit or the number of grids asks otherwise. Raises ProblemError.
    """
    clock, params = Clock(stop or Stop(), on_progress), params or Params()
    graph = make_graph(problem)
    component = graph.components()
    shares, reasons = grid_shares(problem, graph, component)
    if reasons:
        return nothing(problem, clock, reasons)
    grids = int(shares.sum())
    pinned = _unit_numbers(problem, graph, pins, "pin", grids)
    home = _unit_numbers(problem, graph, getattr(previous, "grid_of_unit", previous), "previous", None)
    limits = make_limits(problem, graph, grids, params)
    if home is not None and (home >= 0).any():
        part = _redraw(graph, home, component, shares)
        home = np.where(home < grids, home, -1)
    else:
        home = None
        part = _fresh(graph, component, shares, limits, params, seed, clock)
    fixed = None
    if pinned is not None and (pinned >= 0).any():
        joined = with_pins(graph, part, pinned, grids)
        if joined is None:
            text = "Units pinned to one grid cannot be connected without crossing another grid's pins or a wall."
            return nothing(problem, clock, [Reason("districting.pins", text)])
        part, fixed = joined, pinned >= 0
    search = Search(graph, part, grids, limits, fixed, home, params.change)
    visits = min(params.visits, REDRAW_VISITS) if home is not None else params.visits
    part = anneal(search, params, clock, seed, visits=visits, quiet=home is not None)
    return make_result(problem, graph, part, grids, limits, home, clock)


def grid_shares(problem: Problem, graph: Graph, component: Int) -> tuple[Int, list[Reason]]:
    """How many grids each connected piece of the map gets, or why no number works."""
    weight = np.bincount(component, graph.weight)
    size = np.bincount(component)
    low_high = problem.weight_range
    if low_high is None:
        assert problem.count is not None  # noqa: S101 - Problem asks for one of the two
        return _proportional(weight, size, problem.count, np.ones(weight.size, dtype=np.int64), size)
    low, high = low_high
    if (heavy := float(graph.weight.max())) > high:
        unit = int(np.flatnonzero(graph.node_of_unit == graph.weight.argmax())[0])
        text = f"Unit {unit} (with its building) weighs {heavy:g}, more than a grid may ({high:g})."
        return size, [Reason("districting.unit_too_heavy", text, unit, (("weight", heavy), ("high", high)))]
    least = np.maximum(np.ceil(weight / high - 1e-9), 1).astype(np.int64)
    most = np.minimum(np.floor(weight / low + 1e-9) if low > 0 else size, size).astype(np.int64)
    reasons = []
    for piece in np.flatnonzero(least > most)[:20].tolist():
        unit = int(np.flatnonzero(component[graph.node_of_unit] == piece)[0])
        text = (
            f"The piece of the map around unit {unit} is cut off by walls and weighs {weight[piece]:g}: no number of grids "
            f"of {low:g} to {high:g} fits. Open a passage, or widen the range."
        )
        reasons.append(Reason("districting.piece", text, unit, (("weight", float(weight[piece])),)))
    if reasons:
        return size, reasons
    count = problem.count
    if count is None:
        wished = np.rint(weight / ((low + high) / 2)).astype(np.int64)
        return np.clip(wished, least, most), []
    return _proportional(weight, size, count, least, most)


def _proportional(weight: np.ndarray, size: Int, count: int, least: Int, most: Int) -> tuple[Int, list[Reason]]:
    """`count` grids over the pieces in proportion to weight, each between least and most (largest remainder)."""
    if not least.sum() <= count <= most.sum():
        text = f"{count} grids are asked for, but walls and weights allow only {int(least.sum())} to {int(most.sum())}."
        values = (("least", int(least.sum())), ("most", int(most.sum())))
        return size, [Reason("districting.count", text, None, values)]
    share = least.copy()
    for _ in range(count - int(least.sum())):
        need = np.where(share < most, weight / share, -1.0)
        share[int(need.argmax())] += 1
    return share, []


def make_limits(problem: Problem, graph: Graph, grids: int, params: Params) -> Limits:
    """The weight range, or the mean with the imbalance that is allowed: `balance`, or 1.1 × what the heaviest unit forces."""
    mean = float(graph.weight.sum()) / grids
    if problem.weight_range is not None:
        return Limits(*problem.weight_range, mean)
    allowed = max(params.balance, 1.1 * largest_unit_bound(graph, grids))
    return Limits(0.0, mean * (1 + allowed), mean)


def largest_unit_bound(graph: Graph, grids: int) -> float:
    """max(0, heaviest node / mean grid - 1): no plan can be better balanced."""
    total = float(graph.weight.sum())
    return max(0.0, float(graph.weight.max()) * grids / total - 1) if total > 0 else 0.0


def _fresh(graph: Graph, component: Int, shares: Int, limits: Limits, params: Params, seed: int, clock: Clock) -> Int:
    """METIS on each connected piece, the best of a few tries."""
    part = np.zeros(graph.nodes, dtype=np.int64)
    begin = 0
    ufactor = max(1, int(1000 * (limits.high / limits.mean - 1)))
    for piece, grids in enumerate(shares.tolist()):
        members = np.flatnonzero(component == piece)
        small, _ = graph.part_of(members)
        best: tuple[float, float] | None = None
        for k in range(params.starts if grids > 1 else 1):
            tight = ufactor if k % 2 == 0 else max(1, ufactor // 2)
            found = metis(small, grids, tight, seed * 1009 + k)
            value = limits.excess(np.bincount(found, small.weight, grids)), small.cut(found)
            if best is None or value < best:
                best = value
                part[members] = begin + found
            if not clock.report("start"):
                break
        begin += grids
    return part


def _redraw(graph: Graph, home: Int, component: Int, shares: Int) -> Int:
    """The old grids with new units beside their neighbours; grids added or dissolved until each piece has its share."""
    grids = int(shares.sum())
    part = home.copy()
    fresh = int(max(part.max() + 1, grids))
    for _ in range(graph.nodes):
        open_ = np.flatnonzero(part < 0)
        if not open_.size:
            break
        tail, head = graph.tail, graph.head
        edge = (part[tail] < 0) & (part[head] >= 0)
        if not edge.any():
            part[open_[0]] = fresh
            fresh += 1
            continue
        order = np.lexsort((-graph.length[edge], tail[edge]))
        node = tail[edge][order]
        one = np.concatenate([[True], node[1:] != node[:-1]])
        part[node[one]] = part[head[edge][order][one]]
    part = _pieces_apart(graph, part, component)
    return _right_number(graph, part, component, shares, grids)


def _pieces_apart(graph: Graph, part: Int, component: Int) -> Int:
    """A grid that a new wall cuts in two becomes two; the heavier piece keeps the number."""
    key = part * (int(component.max()) + 1) + component
    label = part.copy()
    fresh = int(part.max()) + 1
    for grid in np.unique(part).tolist():
        keys, total = np.unique(key[part == grid], return_inverse=True)
        if keys.size > 1:
            weight = np.bincount(total, graph.weight[part == grid])
            for k in np.argsort(-weight)[1:].tolist():
                label[key == keys[k]] = fresh
                fresh += 1
    return label


def _right_number(graph: Graph, part: Int, component: Int, shares: Int, grids: int) -> Int:
    """Split the heaviest or dissolve the lightest grid of a piece until the numbers are right; then number 0 … grids-1."""
    part = repair(graph, part, int(part.max()) + 1) if (np.bincount(part) > 0).all() else part
    for piece, share in enumerate(shares.tolist()):
        members = np.flatnonzero(component == piece)
        while (names := np.unique(part[members])).size != share:
            load = np.array([graph.weight[members][part[members] == g].sum() for g in names])
            if names.size < share:
                free = np.setdiff1d(np.arange(int(part.max()) + 2), part)[0]
                count = np.array([(part[members] == g).sum() for g in names])
                heavy = names[int(np.where(count > 1, load, -1.0).argmax())]
                inside = np.flatnonzero(part == heavy)
                small, _ = graph.part_of(inside)
                half = bisect(small)
                part[inside[half == 1]] = free
            else:
                light = names[int(load.argmin())]
                inside = part[graph.tail] == light
                outer = inside & (part[graph.head] != light)
                total = np.bincount(part[graph.head[outer]], graph.length[outer] + 1e-9)
                part[part == light] = int(total.argmax())
    names = np.unique(part)
    name = np.full(int(names.max()) + 1, -1)
    keep = names[names < grids]
    name[keep] = keep
    name[names[names >= grids]] = np.setdiff1d(np.arange(grids), keep)
    return repair(graph, name[part], grids)


def _unit_numbers(problem: Problem, graph: Graph, values: Any, name: str, grids: int | None) -> Int | None:
    """Grid per node from grid per unit; ProblemError when a building is pinned to two grids."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.shape != (problem.units,) or array.dtype.kind not in "iu" or array.min() < -1:
        raise ProblemError(f"districting.{name}.shape", f"{name} gives a grid number per unit, -1 for none.")
    if grids is not None and array.max() >= grids:
        raise ProblemError(f"districting.{name}.unknown", f"{name} names a grid above {grids - 1}.")
    node = np.full(graph.nodes, -1, dtype=np.int64)
    given = array >= 0
    node[graph.node_of_unit[given]] = array[given]
    if name == "pin" and (node[graph.node_of_unit[given]] != array[given]).any():
        raise ProblemError("districting.pin.group", "Units of one building are pinned to different grids.")
    return node


def make_result(
    problem: Problem, graph: Graph, part: Int, grids: int, limits: Limits, home: Int | None, clock: Clock
) -> DistrictingResult:
    """The plan with its numbers, measured on the graph."""
    load = np.bincount(part, graph.weight, grids).astype(np.float64)
    cut = graph.cut(part)
    mean = max(float(load.mean()), 1e-300)
    reasons: list[Reason] = []
    if problem.weight_range is not None and limits.excess(load) > 0:
        low, high = problem.weight_range
        for grid in np.flatnonzero((load > high * (1 + 1e-9)) | (load < low * (1 - 1e-9)))[:50].tolist():
            text = (
                f"Grid {grid} weighs {load[grid]:g}, outside {low:g} to {high:g}; more time or another count may help."
            )
            reasons.append(Reason("districting.outside", text, grid, (("weight", float(load[grid])),)))
    changed = None
    if home is not None:
        moved = (home >= 0) & (home != part)
        changed = int(np.isin(graph.node_of_unit, np.flatnonzero(moved)).sum())
    whole = grids == np.unique(graph.components()).size
    status = Status.TIMEOUT if reasons else Status.OPTIMAL if whole else Status.FEASIBLE
    return DistrictingResult(
        status=status, objective=cut, bound=0.0 if whole else None, seconds=clock.elapsed, reasons=tuple(reasons),
        grid_of_unit=part[graph.node_of_unit], grid_weight=load, imbalance=float(load.max() / mean - 1),
        largest_unit_bound=largest_unit_bound(graph, grids), changed=changed,
    )  # fmt: skip


def nothing(problem: Problem, clock: Clock, reasons: list[Reason]) -> DistrictingResult:
    """No plan can exist, and why."""
    return DistrictingResult(
        status=Status.INFEASIBLE, objective=None, bound=None, seconds=clock.elapsed, reasons=tuple(reasons),
        grid_of_unit=np.full(problem.units, -1, dtype=np.int64), grid_weight=np.zeros(0),
    )  # fmt: skip
