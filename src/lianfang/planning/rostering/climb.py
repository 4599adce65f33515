"""The proven bound: column generation over all members with a trust box around the best prices.

The master mixes whole rosters (Dantzig and Wolfe, Operations Research 8, 1960) and is solved by an interior point that
stops early; its prices may leave the best known ones by a box only (Marsten, Hogan, Blankenship, Operations Research
23, 1975), which is the same programme with other costs of missing and extra people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from lianfang.planning.rostering.bound import Prices, Relaxation
from lianfang.planning.rostering.interior import Mix, Optimum, solve_mix
from lianfang.planning.rostering.model import Floats, Ints
from lianfang.planning.stop import Clock

BOX = 0.5
"""First half-width of the box in typical prices (assumption; measured 0.25-1 on seed 11 of 200 x 28)."""
LEAST_BOX = 0.01
GOOD, BAD = 0.3, 10.0
"""Shares of the promised rise above which the box widens, and below minus which it narrows (assumptions)."""
CEILING = 1e4
"""Price above which a limit per shift is never charged in the master (the bound stays valid at any price)."""
TIGHT, ROUGH = 1e-5, 0.05
"""Gaps to which the master is solved: rough at first, a tenth of the bound's own gap later."""
REDUCED = 1e-6
MOST_COLUMNS = 60_000
"""Above this the dearest columns are dropped (memory)."""


@dataclass
class Pool:
    """Columns of all members: rows and weights of each, its cost and the roster it stands for."""

    relaxation: Relaxation
    rosters: list[tuple[int, Ints]] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    rows: list[Ints] = field(default_factory=list)
    weights: list[Floats] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        limited = self.relaxation.limited
        places = self.relaxation.model.need.size
        self.limit_row = np.where(limited, places + np.cumsum(limited).reshape(limited.shape) - 1, -1)

    def add(self, roster: Ints, who: Ints | None = None) -> int:
        """Add rows of roster[m, d] (everybody's by default) as columns; → how many were new."""
        model = self.relaxation.model
        personal, added = model.personal_cost(roster), 0
        small = roster.astype(np.int16)
        for m in range(len(roster)) if who is None else who:
            key = (int(m), small[m].tobytes())
            if key in self.known or not np.isfinite(personal[m]):
                continue
            self.known.add(key)
            self._column(int(m), roster[m], float(personal[m]))
            added += 1
        return added

    def _column(self, m: int, row: Ints, cost: float) -> None:
        model = self.relaxation.model
        days = np.flatnonzero(row >= 0)
        rows, weights = days * model.need.shape[1] + row[days], np.ones(len(days))
        if self.relaxation.limited[m].any():
            used = np.bincount(model.act_shift[row[days]], minlength=model.limit.shape[1])
            shifts = np.flatnonzero(self.relaxation.limited[m] & (used > 0))
            rows = np.append(rows, self.limit_row[m, shifts])
            weights = np.append(weights, used[shifts].astype(float))
        self.rosters.append((m, row.copy()))
        self.costs.append(cost)
        self.rows.append(rows)
        self.weights.append(weights)

    def mix(self) -> Mix:
        """All columns, members in rising order (reorders the pool in place)."""
        order = np.argsort([m for m, _ in self.rosters], kind="stable")
        for name in ("rosters", "costs", "rows", "weights"):
            setattr(self, name, [getattr(self, name)[k] for k in order])
        sizes = [len(rows) for rows in self.rows]
        return Mix(
            owner=np.array([m for m, _ in self.rosters], dtype=np.int64),
            cost=np.array(self.costs),
            first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            row=np.concatenate(self.rows).astype(np.int64),
            weight=np.concatenate(self.weights),
            members=len(self.relaxation.model.group),
        )

    def keep(self, good: Floats) -> None:
        """Drop every column k with good[k] false."""
        for name in ("rosters", "costs", "rows", "weights"):
            setattr(self, name, [part for part, stays in zip(getattr(self, name), good, strict=True) if stays])


class Climb:
    """Raises the bound; call `run` as often as there is time. The pool and the box stay between calls."""

    def __init__(self, relaxation: Relaxation, prices: Prices, unit: float) -> None:
        self.relaxation, self.best, self.unit = relaxation, prices, unit
        self.pool = Pool(relaxation)
        self.box = BOX * unit
        self.converged = False
        self.reduced: Floats = np.empty(0)

    def try_prices(self, place: Floats, limit: Floats) -> tuple[Floats, Ints, float]:
        """Price everybody at these prices → (values, rosters, the bound they prove)."""
        values, roster = self.relaxation.answer(place, limit)
        bound = self.relaxation.value(values, place, limit)
        if bound > self.best.value:
            self.best = Prices(place, limit, bound)
        return values, roster, bound

    def look(self, place: Floats) -> None:
        """Try the prices of a market and points on the way to them; all answers become columns."""
        model = self.relaxation.model
        place, start = np.clip(place, -model.over, model.under), self.best
        for share in (1.0, 0.5):
            _, roster, _ = self.try_prices(share * place + (1 - share) * start.place, start.limit)
            self.pool.add(roster)

    def run(self, clock: Clock, seconds: float, cost: float, enough: float) -> None:
        """Climb until the bound passes `enough`, no prices are better, or time is up; cost is only reported."""
        end = clock.elapsed + seconds
        tolerance = ROUGH
        while not self.converged and clock.left > 0 and clock.elapsed < end and self.best.value < enough:
            mix = self.pool.mix()
            low, high, need = self._rows()
            with threadpool_limits(1, "blas"):  # small matrices: a second thread waits more than it helps
                optimum = solve_mix(mix, need, high, -low, tolerance)
            place, limit = self._prices(optimum, low, high)
            before = self.best.value
            values, roster, bound = self.try_prices(place, limit)
            clock.report("columns", cost, self.best.value)
            gap = (optimum.value - self.best.value) / max(1.0, abs(optimum.value))
            self.reduced = mix.cost - mix.dot(optimum.price) - optimum.own[mix.owner]
            if gap < 2 * TIGHT and optimum.gap <= TIGHT:
                self._open(optimum, low, high)
            own = optimum.own + (self.relaxation.limited * limit * self._limits()).sum(axis=1)
            self._add(values, roster, own, place, limit)
            self._trust((bound - before) / max(1e-9, optimum.value - before))
            tolerance = max(TIGHT / 2, min(tolerance, 0.1 * gap))

    def _trust(self, kept: float) -> None:
        """Widen or narrow the box by the share of the promised rise that came true."""
        if kept > GOOD:
            self.box *= 2
        elif kept < -BAD:
            self.box = max(self.box / 2, LEAST_BOX * self.unit)

    def _limits(self) -> Floats:
        return np.where(self.relaxation.limited, self.relaxation.model.limit, 0).astype(float)

    def _rows(self) -> tuple[Floats, Floats, Floats]:
        """Lowest and highest price of each row and what it needs: cover rows in the box, then limit rows."""
        model, limited = self.relaxation.model, self.relaxation.limited
        place, limit = self.best.place.ravel(), self.best.limit[limited]
        low = np.maximum(-model.over.ravel(), place - self.box)
        high = np.minimum(model.under.ravel(), place + self.box)
        low = np.append(low, -np.minimum(CEILING, limit + self.box))
        high = np.append(high, -np.maximum(0.0, limit - self.box))
        return low, high, np.append(model.need.ravel(), model.limit[limited]).astype(float)

    def _prices(self, optimum: Optimum, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        model, limited = self.relaxation.model, self.relaxation.limited
        price = np.clip(optimum.price, low, high)
        limit = np.zeros(limited.shape)
        limit[limited] = np.maximum(0.0, -price[model.need.size :])
        return price[: model.need.size].reshape(model.need.shape), limit

    def _open(self, optimum: Optimum, low: Floats, high: Floats) -> None:
        """The best prices inside the box are found: widen it, or end when no side of it mattered."""
        model = self.relaxation.model
        wide_low = np.append(-model.over.ravel(), np.full(len(low) - model.need.size, -CEILING))
        wide_high = np.append(model.under.ravel(), np.zeros(len(low) - model.need.size))
        margin = 0.02 * (high - low)
        at_low = (optimum.price < low + margin) & (low > wide_low + 1e-9)
        at_high = (optimum.price > high - margin) & (high < wide_high - 1e-9)
        if not at_low.any() and not at_high.any():
            self.converged = True
        self.box *= 4

    def _add(self, values: Floats, roster: Ints, own: Floats, place: Floats, limit: Floats) -> None:
        self.pool.add(roster, np.flatnonzero(values < own - REDUCED))
        if len(self.pool.rosters) > MOST_COLUMNS and len(self.reduced):
            reduced = np.append(self.reduced, np.zeros(len(self.pool.rosters) - len(self.reduced)))
            self.pool.keep(reduced <= np.partition(reduced, MOST_COLUMNS // 2)[MOST_COLUMNS // 2])

    def cheapest_columns(self, each: int) -> list[tuple[int, Ints]]:
        """Up to `each` columns per member with the least reduced cost at the best prices."""
        if not self.pool.rosters:
            return []
        model = self.relaxation.model
        mix = self.pool.mix()
        price = np.append(self.best.place.ravel(), -self.best.limit[self.relaxation.limited])
        reduced = mix.cost - mix.dot(price)
        order = np.lexsort((reduced, mix.owner))
        rank = np.arange(len(order)) - np.searchsorted(mix.owner[order], np.arange(len(model.group)))[mix.owner[order]]
        return [self.pool.rosters[k] for k in order[rank < each]]
