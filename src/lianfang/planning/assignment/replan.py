"""Optimal again after a small change: improve the old plan over the arcs that mattered, then prove the rest by bounds.

Every arc outside the list of row i had at least floor[i] above the old prices. Where prices rose by less than that, it
still cannot matter; only the other rows, or only the columns whose price rose most, are priced anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lianfang.planning.assignment.columns import Params, State, dual_bound, total_cost
from lianfang.planning.assignment.exchange import middle_prices
from lianfang.planning.assignment.network import (
    Arcs,
    Numbers,
    Plan,
    first_plan,
    nearest_optimum,
    no_arcs,
    row_prices,
)
from lianfang.planning.assignment.problem import Int
from lianfang.planning.assignment.scan import Pairs, margin_for, price_pass
from lianfang.planning.stop import Clock

CUTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)  # quantiles of slack that are tried as the border between both scans

DIRECT = 300  # idle people and short places that are joined directly at most; assumption


@dataclass(frozen=True, eq=False)
class Start:
    """What a re-plan starts from: the old lines fitted to the new numbers, the listed arcs, their prices and floors."""

    plan: Plan
    arcs: Arcs
    price: Int
    floor: np.ndarray


def fit_plan(numbers: Numbers, lines: Arcs, units: Int) -> Plan:
    """The old lines cut to the new supply and demand (dearest first), the rest idle or unmet."""
    order = np.argsort(-lines.cost, kind="stable")
    lines, units = lines.take(order), units[order].copy()
    for key, limit in ((lines.row, numbers.supply), (lines.column, numbers.demand)):
        used = np.bincount(key, units.astype(np.float64), limit.size).astype(np.int64)
        excess = np.maximum(used - limit, 0)
        for at in np.flatnonzero(excess[key]):
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
    """Improve, prove, add what the proof found missing, until proven or the clock ends it."""
    arcs, plan, price, floor = start.arcs, start.plan, start.price, start.floor
    tolerance = 0 if pairs.scale == 1.0 else 2
    used = 0
    while True:
        old = price
        arcs, plan, price = _listed_optimum(pairs, numbers, arcs, price)
        mine = row_prices(arcs, price, pairs.rows)
        more, floor = _outside(pairs, price, floor, price - old, mine, margin_for(pairs, price, params.listed))
        used += 1
        cheapest = mine
        if more.size:
            arcs = arcs.join(more)
            cheapest = row_prices(arcs, price, pairs.rows)
        proven = total_cost(plan) <= dual_bound(numbers, price, cheapest) + tolerance * int(plan.units.sum())
        if proven or not clock.report("pricing"):
            break
    if proven and params.keep_lines and pairs.scale == 1.0:
        plan = nearest_optimum(numbers, arcs, price, start.plan)
    return State(arcs, plan, price, cheapest, 0, used, proven, floor)


def _listed_optimum(pairs: Pairs, numbers: Numbers, arcs: Arcs, price: Int) -> tuple[Arcs, Plan, Int]:
    """The best plan over the listed arcs and its prices."""
    plan = first_plan(numbers, arcs, no_arcs(), price)
    if (direct := _direct(pairs, numbers, plan)).size:
        arcs = arcs.join(direct)
        plan = first_plan(numbers, arcs, no_arcs(), price)
    return arcs, plan, middle_prices(numbers, arcs, no_arcs(), plan, price)


def _direct(pairs: Pairs, numbers: Numbers, plan: Plan) -> Arcs:
    """Arcs from people left idle to places left short, so that few arcs do not make a shortage that is none."""
    idle = np.unique(plan.lines.row[(plan.lines.column == numbers.columns) & (plan.lines.row < numbers.rows)])
    short = np.flatnonzero(plan.unmet(numbers))
    if not idle.size or not short.size:
        return no_arcs()
    idle, short = idle[:DIRECT], short[:DIRECT]
    cost = pairs.quanta(pairs.costs(idle)[:, short])
    return Arcs(np.repeat(idle, short.size), np.tile(short, idle.size), cost.ravel())


def _outside(pairs: Pairs, price: Int, floor: np.ndarray, rise: Int, mine: Int, margin: int) -> tuple[Arcs, np.ndarray]:
    """Arcs outside the lists that beat row price `mine`, and the floors under the new prices."""
    slack = floor - mine
    top = float(rise.max())
    if top <= slack.min():
        return no_arcs(), floor - top
    limit = _border(slack, rise, pairs)
    anew, rest = np.flatnonzero(slack < limit), np.flatnonzero(slack >= limit)
    lower = floor - min(limit, top)
    found = no_arcs()
    if anew.size:
        scan = price_pass(pairs, price, margin, anew)
        lower[anew] = scan.cheapest
        found = scan.arcs
    movers = np.flatnonzero(rise > limit)
    if movers.size and rest.size:
        part = replace(pairs, block=lambda rows, columns: pairs.block(rows, movers[columns]), columns=int(movers.size))
        scan = price_pass(part, price[movers], margin, rest)
        lower[rest] = np.minimum(lower[rest], scan.cheapest)
        found = found.join(Arcs(scan.arcs.row, movers[scan.arcs.column], scan.arcs.cost))
    return found.take(found.cost - price[found.column] < mine[found.row]), lower


def _border(slack: np.ndarray, rise: Int, pairs: Pairs) -> float:
    """Rows with less slack than this are priced over all columns, the others over the columns that rose by more."""
    order = np.sort(slack)
    best = (float(pairs.rows) * pairs.columns, float("inf"))
    for cut in CUTS:
        limit = float(order[min(int(cut * order.size), order.size - 1)])
        rows = int((slack < limit).sum())
        work = float(rows) * pairs.columns + float(pairs.rows - rows) * int((rise > limit).sum())
        best = min(best, (work, limit))
    return best[1]
