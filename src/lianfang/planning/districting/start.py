"""The first grids: METIS, made connected, with what a person has pinned."""

from __future__ import annotations

import heapq

import numpy as np
import pymetis
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from lianfang.planning.districting.graph import Graph
from lianfang.planning.districting.problem import Int

WHOLE = 2**20  # METIS takes whole weights: the heaviest node or border becomes this many at most, sums stay in 31 bits


def metis(graph: Graph, grids: int, ufactor: int, seed: int) -> Int:
    """METIS k-way with contiguous parts; ufactor: allowed imbalance in thousandths. Every part gets a node, all connected."""
    if grids == 1:
        return np.zeros(graph.nodes, dtype=np.int64)
    if grids >= graph.nodes:
        return np.arange(graph.nodes, dtype=np.int64)
    return repair(graph, _raw(graph, grids, ufactor, seed), grids)


def _raw(graph: Graph, grids: int, ufactor: int, seed: int) -> Int:
    options = pymetis.Options(ufactor=max(int(ufactor), 1), seed=int(seed) % 2**31, contig=1)
    _, parts = pymetis.part_graph(
        grids, adjacency=pymetis.CSRAdjacency(graph.first.tolist(), graph.head.tolist()),
        vweights=whole(graph.weight, graph.nodes), eweights=whole(graph.length, graph.head.size), recursive=False,
        options=options,
    )  # fmt: skip
    return np.array(parts, dtype=np.int64)


def bisect(graph: Graph) -> Int:
    """Two connected halves of a connected graph; where METIS fails on a tiny one, its outermost node is split off."""
    if graph.nodes > 4:
        half = _raw(graph, 2, 100, 0)
        if np.unique(half).size == 2 and np.unique(graph.components(half)).size == 2:
            return half
    shape = (graph.nodes, graph.nodes)
    matrix = csr_array((np.ones(graph.head.size), (graph.tail, graph.head)), shape=shape)
    last = int(breadth_first_order(matrix, 0, directed=False, return_predecessors=False)[-1])
    return (np.arange(graph.nodes) == last).astype(np.int64)


def whole(values: np.ndarray, count: int) -> list[int]:
    """Whole numbers in proportion; kept as they are when they already are whole and small enough."""
    top = float(values.max(initial=0))
    room = 2**30 / max(float(values.sum()), 1.0)
    if top == 0:
        return [1] * count
    if (values == np.rint(values)).all() and room >= 1:
        return [max(int(v), 0) for v in values.tolist()]
    factor = min(WHOLE / top, 2**30 / float(values.sum()))
    return [max(int(v), 1) for v in np.rint(values * factor).tolist()]


def repair(graph: Graph, part: Int, grids: int, fixed: np.ndarray | None = None) -> Int:
    """Make every part connected and not empty: stray pieces go to the neighbour with the longest border, gaps are split off."""
    part = _absorb(graph, part, grids, fixed)
    load = np.bincount(part, minlength=grids)
    for empty in np.flatnonzero(load == 0).tolist():
        weight = np.bincount(part, graph.weight, grids)
        weight[np.bincount(part, minlength=grids) < 2] = -1
        part = _split_off(graph, part, int(weight.argmax()), empty, fixed)
    return part


def _absorb(graph: Graph, part: Int, grids: int, fixed: np.ndarray | None) -> Int:
    """Keep the heaviest piece (or the pinned one) of each part; give the others to neighbours."""
    part = part.copy()
    for _ in range(50):
        piece = graph.components(part)
        weight = np.bincount(piece, graph.weight + 1e-9)
        if fixed is not None and fixed.any():
            weight += np.bincount(piece, fixed * (graph.weight.sum() + 1.0), weight.size)
        owner = np.zeros(weight.size, dtype=np.int64)
        owner[piece] = part
        order = np.lexsort((-weight, owner))
        main = np.zeros(weight.size, dtype=bool)
        main[order[np.concatenate([[True], owner[order][1:] != owner[order][:-1]])]] = True
        stray = ~main[piece]
        if fixed is not None:
            stray &= ~fixed
        if not stray.any():
            return part
        tail, head = graph.tail, graph.head
        edge = stray[tail] & (part[tail] != part[head]) & main[piece[head]]
        if not edge.any():
            return part
        key = piece[tail[edge]] * grids + part[head[edge]]
        total = np.bincount(key, graph.length[edge])
        for k in np.unique(piece[tail[edge]]).tolist():
            part[(piece == k) & stray] = int(total[k * grids : (k + 1) * grids].argmax())
    return part


def _split_off(graph: Graph, part: Int, source: int, empty: int, fixed: np.ndarray | None) -> Int:
    """Give about half of one part to an empty one, both connected."""
    members = np.flatnonzero(part == source)
    if fixed is not None and fixed[members].any():
        loose = members[~fixed[members]]
        for v in loose.tolist():
            trial = part.copy()
            trial[v] = empty
            if np.unique(graph.components(trial)[trial == source]).size <= 1:
                return trial
        return part
    small, _ = graph.part_of(members)
    half = bisect(small)
    part = part.copy()
    part[members[half == 1]] = empty
    return part


def with_pins(graph: Graph, part: Int, pins: Int, grids: int) -> Int | None:
    """Rename parts to suit the pins, claim the pinned nodes, join each grid's pins; None when they cannot be joined."""
    pinned = np.flatnonzero(pins >= 0)
    overlap = np.zeros((grids, grids))
    np.add.at(overlap, (part[pinned], pins[pinned]), graph.weight[pinned] + 1.0)
    old, new = linear_sum_assignment(-overlap)
    name = np.empty(grids, dtype=np.int64)
    name[old] = new
    part = name[part]
    claimed = np.where(pins >= 0, pins, -1)
    for grid in np.unique(pins[pinned]).tolist():
        if not _join(graph, claimed, part, grid):
            return None
    part = np.where(claimed >= 0, claimed, part)
    return repair(graph, part, grids, claimed >= 0)


def _join(graph: Graph, claimed: Int, part: Int, grid: int) -> bool:
    """Claim the cheapest paths that connect all nodes claimed for one grid, over nodes that no grid has claimed."""
    nodes = np.flatnonzero(claimed == grid).tolist()
    inside = {nodes[0]}
    todo = set(nodes[1:])
    while todo:
        best: dict[int, float] = dict.fromkeys(inside, 0.0)
        back: dict[int, int] = {}
        queue = [(0.0, v) for v in inside]
        heapq.heapify(queue)
        found = -1
        while queue:
            cost, v = heapq.heappop(queue)
            if v in todo:
                found = v
                break
            if cost > best[v]:
                continue
            for u in graph.head[graph.first[v] : graph.first[v + 1]].tolist():
                if claimed[u] not in (-1, grid):
                    continue
                step = cost + (0.01 if part[u] == grid or claimed[u] == grid else 1.0)
                if step < best.get(u, np.inf):
                    best[u], back[u] = step, v
                    heapq.heappush(queue, (step, u))
        if found < 0:
            return False
        while found not in inside:
            inside.add(found)
            claimed[found] = grid
            todo.discard(found)
            found = back[found]
    return True
