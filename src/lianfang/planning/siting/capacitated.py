"""Siting with capacities, each demand point served whole by one site.

Bound: the same Lagrangian, where a site's worth is a continuous knapsack of the demand points it would like; it equals
the strong linear relaxation. Plans: sites from the bound, an exact or rounded assignment, and moving each site within
its own area. Small remains go to HiGHS as one mixed-integer program.
Source: A. Ceselli, G. Righini (2005), A branch-and-price algorithm for the capacitated p-median problem,
Networks 45:125-142 (model); J. M. Mulvey, M. P. Beck (1984), Solving capacitated clustering problems, EJOR 18:339-348.
"""

from __future__ import annotations

import numpy as np

from lianfang.planning.siting.branch import decide
from lianfang.planning.siting.costs import Costs, FloatArray, IntArray, SparseCosts
from lianfang.planning.siting.fit import assign, whole_model
from lianfang.planning.siting.lagrange import Dual, Schedule, ascend
from lianfang.planning.siting.median import Median, MedianSearch
from lianfang.planning.siting.model import Model
from lianfang.planning.siting.regions import Regions
from lianfang.planning.stop import Clock

MIP_LIMIT = 60_000
"""Most pairs left for which the whole problem is handed to the mixed-integer solver (assumption)."""

FAST = Schedule(400)
THOROUGH = Schedule(1500, factor=0.5, patience=20)


class KnapsackCosts:
    """A cost table whose site value respects the site's capacity, demand points counted in fractions."""

    def __init__(self, arcs: SparseCosts, weight: FloatArray, capacity: FloatArray) -> None:
        self.arcs, self.capacity = arcs, capacity
        self.demands, self.sites = arcs.demands, arcs.sites
        self.limit, self.least = arcs.limit, arcs.least
        self.load = weight[arcs.demand]
        self.site = np.repeat(np.arange(arcs.sites), np.diff(arcs.start))
        self._taken = np.zeros(len(arcs.cost))

    def site_values(self, price: FloatArray) -> FloatArray:
        """Least sum of (cost - price) x taken, taken in 0..1, load within capacity, per site."""
        saved = self.arcs.cost - price[self.arcs.demand]
        wanted = np.flatnonzero(saved < 0)
        rate = saved[wanted] / np.maximum(self.load[wanted], 1e-12)
        wanted = wanted[np.lexsort((rate, self.site[wanted]))]
        before = np.cumsum(self.load[wanted]) - self.load[wanted]
        site = self.site[wanted]
        first = np.searchsorted(site, np.arange(self.sites))
        base = np.concatenate((before, [0.0]))[first]
        room = self.capacity[site] - (before - base[site])
        share = np.clip(room / np.maximum(self.load[wanted], 1e-12), 0.0, 1.0)
        self._taken = np.zeros(len(saved))
        self._taken[wanted] = share
        return np.bincount(site, saved[wanted] * share, minlength=self.sites).astype(np.float64)

    def times_covered(self, price: FloatArray, chosen: IntArray) -> FloatArray:
        """Sum of the shares the chosen sites take of each demand point, at the prices of the last site_values."""
        inside = np.zeros(self.sites)
        inside[chosen] = 1.0
        share = self._taken * inside[self.site]
        return np.bincount(self.arcs.demand, share, minlength=self.demands).astype(np.float64)

    def near(self, price: FloatArray) -> Costs:
        """See Costs."""
        return self


class CapacitySearch:
    """One run; `infeasible` is set when it is proven that no plan exists."""

    def __init__(self, model: Model, clock: Clock, search: MedianSearch) -> None:
        self.model, self.clock, self.search = model, clock, search
        problem = model.problem
        total = float(problem.weight.sum())
        capacity = np.zeros(0) if problem.capacity is None else problem.capacity
        self.capacity: FloatArray = np.minimum(capacity[model.sites], total)
        self.weight = problem.weight
        self.infeasible = False
        self.best = Median(np.zeros(0, dtype=np.int64), np.inf, -np.inf, served=False)
        self.site_of: IntArray | None = None
        self.tried: set[bytes] = set()

    def run(self) -> tuple[Median, IntArray | None]:
        """Return the best plan and the site (position in the model) of every demand point."""
        self._try(self.search.best.chosen)
        dual = self._bound(FAST, self.search.search.middle_prices(self.search.best.chosen), share=0.4)
        if not self.done():
            again = self._bound(THOROUGH, dual.price, share=0.6)
            dual = again if again.bound > dual.bound else dual
        if not self.done():
            self._finish(dual)
        if not self.done() and self.site_of is not None:
            Regions(self).run()
        return self.best, self.site_of

    def _bound(self, schedule: Schedule, price: FloatArray, *, share: float) -> Dual:
        until = self.clock.elapsed + share * self.clock.left

        def keep_on(step: int, bound: float, picked: IntArray) -> bool:
            if step % 25 == 24:
                self._note(bound)
                self._try(picked)
                return self.clock.report("bound", self._stated(), self.best.bound) and not self.done()
            return self.clock.elapsed < until or (not self.best.served and self.clock.left > 0)

        table = KnapsackCosts(self.search.arcs, self.weight, self.capacity)
        target = self.best.objective if self.best.served else 1.2 * self.search.best.objective
        dual = ascend(table, self.search.rule, price, target, enough=self._cut(), schedule=schedule, keep_on=keep_on)
        self._note(dual.bound)
        return dual

    def _finish(self, dual: Dual) -> None:
        """Hand what is left to the mixed-integer solver, if it is small enough to have a chance."""
        kept = np.arange(len(self.model.sites))
        if self.best.served:
            kept, _ = decide(self.search.rule, dual, self._cut() - dual.bound)
            kept = np.union1d(kept, self.best.chosen)
        if len(kept) * self.model.demands > MIP_LIMIT or self.clock.left <= 0:
            return
        answer = whole_model(
            self.model.columns(kept), self.weight, self.capacity[kept], self.search.rule.restrict(kept),
            seconds=self.clock.left, gap=self.clock.stop.gap,
        )  # fmt: skip
        if answer.impossible and not self.best.served:
            self.infeasible = True
            return
        if answer.site_of is not None:
            self.take(kept[answer.chosen], kept[answer.site_of])
        # Sites left out cannot be part of a plan better than the cut.
        self._note(min(answer.bound, self._cut()) if len(kept) < len(self.model.sites) else answer.bound)
        if answer.bound >= self._cut():
            self._note(self.best.objective)

    def _try(self, chosen: IntArray) -> None:
        """Assign to a set of sites, then move each site within its area, as long as that helps."""
        while self.clock.left > 0:
            key = np.sort(chosen).tobytes()
            if key in self.tried:
                return
            self.tried.add(key)
            if self.capacity[chosen].sum() < self.weight.sum():
                chosen = self._widen(chosen)
            site_of = assign(
                self.model.columns(chosen), self.weight, self.capacity[chosen], max(1.0, self.clock.left / 4)
            )
            if site_of is None:
                return
            self.take(chosen, chosen[site_of])
            chosen = self._recentre(chosen, site_of)

    def _widen(self, chosen: IntArray) -> IntArray:
        """Replace the smallest sites by the largest unused ones until the load fits; forced sites stay."""
        chosen = chosen.copy()
        spare = np.setdiff1d(np.arange(len(self.capacity)), chosen)
        for new in spare[np.argsort(-self.capacity[spare], kind="stable")]:
            if self.capacity[chosen].sum() >= self.weight.sum():
                break
            if len(chosen) < self.search.rule.high:
                chosen = np.append(chosen, new)
                continue
            order = np.where(self.search.rule.forced[chosen], np.inf, self.capacity[chosen])
            weakest = int(np.argmin(order))
            if order[weakest] < self.capacity[new]:
                chosen[weakest] = new
        return chosen

    def _recentre(self, chosen: IntArray, site_of: IntArray) -> IntArray:
        """For each open site the best site for the same demand points, if it carries them."""
        moved = chosen.copy()
        for k in range(len(chosen)):
            members = np.flatnonzero(site_of == k)
            if len(members) == 0 or self.search.rule.forced[chosen[k]]:
                continue
            cost = (
                np.vstack([self.model.rows(int(i), int(i) + 1) for i in members]).sum(axis=0) + self.search.rule.opening
            )
            cost[self.capacity < self.weight[members].sum()] = np.inf
            cost[np.delete(moved, k)] = np.inf
            best = int(cost.argmin())
            if cost[best] < cost[moved[k]]:
                moved[k] = best
        return moved

    def take(self, chosen: IntArray, site_of: IntArray) -> None:
        """Keep a plan if it is the best so far."""
        cost = self.model.columns(chosen)
        place = np.searchsorted(np.sort(chosen), site_of)
        served = cost[np.arange(len(site_of)), np.argsort(chosen)[place]]
        objective = float(served.sum() + self.search.rule.opening[chosen].sum())
        if objective < self.best.objective:
            self.best = Median(chosen, objective, self.best.bound, served=True)
            self.site_of = site_of

    def _stated(self) -> float | None:
        return self.best.objective if self.best.served else None

    def _cut(self) -> float:
        objective = self.best.objective
        if not np.isfinite(objective):
            return np.inf
        step = self.search.step
        return objective - max(step - 1e-6 if step else 0.0, self.clock.stop.gap * objective, 1e-9 * max(1, objective))

    def done(self) -> bool:
        """Whether the gap that was asked for is proven."""
        return self.best.served and self.best.bound >= self._cut()

    def _note(self, bound: float) -> None:
        if self.search.step and np.isfinite(bound):
            bound = float(np.ceil(bound - 1e-6))
        self.best.bound = max(self.best.bound, min(bound, self.best.objective))
