"""A member's possible rosters as a layered graph, and the cheapest roster through it.

One graph serves all members with the same contract and history. A node is what the rules must remember at the
end of a day: the run of work or rest so far, nights in a row, and (when kept exact) minutes this week, minutes in
all and weekends worked. Rules kept out of the nodes are listed in `dropped`; a bound computed with the graph stays
valid because fewer rules only make rosters cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.model import Floats, Ints, Model
from lianfang.planning.rostering.problem import Contract, History

MAX_NODES_A_DAY = 15_000
"""Above this the weekend rule, then total hours leave the nodes (memory and time; measured on the published files)."""

State = tuple[int, int, int, int]
"""Class worked last (-1: a free day), days in the run, nights in a row, 1 when the run's least length is met."""


@dataclass(frozen=True)
class Classes:
    """Shifts with equal length, nightness and rest neighbours behave alike; index 0 is a free day."""

    of_shift: Ints
    units: Ints
    night: NDArray[np.bool_]
    follows: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """Number of classes of work."""
        return len(self.units)


@dataclass
class Graph:
    """next_node[d][node, class+1]: node of the next layer, or its size when barred. end_cost over the last layer."""

    classes: Classes
    next_node: list[Ints]
    end_cost: Floats
    dropped: tuple[str, ...] = ()
    nodes: int = field(default=0)

    def __post_init__(self) -> None:
        self.nodes = sum(len(layer) for layer in self.next_node)


def classes_of(model: Model) -> Classes:
    """Merge shifts that no rule tells apart."""
    keys: dict[tuple[object, ...], int] = {}
    of_shift, first = [], []
    for s in range(len(model.shift_units)):
        key = (int(model.shift_units[s]), bool(model.night[s]), model.follows[s].tobytes(), model.follows[:, s].tobytes())
        if key not in keys:
            keys[key] = len(keys)
            first.append(s)
        of_shift.append(keys[key])
    pick = np.array(first)
    return Classes(np.array(of_shift), model.shift_units[pick], model.night[pick], model.follows[np.ix_(pick, pick)])


class _Runs:
    """All run states of one contract and what each class of work makes of them."""

    def __init__(self, model: Model, classes: Classes, contract: Contract, history: History) -> None:
        self.classes, self.contract = classes, contract
        self.max_nights = model.problem.rules.max_nights_in_row
        self.states: dict[State, int] = {}
        self.table: list[list[int]] = []
        last = history.last_shift
        if last is None:
            start: State = (-1, contract.min_days_off, 0, 1)
        else:
            index = [s.id for s in model.problem.shifts].index(last)
            start = (int(classes.of_shift[index]), max(1, history.worked_in_row), history.nights_in_row, 1)
        self.start = self._id(start)
        done = 0
        while done < len(self.states):
            state = list(self.states)[done]
            self.table.append([self._step(state, c) for c in range(-1, classes.count)])
            done += 1

    def _id(self, state: State) -> int:
        return self.states.setdefault(state, len(self.states))

    def _step(self, state: State, c: int) -> int:
        last, run, nights, met = state
        k = self.contract
        if c < 0:
            if last >= 0 and not met:
                return -1
            if last >= 0:
                return self._id((-1, 1, 0, int(k.min_days_off <= 1)))
            run = min(run + 1, k.min_days_off)
            return self._id((-1, run, 0, int(bool(met) or run >= k.min_days_off)))
        if last < 0:
            if not met:
                return -1
            run = 0
        elif not self.classes.follows[last, c]:
            return -1
        nights = nights + 1 if self.classes.night[c] and self.max_nights is not None else 0
        if run + 1 > k.max_consecutive or (self.max_nights is not None and nights > self.max_nights):
            return -1
        met = int((last >= 0 and bool(met)) or run + 1 >= k.min_consecutive)
        return self._id((c, run + 1, nights, met))


def build_graph(model: Model, contract: Contract, history: History, exact: tuple[str, ...] | None = None) -> Graph:
    """Build the layered graph of one group; `exact` overrides which of ("total", "weekends") stay in the nodes."""
    classes = classes_of(model)
    wanted = ("total", "weekends") if exact is None else exact
    for kept in (wanted, tuple(k for k in wanted if k == "total"), ()):
        graph = _layers(model, classes, contract, history, kept, exact is None and bool(kept))
        if graph is not None:
            return graph
    raise AssertionError("a graph without counters always fits")


def _layers(model: Model, classes: Classes, contract: Contract, history: History, kept: tuple[str, ...], capped: bool
            ) -> Graph | None:
    runs = _Runs(model, classes, contract, history)
    step = np.array(runs.table)
    days, problem = model.problem.horizon, model.problem
    weeks_cap = problem.rules.week_minutes
    week_size = 1 if weeks_cap is None else weeks_cap // model.unit + 1
    count_total = "total" in kept and (contract.max_minutes is not None or contract.min_minutes > 0
                                       or (problem.rules.hour_cost > 0 and contract.target_minutes is not None))
    top = days * int(classes.units.max()) if contract.max_minutes is None else contract.max_minutes // model.unit
    total_size = top + 1 if count_total else 1
    count_weekends = "weekends" in kept and contract.max_weekends is not None
    weekend_size = (contract.max_weekends or 0) + 1 if count_weekends else 1
    dims = (len(step), week_size, total_size, weekend_size)
    worked_state = np.array([s[0] >= 0 for s in runs.states])
    week0 = 0 if weeks_cap is None else -(-history.week_minutes // model.unit)
    if week0 >= week_size and problem.first_weekday != 0:
        week0 = week_size - 1
    codes = np.array([np.ravel_multi_index((runs.start, min(week0, week_size - 1), 0, 0), dims)])
    layers: list[Ints] = []
    class_units = np.concatenate([[0], classes.units])
    for day in range(days):
        run, week, total, weekend = np.unravel_index(codes, dims)
        weekday = (day + problem.first_weekday) % 7
        if weekday == 0:
            week = np.zeros_like(week)
        new_run = step[run]
        add = class_units[None, :]
        new_week = week[:, None] + (add if weeks_cap is not None else 0)
        new_total = total[:, None] + (add if count_total else 0)
        fresh = weekday == 5 or (weekday == 6)
        plus = np.zeros(new_run.shape, dtype=np.int64)
        if count_weekends and fresh:
            plus[:, 1:] = 1
            if weekday == 6 and (day > 0 or history.last_shift is not None):
                plus[worked_state[run], 1:] = 0
        new_weekend = weekend[:, None] + plus
        good = (new_run >= 0) & (new_week < week_size) & (new_total < total_size) & (new_weekend < weekend_size)
        flat = np.full(new_run.shape, -1, dtype=np.int64)
        picked = np.broadcast_arrays(new_run, new_week, new_total, new_weekend)
        flat[good] = np.ravel_multi_index(tuple(p[good] for p in picked), dims)
        codes, inverse = np.unique(flat[good], return_inverse=True)
        if capped and len(codes) > MAX_NODES_A_DAY:
            return None
        layer = np.full(new_run.shape, len(codes), dtype=np.int64)
        layer[good] = inverse
        layers.append(layer)
    _, _, total, _ = np.unravel_index(codes, dims)
    end = _end_cost(model, contract, total, count_total)
    dropped = []
    if not count_total and (contract.max_minutes is not None or contract.min_minutes > 0):
        dropped.append("total")
    if not count_weekends and contract.max_weekends is not None:
        dropped.append("weekends")
    return _prune(Graph(classes, layers, end, tuple(dropped)))


def _end_cost(model: Model, contract: Contract, total: Ints, counted: bool) -> Floats:
    end = np.zeros(len(total))
    if counted:
        end[total * model.unit < contract.min_minutes] = np.inf
        if model.problem.rules.hour_cost and contract.target_minutes is not None:
            end += model.problem.rules.hour_cost * np.abs(total * model.unit - contract.target_minutes) / 60
    return end


def _prune(graph: Graph) -> Graph:
    """Drop nodes from which no end can be reached, and renumber."""
    alive = np.isfinite(graph.end_cost)
    graph.end_cost = graph.end_cost[alive]
    for day in range(len(graph.next_node) - 1, -1, -1):
        size = int(alive.sum())
        renumber = np.append(np.where(alive, np.cumsum(alive) - 1, size), size)
        layer = renumber[graph.next_node[day]]
        alive = (layer < size).any(axis=1)
        graph.next_node[day] = layer if day == 0 else layer[alive]
    graph.__post_init__()
    return graph


def cheapest(graph: Graph, prices: Floats) -> tuple[Floats, Ints]:
    """Cheapest roster of each member for prices[m, d, class+1] → (value[m], inf when none; class[m, d], -1 free)."""
    members, days, _ = prices.shape
    values: list[Floats] = [np.empty(0)] * (days + 1)
    values[days] = np.append(graph.end_cost, np.inf)[:, None].repeat(members, axis=1)
    for day in range(days - 1, -1, -1):
        layer, later = graph.next_node[day], values[day + 1]
        best = later[layer[:, 0]] + prices[:, day, 0]
        for c in range(1, layer.shape[1]):
            np.minimum(best, later[layer[:, c]] + prices[:, day, c], out=best)
        values[day] = np.append(best, np.full((1, members), np.inf), axis=0)
    node = np.zeros(members, dtype=np.int64)
    who = np.arange(members)
    chosen = np.empty((members, days), dtype=np.int64)
    for day in range(days):
        onward = graph.next_node[day][node]
        chosen[:, day] = np.argmin(values[day + 1][onward, who[:, None]] + prices[:, day], axis=1)
        node = onward[who, chosen[:, day]]
        node = np.minimum(node, len(graph.next_node[day + 1]) - 1) if day + 1 < days else node
    return values[0][0], chosen - 1


def cheapest_one(graph: Graph, prices: Floats) -> tuple[float, Ints]:
    """The same for one member: prices[d, class+1] → (value, class[d])."""
    days = len(prices)
    values: list[Floats] = [np.empty(0)] * (days + 1)
    values[days] = np.append(graph.end_cost, np.inf)
    for day in range(days - 1, -1, -1):
        best = (values[day + 1][graph.next_node[day]] + prices[day]).min(axis=1)
        values[day] = np.append(best, np.inf)
    value = float(values[0][0])
    chosen = np.full(days, -1, dtype=np.int64)
    if not np.isfinite(value):
        return value, chosen
    node = 0
    for day in range(days):
        onward = graph.next_node[day][node]
        c = int(np.argmin(values[day + 1][onward] + prices[day]))
        chosen[day] = c - 1
        node = int(onward[c])
    return value, chosen
