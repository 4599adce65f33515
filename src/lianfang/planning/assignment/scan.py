"""One pass over all rows × columns without storing them: blocks that fit a processor cache, on several threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.assignment.network import Arcs
from lianfang.planning.assignment.problem import CostBlock, Int
from lianfang.planning.result import ProblemError

BLOCK_CELLS = (
    200_000  # 0.8 MB of int32: a block and its reduced costs stay in the second-level cache; measured, flat to 2 ×
)
WIDEST_COST = (
    2**36
)  # quanta of the largest fractional cost: fine enough that rounding is below 1e-10 of it, and flows fit 64 bits
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Pairs:
    """All pairs of a problem: the callable, its size, and how many quanta one unit of cost is."""

    block: CostBlock
    rows: int
    columns: int
    scale: float
    threads: int
    whole: bool = True

    def costs(self, rows: Int, columns: Int | None = None) -> NDArray[Any]:
        """The cost block of these rows × these columns (None: all), checked for shape."""
        chosen = np.arange(self.columns) if columns is None else columns
        block = np.asarray(self.block(rows, chosen))
        if block.shape != (rows.size, chosen.size):
            raise ProblemError("assignment.cost.shape", f"The cost callable gave {block.shape} for {rows.size} rows.")
        return block if self.whole and block.dtype.kind in "iu" else block.astype(np.float64, copy=False)

    def quanta(self, costs: NDArray[Any]) -> Int:
        """Costs as whole quanta."""
        return costs.astype(np.int64) if self.scale == 1.0 else np.rint(costs * self.scale).astype(np.int64)

    def each(self, work: Callable[[Int, NDArray[Any]], T], rows: Int) -> Iterator[T]:
        """work(rows of the block, cost block) for all blocks of `rows`, in order."""
        step = max(1, BLOCK_CELLS // self.columns)
        parts = [rows[i : i + step] for i in range(0, rows.size, step)]
        if self.threads == 1 or len(parts) < 8:
            yield from (work(part, self.costs(part)) for part in parts)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield from pool.map(lambda part: work(part, self.costs(part)), parts)

    def reduced(self, costs: NDArray[Any], price: Int) -> NDArray[Any]:
        """costs − price in the dtype of the costs (quanta when they are whole numbers, else units)."""
        if costs.dtype.kind in "iu":
            narrow = costs.dtype == np.int32 and (not price.size or np.abs(price).max() < 2**30)
            return costs - (price.astype(np.int32) if narrow else price)
        return costs - (price / self.scale).astype(costs.dtype)


def all_pairs(
    block: CostBlock, rows: int, columns: int, threads: int, shortage: NDArray[Any] | None = None
) -> tuple[Pairs, float]:
    """Look at a sample of rows, choose the quantum, and refuse costs that are NaN or negative; also the largest cost seen.

    The quantum is one unit when costs and shortage costs are whole numbers.
    """
    sample = np.unique(np.linspace(0, rows - 1, min(rows, 64)).astype(np.int64))
    whole = shortage is None or shortage.dtype.kind in "iu"
    raw = Pairs(block, rows, columns, 1.0, threads, whole)
    costs = raw.costs(sample)
    if costs.dtype.kind not in "iuf":
        raise ProblemError("assignment.cost.type", "The cost callable must give an array of numbers.")
    refuse_bad(costs)
    largest = float(costs.max(initial=0))
    widest = largest if shortage is None else max(largest, float(shortage.max(initial=0)))
    scale = 1.0
    if costs.dtype.kind == "f":
        scale = 2.0 ** int(np.floor(np.log2(WIDEST_COST / widest))) if widest > 0 else 1.0
    return Pairs(block, rows, columns, scale, threads, costs.dtype.kind in "iu"), largest * scale


def refuse_bad(costs: NDArray[Any]) -> None:
    """Raise ProblemError if any cost is negative, NaN or infinite."""
    low, high = costs.min(initial=0), costs.max(initial=0)
    if not np.isfinite(low) or not np.isfinite(high):
        raise ProblemError("assignment.cost.nan", "A cost is not a finite number.")
    if low < 0:
        raise ProblemError("assignment.cost.negative", "A cost is negative.")


def witnesses(pairs: Pairs) -> tuple[Int, Int]:
    """The row that is cheapest for each column, and that cost in quanta."""

    def work(rows: Int, costs: NDArray[Any]) -> tuple[Int, NDArray[Any]]:
        best = costs.argmin(axis=0)
        return rows[best], costs[best, np.arange(pairs.columns)]

    parts = list(pairs.each(work, np.arange(pairs.rows)))
    costs = np.array([part[1] for part in parts])
    best = costs.argmin(axis=0)
    column = np.arange(pairs.columns)
    return np.array([part[0] for part in parts])[best, column], pairs.quanta(costs[best, column])


def nearest_arcs(pairs: Pairs, per_row: int) -> Arcs:
    """The cheapest arcs of each row; refuses costs that are NaN or negative anywhere."""
    take = min(per_row, pairs.columns)

    def work(rows: Int, costs: NDArray[Any]) -> tuple[Int, Int]:
        refuse_bad(costs)
        column = np.argpartition(costs, take - 1, axis=1)[:, :take]
        return column.ravel(), pairs.quanta(np.take_along_axis(costs, column, axis=1).ravel())

    parts = list(pairs.each(work, np.arange(pairs.rows)))
    column, cost = (np.concatenate([part[i] for part in parts]) for i in range(2))
    return Arcs(np.repeat(np.arange(pairs.rows), take), column.astype(np.int64), cost)


@dataclass(frozen=True, eq=False)
class Scan:
    """Pricing of all pairs: cheapest[r] reduced cost of each scanned row (quanta), and the arcs within the margin of it."""

    cheapest: NDArray[Any]
    arcs: Arcs


def price_pass(pairs: Pairs, price: Int, margin: int, rows: Int) -> Scan:
    """For each row: the least reduced cost over all columns, and every arc within `margin` quanta of min(0, it)."""
    unit = pairs.scale

    def work(part: Int, costs: NDArray[Any]) -> tuple[NDArray[Any], Int, Int, Int]:
        reduced = pairs.reduced(costs, price)
        least = reduced.min(axis=1)
        whole = reduced.dtype.kind in "iu"
        limit = np.minimum(least, 0) + (margin if whole else reduced.dtype.type(margin / unit))
        hit = np.flatnonzero(reduced <= limit[:, None])
        row, column = np.divmod(hit, pairs.columns)
        found = pairs.quanta(costs.ravel()[hit])
        return (least if whole else least.astype(np.float64) * unit), part[row], column, found

    parts = list(pairs.each(work, rows))
    least, row, column, cost = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return Scan(least, Arcs(row, column.astype(np.int64), cost))


def margin_for(pairs: Pairs, price: Int, arcs_per_row: float, sample: int = 256) -> int:
    """The margin in quanta that keeps about this many arcs per row, judged on a sample of rows."""
    rows = np.unique(np.linspace(0, pairs.rows - 1, min(sample, pairs.rows)).astype(np.int64))
    reduced = pairs.reduced(pairs.costs(rows), price)
    above = (reduced - np.minimum(reduced.min(axis=1), 0)[:, None]).ravel()
    place = min(int(arcs_per_row * rows.size), above.size - 1)
    value = float(np.partition(above, place)[place])
    return int(value if reduced.dtype.kind in "iu" else value * pairs.scale) + 1
