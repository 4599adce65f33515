"""Fitting demand points into capacities: exact for a fixed set of sites when small, rounded otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from lianfang.planning.siting.costs import FloatArray, IntArray
from lianfang.planning.siting.lagrange import Selection

NEAREST_OPEN = 12
"""Open sites considered per demand point at first; all of them if that leaves no plan (assumption)."""

INFEASIBLE = 2
"""scipy's status code of an infeasible model."""


def assign(cost: FloatArray, weight: FloatArray, capacity: FloatArray, seconds: float) -> IntArray | None:
    """Assign demand points to open sites within their capacities at little cost; None if none was found.

    cost[n, k]: infinity where not allowed. Linear relaxation first; the few demand points it divides are settled by a
    small mixed-integer program, then the whole if need be.
    """
    nearest = cost.argmin(axis=1)
    loads = np.bincount(nearest, weight, minlength=cost.shape[1])
    if (loads <= capacity + 1e-9).all() and np.isfinite(cost.min(axis=1)).all():
        return nearest
    for width in sorted({min(NEAREST_OPEN, cost.shape[1]), cost.shape[1]}):
        site_of = _relax_and_settle(cost, weight, capacity, width, seconds)
        if site_of is not None:
            return site_of
    return None


def _relax_and_settle(
    cost: FloatArray, weight: FloatArray, capacity: FloatArray, width: int, seconds: float
) -> IntArray | None:
    pairs = _Pairs(cost, weight, width)
    relaxed = linprog(
        pairs.cost, A_ub=pairs.loads, b_ub=capacity, A_eq=pairs.once, b_eq=np.ones(len(weight)), bounds=(0, 1),
        method="highs", options={"time_limit": seconds},
    )  # fmt: skip
    if relaxed.x is None:
        return None
    whole = relaxed.x > 1 - 1e-6
    site_of = np.full(len(weight), -1)
    site_of[pairs.demand[whole]] = pairs.site[whole]
    for freed in (site_of < 0, np.ones(len(weight), dtype=bool)):
        if not freed.any():
            return site_of
        fixed = site_of[~freed]
        room = capacity - np.bincount(fixed, weight[~freed], minlength=len(capacity))
        rest = _Pairs(cost[freed], weight[freed], cost.shape[1] if freed.sum() < 200 else width)
        answer = milp(
            rest.cost, integrality=np.ones(len(rest.cost)), bounds=Bounds(0, 1),
            constraints=[LinearConstraint(rest.loads, ub=room), LinearConstraint(rest.once, lb=1, ub=1)],
            options={"time_limit": seconds, "mip_rel_gap": 1e-3},
        )  # fmt: skip
        if answer.x is not None:
            taken = answer.x > 0.5
            settled = np.full(int(freed.sum()), -1)
            settled[rest.demand[taken]] = rest.site[taken]
            site_of[freed] = settled
            return site_of
    return None


class _Pairs:
    """The allowed pairs of demand points and their `width` cheapest sites, as columns of a linear program."""

    def __init__(self, cost: FloatArray, weight: FloatArray, width: int) -> None:
        demands, sites = cost.shape
        columns = np.argsort(cost, axis=1, kind="stable")[:, :width]
        demand, site = np.repeat(np.arange(demands), width), columns.ravel()
        allowed = np.isfinite(cost[demand, site])
        self.demand, self.site = demand[allowed], site[allowed]
        self.cost: FloatArray = cost[self.demand, self.site]
        index = np.arange(len(self.cost))
        self.once = csr_array(coo_array((np.ones(len(index)), (self.demand, index)), shape=(demands, len(index))))
        self.loads = csr_array(coo_array((weight[self.demand], (self.site, index)), shape=(sites, len(index))))


@dataclass(frozen=True)
class WholeAnswer:
    """chosen, site_of: positions in the table given; bound: proven; impossible: proven to have no plan."""

    chosen: IntArray
    site_of: IntArray | None
    bound: float
    impossible: bool


def whole_model(
    cost: FloatArray, weight: FloatArray, capacity: FloatArray, rule: Selection, *, seconds: float, gap: float
) -> WholeAnswer:
    """Solve sites and assignment together as one mixed-integer program in the strong form (x <= y for every pair)."""
    pairs = _Pairs(cost, weight, cost.shape[1])
    count, sites = len(pairs.cost), cost.shape[1]
    index = np.arange(count)
    open_of_pair = csr_array(coo_array((-np.ones(count), (index, pairs.site)), shape=(count, sites)))
    identity = csr_array(coo_array((np.ones(count), (index, index)), shape=(count, count)))
    room = csr_array(coo_array((-capacity, (np.arange(sites), np.arange(sites))), shape=(sites, sites)))
    blank = csr_array((len(weight), sites))
    below = vstack([hstack([identity, open_of_pair]), hstack([pairs.loads, room])]).tocsr()
    number = np.concatenate([np.zeros(count), np.ones(sites)])[None, :]
    answer: OptimizeResult = milp(
        np.concatenate([pairs.cost, rule.opening]),
        integrality=np.ones(count + sites),
        bounds=Bounds(np.concatenate([np.zeros(count), rule.forced.astype(float)]), 1.0),
        constraints=[
            LinearConstraint(below, ub=0.0),
            LinearConstraint(hstack([pairs.once, blank]).tocsr(), lb=1.0, ub=1.0),
            LinearConstraint(number, lb=rule.low, ub=rule.high),
        ],
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": gap},
    )
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    if answer.x is None:
        return WholeAnswer(np.zeros(0, dtype=np.int64), None, bound, answer.status == INFEASIBLE)
    taken = answer.x[:count] > 0.5
    site_of = np.zeros(len(weight), dtype=np.int64)
    site_of[pairs.demand[taken]] = pairs.site[taken]
    return WholeAnswer(np.flatnonzero(answer.x[count:] > 0.5), site_of, bound, impossible=False)
