"""The generalised assignment problem: LP bound, a good plan by compiled search, then an exact search on what bounds leave.

A pair whose reduced cost exceeds best - bound cannot be in a better plan (reduced-cost fixing), so the last search is
exact although it sees few pairs. Source: Martello and Toth 1990, chapter 7; Yagiura, Ibaraki and Glover 2006 for the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lianfang.planning.assignment.jobs import Hunt, better_plan, first_plan
from lianfang.planning.assignment.mip import INFINITE, Answer, Program, Relaxed, relax, run
from lianfang.planning.assignment.problem import Generalised, Int
from lianfang.planning.assignment.result import GeneralisedResult
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock

CORE_PAIRS = 4  # pairs per job in a first exact search, when annealing finds no plan; assumption
FIRST_SHARE = 0.15  # of the time for a first exact search: enough for easy problems; assumption
SMALL = 400  # pairs: below, the exact search alone will do; assumption
OPEN_SHARE = 0.6  # of the pairs left by the bounds: above, a proof is out of reach at first; assumption
SEARCH_SHARE = 0.9  # of what is left then, for the search of better plans; the rest tries a proof again; assumption
ROUNDING = 1e-6  # a bound this close below a whole number counts as that number when all costs are whole


@dataclass(frozen=True, eq=False)
class Table:
    """The problem as minimisation, pins as forbidden pairs: cost, load, capacity, allowed[agents, jobs]."""

    cost: np.ndarray
    load: np.ndarray
    capacity: np.ndarray
    allowed: np.ndarray
    whole: bool


def solve_generalised(
    problem: Generalised, clock: Clock, seed: int, pins: Any, previous: GeneralisedResult | None
) -> GeneralisedResult:
    """The best plan within the stop rule and its proven bound."""
    table = _table(problem, pins)
    if reasons := _impossible(problem, table):
        return _finish(problem, table, None, None, clock, tuple(reasons), None)
    upper = np.arange(problem.agents + problem.jobs) < problem.agents
    try:
        relaxed = relax(_program(table, table.allowed), upper, clock.left)
    except TimeoutError:
        return _finish(problem, table, _known(table, previous), None, clock, (), None)
    if relaxed is None:
        text = "All capacities together cannot carry all jobs, even if jobs could be split."
        return _finish(problem, table, None, None, clock, (Reason("assignment.capacity", text),), None)
    reduced = np.full(table.cost.shape, np.inf)
    reduced[table.allowed] = relaxed.reduced
    price = relaxed.upper_price
    best = _known(table, previous)
    best, bound, empty = _search(table, reduced, relaxed, best, clock, seed)
    if empty and best is None:
        text = "Each job fits somewhere, but no combination fits all capacities at once."
        return _finish(problem, table, None, None, clock, (Reason("assignment.combination", text),), price)
    return _finish(problem, table, best, bound, clock, (), price)


def exact_alone(problem: Generalised) -> bool:
    """Whether a problem is so small that the exact search alone will do."""
    return problem.agents * problem.jobs < SMALL


def _table(problem: Generalised, pins: Any) -> Table:
    cost = problem.cost.astype(np.float64) * (1.0 if problem.sense == "min" else -1.0)
    allowed = problem.load <= problem.capacity[:, None]
    if pins is not None:
        fixed = np.asarray(pins, dtype=np.int64)
        if fixed.shape != (problem.jobs,) or fixed.min() < -1 or fixed.max() >= problem.agents:
            raise ProblemError("assignment.pin.unknown", "pins gives one agent per job, or -1 where the job is free.")
        for job in np.flatnonzero(fixed >= 0):
            only = np.zeros(problem.agents, dtype=bool)
            only[fixed[job]] = True
            allowed[:, job] &= only
    whole = bool((problem.cost == np.rint(problem.cost)).all())
    return Table(cost, problem.load.astype(np.float64), problem.capacity.astype(np.float64), allowed, whole)


def _impossible(problem: Generalised, table: Table) -> list[Reason]:
    """Reasons that need no search: jobs no agent can carry, more load than capacity."""
    alone = np.flatnonzero(~table.allowed.any(axis=0))
    reasons = [
        Reason("assignment.job_too_large", f"No agent can take job {job}.", int(job)) for job in alone[:20].tolist()
    ]
    least = float(np.where(table.allowed, table.load, np.inf).min(axis=0).sum()) if not alone.size else 0.0
    total = float(problem.capacity.sum())
    if least > total:
        text = f"The jobs need at least {least:g} in all, the agents have {total:g}."
        reasons.append(Reason("assignment.capacity", text, None, (("needed", least), ("there", total))))
    return reasons


def _program(table: Table, pairs: np.ndarray) -> Program:
    agent, job = np.nonzero(pairs)
    agents, jobs = table.cost.shape
    count = agent.size
    column = np.arange(count)
    return Program(
        cost=table.cost[agent, job], low=np.zeros(count), high=np.ones(count), whole=np.ones(count, dtype=bool),
        row=np.concatenate([agent, agents + job]), column=np.concatenate([column, column]),
        value=np.concatenate([table.load[agent, job], np.ones(count)]),
        row_low=np.concatenate([np.full(agents, -INFINITE), np.ones(jobs)]),
        row_high=np.concatenate([table.capacity, np.ones(jobs)]),
    )  # fmt: skip


def _search(
    table: Table, reduced: np.ndarray, relaxed: Relaxed, best: Int | None, clock: Clock, seed: int
) -> tuple[Int | None, float, bool]:
    """A plan by annealing, the exact search, better plans, the exact search again; (plan, bound, proven empty)."""
    bound = _round_up(relaxed.cost, table.whole)
    answer = Answer(None, None, None, False, False)
    hunt = Hunt(table.cost, table.load, table.capacity, table.allowed, reduced, -relaxed.upper_price, table.whole)
    small = table.cost.size < SMALL
    if not small and clock.report("bound", None, bound):
        best = _cheaper(table, best, first_plan(hunt, clock, seed))
        if best is None:
            core = _core(table, reduced, best, CORE_PAIRS)
            best = _better(table, best, _run(table, core, clock, clock.left * FIRST_SHARE), core)
    for share in (1.0,) if small else (FIRST_SHARE, 1.0):  # hard problems get better plans in between
        left = _not_excluded(table, reduced, relaxed, best)
        hopeless = share < 1.0 and best is not None and left.sum() > max(SMALL, OPEN_SHARE * table.allowed.sum())
        unproven = best is None or _cost(table, best) > bound + ROUNDING
        if unproven and not hopeless and clock.report("exact", None, bound):
            answer = _run(table, left, clock, clock.left * share)
            best = _better(table, best, answer, left)
            if answer.bound is not None:
                bound = max(bound, _round_up(answer.bound, table.whole))
        if answer.optimal or answer.infeasible or (best is not None and _cost(table, best) <= bound + ROUNDING):
            break
        if share < 1.0 and best is not None and clock.report("search", _cost(table, best), bound):
            best = _cheaper(table, best, better_plan(hunt, best, bound, clock, clock.left * SEARCH_SHARE, seed))
    if best is not None:
        bound = min(bound, _cost(table, best))
        if answer.optimal or answer.infeasible:
            bound = _cost(table, best)
    return best, bound, answer.infeasible


def _cheaper(table: Table, best: Int | None, plan: Int | None) -> Int | None:
    """The cheaper of both; a plan that does not fit after all is left out."""
    if plan is None or _overload(table, plan) > 0:
        return best
    return plan if best is None or _cost(table, plan) < _cost(table, best) else best


def _not_excluded(table: Table, reduced: np.ndarray, relaxed: Relaxed, best: Int | None) -> np.ndarray:
    """Pairs that a plan better than `best` may use."""
    left = table.allowed.copy()
    if best is not None:
        room = _cost(table, best) - relaxed.cost - (1.0 - ROUNDING if table.whole else 0.0)
        left &= reduced <= room + ROUNDING
    return left


def _core(table: Table, reduced: np.ndarray, best: Int | None, pairs: int) -> np.ndarray:
    """The most promising pairs of each job, and those of the plan at hand."""
    take = min(pairs, table.cost.shape[0])
    limit = np.maximum(np.partition(reduced, take - 1, axis=0)[take - 1], 0.0)
    core = (reduced <= limit) & table.allowed
    if best is not None:
        core[best, np.arange(best.size)] = True
    return np.asarray(core)


def _run(table: Table, pairs: np.ndarray, clock: Clock, seconds: float) -> Answer:
    return run(_program(table, pairs), seconds=min(seconds, clock.left), gap=clock.stop.gap)


def _better(table: Table, best: Int | None, answer: Answer, pairs: np.ndarray) -> Int | None:
    if answer.x is None:
        return best
    agent, job = np.nonzero(pairs)
    chosen = np.flatnonzero(answer.x > 0.5)
    plan = np.full(table.cost.shape[1], -1, dtype=np.int64)
    plan[job[chosen]] = agent[chosen]
    if (plan < 0).any() or _overload(table, plan) > 0:
        return best
    return plan if best is None or _cost(table, plan) < _cost(table, best) else best


def _known(table: Table, previous: GeneralisedResult | None) -> Int | None:
    """The old plan, if it still fits."""
    if previous is None or previous.agent_of_job.shape != (table.cost.shape[1],):
        return None
    plan = previous.agent_of_job
    if (plan < 0).any() or plan.max() >= table.cost.shape[0] or not table.allowed[plan, np.arange(plan.size)].all():
        return None
    return plan.copy() if _overload(table, plan) <= 0 else None


def _overload(table: Table, plan: Int) -> float:
    load = np.bincount(plan, table.load[plan, np.arange(plan.size)], table.capacity.size)
    return float((load - table.capacity).max() - 1e-9 * max(1.0, float(table.capacity.max())))


def _cost(table: Table, plan: Int) -> float:
    return float(table.cost[plan, np.arange(plan.size)].sum())


def _round_up(bound: float, whole: bool) -> float:
    return float(np.ceil(bound - ROUNDING)) if whole else bound


def _finish(
    problem: Generalised, table: Table, plan: Int | None, bound: float | None, clock: Clock,
    reasons: tuple[Reason, ...], price: np.ndarray | None,
) -> GeneralisedResult:  # fmt: skip
    sign = 1.0 if problem.sense == "min" else -1.0
    if plan is None:
        status = Status.INFEASIBLE if reasons else Status.TIMEOUT
        nothing = np.full(problem.jobs, -1, dtype=np.int64)
        return GeneralisedResult(
            status=status, objective=None, bound=None if bound is None else sign * bound, seconds=clock.elapsed,
            reasons=reasons, agent_of_job=nothing, agent_price=price,
        )  # fmt: skip
    cost = _cost(table, plan)
    proven = bound is not None and cost - bound <= 1e-9 * max(1.0, abs(cost))
    return GeneralisedResult(
        status=Status.OPTIMAL if proven else Status.FEASIBLE, objective=sign * cost,
        bound=None if bound is None else sign * bound, seconds=clock.elapsed, agent_of_job=plan, agent_price=price,
    )  # fmt: skip
