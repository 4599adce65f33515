"""The problem as arrays: activities, costs, cover rows and the members' groups."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from lianfang.planning.rostering.problem import Contract, History, Member, Problem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FORBIDDEN = np.inf
MAX_GROUPS = 24
"""Limits per shift are counted exactly while the members fall into at most so many groups (assumption)."""
HARD_COST = 1e6
"""Search price of what no plan may do (assumption: far above any sum of wishes); who still pays it is refused."""


@dataclass(frozen=True)
class Group:
    """What members with the same possible rosters share; limits: (shift, most times) counted exactly."""

    contract: Contract
    history: History
    limits: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Excess:
    """Times above each shift's limit [s], weekends too many, time units too many, time units too few."""

    limits: Ints
    weekends: int
    over: int
    short: int

    def __bool__(self) -> bool:
        return bool(self.limits.any() or self.weekends or self.over or self.short)


@dataclass(frozen=True)
class Model:
    """Arrays over members m, days d, activities a (a shift at a post in a skill).

    act_shift[a]: shift index. cost[m, d, a]: price of working it, inf where not allowed. off_cost[m, d].
    need, under, over[d, a]: cover rows; rows without demand have cost inf everywhere. limit[m, s]: most
    times per shift (days when free). group[m]: index into groups of members with equal rules.
    """

    problem: Problem
    activities: tuple[tuple[int, str, str | None], ...]
    act_shift: Ints
    cost: Floats
    off_cost: Floats
    need: Ints
    under: Floats
    over: Floats
    limit: Ints
    group: Ints
    groups: tuple[Group, ...]
    unit: int
    shift_units: Ints
    follows: NDArray[np.bool_]
    night: NDArray[np.bool_]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Members, days, activities."""
        m, d, a = self.cost.shape
        return m, d, a

    def counts(self, roster: Ints) -> Ints:
        """People per day and activity of a roster[m, d] (activity index, -1 free)."""
        _, days, acts = self.shape
        flat = np.zeros(days * (acts + 1), dtype=np.int64)
        np.add.at(flat, (np.arange(days)[None, :] * (acts + 1) + roster + 1).ravel(), 1)
        return flat.reshape(days, acts + 1)[:, 1:]

    def personal_cost(self, roster: Ints) -> Floats:
        """Price of each member's own wishes, ledger and hours, per member."""
        m, d = np.indices(roster.shape)
        worked = roster >= 0
        own = np.where(worked, self.cost[m, d, np.maximum(roster, 0)], self.off_cost)
        return own.sum(axis=1) + self.hours_cost(roster)

    def row_cost(self, member: int, row: Ints) -> float:
        """Price of one member's own wishes, ledger and hours for row[d]."""
        days = np.flatnonzero(row >= 0)
        price = float(self.cost[member, days, row[days]].sum() + self.off_cost[member][row < 0].sum())
        rules, target = self.problem.rules, self.problem.members[member].contract.target_minutes
        if rules.hour_cost and target is not None:
            minutes = int(self.shift_units[self.act_shift[row[days]]].sum()) * self.unit
            price += rules.hour_cost * abs(minutes - target) / 60
        return price

    def hours_cost(self, roster: Ints) -> Floats:
        """Price of the distance from the contract's target hours, per member."""
        price = self.problem.rules.hour_cost
        units = self.units(roster)
        if not price:
            return np.zeros(len(units))
        out = np.zeros(len(units))
        for m, member in enumerate(self.problem.members):
            target = member.contract.target_minutes
            if target is not None:
                out[m] = price * abs(units[m] * self.unit - target) / 60
        return out

    def units(self, roster: Ints) -> Ints:
        """Worked time per member in model units of `unit` minutes."""
        per_act = np.append(self.shift_units[self.act_shift], 0)
        return per_act[roster].sum(axis=1)

    def excess(self, member: int, row: Ints) -> Excess:
        """By how much one member's row[d] passes the rules a graph may have left out."""
        worked = np.flatnonzero(row >= 0)
        shifts = self.act_shift[row[worked]]
        above = np.bincount(shifts, minlength=self.limit.shape[1]) - self.limit[member]
        contract = self.problem.members[member].contract
        units = int(self.shift_units[shifts].sum())
        over = 0 if contract.max_minutes is None else max(0, units - contract.max_minutes // self.unit)
        short = max(0, -(-contract.min_minutes // self.unit) - units)
        weekends = 0
        if contract.max_weekends is not None:
            first = self.problem.first_weekday
            weekends = max(0, len({(d + first) // 7 for d in worked if (d + first) % 7 >= 5}) - contract.max_weekends)
        return Excess(np.maximum(above, 0), weekends, over, short)

    def cover_cost(self, counts: Ints) -> float:
        """Price of people missing and too many."""
        missing = np.maximum(self.need - counts, 0)
        extra = np.maximum(counts - self.need, 0)
        return float((missing * self.under).sum() + (extra * self.over).sum())

    def lonely(self, counts: Ints) -> int:
        """How many (day, shift, post) have exactly one person although two are the rule."""
        if not self.problem.rules.two_person:
            return 0
        return int(((self.post_counts(counts) == 1) & self.paired).sum())

    @property
    def paired(self) -> NDArray[np.bool_]:
        """Which (shift, post), in the order of `post_counts`, nobody may stand at alone."""
        index, only = self.post_of_act, self.problem.rules.two_person_posts
        out = np.ones(int(index.max()) + 1, dtype=bool)
        for a, (_, post, _) in enumerate(self.activities):
            out[index[a]] = only is None or post in only
        return out

    def post_counts(self, counts: Ints) -> Ints:
        """People per day and (shift, post), skills added up; columns follow `post_of_act`."""
        index = self.post_of_act
        out = np.zeros((counts.shape[0], int(index.max()) + 1), dtype=np.int64)
        for a, p in enumerate(index):
            out[:, p] += counts[:, a]
        return out

    @property
    def post_of_act(self) -> Ints:
        """Index of each activity's (shift, post)."""
        order: dict[tuple[int, str], int] = {}
        return np.array([order.setdefault((s, p), len(order)) for s, p, _ in self.activities])

    def clashes(self, roster: Ints) -> int:
        """How many days a pair that must work together or apart does not."""
        rules = self.problem.rules
        if not rules.together and not rules.apart:
            return 0
        index = {m.id: i for i, m in enumerate(self.problem.members)}
        shifts = np.append(self.act_shift, -1)[roster]
        count = sum(int((shifts[index[x]] != shifts[index[y]]).sum()) for x, y in rules.together)
        for x, y in rules.apart:
            one, two = shifts[index[x]], shifts[index[y]]
            count += int(np.logical_and(one == two, one >= 0).sum())
        return count

    def search_cost(self, roster: Ints) -> float:
        """What the search minimises: the objective plus HARD_COST for what no plan may do."""
        counts = self.counts(roster)
        hard = self.lonely(counts) + self.clashes(roster)
        return float(self.personal_cost(roster).sum() + self.cover_cost(counts) + HARD_COST * hard)


def compile_model(problem: Problem) -> Model:
    """Turn a stated problem into arrays."""
    shift_index = {s.id: i for i, s in enumerate(problem.shifts)}
    acts = tuple(dict.fromkeys((shift_index[d.shift], d.post, d.skill) for d in problem.demand))
    act_index = {a: i for i, a in enumerate(acts)}
    minutes = [problem.worked_minutes(s) for s in problem.shifts]
    unit = gcd(*minutes)
    need = np.zeros((problem.horizon, len(acts)), dtype=np.int64)
    under = np.zeros(need.shape)
    over = np.full(need.shape, FORBIDDEN)
    for row in problem.demand:
        at = row.day, act_index[shift_index[row.shift], row.post, row.skill]
        need[at] = row.count
        under[at] = HARD_COST if problem.rules.must_cover else row.under_cost
        over[at] = HARD_COST if row.over_cost is None else row.over_cost
    closed = ~np.isfinite(over)
    over[closed] = 0.0
    cost, off_cost = _costs(problem, acts, closed)
    limit = np.full((len(problem.members), len(problem.shifts)), problem.horizon, dtype=np.int64)
    for i, member in enumerate(problem.members):
        for name, most in member.shift_limits.items():
            limit[i, shift_index[name]] = min(most, problem.horizon)
    group, groups = _groups(problem, limit)
    return Model(
        problem=problem,
        activities=acts,
        act_shift=np.array([a[0] for a in acts]),
        cost=cost,
        off_cost=off_cost,
        need=need,
        under=under,
        over=over,
        limit=limit,
        group=group,
        groups=groups,
        unit=unit,
        shift_units=np.array([m // unit for m in minutes]),
        follows=np.array([[problem.may_follow(a, b) for b in problem.shifts] for a in problem.shifts]),
        night=np.array([s.is_night for s in problem.shifts]),
    )


def _groups(problem: Problem, limit: Ints) -> tuple[Ints, tuple[Group, ...]]:
    """Put members with equal rules together, counting as many limited shifts exactly as keeps the groups few."""
    limited = (limit > 0) & (limit < problem.horizon)
    typical = [np.median(limit[limited[:, s], s]) if limited[:, s].any() else np.inf for s in range(limit.shape[1])]
    counted: list[int] = []
    group, groups = _grouping(problem, limit, limited, counted)
    for s in np.argsort(typical):
        if not limited[:, s].any():
            continue
        trial = _grouping(problem, limit, limited, [*counted, int(s)])
        if len(trial[1]) <= MAX_GROUPS:
            counted.append(int(s))
            group, groups = trial
    return group, groups


def _grouping(
    problem: Problem, limit: Ints, limited: NDArray[np.bool_], counted: list[int]
) -> tuple[Ints, tuple[Group, ...]]:
    keys: dict[Group, int] = {}
    group = []
    for i, member in enumerate(problem.members):
        limits = tuple((s, int(limit[i, s])) for s in sorted(counted) if limited[i, s])
        group.append(keys.setdefault(Group(member.contract, _behaviour(member.history), limits), len(keys)))
    return np.array(group), tuple(keys)


def _behaviour(history: History) -> History:
    """The part of a history that bars anything; the fairness ledger is a price, not a bar."""
    return History(history.last_shift, history.worked_in_row, history.nights_in_row, history.week_minutes)


def _costs(
    problem: Problem, acts: tuple[tuple[int, str, str | None], ...], closed: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    members, days = problem.members, problem.horizon
    cost = np.zeros((len(members), days, len(acts)))
    off_cost = np.zeros((len(members), days))
    fewest_nights = min(m.history.nights_before for m in members)
    fewest_weekends = min(m.history.weekends_before for m in members)
    weekend = np.array([problem.is_weekend(d) for d in range(days)])
    cost[:, closed] = FORBIDDEN
    for i, member in enumerate(members):
        for a, (s, _, _) in enumerate(acts):
            shift = problem.shifts[s]
            if not _allowed(problem, member, a, acts):
                cost[i, :, a] = FORBIDDEN
            elif shift.is_night:
                cost[i, :, a] += problem.rules.night_cost * (member.history.nights_before - fewest_nights)
        for day in member.leave:
            if 0 <= day < days:
                cost[i, day] = FORBIDDEN
        cost[i, weekend] += problem.rules.weekend_cost * (member.history.weekends_before - fewest_weekends)
    _add_wishes(problem, acts, cost, off_cost)
    return cost, off_cost


def _allowed(problem: Problem, member: Member, a: int, acts: tuple[tuple[int, str, str | None], ...]) -> bool:
    s, post, skill = acts[a]
    shift, most = problem.shifts[s], problem.rules.max_shift_minutes
    return (
        member.shift_limits.get(shift.id, 1) > 0
        and (skill is None or skill in member.skills)
        and (member.posts is None or post in member.posts)
        and (most is None or problem.worked_minutes(shift) <= most)
    )


def _add_wishes(
    problem: Problem, acts: tuple[tuple[int, str, str | None], ...], cost: Floats, off_cost: Floats
) -> None:
    index = {m.id: i for i, m in enumerate(problem.members)}
    for wish in problem.wishes:
        if wish.day >= problem.horizon:
            continue
        i, d = index[wish.member], wish.day
        meant = np.array([wish.shift is None or problem.shifts[s].id == wish.shift for s, _, _ in acts])
        if wish.wants:
            off_cost[i, d] += wish.weight
            cost[i, d, ~meant] += wish.weight
        else:
            cost[i, d, meant] += wish.weight
