"""Organisations to communities as a mixed-integer program: few links, every side served, people where they are short."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianfang.planning.assignment.domain import Pairing, PairingResult
from lianfang.planning.assignment.mip import INFINITE, Program, run
from lianfang.planning.assignment.problem import Int
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock

KEPT_LINK = 0.9  # a link of the plan before costs this share of a new one, so that a re-plan changes little; assumption


def solve_pairing(problem: Pairing, clock: Clock, pins: Any, previous: PairingResult | None) -> PairingResult:
    """The cheapest links and people, proven when time allows. Variables: link x[k, m], people y[k, m], missing z[m]."""
    units, places = problem.size.size, problem.need.size
    if problem.most_links * units < places:
        text = f"{units} organisations with at most {problem.most_links} communities each cannot serve {places}."
        return _nothing(problem, clock, Status.INFEASIBLE, (Reason("assignment.too_few_links", text),))
    if problem.most_units * places < units:
        text = f"{places} communities with at most {problem.most_units} organisations each cannot take {units}."
        return _nothing(problem, clock, Status.INFEASIBLE, (Reason("assignment.too_few_seats", text),))
    pinned = _pins(problem, pins)
    program = _program(problem, pinned, previous)
    answer = run(program, seconds=clock.left, gap=clock.stop.gap)
    pairs = units * places
    if answer.x is None:
        reasons = (Reason("assignment.pin.conflict", "The pinned pairs leave no plan."),) if answer.infeasible else ()
        return _nothing(problem, clock, Status.INFEASIBLE if answer.infeasible else Status.TIMEOUT, reasons)
    x = answer.x[:pairs].reshape(units, places) > 0.5
    people = np.rint(answer.x[pairs : 2 * pairs].reshape(units, places)).astype(np.int64)
    organisation, place = np.nonzero(x)
    unmet = np.maximum(problem.need - people.sum(axis=0), 0)
    objective = cost_of(problem, organisation, place, people[organisation, place])
    known = previous is None
    bound = min(answer.bound, objective) if known and answer.bound is not None else None
    return PairingResult(
        status=Status.OPTIMAL if answer.optimal else Status.FEASIBLE, objective=objective, bound=bound,
        seconds=clock.elapsed, organisation=organisation, place=place, people=people[organisation, place], unmet=unmet,
    )  # fmt: skip


def cost_of(problem: Pairing, organisation: Int, place: Int, people: Int) -> float:
    """Link cost + cost of people sent + shortage."""
    sent = np.bincount(place, people.astype(np.float64), problem.need.size)
    missing = np.maximum(problem.need - sent, 0).sum()
    links = problem.cost[organisation, place].sum() + (problem.people_cost[organisation, place] * people).sum()
    return float(links + problem.shortage_cost * missing)


def _pins(problem: Pairing, pins: Any) -> np.ndarray:
    low = np.zeros((problem.size.size, problem.need.size))
    if pins is not None:
        organisation, place = (np.asarray(part, dtype=np.int64) for part in pins)
        bad = organisation.shape != place.shape or (organisation.size and (
            min(organisation.min(), place.min()) < 0 or organisation.max() >= low.shape[0] or place.max() >= low.shape[1]
        ))  # fmt: skip
        if bad:
            raise ProblemError(
                "assignment.pin.unknown", "A pin names an organisation or community that does not exist."
            )
        low[organisation, place] = 1.0
    return low


def _program(problem: Pairing, pinned: np.ndarray, previous: PairingResult | None) -> Program:
    units, places = problem.size.size, problem.need.size
    pairs = units * places
    link = problem.cost.astype(np.float64).copy()
    if previous is not None and previous.organisation.size and previous.place.max() < places:
        link[previous.organisation, previous.place] *= KEPT_LINK
    k, j = np.divmod(np.arange(pairs), places)
    most = np.minimum(problem.size[k], problem.need[j]).astype(np.float64)
    row: list[np.ndarray] = []
    column, value, low, high = row.copy(), row.copy(), row.copy(), row.copy()
    at = 0

    def rows(index: np.ndarray, where: np.ndarray, weight: np.ndarray, least: np.ndarray, top: np.ndarray) -> None:
        nonlocal at
        for part, new in ((row, index + at), (column, where), (value, weight), (low, least), (high, top)):
            part.append(new)
        at += least.size

    x, y, z = np.arange(pairs), pairs + np.arange(pairs), 2 * pairs + np.arange(places)
    ones = np.ones(pairs)
    rows(k, x, ones, np.ones(units), np.full(units, float(problem.most_links)))
    rows(j, x, ones, np.ones(places), np.full(places, float(problem.most_units)))
    rows(k, y, ones, np.full(units, -INFINITE), problem.size.astype(np.float64))
    need = problem.need.astype(np.float64)
    rows(np.concatenate([j, np.arange(places)]), np.concatenate([y, z]), np.ones(pairs + places), need, need)
    rows(np.tile(np.arange(pairs), 2), np.concatenate([y, x]), np.concatenate([ones, -most]),
         np.full(pairs, -INFINITE), np.zeros(pairs))  # fmt: skip
    return Program(
        cost=np.concatenate([link.ravel(), problem.people_cost.ravel(), np.full(places, problem.shortage_cost)]),
        low=np.concatenate([pinned.ravel(), np.zeros(pairs + places)]),
        high=np.concatenate([ones, most, need]),
        whole=np.concatenate([np.ones(2 * pairs, dtype=bool), np.zeros(places, dtype=bool)]),
        row=np.concatenate(row), column=np.concatenate(column), value=np.concatenate(value),
        row_low=np.concatenate(low), row_high=np.concatenate(high),
    )  # fmt: skip


def _nothing(problem: Pairing, clock: Clock, status: Status, reasons: tuple[Reason, ...]) -> PairingResult:
    empty = np.zeros(0, dtype=np.int64)
    return PairingResult(
        status=status, objective=None, bound=None, seconds=clock.elapsed, reasons=reasons, organisation=empty,
        place=empty.copy(), people=empty.copy(), unmet=problem.need.copy(),
    )  # fmt: skip
