"""The coordinator's rule of thumb: day by day, the longest-rested person with the fewest hours takes the next place."""

from __future__ import annotations

import time

import numpy as np

from lianfang.planning.result import Reason, Status
from lianfang.planning.rostering.bound import Relaxation
from lianfang.planning.rostering.check import check
from lianfang.planning.rostering.model import Ints, Model, compile_model
from lianfang.planning.rostering.problem import Problem
from lianfang.planning.rostering.result import Roster, fill_slots


def baseline(problem: Problem) -> Roster:
    """A roster by the rule of thumb; status TIMEOUT with the broken rules when the thumb breaks any (it often does)."""
    started = time.monotonic()
    model = compile_model(problem)
    relaxation = Relaxation(model)
    node = np.zeros(len(problem.members), dtype=np.int64)
    hours = np.zeros(len(problem.members))
    roster = np.full(model.shape[:2], -1, dtype=np.int64)
    used = np.zeros(model.limit.shape, dtype=np.int64)
    for day in range(problem.horizon):
        _fill_day(model, relaxation, roster, node, hours, used, day)
        _step(model, relaxation, roster, node, day)
    activities = tuple((problem.shifts[s].id, post, skill) for s, post, skill in model.activities)
    slots, member_of_slot, extra = fill_slots(problem, activities, roster)
    seconds = time.monotonic() - started
    result = Roster(
        status=Status.FEASIBLE,
        objective=model.search_cost(roster),
        bound=None,
        seconds=seconds,
        activities=activities,
        activity_of=roster,
        slots=slots,
        member_of_slot=member_of_slot,
        extra=extra,
    )
    broken = check(problem, result)
    if not broken:
        return result
    reasons = tuple(Reason(v.code, v.text) for v in broken[:20])
    return Roster(
        status=Status.TIMEOUT,
        objective=None,
        bound=None,
        seconds=seconds,
        reasons=reasons,
        activities=activities,
        activity_of=roster,
        slots=slots,
        member_of_slot=member_of_slot,
        extra=extra,
    )


def _fill_day(
    model: Model, relaxation: Relaxation, roster: Ints, node: Ints, hours: np.ndarray, used: Ints, day: int
) -> None:
    for a in np.argsort(-model.need[day], kind="stable"):
        shift = int(model.act_shift[a])
        column = int(relaxation.of_class[a]) + 1
        for _ in range(int(model.need[day, a])):
            able = [
                m
                for m in range(len(node))
                if roster[m, day] < 0
                and np.isfinite(model.cost[m, day, a])
                and used[m, shift] < model.limit[m, shift]
                and _next(relaxation, model, node, m, day, column) is not None
            ]
            if not able:
                break
            best = min(able, key=lambda m: (model.cost[m, day, a] > 0, hours[m], m))
            roster[best, day] = a
            used[best, shift] += 1
            hours[best] += model.shift_units[shift]


def _next(relaxation: Relaxation, model: Model, node: Ints, m: int, day: int, column: int) -> int | None:
    layer = relaxation.graphs[model.group[m]].next_node
    size = len(layer[day + 1]) if day + 1 < len(layer) else len(relaxation.graphs[model.group[m]].end_cost)
    if node[m] < 0:
        return None
    target = int(layer[day][node[m], column])
    return target if target < size else None


def _step(model: Model, relaxation: Relaxation, roster: Ints, node: Ints, day: int) -> None:
    """Move everybody's node on; who may not rest today takes any shift they may, so that the thumb keeps going."""
    for m in range(len(node)):
        a = int(roster[m, day])
        wanted = 0 if a < 0 else int(relaxation.of_class[a]) + 1
        target = _next(relaxation, model, node, m, day, wanted)
        if target is None and a < 0:
            for other in np.flatnonzero(np.isfinite(model.cost[m, day])):
                target = _next(relaxation, model, node, m, day, int(relaxation.of_class[other]) + 1)
                if target is not None:
                    roster[m, day] = other
                    break
        node[m] = -1 if target is None else target
