"""Improve a capacitated plan region by region: a few neighbouring sites and their demand points, solved exactly.

Source: S. Stefanello, O. C. B. de Araújo, F. M. Müller (2015), Matheuristics for the capacitated p-median problem,
International Transactions in Operational Research 22:149-167.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from lianfang.planning.siting.costs import FloatArray, IntArray
from lianfang.planning.siting.fit import whole_model
from lianfang.planning.siting.lagrange import Selection
from lianfang.planning.siting.median import Median, MedianSearch
from lianfang.planning.siting.model import Model
from lianfang.planning.stop import Clock

PAIRS = 4000
"""Pairs of one region at most, so that it is solved in seconds (assumption)."""

SECONDS = 5.0


class Plan(Protocol):
    """A capacitated plan that is being improved: what a region reads of it, and how it hands a better one back."""

    model: Model
    clock: Clock
    search: MedianSearch
    capacity: FloatArray
    weight: FloatArray
    best: Median
    site_of: IntArray | None

    def done(self) -> bool:
        """Whether the plan is good enough."""

    def take(self, chosen: IntArray, site_of: IntArray) -> None:
        """Keep a plan if it is the best so far."""


class Regions:
    """Walks over the open sites; a region that brought nothing rests until a neighbour changes."""

    def __init__(self, search: Plan) -> None:
        self.search, self.model = search, search.model
        self.rng = np.random.default_rng(search.search.seed)
        self.tired: set[tuple[int, ...]] = set()

    def run(self) -> None:
        """Improve until no region helps or time is up."""
        misses = 0
        while self.search.clock.left > 0.5 and not self.search.done() and misses < 4 * len(self.search.best.chosen):
            before = self.search.best.objective
            centre = int(self.rng.choice(self.search.best.chosen))
            self._improve(centre, int(self.rng.integers(2, 6)))
            misses = 0 if self.search.best.objective < before else misses + 1
            if not self.search.clock.report("regions", self.search.best.objective, self.search.best.bound):
                return

    def _improve(self, centre: int, count: int) -> None:
        best, site_of = self.search.best, self.search.site_of
        if site_of is None:
            return
        served = np.flatnonzero(site_of == centre)
        if len(served) == 0:
            return
        closeness = self.model.columns(best.chosen)[served].sum(axis=0)
        near = best.chosen[np.argsort(closeness, kind="stable")[:count]]
        while True:
            members = np.flatnonzero(np.isin(site_of, near))
            if len(near) <= 1 or len(members) * 2 * len(near) <= PAIRS:
                break
            near = near[:-1]
        key = tuple(np.sort(near).tolist())
        if len(near) < 2 or (key in self.tired):
            return
        candidates = self._candidates(members, near)
        if not self._solve(members, near, candidates):
            self.tired.add(key)

    def _candidates(self, members: IntArray, near: IntArray) -> IntArray:
        """The region's own sites and the shut ones that lie best for its demand points."""
        shut = np.setdiff1d(np.arange(len(self.model.sites)), self.search.best.chosen)
        cost = np.vstack([self.model.rows(int(i), int(i) + 1)[0] for i in members])
        room = max(0, PAIRS // len(members) - len(near))
        closest = np.sort(cost[:, near], axis=1)[:, :1]
        worth = np.maximum(0.0, closest - cost[:, shut]).sum(axis=0)
        return np.concatenate([near, shut[np.argsort(-worth, kind="stable")[:room]]])

    def _solve(self, members: IntArray, near: IntArray, candidates: IntArray) -> bool:
        """Solve the region; True when the plan got better."""
        search, rule = self.search, self.search.search.rule
        cost = self.model.columns(candidates)[members]
        free = rule.low != rule.high
        inside = Selection(
            1 if free else len(near), len(candidates) if free else len(near), rule.opening[candidates],
            rule.forced[candidates],
        )  # fmt: skip
        answer = whole_model(
            cost, search.weight[members], search.capacity[candidates], inside,
            seconds=min(SECONDS, search.clock.left), gap=1e-4,
        )  # fmt: skip
        if answer.site_of is None or search.site_of is None:
            return False
        before = search.best.objective
        chosen = np.concatenate([np.setdiff1d(search.best.chosen, near), candidates[answer.chosen]])
        site_of = search.site_of.copy()
        site_of[members] = candidates[answer.site_of]
        search.take(chosen, site_of)
        improved = search.best.objective < before
        if improved:
            self.tired = {key for key in self.tired if not set(key) & set(near.tolist())}
        return improved
