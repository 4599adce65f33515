"""Says why: what stays empty and what binds there, which wishes were not met, what one more person would buy."""

from __future__ import annotations

from collections import Counter

import numpy as np

from lianfang.planning.result import Reason, Status
from lianfang.planning.rostering.problem import Problem
from lianfang.planning.rostering.replacement import why_not
from lianfang.planning.rostering.result import Roster

MOST_PLACES = 50
"""Empty places that are explained one by one."""


def explain(problem: Problem, result: Roster) -> list[Reason]:
    """Reasons for the plan as a whole and for its lines; the reasons of the run itself when there is no plan."""
    if result.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return list(result.reasons)
    out = [_summary(result)]
    out += _empty_places(problem, result)
    out += _wishes(problem, result)
    out += _fairness(problem, result)
    out += _one_more(problem, result)
    return out


def _summary(result: Roster) -> Reason:
    filled = int((result.member_of_slot >= 0).sum())
    text = f"{filled} of {len(result.slots)} places are filled, {len(result.extra)} people are above the demand"
    if result.gap is not None:
        text += f"; no plan can be cheaper than {result.bound:g}, this one costs {result.objective:g}"
    return Reason("rostering.summary", text + ".", None, (("filled", filled), ("places", len(result.slots))))


def _empty_places(problem: Problem, result: Roster) -> list[Reason]:
    out = []
    for slot in result.unfilled[:MOST_PLACES]:
        activity = (slot.shift, slot.post, slot.skill)
        bars: Counter[str] = Counter()
        for m in range(len(problem.members)):
            bars[why_not(problem, result, m, slot.day, activity) or "it would cost more elsewhere"] += 1
        common = ", ".join(f"{n} × {why}" for why, n in bars.most_common(3))
        where = f" at {slot.post}" if slot.post else ""
        skill = f" ({slot.skill})" if slot.skill else ""
        out.append(
            Reason(
                "rostering.empty_place",
                f"Day {slot.day} {slot.shift}{where}{skill} lacks a person: {common}.",
                slot.demand,
                tuple(bars.most_common(3)),
            )
        )
    return out


def _wishes(problem: Problem, result: Roster) -> list[Reason]:
    index = {m.id: i for i, m in enumerate(problem.members)}
    out = []
    for wish in problem.wishes:
        if wish.day >= problem.horizon:
            continue
        a = int(result.activity_of[index[wish.member], wish.day])
        has = a >= 0 and wish.shift in (None, result.activities[a][0])
        if has != wish.wants:
            what = wish.shift or "work"
            verb = "wanted" if wish.wants else "did not want"
            out.append(
                Reason(
                    "rostering.wish",
                    f"{wish.member} {verb} {what} on day {wish.day} (weight {wish.weight:g}).",
                    wish.member,
                    (("day", wish.day), ("weight", wish.weight)),
                )
            )
    return out


def _fairness(problem: Problem, result: Roster) -> list[Reason]:
    shifts = {s.id: s for s in problem.shifts}
    hours, nights = [], []
    for member, row in zip(problem.members, result.activity_of, strict=True):
        worked = [shifts[result.activities[a][0]] for a in row if a >= 0]
        hours.append(sum(problem.worked_minutes(s) for s in worked) / 60)
        nights.append(member.history.nights_before + sum(s.is_night for s in worked))
    text = (
        f"Hours run from {min(hours):g} to {max(hours):g} (mean {np.mean(hours):.1f}); nights with earlier weeks "
        f"from {min(nights)} to {max(nights)}."
    )
    return [Reason("rostering.fairness", text, None, (("least_hours", min(hours)), ("most_hours", max(hours))))]


def _one_more(problem: Problem, result: Roster) -> list[Reason]:
    """What an extra person is worth on each day and place, by the dual prices."""
    if result.prices is None:
        return []
    worth = result.prices.place
    best = np.argsort(-worth, axis=None)[:5]
    out = []
    for cell in best:
        day, a = divmod(int(cell), worth.shape[1])
        if worth[day, a] <= 0:
            break
        shift, post, skill = result.activities[a]
        name = " ".join(x for x in (shift, post, skill) if x)
        out.append(
            Reason(
                "rostering.one_more",
                f"One more person for {name} on day {day} would save up to {worth[day, a]:.1f}.",
                None,
                (("day", day), ("saves", float(worth[day, a]))),
            )
        )
    return out
