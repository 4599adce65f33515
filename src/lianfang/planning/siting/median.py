"""Uncapacitated siting: local search for the plan, Lagrangian bound for the proof, branch and bound for the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lianfang.planning.siting.branch import Incumbent, Tree, decide
from lianfang.planning.siting.costs import Costs, DenseCosts, FloatArray, IntArray
from lianfang.planning.siting.interchange import Interchange
from lianfang.planning.siting.lagrange import Dual, Schedule, Selection, ascend
from lianfang.planning.siting.model import Model
from lianfang.planning.stop import Clock

TREE_LIMIT = 12_000_000
"""Most pairs left after deciding sites for which branch and bound is worth starting (96 MB)."""


FAST = Schedule(600)
"""Down to a plateau in few steps; enough where a small gap may stay."""

THOROUGH = Schedule(2500, factor=2.0, patience=20, overshoot=1.02, memory=0.0)
"""The slow last stretch, for a proof without a gap."""


@dataclass
class Median:
    """The best plan and bound of one model; chosen are positions in the model's sites."""

    chosen: IntArray
    objective: float
    bound: float
    served: bool


@dataclass(frozen=True)
class Effort:
    """How hard to try: a local search after every so many steps of the bound, restarts at the beginning."""

    polish_every: int = 60
    starts: int = 1


class MedianSearch:
    """One run over one model. `start`: a known set of sites to begin from."""

    def __init__(self, model: Model, clock: Clock, *, seed: int, effort: Effort, start: IntArray | None) -> None:
        self.model, self.clock, self.seed, self.effort = model, clock, seed, effort
        self.rule = model.rule()
        self.expected = self.rule.high if self.rule.low == self.rule.high else _guess_open(model)
        self.arcs = model.arcs(self.expected)
        self.search = Interchange(model, self.arcs, self.rule)
        self.step = 1.0 if model.integral() else 0.0
        self.best = Median(np.zeros(0, dtype=np.int64), np.inf, -np.inf, served=False)
        self.tried: set[bytes] = set()
        self._first_plans(start)

    def run(self) -> Median:
        """Search until the gap of the stop rule is proven, or time is up."""
        table = self.model.table(self.arcs)
        table.limit = np.minimum(table.limit, self.search.penalty)  # an unserved point is never worth more
        dual = self._raise_bound(table, self.search.middle_prices(self.best.chosen), FAST)
        if not self._done() and self.clock.left > 0:
            again = self._raise_bound(table, self.search.middle_prices(self.best.chosen), THOROUGH)
            dual = again if again.bound > dual.bound else dual
        if not self._done() and self.clock.left > 0:
            self._branch(table, dual)
        return self.best

    def descend_with(self, extra: FloatArray, start: IntArray) -> IntArray:
        """Local search from `start` with `extra` added to the opening costs: it moves only where that pays."""
        rule = Selection(self.rule.low, self.rule.high, self.rule.opening + extra, self.rule.forced)
        return Interchange(self.model, self.arcs, rule).descend(start, lambda: True)[0]

    def _first_plans(self, start: IntArray | None) -> None:
        starts = [] if start is None else [start]
        starts += [self.search.seed_sites(self.expected, self.seed + i) for i in range(self.effort.starts)]
        for sites in starts:
            self._improve(sites)

    def _improve(self, sites: IntArray) -> None:
        key = np.sort(sites).tobytes()
        if key in self.tried or (self.clock.left <= 0 and np.isfinite(self.best.objective)):
            return
        self.tried.add(key)
        chosen, objective = self.search.descend(sites, lambda: self.clock.left > 0)
        self.tried.add(np.sort(chosen).tobytes())
        if objective < self.best.objective:
            served = objective < self.search.penalty
            self.best = Median(chosen, objective, self.best.bound, served)

    def _raise_bound(self, table: Costs, price: FloatArray, schedule: Schedule) -> Dual:
        def keep_on(step: int, bound: float, picked: IntArray) -> bool:
            if step % self.effort.polish_every == self.effort.polish_every - 1:
                self._improve(picked)
                self._note_bound(bound)
                return self.clock.report("bound", self._stated(), self.best.bound) and not self._done()
            return self.clock.left > 0

        target = self.best.objective if self.best.served else self.search.cheapest_total() * 2
        dual = ascend(table, self.rule, price, target, enough=self._cut(), schedule=schedule, keep_on=keep_on)
        self._improve(dual.picked)
        self._note_bound(dual.bound)
        return dual

    def _branch(self, table: Costs, dual: Dual) -> None:
        kept, forced = decide(self.rule, dual, self._cut() - dual.bound)
        if len(kept) * self.model.demands > TREE_LIMIT:
            return
        root = DenseCosts(self.model.columns(kept))
        rule = Selection(self.rule.low, self.rule.high, self.rule.opening[kept], forced)
        inside = np.flatnonzero(np.isin(kept, self.best.chosen))
        tree = Tree(root, rule, Incumbent(inside, self.best.objective), step=self.step, gap=self.clock.stop.gap)

        def keep_on(objective: float, bound: float) -> bool:
            return self.clock.report("branch", objective, bound)

        tree.run(dual.price, dual.bound, keep_on)
        if tree.best.objective < self.best.objective:
            self.best = Median(kept[tree.best.chosen], tree.best.objective, self.best.bound, served=True)
        self._note_bound(tree.bound())

    def _stated(self) -> float | None:
        return self.best.objective if self.best.served else None

    def _cut(self) -> float:
        objective = self.best.objective
        return objective - max(self.step - 1e-6, self.clock.stop.gap * objective, 1e-9 * max(1.0, objective))

    def _done(self) -> bool:
        return self.best.served and self.best.bound >= self._cut()

    def _note_bound(self, bound: float) -> None:
        if self.step and np.isfinite(bound):
            bound = math.ceil(bound - 1e-6)
        self.best.bound = max(self.best.bound, min(bound, self.best.objective))


def _guess_open(model: Model) -> int:
    """A first number of sites when opening costs decide it: half the mean cost of walking traded against opening."""
    opening = float(model.opening.mean()) or 1.0
    sample = model.rows(0, min(model.demands, 500))
    typical = float(np.median(sample[np.isfinite(sample)])) * model.demands
    return int(np.clip(math.sqrt(typical / opening), 1, len(model.sites)))
