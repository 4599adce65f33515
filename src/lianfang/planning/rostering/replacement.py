"""Somebody does not come: who can step in, best first, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed

from lianfang.planning.result import ProblemError
from lianfang.planning.rostering.check import check, objective
from lianfang.planning.rostering.problem import Problem
from lianfang.planning.rostering.result import Activity, Roster, fill_slots

BAR_NAMES = {
    "rostering.leave": "is on leave",
    "rostering.skill": "lacks the skill",
    "rostering.post": "may not stand there",
    "rostering.limit": "has reached the limit of this shift",
    "rostering.rest": "would rest too short",
    "rostering.follow": "may not follow the day before",
    "rostering.run": "would work too many days in a row",
    "rostering.short_run": "would work too few days in a row",
    "rostering.days_off": "would lose days off",
    "rostering.nights": "would work too many nights in a row",
    "rostering.hours": "has no hours left",
    "rostering.week": "has no hours left this week",
    "rostering.weekends": "has worked enough weekends",
    "rostering.together": "is bound to a partner",
    "rostering.apart": "must be kept apart from somebody there",
    "rostering.shift_length": "would be on duty too long",
}


@dataclass(frozen=True)
class Candidate:
    """One who can step in: member index and id, what the plan then costs more, their hours so far, a sentence."""

    member: int
    id: str
    extra_cost: float
    hours: float
    text: str


def replace(
    problem: Problem, result: Roster, absent: str, day: int, *, most: int = 5
) -> tuple[list[Candidate], dict[str, str]]:
    """Who can take the place of an absent member on a day → (candidates, cheapest first; why not, by id).

    Only people free that day are proposed, and only when the whole plan stays lawful. Raises ProblemError when the
    absent member is unknown or not on duty that day.
    """
    index = {m.id: i for i, m in enumerate(problem.members)}
    if absent not in index or not 0 <= day < problem.horizon or result.activity_of[index[absent], day] < 0:
        raise ProblemError("rostering.not_on_duty", f"{absent!r} is not on duty on day {day} in this roster.")
    gone = index[absent]
    activity = result.activities[int(result.activity_of[gone, day])]
    without = _with(problem, result, gone, day, None)
    price = objective(problem, without)
    candidates: list[Candidate] = []
    bars: dict[str, str] = {}
    for m, member in enumerate(problem.members):
        if m == gone:
            continue
        reason = why_not(problem, without, m, day, activity)
        if reason is not None:
            bars[member.id] = reason
            continue
        more = objective(problem, _with(problem, without, m, day, activity)) - price
        hours = _hours(problem, result, m)
        text = f"{member.id} is free on day {day}, keeps every rule, and has {hours:g} hours in this plan so far."
        candidates.append(Candidate(m, member.id, more, hours, text))
    candidates.sort(key=lambda c: (c.extra_cost, c.hours, c.id))
    return candidates[:most], bars


def why_not(problem: Problem, result: Roster, member: int, day: int, activity: Activity) -> str | None:
    """Why a member cannot take one more place; None when the plan would stay lawful."""
    if result.activity_of[member, day] >= 0:
        return "works already that day"
    person = problem.members[member]
    before = _codes(_alone(problem, person.id), _row(result, member))
    after = _codes(_alone(problem, person.id), _row(_with(problem, result, member, day, activity), member))
    new = [code for code in after if after[code] > before.get(code, 0)]
    if not new:
        return _pair_clash(problem, result, member, day, activity)
    return BAR_NAMES.get(new[0], new[0])


def _pair_clash(problem: Problem, result: Roster, member: int, day: int, activity: Activity) -> str | None:
    index = {m.id: i for i, m in enumerate(problem.members)}
    mine = problem.members[member].id
    if any(mine in pair for pair in problem.rules.together):
        return BAR_NAMES["rostering.together"]
    for pair in problem.rules.apart:
        if mine in pair:
            other = index[pair[0] if pair[1] == mine else pair[1]]
            a = int(result.activity_of[other, day])
            if a >= 0 and result.activities[a][0] == activity[0]:
                return BAR_NAMES["rostering.apart"]
    return None


def _alone(problem: Problem, who: str) -> Problem:
    """The problem of one person: personal rules only."""
    rules = changed(problem.rules, together=(), apart=(), two_person=False, must_cover=False)
    person = next(m for m in problem.members if m.id == who)
    demand = tuple(changed(row, over_cost=0.0) for row in problem.demand)
    return changed(problem, members=(person,), rules=rules, wishes=(), demand=demand)


def _row(result: Roster, member: int) -> Roster:
    return changed(
        result,
        activity_of=result.activity_of[member : member + 1],
        slots=(),
        extra=(),
        member_of_slot=result.member_of_slot[:0],
        objective=0.0,
        bound=None,
        prices=None,
    )


def _codes(problem: Problem, row: Roster) -> dict[str, int]:
    out: dict[str, int] = {}
    for violation in check(problem, row):
        if violation.code not in ("rostering.slot", "rostering.objective"):
            out[violation.code] = out.get(violation.code, 0) + 1
    return out


def _with(problem: Problem, result: Roster, member: int, day: int, activity: Activity | None) -> Roster:
    table = result.activity_of.copy()
    table[member, day] = -1 if activity is None else result.activities.index(activity)
    slots, member_of_slot, extra = fill_slots(problem, result.activities, table)
    return changed(result, activity_of=table, slots=slots, member_of_slot=member_of_slot, extra=extra)


def _hours(problem: Problem, result: Roster, member: int) -> float:
    shifts = {s.id: s for s in problem.shifts}
    row = result.activity_of[member]
    return sum(problem.worked_minutes(shifts[result.activities[a][0]]) for a in row if a >= 0) / 60
