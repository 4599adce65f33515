"""People to places: an exact transport over all pairs, then groups that must stay together are placed as a whole.

Without groups the transport is the proof. With groups its value stays a lower bound, and the result says how far off it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lianfang.planning.assignment.classes import Land, classes_of, place_classes
from lianfang.planning.assignment.domain import SHORTAGE_METRES, WISH_METRES, Deployment, DeploymentResult
from lianfang.planning.assignment.problem import Int
from lianfang.planning.assignment.seats import make_seats
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock

STAY_METRES = 500  # a re-plan moves somebody only for a gain above this; assumption


def metres(problem: Deployment, people: Int, places: Int, keep: Int | None = None) -> Int:
    """Burden of people × places in metres: distance, none at home, less where wished, more elsewhere than where somebody is already."""
    here, there = problem.person_xy[people], problem.place_xy[places]
    across = here[:, 0, None] - there[:, 0]
    along = here[:, 1, None] - there[:, 1]
    across *= across
    along *= along
    across += along
    burden = (np.sqrt(across) + 0.5).astype(np.int32)
    burden[problem.home_place[people][:, None] == places] = 0
    wished = problem.wish_place[people][:, None] == places
    burden[wished] = np.maximum(burden[wished] - int(WISH_METRES), 0)
    if keep is not None:
        burden[keep[people][:, None] != places] += STAY_METRES
    return burden  # type: ignore[return-value]  # int32 on purpose: half the memory traffic of the pricing


@dataclass(eq=False)
class Held:
    """People who already have a seat, or must stay out: place[n] (-1 free, -2 out), role[n], and the seats left room[m, s]."""

    place: Int
    role: Int
    room: Int

    def seat(self, people: Int, place: int, roles: list[int]) -> None:
        """Give these people these roles at one place."""
        self.place[people], self.role[people] = place, roles
        np.subtract.at(self.room[place], roles, 1)


def solve_deployment(
    problem: Deployment, clock: Clock, seed: int, pins: Any, previous: DeploymentResult | None
) -> DeploymentResult:
    """The best placing; missing people are shown as unmet, never hidden."""
    keep = previous.place_of_person if previous is not None else None
    if keep is not None and keep.shape != (problem.people,):
        raise ProblemError("assignment.previous.shape", "The previous plan is for another list of people.")
    held, reasons = _seat_pinned(problem, pins)
    if reasons := (*reasons, *_too_large(problem)):
        return _nothing(problem, clock, reasons)
    place, role, bound = _place(problem, held, keep, clock)
    while split := _split_groups(problem, place):
        clock.report("groups", None, bound)
        _seat_groups(problem, place, role, held, split, keep)
        place, role, _ = _place(problem, held, keep, clock)
    return _result(problem, place, role, bound, clock, keep)


def _place(problem: Deployment, held: Held, keep: Int | None, clock: Clock) -> tuple[Int, Int, float]:
    """The transport of everybody who is free to the seats that are left; (place, role, bound in metres)."""
    place, role = np.maximum(held.place, -1), held.role.copy()
    fixed = cost_of(problem, place, role) - shortage_of(problem, held.room)
    free = np.flatnonzero(held.place == -1)
    if not free.size:
        return place, role, cost_of(problem, place, role)
    skill, alike = _alike(problem.skill[free])
    room = np.column_stack([held.room[:, roles].sum(axis=1) for roles in alike])
    seats = make_seats(problem, room)
    if not seats.place.size:
        return place, role, fixed

    near = np.column_stack(
        [problem.home_place[free], problem.wish_place[free], *([keep[free]] if keep is not None else ())]
    )
    classes = classes_of(np.column_stack([problem.person_xy[free], near, skill]), np.arange(free.size), skill)
    land = Land(problem.person_xy[free][classes.first], near[classes.first], problem.place_xy)
    found = place_classes(classes, seats, land, lambda rows, places: metres(problem, free[rows], places, keep), clock)
    order = np.argsort(classes.of, kind="stable")
    start = np.concatenate([[0], np.cumsum(classes.count)])
    taken = np.zeros(classes.count.size, dtype=np.int64)
    left = held.room.copy()
    for row, seat, units in zip(found.row.tolist(), found.seat.tolist(), found.people.tolist(), strict=True):
        some = free[order[start[row] + taken[row] : start[row] + taken[row] + units]]
        place[some] = seats.place[seat]
        role[some] = _take(left[seats.place[seat]], alike[seats.role[seat]], units)
        taken[row] += units
    return place, role, fixed + found.bound


def _alike(skill: np.ndarray) -> tuple[np.ndarray, list[Int]]:
    """Roles that the same people can fill are one seat, as a journey costs the same for each: (skill by seat, roles of each seat)."""
    kinds, of = np.unique(skill, axis=1, return_inverse=True)
    return kinds, [np.flatnonzero(of.reshape(-1) == kind) for kind in range(kinds.shape[1])]


def _take(room: Int, roles: Int, units: int) -> Int:
    """So many of the seats left at a place in these roles, the first roles first; they are taken from `room`."""
    some = np.repeat(roles, room[roles])[:units]
    np.subtract.at(room, some, 1)
    return some


def _groups(problem: Deployment) -> list[Int]:
    """Members of each group."""
    order = np.argsort(problem.group, kind="stable")
    order = order[problem.group[order] >= 0]
    return np.split(order, np.flatnonzero(np.diff(problem.group[order])) + 1) if order.size else []


def _split_groups(problem: Deployment, place: Int) -> list[Int]:
    """Groups that are neither at one place nor all in reserve, largest first."""
    split = [g for g in _groups(problem) if np.unique(place[g]).size > 1]
    return sorted(split, key=lambda g: -g.size)


def _seat_groups(problem: Deployment, place: Int, role: Int, held: Held, split: list[Int], keep: Int | None) -> None:
    """Seat every group at one place: whole ones where they are, the others where they cost least of what is left."""
    apart = {int(g[0]) for g in split}
    for group in _groups(problem):
        if int(group[0]) not in apart and place[group[0]] >= 0 and (held.place[group] == -1).all():
            held.seat(group, int(place[group[0]]), role[group].tolist())
    for group in split:
        fixed = held.place[group]
        targets = np.unique(fixed[fixed >= 0])
        free = group[fixed == -1]
        for target in (targets if targets.size else _near_places(problem, group, keep)).tolist():
            roles = seat_group(problem, free, held.room[target])
            if roles is not None:
                held.seat(free, target, roles)
                break
        else:
            held.place[free] = -2


def _near_places(problem: Deployment, group: Int, keep: Int | None) -> Int:
    """All places, the best for the whole group first."""
    total = metres(problem, group, np.arange(problem.places), keep).sum(axis=0)
    return np.argsort(total - SHORTAGE_METRES * problem.weight * group.size, kind="stable")


def seat_group(problem: Deployment, group: Int, room: Int) -> list[int] | None:
    """A role for each member within the free seats of one place (a matching, by augmenting paths), or None."""
    seats = [r for r in range(problem.roles) for _ in range(min(int(room[r]), group.size))]
    holder = [-1] * len(seats)

    def seat(member: int, tried: set[int]) -> bool:
        for s, r in enumerate(seats):
            if s in tried or not problem.skill[group[member], r]:
                continue
            tried.add(s)
            if holder[s] < 0 or seat(holder[s], tried):
                holder[s] = member
                return True
        return False

    if len(seats) < group.size or not all(seat(m, set()) for m in range(group.size)):
        return None
    return [seats[s] for s, m in sorted(enumerate(holder), key=lambda pair: pair[1]) if m >= 0]


def _seat_pinned(problem: Deployment, pins: Any) -> tuple[Held, tuple[Reason, ...]]:
    """Seat the people a person has set, in roles they can fill."""
    nobody = np.full(problem.people, -1, dtype=np.int64)
    fixed = nobody if pins is None else np.array(pins, dtype=np.int64)
    if fixed.shape != (problem.people,) or fixed.min() < -1 or fixed.max() >= problem.places:
        raise ProblemError("assignment.pin.unknown", "pins gives a place per person, or -1 where the person is free.")
    held = Held(nobody.copy(), nobody.copy(), problem.demand.copy())
    reasons = []
    for target in np.unique(fixed[fixed >= 0]).tolist():
        people = np.flatnonzero(fixed == target)
        roles = seat_group(problem, people, held.room[target])
        if roles is None:
            text = f"Place {target} has no seats for all {people.size} people pinned to it."
            reasons.append(Reason("assignment.pin.seats", text, target, (("people", int(people.size)),)))
        else:
            held.seat(people, target, roles)
    reasons += _torn(problem, fixed)
    return held, tuple(reasons)


def _torn(problem: Deployment, fixed: Int) -> list[Reason]:
    """Groups whose members are pinned to different places."""
    torn = [g for g in _groups(problem) if np.unique(fixed[g][fixed[g] >= 0]).size > 1]
    text = "Members of group {} are pinned to different places."
    return [Reason("assignment.pin.group", text.format(problem.group[g[0]]), int(problem.group[g[0]])) for g in torn]


def _too_large(problem: Deployment) -> tuple[Reason, ...]:
    """Groups that no place can take as a whole."""
    room = int(problem.demand.sum(axis=1).max())
    ids, count = np.unique(problem.group[problem.group >= 0], return_counts=True)
    text = "Group {} has {} people, but no place wants more than {}; split the group or raise a demand."
    return tuple(
        Reason("assignment.group_too_large", text.format(g, c, room), int(g), (("people", int(c)), ("room", room)))
        for g, c in zip(ids.tolist(), count.tolist(), strict=True)
        if c > room
    )


def cost_of(problem: Deployment, place: Int, role: Int) -> float:
    """Burden of everybody placed + weighted shortage, in metres."""
    sent = np.flatnonzero(place >= 0)
    step = 256
    burden = 0
    for first in range(0, sent.size, step):
        people = sent[first : first + step]
        targets, at = np.unique(place[people], return_inverse=True)
        burden += int(metres(problem, people, targets)[np.arange(people.size), at].sum())
    return burden + shortage_of(problem, missing(problem, place, role))


def shortage_of(problem: Deployment, empty: Int) -> float:
    """Weighted price of empty seats [m, s]."""
    return float((np.rint(SHORTAGE_METRES * problem.weight) * empty.sum(axis=1)).sum())


def missing(problem: Deployment, place: Int, role: Int) -> Int:
    """Seats [m, s] that stay empty."""
    there = np.zeros_like(problem.demand)
    sent = place >= 0
    np.add.at(there, (place[sent], role[sent]), 1)
    return np.asarray(problem.demand - there)


def _result(
    problem: Deployment, place: Int, role: Int, bound: float, clock: Clock, keep: Int | None
) -> DeploymentResult:
    objective = cost_of(problem, place, role)
    proven = None if keep is not None else min(bound, objective)
    exact = proven is not None and objective - proven <= 1e-6 * max(1.0, objective)
    return DeploymentResult(
        status=Status.OPTIMAL if exact else Status.FEASIBLE, objective=objective, bound=proven, seconds=clock.elapsed,
        place_of_person=place, role_of_person=role, unmet=missing(problem, place, role),
        moved=None if keep is None else int(((keep >= 0) & (keep != place)).sum()),
    )  # fmt: skip


def _nothing(problem: Deployment, clock: Clock, reasons: tuple[Reason, ...]) -> DeploymentResult:
    nobody = np.full(problem.people, -1, dtype=np.int64)
    return DeploymentResult(
        status=Status.INFEASIBLE, objective=None, bound=None, seconds=clock.elapsed, reasons=reasons,
        place_of_person=nobody, role_of_person=nobody.copy(), unmet=problem.demand.copy(),
    )  # fmt: skip
