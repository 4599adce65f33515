"""Optimal again after a small change: shortest augmenting paths from the old prices, then the proof by bounds.

Every arc outside the list of row i had cost - price of at least floor[i]. Where the price of column k has fallen by drop[k],
it now has at least floor[i] + drop[k]. Only pairs where that does not reach the row's price are priced anew.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from lianfang.planning.assignment.augment import augment
from lianfang.planning.assignment.buckets import FAR
from lianfang.planning.assignment.columns import Params, State, dual_bound, total_cost
from lianfang.planning.assignment.network import Arcs, Numbers, Plan, join_all, nearest_optimum
from lianfang.planning.assignment.problem import Int
from lianfang.planning.assignment.residual import Residual, plan_of, residual
from lianfang.planning.assignment.scan import BLOCK_CELLS, Pairs, margin_for
from lianfang.planning.stop import Clock

KEPT_MARGIN = 4  # a re-plan keeps arcs within this part of a plan's margin; assumption, measured flat from 2 to 8
MARGIN_ROWS = 64  # on which that margin is judged; assumption


@dataclass(frozen=True, eq=False)
class Start:
    """What a re-plan starts from: the old lines fitted to the new numbers, the listed arcs, their prices and floors."""

    plan: Plan
    arcs: Arcs
    price: Int
    floor: Int


def fit_plan(numbers: Numbers, lines: Arcs, units: Int) -> Plan:
    """The old lines cut to the new supply and demand (dearest first), the rest idle or unmet."""
    units = units.copy()
    for key, limit in ((lines.row, numbers.supply), (lines.column, numbers.demand)):
        used = np.bincount(key, units.astype(np.float64), limit.size).astype(np.int64)
        excess = np.maximum(used - limit, 0)
        over = np.flatnonzero(excess[key])
        for at in over[np.argsort(-lines.cost[over], kind="stable")]:
            cut = min(int(excess[key[at]]), int(units[at]))
            units[at] -= cut
            excess[key[at]] -= cut
    rows, columns = numbers.rows, numbers.columns
    idle = numbers.supply - np.bincount(lines.row, units.astype(np.float64), rows).astype(np.int64)
    unmet = numbers.demand - np.bincount(lines.column, units.astype(np.float64), columns).astype(np.int64)
    spare = int(numbers.demand.sum() - unmet.sum())
    every = Arcs(
        np.concatenate([lines.row, np.arange(rows), np.full(columns + 1, rows)]),
        np.concatenate([lines.column, np.full(rows, columns), np.arange(columns + 1)]),
        np.concatenate([lines.cost, np.zeros(rows, dtype=np.int64), numbers.shortage, [0]]),
    )
    amount = np.concatenate([units, idle, unmet, [spare]])
    used_lines = amount > 0
    return Plan(every.take(used_lines), amount[used_lines], np.zeros(0, dtype=np.int64))


def replan(pairs: Pairs, numbers: Numbers, start: Start, clock: Clock, params: Params) -> State:
    """Augment, price where prices could have moved too far, add what that finds, until proven or the clock ends it."""
    arcs, floor, base = start.arcs, start.floor, start.price
    net = residual(numbers, arcs, start.price, start.plan)
    used, done = 0, False
    while augment(net, clock):
        steps = _steps(net, floor, base - net.v[:-1])
        done = not steps.rows.size
        if done or not clock.report("pricing"):
            break
        used += 1
        more, floor = _priced(pairs, net, floor, steps, params)
        base = net.v[:-1].copy()
        done = not more.size
        if done:
            break
        arcs = arcs.join(more)
        net = residual(numbers, arcs, base, plan_of(net))
    plan = plan_of(net)
    if not done:  # the clock: what has no place stays idle or unmet
        real = (plan.lines.row < numbers.rows) & (plan.lines.column < numbers.columns)
        plan = fit_plan(numbers, plan.lines.take(real), plan.units[real])
    floor = floor + int((base - net.v[:-1]).min())
    price, least = net.v[:-1] + net.u[-1], np.minimum(net.u[:-1], floor)
    tolerance = 0 if pairs.scale == 1.0 else 2
    proven = total_cost(plan) <= dual_bound(numbers, price, least) + tolerance * int(plan.units.sum())
    if proven and params.keep_lines and pairs.scale == 1.0:
        plan = nearest_optimum(numbers, arcs, price, start.plan)
    return State(arcs, plan, price, least, 0, max(used, 1), proven, floor - net.u[-1])


@dataclass(frozen=True, eq=False)
class Steps:
    """Where pairs must be priced: row rows[k] over the columns order[:width[k]]; wider rows first.

    The price of column order[k] fell by ranked[k], the least fall first; beyond the last column nothing is left.
    """

    rows: Int
    width: Int
    order: Int
    ranked: Int


def _steps(net: Residual, floor: Int, drop: Int) -> Steps:
    """An arc outside the list of row i has at least floor[i] + drop[k]: where u[i] is above that, it must be priced."""
    order = np.argsort(drop, kind="stable")
    ranked = np.append(drop[order], FAR)
    width = np.searchsorted(ranked[:-1], net.u[:-1] - floor, side="left")
    narrow = (drop.size - width).astype(np.uint16 if drop.size < 2**16 else np.int64)  # sorted by radix
    rows = np.argsort(narrow, kind="stable")[: int((width > 0).sum())]
    return Steps(rows, width[rows], order, ranked)


def _priced(pairs: Pairs, net: Residual, floor: Int, steps: Steps, params: Params) -> tuple[Arcs, Int]:
    """Arcs outside the lists that come close to their row's price, and all floors anew."""
    price, u = net.v[:-1], net.u[:-1]
    margin = max(margin_for(pairs, price, params.listed, MARGIN_ROWS) // KEPT_MARGIN, 1)  # 1: costs are rounded
    parts, at = [], 0
    while at < steps.rows.size:
        wide = int(steps.width[at])
        some = steps.rows[at : at + max(1, BLOCK_CELLS // wide)]
        parts.append((some, np.sort(steps.order[:wide])))
        at += some.size

    def work(part: tuple[Int, Int]) -> tuple[Arcs, Int]:
        some, columns = part
        costs = pairs.costs(some, columns)
        reduced = pairs.reduced(costs, price[columns])
        unit = 1.0 if reduced.dtype.kind in "iu" else pairs.scale
        least = np.floor(reduced.min(axis=1) * unit).astype(np.int64)
        limit = np.minimum(u[some], least) + margin
        close = np.flatnonzero(least <= limit)
        near = (limit[close] if unit == 1.0 else limit[close] / unit).astype(reduced.dtype)
        row, column = np.divmod(np.flatnonzero(reduced[close] <= near[:, None]), columns.size)
        row = close[row]
        return Arcs(some[row], columns[column], pairs.quanta(costs[row, column])), limit

    with ThreadPoolExecutor(pairs.threads) as pool:
        found = list(pool.map(work, parts))
    lower = floor + steps.ranked[0]
    for (some, columns), (_, limit) in zip(parts, found, strict=True):
        lower[some] = np.minimum(limit, floor[some] + steps.ranked[columns.size])
    arcs = join_all([arcs for arcs, _ in found])
    return arcs.take(~net.lists(arcs)), lower
