"""Solve a rostering problem: sweep, column generation for bound and prices, dive, then large neighbourhoods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.rostering.bound import Relaxation, first_prices
from lianfang.planning.rostering.check import check
from lianfang.planning.rostering.climb import Climb
from lianfang.planning.rostering.columns import Master
from lianfang.planning.rostering.descent import Descent
from lianfang.planning.rostering.dive import dive
from lianfang.planning.rostering.equilibrium import FIRM, Market, Schedule
from lianfang.planning.rostering.infeasible import reasons_nobody_fits
from lianfang.planning.rostering.model import HARD_COST, Ints, Model, compile_model
from lianfang.planning.rostering.neighbourhood import Search
from lianfang.planning.rostering.problem import Problem
from lianfang.planning.rostering.result import Activity, Roster, fill_slots
from lianfang.planning.stop import Clock, OnProgress, Stop

Pin = Activity | str | None
"""What a pinned cell holds: (shift, post, skill), a shift id for any post, or None for a free day."""


@dataclass(frozen=True)
class Params:
    """How to search. Shares are of the stop's seconds; change_cost is paid per cell that differs from `previous`."""

    sweeps: int = 4
    market_share: float = 0.25
    columns_share: float = 0.20
    dive_share: float = 0.15
    change_cost: float = 2.0


DEFAULTS, NO_HURRY = Params(), Stop()


def solve(
    problem: Problem,
    *,
    params: Params = DEFAULTS,
    stop: Stop = NO_HURRY,
    seed: int = 0,
    pins: Mapping[tuple[str, int], Pin] | None = None,
    previous: Roster | None = None,
    on_progress: OnProgress | None = None,
) -> Roster:
    """Find a roster of least price and prove how good it is.

    pins: (member id, day) → what stays. previous: an earlier roster of the same problem to change little.
    Same seed, same answer, as long as the stop rule does not cut the search. Raises ProblemError for unknown pins.
    """
    clock = Clock(stop, on_progress)
    base = compile_model(problem)
    _pin(base, pins or {})
    relaxation = Relaxation(base)
    reasons = reasons_nobody_fits(relaxation, pins or {}, clock)
    if reasons:
        return Roster(status=Status.INFEASIBLE, objective=None, bound=None, seconds=clock.elapsed, reasons=reasons)
    return _Run(relaxation, params, seed, previous, clock).go()


def _pin(model: Model, pins: Mapping[tuple[str, int], Pin]) -> None:
    members = {m.id: i for i, m in enumerate(model.problem.members)}
    names = [(model.problem.shifts[s].id, post, skill) for s, post, skill in model.activities]
    for (who, day), what in pins.items():
        if who not in members or not 0 <= day < model.problem.horizon:
            raise ProblemError("rostering.pin", f"The pin of {who!r} on day {day} names nobody or no day of the plan.")
        if what is None:
            model.cost[members[who], day] = np.inf
            continue
        meant = np.array([name == what or name[0] == what for name in names])
        if not meant.any():
            raise ProblemError(
                "rostering.pin", f"The pin of {who!r} on day {day} names {what!r}, which is not demanded."
            )
        model.cost[members[who], day, ~meant] = np.inf
        model.off_cost[members[who], day] = np.inf


class _Run:
    """One run: the models with and without the price of change, the best roster and bound so far."""

    def __init__(
        self, relaxation: Relaxation, params: Params, seed: int, previous: Roster | None, clock: Clock
    ) -> None:
        base = relaxation.model
        self.relaxation, self.base, self.params, self.clock = relaxation, base, params, clock
        self.before = None if previous is None else _same_cells(base, previous)
        self.model = base if self.before is None else _with_change(base, self.before, params.change_cost)
        search = self.relaxation if self.before is None else Relaxation(self.model, self.relaxation.graphs)
        self.descent = Descent(search, np.random.default_rng(seed))
        self.whole = _all_whole(base)
        self.market = Market(search, self.model, seed)
        self.climb = Climb(self.relaxation, first_prices(self.relaxation), self.market.unit)
        rules = base.problem.rules
        self.alone = not (rules.two_person or rules.together or rules.apart)
        self.trades = self.alone and self.relaxation.loose.mean() <= MOST_LOOSE

    def go(self) -> Roster:
        """The whole search."""
        seconds = self.clock.stop.seconds
        roster = self._start()
        if self.alone:
            roster = self._market(roster, self.params.market_share * seconds, Schedule() if self.trades else FIRM)
        self._sweeps(roster)
        if not self._done(roster) and self.clock.left > 0:
            self.climb.pool.add(roster)
            self._climb(roster, self.params.columns_share * seconds)
        if self.trades and not self._done(roster):
            roster = self._market(roster, SECOND * self.params.market_share * seconds, Schedule())
        roster = self._dive(roster)
        roster = self._neighbourhoods(roster)
        return self._result(roster)

    def _market(self, roster: Ints, seconds: float, schedule: Schedule) -> Ints:
        """One run of the market from the best prices known; its last rosters become columns."""
        best = self.climb.best
        found = self.market.run(
            roster,
            best.place,
            self.market.sweeps(seconds),
            schedule,
            self.clock,
            lambda cost: self.before is None and cost <= self._bound() + 1e-9,
            self.clock.elapsed + LATE * seconds,
            self.climb.look,
        )
        for seen in (found.roster, *found.seen):
            self.climb.pool.add(seen)
        return found.roster if found.cost < self.model.search_cost(roster) else roster

    def _sweeps(self, roster: Ints) -> None:
        """A few rounds of everybody's best answer to the true prices, in place."""
        for turn in range(self.params.sweeps):
            if self._done(roster) or self.clock.left <= 0:
                break
            self.descent.alone_price = 0.0 if turn + 2 < self.params.sweeps else HARD_COST  # fill first, then pair up
            self.descent.sweep(roster, self.clock)
            self.clock.report("sweep", self.model.search_cost(roster), self._bound())
        self.descent.alone_price = HARD_COST

    def _climb(self, roster: Ints, seconds: float) -> None:
        cost = self.base.search_cost(roster)
        enough = cost - 1 + 1e-6 if self.whole else cost - 1e-9
        self.climb.run(self.clock, seconds, cost, enough)

    def _start(self) -> Ints:
        """Everybody's own best roster, alone; the previous plan's rows where they are still lawful."""
        _, roster = self.descent.relaxation.answer(np.zeros(self.base.need.shape), np.zeros(self.base.limit.shape))
        roster = roster.copy()
        for m in np.flatnonzero(self.relaxation.loose):
            for _ in range(START_TRIES):
                if self.clock.left <= 0 or not self.base.excess(int(m), roster[m]):
                    break
                row = self.descent.best_roster(int(m), SPREAD * self.descent.rng.random(self.base.need.shape))
                roster[m] = roster[m] if row is None else row
        return roster

    def _dive(self, roster: Ints) -> Ints:
        crowd = self.trades and len(roster) > DIVE_MEMBERS
        if crowd or self.before is not None or self.descent.pairs or self._done(roster) or self.clock.left <= 0:
            return roster
        master = Master(self.relaxation, HARD_COST)
        for m, row in self.climb.cheapest_columns(DIVE_COLUMNS):
            master.add_row(m, row)
        found = dive(master, self.descent, self.clock, self.params.dive_share * self.clock.stop.seconds, roster)
        if found is None:
            return roster
        for alone_price in (0.0, HARD_COST, HARD_COST):
            self.descent.alone_price = alone_price
            if self.clock.left > 0:
                self.descent.sweep(found, self.clock)
        return found if self.base.search_cost(found) < self.base.search_cost(roster) else roster

    def _neighbourhoods(self, roster: Ints) -> Ints:
        search = Search(self.descent, roster, self.model.search_cost(roster), self.climb.best)
        quiet = 0
        small = len(self.descent.free) <= 1 and not self.descent.pairs
        while self.clock.left > 0 and not self._done(search.roster) and quiet < (2 if small else QUIET):
            quiet = 0 if self.descent.free.size and search.step(self.clock) else quiet + 1
            if quiet % 8 == 7 or not self.descent.free.size:
                trial = search.roster.copy()
                self.descent.sweep(trial, self.clock)
                cost = self.model.search_cost(trial)
                if cost <= search.cost:
                    quiet = 0 if cost < search.cost - 1e-9 else quiet
                    search.roster, search.cost = trial, cost
            self.clock.report("neighbourhoods", search.cost, self._bound())
        return search.roster

    def _bound(self) -> float:
        value = self.climb.best.value
        return float(np.ceil(value - 1e-6)) if self.whole else value

    def _done(self, roster: Ints) -> bool:
        cost = self.base.search_cost(roster)
        return self.before is None and cost - self._bound() <= max(1e-9, self.clock.stop.gap * abs(cost))

    def _result(self, roster: Ints) -> Roster:
        problem = self.base.problem
        activities = tuple((problem.shifts[s].id, post, skill) for s, post, skill in self.base.activities)
        slots, member_of_slot, extra = fill_slots(problem, activities, roster)
        cost, bound = self.base.search_cost(roster), self._bound()
        status = Status.OPTIMAL if cost - bound <= 1e-6 * max(1.0, abs(cost)) else Status.FEASIBLE
        result = Roster(
            status=status,
            objective=cost,
            bound=bound,
            seconds=self.clock.elapsed,
            activities=activities,
            activity_of=roster,
            slots=slots,
            member_of_slot=member_of_slot,
            extra=extra,
            prices=self.climb.best,
        )
        broken = check(problem, result)
        if not broken:
            return result
        return self._refused(result, tuple(Reason(v.code, v.text) for v in broken[:20]))

    def _refused(self, result: Roster, reasons: tuple[Reason, ...]) -> Roster:
        """A plan that breaks a rule is not handed out; it is infeasible when the bound proves it must break one."""
        proven = (result.bound or 0.0) >= HARD_COST / 2
        if proven:
            missing = result.unfilled
            text = f"At least one of the demanded places cannot be filled; {len(missing)} stayed empty in the best try."
            reasons = (Reason("rostering.too_few", text, None, (("places", len(missing)),)), *reasons)
        else:
            text = "No plan within the rules was found in time; the first rules that stayed broken follow."
            reasons = (Reason("rostering.time", text), *reasons)
        status = Status.INFEASIBLE if proven else Status.TIMEOUT
        return replace(
            result, status=status, objective=None, bound=None, reasons=reasons, seconds=self.clock.elapsed, prices=None
        )


LATE = 1.4
"""So many times its planned seconds a market may take on a slow machine."""
MOST_LOOSE = 0.2
"""Share of members whose graph leaves rules out above which the market is run firmly."""
SECOND = 0.6
"""Length of the second market, which starts at the proven prices, over the first's (assumption)."""
DIVE_MEMBERS = 150
"""Above this a dive takes too long to pay: the markets find better rosters (200 x 28, measured)."""
DIVE_COLUMNS = 40
"""Columns a member that a dive begins with (assumption)."""
START_TRIES = 20
SPREAD = 20.0
"""Random prices that let a start roster hit its hours where the graph leaves them out (assumption)."""
QUIET = 400
"""Neighbourhoods without any gain after which the search ends although time is left (assumption)."""


def _all_whole(model: Model) -> bool:
    """Whether every price is a whole number, so that a bound may be rounded up."""
    rules = model.problem.rules
    tables = (model.cost, model.off_cost, model.under, model.over)
    return rules.hour_cost == 0 and all(bool((t[np.isfinite(t)] % 1 == 0).all()) for t in tables)


def _same_cells(model: Model, previous: Roster) -> Ints:
    """The earlier plan in this model's activities; raises ProblemError when members or days differ."""
    if previous.activity_of.shape != model.shape[:2]:
        raise ProblemError("rostering.previous", "The previous plan has other members or days; state both alike.")
    names = {(model.problem.shifts[s].id, post, skill): a for a, (s, post, skill) in enumerate(model.activities)}
    known = np.array([names.get(activity, -1) for activity in previous.activities] + [-1])
    return known[previous.activity_of]


def _with_change(model: Model, before: Ints, price: float) -> Model:
    cost, off = model.cost + price, model.off_cost.copy()
    m, d = np.nonzero(before >= 0)
    cost[m, d, before[m, d]] -= price
    off[m, d] += price
    return replace(model, cost=cost, off_cost=off)
