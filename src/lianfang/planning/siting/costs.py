"""Tables of weighted distances that the Lagrangian bound reads: dense, or the nearest sites of each demand only."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

DENSE_LIMIT = 4_000_000
"""Pairs up to which the table is kept whole (32 MB of float64); assumption, above it the sparse table is faster."""


REACH = 1.3
"""A narrowed table holds pairs up to this multiple of the current price."""


class Costs(Protocol):
    """Cost of serving demand i from site j; a pair that is not allowed costs infinity.

    limit[i]: the largest price of demand i for which the table is complete. least[i]: its cheapest pair.
    """

    demands: int
    sites: int
    limit: FloatArray
    least: FloatArray

    def site_values(self, price: FloatArray) -> FloatArray:
        """Sum over demands of min(0, cost - price), per site."""
        ...

    def times_covered(self, price: FloatArray, chosen: IntArray) -> npt.NDArray[Any]:
        """Number of chosen sites that cost a demand less than its price, per demand."""
        ...

    def near(self, price: FloatArray) -> Costs:
        """A smaller table that is complete for prices somewhat above these; its limit says how far."""
        ...


class DenseCosts:
    """Every pair, demands x sites."""

    def __init__(self, cost: FloatArray) -> None:
        self.cost = np.ascontiguousarray(cost, dtype=np.float64)
        self.demands, self.sites = self.cost.shape
        self.limit = np.full(self.demands, np.inf)
        self.least = self.cost.min(axis=1)
        self._work = np.empty_like(self.cost)

    def site_values(self, price: FloatArray) -> FloatArray:
        """See Costs."""
        np.subtract(self.cost, price[:, None], out=self._work)
        np.minimum(self._work, 0.0, out=self._work)
        values: FloatArray = self._work.sum(axis=0)
        return values

    def times_covered(self, price: FloatArray, chosen: IntArray) -> IntArray:
        """See Costs."""
        covered: IntArray = np.count_nonzero(self.cost[:, chosen] < price[:, None], axis=1)
        return covered

    def near(self, price: FloatArray) -> DenseCosts:
        """See Costs: the table is small already."""
        return self

    def restrict(self, kept: IntArray) -> DenseCosts:
        """See Costs."""
        return DenseCosts(self.cost[:, kept])


class SparseCosts:
    """The nearest pairs of each demand, sorted by site; prices never exceed the nearest pair left out."""

    def __init__(
        self, demand: IntArray, cost: FloatArray, start: IntArray, *, limit: FloatArray, least: FloatArray
    ) -> None:
        self.demand, self.cost, self.start = demand, cost, start
        self.limit, self.least = limit, least
        self.demands, self.sites = len(limit), len(start) - 1

    @classmethod
    def nearest(cls, cost_row_block: BlockReader, demands: int, sites: int, keep: int) -> SparseCosts:
        """Keep the `keep` cheapest sites of each demand; cost_row_block(first, last) yields rows of weighted cost."""
        columns = np.empty((demands, keep), dtype=np.int32)
        values = np.empty((demands, keep))
        limit, least = np.full(demands, np.inf), np.empty(demands)
        block = max(1, DENSE_LIMIT // sites)
        for first in range(0, demands, block):
            rows = cost_row_block(first, min(demands, first + block))
            last = first + len(rows)
            order = np.argpartition(rows, keep, axis=1) if keep < sites else np.argsort(rows, axis=1)
            columns[first:last] = order[:, :keep]
            values[first:last] = np.take_along_axis(rows, order[:, :keep], axis=1)
            least[first:last] = values[first:last].min(axis=1)
            if keep < sites:
                limit[first:last] = np.take_along_axis(rows, order[:, keep : keep + 1], axis=1)[:, 0]
        demand = np.repeat(np.arange(demands), keep)
        finite = np.isfinite(values.ravel())
        by_site = np.argsort(columns.ravel()[finite], kind="stable")
        site = columns.ravel()[finite][by_site]
        start = np.searchsorted(site, np.arange(sites + 1))
        return cls(demand[finite][by_site], values.ravel()[finite][by_site], start, limit=limit, least=least)

    def site_values(self, price: FloatArray) -> FloatArray:
        """See Costs."""
        saved = np.minimum(0.0, self.cost - price[self.demand])
        total = np.concatenate(([0.0], np.cumsum(saved)))
        values: FloatArray = total[self.start[1:]] - total[self.start[:-1]]
        return values

    def times_covered(self, price: FloatArray, chosen: IntArray) -> IntArray:
        """See Costs."""
        arcs = self._arcs(chosen)
        rows = self.demand[arcs]
        covered: IntArray = np.bincount(rows[self.cost[arcs] < price[rows]], minlength=self.demands)
        return covered

    def near(self, price: FloatArray) -> SparseCosts:
        """See Costs."""
        keep = self.cost <= REACH * price[self.demand]
        limit = self.limit.copy()
        np.minimum.at(limit, self.demand[~keep], self.cost[~keep])
        total = np.concatenate(([0], np.cumsum(keep)))
        return SparseCosts(self.demand[keep], self.cost[keep], total[self.start], limit=limit, least=self.least)

    def restrict(self, kept: IntArray) -> SparseCosts:
        """See Costs."""
        arcs = self._arcs(kept)
        lengths = self.start[kept + 1] - self.start[kept]
        start = np.concatenate(([0], np.cumsum(lengths)))
        return SparseCosts(self.demand[arcs], self.cost[arcs], start, limit=self.limit, least=self.least)

    def _arcs(self, sites: IntArray) -> IntArray:
        lengths = self.start[sites + 1] - self.start[sites]
        shift = np.repeat(self.start[sites] - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        arcs: IntArray = shift + np.arange(int(lengths.sum()))
        return arcs


class BlockReader(Protocol):
    """Reads rows first..last-1 of the weighted cost."""

    def __call__(self, first: int, last: int) -> FloatArray:
        """Rows first..last-1, all sites."""
        ...
