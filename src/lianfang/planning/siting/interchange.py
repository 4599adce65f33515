"""Local search on the set of open sites: exchange one, open one, close one, as long as the objective falls.

One pass weighs all exchanges at once, as sums over the demand points an exchange touches.
Source: R. Whitaker (1983), A fast algorithm for the greedy interchange, INFOR 21:95-108;
M. G. C. Resende, R. F. Werneck (2007), A fast swap-based local search procedure for location problems,
Annals of Operations Research 150:205-230.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lianfang.planning.siting.costs import FloatArray, IntArray, SparseCosts
from lianfang.planning.siting.lagrange import Selection
from lianfang.planning.siting.model import Model

BATCH_SHARE = 10
"""One exchange in this many open sites is made per pass at most (assumption: most then do not touch each other)."""


class Move(NamedTuple):
    """Close the site at position `out`, open site `new` (None: nothing), saving this much if made alone."""

    out: int | None
    new: int | None
    saved: float


class Interchange:
    """Holds the tables that every local search on one model shares; `opening` may differ from the model's own."""

    def __init__(self, model: Model, arcs: SparseCosts, rule: Selection) -> None:
        self.model, self.rule = model, rule
        self.demand, self.cost = arcs.demand, arcs.cost
        self.site = np.repeat(np.arange(arcs.sites), np.diff(arcs.start))
        finite = float(arcs.cost.max(initial=0.0))
        self.penalty = (finite + 1.0) * (model.demands + 1.0) + float(rule.opening.sum())
        """Cost of an unserved demand point: more than any plan that serves it could save."""

    def seed_sites(self, count: int, seed: int) -> IntArray:
        """A first set: each further site drawn near demand points in proportion to what they now cost (k-means++)."""
        rng = np.random.default_rng(seed)
        chosen = [int(k) for k in np.flatnonzero(self.rule.forced)]
        now = self._read(np.array(chosen, dtype=np.int64)).min(axis=1, initial=self.penalty)
        ordered = np.lexsort((self.cost, self.demand))
        first = np.searchsorted(self.demand[ordered], np.arange(self.model.demands))
        nearest = self.site[ordered][np.minimum(first, len(ordered) - 1)]
        while len(chosen) < count:
            weights = now.copy()
            weights[np.isin(nearest, chosen)] = 0.0
            total = weights.sum()
            if total > 0:
                new = int(nearest[rng.choice(len(weights), p=weights / total)])
            else:
                new = int(rng.choice(np.setdiff1d(np.arange(len(self.model.sites)), chosen)))
            chosen.append(new)
            now = np.minimum(now, self._read(np.array([new]))[:, 0])
        return np.array(chosen, dtype=np.int64)

    def value(self, chosen: IntArray) -> float:
        """Objective of a set with everybody at the cheapest open site; unserved demand points cost the penalty."""
        return float(self._read(chosen).min(axis=1).sum() + self.rule.opening[chosen].sum())

    def cheapest_total(self) -> float:
        """Cost of everybody at their nearest site, all of them open: a scale for bounds before any plan is known."""
        least = np.full(self.model.demands, np.inf)
        np.minimum.at(least, self.demand, self.cost)
        return float(least.sum() + self.rule.opening.sum())

    def middle_prices(self, chosen: IntArray) -> FloatArray:
        """Prices to start a bound from: between the closest and the second closest open site of each demand point."""
        _, first, second = _two_smallest(self._read(chosen), self.penalty)
        second = np.where(second < self.penalty, second, 2 * first)
        return np.where(first < self.penalty, (first + second) / 2, 0.0)

    def descend(self, chosen: IntArray, keep_on: Callable[[], bool]) -> tuple[IntArray, float]:
        """Improve a set until no single move helps or keep_on() is False; return it with its objective.

        Far from the end several exchanges are made per pass; a pass that saves less than its best single exchange
        promised is taken back and that exchange made alone.
        """
        chosen, table = chosen.copy(), self._read(chosen)
        smallest = 1e-9 * max(1.0, self.penalty / (self.model.demands + 1.0))
        batch = max(1, len(chosen) // BATCH_SHARE)
        while keep_on():
            moves = self._best_moves(chosen, table, batch)
            if moves[0].saved <= smallest:
                break
            before = _total(table, self.rule.opening[chosen])
            after_all = self._apply(chosen, table, moves)
            if len(moves) > 1 and before - _total(after_all[1], self.rule.opening[after_all[0]]) < moves[0].saved:
                batch, after_all = max(1, batch // 2), self._apply(chosen, table, moves[:1])
            chosen, table = after_all
        return chosen, _total(table, self.rule.opening[chosen])

    def _apply(self, chosen: IntArray, table: FloatArray, moves: list[Move]) -> tuple[IntArray, FloatArray]:
        """Make the moves on copies."""
        chosen, table = chosen.copy(), table.copy()
        for out, new, _ in moves:
            if out is not None and new is not None:
                chosen[out] = new
                table[:, out] = self._read(np.array([new]))[:, 0]
            elif new is not None:
                chosen = np.append(chosen, new)
                table = np.column_stack([table, self._read(np.array([new]))])
            elif out is not None:
                chosen, table = np.delete(chosen, out), np.delete(table, out, axis=1)
        return chosen, table

    def _read(self, chosen: IntArray) -> FloatArray:
        table = self.model.columns(chosen)
        table[np.isinf(table)] = self.penalty
        return table

    def _best_moves(self, chosen: IntArray, table: FloatArray, batch: int) -> list[Move]:
        """The moves that save most, best first: up to `batch` exchanges of different sites, or one other."""
        count = len(chosen)
        swap_saving, gain, loss = self._savings(chosen, table)
        new = swap_saving.argmax(axis=1)
        saved = swap_saving[np.arange(count), new]
        order = np.argsort(-saved, kind="stable")
        _, firsts = np.unique(new[order], return_index=True)
        order = order[np.sort(firsts)][:batch]
        moves = [Move(int(k), int(new[k]), float(saved[k])) for k in order if saved[k] >= max(0.0, saved[order[0]] / 4)]
        moves = moves or [Move(int(order[0]), int(new[order[0]]), float(saved[order[0]]))]
        single = [moves[0]]
        if count < self.rule.high:
            single.append(Move(None, int(np.argmax(gain)), float(gain.max())))
        if count > self.rule.low:
            single.append(Move(int(np.argmin(loss)), None, float(-loss.min())))
        best = max(single, key=lambda move: move.saved)
        return moves if best is moves[0] else [best]

    def _savings(self, chosen: IntArray, table: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Saving of each exchange [position, site], of opening each site, and loss of closing each chosen one."""
        count, sites = len(chosen), len(self.model.sites)
        closest, first, second = _two_smallest(table, self.penalty)
        near = np.flatnonzero(self.cost < second[self.demand])
        demand, cost, site = self.demand[near], self.cost[near], self.site[near]
        gain = np.bincount(site, np.maximum(0.0, first[demand] - cost), minlength=sites) - self.rule.opening
        gain[chosen] = -np.inf
        loss = np.bincount(closest, second - first, minlength=count) - self.rule.opening[chosen]
        loss[self.rule.forced[chosen]] = np.inf
        kept = np.bincount(
            closest[demand] * sites + site, second[demand] - np.maximum(cost, first[demand]), minlength=count * sites
        )
        swap_saving: FloatArray = kept.reshape(count, sites) + gain[None, :] - loss[:, None]
        return swap_saving, gain, loss


def _total(table: FloatArray, opening: FloatArray) -> float:
    return float(table.min(axis=1).sum() + opening.sum())


def _two_smallest(table: FloatArray, missing: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """Per row: position of the smallest value, the smallest and the second smallest (or `missing`)."""
    closest = table.argmin(axis=1)
    rows = np.arange(len(table))
    first = table[rows, closest]
    if table.shape[1] == 1:
        return closest, first, np.full(len(table), missing)
    return closest, first, np.partition(table, 1, axis=1)[:, 1]
