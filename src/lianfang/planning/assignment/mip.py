"""A small door to HiGHS for linear and mixed-integer programs in column form.

HiGHS is used through SciPy: the highspy wheel and the OR-Tools wheel export clashing symbols and cannot be loaded into the
same process (undefined symbol on import, in either order), and the flows need OR-Tools.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from lianfang.planning.assignment.problem import Float

INFINITE = np.inf
TIME_LIMIT, INFEASIBLE = 1, 2  # status codes of scipy.optimize.milp


@dataclass(frozen=True, eq=False)
class Program:
    """min cost·x, row_low <= A x <= row_high, low <= x <= high; whole[k] marks integer columns.

    Entries (row[e], column[e], value[e]) of A in any order; no position twice.
    """

    cost: Float
    low: Float
    high: Float
    whole: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: Float
    row_low: Float
    row_high: Float

    @property
    def matrix(self) -> csc_array:
        """A, sparse."""
        return csc_array((self.value, (self.row, self.column)), shape=(self.row_low.size, self.cost.size))


@dataclass(frozen=True, eq=False)
class Answer:
    """x and its cost (None when nothing was found), the proven bound (None when none), and whether infeasible or optimal."""

    x: Float | None
    cost: float | None
    bound: float | None
    infeasible: bool
    optimal: bool


def run(program: Program, *, seconds: float, gap: float = 0.0) -> Answer:
    """Solve to the gap or the time limit; the same program gives the same answer when the clock does not interfere."""
    result = milp(
        program.cost,
        integrality=program.whole.astype(np.int64),
        bounds=Bounds(program.low, program.high),
        constraints=LinearConstraint(program.matrix, program.row_low, program.row_high),
        options={"time_limit": max(float(seconds), 0.05), "mip_rel_gap": max(gap, 1e-9)},
    )
    bound = getattr(result, "mip_dual_bound", None)
    bound = float(bound) if bound is not None and np.isfinite(bound) else None
    x = None if result.x is None else np.asarray(result.x)
    cost = None if x is None else float(program.cost @ x)
    return Answer(x, cost, bound, result.status == INFEASIBLE, result.status == 0 and x is not None)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The linear relaxation: its cost, x, reduced costs of columns, and prices of the rows (<= rows, then = rows)."""

    cost: float
    x: Float
    reduced: Float
    upper_price: Float
    equal_price: Float


def relax(program: Program, upper: np.ndarray, seconds: float) -> Relaxed | None:
    """Solve without integrality; upper[r] marks rows that are <= row_high, the others are equalities. None: infeasible."""
    matrix = program.matrix.tocsr()
    result = linprog(
        program.cost, A_ub=matrix[upper], b_ub=program.row_high[upper], A_eq=matrix[~upper], b_eq=program.row_high[~upper],
        bounds=np.column_stack([program.low, program.high]), method="highs", options={"time_limit": max(seconds, 0.05)},
    )  # fmt: skip
    if result.status != 0:
        if result.status == INFEASIBLE:
            return None
        raise TimeoutError
    price = np.asarray(result.eqlin.marginals)
    slack = np.asarray(result.ineqlin.marginals)
    reduced = program.cost - matrix[upper].T @ slack - matrix[~upper].T @ price
    return Relaxed(float(result.fun), np.asarray(result.x), np.asarray(reduced), slack, price)
