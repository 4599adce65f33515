"""The members' graphs and prices as flat tables for the compiled loops of `kernels.py`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering import kernels
from lianfang.planning.rostering.automaton import Graph
from lianfang.planning.rostering.model import Floats, Ints, Model


@dataclass(frozen=True)
class Tables:
    """All graphs in one table; see `kernels` for the layout. end_at[g]: where the ends of group g begin."""

    onward: NDArray[np.int32]
    start: Ints
    size: Ints
    end: Floats
    end_at: Ints

    @property
    def work(self) -> Ints:
        """Steps of one cheapest path per group: nodes times kinds of day."""
        return self.size.sum(axis=1) * self.onward.shape[0]

    def answer(self, g: int, prices: Floats) -> tuple[Floats, Ints]:
        """Cheapest rosters of members of group g for prices[m, d, class+1] → (value[m], inf if none; class[m, d])."""
        members, days, _ = prices.shape
        value, chosen = np.empty(members), np.full((members, days), -1, dtype=np.int64)
        finite = np.ascontiguousarray(np.minimum(prices, kernels.FAR))
        ends = self.end[self.end_at[g] : self.end_at[g + 1]]
        kernels.cheapest_many(self.onward, self.start[g], self.size[g], ends, finite, value, chosen)
        value[value >= kernels.FAR / 2] = np.inf
        return value, chosen

    def answer_one(self, g: int, prices: Floats) -> tuple[float, Ints]:
        """The same for one member: prices[d, class+1] → (value, class[d])."""
        finite = np.ascontiguousarray(np.minimum(prices, kernels.FAR))
        chosen = np.full(len(prices), -1, dtype=np.int64)
        room = np.empty(int(self.size[g].sum()) + len(prices) + 2)
        ends = self.end[self.end_at[g] : self.end_at[g + 1]]
        value = kernels.cheapest_one(self.onward, self.start[g], self.size[g], ends, finite, room, chosen)
        return (value if value < kernels.FAR / 2 else np.inf), chosen


def flatten(graphs: list[Graph]) -> Tables:
    """Lay the graphs out one after the other; their own layers become views of the table (memory)."""
    sizes = np.array([[*(len(layer) for layer in g.next_node), len(g.end_cost)] for g in graphs], dtype=np.int64)
    firsts = np.concatenate([[0], np.cumsum(sizes[:, :-1].ravel())[:-1]]).reshape(len(graphs), -1)
    kinds = graphs[0].next_node[0].shape[1]
    onward = np.empty((kinds, int(sizes[:, :-1].sum())), dtype=np.int32)
    for g, graph in enumerate(graphs):
        for day, layer in enumerate(graph.next_node):
            part = onward[:, firsts[g, day] : firsts[g, day] + len(layer)]
            part[:] = layer.T
            graph.next_node[day] = part.T
    return Tables(
        onward=onward,
        start=np.ascontiguousarray(firsts.astype(np.int64)),
        size=sizes,
        end=np.minimum(np.concatenate([g.end_cost for g in graphs]), kernels.FAR),
        end_at=np.concatenate([[0], np.cumsum(sizes[:, -1])]).astype(np.int64),
    )


@dataclass
class Terms:
    """What the loops need of a model, with inf replaced; charge and state change as they run."""

    cost: Floats
    off: Floats
    hours: Ints
    weekend: Floats
    charge: Floats
    state: NDArray[np.uint64]


def terms(model: Model, seed: int) -> Terms:
    """Arrays for `kernels.settle`; weekend[d] is 0, 1 on a weekend's first and 2 on its second day."""
    problem = model.problem
    hours = np.empty((len(problem.members), 3), dtype=np.int64)
    for m, member in enumerate(problem.members):
        contract = member.contract
        most = 2**40 if contract.max_minutes is None else contract.max_minutes // model.unit
        ends = problem.horizon if contract.max_weekends is None else contract.max_weekends
        hours[m] = -(-contract.min_minutes // model.unit), most, ends
    day = (np.arange(problem.horizon) + problem.first_weekday) % 7
    weekend = np.where(day == 5, 1.0, np.where(day == 6, 2.0, 0.0))
    state = np.random.default_rng(seed).integers(1, 2**63, size=1, dtype=np.uint64)
    return Terms(
        cost=np.ascontiguousarray(np.minimum(model.cost, kernels.FAR)),
        off=np.minimum(model.off_cost, kernels.FAR),
        hours=hours,
        weekend=weekend,
        charge=np.zeros((len(problem.members), len(model.act_shift) + 1)),
        state=state,
    )
