"""A problem with its pins applied: which pairs are allowed, what they cost, and which sets of sites may open."""

from __future__ import annotations

import numpy as np

from lianfang.planning.siting.costs import DENSE_LIMIT, Costs, DenseCosts, FloatArray, IntArray, SparseCosts
from lianfang.planning.siting.lagrange import Selection
from lianfang.planning.siting.problem import Pins, Problem

NEAREST_FACTOR = 4
"""Nearest sites kept per demand, as a multiple of sites / open sites (assumption: prices stay far below the cut)."""

ARC_LIMIT = 12_000_000
"""Most pairs kept in a sparse table: 12 bytes each and as much again while it is built."""


class Model:
    """Reads weighted costs of the sites that may open; site k of the model is site sites[k] of the problem."""

    def __init__(self, problem: Problem, pins: Pins) -> None:
        self.problem, self.pins = problem, pins
        self.demands = len(problem.weight)
        every = np.arange(problem.distance.shape[1])
        self.sites: IntArray = every[~np.isin(every, list(pins.closed))]
        self.position = np.full(len(every), -1)
        self.position[self.sites] = np.arange(len(self.sites))
        opening = np.zeros(len(every)) if problem.opening_cost is None else problem.opening_cost
        self.opening: FloatArray = opening[self.sites]
        self.forced = np.isin(self.sites, list(pins.open_sites))
        self._whole = len(self.sites) == len(every)

    def rows(self, first: int, last: int) -> FloatArray:
        """Weighted cost of demand points first..last-1 and all sites; infinity where a pair is not allowed."""
        block = self.problem.distance[first:last]
        cost: FloatArray = self._weigh(block if self._whole else block[:, self.sites], self.problem.weight[first:last])
        for demand, site in self.pins.site_of_demand.items():
            if first <= demand < last:
                alone = np.arange(len(self.sites)) != self.position[site]
                cost[demand - first, alone] = np.inf
        return cost

    def columns(self, chosen: IntArray) -> FloatArray:
        """Weighted cost of every demand point and the chosen sites (positions in the model)."""
        cost: FloatArray = self._weigh(self.problem.distance[:, self.sites[chosen]], self.problem.weight)
        for demand, site in self.pins.site_of_demand.items():
            cost[demand, self.sites[chosen] != site] = np.inf
        return cost

    def _weigh(self, distance: FloatArray, weight: FloatArray) -> FloatArray:
        radius = self.problem.coverage_radius
        allowed = np.isfinite(distance) if radius is None else distance <= radius
        if allowed.all():
            return np.multiply(distance, weight[:, None], dtype=np.float64)
        cost = np.full(distance.shape, np.inf)
        np.multiply(distance, weight[:, None], out=cost, where=allowed, dtype=np.float64)
        return cost

    def table(self, arcs: SparseCosts) -> Costs:
        """The cost table for the bound: dense when small, else the nearest sites of each demand point."""
        if self.demands * len(self.sites) <= DENSE_LIMIT:
            return DenseCosts(self.rows(0, self.demands))
        return arcs

    def arcs(self, expected_open: int) -> SparseCosts:
        """The nearest sites of each demand point, enough for about `expected_open` open sites."""
        wanted = max(32, NEAREST_FACTOR * len(self.sites) // max(1, expected_open))
        keep = max(1, min(len(self.sites), wanted, ARC_LIMIT // self.demands))
        return SparseCosts.nearest(self.rows, self.demands, len(self.sites), keep)

    def rule(self) -> Selection:
        """The allowed sets of sites."""
        count = self.problem.open_count
        low, high = (1, len(self.sites)) if count is None else (count, count)
        return Selection(max(low, int(self.forced.sum())), high, self.opening, self.forced)

    def unreachable(self) -> IntArray:
        """Demand points that no site may serve."""
        lost = [np.zeros(0, dtype=np.int64)]
        block = max(1, DENSE_LIMIT // len(self.sites))
        for first in range(0, self.demands, block):
            best = self.rows(first, min(self.demands, first + block)).min(axis=1)
            lost.append(first + np.flatnonzero(np.isinf(best)))
        return np.concatenate(lost)

    def integral(self) -> bool:
        """Whether every plan's objective is a whole number, so that a bound may be rounded up."""
        problem = self.problem
        if not _whole(problem.weight) or not _whole(self.opening):
            return False
        block = max(1, DENSE_LIMIT // len(self.sites))
        blocks = (problem.distance[first : first + block] for first in range(0, self.demands, block))
        return all(_whole(rows[np.isfinite(rows)]) for rows in blocks)


def _whole(values: FloatArray) -> bool:
    return bool((values == np.rint(values)).all())
