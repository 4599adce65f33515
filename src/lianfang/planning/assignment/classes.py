"""People who are interchangeable are one row: the same point, home, wish and skills. A county's people become some hundred rows.

The transport is then solved over a list of arcs (nobody is listed for a seat they cannot fill) by one flow; where the list is not
complete, all pairs are priced with the flow's prices and what could better the plan joins the list, until nothing could.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from lianfang.planning.assignment.columns import Params
from lianfang.planning.assignment.problem import Int, Transport
from lianfang.planning.assignment.transport import solve_transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from lianfang.planning.assignment.deployment import Seats
    from lianfang.planning.stop import Clock

ARCS: Final = 2_500_000
"""Arcs listed at first, at most: a flow over so many takes some seconds and 400 MB."""
FEWEST: Final = 8
"""Places listed per row at least, however many rows there are."""
JOIN: Final = 6
"""Arcs that join per row and pass, the best first; assumption, more make the flow slow."""
BLOCK: Final = 4_000_000
"""Pairs priced at once."""


@dataclass(frozen=True, eq=False)
class Classes:
    """first[k]: one person of class k. count[k]: its size. of[n]: class of each of the given people. able[k, r]: skills."""

    first: Int
    count: Int
    of: Int
    able: np.ndarray


def classes_of(key: np.ndarray, people: Int, skill: np.ndarray) -> Classes:
    """People with equal rows of `key` are one class."""
    _rows, first, of, count = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return Classes(people[first], count.astype(np.int64), of.reshape(-1), skill[people[first]])


def place_classes(
    classes: Classes, seats: Seats, burden: Callable[[Int, Int], Int], clock: Clock
) -> tuple[Int, Int, Int, float, bool]:
    """Flow (class, seat, amount), a proven bound in metres, and whether the plan is proven.

    burden: metres of people × places. Raises ProblemError for costs too large for an exact flow.
    """
    places, of_seat = np.unique(seats.place, return_inverse=True)
    most = int(min(places.size, max(FEWEST, ARCS // max(1, classes.count.size * seats.place.size // places.size))))
    row, column, cost = _nearest(classes, seats, burden, places, of_seat, most)
    whole = most == places.size
    while True:
        problem = Transport(classes.count, seats.demand, (row, column, cost), seats.shortage)
        result = solve_transport(problem, Params(), clock, None, None)
        assert result.column_price is not None  # noqa: S101 - a listed flow always carries its prices
        flow = result.flow_from, result.flow_to, result.flow_amount
        if whole or not clock.report("pricing", result.objective):
            return *flow, float(result.bound or 0.0) if whole else 0.0, whole
        price = result.column_price
        more, least = _price(classes, seats, burden, places, of_seat, price)
        bound = float((seats.demand * price).sum() + (classes.count * np.minimum(least, 0.0)).sum())
        row, column, cost, grown = _join((row, column, cost), more, seats.place.size)
        if not grown or bound >= (result.objective or 0.0) - 0.5:
            return *flow, bound, True
        if clock.left <= result.seconds:
            return *flow, bound, False


def _nearest(
    classes: Classes, seats: Seats, burden: Callable[[Int, Int], Int], places: Int, of_seat: Int, most: int
) -> tuple[Int, Int, Int]:
    """Arcs of each class to the seats it can fill at `most` places: half of them its nearest, the others ever farther apart.

    Where a township has more people than seats the surplus must travel; with the nearest places alone the first flow would
    leave it idle and its prices would bound nothing.
    """
    parts = []
    ranks = _ranks(places.size, most)
    step = max(1, BLOCK // places.size)
    for start in range(0, classes.count.size, step):
        rows = np.arange(start, min(start + step, classes.count.size))
        metres = burden(classes.first[rows], places)
        near = np.ones_like(metres, dtype=bool)
        if ranks.size < places.size:
            near[:] = False
            np.put_along_axis(near, np.argsort(metres, axis=1, kind="stable")[:, ranks], True, axis=1)
        listed = near[:, of_seat] & classes.able[rows][:, seats.role]
        at, seat = np.nonzero(listed)
        parts.append((rows[at], seat, metres[at, of_seat[seat]].astype(np.int64)))
    return _joined(parts)


def _ranks(places: int, most: int) -> Int:
    """Which places are listed, by rank of nearness: at most `most` of them."""
    if most >= places:
        return np.arange(places)
    near = most // 2
    far = np.unique(np.rint(np.geomspace(near, places - 1, most - near)).astype(np.int64))
    return np.concatenate([np.arange(near), far])


def _price(
    classes: Classes, seats: Seats, burden: Callable[[Int, Int], Int], places: Int, of_seat: Int, price: np.ndarray
) -> tuple[tuple[Int, Int, Int], np.ndarray]:
    """The arcs of least reduced cost of each class over all seats, and that least cost."""
    least = np.empty(classes.count.size)
    parts = []
    step = max(1, BLOCK // seats.place.size)
    for start in range(0, classes.count.size, step):
        rows = np.arange(start, min(start + step, classes.count.size))
        metres = burden(classes.first[rows], places)[:, of_seat]
        reduced = np.where(classes.able[rows][:, seats.role], metres - price, np.inf)
        least[rows] = reduced.min(axis=1)
        take = min(JOIN, seats.place.size)
        seat = np.argpartition(reduced, take - 1, axis=1)[:, :take]
        at = np.repeat(np.arange(rows.size), take)
        seat = seat.reshape(-1)
        good = np.isfinite(reduced[at, seat])
        at, seat = at[good], seat[good]
        parts.append((rows[at], seat, metres[at, seat].astype(np.int64)))
    return _joined(parts), np.where(np.isfinite(least), least, 0.0)


def _join(arcs: tuple[Int, Int, Int], more: tuple[Int, Int, Int], width: int) -> tuple[Int, Int, Int, bool]:
    """Both lists without repetition, and whether the first one grew."""
    key = np.concatenate([arcs[0] * width + arcs[1], more[0] * width + more[1]])
    kept, first = np.unique(key, return_index=True)
    cost = np.concatenate([arcs[2], more[2]])[first]
    return kept // width, kept % width, cost, kept.size > arcs[0].size


def _joined(parts: list[tuple[Int, Int, Int]]) -> tuple[Int, Int, Int]:
    row, column, cost = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return row, column, cost
