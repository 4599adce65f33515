"""Transport: validation of feasibility, choice of quanta, the search, and the plan with its certificate."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianfang.planning.assignment.columns import Params, State, solve_all_pairs
from lianfang.planning.assignment.exchange import middle_prices
from lianfang.planning.assignment.network import Arcs, Numbers, first_plan, no_arcs, row_prices
from lianfang.planning.assignment.problem import Int, Transport
from lianfang.planning.assignment.replan import Start, fit_plan, replan
from lianfang.planning.assignment.residual import line_costs
from lianfang.planning.assignment.result import Memory, TransportResult
from lianfang.planning.assignment.scan import WIDEST_COST, Pairs, all_pairs
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock

SAMPLE_ROWS = 64  # whose costs are compared before an old plan is trusted; assumption
NONE: Int = np.zeros(0, dtype=np.int64)
NONE.setflags(write=False)
LARGEST_COST = (
    2**40
)  # quanta; the flow solver multiplies costs by the number of nodes (2**20) and must stay below 2**63


def solve_transport(
    problem: Transport, params: Params, clock: Clock, pins: Any, previous: TransportResult | None
) -> TransportResult:
    """The optimal plan of a transport problem, or the reasons why there is none."""
    fixed = read_pins(problem, pins)
    free = problem if fixed is None else _rest(problem, fixed)
    if problem.shortage_cost is None and (lack := int(free.demand.sum() - free.supply.sum())) > 0:
        return _infeasible(problem, clock, [_too_few(lack)])
    result = _all_pairs(free, params, clock, previous) if callable(free.cost) else _listed(free, clock)
    return result if fixed is None else _with_pins(problem, result, fixed)


def read_pins(problem: Transport, pins: Any) -> tuple[Int, Int, Int] | None:
    """Lines (from, to, amount) that a person has set; ProblemError when they exceed supply or demand."""
    if pins is None or not len(pins[0]):
        return None
    row, column, units = (np.asarray(part, dtype=np.int64) for part in pins)
    if not row.shape == column.shape == units.shape or (units <= 0).any():
        raise ProblemError("assignment.pin.shape", "Pins are three lists of the same length, amounts above zero.")
    if row.min() < 0 or column.min() < 0 or row.max() >= problem.rows or column.max() >= problem.columns:
        raise ProblemError("assignment.pin.unknown", "A pin names a row or column that does not exist.")
    if (np.bincount(row, units, problem.rows) > problem.supply).any():
        raise ProblemError("assignment.pin.supply", "Pins send more than a row can supply.")
    if (np.bincount(column, units, problem.columns) > problem.demand).any():
        raise ProblemError("assignment.pin.demand", "Pins send more to a place than it asks for.")
    return row, column, units


def _rest(problem: Transport, fixed: tuple[Int, Int, Int]) -> Transport:
    row, column, units = fixed
    return Transport(
        problem.supply - np.bincount(row, units, problem.rows),
        problem.demand - np.bincount(column, units, problem.columns),
        problem.cost,
        problem.shortage_cost,
    )


def pair_costs(problem: Transport, row: Int, column: Int) -> np.ndarray:
    """The cost of single pairs; ProblemError if an arc is not in the list."""
    if callable(problem.cost):
        keys, place = np.unique(row, return_inverse=True)
        out = np.empty(row.size)
        for start in range(0, keys.size, 256):
            part = (place >= start) & (place < start + 256)
            block = np.asarray(problem.cost(keys[start : start + 256], np.arange(problem.columns)))
            out[part] = block[place[part] - start, column[part]]
        return out
    start_, end, cost = problem.cost
    key = start_ * problem.columns + end
    order = np.argsort(key)
    wanted = row * problem.columns + column
    at = np.minimum(np.searchsorted(key[order], wanted), max(key.size - 1, 0))
    if wanted.size and (not key.size or (key[order][at] != wanted).any()):
        raise ProblemError("assignment.pin.arc", "A line uses an arc that the problem does not list.")
    return np.asarray(cost[order[at]], dtype=np.float64)


def _with_pins(problem: Transport, result: TransportResult, fixed: tuple[Int, Int, Int]) -> TransportResult:
    if result.objective is None:
        return result
    row, column, units = fixed
    extra = float((pair_costs(problem, row, column) * units).sum())
    key = np.concatenate([result.flow_from, row]) * problem.columns + np.concatenate([result.flow_to, column])
    amount = np.concatenate([result.flow_amount, units])
    lines, place = np.unique(key, return_inverse=True)
    total = np.bincount(place, amount).astype(np.int64)
    return TransportResult(
        status=result.status,
        objective=result.objective + extra,
        bound=None if result.bound is None else result.bound + extra,
        seconds=result.seconds,
        flow_from=lines // problem.columns,
        flow_to=lines % problem.columns,
        flow_amount=total,
        unmet=result.unmet,
        row_price=result.row_price,
        column_price=result.column_price,
        rounds=result.rounds,
        pinned=(row, column, units),
    )


def _too_few(lack: int) -> Reason:
    text = f"{lack} more people or units are wanted than there are to send."
    return Reason("assignment.too_few", text, None, (("missing", lack),))


def _infeasible(problem: Transport, clock: Clock, reasons: list[Reason]) -> TransportResult:
    return TransportResult(
        status=Status.INFEASIBLE,
        objective=None,
        bound=None,
        seconds=clock.elapsed,
        reasons=tuple(reasons),
        flow_from=NONE,
        flow_to=NONE,
        flow_amount=NONE,
        unmet=problem.demand,
    )


def _shortage(problem: Transport, scale: float, largest: float) -> Int:
    """Shortage cost in quanta; without one, more than any chain of exchanges could save."""
    if problem.shortage_cost is not None:
        return np.rint(problem.shortage_cost * scale).astype(np.int64)
    chain = 2 * min(problem.rows, problem.columns) + 2
    return np.full(problem.columns, int(max(largest, 1.0)) * chain, dtype=np.int64)


def _listed(problem: Transport, clock: Clock) -> TransportResult:
    """All allowed arcs are listed: one flow is the proof."""
    assert not callable(problem.cost)  # noqa: S101 - chosen by the caller
    row, column, cost = problem.cost
    largest = float(cost.max(initial=0))
    if problem.shortage_cost is not None:
        largest = max(largest, float(problem.shortage_cost.max()))
    whole = cost.dtype.kind == "i" and (problem.shortage_cost is None or problem.shortage_cost.dtype.kind == "i")
    scale = 1.0 if whole else 2.0 ** int(np.floor(np.log2(WIDEST_COST / largest))) if largest > 0 else 1.0
    if largest * scale > LARGEST_COST:
        raise ProblemError("assignment.cost.size", "Costs are too large for an exact flow; use a larger unit.")
    arcs = Arcs(row, column, np.rint(cost * scale).astype(np.int64))
    numbers = Numbers(problem.supply, problem.demand, _shortage(problem, scale, largest * scale))
    plan = first_plan(numbers, arcs, no_arcs())
    price = middle_prices(numbers, arcs, no_arcs(), plan, np.zeros(problem.columns, dtype=np.int64))
    cheapest = row_prices(arcs, price, problem.rows)
    state = State(arcs, plan, price, cheapest, 0, 1, True)
    if problem.shortage_cost is None and plan.unmet(numbers).any():
        return _infeasible(problem, clock, _blocked(problem, numbers, state))
    return _result(problem, numbers, state, scale, clock)


def _blocked(problem: Transport, numbers: Numbers, state: State) -> list[Reason]:
    """The places that compete for too few people: those whose price carries the shortage (a Hall violator)."""
    unmet = state.plan.unmet(numbers)
    dear = np.flatnonzero(state.price * 2 > numbers.shortage)
    reach = np.unique(state.arcs.row[np.isin(state.arcs.column, dear)])
    wanted, there = int(numbers.demand[dear].sum()), int(numbers.supply[reach].sum())
    names = ", ".join(str(j) for j in dear[:10]) + ("…" if dear.size > 10 else "")
    text = f"Places {names} want {wanted} units, but only {there} can be sent there over the listed arcs."
    values = (("wanted", wanted), ("reachable", there), ("missing", int(unmet.sum())))
    return [Reason("assignment.unreachable", text, int(dear[0]) if dear.size else None, values)]


def _all_pairs(problem: Transport, params: Params, clock: Clock, previous: TransportResult | None) -> TransportResult:
    assert callable(problem.cost)  # noqa: S101 - chosen by the caller
    pairs, largest = all_pairs(problem.cost, problem.rows, problem.columns, params.threads, problem.shortage_cost)
    memory = previous.memory if previous is not None else None
    for lift in (4, 64, 4096):  # a shortage cost of its own is tried small first: small costs make the flow fast
        numbers = _numbers(problem, pairs.scale, largest * lift)
        if memory is not None and _same_costs(pairs, memory):
            state = _again(pairs, numbers, memory, previous, clock, params)
        else:
            state = solve_all_pairs(pairs, numbers, clock, params)
        if problem.shortage_cost is not None or not state.plan.unmet(numbers).any() or clock.left == 0:
            break
    return _result(problem, numbers, state, pairs.scale, clock)


def _same_costs(pairs: Pairs, memory: Memory) -> bool:
    """Whether a memory fits these pairs: sizes, quantum, and the costs of its arcs in a sample of rows."""
    if memory.price.size != pairs.columns or memory.floor.size != pairs.rows or memory.scale != pairs.scale:
        return False
    sample = np.unique(np.linspace(0, pairs.rows - 1, min(pairs.rows, SAMPLE_ROWS)).astype(np.int64))
    place_of = np.full(pairs.rows, -1)
    place_of[sample] = np.arange(sample.size)
    place = place_of[memory.arc_from]
    mine = np.flatnonzero(place >= 0)
    place = place[mine]
    now = pairs.quanta(pairs.costs(sample))[place, memory.arc_to[mine]]
    return bool((now == memory.arc_cost[mine]).all())


def _numbers(problem: Transport, scale: float, price: float) -> Numbers:
    if problem.shortage_cost is not None:
        return Numbers(problem.supply, problem.demand, np.rint(problem.shortage_cost * scale).astype(np.int64))
    return Numbers(problem.supply, problem.demand, np.full(problem.columns, int(max(price, 1.0)), dtype=np.int64))


def _again(
    pairs: Pairs, numbers: Numbers, memory: Memory, previous: TransportResult | None, clock: Clock, params: Params
) -> State:
    assert previous is not None  # noqa: S101 - it holds the memory
    arcs = Arcs(memory.arc_from, memory.arc_to, memory.arc_cost)
    cost = line_costs(arcs.row, arcs.column, arcs.cost, previous.flow_from, previous.flow_to, numbers.rows)
    plan = fit_plan(numbers, Arcs(previous.flow_from, previous.flow_to, cost), previous.flow_amount)
    price = np.minimum(memory.price, numbers.shortage)
    return replan(pairs, numbers, Start(plan, arcs, price, memory.floor), clock, params)


def _result(problem: Transport, numbers: Numbers, state: State, scale: float, clock: Clock) -> TransportResult:
    plan = state.plan
    real = (plan.lines.row < problem.rows) & (plan.lines.column < problem.columns)
    lines, units = plan.lines.take(real), plan.units[real]
    order = np.argsort(lines.row * problem.columns + lines.column)
    lines, units = lines.take(order), units[order]
    unmet = problem.demand - np.bincount(lines.column, units.astype(np.float64), problem.columns).astype(np.int64)
    price = state.price / scale
    if problem.shortage_cost is not None:
        price = np.minimum(price, problem.shortage_cost)
    least = np.minimum(state.cheapest / scale, 0.0)
    exact = pair_costs(problem, lines.row, lines.column) if scale != 1.0 else lines.cost.astype(np.float64)
    objective = float((exact * units).sum())
    if problem.shortage_cost is not None:
        objective += float((unmet * problem.shortage_cost).sum())
    bound = float((problem.demand * price).sum() + (problem.supply * least).sum())
    complete = problem.shortage_cost is not None or not unmet.any()
    status = Status.OPTIMAL if state.proven else Status.FEASIBLE
    if not complete:
        status = Status.TIMEOUT
    floor = state.floor if state.floor is not None else np.minimum(state.cheapest, 0) + state.margin
    memory = Memory(
        scale, state.arcs.row, state.arcs.column, state.arcs.cost, state.price, np.floor(floor).astype(np.int64)
    )
    return TransportResult(
        status=status, objective=objective if complete else None, bound=bound, seconds=clock.elapsed,
        flow_from=lines.row, flow_to=lines.column, flow_amount=units, unmet=unmet, row_price=least, column_price=price,
        rounds=state.rounds, memory=memory if callable(problem.cost) else None,
    )  # fmt: skip
