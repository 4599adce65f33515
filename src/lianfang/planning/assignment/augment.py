"""Compiled shortest augmenting paths: the optimum over listed arcs from any prices, keeping whatever flow still fits them.

Every node has its price, every arc a reduced cost of at least 0, flow only where that is 0. A unit without a place looks
for the cheapest way to a column with room (Dijkstra over reduced costs, ended at the first such column); prices change only
where it looked: those of rows rise, those of columns fall. Source: Ahuja, Magnanti and Orlin 1993, Network Flows, 9.7;
Jonker and Volgenant 1987, Computing 38, for ending early. Numba compiles this file once and keeps the code on disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np

from lianfang.planning.assignment.network import Arcs, Numbers, Plan
from lianfang.planning.assignment.problem import Int
from lianfang.planning.stop import Clock, Stop

FAR = np.iinfo(np.int64).max // 4
PATHS_AT_ONCE = 500  # between two looks at the clock; assumption
HEAP, SEEN, SETTLED, ROWS, NEXT_ROW = range(5)  # places in `count`: how far each list of a search is filled

Search = tuple[Int, Int, Int, Int]
"""distance[columns], by[columns] (arc a column is reached over), row_distance[rows], row_by[rows]."""
Marks = tuple[Int, Int, Int, Int, Int, Int]
"""seen columns, settled columns, met rows, heap keys, heap nodes, count."""
Lists = tuple[Int, Int, Int]
"""head[columns], after[arcs], before[arcs]: the arcs that carry flow to each column, linked."""


@nb.njit(cache=True, nogil=True)
def _push(key: Int, node: Int, size: int, k: int, n: int) -> int:
    """Put (k, n) into the binary heap; returns its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if key[above] <= k:
            break
        key[at], node[at] = key[above], node[above]
        at = above
    key[at], node[at] = k, n
    return size + 1


@nb.njit(cache=True, nogil=True)
def _pop(key: Int, node: Int, size: int) -> int:
    """Take the least entry out (it stays readable at `size`, the returned new size)."""
    least_key, least_node = key[0], node[0]
    size -= 1
    k, n = key[size], node[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and key[below + 1] < key[below]:
            below += 1
        if key[below] >= k:
            break
        key[at], node[at] = key[below], node[below]
        at = below
    key[at], node[at] = k, n
    key[size], node[size] = least_key, least_node
    return size


@nb.njit(cache=True, nogil=True)
def _link(arc: int, column: Int, head: Int, after: Int, before: Int) -> None:
    """Add an arc to the list of those that carry flow to its column."""
    k = column[arc]
    after[arc], before[arc] = head[k], -1
    if head[k] >= 0:
        before[head[k]] = arc
    head[k] = arc


@nb.njit(cache=True, nogil=True)
def _unlink(arc: int, column: Int, head: Int, after: Int, before: Int) -> None:
    """Take an arc that carries nothing any more out of its column's list."""
    if before[arc] >= 0:
        after[before[arc]] = after[arc]
    else:
        head[column[arc]] = after[arc]
    if after[arc] >= 0:
        before[after[arc]] = before[arc]


@nb.njit(cache=True, nogil=True)
def _settle_prices(start: Int, column: Int, cost: Int, flow: Int, u: Int, v: Int, excess: Int, room: Int) -> None:
    """u[i] = the least cost − v of row i; flow on arcs that are dearer than that is taken back."""
    for i in range(start.size - 1):
        least = FAR
        for a in range(start[i], start[i + 1]):
            least = min(least, cost[a] - v[column[a]])
        u[i] = least
        for a in range(start[i], start[i + 1]):
            if flow[a] > 0 and cost[a] - v[column[a]] > least:
                excess[i] += flow[a]
                room[column[a]] += flow[a]
                flow[a] = 0


@nb.njit(cache=True, nogil=True)
def _relax_rows(
    start: Int, column: Int, cost: Int, u: Int, v: Int, room: Int, search: Search, marks: Marks, bound: int
) -> int:
    """Look along the arcs of rows that were reached but not looked at; the distance beyond which nothing matters."""
    distance, by, row_distance, _ = search
    seen, _, met, key, node, count = marks
    while count[NEXT_ROW] < count[ROWS]:
        i = met[count[NEXT_ROW]]
        count[NEXT_ROW] += 1
        base = row_distance[i] - u[i]
        for a in range(start[i], start[i + 1]):
            k = column[a]
            d = base + cost[a] - v[k]
            if d < distance[k] and d < bound:
                if distance[k] == FAR:
                    seen[count[SEEN]] = k
                    count[SEEN] += 1
                distance[k], by[k] = d, a
                if room[k] > 0:
                    bound = d + 1
                count[HEAP] = _push(key, node, count[HEAP], d, k)
    return bound


@nb.njit(cache=True, nogil=True)
def _nearest_room(
    start: Int, row: Int, column: Int, cost: Int, u: Int, v: Int, room: Int, head: Int, after: Int, search: Search,
    marks: Marks,
) -> int:  # fmt: skip
    """Dijkstra from the one row that is met: the nearest column with room; the path stands in `by` and `row_by`."""
    distance, _, row_distance, row_by = search
    _, settled, met, key, node, count = marks
    bound = FAR
    while True:
        bound = _relax_rows(start, column, cost, u, v, room, search, marks, bound)
        count[HEAP] = _pop(key, node, count[HEAP])
        d, k = key[count[HEAP]], node[count[HEAP]]
        if d > distance[k]:
            continue
        if room[k] > 0:
            return int(k)
        settled[count[SETTLED]] = k
        count[SETTLED] += 1
        a = head[k]
        while a >= 0:
            i = row[a]
            if row_distance[i] < 0:
                row_distance[i], row_by[i] = d, a
                met[count[ROWS]] = i
                count[ROWS] += 1
            a = after[a]


@nb.njit(cache=True, nogil=True)
def _send(source: int, target: int, row: Int, column: Int, flow: Int, most: int, lists: Lists, search: Search) -> int:
    """Send as many units as the path to `target` takes; how many."""
    head, after, before = lists
    _, by, _, row_by = search
    amount, k = most, target
    while row[by[k]] != source:
        amount = min(amount, flow[row_by[row[by[k]]]])
        k = column[row_by[row[by[k]]]]
    k = target
    while True:
        a = by[k]
        if flow[a] == 0:
            _link(a, column, head, after, before)
        flow[a] += amount
        if row[a] == source:
            return amount
        back = row_by[row[a]]
        flow[back] -= amount
        k = column[back]
        if flow[back] == 0:
            _unlink(back, column, head, after, before)


@nb.njit(cache=True, nogil=True)
def _augment(
    start: Int,
    row: Int,
    column: Int,
    cost: Int,
    flow: Int,
    u: Int,
    v: Int,
    excess: Int,
    room: Int,
    first: int,
    most: int,
) -> int:
    """Send the excess of rows from `first` on, at most `most` paths; the row to go on with, or the number of rows."""
    rows, columns = start.size - 1, v.size
    lists = (np.full(columns, -1), np.empty(flow.size, np.int64), np.empty(flow.size, np.int64))
    for a in range(flow.size):
        if flow[a] > 0:
            _link(a, column, lists[0], lists[1], lists[2])
    search = (np.full(columns, FAR), np.empty(columns, np.int64), np.full(rows, -1), np.empty(rows, np.int64))
    count = np.zeros(5, np.int64)
    marks = (
        np.empty(columns, np.int64), np.empty(columns, np.int64), np.empty(rows, np.int64),
        np.empty(flow.size + 1, np.int64), np.empty(flow.size + 1, np.int64), count,
    )  # fmt: skip
    distance, row_distance = search[0], search[2]
    for source in range(first, rows):
        while excess[source] > 0:
            if most == 0:
                return source
            most -= 1
            count[:] = 0
            count[ROWS] = 1
            marks[2][0], row_distance[source] = source, 0
            target = _nearest_room(start, row, column, cost, u, v, room, lists[0], lists[1], search, marks)
            amount = _send(source, target, row, column, flow, min(excess[source], room[target]), lists, search)
            excess[source] -= amount
            room[target] -= amount
            far = distance[target]
            for k in marks[1][: count[SETTLED]]:
                v[k] -= far - distance[k]
            for i in marks[2][: count[ROWS]]:
                u[i] += far - row_distance[i]
                row_distance[i] = -1
            for k in marks[0][: count[SEEN]]:
                distance[k] = FAR
    return rows


@dataclass(eq=False)
class Residual:
    """Arcs by row (pool and shortage included: see network.py), flow, prices, units without a place, room of columns.

    start[rows + 2] into row, column, cost, flow; u[rows + 1], excess[rows + 1]; v[columns + 1], room[columns + 1].
    """

    start: Int
    row: Int
    column: Int
    cost: Int
    flow: Int
    u: Int
    v: Int
    excess: Int
    room: Int

    def run(self, clock: Clock) -> bool:
        """Place every unit; False when the clock came first. Ends with v[pool] = 0."""
        _settle_prices(self.start, self.column, self.cost, self.flow, self.u, self.v, self.excess, self.room)
        at, rows = 0, self.excess.size
        while at < rows and (at == 0 or clock.left > 0):
            at = _augment(
                self.start, self.row, self.column, self.cost, self.flow, self.u, self.v, self.excess, self.room, at,
                PATHS_AT_ONCE,
            )  # fmt: skip
        shift = int(self.v[-1])
        self.v -= shift
        self.u += shift
        return at == rows


def residual(numbers: Numbers, arcs: Arcs, price: Int, plan: Plan) -> Residual:
    """The network over these arcs (each pair once), holding as much of the plan as supply and demand allow."""
    rows, columns = numbers.rows, numbers.columns
    home = np.arange(rows)
    row = np.concatenate([arcs.row, home, np.full(columns + 1, rows)])
    column = np.concatenate([arcs.column, np.full(rows, columns), np.arange(columns + 1)])
    cost = np.concatenate([arcs.cost, np.zeros(rows, dtype=np.int64), numbers.shortage, [0]])
    order = np.argsort(row * (columns + 1) + column)
    row, column, cost = row[order], column[order], cost[order]
    key = row * (columns + 1) + column
    flow = np.zeros(row.size, dtype=np.int64)
    wanted = plan.lines.row * (columns + 1) + plan.lines.column
    at = np.minimum(np.searchsorted(key, wanted), key.size - 1)
    there = key[at] == wanted
    flow[at[there]] = plan.units[there]
    sent, asked = int(numbers.supply.sum()), int(numbers.demand.sum())
    excess = np.append(numbers.supply, asked) - np.bincount(row, flow, rows + 1).astype(np.int64)
    room = np.append(numbers.demand, sent) - np.bincount(column, flow, columns + 1).astype(np.int64)
    start = np.searchsorted(row, np.arange(rows + 2))
    return Residual(
        start, row, column, cost, flow, np.zeros(rows + 1, dtype=np.int64), np.append(price, 0), excess, room
    )


def plan_of(net: Residual) -> Plan:
    """The flow as a plan (balanced: nothing has excess)."""
    used = np.flatnonzero(net.flow)
    return Plan(Arcs(net.row[used], net.column[used], net.cost[used]), net.flow[used], np.zeros(0, dtype=np.int64))


def prepare() -> None:
    """Have the compiled search ready: seconds on the first call of a machine, then a fraction of one in each process."""
    one = np.ones(1, dtype=np.int64)
    arcs = Arcs(one[:0], one[:0], one[:0])
    residual(Numbers(one, one, one), arcs, one, Plan(arcs, one[:0], one[:0])).run(Clock(Stop()))
