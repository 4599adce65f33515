"""The map as a graph in which every building is one node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from lianfang.planning.districting.problem import Float, Int, Problem


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes with weight[v]; neighbours of v: head[first[v]:first[v + 1]] with border length[...]; node_of_unit[n]."""

    weight: Float
    first: Int
    head: Int
    length: Float
    node_of_unit: Int

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return int(self.weight.size)

    @property
    def tail(self) -> Int:
        """The node at the other end of each entry of head."""
        return np.repeat(np.arange(self.nodes), np.diff(self.first))

    def part_of(self, members: Int) -> tuple[Graph, Int]:
        """The graph of some nodes only, node_of_unit being its members' old numbers."""
        new = np.full(self.nodes, -1)
        new[members] = np.arange(members.size)
        tail = self.tail
        keep = (new[tail] >= 0) & (new[self.head] >= 0)
        return _build(self.weight[members], new[tail[keep]], new[self.head[keep]], self.length[keep], members), members

    def components(self, part: Int | None = None) -> Int:
        """Component number of each node; with part[v], only edges inside a part count."""
        tail = self.tail
        keep = np.ones(tail.size, dtype=bool) if part is None else part[tail] == part[self.head]
        shape = (self.nodes, self.nodes)
        matrix = csr_array((np.ones(int(keep.sum())), (tail[keep], self.head[keep])), shape=shape)
        return np.asarray(connected_components(matrix, directed=False)[1], dtype=np.int64)

    def cut(self, part: Int) -> float:
        """Border length between parts."""
        return float(self.length[part[self.tail] != part[self.head]].sum() / 2)


def _build(weight: Float, tail: Int, head: Int, length: Float, node_of_unit: Int) -> Graph:
    """Sorted rows; parallel borders added up."""
    nodes = weight.size
    key = tail * nodes + head
    order = np.argsort(key, kind="stable")
    key = key[order]
    start = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if key.size else np.zeros(0, dtype=np.int64)
    total = np.add.reduceat(length[order], start) if key.size else np.zeros(0)
    one = key[start]
    first = np.searchsorted(one, np.arange(nodes + 1) * nodes)
    return Graph(weight, first.astype(np.int64), one % nodes if nodes else one, total, node_of_unit)


def make_graph(problem: Problem) -> Graph:
    """One node per building (group) or single unit, in the order of their first unit."""
    key = np.where(problem.group >= 0, problem.group, problem.group.max() + 1 + np.arange(problem.units))
    _, first_unit, label = np.unique(key, return_index=True, return_inverse=True)
    rank = np.empty(first_unit.size, dtype=np.int64)
    rank[np.argsort(first_unit, kind="stable")] = np.arange(first_unit.size)
    node = rank[label]
    weight = np.bincount(node, problem.weight, first_unit.size).astype(np.float64)
    one, two = node[problem.edges[:, 0]], node[problem.edges[:, 1]]
    real = one != two
    one, two, length = one[real], two[real], problem.edge_length[real]
    tail, head = np.concatenate([one, two]), np.concatenate([two, one])
    return _build(weight, tail, head, np.concatenate([length, length]), node)
