"""Bar 16: tests per person against the entropy floor, the nested table, and clustering by household."""

from __future__ import annotations

import itertools
import time
from functools import partial
from math import comb
from typing import Any

import numpy as np

from benchmarks.support.cells import table
from benchmarks.support.measure import row as bar_row
from lianfang.planning import pooling

CAP = 20
TARGET_RATIOS = {0.001: 1.18, 0.005: 1.87, 0.01: 1.64, 0.02: 1.44}
"""Best nested plan under independence over max(H(p), 1/cap), cap 20."""

SAVING_TARGET = 0.15
CURVE_PREVALENCES = (0.001, 0.002, 0.005, 0.01, 0.02)
CURVE_ATTACK_RATES = (0.0, 0.15, 0.3, 0.5)


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the pooling bar; `quick` shortens the door order and the lottery; they are kept unless quick."""
    return _measured(True) if quick else table("pooling", "pooling", lambda: _measured(False))


def _measured(quick: bool) -> list[dict[str, Any]]:
    people, outcomes = (400, 100) if quick else (4000, 400)
    rows = [_enumeration_row()]
    rows += _independent_rows(people)
    rows += _clustered_rows(people)
    rows += _lottery_rows(outcomes)
    return rows


row = partial(bar_row, "16")


def _enumeration_row() -> dict[str, Any]:
    """Largest distance between a tabulated plan and the sum over all outcomes, 12 people in 5 households."""
    households, worst = [3, 1, 4, 2, 2], 0.0
    for prevalence, attack_rate, cap in itertools.product((0.005, 0.05, 0.3), (0.0, 0.3, 0.5), (4, 12)):
        model = pooling.HouseholdModel(prevalence, attack_rate)
        plan = pooling.plan_for_households(model, cap, households)
        expected = 0.0
        for outcome in itertools.product((False, True), repeat=sum(households)):
            chance, start = 1.0, 0
            for size in households:
                infected = sum(outcome[start : start + size])
                chance *= model.counts(size)[infected] / comb(size, infected)
                start += size
            expected += chance * plan.run(np.array(outcome))[0]
        worst = max(worst, abs(expected - plan.expected_tests))
    return row("adaptive plan against exact enumeration, 12 people, 18 cases", worst, "tests", "<= 1e-9", worst <= 1e-9)


def _independent_rows(people: int) -> list[dict[str, Any]]:
    rows = []
    for prevalence, target in TARGET_RATIOS.items():
        floor = max(pooling.entropy_floor(prevalence), 1 / CAP)
        nested = pooling.nested_plan(prevalence, CAP).expected_tests_per_person / floor
        what = f"nested plan / max(H, 1/cap), p = {prevalence:.1%}, cap {CAP}"
        rows.append(row(what, nested, "ratio", f"<= {target}", round(nested, 2) <= target))
        model = pooling.HouseholdModel(prevalence, 0.0)
        adaptive = pooling.adaptive_plan(model, CAP, people).expected_tests_per_person / floor
        what = f"adaptive plan / max(H, 1/cap), p = {prevalence:.1%}, cap {CAP}"
        rows.append(row(what, adaptive, "ratio", f"<= {target}", adaptive <= target))
    return rows


def _clustered_rows(people: int) -> list[dict[str, Any]]:
    """The curve: savings against the best nested plan that ignores households."""
    rows = []
    for attack_rate, prevalence in itertools.product(CURVE_ATTACK_RATES[1:], CURVE_PREVALENCES):
        started = time.perf_counter()
        plan = pooling.adaptive_plan(pooling.HouseholdModel(prevalence, attack_rate), CAP, people)
        saving = 1 - plan.expected_tests_per_person / pooling.nested_plan(prevalence, CAP).expected_tests_per_person
        seconds = time.perf_counter() - started
        what = f"tests saved, households together, SAR {attack_rate}, p = {prevalence:.1%} ({seconds:.1f} s)"
        judged = attack_rate == 0.3
        rows.append(row(what, saving, "share", ">= 0.15" if judged else "", not judged or saving >= SAVING_TARGET))
    return rows


def _lottery_rows(outcomes: int) -> list[dict[str, Any]]:
    rows = []
    for attack_rate in CURVE_ATTACK_RATES:
        model = pooling.HouseholdModel(0.01, attack_rate)
        exact = pooling.adaptive_plan(model, CAP, 400).expected_tests_per_person
        seen = pooling.simulate(model, CAP, adaptive=True, people=400, outcomes=outcomes)
        away = abs(seen.tests_per_person - exact) / seen.standard_error
        rows.append(row(f"lottery against table, SAR {attack_rate}", away, "standard errors", "<= 4", away <= 4))
    for exponent in (0.0, 0.05, 0.1):
        model, dilution = pooling.HouseholdModel(0.01, 0.3), pooling.Dilution(1.0, exponent)
        for size in (10, 20):
            seen = pooling.simulate(model, size, adaptive=False, outcomes=outcomes, dilution=dilution)
            what = f"share found, two stages of {size}, dilution exponent {exponent}"
            rows.append(row(what, seen.found_share, "share", "", True))
    return rows


def picture(people: int = 400) -> str:
    """The curve as SVG: tests per person over prevalence, one line per attack rate, and the nested plan."""
    series = {
        f"SAR {rate}": [
            (p, pooling.adaptive_plan(pooling.HouseholdModel(p, rate), CAP, people).expected_tests_per_person)
            for p in CURVE_PREVALENCES
        ]
        for rate in CURVE_ATTACK_RATES
    }
    series["nested"] = [(p, pooling.nested_plan(p, CAP).expected_tests_per_person) for p in CURVE_PREVALENCES]
    return pooling.curves(series, title="Tests per person, pools of at most 20", x_label="prevalence")


if __name__ == "__main__":
    for line in run():
        print(f"{line['what']:70s} {line['value']:10.5f} {line['unit']:16s} {line['target']:10s} {line['holds']}")
