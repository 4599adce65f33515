"""The coordinator's rule of thumb: start in a corner, take the nearest neighbour until the grid is full, start the next."""

from __future__ import annotations

import heapq

import numpy as np

from lianfang.planning.districting.graph import Graph, make_graph
from lianfang.planning.districting.problem import Float, Int, Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.districting.search import Params
from lianfang.planning.districting.solve import grid_shares, make_limits, make_result, nothing
from lianfang.planning.districting.start import repair
from lianfang.planning.stop import Clock, Stop


def baseline(problem: Problem) -> DistrictingResult:
    """Connected grids filled one after the other across the map; what is left over joins a neighbour."""
    clock = Clock(Stop())
    graph = make_graph(problem)
    component = graph.components()
    shares, reasons = grid_shares(problem, graph, component)
    if reasons:
        return nothing(problem, clock, reasons)
    part = np.full(graph.nodes, -1, dtype=np.int64)
    place = np.zeros((graph.nodes, 2))
    place[graph.node_of_unit] = problem.xy
    grid = 0
    for piece, share in enumerate(shares.tolist()):
        members = np.flatnonzero(component == piece)
        target = float(graph.weight[members].sum()) / share
        order = members[np.lexsort((place[members, 1], place[members, 0]))]
        last = grid + share
        for seed in order.tolist():
            if part[seed] >= 0 or grid >= last:
                continue
            _fill(graph, part, place, seed, grid, target)
            grid += 1
        part[members] = np.where(part[members] < 0, last - 1, part[members])
        grid = last
    part = repair(graph, part, grid)
    return make_result(problem, graph, part, grid, make_limits(problem, graph, grid, Params()), None, clock)


def _fill(graph: Graph, part: Int, place: Float, seed: int, grid: int, target: float) -> None:
    """Grow one grid from `seed`, nearest first, until it has its weight."""
    load = 0.0
    queue = [(0.0, seed)]
    while queue and load < target:
        _, v = heapq.heappop(queue)
        if part[v] >= 0:
            continue
        part[v] = grid
        load += float(graph.weight[v])
        for u in graph.head[graph.first[v] : graph.first[v + 1]].tolist():
            if part[u] < 0:
                heapq.heappush(queue, (float(np.hypot(*(place[u] - place[seed]))), u))
