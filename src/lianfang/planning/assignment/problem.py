"""What an assignment engine is asked: sending people to places, and jobs to agents with limited capacity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.planning.result import ProblemError

Int = NDArray[np.int64]
Float = NDArray[np.float64]
CostBlock = Callable[[Int, Int], NDArray[Any]]
"""(rows[r], columns[c]) -> cost[r, c]; the same answer for the same pair, in one dtype, called from several threads."""

LARGEST_UNITS = 2**31 - 1  # the flow solver adds capacities in 64 bits; people and places stay far below


def whole_numbers(values: ArrayLike, name: str, *, shape: tuple[int, ...] | None = None) -> Int:
    """A read-only int64 copy of non-negative whole numbers; ProblemError names the field that is not."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ProblemError(f"assignment.{name}.type", f"{name} must hold numbers.") from None
    if shape is not None and array.shape != shape:
        raise ProblemError(f"assignment.{name}.shape", f"{name} has shape {array.shape}; {shape} is expected.")
    if not np.isfinite(array).all():
        raise ProblemError(f"assignment.{name}.nan", f"{name} holds a value that is not a number.")
    if (array < 0).any():
        raise ProblemError(f"assignment.{name}.negative", f"{name} holds a negative value.")
    if (array != np.rint(array)).any():
        raise ProblemError(f"assignment.{name}.fraction", f"{name} counts people or units and must be whole numbers.")
    if array.size and array.max() > LARGEST_UNITS:
        raise ProblemError(f"assignment.{name}.size", f"{name} holds a value above {LARGEST_UNITS}.")
    return freeze(array.astype(np.int64))


def real_numbers(values: ArrayLike, name: str, *, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    """A read-only copy of finite, non-negative numbers (integers stay integers)."""
    try:
        array = np.array(values)
        if array.dtype.kind not in "iuf":
            array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ProblemError(f"assignment.{name}.type", f"{name} must hold numbers.") from None
    if shape is not None and array.shape != shape:
        raise ProblemError(f"assignment.{name}.shape", f"{name} has shape {array.shape}; {shape} is expected.")
    if not np.isfinite(array).all():
        raise ProblemError(f"assignment.{name}.nan", f"{name} holds a value that is not a finite number.")
    if (array < 0).any():
        raise ProblemError(f"assignment.{name}.negative", f"{name} holds a negative value.")
    return freeze(array.astype(np.int64 if array.dtype.kind in "iu" else np.float64))


def freeze(array: NDArray[Any]) -> NDArray[Any]:
    """Make an array read-only, so that a problem stays what was validated."""
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Transport:
    """Send whole units from rows (people, offices) to columns (communities, compounds) at least cost.

    supply: units[n] that may be sent (less is allowed). demand: units[m] wanted. cost: either sparse arcs
    (arc_from[k], arc_to[k], arc_cost[k]), where a missing arc is forbidden, or a callable that gives the cost block
    of rows × columns, so that all pairs count without being stored; any unit, never negative.
    shortage_cost: price of one unmet unit, one number or one per column; None: everything must be met.
    Minimises sum of cost × flow + shortage_cost × unmet. Raises ProblemError.
    """

    supply: Int
    demand: Int
    cost: tuple[Int, Int, NDArray[Any]] | CostBlock
    shortage_cost: NDArray[Any] | None = None

    def __init__(
        self,
        supply: ArrayLike,
        demand: ArrayLike,
        cost: tuple[ArrayLike, ArrayLike, ArrayLike] | CostBlock,
        shortage_cost: ArrayLike | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "supply", whole_numbers(supply, "supply"))
        put(self, "demand", whole_numbers(demand, "demand"))
        if self.supply.ndim != 1 or self.demand.ndim != 1:
            raise ProblemError("assignment.shape", "supply and demand are lists, one number per row or column.")
        if not self.supply.size or not self.demand.size:
            raise ProblemError("assignment.empty", "There is nobody to send, or no place to send them to.")
        put(self, "cost", cost if callable(cost) else self._arcs(cost))
        price = None
        if shortage_cost is not None:
            wide = (
                np.broadcast_to(np.asarray(shortage_cost), self.demand.shape)
                if np.ndim(shortage_cost) == 0
                else shortage_cost
            )
            price = real_numbers(wide, "shortage_cost", shape=self.demand.shape)
        put(self, "shortage_cost", price)

    def _arcs(self, cost: Any) -> tuple[Int, Int, NDArray[Any]]:
        if not isinstance(cost, (tuple, list)) or len(cost) != 3:
            raise ProblemError(
                "assignment.cost.type", "cost is a callable, or three lists: arc_from, arc_to, arc_cost."
            )
        start, end = whole_numbers(cost[0], "arc_from"), whole_numbers(cost[1], "arc_to")
        price = real_numbers(cost[2], "arc_cost")
        if not start.shape == end.shape == price.shape or start.ndim != 1:
            raise ProblemError("assignment.cost.shape", "arc_from, arc_to and arc_cost must have the same length.")
        if start.size and (start.max() >= self.supply.size or end.max() >= self.demand.size):
            raise ProblemError("assignment.arc.unknown", "An arc names a row or column that does not exist.")
        key = start * self.demand.size + end
        if np.unique(key).size != key.size:
            raise ProblemError("assignment.arc.duplicate", "The same arc (from, to) is given twice.")
        return start, end, price

    @property
    def rows(self) -> int:
        """Number of rows n."""
        return int(self.supply.size)

    @property
    def columns(self) -> int:
        """Number of columns m."""
        return int(self.demand.size)


@dataclass(frozen=True, eq=False)
class Generalised:
    """Give every job to exactly one agent within the agents' capacities (the generalised assignment problem).

    cost[agents, jobs] and load[agents, jobs] depend on both; capacity[agents] in the unit of load. sense: "min" or
    "max" (then cost is a profit). Raises ProblemError. Source: Martello and Toth 1990, Knapsack Problems, chapter 7.
    """

    cost: NDArray[Any]
    load: NDArray[Any]
    capacity: NDArray[Any]
    sense: Literal["min", "max"] = "min"

    def __init__(
        self, cost: ArrayLike, load: ArrayLike, capacity: ArrayLike, sense: Literal["min", "max"] = "min"
    ) -> None:
        put = object.__setattr__
        put(self, "cost", real_numbers(cost, "cost"))
        if self.cost.ndim != 2 or not self.cost.size:
            raise ProblemError("assignment.empty", "cost is a table agents × jobs with at least one of each.")
        put(self, "load", real_numbers(load, "load", shape=self.cost.shape))
        put(self, "capacity", real_numbers(capacity, "capacity", shape=self.cost.shape[:1]))
        if sense not in ("min", "max"):
            raise ProblemError("assignment.sense", 'sense is "min" or "max".')
        put(self, "sense", sense)

    @property
    def agents(self) -> int:
        """Number of agents."""
        return int(self.cost.shape[0])

    @property
    def jobs(self) -> int:
        """Number of jobs."""
        return int(self.cost.shape[1])
