"""Local search over connected grids: move one border unit at a time, by simulated annealing with a price on overweight.

Source: Kirkpatrick, Gelatt and Vecchi 1983; the move and its connectivity test follow Ricca, Scozzari and Simeone 2013,
"Political districting: from classical models to recent approaches". A grid is never left disconnected or empty.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np

from lianfang.planning.districting.graph import Graph
from lianfang.planning.districting.problem import Int
from lianfang.planning.stop import Clock

INNER = 0.05  # of the room between the limits that the search keeps clear on each side; assumption


@dataclass(frozen=True)
class Params:
    """How long and how hot: visits of border units in all, temperatures in mean border lengths, price of overweight.

    hot, cold: first and last temperature. cheap, dear: first and last price of a grid that is one mean weight over its
    limit, in mean border lengths. balance: the imbalance asked for when the problem has no weight range. starts: METIS
    runs to choose from. change: price of one unit that leaves its previous grid, in mean border lengths. Assumptions,
    tuned on seeded planar graphs.
    """

    visits: int = 1_500_000
    hot: float = 0.7
    cold: float = 0.06
    cheap: float = 60.0
    dear: float = 3_000.0
    balance: float = 0.03
    starts: int = 4
    change: float = 6.0

    def __post_init__(self) -> None:
        if self.visits < 0 or self.starts < 1 or not 0 < self.cold <= self.hot or self.balance < 0 or self.change < 0:
            raise ValueError("Params: visits, starts, temperatures, balance and change must make sense")


@dataclass(frozen=True)
class Limits:
    """Weights a grid should keep to, and the mean."""

    low: float
    high: float
    mean: float

    @property
    def inner(self) -> tuple[float, float]:
        """The limits that moves are priced by: a little inside the true ones, so that those are met in the end."""
        room = INNER * (self.high - max(self.low, 2 * self.mean - self.high))
        return (self.low + room if self.low > 0 else 0.0), self.high - room

    def excess(self, load: np.ndarray) -> float:
        """How far all grids together are outside, in means."""
        over = np.maximum(load - self.high * (1 + 1e-12), 0) + np.maximum(self.low * (1 - 1e-12) - load, 0)
        return float(over.sum() / max(self.mean, 1e-300))


class Search:
    """The moving state: grid of each node, load and size of each grid; all in plain lists, which are fastest here."""

    def __init__(
        self,
        graph: Graph,
        part: Int,
        grids: int,
        limits: Limits,
        fixed: np.ndarray | None,
        home: Int | None,
        change: float,
    ) -> None:
        self.graph = graph
        scale = float(graph.length.mean()) if graph.length.size and graph.length.mean() > 0 else 1.0
        first, head, length = graph.first.tolist(), graph.head.tolist(), (graph.length / scale).tolist()
        self.near = [head[first[v] : first[v + 1]] for v in range(graph.nodes)]
        self.border = [length[first[v] : first[v + 1]] for v in range(graph.nodes)]
        self.weight = graph.weight.tolist()
        self.part: list[int] = part.tolist()
        self.load: list[float] = np.bincount(part, graph.weight, grids).tolist()
        self.size: list[int] = np.bincount(part, minlength=grids).tolist()
        self.limits = limits
        self.fixed = fixed
        self.home = home.tolist() if home is not None else None
        self.change = change
        self.grids = grids

    def connected_without(self, v: int, near: list[int]) -> bool:
        """Whether the grid of v stays connected when v leaves; near: its neighbours in that grid."""
        if len(near) <= 1:
            return True
        part, p = self.part, self.part[v]
        wanted = set(near[1:])
        seen = {v, near[0]}
        queue = [near[0]]
        for u in queue:
            for w in self.near[u]:
                if part[w] == p and w not in seen:
                    seen.add(w)
                    if w in wanted:
                        wanted.discard(w)
                        if not wanted:
                            return True
                    queue.append(w)
        return False

    def sweep(self, nodes: list[int], heat: float, price: float, rng: random.Random) -> int:
        """Visit these nodes once; returns how many moved."""
        part, load, size, weight = self.part, self.load, self.size, self.weight
        low, high, unit = *self.limits.inner, price / max(self.limits.mean, 1e-300)
        moved = 0
        for v in nodes:
            p = part[v]
            if size[p] == 1:
                continue
            links: dict[int, float] = {}
            for u, border in zip(self.near[v], self.border[v], strict=True):
                q = part[u]
                links[q] = links.get(q, 0.0) + border
            own = links.pop(p, 0.0)
            if not links:
                continue
            w = weight[v]
            left = load[p] - w
            gone = max(load[p] - high, 0.0) + max(low - load[p], 0.0) - max(left - high, 0.0) - max(low - left, 0.0)
            best, target = math.inf, -1
            for q, link in links.items():
                there = load[q] + w
                come = (
                    max(there - high, 0.0) + max(low - there, 0.0) - max(load[q] - high, 0.0) - max(low - load[q], 0.0)
                )
                rise = own - link + unit * (come - gone)
                if self.home is not None and self.home[v] >= 0:
                    rise += self.change * ((q != self.home[v]) - (p != self.home[v]))
                if heat > 0.0 and len(links) > 1:
                    rise += heat * rng.random()
                if rise < best:
                    best, target = rise, q
            if best > 1e-12 and (heat <= 0.0 or rng.random() >= math.exp(-best / heat)):
                continue
            if (best > -1e-12 and heat <= 0.0) or not self.connected_without(
                v, [u for u in self.near[v] if part[u] == p]
            ):
                continue
            part[v] = target
            load[p], load[target] = left, load[target] + w
            size[p] -= 1
            size[target] += 1
            moved += 1
        return moved

    def border_nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """Nodes with a neighbour in another grid, and the grids as an array."""
        part = np.array(self.part)
        tail = self.graph.tail
        other = part[tail] != part[self.graph.head]
        flag = np.zeros(part.size, dtype=bool)
        flag[tail[other]] = True
        if self.fixed is not None:
            flag &= ~self.fixed
        return np.flatnonzero(flag), part

    def value(self, part: np.ndarray) -> tuple[float, float]:
        """What is compared: weight outside the limits first, then border and changes."""
        load = np.bincount(part, self.graph.weight, self.grids)
        extra = 0.0
        if self.home is not None:
            home = np.array(self.home)
            extra = self.change * float(((home >= 0) & (home != part)).sum())
        scale = float(self.graph.length.mean()) if self.graph.length.size else 1.0
        return round(self.limits.excess(load), 9), self.graph.cut(part) + extra * scale


def anneal(search: Search, params: Params, clock: Clock, seed: int, *, visits: int, quiet: bool = False) -> Int:
    """Cool down from hot to cold, then only downhill; the best grids seen at the end of a sweep.

    quiet: no heat at all, for a redraw that should change little.
    """
    rng = random.Random(seed)
    nodes, part = search.border_nodes()
    best, value = part, search.value(part)
    sweeps = max(12, int(visits / max(nodes.size, 1)))
    for k in range(sweeps):
        share = k / max(sweeps - 1, 1)
        heat = params.hot * (params.cold / params.hot) ** share
        if quiet or share > 0.92:
            heat = 0.05 if quiet and value[0] > 0 and share < 0.9 else 0.0
        price = params.cheap * (params.dear / params.cheap) ** share
        order = nodes.tolist()
        rng.shuffle(order)
        moved = search.sweep(order, heat, price, rng)
        nodes, part = search.border_nodes()
        now = search.value(part)
        if now < value:
            best, value = part, now
        if not clock.report("annealing", value[1] if value[0] == 0 else None):
            break
        if heat == 0.0 and not moved:
            break
    return np.asarray(best, dtype=np.int64)
