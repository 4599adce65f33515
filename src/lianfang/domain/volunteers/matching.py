"""Where an offer would help most: a transport over open calls, with its reasons. Nothing is written; a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

SKILL_MISSING: Final = 5
HOURS_PARTLY: Final = 2
"""Steps of distance that a missing skill, or shifts outside the hours, weigh: assumptions. A step is one level of the tree."""
SHORTAGE: Final = 20
"""Price of a place left free: an assumption, above every other, so that places are filled as far as people go."""
SECONDS: Final = 5.0


@dataclass(frozen=True)
class Wanted:
    """A call that lacks people. free: places over all coming shifts; days: from first to last; spans: minutes of its shifts."""

    id: int
    path: str
    free: int
    skills: tuple[str, ...]
    first_on: date
    last_on: date
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Offered:
    """An open offer; path: home of a person, else the area it was addressed to."""

    id: int
    path: str
    people: int
    skills: tuple[str, ...]
    first_on: date
    last_on: date
    begins: int
    ends: int


@dataclass(frozen=True)
class Proposal:
    """So many people of an offer to a call. steps: levels of the tree between them; lacks: free places of that call before;
    still: free after the whole proposal; missing: skills asked for and not offered; fits: shifts of a day inside the hours."""

    offer: int
    call: int
    people: int
    steps: int
    lacks: int
    still: int
    missing: tuple[str, ...]
    fits: int
    proven: bool


def steps_between(left: str, right: str) -> int:
    """0 same community, 1 same township, 2 same county, 3 same city, 4 farther; a township's own address counts as its middle."""
    for steps, length in enumerate((12, 9, 6, 4)):
        if left[:length] == right[:length] and min(len(left), len(right)) >= length:
            return steps
    return 4


def fitting_spans(offer: Offered, wanted: Wanted) -> int:
    """How many shifts of a day lie inside the offered hours, 0 where no day is common."""
    if offer.first_on > wanted.last_on or offer.last_on < wanted.first_on:
        return 0
    return sum(offer.begins <= begins and ends <= offer.ends for begins, ends in wanted.spans)


def propose(offers: Sequence[Offered], calls: Sequence[Wanted]) -> list[Proposal]:
    """Whom to send where, best for all offers together; empty only when there is no offer or no call that lacks people.

    Pairs without a common shift are not proposed. Raises planning.ProblemError for impossible numbers.
    """
    from lianfang.planning import Stop, assignment

    lacking = [one for one in calls if one.free > 0]
    pairs = [
        (i, j, _cost(offer, wanted))
        for i, offer in enumerate(offers)
        for j, wanted in enumerate(lacking)
        if fitting_spans(offer, wanted)
    ]
    if not pairs:
        return []
    start, end, cost = (np.array(column) for column in zip(*pairs, strict=True))
    supply, demand = [one.people for one in offers], [one.free for one in lacking]
    problem = assignment.Transport(supply, demand, (start, end, cost), shortage_cost=SHORTAGE)
    result = assignment.solve(problem, stop=Stop(seconds=SECONDS))
    proven = any(reason.code == "assignment.optimal" for reason in assignment.explain(problem, result))
    lines = zip(result.flow_from.tolist(), result.flow_to.tolist(), result.flow_amount.tolist(), strict=True)
    unmet = result.unmet.tolist()
    return [_line(offers[i], lacking[j], amount, unmet[j], proven) for i, j, amount in lines if amount]


def _cost(offer: Offered, wanted: Wanted) -> int:
    lacks = any(skill not in offer.skills for skill in wanted.skills)
    partly = fitting_spans(offer, wanted) < len(wanted.spans)
    return steps_between(offer.path, wanted.path) + SKILL_MISSING * lacks + HOURS_PARTLY * partly


def _line(offer: Offered, wanted: Wanted, people: int, still: int, proven: bool) -> Proposal:
    missing = tuple(skill for skill in wanted.skills if skill not in offer.skills)
    steps = steps_between(offer.path, wanted.path)
    return Proposal(
        offer.id, wanted.id, people, steps, wanted.free, still, missing, fitting_spans(offer, wanted), proven
    )
