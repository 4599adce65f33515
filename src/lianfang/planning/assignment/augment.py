"""Compiled shortest augmenting paths: the optimum over listed arcs from any prices, keeping whatever flow still fits them.

Every column has its price, and flow runs only where cost - price is the least of its row. A unit without a place looks for the
cheapest way to a column with room: Dijkstra over columns, where a line from row i to j is a way from j to every other column
that row i reaches. Only the cheapest way between two columns is kept. The search ends at the first column with room, and
prices fall only where it looked. Source: Ahuja, Magnanti and Orlin 1993, Network Flows, 9.7;
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
HEAP, SEEN, SETTLED, ARENA = range(4)  # places in `count`: how far each list is filled

Network = tuple[Int, Int, Int, Int]
"""start[rows + 1] into row, column, cost of the arcs."""
Lists = tuple[Int, Int, Int]
"""head[columns], after[arcs], before[arcs]: the arcs that carry flow to each column, linked."""
Moves = tuple[Int, Int, Int, Int, Int, Int]
"""first[columns], size[columns] (-1: to be listed anew) into to, width, arc, line: the cheapest way to each other column."""
Search = tuple[Int, Int, Int, Int, Int, Int, Int]
"""distance[columns], by[columns] (arc reached over), over[columns] (line given up for it, -1: none), seen columns,
settled columns, heap keys, heap nodes."""


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
def _collect(net: Network, k: int, head: Int, after: Int, moves: Moves, spot: Int, count: Int) -> None:
    """List anew the cheapest way from column k to every other column: over which line, along which arc."""
    start, row, column, cost = net
    first, size, to, width, arc, line = moves
    base = count[ARENA]
    n, b = 0, head[k]
    while b >= 0:
        i, own = row[b], cost[b]
        for a in range(start[i], start[i + 1] if i < start.size - 2 else start[i]):  # the shortage row has its own way
            other, w = column[a], cost[a] - own
            if other == k:
                continue
            at = spot[other]
            if at < 0:
                at = n
                spot[other] = n
                to[base + n], width[base + n] = other, w + 1
                n += 1
            if w < width[base + at]:
                width[base + at], arc[base + at], line[base + at] = w, a, b
        b = after[b]
    for at in range(n):
        spot[to[base + at]] = -1
    first[k], size[k] = base, n
    count[ARENA] = base + n


@nb.njit(cache=True, nogil=True)
def _reach(k: int, d: int, arc: int, line: int, bound: int, room: Int, search: Search, count: Int) -> int:
    """Note that column k can be reached at distance d; the distance beyond which nothing matters."""
    distance, by, over, seen, _, key, node = search
    if d >= distance[k] or d >= bound:
        return bound
    if distance[k] == FAR:
        seen[count[SEEN]] = k
        count[SEEN] += 1
    distance[k], by[k], over[k] = d, arc, line
    count[HEAP] = _push(key, node, count[HEAP], d, k)
    return d + 1 if room[k] > 0 else bound


@nb.njit(cache=True, nogil=True)
def _make_room(ways: int, search: Search, moves: Moves, count: Int) -> None:
    """Space for this many more ways: outdated heap entries go, and all lists when they fill the arena."""
    distance, _, _, _, _, key, node = search
    if count[ARENA] + ways > moves[2].size:
        moves[1][:] = -1
        count[ARENA] = 0
    if count[HEAP] + ways > key.size:
        size = 0
        for h in range(count[HEAP]):
            if key[h] == distance[node[h]]:
                size = _push(key, node, size, key[h], node[h])
        count[HEAP] = size


@nb.njit(cache=True, nogil=True)
def _nearest_room(
    net: Network,
    source: int,
    v: Int,
    flow: Int,
    room: Int,
    lists: Lists,
    moves: Moves,
    spot: Int,
    search: Search,
    count: Int,
) -> int:
    """Dijkstra from one row over columns: the nearest with room; the way back stands in `by` and `over`."""
    start, _, column, cost = net
    distance, settled, key, node = search[0], search[4], search[5], search[6]
    first, size, to, width, arc, line = moves
    lack, lacking = (
        start[start.size - 2],
        True,
    )  # arcs of the shortage row, in order of columns; looked at once a search
    bound, least = FAR, FAR
    for a in range(start[source], start[source + 1]):
        least = min(least, cost[a] - v[column[a]])
    for a in range(start[source], start[source + 1]):
        bound = _reach(column[a], cost[a] - v[column[a]] - least, a, -1, bound, room, search, count)
    while True:
        count[HEAP] = _pop(key, node, count[HEAP])
        d, k = key[count[HEAP]], node[count[HEAP]]
        if d > distance[k]:
            continue
        if room[k] > 0:
            return int(k)
        settled[count[SETTLED]] = k
        count[SETTLED] += 1
        _make_room(2 * v.size, search, moves, count)
        if size[k] < 0:
            _collect(net, k, lists[0], lists[1], moves, spot, count)
        base = d + v[k]
        for e in range(first[k], first[k] + size[k]):
            bound = _reach(to[e], base + width[e] - v[to[e]], arc[e], line[e], bound, room, search, count)
        if lacking and flow[lack + k] > 0:
            lacking = False
            for a in range(lack, lack + v.size):
                far = base + cost[a] - cost[lack + k] - v[column[a]]
                bound = _reach(column[a], far, a, lack + k, bound, room, search, count)


@nb.njit(cache=True, nogil=True)
def _send(target: int, column: Int, flow: Int, most: int, lists: Lists, moves: Moves, search: Search) -> int:
    """Send as many units as the path to `target` takes; how many. The columns on it forget their lists."""
    head, after, before = lists
    _, by, over = search[:3]
    size = moves[1]
    amount, k = most, target
    while over[k] >= 0:
        amount = min(amount, flow[over[k]])
        k = column[over[k]]
    k = target
    while True:
        size[k] = -1
        if flow[by[k]] == 0:
            _link(by[k], column, head, after, before)
        flow[by[k]] += amount
        back = over[k]
        if back < 0:
            return amount
        flow[back] -= amount
        k = column[back]
        if flow[back] == 0:
            _unlink(back, column, head, after, before)


@nb.njit(cache=True, nogil=True)
def _augment(
    start: Int, row: Int, column: Int, cost: Int, flow: Int, v: Int, excess: Int, room: Int, first: int, most: int
) -> int:
    """Send the excess of rows from `first` on, at most `most` paths; the row to go on with, or the number of rows."""
    rows, columns, arena = start.size - 1, v.size, 4 * column.size + 4 * v.size
    net = (start, row, column, cost)
    lists = (np.full(columns, -1), np.empty(flow.size, np.int64), np.empty(flow.size, np.int64))
    for a in range(flow.size):
        if flow[a] > 0:
            _link(a, column, lists[0], lists[1], lists[2])
    moves = (
        np.zeros(columns, np.int64), np.full(columns, -1), np.empty(arena, np.int64), np.empty(arena, np.int64),
        np.empty(arena, np.int64), np.empty(arena, np.int64),
    )  # fmt: skip
    search = (
        np.full(columns, FAR), np.empty(columns, np.int64), np.empty(columns, np.int64), np.empty(columns, np.int64),
        np.empty(columns, np.int64), np.empty(arena, np.int64), np.empty(arena, np.int64),
    )  # fmt: skip
    spot, count = np.full(columns, -1), np.zeros(4, np.int64)
    for source in range(first, rows):
        while excess[source] > 0:
            if most == 0:
                return source
            most -= 1
            count[:ARENA] = 0
            target = _nearest_room(net, source, v, flow, room, lists, moves, spot, search, count)
            far = search[0][target]
            for k in search[4][: count[SETTLED]]:
                v[k] -= far - search[0][k]
            for k in search[3][: count[SEEN]]:
                search[0][k] = FAR
            amount = _send(target, column, flow, min(excess[source], room[target]), lists, moves, search)
            excess[source] -= amount
            room[target] -= amount
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
        """Place every unit; False when the clock came first. Ends with v[pool] = 0 and u to match v."""
        _settle_prices(self.start, self.column, self.cost, self.flow, self.u, self.v, self.excess, self.room)
        at, rows = 0, self.excess.size
        while at < rows and (at == 0 or clock.left > 0):
            at = _augment(
                self.start, self.row, self.column, self.cost, self.flow, self.v, self.excess, self.room, at,
                PATHS_AT_ONCE,
            )  # fmt: skip
        self.v -= self.v[-1]
        _settle_prices(self.start, self.column, self.cost, self.flow, self.u, self.v, self.excess, self.room)
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
