"""The question a siting plan answers: which sites to open, and which site serves which demand point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lianfang.planning.result import ProblemError

FloatArray = npt.NDArray[np.float64]

MOST_PAIRS, MOST_DEMANDS = 300_000_000, 1_000_000
"""Largest table that stays within 4 GB and answers in the time given (assumption; 40 million pairs are measured)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Demand points, possible sites and the limits on opening them.

    distance[n_demand, n_site]: in any one unit (metres of walking, say); infinity means unreachable. weight[n_demand]:
    people (or other load), not negative. open_count: exact number of sites to open. capacity[n_site]: load a site
    carries, in the unit of weight; each demand point is served whole by one site. opening_cost[n_site]: in the unit of
    weight x distance. coverage_radius: farthest allowed distance.
    Objective: sum of weight x distance, plus opening costs. With neither open_count nor opening_cost, the fewest sites
    that satisfy radius and capacity are opened, and the objective is least for that number.
    Raises ProblemError when the numbers make no sense.
    """

    distance: FloatArray
    weight: FloatArray
    open_count: int | None = None
    capacity: FloatArray | None = None
    opening_cost: FloatArray | None = None
    coverage_radius: float | None = None

    def __post_init__(self) -> None:
        distance = np.asarray(self.distance)
        if distance.ndim != 2 or 0 in distance.shape:
            raise ProblemError("siting.empty", "Distances are a table of at least one demand point and one site.")
        if distance.size > MOST_PAIRS or len(distance) > MOST_DEMANDS:
            raise ProblemError(
                "siting.too_many",
                f"{distance.shape[0]} demand points x {distance.shape[1]} sites are too many: join doors into buildings.",
            )
        if not np.issubdtype(distance.dtype, np.floating):
            distance = distance.astype(np.float64)
        least = distance.min()
        if np.isnan(least) or least < 0:
            raise ProblemError("siting.distance", f"Distances must be numbers of at least 0: {_first_bad(distance)}.")
        object.__setattr__(self, "distance", distance)
        demands, sites = distance.shape
        object.__setattr__(self, "weight", _vector("weight", self.weight, demands))
        for name in ("capacity", "opening_cost"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, _vector(name, values, sites, infinite=name == "capacity"))
        self._check_limits(sites)

    def _check_limits(self, sites: int) -> None:
        if self.open_count is not None and not 1 <= self.open_count <= sites:
            raise ProblemError("siting.open_count", f"open_count must lie between 1 and the {sites} sites.")
        if self.coverage_radius is not None and not self.coverage_radius >= 0:
            raise ProblemError("siting.radius", "coverage_radius must be a distance of at least 0.")
        if all(v is None for v in (self.open_count, self.opening_cost, self.coverage_radius, self.capacity)):
            raise ProblemError(
                "siting.no_limit",
                "Nothing limits the number of sites: give open_count, opening_cost, coverage_radius or capacity.",
            )

    @property
    def fewest(self) -> bool:
        """Whether the number of sites itself is to be least."""
        return self.open_count is None and self.opening_cost is None


@dataclass(frozen=True)
class Pins:
    """What a person has fixed: sites that stay open, sites that stay shut, and demand point -> site."""

    opened: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    site_of_demand: Mapping[int, int] = field(default_factory=dict)

    def validate(self, problem: Problem) -> None:
        """Raise ProblemError when a pin names what does not exist or contradicts another pin."""
        demands, sites = problem.distance.shape
        named = set(self.opened) | set(self.closed) | set(self.site_of_demand.values())
        if any(not 0 <= site < sites for site in named) or any(not 0 <= i < demands for i in self.site_of_demand):
            raise ProblemError("siting.pin", "A pin names a site or demand point that is not in the problem.")
        clash = (set(self.opened) | set(self.site_of_demand.values())) & set(self.closed)
        if clash:
            raise ProblemError("siting.pin_contradiction", f"Site {min(clash)} is pinned both open and shut.")
        if problem.open_count is not None and len(self.open_sites) > problem.open_count:
            raise ProblemError("siting.pin_count", f"More sites are pinned open than the {problem.open_count} allowed.")

    @property
    def open_sites(self) -> frozenset[int]:
        """Sites that must be open, including those that a pinned demand point needs."""
        return frozenset(self.opened) | frozenset(self.site_of_demand.values())


def _vector(name: str, values: npt.ArrayLike, length: int, *, infinite: bool = False) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (length,):
        raise ProblemError("siting.length", f"{name} needs {length} values, not {array.shape}.")
    bad = np.isnan(array) | (array < 0) | (np.isinf(array) & (not infinite))
    if bad.any():
        raise ProblemError("siting.number", f"{name}[{int(np.argmax(bad))}] must be a finite number of at least 0.")
    return array


def _first_bad(distance: npt.NDArray) -> str:
    for row in range(len(distance)):
        bad = np.isnan(distance[row]) | (distance[row] < 0)
        if bad.any():
            column = int(np.argmax(bad))
            return f"row {row}, column {column} holds {distance[row, column]}"
    return "a value is not a number"
