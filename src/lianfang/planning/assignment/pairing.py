"""Organisations to communities as a mixed-integer program: few links, every side served, people where they are short."""

from __future__ import annotations

from typing import Any

import numpy as np

from lianfang.planning.assignment.domain import Pairing, PairingResult
from lianfang.planning.assignment.mip import INFINITE, Program, run
from lianfang.planning.assignment.pairing_start import first_plan, least_links
from lianfang.planning.assignment.problem import Float, Int
from lianfang.planning.result import ProblemError, Reason, Status
from lianfang.planning.stop import Clock

EXACT = 1e-9  # relative difference of two sums of floats that are the same
KEPT_LINK = 0.9  # a link of the plan before costs this share of a new one, so that a re-plan changes little; assumption


def solve_pairing(problem: Pairing, clock: Clock, pins: Any, previous: PairingResult | None) -> PairingResult:
    """The cheapest links and people, proven when time allows; never worse than a search of tenths of a second finds. Variables of
    the program: link x[k, m], people y[k, m], missing z[m]."""
    units, places = problem.size.size, problem.need.size
    if problem.most_links * units < places:
        text = f"{units} organisations with at most {problem.most_links} communities each cannot serve {places}."
        return _nothing(problem, clock, Status.INFEASIBLE, (Reason("assignment.too_few_links", text),))
    if problem.most_units * places < units:
        text = f"{places} communities with at most {problem.most_units} organisations each cannot take {units}."
        return _nothing(problem, clock, Status.INFEASIBLE, (Reason("assignment.too_few_seats", text),))
    pinned = _pins(problem, pins)
    link = _link_costs(problem, previous)
    began = first_plan(problem, link, pinned > 0, clock)
    answer = run(_program(problem, pinned, link), seconds=clock.left, gap=clock.stop.gap)
    pairs = units * places
    if answer.x is None and began is None:
        reasons = (Reason("assignment.pin.conflict", "The pinned pairs leave no plan."),) if answer.infeasible else ()
        return _nothing(problem, clock, Status.INFEASIBLE if answer.infeasible else Status.TIMEOUT, reasons)
    found = [began] if began is not None else []
    if answer.x is not None:
        linked = answer.x[:pairs].reshape(units, places) > 0.5
        sent = np.rint(answer.x[pairs : 2 * pairs].reshape(units, places)).astype(np.int64)
        where = [part.astype(np.int64) for part in np.nonzero(linked)]
        found.append((where[0], where[1], sent[linked]))
    organisation, place, people = min(reversed(found), key=lambda one: _priced(problem, link, *one))
    unmet = np.maximum(problem.need - np.bincount(place, people, places).astype(np.int64), 0)
    objective = cost_of(problem, organisation, place, people)
    bound = None
    if previous is None:
        bound = min(max(least_links(problem, link, pinned), answer.bound or 0.0), objective)
    proven = answer.optimal or (bound is not None and objective - bound <= max(clock.stop.gap, EXACT) * abs(objective))
    return PairingResult(
        status=Status.OPTIMAL if proven else Status.FEASIBLE, objective=objective, bound=bound,
        seconds=clock.elapsed, organisation=organisation, place=place, people=people, unmet=unmet,
    )  # fmt: skip


def _link_costs(problem: Pairing, previous: PairingResult | None) -> Float:
    """What links cost, those of the plan before a little less."""
    link = problem.cost.astype(np.float64).copy()
    if previous is not None and previous.organisation.size and previous.place.max() < problem.need.size:
        link[previous.organisation, previous.place] *= KEPT_LINK
    return link


def _priced(problem: Pairing, link: Float, organisation: Int, place: Int, people: Int) -> float:
    """The cost of links and people with these costs of links."""
    own = float((link - problem.cost)[organisation, place].sum())
    return cost_of(problem, organisation, place, people) + own


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


def _program(problem: Pairing, pinned: np.ndarray, link: Float) -> Program:
    units, places = problem.size.size, problem.need.size
    pairs = units * places
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
