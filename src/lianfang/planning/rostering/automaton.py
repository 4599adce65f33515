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

from lianfang.planning.rostering.model import Floats, Group, Ints, Model
from lianfang.planning.rostering.problem import Contract, History

HOPELESS = 20
"""Possible nodes over allowed ones above which building is not even tried (assumption)."""
MAX_NODES_A_DAY = 20_000
"""Above this the weekend rule, then total hours leave the nodes (memory and time; measured on the published files)."""

State = tuple[int, int, int, int]
"""Class worked last (FREE, or BEFORE day 0), days in the run, nights in a row, 1 when the run's least length is met."""
FREE, BEFORE = -1, -2


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
    next_node: list[NDArray[np.integer]]
    end_cost: Floats
    dropped: tuple[str, ...] = ()
    nodes: int = field(default=0)

    def __post_init__(self) -> None:
        self.nodes = sum(len(layer) for layer in self.next_node)


def classes_of(model: Model) -> Classes:
    """Merge shifts that no rule tells apart."""
    counted = {s for group in model.groups for s, _ in group.limits}
    keys: dict[tuple[object, ...], int] = {}
    of_shift, first = [], []
    for s in range(len(model.shift_units)):
        bars = model.follows[s].tobytes(), model.follows[:, s].tobytes()
        key = (int(model.shift_units[s]), bool(model.night[s]), *bars, s if s in counted else -1)
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
        self.longest = min(contract.max_consecutive, model.problem.horizon + history.worked_in_row + 1)
        last = history.last_shift
        if last is None:
            start: State = (BEFORE, 0, 0, 1)
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
            run = k.min_days_off if last == BEFORE else min(run + 1, k.min_days_off) if last == FREE else 1
            return self._id((FREE, run, 0, int(run >= k.min_days_off)))
        if last < 0:
            if not met:
                return -1
            run = 0
        elif not self.classes.follows[last, c]:
            return -1
        nights = nights + 1 if self.classes.night[c] and self.max_nights is not None else 0
        if run + 1 > self.longest or (self.max_nights is not None and nights > self.max_nights):
            return -1
        met = int((last != FREE and bool(met)) or run + 1 >= k.min_consecutive)
        return self._id((c, run + 1, nights, met))


KEPT = (("total", "weekends", "limits"), ("total", "weekends"), ("total",), ("weekends",), ())
"""What stays in the nodes, tried in this order until the layers are small enough."""


def build_graph(model: Model, group: Group, exact: tuple[str, ...] | None = None) -> Graph:
    """Build the layered graph of one group; `exact` overrides what stays in the nodes besides the runs."""
    classes = classes_of(model)
    for kept in KEPT if exact is None else (exact,):
        layers = _Layers(model, classes, group, kept)
        if exact is None and kept and np.prod(layers.dims, dtype=float) > HOPELESS * MAX_NODES_A_DAY:
            continue
        graph = layers.build(MAX_NODES_A_DAY if exact is None and kept else None)
        if graph is not None:
            return graph
    raise AssertionError("a graph without counters always fits")


class _Layers:
    """Grows the graph day by day; a node is (run state, this week, in all, weekends, limited shifts)."""

    def __init__(self, model: Model, classes: Classes, group: Group, kept: tuple[str, ...]) -> None:
        contract, rules = group.contract, model.problem.rules
        self.model, self.classes, self.group = model, classes, group
        self.runs = _Runs(model, classes, contract, group.history)
        self.step = np.array(self.runs.table)
        self.worked_state = np.array([state[0] >= 0 for state in self.runs.states])
        self.weekly = rules.week_minutes is not None
        has_target = rules.hour_cost > 0 and contract.target_minutes is not None
        has_total = contract.max_minutes is not None or contract.min_minutes > 0
        self.total = "total" in kept and (has_total or has_target)
        self.weekends = "weekends" in kept and contract.max_weekends is not None
        self.limits = group.limits if "limits" in kept else ()
        self.dropped = tuple(
            name
            for name, there, counted in (
                ("total", has_total, self.total),
                ("weekends", contract.max_weekends is not None, self.weekends),
                ("limits", bool(group.limits), bool(self.limits)),
            )
            if there and not counted
        )
        self.least = -(-contract.min_minutes // model.unit)
        self.most_left = self._most_left()
        longest = model.problem.horizon * int(classes.units.max())
        top = longest if contract.max_minutes is None else min(longest, contract.max_minutes // model.unit)
        week = (rules.week_minutes or 0) // model.unit + 1 if self.weekly else 1
        weekends = (contract.max_weekends or 0) + 1 if self.weekends else 1
        self.dims = (len(self.step), week, top + 1 if self.total else 1, weekends, *(n + 1 for _, n in self.limits))

    def _most_left(self) -> list[Ints]:
        """Most units still workable from each run state at the start of each day (prunes what stays too short)."""
        units = np.concatenate([[0], self.classes.units])[None, :]
        far = -(10**9)
        left = [np.zeros(len(self.step), dtype=np.int64)]
        for _ in range(self.model.problem.horizon):
            onward = np.where(self.step >= 0, units + left[-1][self.step], far)
            left.append(onward.max(axis=1))
        return left[::-1]

    def build(self, most: int | None) -> Graph | None:
        """→ the graph, or None when a layer has more than `most` nodes."""
        problem = self.model.problem
        week = -(-self.group.history.week_minutes // self.model.unit) if self.weekly else 0
        if problem.first_weekday == 0:
            week = 0
        start = (self.runs.start, min(week, self.dims[1] - 1), *(0 for _ in self.dims[2:]))
        codes = np.array([np.ravel_multi_index(start, self.dims)])
        layers: list[NDArray[np.integer]] = []
        for day in range(problem.horizon):
            flat = self._onward(codes, day)
            good = flat >= 0
            codes, inverse = np.unique(flat[good], return_inverse=True)
            if most is not None and len(codes) > most:
                return None
            layer = np.full(flat.shape, len(codes), dtype=np.int64)
            layer[good] = inverse
            layers.append(layer)
        total = np.unravel_index(codes, self.dims)[2]
        end = _end_cost(self.model, self.group.contract, total, self.total)
        return _prune(Graph(self.classes, layers, end, self.dropped))

    def _onward(self, codes: Ints, day: int) -> Ints:
        """Code reached from every node by every class (column 0: free), -1 where barred."""
        run, week, total, weekends, *used = np.unravel_index(codes, self.dims)
        weekday = (day + self.model.problem.first_weekday) % 7
        units = np.concatenate([[0], self.classes.units])[None, :]
        new = [self.step[run]]
        new.append((np.zeros_like(week) if weekday == 0 else week)[:, None] + (units if self.weekly else 0 * units))
        new.append(total[:, None] + (units if self.total else 0 * units))
        new.append(weekends[:, None] + self._weekend_begins(run, day, weekday))
        for (shift, _), count in zip(self.limits, used, strict=True):
            is_it = np.arange(-1, self.classes.count) == self.classes.of_shift[shift]
            new.append(count[:, None] + is_it[None, :])
        good = np.asarray(new[0] >= 0)
        if self.total:
            good = good & (new[2] + self.most_left[day + 1][new[0]] >= self.least)
        for part, size in zip(new[1:], self.dims[1:], strict=True):
            good = good & (part < size)
        flat = np.full(good.shape, -1, dtype=np.int64)
        flat[good] = np.ravel_multi_index(tuple(part[good] for part in new), self.dims)
        return flat

    def _weekend_begins(self, run: Ints, day: int, weekday: int) -> Ints:
        """1 where working today makes one more weekend worked."""
        plus = np.zeros((len(run), self.classes.count + 1), dtype=np.int64)
        if self.weekends and weekday >= 5:
            plus[:, 1:] = 1
            if weekday == 6:
                plus[self.worked_state[run], 1:] = 0
        return plus


def _end_cost(model: Model, contract: Contract, total: Ints, counted: bool) -> Floats:
    end = np.zeros(len(total))
    if counted:
        end[total * model.unit < contract.min_minutes] = np.inf
        if model.problem.rules.hour_cost and contract.target_minutes is not None:
            end += model.problem.rules.hour_cost * np.abs(total * model.unit - contract.target_minutes) / 60
    return end


def _prune(graph: Graph) -> Graph:
    """Drop nodes from which no end can be reached, and renumber."""
    alive = np.array(np.isfinite(graph.end_cost), dtype=bool)
    graph.end_cost = graph.end_cost[alive]
    for day in range(len(graph.next_node) - 1, -1, -1):
        size = int(alive.sum())
        renumber = np.append(np.where(alive, np.cumsum(alive) - 1, size), size)
        layer = renumber[graph.next_node[day]]
        alive = np.array(np.less(layer, size).any(axis=1), dtype=bool)
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
    who = np.flatnonzero(np.isfinite(values[0][0]))
    node = np.zeros(len(who), dtype=np.int64)
    chosen = np.zeros((members, days), dtype=np.int64)
    for day in range(days):
        onward = graph.next_node[day][node]
        best_class = np.argmin(values[day + 1][onward, who[:, None]] + prices[who, day], axis=1)
        chosen[who, day] = best_class
        node = onward[np.arange(len(who)), best_class]
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


def joint(one: Graph, two: Graph) -> Graph:
    """The graph of two members who always work the same class on the same day."""
    sizes = [len(layer) for layer in two.next_node[1:]] + [len(two.end_cost)]
    codes = np.array([0], dtype=np.int64)
    width = len(two.next_node[0])
    layers: list[NDArray[np.integer]] = []
    for day, size in enumerate(sizes):
        first = one.next_node[day][codes // width].astype(np.int64)
        second = two.next_node[day][codes % width]
        last = len(one.next_node[day + 1]) if day + 1 < len(one.next_node) else len(one.end_cost)
        good = (first < last) & (second < size)
        codes, inverse = np.unique((first * size + second)[good], return_inverse=True)
        layer = np.full(first.shape, len(codes), dtype=np.int64)
        layer[good] = inverse
        layers.append(layer)
        width = max(1, size)
    end = one.end_cost[codes // width] + two.end_cost[codes % width] if codes.size else np.empty(0)
    return _prune(Graph(one.classes, layers, end, tuple({*one.dropped, *two.dropped})))
