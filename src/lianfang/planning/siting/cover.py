"""Covering: the fewest sites that reach everybody within the radius, and what makes a wish impossible.

Source: C. Toregas, R. Swain, C. ReVelle, L. Bergman (1971), The location of emergency service facilities,
Operations Research 19:1363-1373.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from lianfang.planning.siting.costs import DENSE_LIMIT, IntArray
from lianfang.planning.siting.model import Model


@dataclass(frozen=True)
class Cover:
    """The smallest cover found (positions in the model's sites), None without one, and the proven least number."""

    chosen: IntArray | None
    least: int


def reach_rows(model: Model) -> csr_array:
    """One row per distinct set of sites that may serve a demand point: a 0/1 matrix, rows x sites.

    A row that contains another row is left out, because covering the smaller one covers it.
    """
    sets: set[bytes] = set()
    width = len(model.sites)
    block = max(1, DENSE_LIMIT // width)
    for first in range(0, model.demands, block):
        reach = np.isfinite(model.rows(first, min(model.demands, first + block)))
        sets.update(np.packbits(row).tobytes() for row in np.unique(reach, axis=0))
    rows = np.array([np.unpackbits(np.frombuffer(s, np.uint8), count=width) for s in sorted(sets)], dtype=np.float64)
    if len(rows) <= SMALLEST_ONLY:
        common = rows @ rows.T
        size = rows.sum(axis=1)
        contains_other = (common >= size[None, :]) & (size[None, :] < size[:, None])
        rows = rows[~contains_other.any(axis=1)]
    return csr_array(rows)


SMALLEST_ONLY = 6000
"""Most distinct rows for which containment is looked for (the test is quadratic)."""


def fewest_sites(model: Model, seconds: float) -> Cover:
    """Find the least number of sites that reach everybody, within the given time.

    Every demand point must be reachable. The answer may leave a gap when time is short: `least` is then a bound.
    """
    rows = reach_rows(model)
    sites = rows.shape[1]
    constraints = [LinearConstraint(rows, lb=1.0)]
    if model.problem.capacity is not None:
        room = np.where(np.isfinite(model.problem.capacity), model.problem.capacity, model.problem.weight.sum())
        constraints.append(LinearConstraint(room[model.sites][None, :], lb=model.problem.weight.sum()))
    answer = milp(
        np.ones(sites),
        constraints=constraints,
        integrality=np.ones(sites),
        bounds=Bounds(model.forced.astype(float), 1.0),
        options={"time_limit": max(seconds, 0.1)},
    )
    if answer.status == INFEASIBLE:
        return Cover(None, sites + 1)
    least = 1 if answer.mip_dual_bound is None else max(1, math.ceil(answer.mip_dual_bound - 1e-6))
    chosen = None if answer.x is None else np.flatnonzero(answer.x > 0.5)
    return Cover(chosen if chosen is not None else _greedy(rows, model), least)


INFEASIBLE = 2
"""scipy's status code of an infeasible model."""


def _greedy(rows: csr_array, model: Model) -> IntArray:
    """A cover by taking the site that reaches most uncovered rows, again and again."""
    chosen = [int(k) for k in np.flatnonzero(model.forced)]
    matrix = rows.toarray().astype(bool)
    open_rows = ~matrix[:, chosen].any(axis=1)
    while open_rows.any():
        best = int(matrix[open_rows].sum(axis=0).argmax())
        chosen.append(best)
        open_rows &= ~matrix[:, best]
    return np.array(chosen, dtype=np.int64)
