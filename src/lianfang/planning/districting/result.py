"""What districting hands back."""

from __future__ import annotations

from dataclasses import dataclass

from lianfang.planning.districting.problem import Float, Int
from lianfang.planning.result import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class DistrictingResult(Result):
    """grid_of_unit[n]: the grid of each unit, 0 … grids-1 (all -1 without a plan). objective: border length between grids.

    grid_weight[g]: weight of each grid. imbalance: heaviest / mean - 1. largest_unit_bound: the imbalance that the
    heaviest unit (or building) alone forces. changed: units of the previous plan that are in another grid now, or None.
    """

    grid_of_unit: Int
    grid_weight: Float
    imbalance: float | None = None
    largest_unit_bound: float | None = None
    changed: int | None = None
