"""Why a member has no lawful roster at all: drop one rule at a time and see which lets them work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from lianfang.planning.result import Reason
from lianfang.planning.rostering.bound import Relaxation
from lianfang.planning.rostering.model import compile_model
from lianfang.planning.rostering.problem import Member, Problem, Rules
from lianfang.planning.stop import Clock

MOST_MEMBERS = 5
"""So many members are explained one by one; the others are counted."""

Change = Callable[[Rules, Member], tuple[Rules, Member]]

RELAXATIONS: tuple[tuple[str, str, Change], ...] = (
    ("leave", "the days of leave", lambda r, m: (r, replace(m, leave=frozenset()))),
    ("min_minutes", "the least working time", lambda r, m: (r, _contract(m, min_minutes=0))),
    ("max_minutes", "the most working time", lambda r, m: (r, _contract(m, max_minutes=None))),
    ("min_consecutive", "the least working days in a row", lambda r, m: (r, _contract(m, min_consecutive=1))),
    ("min_days_off", "the least free days in a row", lambda r, m: (r, _contract(m, min_days_off=1))),
    ("max_consecutive", "the most working days in a row", lambda r, m: (r, _contract(m, max_consecutive=10**6))),
    ("max_weekends", "the most weekends", lambda r, m: (r, _contract(m, max_weekends=None))),
    ("week_minutes", "the weekly hours", lambda r, m: (replace(r, week_minutes=None), m)),
    ("max_shift_minutes", "the longest shift", lambda r, m: (replace(r, max_shift_minutes=None), m)),
    ("rest_minutes", "the rest between shifts", lambda r, m: (replace(r, rest_minutes=0), m)),
    ("nights", "the nights in a row", lambda r, m: (replace(r, max_nights_in_row=None), m)),
    ("shift_limits", "the limits per shift", lambda r, m: (r, replace(m, shift_limits={}))),
)


def _contract(member: Member, **change: int | None) -> Member:
    return replace(member, contract=replace(member.contract, **change))  # type: ignore[arg-type]


def reasons_nobody_fits(
    relaxation: Relaxation, pins: Mapping[tuple[str, int], object], clock: Clock
) -> tuple[Reason, ...]:
    """Reasons for every member that has no lawful roster; empty when everybody has one."""
    model, problem = relaxation.model, relaxation.model.problem
    clashing = {frozenset(p) for p in problem.rules.together} & {frozenset(p) for p in problem.rules.apart}
    out = [
        Reason("rostering.pair_clash", f"{' and '.join(sorted(pair))} shall work together and apart at once.")
        for pair in clashing
    ]
    values, _ = relaxation.answer(np.zeros(model.need.shape), np.zeros(model.limit.shape))
    stuck = np.flatnonzero(~np.isfinite(values))
    for m in stuck[:MOST_MEMBERS]:
        member = problem.members[m]
        mine = {d for who, d in pins if who == member.id}
        names = _culprits(problem, member) if clock.left > 0 else []
        if mine and _alone(problem, problem.rules, member):
            text = f"{member.id} has no lawful roster with what is pinned on days {sorted(mine)}."
        elif names:
            text = f"{member.id} has no lawful roster; dropping one of these would help: {', '.join(names)}."
        else:
            text = f"{member.id} has no lawful roster; at least two rules conflict with each other."
        out.append(Reason("rostering.no_roster", text, member.id))
    if len(stuck) > MOST_MEMBERS:
        out.append(
            Reason(
                "rostering.no_roster_count",
                f"{len(stuck)} members have no lawful roster.",
                None,
                (("members", len(stuck)),),
            )
        )
    return tuple(out)


def _culprits(problem: Problem, member: Member) -> list[str]:
    return [name for _, name, change in RELAXATIONS if _alone(problem, *change(problem.rules, member))]


def _alone(problem: Problem, rules: Rules, member: Member) -> bool:
    """Whether one member has a roster under the given rules."""
    alone = replace(problem, members=(member,), rules=replace(rules, together=(), apart=()), wishes=())
    model = compile_model(alone)
    values, _ = Relaxation(model).answer(np.zeros(model.need.shape), np.zeros(model.limit.shape))
    return bool(np.isfinite(values[0]))
