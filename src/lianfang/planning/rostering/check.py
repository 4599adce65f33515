"""An independent check of a roster and of its bound, written from the stated problem and sharing no code with search.

`check` reads shifts, contracts and rules directly; `verify_bound` (in `verify.py`) proves the bound again.
"""

from __future__ import annotations

from collections import Counter

from lianfang.planning.result import Status, Violation
from lianfang.planning.rostering.problem import DAY_MINUTES, Member, Problem, Shift
from lianfang.planning.rostering.result import Roster

TOLERANCE = 1e-6


def check(problem: Problem, result: Roster) -> list[Violation]:
    """Everything the roster breaks; an empty list means it may be adopted. A run without a plan has no violations."""
    if result.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return []
    if result.activity_of.shape != (len(problem.members), problem.horizon):
        return [Violation("rostering.shape", "The plan does not cover all members and days.")]
    shifts = {s.id: s for s in problem.shifts}
    found: list[Violation] = []
    for member, row in zip(problem.members, result.activity_of, strict=True):
        plan = [None if a < 0 else shifts[result.activities[a][0]] for a in row]
        places = [None if a < 0 else result.activities[a] for a in row]
        found += _check_places(member, places)
        found += _check_rest(problem, member, plan)
        found += _check_runs(problem, member, plan)
        found += _check_sums(problem, member, plan)
    found += _check_people(problem, result)
    found += _check_slots(problem, result)
    price = objective(problem, result)
    if result.objective is None or abs(price - result.objective) > TOLERANCE * max(1.0, abs(price)):
        found.append(Violation("rostering.objective", f"The plan costs {price}, not {result.objective}."))
    if result.bound is not None and result.bound > price + TOLERANCE * max(1.0, abs(price)):
        found.append(Violation("rostering.bound", f"The bound {result.bound} lies above the price {price}."))
    return found


def _check_places(member: Member, places: list[tuple[str, str, str | None] | None]) -> list[Violation]:
    out = []
    for day, place in enumerate(places):
        if place is None:
            continue
        shift, post, skill = place
        if day in member.leave:
            out.append(Violation("rostering.leave", f"{member.id} works on day {day} of leave."))
        if skill is not None and skill not in member.skills:
            out.append(Violation("rostering.skill", f"{member.id} lacks {skill} on day {day}."))
        if member.posts is not None and post not in member.posts:
            out.append(Violation("rostering.post", f"{member.id} may not stand at {post}."))
    used = Counter(place[0] for place in places if place is not None)
    for shift, most in member.shift_limits.items():
        if used[shift] > most:
            out.append(Violation("rostering.limit", f"{member.id} works {shift} {used[shift]} times, at most {most}."))
    return out


def _check_rest(problem: Problem, member: Member, plan: list[Shift | None]) -> list[Violation]:
    out = []
    before = next((s for s in problem.shifts if s.id == member.history.last_shift), None)
    end = None if before is None else before.start_minute + before.length_minutes - DAY_MINUTES
    if end is not None:
        end += problem.rules.handover_minutes
    barred = () if before is None else before.cannot_follow
    longest = problem.rules.max_shift_minutes
    for day, shift in enumerate(plan):
        if shift is None:
            barred = ()
            continue
        start = day * DAY_MINUTES + shift.start_minute
        present = shift.length_minutes + problem.rules.handover_minutes
        if end is not None and start - end < problem.rules.rest_minutes:
            out.append(Violation("rostering.rest", f"{member.id} rests {start - end} minutes before day {day}."))
        if shift.id in barred:
            out.append(Violation("rostering.follow", f"{member.id}: {shift.id} may not follow on day {day}."))
        if longest is not None and present > longest:
            out.append(Violation("rostering.shift_length", f"{member.id} is on duty {present} minutes on day {day}."))
        end, barred = start + present, shift.cannot_follow
    return out


def _runs(plan: list[Shift | None]) -> list[tuple[bool, int, int]]:
    """(works, first day, length) of each run of work and of free days."""
    out: list[tuple[bool, int, int]] = []
    for day, shift in enumerate(plan):
        works = shift is not None
        if out and out[-1][0] == works:
            out[-1] = (works, out[-1][1], out[-1][2] + 1)
        else:
            out.append((works, day, 1))
    return out


def _check_runs(problem: Problem, member: Member, plan: list[Shift | None]) -> list[Violation]:
    out = []
    contract, history = member.contract, member.history
    for works, first, length in _runs(plan):
        inner = first > 0 and first + length < len(plan)
        had = history.last_shift is not None and first == 0
        if works:
            total = length + (max(1, history.worked_in_row) if had else 0)
            if total > contract.max_consecutive:
                out.append(Violation("rostering.run", f"{member.id} works {total} days in a row from day {first}."))
            if inner and length < contract.min_consecutive:
                out.append(Violation("rostering.short_run", f"{member.id} works only {length} days from day {first}."))
        elif (inner or (had and length < len(plan))) and length < contract.min_days_off:
            out.append(Violation("rostering.days_off", f"{member.id} is free only {length} days from day {first}."))
    most = problem.rules.max_nights_in_row
    nights = history.nights_in_row if history.last_shift is not None else 0
    for day, shift in enumerate(plan):
        nights = nights + 1 if shift is not None and shift.is_night else 0
        if most is not None and nights > most:
            out.append(Violation("rostering.nights", f"{member.id} works {nights} nights in a row on day {day}."))
    return out


def _check_sums(problem: Problem, member: Member, plan: list[Shift | None]) -> list[Violation]:
    out = []
    contract = member.contract
    per_day = [0 if s is None else s.length_minutes + problem.rules.handover_minutes for s in plan]
    total = sum(per_day)
    if contract.max_minutes is not None and total > contract.max_minutes:
        out.append(Violation("rostering.hours", f"{member.id} works {total} minutes, at most {contract.max_minutes}."))
    if total < contract.min_minutes:
        out.append(Violation("rostering.hours", f"{member.id} works {total} minutes, at least {contract.min_minutes}."))
    weeks: Counter[int] = Counter()
    for day, minutes in enumerate(per_day):
        weeks[(day + problem.first_weekday) // 7] += minutes
    if problem.first_weekday:
        weeks[0] += member.history.week_minutes
    cap = problem.rules.week_minutes
    for week, minutes in weeks.items():
        if cap is not None and minutes > cap and any(per_day):
            out.append(
                Violation("rostering.week", f"{member.id} works {minutes} minutes in week {week}, at most {cap}.")
            )
    weekends = {(d + problem.first_weekday) // 7 for d, s in enumerate(plan) if s is not None and problem.is_weekend(d)}
    if contract.max_weekends is not None and len(weekends) > contract.max_weekends:
        out.append(Violation("rostering.weekends", f"{member.id} works {len(weekends)} weekends."))
    return out


def _check_people(problem: Problem, result: Roster) -> list[Violation]:
    out = []
    place = [[None if a < 0 else result.activities[a] for a in row] for row in result.activity_of]
    index = {m.id: i for i, m in enumerate(problem.members)}
    shift_of = [[None if p is None else p[0] for p in row] for row in place]
    for one, two in problem.rules.together:
        if shift_of[index[one]] != shift_of[index[two]]:
            out.append(Violation("rostering.together", f"{one} and {two} do not always work together."))
    for one, two in problem.rules.apart:
        if any(a is not None and a == b for a, b in zip(shift_of[index[one]], shift_of[index[two]], strict=True)):
            out.append(Violation("rostering.apart", f"{one} and {two} share a shift."))
    if problem.rules.two_person:
        only = problem.rules.two_person_posts
        crowd = Counter(
            (d, p[0], p[1])
            for row in place
            for d, p in enumerate(row)
            if p is not None and (only is None or p[1] in only)
        )
        out += [Violation("rostering.alone", f"One person alone: {key}.") for key, n in crowd.items() if n == 1]
    known = {(d.day, d.shift, d.post, d.skill): d for d in problem.demand}
    heads = Counter((d, *p) for row in place for d, p in enumerate(row) if p is not None)
    for key, n in heads.items():
        row = known.get(key)
        if row is None:
            out.append(Violation("rostering.nowhere", f"Nobody is wanted at {key}.", n))
        elif row.over_cost is None and n > row.count:
            out.append(Violation("rostering.crowd", f"{n} people at {key}, at most {row.count}.", n - row.count))
    if problem.rules.must_cover:
        out += [
            Violation("rostering.uncovered", f"{key} lacks people.") for key, d in known.items() if heads[key] < d.count
        ]
    return out


def _check_slots(problem: Problem, result: Roster) -> list[Violation]:
    out = []
    seen: set[tuple[int, int]] = set()
    for slot, m in zip(result.slots, result.member_of_slot, strict=True):
        if m < 0:
            continue
        a = int(result.activity_of[m, slot.day])
        if a < 0 or result.activities[a] != (slot.shift, slot.post, slot.skill) or (int(m), slot.day) in seen:
            out.append(Violation("rostering.slot", f"{slot} is not what its member works."))
        seen.add((int(m), slot.day))
    working = {(m, d) for m, row in enumerate(result.activity_of) for d, a in enumerate(row) if a >= 0}
    if working != seen | set(result.extra):
        out.append(Violation("rostering.slot", "Slots and working days do not list the same people."))
    return out


def objective(problem: Problem, result: Roster) -> float:
    """Price of a roster, summed from the stated problem."""
    heads: Counter[tuple[int, str, str, str | None]] = Counter()
    index = {m.id: i for i, m in enumerate(problem.members)}
    shifts = {s.id: s for s in problem.shifts}
    price = 0.0
    nights0 = min(m.history.nights_before for m in problem.members)
    weekends0 = min(m.history.weekends_before for m in problem.members)
    for member, row in zip(problem.members, result.activity_of, strict=True):
        minutes = 0
        for day, a in enumerate(row):
            if a < 0:
                continue
            heads[(day, *result.activities[a])] += 1
            shift = shifts[result.activities[a][0]]
            minutes += problem.worked_minutes(shift)
            price += problem.rules.night_cost * (member.history.nights_before - nights0) * shift.is_night
            price += problem.rules.weekend_cost * (member.history.weekends_before - weekends0) * problem.is_weekend(day)
        if member.contract.target_minutes is not None:
            price += problem.rules.hour_cost * abs(minutes - member.contract.target_minutes) / 60
    for wish in problem.wishes:
        if wish.day >= problem.horizon:
            continue
        a = int(result.activity_of[index[wish.member], wish.day])
        has = a >= 0 and (wish.shift is None or result.activities[a][0] == wish.shift)
        price += wish.weight * (has != wish.wants)
    for row in problem.demand:
        n = heads[row.day, row.shift, row.post, row.skill]
        price += row.under_cost * max(0, row.count - n) + (row.over_cost or 0.0) * max(0, n - row.count)
    return price
