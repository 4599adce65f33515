"""A proven lower bound by Lagrangian relaxation, and the dual prices that certify it.

With a price pi[d, a] on every demanded place and mu[m, s] on every limit of times per shift, members no longer
compete: each takes the cheapest roster through their own graph. For any pi in [-over, under] and mu >= 0
    sum(pi * need) - sum(mu * limit) + sum_m cheapest_m(cost - pi + mu)
is a lower bound on every plan (Fisher, Management Science 27, 1981). `columns.py` finds good prices with a master
programme over whole rosters; a subgradient climb was tried first and was far slower.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.automaton import Graph, build_graph
from lianfang.planning.rostering.model import Floats, Ints, Model
from lianfang.planning.rostering.tables import flatten

BATCH_CELLS = 3_000_000
"""Nodes of the widest layer times members priced at once (assumption: keeps a batch below about 50 MB)."""


@dataclass(frozen=True)
class Prices:
    """The certificate: place[d, a] in [-over, under], limit[m, s] >= 0. `value` is the bound they prove."""

    place: Floats
    limit: Floats
    value: float


class Relaxation:
    """Evaluates the bound for given prices; keeps the graphs of all groups.

    limited[m, s]: limits that the graphs leave out and a price must keep; loose[m]: members whose graph leaves any
    rule out, so that a path through it may be no lawful roster.
    """

    def __init__(self, model: Model, graphs: list[Graph] | None = None) -> None:
        self.model = model
        self.graphs = [build_graph(model, group) for group in model.groups] if graphs is None else graphs
        self.tables = flatten(self.graphs)
        self.of_class = self.graphs[0].classes.of_shift[model.act_shift]
        order = np.argsort(self.of_class, kind="stable")
        self.order = order
        self.starts = np.flatnonzero(np.append(True, np.diff(self.of_class[order]) > 0))
        self.present = self.of_class[order][self.starts]
        self.members = [np.flatnonzero(model.group == g) for g in range(len(self.graphs))]
        self.limited = np.array((model.limit > 0) & (model.limit < model.problem.horizon), dtype=bool)
        for group, graph, who in zip(model.groups, self.graphs, self.members, strict=True):
            if "limits" not in graph.dropped:
                counted = np.array([s for s, _ in group.limits], dtype=np.int64)
                self.limited[who[:, None], counted[None, :]] = False

        self.loose = np.array(self.limited.any(axis=1), dtype=bool, ndmin=1)
        for graph, who in zip(self.graphs, self.members, strict=True):
            self.loose[who] |= bool({"total", "weekends"} & set(graph.dropped))

    def class_prices(self, price: Floats, off: Floats) -> Floats:
        """Cheapest activity of each class: price[..., d, a], off[..., d] → [..., d, class+1]."""
        out = np.full((*off.shape, self.graphs[0].classes.count + 1), np.inf)
        out[..., 0] = off
        out[..., self.present + 1] = np.minimum.reduceat(price[..., self.order], self.starts, axis=-1)
        return out

    def activities(self, classes: Ints, price: Floats) -> Ints:
        """The cheapest activity of the chosen class of each day: classes[..., d] → activity, -1 free."""
        masked = np.where(self.of_class == classes[..., None], price, np.inf)
        return np.where(classes >= 0, masked.argmin(axis=-1), -1)

    def answer(self, place: Floats, limit: Floats, only: NDArray[np.bool_] | None = None) -> tuple[Floats, Ints]:
        """Every member's (or only[m]'s) cheapest roster under the prices → (value[m], roster[m, d])."""
        model = self.model
        values = np.zeros(len(model.group))
        roster = np.full(model.shape[:2], -1, dtype=np.int64)
        for g, (graph, everybody) in enumerate(zip(self.graphs, self.members, strict=True)):
            who = everybody if only is None else everybody[only[everybody]]
            widest = max(len(layer) for layer in graph.next_node)
            size = max(1, BATCH_CELLS // widest)
            for start in range(0, len(who), size):
                part = who[start : start + size]
                price = model.cost[part] - place + limit[part][:, None, model.act_shift]
                values[part], classes = self.tables.answer(g, self.class_prices(price, model.off_cost[part]))
                roster[part] = self.activities(classes, price)
        return values, roster

    def value(self, answers: Floats, place: Floats, limit: Floats) -> float:
        """The bound that the answers prove."""
        model = self.model
        paid = float((limit * np.where(self.limited, model.limit, 0)).sum())
        return float((place * model.need).sum()) - paid + float(answers.sum())

    def slope(self, roster: Ints) -> tuple[Floats, Floats]:
        """The subgradient at the answers: people missing per place, times above each limit."""
        model = self.model
        missing = model.need - model.counts(roster).astype(float)
        above = np.zeros(model.limit.shape)
        if self.limited.any():
            shifts = np.append(model.act_shift, -1)[roster]
            for s in np.flatnonzero(self.limited.any(axis=0)):
                above[:, s] = (shifts == s).sum(axis=1) - model.limit[:, s]
            above[~self.limited] = 0.0
        return missing, above


def first_prices(relaxation: Relaxation) -> Prices:
    """Start of the climb: nothing costs anything."""
    model = relaxation.model
    place, limit = np.zeros(model.need.shape), np.zeros(model.limit.shape)
    values, _ = relaxation.answer(place, limit)
    return Prices(place, limit, relaxation.value(values, place, limit))
