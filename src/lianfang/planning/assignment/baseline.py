"""The coordinator's rule of thumb: go down the list, give each the nearest that still has room."""

from __future__ import annotations

import time

import numpy as np

from lianfang.planning.assignment import deployment, pairing, reserve
from lianfang.planning.assignment.domain import (
    Deployment,
    DeploymentResult,
    Pairing,
    PairingResult,
    Reserve,
    ReserveResult,
)
from lianfang.planning.assignment.problem import Generalised, Transport
from lianfang.planning.assignment.result import GeneralisedResult, TransportResult
from lianfang.planning.assignment.transport import pair_costs
from lianfang.planning.result import ProblemError, Result, Status


def baseline(problem: object) -> Result:
    """A plan as a coordinator would make it by hand; status feasible, or timeout where the rule finds none."""
    started = time.monotonic()
    if isinstance(problem, Transport):
        return _transport(problem, started)
    if isinstance(problem, Generalised):
        return _generalised(problem, started)
    if isinstance(problem, Deployment):
        return _deployment(problem, started)
    if isinstance(problem, Pairing):
        return _pairing(problem, started)
    if isinstance(problem, Reserve):
        return _reserve(problem, started)
    raise ProblemError("assignment.problem.type", "baseline takes one of the assignment problems.")


def _transport(problem: Transport, started: float) -> TransportResult:
    """Row by row, to the cheapest column that still wants somebody."""
    left = problem.demand.copy()
    lines: list[tuple[int, int, int]] = []
    if not callable(problem.cost):
        order = np.lexsort((problem.cost[2], problem.cost[0]))
        start, end = problem.cost[0][order], problem.cost[1][order]
        first = np.searchsorted(start, np.arange(problem.rows + 1))
    for row in range(problem.rows):
        units = int(problem.supply[row])
        if callable(problem.cost):
            costs = np.asarray(problem.cost(np.array([row]), np.arange(problem.columns)))[0]
            columns = np.argsort(costs, kind="stable") if units else np.zeros(0, dtype=np.int64)
        else:
            columns = end[first[row] : first[row + 1]]
        for column in columns.tolist():
            take = min(units, int(left[column]))
            if take:
                lines.append((row, column, take))
                left[column] -= take
                units -= take
            if not units:
                break
    flow = np.array(lines, dtype=np.int64).reshape(-1, 3)
    total = float((pair_costs(problem, flow[:, 0], flow[:, 1]) * flow[:, 2]).sum())
    complete = problem.shortage_cost is not None or not left.any()
    if problem.shortage_cost is not None:
        total += float((problem.shortage_cost * left).sum())
    return TransportResult(
        status=Status.FEASIBLE if complete else Status.TIMEOUT, objective=total if complete else None, bound=None,
        seconds=time.monotonic() - started, flow_from=flow[:, 0], flow_to=flow[:, 1], flow_amount=flow[:, 2], unmet=left,
    )  # fmt: skip


def _generalised(problem: Generalised, started: float) -> GeneralisedResult:
    """Job by job, the largest first, to the best agent with room."""
    sign = 1.0 if problem.sense == "min" else -1.0
    room = problem.capacity.astype(np.float64).copy()
    plan = np.full(problem.jobs, -1, dtype=np.int64)
    for job in np.argsort(-problem.load.min(axis=0), kind="stable").tolist():
        fits = np.flatnonzero(problem.load[:, job] <= room)
        if fits.size:
            plan[job] = fits[np.argmin(sign * problem.cost[fits, job])]
            room[plan[job]] -= problem.load[plan[job], job]
    whole = bool((plan >= 0).all())
    total = float(problem.cost[plan, np.arange(problem.jobs)].sum()) if whole else None
    return GeneralisedResult(
        status=Status.FEASIBLE if whole else Status.TIMEOUT, objective=total, bound=None,
        seconds=time.monotonic() - started, agent_of_job=plan,
    )  # fmt: skip


def _deployment(problem: Deployment, started: float) -> DeploymentResult:
    """Groups and then single people, in list order, to the nearest place with seats they can fill."""
    place = np.full(problem.people, -1, dtype=np.int64)
    role = place.copy()
    room = problem.demand.copy()
    done: set[int] = set()
    for person in range(problem.people):
        label = int(problem.group[person])
        if label in done:
            continue
        members = np.array([person]) if label < 0 else np.flatnonzero(problem.group == label)
        done |= {label} if label >= 0 else set()
        total = deployment.metres(problem, members, np.arange(problem.places)).sum(axis=0)
        for target in np.argsort(total, kind="stable").tolist():
            roles = deployment.seat_group(problem, members, room[target])
            if roles is not None:
                place[members], role[members] = target, roles
                np.subtract.at(room[target], roles, 1)
                break
    return DeploymentResult(
        status=Status.FEASIBLE, objective=deployment.cost_of(problem, place, role), bound=None,
        seconds=time.monotonic() - started, place_of_person=place, role_of_person=role, unmet=room,
    )  # fmt: skip


def _pairing(problem: Pairing, started: float) -> PairingResult:
    """The neediest community first, each the cheapest organisation that is still free; spare ones where most is missing."""
    links: dict[tuple[int, int], int] = {}
    spare, lack = problem.size.astype(np.int64).copy(), problem.need.astype(np.int64).copy()
    count = np.zeros(problem.size.size, dtype=np.int64)
    taken = np.zeros(problem.need.size, dtype=np.int64)

    def link(unit: int, place: int) -> None:
        people = int(min(spare[unit], lack[place]))
        links[unit, place] = links.get((unit, place), 0) + people
        spare[unit] -= people
        lack[place] -= people
        count[unit] += 1
        taken[place] += 1

    for place in np.argsort(-problem.need, kind="stable").tolist():
        order = np.lexsort((problem.cost[:, place], count))
        unit = next((int(k) for k in order if count[k] < problem.most_links), None)
        if unit is not None:
            link(unit, place)
    for unit in np.flatnonzero(count == 0).tolist():
        order = np.lexsort((problem.cost[unit], -lack))
        link(unit, next((int(at) for at in order if taken[at] < problem.most_units), int(order[0])))
    keys = sorted(links)
    organisation, place_ = (np.array([key[i] for key in keys], dtype=np.int64) for i in range(2))
    people = np.array([links[key] for key in keys], dtype=np.int64)
    whole = bool(np.isin(np.arange(problem.need.size), place_).all())
    return PairingResult(
        status=Status.FEASIBLE if whole else Status.TIMEOUT,
        objective=pairing.cost_of(problem, organisation, place_, people) if whole else None, bound=None,
        seconds=time.monotonic() - started, organisation=organisation, place=place_, people=people, unmet=lack,
    )  # fmt: skip


def _reserve(problem: Reserve, started: float) -> ReserveResult:
    """The worst place first takes the nearest free teams until it has enough; the rest go or stay home."""
    plan = np.full(problem.size.size, -1, dtype=np.int64)
    go, home = reserve.order_costs(problem)
    for place in np.argsort(-problem.severity, kind="stable").tolist():
        lack = int(problem.need[place])
        for team in np.argsort(go[:, place], kind="stable").tolist():
            gain = problem.severity[place] * min(lack, int(problem.size[team])) + home[team]
            if lack > 0 and plan[team] < 0 and gain > go[team, place]:
                plan[team] = place
                lack -= int(problem.size[team])
    moved = plan != problem.now_at
    return ReserveResult(
        status=Status.FEASIBLE, objective=reserve.cost_of(problem, plan), bound=None, seconds=time.monotonic() - started,
        place_of_team=plan, sent=tuple(np.flatnonzero(moved & (plan >= 0)).tolist()),
        recalled=tuple(np.flatnonzero(moved & (plan < 0)).tolist()), unmet=reserve.missing(problem, plan),
    )  # fmt: skip
