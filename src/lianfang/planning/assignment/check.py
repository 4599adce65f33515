"""An independent verifier: recomputes everything from the problem and the plan, trusts no number of the search."""

from __future__ import annotations

import numpy as np

from lianfang.planning.assignment.check_domain import check_deployment, check_pairing, check_reserve
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
from lianfang.planning.result import Result, Status, Violation

ROWS_PER_BLOCK = 64
CLOSE = 1e-6  # relative; floating sums over tens of thousands of lines stay far inside


def check(problem: object, result: Result) -> list[Violation]:
    """Every rule the plan breaks and every claim of the result that does not hold; empty when all is well."""
    if result.status in (Status.INFEASIBLE, Status.TIMEOUT):
        if result.status is Status.INFEASIBLE and not result.reasons:
            return [Violation("assignment.no_reason", "Infeasible without a reason.")]
        return [] if result.objective is None else [Violation("assignment.status", "No plan, but an objective.")]
    if result.objective is None:
        return [Violation("assignment.status", "A plan without an objective.")]
    rest = answer(_CHECKS, problem, result)
    if rest is None:
        return [Violation("assignment.kind", "The result is not of the kind of the problem.")]
    return _gap(problem, result) + rest


def _gap(problem: object, result: Result) -> list[Violation]:
    """Bound on the right side of the objective; optimal only with the gap closed (or no bound claimed)."""
    if result.bound is None or result.objective is None:
        return []
    most = isinstance(problem, Generalised) and problem.sense == "max"
    over = (result.bound - result.objective) * (-1.0 if most else 1.0)
    room = CLOSE * max(1.0, abs(result.objective))
    found = []
    if over > room:
        found.append(Violation("assignment.bound", "The bound lies on the wrong side of the objective.", over))
    if result.status is Status.OPTIMAL and -over > room:
        found.append(Violation("assignment.proof", "Called optimal, but the bound leaves a gap.", -over))
    return found


def _transport(problem: Transport, result: TransportResult) -> list[Violation]:
    row, column, units = result.flow_from, result.flow_to, result.flow_amount
    found = []
    if row.size and (row.min() < 0 or column.min() < 0 or row.max() >= problem.rows or column.max() >= problem.columns):
        return [Violation("assignment.line", "A line names a row or column that does not exist.")]
    if (units <= 0).any() or (result.unmet < 0).any():
        found.append(Violation("assignment.amount", "A line without units, or less than nothing unmet."))
    sent = np.zeros(problem.rows)
    got = np.zeros(problem.columns)
    np.add.at(sent, row, units)
    np.add.at(got, column, units)
    if (over := float((sent - problem.supply).max(initial=0))) > 0:
        found.append(Violation("assignment.supply", "A row sends more than it has.", over))
    if (wrong := float(np.abs(got + result.unmet - problem.demand).max(initial=0))) > 0:
        found.append(Violation("assignment.demand", "Sent and unmet do not add up to the demand.", wrong))
    if problem.shortage_cost is None and result.unmet.any():
        found.append(
            Violation("assignment.unmet", "Demand is unmet although it must not be.", float(result.unmet.sum()))
        )
    return found + _objective_and_prices(problem, result)


def _objective_and_prices(problem: Transport, result: TransportResult) -> list[Violation]:
    """Objective recomputed, and (where prices are claimed) dual feasibility over every pair and the bound they give."""
    shortage = np.zeros(problem.columns) if problem.shortage_cost is None else problem.shortage_cost
    total = float((shortage * result.unmet).sum())
    worst = 0.0
    prices = result.row_price is not None and result.column_price is not None
    row_price = np.zeros(problem.rows) if result.row_price is None else result.row_price
    column_price = np.zeros(problem.columns) if result.column_price is None else result.column_price
    if callable(problem.cost):
        first = np.searchsorted(result.flow_from, np.arange(0, problem.rows + ROWS_PER_BLOCK, ROWS_PER_BLOCK))
        for k, start in enumerate(range(0, problem.rows, ROWS_PER_BLOCK)):
            rows = np.arange(start, min(start + ROWS_PER_BLOCK, problem.rows))
            block = np.asarray(problem.cost(rows, np.arange(problem.columns)), dtype=np.float64)
            part = slice(first[k], first[k + 1])
            total += float(
                (block[result.flow_from[part] - start, result.flow_to[part]] * result.flow_amount[part]).sum()
            )
            if prices:
                worst = min(worst, float((block - column_price - row_price[rows, None]).min()))
    else:
        start_, end, cost = problem.cost
        table = {(int(i), int(j)): float(c) for i, j, c in zip(start_, end, cost, strict=True)}
        for i, j, units in zip(*result.flow, strict=True):
            if (int(i), int(j)) not in table:
                return [Violation("assignment.arc", f"The line {i} to {j} uses an arc that is not listed.")]
            total += table[int(i), int(j)] * int(units)
        if prices and cost.size:
            worst = float((cost - column_price[end] - row_price[start_]).min())
    found = []
    assert result.objective is not None  # noqa: S101 - checked by the caller
    if abs(total - result.objective) > CLOSE * max(1.0, abs(total)):
        found.append(
            Violation("assignment.objective", "The objective is not what the lines cost.", total - result.objective)
        )
    return found + (_certificate(problem, result, worst) if prices else [])


def _certificate(problem: Transport, result: TransportResult, worst: float) -> list[Violation]:
    """The prices prove the bound: dual feasible, signs right, and their value at least the bound (pins apart)."""
    assert result.row_price is not None  # noqa: S101 - checked by the caller
    assert result.column_price is not None  # noqa: S101
    scale = CLOSE * max(1.0, float(np.abs(result.column_price).max(initial=0)))
    found = []
    if worst < -scale:
        found.append(Violation("assignment.dual", "The prices overrate a pair: they prove nothing.", -worst))
    if (result.row_price > scale).any():
        found.append(Violation("assignment.dual_sign", "A row price is above zero.", float(result.row_price.max())))
    if problem.shortage_cost is not None and (result.column_price > problem.shortage_cost + scale).any():
        found.append(Violation("assignment.dual_shortage", "A column price is above its shortage cost."))
    supply, demand, extra = problem.supply, problem.demand, 0.0
    if result.pinned is not None:
        row, column, units = result.pinned
        supply = supply - np.bincount(row, units, problem.rows)
        demand = demand - np.bincount(column, units, problem.columns)
        block = problem.cost if callable(problem.cost) else None
        if block is None:
            table = {(int(i), int(j)): float(c) for i, j, c in zip(*problem.cost, strict=True)}  # type: ignore[misc]
            extra = sum(table[int(i), int(j)] * int(u) for i, j, u in zip(row, column, units, strict=True))
        else:
            one = (
                np.asarray(block(np.array([i]), np.array([j])))[0, 0] * u
                for i, j, u in zip(row, column, units, strict=True)
            )
            extra = float(sum(one))
    value = float((supply * result.row_price).sum() + (demand * result.column_price).sum()) + extra
    if result.bound is not None and result.bound > value + CLOSE * max(1.0, abs(value)):
        found.append(Violation("assignment.dual_value", "The prices prove less than the bound.", result.bound - value))
    return found


def _generalised(problem: Generalised, result: GeneralisedResult) -> list[Violation]:
    plan = result.agent_of_job
    if plan.shape != (problem.jobs,) or plan.min() < 0 or plan.max() >= problem.agents:
        return [Violation("assignment.job", "A job has no agent, or one that does not exist.")]
    found = []
    total = 0.0
    used = [0.0] * problem.agents
    for job, agent in enumerate(plan.tolist()):
        total += float(problem.cost[agent, job])
        used[agent] += float(problem.load[agent, job])
    for agent, load in enumerate(used):
        if load > float(problem.capacity[agent]) * (1 + 1e-9):
            text = f"Agent {agent} carries {load:g} of {float(problem.capacity[agent]):g}."
            found.append(Violation("assignment.capacity", text, load - float(problem.capacity[agent])))
    assert result.objective is not None  # noqa: S101 - checked by the caller
    if abs(total - result.objective) > CLOSE * max(1.0, abs(total)):
        found.append(
            Violation("assignment.objective", "The objective is not what the jobs cost.", total - result.objective)
        )
    return found


_CHECKS: ByKind[Violation] = {
    (Transport, TransportResult): _transport,
    (Generalised, GeneralisedResult): _generalised,
    (Deployment, DeploymentResult): check_deployment,
    (Pairing, PairingResult): check_pairing,
    (Reserve, ReserveResult): check_reserve,
}
