"""Improve one member at a time: given everybody else, a member's best roster is a cheapest path."""

from __future__ import annotations

import numpy as np

from lianfang.planning.rostering.automaton import Graph, cheapest_one, joint
from lianfang.planning.rostering.bound import Relaxation
from lianfang.planning.rostering.model import HARD_COST, Excess, Floats, Ints, Model
from lianfang.planning.stop import Clock

LOOSE_ROUNDS, HOURS_ROUNDS = 10, 30
"""Attempts (more where hours are left out) to bring a roster within the rules its graph leaves out (assumption)."""
NOISE = 1e-4
"""Random price that breaks ties between equally good rosters (far below the smallest weight)."""


class _Extra:
    """Prices for the rules a graph leaves out: limits per shift, weekends, least and most time."""

    def __init__(self, model: Model, limit: Floats | None = None) -> None:
        self.model = model
        self.limits = np.zeros(model.limit.shape[1]) if limit is None else limit.copy()
        self.weekends = 0.0
        self.low, self.high, self.unit_price = -np.inf, np.inf, 0.0
        problem = model.problem
        self.weekend_day = np.array([problem.is_weekend(d) for d in range(problem.horizon)], dtype=float)

    def price(self) -> Floats:
        """Extra price[d, a] of working."""
        per_act = self.limits[self.model.act_shift] + self.unit_price * self.model.shift_units[self.model.act_shift]
        return per_act[None, :] + self.weekends * self.weekend_day[:, None]

    def grow(self, excess: Excess) -> bool:
        """Raise the prices of what is broken; → whether anything was."""
        if not excess:
            return False
        over = excess.limits > 0
        self.limits[over] = np.maximum(4.0, self.limits[over] * 3)
        if excess.weekends:
            self.weekends = max(4.0, self.weekends * 2)
        if excess.over:
            self.low = self.unit_price
            self.unit_price = max(1.0, 2 * self.low) if np.isinf(self.high) else (self.low + self.high) / 2
        elif excess.short:
            self.high = self.unit_price
            self.unit_price = min(-1.0, 2 * self.high) if np.isinf(self.low) else (self.low + self.high) / 2
        return True


class Descent:
    """Moves single members; rosters of people bound together are left to the wider search."""

    def __init__(self, relaxation: Relaxation, rng: np.random.Generator) -> None:
        self.relaxation, self.model, self.rng = relaxation, relaxation.model, rng
        names = {m.id: i for i, m in enumerate(self.model.problem.members)}
        rules = self.model.problem.rules
        self.pairs = [(names[one], names[two]) for one, two in rules.together]
        bound_together = {m for pair in self.pairs for m in pair}
        self.joint = [joint(self._graph(one), self._graph(two)) for one, two in self.pairs]
        self.apart: dict[int, list[int]] = {}
        for one, two in rules.apart:
            self.apart.setdefault(names[one], []).append(names[two])
            self.apart.setdefault(names[two], []).append(names[one])
        self.alone_price = HARD_COST
        self.free = np.array([m for m in range(len(names)) if m not in bound_together], dtype=np.int64)

    def _graph(self, member: int) -> Graph:
        return self.relaxation.graphs[self.model.group[member]]

    def marginal(self, counts: Ints) -> Floats:
        """Price of one more person per place, on top of counts[d, a]."""
        model = self.model
        price = np.where(counts < model.need, -model.under, model.over)
        if model.problem.rules.two_person:
            posts = model.post_counts(counts)[:, model.post_of_act]
            lonely = (posts == 0).astype(float) - (posts == 1)
            price = price + self.alone_price * lonely * model.paired[model.post_of_act]
        return price

    def best_roster(self, member: int, price: Floats, limit: Floats | None = None) -> Ints | None:
        """Cheap lawful roster of one member for place prices price[d, a]; None when none was found.

        limit[s]: prices of the limits per shift to begin with.

        Exact unless the member's graph leaves rules out: those are then kept by prices that grow until they hold.
        """
        model, rel = self.model, self.relaxation
        graph, g = self._graph(member), int(model.group[member])
        total = model.cost[member] + price
        extra = _Extra(model, limit) if rel.loose[member] else None
        for _ in range(HOURS_ROUNDS if "total" in graph.dropped else LOOSE_ROUNDS):
            charged = total + extra.price() if extra else total
            value, classes = rel.tables.answer_one(g, rel.class_prices(charged, model.off_cost[member]))
            if not np.isfinite(value):
                return None
            row = rel.activities(classes, charged)
            if extra is None or not extra.grow(model.excess(member, row)):
                return row
        return None

    def improve(self, roster: Ints, member: int, counts: Ints) -> bool:
        """Replace one member's row in place when that is not dearer."""
        model = self.model
        days = np.arange(roster.shape[1])
        row = roster[member]
        worked = row >= 0
        counts[days[worked], row[worked]] -= 1
        price = self.marginal(counts)
        for other in self.apart.get(member, ()):
            busy = roster[other] >= 0
            same = model.act_shift[None, :] == model.act_shift[roster[other]][:, None]
            price = np.where(busy[:, None] & same, np.inf, price)
        noisy = price + self.rng.random(price.shape) * NOISE
        new = self.best_roster(member, noisy)
        if new is not None and self._cost(member, new, price) > self._cost(member, row, price) + 1e-9:
            new = None
        changed = new is not None and bool((new != row).any())
        if new is not None:
            roster[member] = new
            row = new
        worked = row >= 0
        counts[days[worked], row[worked]] += 1
        return changed

    def _cost(self, member: int, row: Ints, price: Floats) -> float:
        model = self.model
        days = np.arange(len(row))
        worked = row >= 0
        own = model.cost[member][days[worked], row[worked]].sum() + model.off_cost[member][~worked].sum()
        value = float(own + price[days[worked], row[worked]].sum())
        if model.problem.rules.hour_cost:
            target = model.problem.members[member].contract.target_minutes
            if target is not None:
                minutes = model.shift_units[model.act_shift[row[worked]]].sum() * model.unit
                value += model.problem.rules.hour_cost * abs(minutes - target) / 60
        return value

    def improve_pair(self, roster: Ints, number: int, counts: Ints) -> bool:
        """Give the two members of one together-pair their best common shifts, in place; → whether rows changed."""
        model = self.model
        pair, days = self.pairs[number], np.arange(roster.shape[1])
        old = roster[list(pair)].copy()
        for row in old:
            counts[days[row >= 0], row[row >= 0]] -= 1
        acts, prices = self._pair_prices(pair, counts)
        value, classes = cheapest_one(self.joint[number], prices.min(axis=2))
        new = old
        if np.isfinite(value):
            shift = prices[days, classes + 1].argmin(axis=1)
            new = np.where(classes >= 0, acts[:, days, shift], -1)
        both = [m for m, row in zip(pair, new, strict=True) if self.relaxation.loose[m] and model.excess(m, row)]
        if both or not self._pair_pays(pair, old, new, counts):
            new = old
        for m, row in zip(pair, new, strict=True):
            roster[m] = row
            counts[days[row >= 0], row[row >= 0]] += 1
        return bool((new != old).any())

    def _pair_prices(self, pair: tuple[int, int], counts: Ints) -> tuple[Ints, Floats]:
        """→ best activity of each of the two per shift acts[2, d, s], and their price[d, class+1, s] together."""
        model = self.model
        days, shifts = np.arange(model.shape[1]), len(model.shift_units)
        acts = np.full((2, len(days), shifts), -1, dtype=np.int64)
        prices = np.full((len(days), self.relaxation.graphs[0].classes.count + 1, shifts), np.inf)
        prices[:, 0, :] = (model.off_cost[pair[0]] + model.off_cost[pair[1]])[:, None]
        for s in np.unique(model.act_shift):
            own = np.flatnonzero(model.act_shift == s)
            first = (model.cost[pair[0]] + self.marginal(counts))[:, own]
            acts[0, :, s] = own[first.argmin(axis=1)]
            with_first = counts.copy()
            with_first[days, acts[0, :, s]] += 1
            second = (model.cost[pair[1]] + self.marginal(with_first))[:, own]
            acts[1, :, s] = own[second.argmin(axis=1)]
            c = int(self.relaxation.of_class[own[0]])
            prices[:, c + 1, s] = first.min(axis=1) + second.min(axis=1)
        return acts, prices

    def _pair_pays(self, pair: tuple[int, int], old: Ints, new: Ints, counts: Ints) -> bool:
        model, days = self.model, np.arange(old.shape[1])
        shifts = np.append(model.act_shift, -1)
        if (shifts[old[0]] != shifts[old[1]]).any():
            return True
        totals = []
        for rows in (old, new):
            own = np.full((len(model.group), len(days)), -1, dtype=np.int64)
            own[list(pair)] = rows
            after = counts + model.counts(own)
            price = model.personal_cost(own)[list(pair)].sum() + model.cover_cost(after)
            totals.append(price + HARD_COST * model.lonely(after))
        return bool(totals[1] <= totals[0] + 1e-9)

    def sweep(self, roster: Ints, clock: Clock) -> int:
        """Improve everybody once in random order, in place; → how many rows changed."""
        counts = self.model.counts(roster)
        changed = 0
        for number in range(len(self.pairs)):
            changed += clock.left > 0 and self.improve_pair(roster, number, counts)
        for i, member in enumerate(self.rng.permutation(self.free)):
            if i % 16 == 0 and clock.left <= 0:
                break
            changed += self.improve(roster, int(member), counts)
        return changed
