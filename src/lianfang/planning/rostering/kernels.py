"""Compiled inner loops: cheapest paths through the members' graphs (numba, cached on disk).

All graphs lie in one table. Group g's layer of day d has its nodes at start[g, d] .. start[g, d] + size[g, d];
onward[class+1, node] is the node's successor within the next layer, or that layer's size when barred.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.model import Floats, Ints

LANES = 8
"""Members priced side by side: eight doubles fill one vector register of current processors."""
FAR = 1e30
"""Price of what is barred inside the loops; sums stay far below overflow."""

FORGET = 0.9
"""Share of a member's charges that stays from one visit to the next (assumption: rules not broken lately get cheap)."""

Narrow = NDArray[np.int32]

_F1, _F2, _F3 = nb.float64[::1], nb.float64[:, ::1], nb.float64[:, :, ::1]
_I1, _I2 = nb.int64[::1], nb.int64[:, ::1]
_N2 = nb.int32[:, ::1]


@nb.njit(nb.void(_N2, _I1, _I1, _F1, _F3, _F1, _I2), cache=True, nogil=True, boundscheck=False)
def cheapest_many(  # noqa: PLR0912 - lanes are written out, so that they become vector instructions
    onward: Narrow, start: Ints, size: Ints, end: Floats, prices: Floats, value: Floats, chosen: Ints
) -> None:
    """Cheapest roster of every member of one group, in place.

    start, size[d], size[days] the number of ends; end[node]; prices[m, d, class+1] → value[m] (FAR or more when none)
    and chosen[m, d] (class, -1 free).
    """
    members, days, kinds = prices.shape
    total = start[days - 1] + size[days - 1] - start[0]
    table = np.empty((total + size[days] + days + 1, LANES))
    place = np.empty(days + 1, np.int64)
    at = 0
    for d in range(days + 1):
        place[d] = at
        at += size[d] + 1
        for k in range(LANES):
            table[at - 1, k] = FAR
    price = np.empty((kinds, LANES))
    for first in range(0, members, LANES):
        lanes = min(LANES, members - first)
        for node in range(size[days]):
            for k in range(LANES):
                table[place[days] + node, k] = end[node]
        for d in range(days - 1, -1, -1):
            for c in range(kinds):
                for k in range(LANES):
                    price[c, k] = prices[first + min(k, lanes - 1), d, c]
            here, later, base = place[d], place[d + 1], start[d]
            for node in range(size[d]):
                to = later + onward[0, base + node]
                row = table[here + node]
                other = table[to]
                for k in range(LANES):
                    row[k] = other[k] + price[0, k]
                for c in range(1, kinds):
                    other = table[later + onward[c, base + node]]
                    for k in range(LANES):
                        row[k] = min(row[k], other[k] + price[c, k])
        for k in range(lanes):
            value[first + k] = table[0, k]
            node = 0
            for d in range(days):
                best, pick = 4 * FAR, 0
                for c in range(kinds):
                    found = table[place[d + 1] + onward[c, start[d] + node], k] + prices[first + k, d, c]
                    if found < best:
                        best, pick = found, c
                chosen[first + k, d] = pick - 1
                if best >= FAR:
                    break
                node = onward[pick, start[d] + node]


@nb.njit(nb.float64(_N2, _I1, _I1, _F1, _F2, _F1, _I1), cache=True, nogil=True, boundscheck=False)
def cheapest_one(
    onward: Narrow, start: Ints, size: Ints, end: Floats, prices: Floats, table: Floats, chosen: Ints
) -> float:
    """The same for one member: prices[d, class+1]; table is room for all nodes; → the value."""
    days, kinds = prices.shape
    at = 0
    for d in range(days + 1):
        at += size[d] + 1
    later = at - size[days] - 1
    for node in range(size[days]):
        table[later + node] = end[node]
    table[later + size[days]] = FAR
    for d in range(days - 1, -1, -1):
        here, base = later - size[d] - 1, start[d]
        free = prices[d, 0]
        for node in range(size[d]):
            table[here + node] = table[later + onward[0, base + node]] + free
        for c in range(1, kinds):
            price = prices[d, c]
            if price < FAR:
                for node in range(size[d]):
                    found = table[later + onward[c, base + node]] + price
                    table[here + node] = min(table[here + node], found)
        table[here + size[d]] = FAR
        later = here
    node = 0
    for d in range(days):
        later = later + size[d] + 1
        best, pick = 4 * FAR, 0
        for c in range(kinds):
            found = table[later + onward[c, start[d] + node]] + prices[d, c]
            if found < best:
                best, pick = found, c
        chosen[d] = pick - 1
        if best >= FAR:
            return FAR
        node = onward[pick, start[d] + node]
    return table[0]


@nb.njit(nb.float64(nb.uint64[::1]), cache=True, nogil=True)
def _draw(state: NDArray[np.uint64]) -> float:
    """The next number in [0, 1) of a xorshift generator (Marsaglia, J. of Statistical Software 8, 2003)."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return float(x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@nb.njit(
    nb.void(
        nb.int64, nb.float64, nb.float64, _F3, _F2, _I2, _F2, _F2, _F2, _I1, _I2, _F2, _F1, _F2, _I2, nb.uint64[::1]
    ),
    cache=True,
    nogil=True,
)
def _price(
    m: int,
    heat: float,
    pull: float,
    cost: Floats,
    off: Floats,
    need: Ints,
    under: Floats,
    over: Floats,
    multiplier: Floats,
    of_class: Ints,
    counts: Ints,
    charge: Floats,
    weekend: Floats,
    prices: Floats,
    pick: Ints,
    state: NDArray[np.uint64],
) -> None:
    """prices[d, class+1] of one more day's work and the place pick[d, class+1] it means, with noise up to `heat`.

    A place d, a costs clip(pull (counts - need + 1/2) - multiplier, -under, over): the slope of an augmented Lagrangian.
    charge[m, a] and weekend[d] are prices of rules that the member's graph leaves out.
    """
    days, acts = need.shape
    for d in range(days):
        prices[d] = FAR
        pick[d] = -1
        if off[m, d] < FAR:
            prices[d, 0] = off[m, d] + heat * _draw(state)
        for a in range(acts):
            own = cost[m, d, a]
            if own < FAR:
                place = pull * (counts[d, a] - need[d, a] + 0.5) - multiplier[d, a]
                own += min(max(place, -under[d, a]), over[d, a]) + heat * _draw(state)
                own += charge[m, a] + charge[m, acts] * min(weekend[d], 1.0)
                c = of_class[a] + 1
                if own < prices[d, c]:
                    prices[d, c] = own
                    pick[d, c] = a


@nb.njit(nb.boolean(nb.int64, _I1, _I1, _I1, _I2, _I2, _F1, _F2, _F1), cache=True, nogil=True)
def _lawful(
    m: int,
    row: Ints,
    act_shift: Ints,
    units: Ints,
    limit: Ints,
    hours: Ints,
    weekend: Floats,
    charge: Floats,
    band: Floats,
) -> bool:
    """Whether row[d] keeps the limits per shift, weekends and hours; raises the member's charges where it does not.

    hours[m]: least and most time units, most weekends; band: lowest and highest hour price known to be too cheap and
    too dear, to halve between.
    """
    acts, shifts = len(act_shift), limit.shape[1]
    used = np.zeros(shifts, np.int64)
    total, ends = 0, 0
    for d in range(len(row)):
        if row[d] >= 0:
            used[act_shift[row[d]]] += 1
            total += units[act_shift[row[d]]]
            if weekend[d] > 0 and not (d > 0 and weekend[d] == 2.0 and row[d - 1] >= 0):
                ends += 1
    good = True
    for a in range(acts):
        s = act_shift[a]
        if used[s] > limit[m, s]:
            charge[m, a] += 0.5 + 0.5 * abs(charge[m, a])
            good = False
    if ends > hours[m, 2]:
        charge[m, acts] = 1.0 + 1.5 * charge[m, acts]
        good = False
    if total < hours[m, 0] or total > hours[m, 1]:
        good = False
        old = band[2]
        if total > hours[m, 1]:
            band[0] = old
            band[2] = max(0.05, 2 * old) if band[1] >= FAR else (old + band[1]) / 2
        else:
            band[1] = old
            band[2] = min(-0.05, 2 * old) if band[0] <= -FAR else (old + band[0]) / 2
        for a in range(acts):
            charge[m, a] += (band[2] - old) * units[act_shift[a]]
    return good


@nb.njit(
    nb.int64(
        _I1, nb.int64, nb.float64, nb.float64, _I1, nb.boolean[::1], _N2, _I2, _I2, _F1, _I1, _F3, _F2, _I2, _F2, _F2,
        _F2, _I1, _I1, _I1, _I2, _I2, _F1, _F2, _I2, _I2, nb.uint64[::1],
    ),
    cache=True,
    nogil=True,
)  # fmt: skip
def settle(
    order: Ints,
    tries: int,
    heat: float,
    pull: float,
    group: Ints,
    loose: NDArray[np.bool_],
    onward: Narrow,
    start: Ints,
    size: Ints,
    end: Floats,
    end_at: Ints,
    cost: Floats,
    off: Floats,
    need: Ints,
    under: Floats,
    over: Floats,
    multiplier: Floats,
    of_class: Ints,
    act_shift: Ints,
    units: Ints,
    limit: Ints,
    hours: Ints,
    weekend: Floats,
    charge: Floats,
    roster: Ints,
    counts: Ints,
    state: NDArray[np.uint64],
) -> int:
    """Give each member of `order` their cheapest lawful roster given everybody else, in place; → rows left as they were.

    Members whose graph leaves rules out (`loose`) try up to `tries` times with growing charges, else keep their row.
    """
    days, kinds = need.shape[0], onward.shape[0]
    prices, pick = np.empty((days, kinds)), np.empty((days, kinds), np.int64)
    chosen, row = np.empty(days, np.int64), np.empty(days, np.int64)
    table = np.empty(size.sum(axis=1).max() + days + 2)
    band, kept = np.empty(3), 0
    for m in order:
        g = group[m]
        for d in range(days):
            if roster[m, d] >= 0:
                counts[d, roster[m, d]] -= 1
        found = False
        band[0], band[1], band[2] = -FAR, FAR, 0.0
        charge[m] *= FORGET
        for _ in range(tries if loose[m] else 1):
            _price(m, heat, pull, cost, off, need, under, over, multiplier, of_class, counts, charge, weekend, prices,
                   pick, state)  # fmt: skip
            ends = end[end_at[g] : end_at[g + 1]]
            if cheapest_one(onward, start[g], size[g], ends, prices, table, chosen) >= FAR:
                break
            for d in range(days):
                row[d] = pick[d, chosen[d] + 1]
            if not loose[m] or _lawful(m, row, act_shift, units, limit, hours, weekend, charge, band):
                found = True
                break
        if found:
            roster[m] = row
        else:
            kept += 1
        for d in range(days):
            if roster[m, d] >= 0:
                counts[d, roster[m, d]] += 1
    return kept
