"""The balanced form of a transport problem, and exact flows over a list of its arcs.

Row n stands for the shortage (it may serve any column at the shortage cost), column m for staying at home (cost 0), so
every plan is a set of lines that leaves nothing over. Costs are whole quanta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

from lianfang.planning.assignment.problem import Int


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs from rows to columns (or, as bridges, from columns to columns), costs in whole quanta."""

    row: Int
    column: Int
    cost: Int

    @property
    def size(self) -> int:
        """Number of arcs."""
        return int(self.row.size)

    def take(self, index: np.ndarray) -> Arcs:
        """The arcs at these positions, or where a mask holds."""
        return Arcs(self.row[index], self.column[index], self.cost[index])

    def join(self, other: Arcs) -> Arcs:
        """Both lists one after the other; the caller keeps them disjoint."""
        return join_all([self, other])


def join_all(parts: list[Arcs]) -> Arcs:
    """All lists one after the other."""
    return Arcs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "column", "cost")))


def no_arcs() -> Arcs:
    """The empty list."""
    empty = np.zeros(0, dtype=np.int64)
    return Arcs(empty, empty, empty)


@dataclass(frozen=True, eq=False)
class Numbers:
    """Units to send and wanted, and the shortage cost of each column in quanta."""

    supply: Int
    demand: Int
    shortage: Int

    @property
    def rows(self) -> int:
        """Rows without the shortage."""
        return int(self.supply.size)

    @property
    def columns(self) -> int:
        """Columns without the pool of those who stay."""
        return int(self.demand.size)


@dataclass(frozen=True, eq=False)
class Plan:
    """Lines (row, column, cost) with their units, and units that still travel over bridges."""

    lines: Arcs
    units: Int
    on_bridge: Int

    def unmet(self, numbers: Numbers) -> Int:
        """Units of the shortage row at each column."""
        short = (self.lines.row == numbers.rows) & (self.lines.column < numbers.columns)
        weight = self.units[short].astype(np.float64)
        return np.bincount(self.lines.column[short], weight, numbers.columns).astype(np.int64)


def run_flow(nodes: int, tail: Int, head: Int, capacity: Int, cost: Int, balance: Int) -> Int:
    """Units on each arc of a minimum-cost flow; the network must be feasible."""
    network = min_cost_flow.SimpleMinCostFlow()
    ids = network.add_arcs_with_capacity_and_unit_cost(
        tail.astype(np.int32), head.astype(np.int32), capacity.astype(np.int64), cost.astype(np.int64)
    )
    network.set_nodes_supplies(np.arange(nodes, dtype=np.int32), balance.astype(np.int64))
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the flow solver ended with {status}")  # cannot happen: shortage and pool take everything
    return network.flows(ids).astype(np.int64)


def first_plan(numbers: Numbers, arcs: Arcs, bridges: Arcs, price: Int | None = None) -> Plan:
    """The optimal plan over these arcs and bridges, from nothing.

    price[m]: prices near the optimum shift costs to reduced costs; the optimum is the same and found sooner.
    """
    every, tail, head, capacity, balance = _network(numbers, arcs, bridges)
    cost = np.concatenate([every.cost, bridges.cost])
    if price is not None:
        level = np.append(price, 0)
        below = row_prices(arcs, price, numbers.rows + 1)
        cost[: every.size] -= level[every.column] + below[every.row]
        cost[every.size :] += level[bridges.row] - level[bridges.column]
    flow = run_flow(int(balance.size), tail, head, capacity, cost, balance)
    used = np.flatnonzero(flow[: every.size])
    return Plan(every.take(used), flow[used], flow[every.size :])


def nearest_optimum(numbers: Numbers, arcs: Arcs, price: Int, old: Plan) -> Plan:
    """Among the optimal plans (these prices prove them: only arcs without reduced cost) the one nearest to `old`."""
    every, tail, head, capacity, balance = _network(numbers, arcs, no_arcs())
    level = np.append(price, 0)
    below = row_prices(arcs, price, numbers.rows + 1)
    tight = every.cost - level[every.column] - below[every.row] <= 0
    key = every.row * (numbers.columns + 1) + every.column
    before = np.isin(key, old.lines.row * (numbers.columns + 1) + old.lines.column)
    real = (every.row < numbers.rows) & (every.column < numbers.columns)
    cost = (real & ~before).astype(np.int64)
    flow = run_flow(int(balance.size), tail[tight], head[tight], capacity[tight], cost[tight], balance)
    used = np.flatnonzero(flow)
    at = np.flatnonzero(tight)[used]
    return Plan(every.take(at), flow[used], np.zeros(0, dtype=np.int64))


def _network(numbers: Numbers, arcs: Arcs, bridges: Arcs) -> tuple[Arcs, Int, Int, Int, Int]:
    """All arcs with the pool and the shortage; tails, heads, capacities (bridges last) and balances of the nodes."""
    rows, columns = numbers.rows, numbers.columns
    wanted, sent = int(numbers.demand.sum()), int(numbers.supply.sum())
    short = rows + columns + 1
    home = Arcs(np.arange(rows), np.full(rows, columns), np.zeros(rows, dtype=np.int64))
    lack = Arcs(np.full(columns + 1, rows), np.arange(columns + 1), np.append(numbers.shortage, 0))
    every = arcs.join(home).join(lack)
    tail = np.concatenate([np.where(every.row == rows, short, every.row), bridges.row + rows])
    head = np.concatenate([every.column + rows, bridges.column + rows])
    room = np.append(numbers.supply, wanted)[every.row]
    capacity = np.concatenate([room, np.full(bridges.size, wanted)])
    return every, tail, head, capacity, np.concatenate([numbers.supply, -numbers.demand, [-sent, wanted]])


def row_prices(arcs: Arcs, price: Int, rows: int) -> Int:
    """u[i] = min(0, cheapest reduced cost of row i): the best row prices that go with these column prices."""
    best = np.zeros(rows, dtype=np.int64)
    np.minimum.at(best, arcs.row, arcs.cost - price[arcs.column])
    return best
