"""The verifier's part for people, organisations and reserve teams."""

from __future__ import annotations

import math

import numpy as np

from lianfang.planning.assignment.domain import (
    SHORTAGE_METRES,
    WISH_METRES,
    Deployment,
    DeploymentResult,
    Pairing,
    PairingResult,
    Reserve,
    ReserveResult,
)
from lianfang.planning.result import Result, Violation

CLOSE = 1e-6


def _objective(result: Result, total: float) -> list[Violation]:
    assert result.objective is not None  # noqa: S101 - checked by the caller
    if abs(total - result.objective) <= CLOSE * max(1.0, abs(total)):
        return []
    return [Violation("assignment.objective", "The objective is not what the plan costs.", total - result.objective)]


def check_deployment(problem: Deployment, result: DeploymentResult) -> list[Violation]:
    """Seats, skills, groups, counts and cost of a deployment, person by person."""
    place, role = result.place_of_person, result.role_of_person
    if place.shape != (problem.people,) or role.shape != (problem.people,):
        return [Violation("assignment.people", "The plan is for another list of people.")]
    if place.max() >= problem.places or role.max() >= problem.roles or ((place < 0) != (role < 0)).any():
        return [Violation("assignment.seat", "Somebody has a place without a role, or one that does not exist.")]
    found = []
    there = np.zeros_like(problem.demand)
    total = 0.0
    for person, (at, as_) in enumerate(zip(place.tolist(), role.tolist(), strict=True)):
        if at < 0:
            continue
        there[at, as_] += 1
        if not problem.skill[person, as_]:
            found.append(Violation("assignment.skill", f"Person {person} cannot fill role {as_}.", 1))
        total += _burden(problem, person, at)
    if (there > problem.demand).any():
        found.append(
            Violation("assignment.seats", "More people than seats at a place.", float((there - problem.demand).max()))
        )
    empty = problem.demand - there
    if (empty != result.unmet).any():
        found.append(Violation("assignment.unmet", "The missing people are not counted right."))
    for label in np.unique(problem.group[problem.group >= 0]).tolist():
        if np.unique(place[problem.group == label]).size > 1:
            found.append(Violation("assignment.group", f"Group {label} is split.", float(label)))
    total += sum(
        round(SHORTAGE_METRES * float(w)) * int(e) for w, e in zip(problem.weight, empty.sum(axis=1), strict=True)
    )
    return found + _objective(result, total)


def _burden(problem: Deployment, person: int, place: int) -> float:
    if problem.home_place[person] == place:
        metres = 0.0
    else:
        here, there = problem.person_xy[person], problem.place_xy[place]
        metres = math.floor(math.dist(here.tolist(), there.tolist()) + 0.5)
    return max(metres - WISH_METRES, 0.0) if problem.wish_place[person] == place else metres


def check_pairing(problem: Pairing, result: PairingResult) -> list[Violation]:
    """Both sides served, nobody overdrawn, counts and cost."""
    found = []
    links = list(zip(result.organisation.tolist(), result.place.tolist(), result.people.tolist(), strict=True))
    if len({(k, p) for k, p, _ in links}) != len(links):
        found.append(Violation("assignment.link", "A link is listed twice."))
    sent, got = [0] * problem.size.size, [0] * problem.need.size
    total = 0.0
    for k, p, people in links:
        sent[k] += people
        got[p] += people
        total += float(problem.cost[k, p]) + float(problem.people_cost[k, p]) * people
        if people < 0:
            found.append(Violation("assignment.amount", "Less than nobody is sent."))
    for k, size in enumerate(problem.size.tolist()):
        count = int((result.organisation == k).sum())
        if sent[k] > size:
            found.append(
                Violation("assignment.size", f"Organisation {k} sends more people than it has.", sent[k] - size)
            )
        if not 1 <= count <= problem.most_links:
            found.append(Violation("assignment.links", f"Organisation {k} serves {count} communities.", count))
    for p, need in enumerate(problem.need.tolist()):
        if p not in result.place:
            found.append(Violation("assignment.unserved", f"Community {p} has no organisation."))
        if (taken := int((result.place == p).sum())) > problem.most_units:
            found.append(Violation("assignment.crowded", f"Community {p} has {taken} organisations.", taken))
        lack = max(need - got[p], 0)
        total += problem.shortage_cost * lack
        if lack != int(result.unmet[p]):
            found.append(Violation("assignment.unmet", "The missing people are not counted right."))
    return found + _objective(result, total)


def check_reserve(problem: Reserve, result: ReserveResult) -> list[Violation]:
    """Orders, counts and cost of the reserve."""
    places = problem.need.size
    plan = result.place_of_team.tolist()
    if len(plan) != problem.size.size or any(not -1 <= p < places for p in plan):
        return [Violation("assignment.team", "A team has no order, or goes to a place that does not exist.")]
    found = []
    total = 0.0
    got = [0] * places
    for team, at in enumerate(plan):
        now = int(problem.now_at[team])
        if at >= 0:
            got[at] += int(problem.size[team])
            total += 0.0 if at == now else float(problem.metres[team, at]) + problem.move_metres
        elif now >= 0:
            total += problem.recall_metres
        if (team in result.sent) != (at >= 0 and at != now) or (team in result.recalled) != (at < 0 <= now):
            found.append(Violation("assignment.order", f"The order of team {team} is not what the plan says."))
    for place, need in enumerate(problem.need.tolist()):
        lack = max(need - got[place], 0)
        total += float(problem.severity[place]) * lack
        if lack != int(result.unmet[place]):
            found.append(Violation("assignment.unmet", "The missing people are not counted right."))
    return found + _objective(result, total)
