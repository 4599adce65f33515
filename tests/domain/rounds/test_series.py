"""Where a series of rounds stands by the stop rule: hand-checked cases and properties."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.rounds.series import Outcome, Rule, Standing, Step, on_day, standing, suggested_rule

CITY = Rule(clean_rounds=3, then_wait_days=3, final_round=True)
OTHER = Rule(clean_rounds=3)
D = date(2022, 3, 21)


def rounds(*positives: int, finished: bool = True, start: date = D) -> list[Outcome]:
    return [
        Outcome(start + timedelta(days=number), finished or number < len(positives) - 1, found)
        for number, found in enumerate(positives)
    ]


@pytest.mark.row("D1")
@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        (CITY, [], Standing(0, 3, Step.NEXT_ROUND)),
        (CITY, rounds(2), Standing(0, 3, Step.NEXT_ROUND, D + timedelta(days=1))),
        (CITY, rounds(2, 0, 0), Standing(2, 3, Step.NEXT_ROUND, D + timedelta(days=3))),
        (CITY, rounds(2, 0, 0, 0), Standing(3, 3, Step.FINAL_ROUND, date(2022, 3, 28))),
        (CITY, rounds(0, 0, 1), Standing(0, 3, Step.NEXT_ROUND, D + timedelta(days=3))),
        (CITY, rounds(0, 0, finished=False), Standing(1, 3, Step.FINISH)),
        (CITY, [*rounds(0, 0, 0), Outcome(date(2022, 3, 27), True, 0)], Standing(4, 3, Step.MAY_END)),
        (
            CITY,
            [*rounds(0, 0, 0), Outcome(date(2022, 3, 26), True, 0)],
            Standing(4, 3, Step.FINAL_ROUND, date(2022, 3, 27)),
        ),
        (
            CITY,
            [*rounds(0, 0, 0), Outcome(date(2022, 3, 27), True, 1)],
            Standing(0, 3, Step.NEXT_ROUND, date(2022, 3, 28)),
        ),
        (OTHER, rounds(0, 0, 0), Standing(3, 3, Step.MAY_END)),
    ],
)
def test_standing_by_hand(rule: Rule, given: list[Outcome], expected: Standing) -> None:
    assert standing(rule, given) == expected


def test_a_final_round_that_is_not_due_is_a_pause() -> None:
    found = standing(CITY, rounds(0, 0, 0))
    assert on_day(found, date(2022, 3, 26)).step is Step.WAIT
    assert on_day(found, date(2022, 3, 27)).step is Step.FINAL_ROUND


@given(st.lists(st.integers(0, 2), max_size=12))
def test_a_positive_round_always_begins_anew(positives: list[int]) -> None:
    found = standing(CITY, rounds(*positives, 1))
    assert (found.clean, found.step) == (0, Step.NEXT_ROUND)


@given(st.lists(st.integers(0, 2), max_size=12))
def test_clean_rounds_are_those_since_the_last_positive(positives: list[int]) -> None:
    tail = 0
    for value in positives:
        tail = 0 if value else tail + 1
    assert standing(CITY, rounds(*positives)).clean == tail


@pytest.mark.parametrize(
    ("path", "rule"),
    [("411621001001", 3), ("130102", 0), ("130902", 2), ("130983", 2), ("110101", 0), ("4116", 2)],
)
def test_the_suggested_rule_follows_the_division_code(path: str, rule: int) -> None:
    assert suggested_rule(path, 4) == rule


def test_a_playbook_with_fewer_rules_suggests_its_first() -> None:
    assert suggested_rule("411621", 1) == 0
