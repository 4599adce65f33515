"""Proves a roster's bound again from its dual prices, with a plain dynamic programme over stated states.

Shares nothing with the search but the price table: states, costs and rules are written out from the stated problem.
Members with the same contract and past share the walk through the states and keep a value each.
"""

from __future__ import annotations

import numpy as np

from lianfang.planning.rostering.problem import Member, Problem, Shift
from lianfang.planning.rostering.result import Roster

INFINITE = float("inf")
State = tuple[str, int, int, bool, int, int, int]
"""Last shift ("" free), days in the run, nights in a row, run long enough, minutes this week, in all, weekends."""


def verify_bound(problem: Problem, result: Roster, *, exact_counters: bool = True) -> float:
    """The bound that result.prices prove. exact_counters False leaves hours and weekends out (weaker, quicker).

    Raises ValueError when the result carries no prices or prices outside their range.
    """
    prices = result.prices
    if prices is None:
        raise ValueError("the result carries no certificate")
    total = 0.0
    listed = {(row.day, row.shift, row.post, row.skill): row for row in problem.demand}
    table: dict[tuple[int, int], float] = {}
    for a, activity in enumerate(result.activities):
        for day in range(problem.horizon):
            row = listed.get((day, *activity))
            if row is None:
                continue
            price = float(prices.place[day, a])
            over = INFINITE if row.over_cost is None else row.over_cost
            under = INFINITE if problem.rules.must_cover else row.under_cost
            if not -over - 1e-9 <= price <= under + 1e-9:
                raise ValueError(f"price {price} of {activity} on day {day} is out of range")
            table[day, a] = price
            total += price * row.count
    return total + sum(_cheapest(problem, who, result, table, exact_counters) for who in _alike(problem))


def _charges(problem: Problem, m: int, result: Roster) -> tuple[dict[str, float], float]:
    """What each shift is charged for its limit, and what the limits pay back."""
    member, prices = problem.members[m], result.prices
    charge, back = {}, 0.0
    for s, shift in enumerate(problem.shifts):
        charge[shift.id] = 0.0 if prices is None else float(prices.limit[m, s])
        if charge[shift.id] < 0:
            raise ValueError("a limit has a negative price")
        if charge[shift.id] > 0:
            back += charge[shift.id] * min(member.shift_limits.get(shift.id, problem.horizon), problem.horizon)
    return charge, back


def _alike(problem: Problem) -> list[list[int]]:
    """Members with the same contract and the same past walk through the same states."""
    out: dict[tuple[object, ...], list[int]] = {}
    for m, member in enumerate(problem.members):
        past = member.history
        key = (member.contract, past.last_shift, past.worked_in_row, past.nights_in_row, past.week_minutes)
        out.setdefault(key, []).append(m)
    return list(out.values())


def _cheapest(
    problem: Problem, who: list[int], result: Roster, table: dict[tuple[int, int], float], exact: bool
) -> float:
    """Sum over alike members of their cheapest roster: every state holds a row of values, one per member."""
    shifts = {s.id: s for s in problem.shifts}
    names = ["", *shifts]
    charged = [_charges(problem, m, result) for m in who]
    options = [_options(problem, m, result, table, charge) for m, (charge, _) in zip(who, charged, strict=True)]
    prices = np.array([[[day[name] for name in names] for day in one] for one in options])
    layer: dict[State, int] = {_start(problem, problem.members[who[0]]): 0}
    values = np.zeros((1, len(who)))
    for day in range(problem.horizon):
        usable = [name for k, name in enumerate(names) if np.isfinite(prices[:, day, k]).any()]
        onward: dict[State, int] = {}
        moves: dict[str, list[tuple[int, int]]] = {name: [] for name in usable}
        for state, at in layer.items():
            for name in usable:
                new = _step(problem, problem.members[who[0]], shifts, state, name, day, exact)
                if new is not None:
                    moves[name].append((at, onward.setdefault(new, len(onward))))
        later = np.full((len(onward), len(who)), INFINITE)
        for name, pairs in moves.items():
            if pairs:
                source, target = np.array(pairs).T
                np.minimum.at(later, target, values[source] + prices[:, day, names.index(name)])
        layer, values = onward, later
    ends = [_end(problem, problem.members[who[0]], state, exact) for state in layer]
    best = (values + np.array(ends)[:, None]).min(axis=0) if layer else np.full(len(who), INFINITE)
    return float(best.sum()) - sum(back for _, back in charged)


def _options(
    problem: Problem, m: int, result: Roster, table: dict[tuple[int, int], float], charge: dict[str, float]
) -> list[dict[str, float]]:
    """Per day the price of a free day ("") and of each shift at its cheapest place, INFINITE where barred."""
    member = problem.members[m]
    nights0 = min(x.history.nights_before for x in problem.members)
    weekends0 = min(x.history.weekends_before for x in problem.members)
    history, shifts = member.history, {s.id: s for s in problem.shifts}
    wishes: dict[int, list[tuple[str | None, float, bool]]] = {}
    for wish in problem.wishes:
        if wish.member == member.id:
            wishes.setdefault(wish.day, []).append((wish.shift, wish.weight, wish.wants))
    days = []
    for day in range(problem.horizon):
        options = dict.fromkeys(shifts, INFINITE)
        options[""] = sum(w for _, w, wants in wishes.get(day, []) if wants)
        for a, (sid, post, skill) in enumerate(result.activities):
            if (day, a) not in table or not _may(problem, member, shifts[sid], post, skill, day):
                continue
            price = charge[sid] - table[day, a]
            price += sum(w for s, w, wants in wishes.get(day, []) if (s is None or s == sid) != wants)
            price += problem.rules.night_cost * (history.nights_before - nights0) * shifts[sid].is_night
            price += problem.rules.weekend_cost * (history.weekends_before - weekends0) * problem.is_weekend(day)
            options[sid] = min(options[sid], price)
        days.append(options)
    return days


def _start(problem: Problem, member: Member) -> State:
    history = member.history
    week = history.week_minutes if problem.first_weekday else 0
    if history.last_shift is None:
        return ("before", 0, 0, True, week, 0, 0)
    return (history.last_shift, max(1, history.worked_in_row), history.nights_in_row, True, week, 0, 0)


def _may(problem: Problem, member: Member, shift: Shift, post: str, skill: str | None, day: int) -> bool:
    longest = problem.rules.max_shift_minutes
    return (
        day not in member.leave
        and member.shift_limits.get(shift.id, 1) > 0
        and (skill is None or skill in member.skills)
        and (member.posts is None or post in member.posts)
        and (longest is None or problem.worked_minutes(shift) <= longest)
    )


def _step(
    problem: Problem, member: Member, shifts: dict[str, Shift], state: State, sid: str, day: int, exact: bool
) -> State | None:
    last, run, nights, met, week, total, weekends = state
    contract, rules = member.contract, problem.rules
    weekday = (day + problem.first_weekday) % 7
    week = 0 if weekday == 0 else week
    free = last in ("", "before")
    if sid == "":
        if not free and not met:
            return None
        run = contract.min_days_off if last == "before" else min(run + 1, contract.min_days_off) if free else 1
        return ("", run, 0, run >= contract.min_days_off, week, total, weekends)
    shift = shifts[sid]
    if (last == "" and not met) or (not free and not problem.may_follow(shifts[last], shift)):
        return None
    run = 1 if free else run + 1
    nights = nights + 1 if shift.is_night and rules.max_nights_in_row is not None else 0
    too_many = rules.max_nights_in_row is not None and nights > rules.max_nights_in_row
    if run > contract.max_consecutive or too_many:
        return None
    met = (last != "" and met) or run >= contract.min_consecutive
    minutes = problem.worked_minutes(shift)
    if rules.week_minutes is not None:
        week += minutes
        if week > rules.week_minutes:
            return None
    if exact:
        total += minutes
        fresh = weekday == 5 or (weekday == 6 and free)
        weekends += contract.max_weekends is not None and fresh
        if contract.max_minutes is not None and total > contract.max_minutes:
            return None
        if contract.max_weekends is not None and weekends > contract.max_weekends:
            return None
    return (sid, run, nights, met, week, total, weekends)


def _end(problem: Problem, member: Member, state: State, exact: bool) -> float:
    contract, total = member.contract, state[5]
    if not exact:
        return 0.0
    if total < contract.min_minutes:
        return INFINITE
    if contract.target_minutes is None:
        return 0.0
    return problem.rules.hour_cost * abs(total - contract.target_minutes) / 60
