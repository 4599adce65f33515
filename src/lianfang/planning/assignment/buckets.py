"""The columns of a compiled search, one line of the cache each, and a queue of them by distance.

The queue has slots of equal width, and one more for whatever lies beyond them. Distances never fall from slot to slot; within
one slot columns come in any order, and one that gets nearer while its slot is open comes again. Few arrays and no tuples are
handed to what runs most: compiled code counts who holds each array. Source: Dial 1969, Comm. ACM 12(11), Algorithm 360.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from lianfang.planning.assignment.problem import Int

FAR = np.iinfo(np.int64).max // 4
SLOTS = 4096  # assumption; a search rarely goes further than eight times the mean reduced cost, see `width_for`
DISTANCE, BY, OVER, PRICE, ROOM, AFTER, BEFORE, SLOT = range(8)
"""Node[columns, 8]: distance, the arc reached over, the line given up for it (-1: none), price, room, and the place in the queue:
the next and the previous column of its slot, and the slot (-1: not in the queue)."""
OPEN, BASE, WIDTH = range(3)
"""The first numbers of a search: the open slot, the distance where slot 0 begins, log2 of a slot's width."""


def nodes_for(price: Int, room: Int) -> Int:
    """Columns that no search has seen."""
    node = np.empty((price.size, 8), dtype=np.int64)
    node[:, DISTANCE], node[:, SLOT], node[:, PRICE], node[:, ROOM] = FAR, -1, price, room
    return node


def width_for(typical: int) -> int:
    """log2 of the width of slots that reach eight times as far as a typical distance."""
    return (8 * typical // SLOTS).bit_length()


@nb.njit(cache=True, nogil=True)
def put(node: Int, top: Int, count: Int, k: int, distance: int) -> None:
    """Put a column in at this distance, or move it nearer."""
    s, old = min((distance - count[BASE]) >> count[WIDTH], SLOTS), node[k, SLOT]
    if s != old:
        if old >= 0:
            after, before = node[k, AFTER], node[k, BEFORE]
            if before >= 0:
                node[before, AFTER] = after
            else:
                top[old] = after
            if after >= 0:
                node[after, BEFORE] = before
        first = top[s]
        node[k, SLOT], node[k, AFTER], node[k, BEFORE] = s, first, -1
        if first >= 0:
            node[first, BEFORE] = k
        top[s] = k


@nb.njit(cache=True, nogil=True)
def get(node: Int, top: Int, count: Int) -> int:
    """Take a column out of the open slot; -1 when it is empty."""
    k = top[count[OPEN]]
    if k >= 0:
        after = node[k, AFTER]
        top[count[OPEN]] = after
        if after >= 0:
            node[after, BEFORE] = -1
        node[k, SLOT] = -1
    return k


@nb.njit(cache=True, nogil=True)
def advance(node: Int, top: Int, count: Int) -> bool:
    """Open the next slot that holds something; False when the queue is empty."""
    while True:
        while count[OPEN] < SLOTS and top[count[OPEN]] < 0:
            count[OPEN] += 1
        if count[OPEN] < SLOTS:
            return True
        k, least = top[SLOTS], FAR
        if k < 0:
            return False
        while k >= 0:
            least = min(least, node[k, DISTANCE])
            k = node[k, AFTER]
        k, top[SLOTS] = top[SLOTS], -1
        count[OPEN], count[BASE] = 0, least
        while k >= 0:
            following = node[k, AFTER]
            node[k, SLOT] = -1
            put(node, top, count, k, node[k, DISTANCE])
            k = following


@nb.njit(cache=True, nogil=True)
def forget(node: Int, top: Int, count: Int, seen: Int) -> None:
    """Take these columns (all that a search saw) out, and begin at distance 0 again; the ways to them stay readable."""
    for k in seen:
        node[k, DISTANCE] = FAR
        if node[k, SLOT] >= 0:
            top[node[k, SLOT]] = -1
            node[k, SLOT] = -1
    count[OPEN], count[BASE] = 0, 0
