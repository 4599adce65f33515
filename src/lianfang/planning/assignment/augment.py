"""Compiled shortest augmenting paths: the optimum over listed arcs from any prices, keeping whatever flow still fits them.

Every column has its price, and flow runs only where cost - price is the least of its row. Units without a place look for the
cheapest way to columns with room: Dijkstra over columns, where a line from row i to j is a way from j to every other column
that row i reaches. Only the cheapest way between two columns is kept, and kept until a path changes the lines of the first.
At first all rows search at once, and each place takes the way that came to it, unless another path has used up a line of it;
when most ways cross the same few lines, one row after the other searches, ending at the first column with room. Prices
fall only where a search looked. Source: Ahuja, Magnanti and Orlin 1993, Network Flows, 9.7 and 9.8;
Jonker and Volgenant 1987, Computing 38, for ending early. Numba compiles this file once and keeps the code on disk.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from lianfang.planning.assignment.buckets import (
    BY,
    DISTANCE,
    FAR,
    OVER,
    PRICE,
    ROOM,
    SLOTS,
    WIDTH,
    advance,
    forget,
    get,
    nodes_for,
    put,
    width_for,
)  # fmt: skip
from lianfang.planning.assignment.network import Arcs, Numbers, Plan
from lianfang.planning.assignment.problem import Int
from lianfang.planning.assignment.residual import Network, Residual, Short, line_costs, residual
from lianfang.planning.stop import Clock, Stop

SEARCHES_AT_ONCE = 200  # between two looks at the clock; assumption
HALF = 0.5  # of the rows that search at once must have found a place before it ends; measured flat from 0.3 to 1
FEW = 8  # once less than one row in so many is placed by a search of all, they search one by one; measured flat
SEEN, SINKS, ARENA, BOUND, ALONE, LACKING = range(3, 9)
"""The other numbers of a search: columns seen, places found, how far the list of ways is filled, the distance beyond which
nothing matters, whether a single row searches, and how near the shortage is."""

Lists = tuple[Short, Short, Short]
"""head[columns], after[arcs], before[arcs]: the arcs that carry flow to each column, linked."""
Ways = tuple[Int, Int, Int, Short, Int]
"""first[columns], size[columns] (-1: to be listed anew) into way (other column, change of cost) and via (arc, line): the cheapest
way to each other column; spot[columns] is -1 everywhere between two listings."""
Search = tuple[Int, Int, Int, Int, NDArray[np.bool_], NDArray[np.bool_], Int]
"""Node and top (see buckets.py), seen columns, columns with room that were reached, whether a column is among those, whether a
row reached one, and the numbers of the search."""
State = tuple[Lists, Ways, Search]


@nb.njit(cache=True, nogil=True)
def _link(arc: int, column: Short, lists: Lists) -> None:
    """Add an arc to the list of those that carry flow to its column."""
    head, after, before = lists
    k = column[arc]
    after[arc], before[arc] = head[k], -1
    if head[k] >= 0:
        before[head[k]] = arc
    head[k] = arc


@nb.njit(cache=True, nogil=True)
def _unlink(arc: int, column: Short, lists: Lists) -> None:
    """Take an arc that carries nothing any more out of its column's list."""
    head, after, before = lists
    if before[arc] >= 0:
        after[before[arc]] = after[arc]
    else:
        head[column[arc]] = after[arc]
    if after[arc] >= 0:
        before[after[arc]] = before[arc]


@nb.njit(cache=True, nogil=True)
def _link_all(flow: Int, column: Short, lists: Lists) -> None:
    for a in range(flow.size - 1, -1, -1):
        if flow[a] > 0:
            _link(a, column, lists)


@nb.njit(cache=True, nogil=True)
def _collect(k: int, net: Network, lists: Lists, ways: Ways, count: Int) -> None:
    """List anew the cheapest way from column k to every other column: over which line, along which arc."""
    begin, row, column, cost = net
    head, after, _ = lists
    first, size, way, via, spot = ways
    if count[ARENA] + spot.size > way.shape[0]:
        size[:] = -1
        count[ARENA] = 0
    base, b = count[ARENA], head[k]
    end = base
    while b >= 0:
        i, own = row[b], cost[b]
        for a in range(begin[i, 0], begin[i, 1] if i < begin.shape[0] - 1 else begin[i, 0]):  # shortage: see _lack
            other, w = column[a], cost[a] - own
            if other == k:
                continue
            at = spot[other]
            if at < 0:
                spot[other] = end
                way[end, 0], way[end, 1], via[end, 0], via[end, 1] = other, w, a, b
                end += 1
            elif w < way[at, 1]:
                way[at, 1], via[at, 0], via[at, 1] = w, a, b
        b = after[b]
    for at in range(base, end):
        spot[way[at, 0]] = -1
    first[k], size[k] = base, end - base
    count[ARENA] = end


@nb.njit(cache=True, nogil=True)
def _reach(node: Int, top: Int, seen: Int, count: Int, k: int, d: int, arc: int, line: int) -> None:
    """Note that column k can be reached at distance d; who searches alone needs nothing beyond the nearest room."""
    if node[k, DISTANCE] == FAR:
        seen[count[SEEN]] = k
        count[SEEN] += 1
    node[k, DISTANCE], node[k, BY], node[k, OVER] = d, arc, line
    put(node, top, count, k, d)
    if count[ALONE] and node[k, ROOM] > 0:
        count[BOUND] = d


@nb.njit(cache=True, nogil=True)
def _drain(
    node: Int, top: Int, seen: Int, count: Int, first: Int, size: Int, way: Int, via: Short, sinks: Int,
    sunk: NDArray[np.bool_], flow: Int, lack: int,
) -> int:  # fmt: skip
    """Settle the columns of the open slot and look along their ways; stops at a column whose ways must be made up first."""
    k = get(node, top, count)
    while k >= 0:
        if size[k] < 0 or (flow[lack + k] > 0 and node[k, DISTANCE] < count[LACKING]):
            return k
        if node[k, ROOM] > 0 and not sunk[k]:
            sinks[count[SINKS]], sunk[k] = k, True
            count[SINKS] += 1
        base, bound = node[k, DISTANCE] + node[k, PRICE], count[BOUND]
        for e in range(first[k], first[k] + size[k]):
            other = way[e, 0]
            d = base + way[e, 1] - node[other, PRICE]
            if d < node[other, DISTANCE] and d < bound:
                _reach(node, top, seen, count, other, d, via[e, 0], via[e, 1])
                bound = count[BOUND]
        k = get(node, top, count)
    return -1


@nb.njit(cache=True, nogil=True)
def _leave(net: Network, source: int, node: Int, top: Int, seen: Int, count: Int) -> None:
    """The columns that a row without a place reaches itself."""
    begin, _, column, cost = net
    u = FAR
    for a in range(begin[source, 0], begin[source, 1]):
        u = min(u, cost[a] - node[column[a], PRICE])
    for a in range(begin[source, 0], begin[source, 1]):
        k, d = column[a], cost[a] - node[column[a], PRICE] - u
        if d < node[k, DISTANCE] and d < count[BOUND]:
            _reach(node, top, seen, count, k, d, a, -1)


@nb.njit(cache=True, nogil=True)
def _lack(net: Network, line: int, node: Int, top: Int, seen: Int, count: Int) -> None:
    """The ways of the shortage, from the column of its line to every other."""
    begin, _, column, cost = net
    base = node[column[line], DISTANCE] + node[column[line], PRICE] - cost[line]
    for a in range(begin[-1, 0], begin[-1, 1]):
        k, d = column[a], base + cost[a] - node[column[a], PRICE]
        if d < node[k, DISTANCE] and d < count[BOUND]:
            _reach(node, top, seen, count, k, d, a, line)


@nb.njit(cache=True, nogil=True)
def _found(mark: int, net: Network, search: Search) -> int:
    """How many rows reached their first column with room, among those columns from `mark` on."""
    node, _, _, sinks, _, hit, count = search
    _, row, column, _ = net
    fresh = 0
    for s in range(mark, count[SINKS]):
        k = sinks[s]
        while node[k, OVER] >= 0:
            k = column[node[k, OVER]]
        source = row[node[k, BY]]
        fresh += not hit[source]
        hit[source] = True
    return fresh


@nb.njit(cache=True, nogil=True)
def _grow(net: Network, sources: Int, flow: Int, state: State) -> int:
    """Dijkstra over columns from these rows, until enough of them reach room; the distance up to which it is complete."""
    lists, ways, search = state
    first, size, way, via, _ = ways
    node, top, seen, sinks, sunk, _, count = search
    count[SEEN], count[SINKS], count[BOUND], count[ALONE] = 0, 0, FAR, sources.size == 1
    count[LACKING] = FAR
    for source in sources:
        _leave(net, source, node, top, seen, count)
    missing, lack, far = int(np.ceil(HALF * sources.size)), net[0][-1, 0], 0
    while missing > 0 and advance(node, top, count):
        mark, k = count[SINKS], 0
        while k >= 0:
            k = _drain(node, top, seen, count, first, size, way, via, sinks, sunk, flow, lack)
            if k >= 0:
                if size[k] < 0:
                    _collect(k, net, lists, ways, count)
                if flow[lack + k] > 0 and node[k, DISTANCE] < count[LACKING]:
                    count[LACKING] = node[k, DISTANCE]
                    _lack(net, lack + k, node, top, seen, count)
                put(node, top, count, k, node[k, DISTANCE])
        missing -= _found(mark, net, search)
        for s in range(mark, count[SINKS]):
            far = max(far, node[sinks[s], DISTANCE])
    return int(count[BOUND] if count[ALONE] else far)


@nb.njit(cache=True, nogil=True)
def _lower(far: int, search: Search) -> None:
    """Prices fall by what each column is nearer than `far`; what lies beyond is no place; the search is over."""
    node, top, seen, sinks, sunk, _, count = search
    for k in seen[: count[SEEN]]:
        node[k, PRICE] -= max(far - node[k, DISTANCE], 0)
    for s in range(count[SINKS]):
        k = sinks[s]
        sunk[k] = False
        if node[k, DISTANCE] > far:
            sinks[s] = -1
    forget(node, top, count, seen[: count[SEEN]])


@nb.njit(cache=True, nogil=True)
def _send(target: int, net: Network, flow: Int, excess: Int, state: State) -> bool:
    """Send as many units as the path to `target` still takes, if any. The columns on it forget their ways."""
    lists, ways, search = state
    _, row, column, _ = net
    node, size = search[0], ways[1]
    amount, k = node[target, ROOM], target
    while node[k, OVER] >= 0:
        amount = min(amount, flow[node[k, OVER]])
        k = column[node[k, OVER]]
    source = row[node[k, BY]]
    search[5][source] = False
    amount = min(amount, excess[source])
    if amount == 0:
        return False
    excess[source] -= amount
    node[target, ROOM] -= amount
    k = target
    while True:
        arc, line = node[k, BY], node[k, OVER]
        size[k] = -1
        if flow[arc] == 0:
            _link(arc, column, lists)
        flow[arc] += amount
        if line < 0:
            return True
        flow[line] -= amount
        k = column[line]
        if flow[line] == 0:
            _unlink(line, column, lists)


@nb.njit(cache=True, nogil=True)
def _place(net: Network, flow: Int, excess: Int, state: State, together: bool, most: int) -> bool:
    """Place the excess of all rows by at most `most` searches; whether to go on with all rows at once."""
    waiting, search = np.flatnonzero(excess), state[2]
    for _ in range(most):
        waiting = waiting[excess[waiting] > 0]
        if waiting.size == 0:
            break
        many = waiting.size
        if waiting[-1] == excess.size - 1 and many > 1:  # the shortage comes last
            many -= 1
        _lower(_grow(net, waiting[: many if together else 1], flow, state), search)
        sent = 0
        for target in search[3][: search[6][SINKS]]:
            if target >= 0:
                sent += _send(target, net, flow, excess, state)
        together = together and sent * FEW >= many
    return together


def _state(net: Residual) -> State:
    """Room for the lists of one run."""
    arcs, columns = net.column.size, net.v.size
    count = np.zeros(9, dtype=np.int64)
    count[WIDTH] = width_for(net.typical())
    lists = (np.full(columns, -1, np.int32), np.empty(arcs, np.int32), np.empty(arcs, np.int32))
    _link_all(net.flow, net.column, lists)
    ways = (
        np.zeros(columns, np.int64), np.full(columns, -1), np.empty((arcs + 2 * columns, 2), np.int64),
        np.empty((arcs + 2 * columns, 2), np.int32), np.full(columns, -1),
    )  # fmt: skip
    search = (
        nodes_for(net.v, net.room), np.full(SLOTS + 1, -1), np.empty(columns, np.int64), np.empty(columns, np.int64),
        np.zeros(columns, np.bool_), np.zeros(net.excess.size, np.bool_), count,
    )  # fmt: skip
    return lists, ways, search


def augment(net: Residual, clock: Clock) -> bool:
    """Place every unit; False when the clock came first. Ends with v[pool] = 0 and u to match v."""
    net.settle()
    if net.excess.any():
        state, together = _state(net), True
        while True:
            together = _place(net.network, net.flow, net.excess, state, together, SEARCHES_AT_ONCE)
            if not net.excess.any() or clock.left == 0:
                break
        node = state[2][0]
        net.v[:], net.room[:] = node[:, PRICE], node[:, ROOM]
    net.v -= net.v[-1]
    net.price_rows()
    return not net.excess.any()


def prepare() -> None:
    """Have the compiled search ready: seconds on the first call of a machine, then a fraction of one in each process."""
    one, none = np.ones(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    arcs, plan = Arcs(one - 1, one - 1, one), Plan(Arcs(none, none, none), none, none)
    net = residual(Numbers(one, one, one), arcs, one, plan)
    augment(net, Clock(Stop()))
    net.lists(arcs)
    line_costs(one - 1, one - 1, one, one - 1, one - 1, 1)
    _place(net.network, net.flow, net.excess, _state(net), True, 1)
