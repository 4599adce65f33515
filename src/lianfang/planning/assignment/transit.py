"""A first placing for all pairs: people travel from place to neighbouring place, which is almost the straight way.

Journeys over neighbours need some hundred thousand links where all pairs would need many millions, and one flow over them fills
every seat that can be filled. Each kind of skill travels on its own layer, so that nobody takes a seat they cannot fill. The lines
of that flow and its prices start the search over all pairs, which corrects what the detours cost and proves the plan.

Source: Dobkin, Friedman, Supowit 1990, "Delaunay graphs are almost as good as complete graphs", Discrete Comput. Geom. 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, QhullError, cKDTree

from lianfang.planning.assignment.exchange import relax
from lianfang.planning.assignment.network import run_flow
from lianfang.planning.assignment.problem import Float, Int

NEIGHBOURS = 8  # nearest places linked to each place beside its Delaunay neighbours; assumption
ENOUGH = (
    0.002  # share of the cost that straight ways may still save when the search over all pairs takes over; assumption
)
PARTS = 12  # straight ways that join from each place and round; assumption
ROWS = 256  # places looked at together: a block stays in the processor's cache
DOORS = 3  # nearest places at which somebody enters the layer; assumption, one is enough for who lives at a place


@dataclass(frozen=True, eq=False)
class Travel:
    """Who travels where: rows of people, the places they may pass, and the seats that end a journey.

    count[n]: people of a row; kind[n]: the row's layer; xy[n, 2]. near[n, k]: places to which the row has a cost of its own (home,
    wish; −1 none). place_xy[m, 2]. seat_place[s], demand[s], shortage[s]; able[t, s]: whether layer t may fill seat s. Metres.
    """

    count: Int
    kind: Int
    xy: Float
    near: Int
    place_xy: Float
    seat_place: Int
    demand: Int
    shortage: Int
    able: np.ndarray


@dataclass(frozen=True, eq=False)
class Start:
    """Lines (row, seat) of the flow's plan, and a price in metres for each seat."""

    row: Int
    seat: Int
    price: Int


@dataclass(frozen=True, eq=False)
class Links:
    """Links between nodes with their cost; they hold everybody, so that each of them bounds the levels at its ends."""

    tail: Int
    head: Int
    cost: Int


def links_between(place_xy: Float) -> tuple[Int, Int]:
    """Both directions of the links between neighbouring places: the nearest ones, Delaunay's, and a chain that joins all."""
    places = place_xy.shape[0]
    _far, near = cKDTree(place_xy).query(place_xy, k=min(NEIGHBOURS + 1, places))
    near = near.reshape(places, -1)
    pairs = [np.column_stack([np.repeat(np.arange(places), near.shape[1]), near.ravel()])]
    order = np.lexsort((place_xy[:, 1], place_xy[:, 0]))
    pairs.append(np.column_stack([order[:-1], order[1:]]))
    try:
        corner = Delaunay(place_xy, qhull_options="Qbb Qc Qz").simplices
        pairs += [corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [2, 0]]]
    except QhullError:
        pass  # all places on one line: the chain is the way
    both = np.concatenate(pairs).astype(np.int64)
    both = np.unique(np.concatenate([both, both[:, ::-1]]), axis=0)
    both = both[both[:, 0] != both[:, 1]]
    return both[:, 0], both[:, 1]


def first_placing(travel: Travel, burden: np.ndarray, doors: Int, go_on: Callable[[float], bool]) -> Start:
    """The plan of the flow over links. doors[n, k]: places at which a row enters (−1 none), burden[n, k]: at which cost.

    Straight ways that are shorter than the links' prices say join the links, until none is left, they could save next to nothing or
    `go_on`, told the flow's cost in metres, says no.
    """
    rows, places = travel.count.size, travel.place_xy.shape[0]
    first_seat = rows + travel.able.shape[0] * places
    source = first_seat + travel.demand.size
    balance = np.zeros(source + 2, dtype=np.int64)
    balance[:rows], balance[first_seat:source] = travel.count, -travel.demand
    balance[source], balance[source + 1] = travel.demand.sum(), -travel.count.sum()
    room = int(travel.count.sum() + travel.demand.sum())
    ends, between = _ends(travel, burden, doors, first_seat, source), _between(travel)
    people = np.bincount(travel.kind * places + np.maximum(doors[:, 0], 0), travel.count, travel.able.shape[0] * places)
    level = np.zeros(balance.size, dtype=np.int64)
    while True:
        links = _joined(ends, between)
        rise = links.cost + level[links.tail] - level[links.head]  # the same optimum, found sooner from levels near it
        flow = run_flow(balance.size, links.tail, links.head, np.full(links.cost.size, room), rise, balance)
        level = _levels(links, flow, level)
        cost = float((flow * links.cost).sum())
        more, saved = _short_cuts(travel, level[rows:first_seat].reshape(-1, places), people)
        if not more.tail.size or saved <= ENOUGH * cost or not go_on(cost):
            break
        between = _joined(between, more)
    row, seat = _follow(links, flow, rows, first_seat, source)
    return Start(row, seat, np.asarray(level[first_seat:source] - level[source + 1], dtype=np.int64))


def doors_of(travel: Travel) -> Int:
    """The places at which each row enters its layer: its nearest ones, and those to which it has a cost of its own; −1 none."""
    places = travel.place_xy.shape[0]
    _far, near = cKDTree(travel.place_xy).query(travel.xy, k=min(DOORS, places))
    return np.asarray(np.column_stack([near.reshape(travel.xy.shape[0], -1), travel.near]), dtype=np.int64)


def _ends(travel: Travel, burden: np.ndarray, doors: Int, first_seat: int, source: int) -> Links:
    """Rows to their doors, places to seats; the shortage and the reserve take the rest."""
    rows, places = travel.count.size, travel.place_xy.shape[0]
    at, door = np.nonzero(doors >= 0)
    layer, seat = np.nonzero(travel.able)
    seats = np.arange(travel.demand.size)
    parts = [
        (at, rows + travel.kind[at] * places + doors[at, door], burden[at, door].astype(np.int64)),
        (rows + layer * places + travel.seat_place[seat], first_seat + seat, np.zeros(seat.size, dtype=np.int64)),
        (np.full(seats.size, source), first_seat + seats, travel.shortage),
        (np.arange(rows), np.full(rows, source + 1), np.zeros(rows, dtype=np.int64)),
        (np.array([source]), np.array([source + 1]), np.zeros(1, dtype=np.int64)),
    ]
    return Links(*(np.concatenate([part[i] for part in parts]) for i in range(3)))


def _between(travel: Travel) -> Links:
    """Links between neighbouring places, on every layer."""
    one, other = links_between(travel.place_xy)
    layer = np.repeat(np.arange(travel.able.shape[0]), one.size)
    return _ways(travel, layer, np.tile(one, travel.able.shape[0]), np.tile(other, travel.able.shape[0]))


def _ways(travel: Travel, layer: Int, one: Int, other: Int) -> Links:
    """Straight ways from place to place on their layers."""
    base = travel.count.size + layer * travel.place_xy.shape[0]
    away = np.rint(np.linalg.norm(travel.place_xy[one] - travel.place_xy[other], axis=1)).astype(np.int64)
    return Links(base + one, base + other, np.maximum(away, 1))  # a flow may go round where a way costs nothing


def _joined(one: Links, other: Links) -> Links:
    return Links(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in ("tail", "head", "cost")))


def _short_cuts(travel: Travel, level: Int, people: np.ndarray) -> tuple[Links, float]:
    """Straight ways shorter than the levels say: the best one of each place into each of some parts of the others; and a bound on what
    all of them could save. level[t, m]: metres by layer and place; people[t × m]: who starts there."""
    places = level.shape[1]
    mixed = np.random.default_rng(places).permutation(places)
    parts = np.array_split(mixed, min(PARTS, places))
    found, saved = [], 0.0
    for layer, height in enumerate(level):
        here = people[layer * places : (layer + 1) * places]
        for start in range(0, places, ROWS):
            rows = np.arange(start, min(start + ROWS, places))
            most = np.zeros(rows.size)
            for part in parts:
                gain = (height[part] - height[rows, None]) - _away(travel.place_xy[rows], travel.place_xy[part])
                best = gain.argmax(axis=1)
                won = gain[np.arange(rows.size), best]
                good = won > 1
                found.append(np.column_stack([np.full(good.sum(), layer), rows[good], part[best[good]]]))
                most = np.maximum(most, won)
            saved += float((most * here[rows]).sum())
    ways = np.concatenate(found)
    return _ways(travel, ways[:, 0], ways[:, 1], ways[:, 2]), saved


def _away(one: Float, other: Float) -> np.ndarray:
    """Metres between two lists of points."""
    across = one[:, 0, None] - other[:, 0]
    along = one[:, 1, None] - other[:, 1]
    across *= across
    along *= along
    across += along
    return np.asarray(np.sqrt(across, out=across))


def _follow(links: Links, flow: Int, rows: int, first_seat: int, source: int) -> tuple[Int, Int]:
    """Which row ends at which seat, by following the units of the flow from link to link."""
    used = np.flatnonzero((flow > 0) & (links.tail < first_seat) & (links.head < source))
    used = used[np.argsort(links.tail[used], kind="stable")]
    tail, head, left = links.tail[used].tolist(), links.head[used].tolist(), flow[used].tolist()
    at = np.searchsorted(links.tail[used], np.arange(first_seat + 1)).tolist()
    found: set[tuple[int, int]] = set()
    for first in range(at[rows]):
        going = [(head[first], left[first])]
        while going:
            node, units = going.pop()
            if node >= first_seat:
                found.add((tail[first], node - first_seat))
                continue
            while units:
                link = at[node]
                some = min(units, left[link])
                units -= some
                left[link] -= some
                at[node] += not left[link]
                if some:
                    going.append((head[link], some))
    lines = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return lines[:, 0], lines[:, 1]


def _levels(links: Links, flow: Int, level: Int) -> Int:
    """Metres to each node by the shortest ways in the network that the flow has left, from levels of an earlier flow; a seat's, less the
    reserve's, is its price."""
    back = flow > 0
    return relax(
        level.copy(),
        np.concatenate([links.tail, links.head[back]]),
        np.concatenate([links.head, links.tail[back]]),
        np.concatenate([links.cost, -links.cost[back]]),
        down=True,
    )
