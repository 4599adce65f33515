"""The network of a re-plan: listed arcs row by row, the flow on them, prices, and what has no place yet.

Rows stand in memory in the order of the column they serve, so that whoever looks at one column reads on. Numba compiles
this file once and keeps the code on disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from numpy.typing import NDArray

from lianfang.planning.assignment.buckets import FAR
from lianfang.planning.assignment.network import Arcs, Numbers, Plan
from lianfang.planning.assignment.problem import Int

SAMPLE = 97  # every so-manieth arc tells how wide the slots of a search should be; assumption
Short = NDArray[np.int32]
Network = tuple[Int, Short, Short, Int]
"""first[rows + 1, 2]: where the arcs of each row begin and end in row, column, cost."""


@dataclass(eq=False)
class Residual:
    """Arcs by row (pool and shortage included: see network.py), flow, prices, units without a place, room of columns.

    first[rows + 1, 2] into row, column, cost, flow; order[rows + 1]: rows as they lie in memory, the shortage last, its arcs in
    the order of columns; u[rows + 1], excess[rows + 1]; v[columns + 1], room[columns + 1].
    """

    first: Int
    row: Short
    column: Short
    cost: Int
    order: Int
    flow: Int
    u: Int
    v: Int
    excess: Int
    room: Int

    @property
    def network(self) -> Network:
        """The arcs as compiled code takes them."""
        return self.first, self.row, self.column, self.cost

    def settle(self) -> None:
        """Flow on arcs that are dearer than the least of their row is taken back; what fits without cost is placed."""
        self.price_rows()
        _take_back(self.network, self.flow, self.u, self.v, self.excess, self.room)

    def price_rows(self) -> None:
        """u[i] = the least cost - v of row i."""
        _least(self.network, self.order, self.u, self.v)

    def typical(self) -> int:
        """The mean reduced cost of some of the listed arcs, in quanta."""
        row, column, cost = (part[::SAMPLE] for part in (self.row, self.column, self.cost))
        above = (cost - self.v[column] - self.u[row])[(row < self.u.size - 1) & (column < self.v.size - 1)]
        return int(above.mean()) if above.size else 0

    def lists(self, arcs: Arcs) -> NDArray[np.bool_]:
        """Which of these arcs the network has already."""
        return _position(self.first, self.column, arcs.row, arcs.column) >= 0


def residual(numbers: Numbers, arcs: Arcs, price: Int, plan: Plan) -> Residual:
    """The network over these arcs (each pair once), holding as much of the plan as supply and demand allow."""
    rows, columns = numbers.rows, numbers.columns
    lines, units = plan.lines, plan.units
    home = np.full(rows, columns, dtype=np.int64)
    real = lines.row < rows
    home[lines.row[real]] = lines.column[real]
    first, order, row, column, cost = _by_row(arcs.row, arcs.column, arcs.cost, numbers.shortage, home)
    flow = np.zeros(row.size, dtype=np.int64)
    at = _position(first, column, lines.row, lines.column)
    flow[at[at >= 0]] = units[at >= 0]
    sent, asked = int(numbers.supply.sum()), int(numbers.demand.sum())
    excess, room = np.append(numbers.supply, asked), np.append(numbers.demand, sent)
    _subtract(excess, room, lines.row, lines.column, np.where(at >= 0, units, 0))
    return Residual(
        first, row, column, cost, order, flow, np.zeros(rows + 1, dtype=np.int64), np.append(price, 0), excess, room
    )


def plan_of(net: Residual) -> Plan:
    """The flow as a plan (balanced: nothing has excess)."""
    used = np.flatnonzero(net.flow)
    lines = Arcs(net.row[used].astype(np.int64), net.column[used].astype(np.int64), net.cost[used])
    return Plan(lines, net.flow[used], np.zeros(0, dtype=np.int64))


@nb.njit(cache=True, nogil=True)
def _by_row(
    arc_row: Int, arc_column: Int, arc_cost: Int, shortage: Int, home: Int
) -> tuple[Int, Int, Short, Short, Int]:
    """Arcs as in Residual: each row's way to the pool first, then its arcs in their order; rows in the order of `home`."""
    rows, columns = home.size, shortage.size
    order, count = np.empty(rows + 1, np.int64), np.zeros(columns + 2, np.int64)
    for i in range(rows):
        count[home[i] + 1] += 1
    for k in range(columns + 1):
        count[k + 1] += count[k]
    for i in range(rows):
        order[count[home[i]]] = i
        count[home[i]] += 1
    order[rows] = rows
    first = np.zeros((rows + 1, 2), np.int64)
    for i in arc_row:
        first[i, 1] += 1
    size = arc_row.size + rows + columns + 1
    row, column, cost = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int64)
    at = 0
    for i in order[:rows]:
        own = first[i, 1] + 1
        row[at], column[at], cost[at] = i, columns, 0
        first[i, 0], first[i, 1] = at, at + 1
        at += own
    for a in range(arc_row.size):
        i = arc_row[a]
        at = first[i, 1]
        row[at], column[at], cost[at] = i, arc_column[a], arc_cost[a]
        first[i, 1] = at + 1
    first[rows, 0], first[rows, 1] = size - columns - 1, size
    for k in range(columns + 1):
        at = size - columns - 1 + k
        row[at], column[at], cost[at] = rows, k, shortage[k] if k < columns else 0
    return first, order, row, column, cost


@nb.njit(cache=True, nogil=True)
def _position(first: Int, column: Short, arc_row: Int, arc_column: Int) -> Int:
    """Where each pair stands among the arcs, or -1."""
    found = np.full(arc_row.size, -1, np.int64)
    for n in range(arc_row.size):
        i = arc_row[n]
        if i == first.shape[0] - 1:  # the shortage row has every column, in order
            found[n] = first[i, 0] + arc_column[n]
            continue
        for a in range(first[i, 0], first[i, 1]):
            if column[a] == arc_column[n]:
                found[n] = a
                break
    return found


@nb.njit(cache=True, nogil=True)
def _subtract(excess: Int, room: Int, row: Int, column: Int, units: Int) -> None:
    """Take the units of these lines off both sides."""
    for n in range(row.size):
        excess[row[n]] -= units[n]
        room[column[n]] -= units[n]


@nb.njit(cache=True, nogil=True)
def _least(net: Network, order: Int, u: Int, v: Int) -> None:
    """u[i] = the least cost - v of row i."""
    first, _, column, cost = net
    for i in order:
        least = FAR
        for a in range(first[i, 0], first[i, 1]):
            least = min(least, cost[a] - v[column[a]])
        u[i] = least


@nb.njit(cache=True, nogil=True)
def _take_back(net: Network, flow: Int, u: Int, v: Int, excess: Int, room: Int) -> None:
    """Flow on arcs above the least of their row loses its place; excess goes to columns with room where it costs no more."""
    first, row, column, cost = net
    for a in range(flow.size):
        if flow[a] > 0 and cost[a] - v[column[a]] > u[row[a]]:
            excess[row[a]] += flow[a]
            room[column[a]] += flow[a]
            flow[a] = 0
    for i in np.flatnonzero(excess):
        for a in range(first[i, 0], first[i, 1]):
            k = column[a]
            amount = min(excess[i], room[k])
            if amount > 0 and cost[a] - v[k] == u[i]:
                flow[a] += amount
                excess[i] -= amount
                room[k] -= amount


@nb.njit(cache=True, nogil=True)
def line_costs(arcs_row: Int, arcs_column: Int, arcs_cost: Int, row: Int, column: Int, rows: int) -> Int:
    """The costs of lines that are in order of rows, found in a list of arcs in any order; -1 where there is none."""
    begin, found = np.zeros(rows + 1, np.int64), np.full(row.size, -1, np.int64)
    for i in row:
        begin[i + 1] += 1
    for i in range(rows):
        begin[i + 1] += begin[i]
    for a in range(arcs_row.size):
        for n in range(begin[arcs_row[a]], begin[arcs_row[a] + 1]):
            if column[n] == arcs_column[a]:
                found[n] = arcs_cost[a]
    return found
