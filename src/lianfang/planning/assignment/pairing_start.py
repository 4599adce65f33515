"""A first plan for organisations and communities: the larger side one by one to the smaller, links exchanged while that pays.

Of the two sides the larger one's members ("items") get one link each, the smaller one's ("owners") one or more: the fewest links
there can be. A search exchanges two items between owners, or moves one, always by the best of all such moves at once; then links
are added where people missing cost more than a link. Source: steepest descent over swap and shift neighbourhoods, as in S. Martello,
P. Toth (1990), Knapsack Problems, ch. 7 (generalised assignment).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array

from lianfang.planning.assignment.domain import Pairing
from lianfang.planning.assignment.problem import Float, Int
from lianfang.planning.stop import Clock

MOVES: Final = 5_000
"""Moves of one descent at most; a descent of 110 organisations takes some hundreds (assumption)."""
KICKS: Final = 300
KICK: Final = 3
"""A plan is shaken KICKS times by KICK chance exchanges each (assumption): 0.15 s of CPU for 110 organisations and 113 communities."""
EPSILON: Final = 1e-6
Links = tuple[Int, Int, Int]
"""Organisation, community and people of each link."""


def first_plan(problem: Pairing, link: Float, pinned: np.ndarray, clock: Clock) -> Links | None:
    """Links by a search, None where it has nothing to say: people that cost by the head, or pins that ask for more than the fewest.

    link[k, m]: what a link costs here (the plan before is cheaper than in the problem). pinned[k, m]: links that must be.
    """
    units, places = link.shape
    by_unit = units <= places
    held = pinned if by_unit else pinned.T
    if problem.people_cost.any() or (held.sum(axis=0) > 1).any():
        return None
    search = (
        _Search(link, problem.size, problem.need, problem.most_links, problem.shortage_cost, by_unit)
        if by_unit
        else _Search(link.T, problem.need, problem.size, problem.most_units, problem.shortage_cost, by_unit)
    )
    if not search.begin(np.where(held.any(axis=0), held.argmax(axis=0), -1)):
        return None
    search.descend(clock)
    search.shake(clock)
    item = np.arange(search.owner.size, dtype=np.int64)
    unit, place = (search.owner, item) if by_unit else (item, search.owner)
    linked = np.zeros(link.shape, dtype=bool)
    linked[unit, place] = True
    people = _with_more(problem, link, linked)
    unit, place = (part.astype(np.int64) for part in np.nonzero(linked))
    return unit, place, people[unit, place]


class _Search:
    """Owners with room for so many people, items that weigh so many; owner[i]: whose item i is."""

    def __init__(self, cost: Float, room: Int, weight: Int, most: int, shortage: float, room_sends: bool) -> None:
        self.cost, self.most, self.shortage, self.room_sends = cost, most, shortage, room_sends
        self.room, self.weight = room.astype(np.float64), weight.astype(np.float64)
        self.everybody = np.arange(self.room.size, dtype=np.int64)
        self.owner = np.full(self.weight.size, -1, dtype=np.int64)
        self.fixed = np.zeros(self.weight.size, dtype=bool)

    def price(self, load: Float, owner: Int) -> Float:
        """What the missing people of owners with these loads cost: those an organisation has too few, or a community lacks.

        load: by owner, or by owner and something else.
        """
        room = self.room[owner].reshape((-1,) + (1,) * (load.ndim - 1))
        return np.asarray(self.shortage * np.maximum(load - room if self.room_sends else room - load, 0.0))

    def begin(self, held: Int) -> bool:
        """Fixed items to their owner (held[i], -1 for a free one), each owner without one its first by a matching, the others one by
        one to whom they cost least; False where the caps forbid it."""
        self.owner, self.fixed = held.copy(), np.asarray(held >= 0)
        self._count()
        empty, free = np.flatnonzero(self.count == 0), np.flatnonzero(held < 0)
        if empty.size > free.size or (self.count > self.most).any():
            return False
        alone = np.broadcast_to(self.weight[free], (empty.size, free.size))
        gain = self.price(alone, empty) - self.price(np.zeros(empty.size), empty)[:, None]
        who, what = linear_sum_assignment(self.cost[np.ix_(empty, free)] + gain)
        self.owner[free[what]] = empty[who]
        self._count()
        for item in np.argsort(-self.weight, kind="stable").tolist():
            if self.owner[item] >= 0:
                continue
            now = self.price(self.load, self.everybody)
            extra = self.cost[:, item] + self.price(self.load + self.weight[item], self.everybody) - now
            best = int(np.argmin(np.where(self.count < self.most, extra, np.inf)))
            if self.count[best] >= self.most:
                return False
            self.owner[item] = best
            self.load[best] += self.weight[item]
            self.count[best] += 1
        return True

    def _count(self) -> None:
        there = self.owner >= 0
        self.load: Float = np.bincount(self.owner[there], self.weight[there], self.room.size).astype(np.float64)
        self.count: Int = np.bincount(self.owner[there], minlength=self.room.size).astype(np.int64)

    def descend(self, clock: Clock) -> None:
        """The best exchange or move, again and again, until none pays or the time is over."""
        for _ in range(MOVES):
            if clock.left <= 0:
                return
            gain_swap, pair = self._best_swap()
            gain_move, (item, to) = self._best_move()
            if min(gain_swap, gain_move) >= -EPSILON:
                return
            if gain_swap <= gain_move:
                first, second = pair
                self._put(first, second)
            else:
                self._shift(item, to)

    def shake(self, clock: Clock) -> None:
        """Some items change owners by chance, then descend again; what came out better stays. The same dice every time."""
        dice, best = np.random.default_rng(self.owner.size), self._kept()
        for _ in range(KICKS if self.room.size > 1 else 0):
            if clock.left <= 0:
                break
            for _ in range(KICK):
                first, second = dice.choice(self.owner.size, 2, replace=False).tolist()
                if self.owner[first] != self.owner[second] and not self.fixed[[first, second]].any():
                    self._put(first, second)
            self.descend(clock)
            if self.total() < best[0] - EPSILON:
                best = self._kept()
            else:
                self.owner, self.load, self.count = best[1].copy(), best[2].copy(), best[3].copy()
        _, self.owner, self.load, self.count = best

    def total(self) -> float:
        """What links and missing people cost."""
        return float(
            self.cost[self.owner, np.arange(self.owner.size)].sum() + self.price(self.load, self.everybody).sum()
        )

    def _kept(self) -> tuple[float, Int, Float, Int]:
        return self.total(), self.owner.copy(), self.load.copy(), self.count.copy()

    def _best_swap(self) -> tuple[float, tuple[int, int]]:
        owner, weight = self.owner, self.weight
        here = self.cost[owner, np.arange(owner.size)]
        links = self.cost[owner, :] - here[:, None]  # item in the column with the owner of the row
        step = weight[None, :] - weight[:, None]  # what the owner of the row gains
        now = self.price(self.load[owner], owner)
        change = self.price(self.load[owner][:, None] + step, owner) - now[:, None]
        delta = links + links.T + change + change.T
        delta[(owner[:, None] == owner[None, :]) | self.fixed[:, None] | self.fixed[None, :]] = np.inf
        at = int(np.argmin(delta))
        return float(delta.flat[at]), (at // owner.size, at % owner.size)

    def _best_move(self) -> tuple[float, tuple[int, int]]:
        item = np.arange(self.owner.size, dtype=np.int64)
        now = self.price(self.load, self.everybody)
        leaves = self.price(self.load[self.owner] - self.weight, self.owner) - now[self.owner]
        comes = self.price(self.load[:, None] + self.weight[None, :], self.everybody) - now[:, None]
        delta = self.cost + comes + (leaves - self.cost[self.owner, item])[None, :]
        delta[self.count >= self.most, :] = np.inf
        delta[:, (self.count[self.owner] < 2) | self.fixed] = np.inf
        delta[self.owner, item] = np.inf
        at = int(np.argmin(delta))
        return float(delta.flat[at]), (at % item.size, at // item.size)

    def _put(self, first: int, second: int) -> None:
        one, other = int(self.owner[first]), int(self.owner[second])
        step = self.weight[second] - self.weight[first]
        self.load[one] += step
        self.load[other] -= step
        self.owner[first], self.owner[second] = other, one

    def _shift(self, item: int, to: int) -> None:
        self.load[self.owner[item]] -= self.weight[item]
        self.count[self.owner[item]] -= 1
        self.owner[item] = to
        self.load[to] += self.weight[item]
        self.count[to] += 1


def _with_more(problem: Pairing, link: Float, linked: np.ndarray) -> Int:
    """People on the links, after adding each link that saves more missing people than it costs; `linked` grows by those."""
    people = sent_over(problem, linked)
    while True:
        spare = problem.size - people.sum(axis=1)
        lack = problem.need - people.sum(axis=0)
        gain = problem.shortage_cost * np.minimum(spare[:, None], lack[None, :]) - link
        gain[linked] = -np.inf
        gain[linked.sum(axis=1) >= problem.most_links, :] = -np.inf
        gain[:, linked.sum(axis=0) >= problem.most_units] = -np.inf
        unit, place = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if gain[unit, place] <= EPSILON:
            return people
        linked[unit, place] = True
        people[unit, place] = min(spare[unit], lack[place])


def sent_over(problem: Pairing, linked: np.ndarray) -> Int:
    """As many people as links can carry: people[k, m], within sizes and needs; whole numbers, as a flow has them at its corners."""
    unit, place = np.nonzero(linked)
    count = unit.size
    at = np.arange(count)
    rows = coo_array(
        (np.ones(2 * count), (np.concatenate([unit, problem.size.size + place]), np.concatenate([at, at]))),
        shape=(problem.size.size + problem.need.size, count),
    )
    most = np.concatenate([problem.size, problem.need]).astype(np.float64)
    found = linprog(-np.ones(count), A_ub=rows.tocsr(), b_ub=most, bounds=(0, None), method="highs-ds")
    people = np.zeros(linked.shape, dtype=np.int64)
    people[unit, place] = np.rint(found.x).astype(np.int64)
    return people


def least_links(problem: Pairing, link: Float, pinned: Float) -> float:
    """A proven bound: the cheapest links that leave nobody without one, the pinned among them, and the people nobody can send."""
    units, places = link.shape
    at = np.arange(units * places)
    rows = coo_array(
        (np.ones(2 * at.size), (np.concatenate([at // places, units + at % places]), np.concatenate([at, at]))),
        shape=(units + places, at.size),
    )
    bounds = np.column_stack([pinned.ravel(), np.ones(at.size)])
    found = linprog(link.ravel(), A_ub=-rows.tocsr(), b_ub=-np.ones(units + places), bounds=bounds, method="highs")
    missing = max(0, int(problem.need.sum()) - int(problem.size.sum()))
    return (float(found.fun) if found.status == 0 else 0.0) + problem.shortage_cost * missing


__all__ = ["first_plan", "least_links", "sent_over"]
