"""Proves a roster's bound again from its dual prices, with a plain dynamic programme over dictionaries.

Shares nothing with the search but the price table: states, costs and rules are written out from the stated problem.
"""

from __future__ import annotations

from lianfang.planning.rostering.problem import Member, Problem, Shift
from lianfang.planning.rostering.result import Activity, Roster

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
    for m, member in enumerate(problem.members):
        charge = {}
        for s, shift in enumerate(problem.shifts):
            charge[shift.id] = float(prices.limit[m, s])
            if charge[shift.id] < 0:
                raise ValueError("a limit has a negative price")
            if charge[shift.id] > 0:
                total -= charge[shift.id] * min(member.shift_limits.get(shift.id, problem.horizon), problem.horizon)
        total += _cheapest(problem, member, result.activities, table, charge, exact_counters)
    return total


def _cheapest(
    problem: Problem,
    member: Member,
    activities: tuple[Activity, ...],
    table: dict[tuple[int, int], float],
    charge: dict[str, float],
    exact: bool,
) -> float:
    nights0 = min(m.history.nights_before for m in problem.members)
    weekends0 = min(m.history.weekends_before for m in problem.members)
    wishes: dict[int, list[tuple[str | None, float, bool]]] = {}
    for wish in problem.wishes:
        if wish.member == member.id:
            wishes.setdefault(wish.day, []).append((wish.shift, wish.weight, wish.wants))
    shifts = {s.id: s for s in problem.shifts}
    history = member.history
    layer: dict[State, float] = {_start(problem, member): 0.0}
    for day in range(problem.horizon):
        options = {"": sum(w for _, w, wants in wishes.get(day, []) if wants)}
        for a, (sid, post, skill) in enumerate(activities):
            if (day, a) not in table or not _may(problem, member, shifts[sid], post, skill, day):
                continue
            price = charge[sid] - table[day, a]
            price += sum(w for s, w, wants in wishes.get(day, []) if (s is None or s == sid) != wants)
            price += problem.rules.night_cost * (history.nights_before - nights0) * shifts[sid].is_night
            price += problem.rules.weekend_cost * (history.weekends_before - weekends0) * problem.is_weekend(day)
            options[sid] = min(options.get(sid, INFINITE), price)
        onward: dict[State, float] = {}
        for state, value in layer.items():
            for sid, price in options.items():
                new = _step(problem, member, shifts, state, sid, day, exact)
                if new is not None and value + price < onward.get(new, INFINITE):
                    onward[new] = value + price
        layer = onward
    return min((value + _end(problem, member, state, exact) for state, value in layer.items()), default=INFINITE)


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
