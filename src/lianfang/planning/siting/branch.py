"""Branch and bound on the sites that the Lagrangian bound leaves open, with the same bound at every node.

A node forbids some sites and forces others; its bound starts from its parent's prices, so a few dozen steps suffice.
Sites whose reduced value exceeds the gap are decided for the whole subtree.
Source: N. Christofides, J. E. Beasley (1982), A tree search algorithm for the p-median problem, EJOR 10:196-204.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lianfang.planning.siting.costs import DenseCosts, FloatArray, IntArray
from lianfang.planning.siting.lagrange import BoolArray, Dual, Schedule, Selection, ascend

ROOT_STEPS = Schedule(600, factor=1.0, patience=15)
NODE_STEPS = Schedule(80, factor=0.3, patience=8, smallest=0.005)


@dataclass(frozen=True)
class Node:
    """Sites still allowed (positions in the root table), which of them are forced, and the parent's prices."""

    kept: IntArray
    forced: BoolArray
    price: FloatArray


@dataclass
class Incumbent:
    """The best plan known: its sites (positions in the root table) and its objective."""

    chosen: IntArray
    objective: float


class Tree:
    """Best-first search. step: 1 when every objective is a whole number, else 0: what a better plan must save."""

    def __init__(self, root: DenseCosts, rule: Selection, best: Incumbent, *, step: float, gap: float) -> None:
        self.root, self.rule, self.best = root, rule, best
        self.step, self.gap = step, gap
        self.heap: list[tuple[float, int, Node]] = []
        self.nodes = 0

    @property
    def cut(self) -> float:
        """A bound above this closes a node."""
        tolerance = max(self.gap * abs(self.best.objective), 1e-9 * max(1.0, abs(self.best.objective)))
        return self.best.objective - max(self.step - 1e-6, tolerance)

    def bound(self) -> float:
        """The proven bound: the weakest node still waiting, or what closed nodes prove when none is left."""
        waiting = self.heap[0][0] if self.heap else np.inf
        proven = self.best.objective
        if self.gap * abs(proven) > self.step:
            proven = self.cut
        return float(min(waiting, proven))

    def run(self, price: FloatArray, known: float, keep_on: Callable[[float, float], bool]) -> None:
        """Search until proven, or keep_on(objective, bound) is False."""
        every = np.arange(self.root.sites)
        self._push(known, Node(every, self.rule.forced.copy(), price))
        while self.heap and self.heap[0][0] <= self.cut:
            if not keep_on(self.best.objective, self.heap[0][0]):
                return
            bound, _, node = heapq.heappop(self.heap)
            self._expand(bound, node)
        self.heap = [entry for entry in self.heap if entry[0] <= self.cut]

    def _push(self, bound: float, node: Node) -> None:
        self.nodes += 1
        heapq.heappush(self.heap, (bound, self.nodes, node))

    def _expand(self, known: float, node: Node) -> None:
        if node.forced.sum() > self.rule.high or len(node.kept) < self.rule.low:
            return
        table = self.root.restrict(node.kept)
        if np.isinf(table.least).any():
            return
        rule = Selection(self.rule.low, self.rule.high, self.rule.opening[node.kept], node.forced)
        steps = NODE_STEPS if self.nodes > 1 else ROOT_STEPS
        dual = ascend(table, rule, node.price, self.best.objective, enough=self.cut, schedule=steps)
        self._offer(table, rule, node, dual.picked)
        bound = max(known, dual.bound)
        if bound > self.cut:
            return
        kept, forced = decide(rule, dual, self.cut - dual.bound)
        if forced.all() or len(kept) == rule.low or forced.sum() == rule.high:
            self._offer(table, rule, node, kept[forced] if forced.sum() == rule.high else kept)
            return
        self._split(bound, node, dual, kept, forced)

    def _split(self, bound: float, node: Node, dual: Dual, kept: IntArray, forced: BoolArray) -> None:
        free = np.flatnonzero(~forced)
        unsure = np.abs(dual.share[kept[free]] - 0.5)
        branch = int(free[np.argmin(unsure)])
        inside = forced.copy()
        inside[branch] = True
        self._push(bound, Node(node.kept[kept], inside, dual.price))
        rest = np.delete(np.arange(len(kept)), branch)
        self._push(bound, Node(node.kept[kept[rest]], forced[rest], dual.price))

    def _offer(self, table: DenseCosts, rule: Selection, node: Node, picked: IntArray) -> None:
        if not rule.low <= len(picked) <= rule.high:
            return
        objective = float(table.cost[:, picked].min(axis=1).sum() + rule.opening[picked].sum())
        if objective < self.best.objective - 1e-9 * max(1.0, abs(objective)):
            self.best = Incumbent(node.kept[picked], objective)


def decide(rule: Selection, dual: Dual, slack: float) -> tuple[IntArray, BoolArray]:
    """Sites worth keeping (positions) and which of them every better plan must open.

    slack: how much the bound may rise before a site is decided. A site outside the picked set raises it by its value
    less that of the one it displaces; one inside by the value of its replacement less its own.
    """
    inside = np.zeros(len(dual.value), dtype=np.bool_)
    inside[dual.picked] = True
    movable = inside & ~rule.forced
    worst = float(dual.value[movable].max(initial=-np.inf)) if len(dual.picked) >= rule.high else 0.0
    next_best = float(dual.value[~inside].min(initial=np.inf))
    replacement = next_best if len(dual.picked) <= rule.low else min(0.0, next_best)
    rise_in = dual.value - worst if np.isfinite(worst) else np.full(len(dual.value), np.inf)
    drop = ~inside & (rise_in > slack)
    must = rule.forced | (movable & (replacement - dual.value > slack))
    kept = np.flatnonzero(~drop)
    return kept, must[kept]
