"""What the districting engine is asked: units of a map with neighbours, to be cut into connected grids of like weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lianfang.planning.result import ProblemError

Int = NDArray[np.int64]
Float = NDArray[np.float64]


def numbers(values: ArrayLike, name: str, shape: tuple[int, ...] | None = None) -> Float:
    """A read-only float copy of finite numbers; ProblemError names the field that is not."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ProblemError(f"districting.{name}.type", f"{name} must hold numbers.") from None
    if shape is not None and array.shape != shape:
        raise ProblemError(f"districting.{name}.shape", f"{name} has shape {array.shape}; {shape} is expected.")
    if not np.isfinite(array).all():
        raise ProblemError(f"districting.{name}.nan", f"{name} holds a value that is not a finite number.")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Problem:
    """Units (buildings, villages) to be put into connected grids.

    weight[n]: households or people of each unit, not negative. xy[n, 2]: metres, for pictures only. edges[e, 2]: pairs
    of neighbours; what is left out is a wall, a river, a main road. edge_length[e]: length of the common border
    (default 1 each). group[n]: units with the same number (one building) are never split; -1 alone. count: number of
    grids, or None to take it from weight_range (ceil(total / high) … floor(total / low), the middle weight aimed at).
    weight_range: (low, high) weight of a grid, both hard. Minimises the border between grids. Raises ProblemError.
    """

    weight: Float
    xy: Float
    edges: Int
    edge_length: Float
    group: Int
    count: int | None
    weight_range: tuple[float, float] | None

    def __init__(
        self, weight: ArrayLike, xy: ArrayLike, edges: ArrayLike, edge_length: ArrayLike | None = None,
        group: ArrayLike | None = None, count: int | None = None, weight_range: tuple[float, float] | None = None,
    ) -> None:  # fmt: skip
        put = object.__setattr__
        put(self, "weight", numbers(weight, "weight"))
        if self.weight.ndim != 1 or not self.weight.size:
            raise ProblemError("districting.empty", "There are no units.")
        if (self.weight < 0).any():
            raise ProblemError("districting.weight.negative", "A unit has a negative weight.")
        put(self, "xy", numbers(xy, "xy", (self.units, 2)))
        put(self, "edges", _edges(edges, self.units))
        length = np.ones(self.edges.shape[0]) if edge_length is None else edge_length
        put(self, "edge_length", numbers(length, "edge_length", (self.edges.shape[0],)))
        if (self.edge_length < 0).any():
            raise ProblemError("districting.edge_length.negative", "A border has a negative length.")
        put(self, "group", _group(group, self.units))
        if count is None and weight_range is None:
            raise ProblemError("districting.count", "Say how many grids, or the weight range of a grid.")
        if count is not None and (int(count) != count or not 1 <= count <= self.units):
            raise ProblemError("districting.count", f"count is a whole number from 1 to {self.units}, the units.")
        put(self, "count", None if count is None else int(count))
        put(self, "weight_range", _range(weight_range))

    @property
    def units(self) -> int:
        """Number of units n."""
        return int(self.weight.size)


def _edges(edges: ArrayLike, units: int) -> Int:
    array = np.array(edges)
    if array.size == 0:
        array = np.zeros((0, 2), dtype=np.int64)
    if array.ndim != 2 or array.shape[1] != 2 or array.dtype.kind not in "iu":
        raise ProblemError("districting.edges.shape", "edges holds two unit numbers per line.")
    array = array.astype(np.int64)
    if array.size and (array.min() < 0 or array.max() >= units):
        raise ProblemError("districting.edges.unknown", "An edge names a unit that does not exist.")
    if (array[:, 0] == array[:, 1]).any():
        raise ProblemError("districting.edges.loop", "A unit is said to be its own neighbour.")
    key = np.minimum(array[:, 0], array[:, 1]) * units + np.maximum(array[:, 0], array[:, 1])
    if np.unique(key).size != key.size:
        raise ProblemError("districting.edges.duplicate", "The same pair of neighbours is given twice.")
    array.setflags(write=False)
    return array


def _group(group: ArrayLike | None, units: int) -> Int:
    array: NDArray[Any] = np.full(units, -1) if group is None else np.array(group)
    if array.shape != (units,) or array.dtype.kind not in "iu" or (units and array.min() < -1):
        raise ProblemError("districting.group.shape", "group gives one whole number per unit, -1 for none.")
    array = array.astype(np.int64)
    array.setflags(write=False)
    return array


def _range(weight_range: tuple[float, float] | None) -> tuple[float, float] | None:
    if weight_range is None:
        return None
    low, high = (float(v) for v in weight_range)
    if not (np.isfinite(low) and np.isfinite(high) and 0 <= low <= high and high > 0):
        raise ProblemError("districting.weight_range", "weight_range is (low, high) with 0 <= low <= high.")
    return low, high
