"""People who are interchangeable are one row: the same point, home, wish and skills. A county's people become some hundred rows.

The transport is then solved over all its pairs where these fit one flow; that is the proof. Where they do not, a first placing over
neighbouring places (`transit.py`) gives the prices with which all pairs are looked through, until none could better the plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lianfang.planning.assignment.columns import Params, dual_bound, total_cost
from lianfang.planning.assignment.exchange import middle_prices
from lianfang.planning.assignment.network import Arcs, Numbers, first_plan, no_arcs
from lianfang.planning.assignment.problem import Float, Int, Transport
from lianfang.planning.assignment.scan import Pairs, margin_for, price_pass
from lianfang.planning.assignment.seats import Seats
from lianfang.planning.assignment.transit import Travel, doors_of, first_placing
from lianfang.planning.assignment.transport import solve_transport

if TYPE_CHECKING:
    from lianfang.planning.stop import Clock

ARCS: Final = 2_500_000
"""Pairs listed at once, at most: a flow over so many takes some seconds and 400 MB."""
BLOCK: Final = 4_000_000
"""Pairs priced at once."""
TIGHT: Final = 1
"""Metres above the best pair of a row within which a pair joins the first placing: what rounding can hide."""

JOIN: Final = 16.0
"""Pairs that join per row and round, about."""
WHOLE: Final = 0.5
"""Metres: a plan nearer to its bound is the best, as costs are whole metres."""

Burden = Callable[[Int, Int], Int]
"""Metres of people × places."""


@dataclass(frozen=True, eq=False)
class Classes:
    """first[k]: one person of class k. count[k]: its size. of[n]: class of each of the given people. able[k, r]: skills."""

    first: Int
    count: Int
    of: Int
    able: np.ndarray


@dataclass(frozen=True, eq=False)
class Land:
    """Where classes and places are, in metres: xy[k, 2], place_xy[m, 2]; near[k, j]: places with a cost of their own, −1 none."""

    xy: Float
    near: Int
    place_xy: Float


@dataclass(frozen=True, eq=False)
class Placing:
    """Lines (class, seat) with their people, the proven bound in metres, and whether it is reached."""

    row: Int
    seat: Int
    people: Int
    bound: float
    proven: bool


def classes_of(key: np.ndarray, people: Int, skill: np.ndarray) -> Classes:
    """People with equal rows of `key` are one class."""
    _rows, first, of, count = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return Classes(people[first], count.astype(np.int64), of.reshape(-1), skill[people[first]])


def place_classes(classes: Classes, seats: Seats, land: Land, burden: Burden, clock: Clock) -> Placing:
    """The best placing found before the clock ends; raises ProblemError for costs too large for an exact flow."""
    if classes.count.size * seats.place.size <= ARCS:
        return _over_all(classes, seats, burden, clock)
    return _priced(classes, seats, land, burden, clock)


def _over_all(classes: Classes, seats: Seats, burden: Burden, clock: Clock) -> Placing:
    """Every pair is listed: one flow is the proof."""
    places, of_seat = np.unique(seats.place, return_inverse=True)
    metres = burden(classes.first, places)
    row, seat = np.nonzero(classes.able[:, seats.role])
    problem = Transport(
        classes.count, seats.demand, (row, seat, metres[row, of_seat[seat]].astype(np.int64)), seats.shortage
    )
    result = solve_transport(problem, Params(), clock, None, None)
    return Placing(result.flow_from, result.flow_to, result.flow_amount, float(result.bound or 0.0), True)


def _priced(classes: Classes, seats: Seats, land: Land, burden: Burden, clock: Clock) -> Placing:
    """The first placing over neighbours; then flows over listed pairs, whose prices find the pairs that join, until none could better
    the plan, it is as near to the bound as asked for, or another round would not end in time."""
    params = Params()
    numbers = Numbers(classes.count, seats.demand, seats.shortage)
    pairs = Pairs(_block(classes, seats, burden), classes.count.size, seats.place.size, 1.0, params.threads)
    arcs, price, bound = _start(classes, seats, land, burden, pairs, clock)
    while True:
        began = clock.elapsed
        plan = first_plan(numbers, arcs, no_arcs(), price)
        cost = total_cost(plan)
        near = cost - bound <= clock.stop.gap * cost
        if near or not clock.report("pricing", float(cost), bound):
            break
        price = middle_prices(numbers, arcs, no_arcs(), plan, price)
        scan = price_pass(pairs, price, margin_for(pairs, price, JOIN), np.arange(pairs.rows))
        bound = max(bound, dual_bound(numbers, price, scan.cheapest))
        more = _able(scan.arcs, classes, seats)
        known = arcs.size
        arcs = _union(arcs, more, pairs.columns)
        if cost - bound < WHOLE or arcs.size == known or clock.left <= clock.elapsed - began:
            break
    real = np.flatnonzero((plan.lines.row < numbers.rows) & (plan.lines.column < numbers.columns))
    return Placing(plan.lines.row[real], plan.lines.column[real], plan.units[real], bound, cost - bound < WHOLE)


def _block(classes: Classes, seats: Seats, burden: Burden) -> Callable[[Int, Int], Int]:
    """Metres of classes × seats; a seat that a class cannot fill is dearer than leaving it empty."""
    places, of_seat = np.unique(seats.place, return_inverse=True)
    never = 2 * int(seats.shortage.max(initial=0)) + 1

    def block(rows: Int, columns: Int) -> Int:
        metres = burden(classes.first[rows], places)[:, of_seat[columns]]
        metres[~classes.able[rows][:, seats.role[columns]]] = never
        return metres

    return block


def _start(
    classes: Classes, seats: Seats, land: Land, burden: Burden, pairs: Pairs, clock: Clock
) -> tuple[Arcs, Int, float]:
    """The pairs of the first placing with those that its prices find as good, these prices, and the bound that they prove."""
    places, of_seat = np.unique(seats.place, return_inverse=True)
    skills, kind = np.unique(classes.able, axis=0, return_inverse=True)
    near = _among(places, land.near)
    points, first, at = _points(land.place_xy[places])
    travel = Travel(
        classes.count, kind.reshape(-1), land.xy, np.where(near >= 0, at[near], -1), points, at[of_seat], seats.demand,
        seats.shortage, skills[:, seats.role],
    )  # fmt: skip
    doors = doors_of(travel)
    named = np.column_stack([first[doors[:, : doors.shape[1] - near.shape[1]]], near])
    metres = _at(classes, burden, places, named)
    start = first_placing(travel, metres, doors, lambda cost: clock.report("first", cost))
    price = np.minimum(start.price, seats.shortage)
    scan = price_pass(pairs, price, TIGHT, np.arange(pairs.rows))
    lines = Arcs(start.row, start.seat, _costs(classes, burden, places, start.row, of_seat[start.seat]))
    bound = dual_bound(Numbers(classes.count, seats.demand, seats.shortage), price, scan.cheapest)
    return _union(lines, _able(scan.arcs, classes, seats), pairs.columns), price, bound


def _points(xy: Float) -> tuple[Float, Int, Int]:
    """Places at one point are one node to travel to, else people went round between them for nothing: the points, a place at each, and
    the point of each place."""
    points, first, at = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    if first.size == xy.shape[0]:
        alone = np.arange(first.size, dtype=np.int64)
        return xy, alone, alone
    return points, first.astype(np.int64), at.reshape(-1).astype(np.int64)


def _able(arcs: Arcs, classes: Classes, seats: Seats) -> Arcs:
    """Only pairs of people with seats that they can fill."""
    return arcs.take(classes.able[arcs.row, seats.role[arcs.column]])


def _union(one: Arcs, other: Arcs, columns: int) -> Arcs:
    """Both lists, each pair once."""
    both = one.join(other)
    _key, first = np.unique(both.row * columns + both.column, return_index=True)
    return both.take(first)


def _among(places: Int, named: Int) -> Int:
    """Numbers of places as their position among those that want somebody; −1 for the others."""
    at = np.minimum(np.searchsorted(places, named), places.size - 1)
    return np.where((named >= 0) & (places[at] == named), at, -1)


def _at(classes: Classes, burden: Burden, places: Int, doors: Int) -> Int:
    """Metres of each class to its doors."""
    row = np.repeat(np.arange(doors.shape[0]), doors.shape[1])
    return _costs(classes, burden, places, row, np.maximum(doors.ravel(), 0)).reshape(doors.shape)


def _costs(classes: Classes, burden: Burden, places: Int, row: Int, at: Int) -> Int:
    """Metres of single pairs (class, position among `places`); rows may repeat and have any order."""
    found = np.empty(row.size, dtype=np.int64)
    order = np.argsort(row, kind="stable")
    step = max(1, BLOCK // places.size)
    for start in range(0, classes.count.size, step):
        low, high = np.searchsorted(row[order], [start, start + step])
        here = order[low:high]
        rows = np.arange(start, min(start + step, classes.count.size))
        found[here] = burden(classes.first[rows], places)[row[here] - start, at[here]]
    return found
