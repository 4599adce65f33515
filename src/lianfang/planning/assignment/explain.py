"""Why this line, what binds, and what one more person would buy: sentences with their numbers."""

from __future__ import annotations

import numpy as np

from lianfang.planning.assignment import deployment, reserve
from lianfang.planning.assignment.domain import (
    Deployment,
    DeploymentResult,
    Pairing,
    PairingResult,
    Reserve,
    ReserveResult,
)
from lianfang.planning.assignment.kinds import ByKind, answer
from lianfang.planning.assignment.problem import Generalised, Transport
from lianfang.planning.assignment.result import GeneralisedResult, TransportResult
from lianfang.planning.result import Reason, Result, Status

MOST_LINES = 2_000  # sentences per kind; a page shows fewer, a file may want all; assumption


def explain(problem: object, result: Result) -> list[Reason]:
    """Reasons for the lines of a plan and for the plan as a whole; the result's own reasons when there is none."""
    if result.status in (Status.INFEASIBLE, Status.TIMEOUT):
        return list(result.reasons)
    return [_proof(result), *(answer(_REASONS, problem, result) or [])]


def _proof(result: Result) -> Reason:
    values = (("objective", float(result.objective or 0)), ("bound", float(result.bound or 0)))
    if result.status is Status.OPTIMAL:
        return Reason("assignment.optimal", "No other plan is better: the bound equals the objective.", None, values)
    if result.gap is None:
        return Reason("assignment.no_bound", "A valid plan; nothing is proven about better ones.", None, values)
    text = f"A valid plan; no plan can be more than {100 * result.gap:.2f} % better."
    return Reason("assignment.within", text, None, values)


def _transport(problem: Transport, result: TransportResult) -> list[Reason]:
    reasons: list[Reason] = []
    if result.row_price is not None and result.column_price is not None:
        worth = np.flatnonzero(result.column_price > 0)
        for j in worth[np.argsort(-result.column_price[worth], kind="stable")][:MOST_LINES].tolist():
            saved = float(result.column_price[j])
            text = f"One unit less wanted at place {j} would save {saved:g}; its competition sets that price."
            reasons.append(Reason("assignment.place_price", text, j, (("saved", saved),)))
        helpful = np.flatnonzero(result.row_price < 0)
        for i in helpful[np.argsort(result.row_price[helpful], kind="stable")][:MOST_LINES].tolist():
            saved = float(-result.row_price[i])
            text = f"One more unit at row {i} would save {saved:g}."
            reasons.append(Reason("assignment.one_more", text, i, (("saved", saved),)))
    for j in np.flatnonzero(result.unmet)[:MOST_LINES].tolist():
        text = f"Place {j} still lacks {int(result.unmet[j])}: sending somebody would cost more than the shortage."
        reasons.append(Reason("assignment.unmet", text, j, (("missing", int(result.unmet[j])),)))
    if callable(problem.cost):
        reasons += _detours(problem, result)
    return reasons


def _detours(problem: Transport, result: TransportResult) -> list[Reason]:
    """For lines that do not go to the row's cheapest place: what it would have cost others."""
    assert callable(problem.cost)  # noqa: S101 - checked by the caller
    reasons: list[Reason] = []
    for i, j in zip(result.flow_from.tolist(), result.flow_to.tolist(), strict=True):
        costs = np.asarray(problem.cost(np.array([i]), np.arange(problem.columns)))[0]
        best = int(costs.argmin())
        if len(reasons) >= MOST_LINES:
            break
        if costs[best] < costs[j]:
            extra = float(costs[j] - costs[best])
            text = f"Row {i} goes to place {j}, {extra:g} dearer than place {best}, which others need more."
            reasons.append(Reason("assignment.detour", text, i, (("place", j), ("nearest", best), ("extra", extra))))
    return reasons


def _generalised(problem: Generalised, result: GeneralisedResult) -> list[Reason]:
    plan = result.agent_of_job
    jobs = np.arange(problem.jobs)
    used = np.bincount(plan, problem.load[plan, jobs].astype(np.float64), problem.agents)
    reasons = []
    for agent in range(problem.agents):
        spare = float(problem.capacity[agent] - used[agent])
        text = f"Agent {agent} has {spare:g} of {float(problem.capacity[agent]):g} left."
        values: tuple[tuple[str, float | int | str], ...] = (("spare", spare),)
        if result.agent_price is not None and abs(result.agent_price[agent]) > 1e-9:
            worth = abs(float(result.agent_price[agent]))
            text += f" One more unit of capacity is worth about {worth:g}."
            values = (*values, ("worth", worth))
        reasons.append(Reason("assignment.capacity_left", text, agent, values))
    best = (problem.cost if problem.sense == "min" else -problem.cost).argmin(axis=0)
    for job in np.flatnonzero(best != plan)[:MOST_LINES].tolist():
        text = f"Job {job} goes to agent {int(plan[job])}: agent {int(best[job])} would suit better but is needed elsewhere."
        reasons.append(Reason("assignment.second_choice", text, job, (("best", int(best[job])),)))
    return reasons


def _deployment(problem: Deployment, result: DeploymentResult) -> list[Reason]:
    reasons = []
    sent = np.flatnonzero(result.place_of_person >= 0)
    for person in sent[:MOST_LINES].tolist():
        place = int(result.place_of_person[person])
        metres = int(deployment.metres(problem, np.array([person]), np.array([place]))[0, 0])
        why = f"{metres} m away"
        if problem.home_place[person] == place:
            why = "lives there"
        elif problem.wish_place[person] == place:
            why = "asked for it"
        elif problem.group[person] >= 0:
            why = f"with group {int(problem.group[person])}, {metres} m"
        text = f"Person {person} goes to place {place} in role {int(result.role_of_person[person])}: {why}."
        reasons.append(Reason("assignment.person", text, person, (("place", place), ("metres", metres))))
    for place, role in np.argwhere(result.unmet > 0)[:MOST_LINES].tolist():
        lack = int(result.unmet[place, role])
        able = int(((result.place_of_person < 0) & problem.skill[:, role]).sum())
        text = f"Place {place} lacks {lack} in role {role}; {able} people with that skill are in reserve."
        reasons.append(Reason("assignment.unmet", text, place, (("role", role), ("missing", lack), ("able", able))))
    if result.moved is not None:
        reasons.append(Reason("assignment.moved", f"{result.moved} people move from where they were.", None))
    return reasons


def _pairing(problem: Pairing, result: PairingResult) -> list[Reason]:
    reasons = []
    for k, p, people in zip(result.organisation.tolist(), result.place.tolist(), result.people.tolist(), strict=True):
        rank = int((problem.cost[:, p] < problem.cost[k, p]).sum()) + 1
        text = f"Organisation {k} answers for community {p} with {people} people; it is its choice number {rank}."
        reasons.append(Reason("assignment.link", text, p, (("organisation", k), ("people", people), ("rank", rank))))
    for p in np.flatnonzero(result.unmet).tolist():
        text = f"Community {p} lacks {int(result.unmet[p])} people."
        reasons.append(Reason("assignment.unmet", text, p, (("missing", int(result.unmet[p])),)))
    return reasons


def _reserve(problem: Reserve, result: ReserveResult) -> list[Reason]:
    reasons = []
    for team in result.sent:
        place = int(result.place_of_team[team])
        text = f"Team {team} goes to place {place}: severity {problem.severity[place]:g}, {problem.metres[team, place]:g} m."
        reasons.append(Reason("assignment.sent", text, team, (("place", place),)))
    for team in result.recalled:
        text = f"Team {team} is called back from place {int(problem.now_at[team])}: it is needed less than it costs."
        reasons.append(Reason("assignment.recalled", text, team))
    for place in np.flatnonzero(result.unmet).tolist():
        one = result.place_of_team.copy()
        total = reserve.cost_of(problem, one)
        text = f"Place {place} lacks {int(result.unmet[place])}; one more person there would save {problem.severity[place]:g}."
        reasons.append(
            Reason("assignment.unmet", text, place, (("missing", int(result.unmet[place])), ("total", total)))
        )
    return reasons


_REASONS: ByKind[Reason] = {
    (Transport, TransportResult): _transport,
    (Generalised, GeneralisedResult): _generalised,
    (Deployment, DeploymentResult): _deployment,
    (Pairing, PairingResult): _pairing,
    (Reserve, ReserveResult): _reserve,
}
