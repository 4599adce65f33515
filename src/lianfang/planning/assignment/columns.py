"""Optimal transport over all pairs by column pricing: solve on few arcs, price every absent one, add what is missing.

Source: Gottschlich and Schuhmacher 2014, "The shortlist method for fast computation of the earth mover's distance".
Ours: bridges between columns stand for long journeys while few arcs are in, so that prices are bounded from the first
round and pricing does not swing; and each later round improves the plan at hand over columns only (exchange.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lianfang.planning.assignment.exchange import improve, middle_prices
from lianfang.planning.assignment.network import Arcs, Numbers, Plan, first_plan, no_arcs, row_prices
from lianfang.planning.assignment.problem import Int
from lianfang.planning.assignment.scan import Pairs, margin_for, nearest_arcs, price_pass, witnesses
from lianfang.planning.stop import Clock


@dataclass(frozen=True)
class Params:
    """How the search over all pairs works; none of it changes the optimum.

    threads: for pricing. nearest: arcs per row at first. listed: arcs per row that a pricing pass keeps; tight: those
    an exchange may use. bridges: per column, used when the nearest arcs cannot meet the demand. keep_lines: among
    optimal re-plans take the one with the fewest changed lines; without it there are a few per cent more, sooner.
    """

    threads: int = 2
    nearest: int = 16
    listed: float = 16.0
    tight: float = 3.0
    bridges: int = 6
    keep_lines: bool = False

    def __post_init__(self) -> None:
        if min(self.threads, self.nearest, self.listed, self.tight, self.bridges) < 1:
            raise ValueError("Params: every number must be at least 1")


def total_cost(plan: Plan) -> int:
    """Cost of a plan in quanta, shortage included."""
    return int((plan.lines.cost * plan.units).sum())


def dual_bound(numbers: Numbers, price: Int, cheapest: np.ndarray) -> float:
    """The proven lower bound that these prices give, in quanta."""
    return float((numbers.demand * price).sum() + (numbers.supply * np.minimum(cheapest, 0)).sum())


@dataclass(frozen=True, eq=False)
class State:
    """Where the pricing stands: arcs in play, plan, prices, and what the last pass over all pairs showed.

    cheapest[n]: least reduced cost of each row over all pairs, in quanta; margin: every pair that is not in `arcs` was
    at least this far above min(0, cheapest) under `price`; floor[n] says the same for each row after a re-plan.
    """

    arcs: Arcs
    plan: Plan
    price: Int
    cheapest: np.ndarray
    margin: int
    rounds: int
    proven: bool
    floor: np.ndarray | None = None


def settle(
    pairs: Pairs, numbers: Numbers, arcs: Arcs, bridges: Arcs, plan: Plan, price: Int, reach: int
) -> tuple[Plan, Int]:
    """Improve over the listed arcs until their prices agree with the plan."""
    tolerance = 0 if pairs.scale == 1.0 else 1
    for _ in range(2 if bridges.size else 6):
        plan = improve(numbers, arcs, bridges, plan, price, reach=reach)
        below = row_prices(arcs, price, numbers.rows)
        tight = arcs.cost - price[arcs.column] - below[arcs.row] <= reach
        new = middle_prices(numbers, arcs.take(tight), bridges, plan, price)
        mine, whole = row_prices(arcs.take(tight), new, numbers.rows), row_prices(arcs, new, numbers.rows)
        price = new
        if (whole >= mine - tolerance).all():
            return plan, price
    return plan, price


def climb(
    pairs: Pairs, numbers: Numbers, arcs: Arcs, bridges: Arcs, plan: Plan, price: Int, clock: Clock, params: Params
) -> State:
    """Price all pairs, add, improve, until no absent arc can better the plan (proven) or the clock ends it."""
    rows = np.arange(pairs.rows)
    tolerance = 0 if pairs.scale == 1.0 else 2
    used = 0
    while True:
        margin = margin_for(pairs, price, params.listed)
        scan = price_pass(pairs, price, margin, rows)
        used += 1
        proven = total_cost(plan) <= dual_bound(numbers, price, scan.cheapest) + tolerance * int(plan.units.sum())
        bridged = bool(plan.on_bridge.any())
        old = arcs if used > 1 else _real(plan.lines, numbers)
        listed = scan.arcs.join(old.take(_beyond(old, price, scan.cheapest, margin, tolerance)))
        state = State(listed, plan, price, scan.cheapest, margin, used, proven and not bridged)
        if state.proven:
            return state
        if not clock.report("pricing"):
            return replace(state, plan=_without_bridges(numbers, plan))
        if proven:
            bridges, plan = no_arcs(), _without_bridges(numbers, plan)
        arcs = listed
        plan, price = settle(pairs, numbers, arcs, bridges, plan, price, margin_for(pairs, price, params.tight))


def solve_all_pairs(pairs: Pairs, numbers: Numbers, clock: Clock, params: Params) -> State:
    """The whole search from nothing."""
    arcs = nearest_arcs(pairs, params.nearest)
    bridges = no_arcs()
    plan = first_plan(numbers, arcs, bridges)
    if plan.unmet(numbers).any() and numbers.supply.sum() > numbers.demand.sum() - plan.unmet(numbers).sum():
        bridges = find_bridges(pairs, params.bridges)
        plan = first_plan(numbers, arcs, bridges)
    price = middle_prices(numbers, arcs, bridges, plan, np.zeros(pairs.columns, dtype=np.int64))
    return climb(pairs, numbers, arcs, bridges, plan, price, clock, params)


def find_bridges(pairs: Pairs, per_column: int) -> Arcs:
    """Column-to-column arcs to the nearest columns, seen from the row that is closest to each.

    The cost over that row is at least the true detour when costs obey the triangle inequality.
    """
    take = min(per_column + 1, pairs.columns)
    witness, least = witnesses(pairs)

    def nearest(_rows: Int, costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        head = np.argpartition(costs, take - 1, axis=1)[:, :take]
        return head, np.take_along_axis(costs, head, axis=1)

    parts = list(pairs.each(nearest, witness))
    head = np.concatenate([part[0] for part in parts]).ravel().astype(np.int64)
    tail = np.repeat(np.arange(pairs.columns), take)
    width = pairs.quanta(np.concatenate([part[1] for part in parts]).ravel()) + least[tail]
    other = tail != head
    tail, head, width = tail[other], head[other], width[other]
    return Arcs(np.concatenate([tail, head]), np.concatenate([head, tail]), np.concatenate([width, width]))


def _without_bridges(numbers: Numbers, plan: Plan) -> Plan:
    """Costs without the triangle inequality: the short cuts go, and what travelled over them is counted anew."""
    if not plan.on_bridge.any():
        return replace(plan, on_bridge=np.zeros(0, dtype=np.int64))
    return first_plan(numbers, _real(plan.lines, numbers), no_arcs())


def _real(lines: Arcs, numbers: Numbers) -> Arcs:
    """Lines between real rows and real columns."""
    return lines.take((lines.row < numbers.rows) & (lines.column < numbers.columns))


def _beyond(arcs: Arcs, price: Int, cheapest: np.ndarray, margin: int, tolerance: int) -> np.ndarray:
    """Where an arc lies outside the margin of a scan; within the tolerance an arc may be listed twice, which is harmless."""
    limit = np.minimum(cheapest, 0) + margin - tolerance
    return arcs.cost - price[arcs.column] > limit[arcs.row]
