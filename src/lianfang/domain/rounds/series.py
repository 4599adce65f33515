"""Pure: where a series of rounds over one scope stands by the playbook's stop rule, and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

COUNTIES = range(21, 81)
"""Third pair of a division code that means a county; below are districts, above county-level cities (GB/T 2260)."""
CITY_PROVINCES = frozenset({"11", "12", "31", "50"})
"""The municipalities under the central government."""


class Step(StrEnum):
    """What a series asks for next."""

    FINISH = "finish"
    NEXT_ROUND = "next_round"
    WAIT = "wait"
    FINAL_ROUND = "final_round"
    MAY_END = "may_end"


@dataclass(frozen=True)
class Rule:
    """When daily rounds may end: clean rounds in a row, then days of pause, then perhaps one last clean round."""

    clean_rounds: int
    then_wait_days: int = 0
    final_round: bool = False


@dataclass(frozen=True)
class Outcome:
    """How one round of the series went. finished: every result is in; positives: people found positive."""

    opened_on: date
    finished: bool
    positives: int


@dataclass(frozen=True)
class Standing:
    """Clean rounds in a row so far, what is next, and the first day of it (None where it has no day)."""

    clean: int
    needed: int
    step: Step
    on: date | None = None


def standing(rule: Rule, rounds: Sequence[Outcome]) -> Standing:
    """Walk the rounds of one scope, oldest first. A positive round begins the count anew.

    The pause counts whole days after the day of the last clean round that was needed, so the final round comes on the
    day after them (assumption: the sources give the number of days only). A round opened during the pause is clean or
    not like any other but does not replace the final one.
    """
    clean, settled_on, final_done = 0, None, False
    for one in rounds:
        if not one.finished:
            return Standing(clean, rule.clean_rounds, Step.FINISH)
        if one.positives:
            clean, settled_on, final_done = 0, None, False
            continue
        if settled_on is not None and one.opened_on > settled_on + timedelta(days=rule.then_wait_days):
            final_done = True
        clean += 1
        if clean == rule.clean_rounds:
            settled_on = one.opened_on
    if settled_on is None:
        following = rounds[-1].opened_on + timedelta(days=1) if rounds else None
        return Standing(clean, rule.clean_rounds, Step.NEXT_ROUND, following)
    if final_done or not rule.final_round:
        return Standing(clean, rule.clean_rounds, Step.MAY_END)
    return Standing(clean, rule.clean_rounds, Step.FINAL_ROUND, settled_on + timedelta(days=rule.then_wait_days + 1))


def on_day(found: Standing, today: date) -> Standing:
    """The same standing as it reads today: a final round that is not due yet is a pause."""
    if found.step is Step.FINAL_ROUND and found.on is not None and today < found.on:
        return Standing(found.clean, found.needed, Step.WAIT, found.on)
    return found


def suggested_rule(path: str, count: int) -> int:
    """Which of the playbook's stop rules fits a scope, by its division code; a person decides.

    The rules stand in the order of the source: affected districts of capitals and cities of ten million, other
    districts, ordinary cities, the countryside. Capitals are told by the code 01 (assumption).
    """
    if count < 4:
        return 0
    county = int(path[4:6]) if len(path) >= 6 else 0
    if county in COUNTIES:
        return 3
    return 0 if path[:2] in CITY_PROVINCES or path[2:4] == "01" else 2
