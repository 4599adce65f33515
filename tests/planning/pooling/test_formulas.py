"""Closed forms against hand counts, exact enumeration and the published tables."""

from __future__ import annotations

import csv
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.planning import ProblemError, pooling

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data" / "pooled"

# Rows of the Dorfman closed form worked by hand: prevalence, best size up to 200, tests per person.
DORFMAN = [(0.01, 11, 0.1956), (0.02, 8, 0.2742), (0.05, 5, 0.4262), (0.1, 4, 0.5939), (0.0001, 101, 0.0200)]

# Best nested plans under a cap: prevalence, cap, tests per person.
NESTED = [
    (0.0001, 10, 0.1007), (0.0001, 20, 0.0509), (0.0001, 32, 0.0322),
    (0.001, 10, 0.107), (0.001, 20, 0.0589), (0.001, 32, 0.0412),
    (0.005, 10, 0.134), (0.005, 20, 0.0937), (0.005, 32, 0.0794),
    (0.01, 10, 0.168), (0.01, 20, 0.132), (0.01, 32, 0.122),
    (0.02, 10, 0.225), (0.02, 20, 0.203), (0.02, 32, 0.198),
]  # fmt: skip


def test_two_stage_by_hand() -> None:
    # Two people, half infected: one pool, and both again unless both are clean (1/4): 1 + 2 x 3/4 = 2.5 tests.
    assert pooling.expected_tests_per_person(0.5, 2) == pytest.approx(1.25)
    assert pooling.expected_tests_per_person(0.3, 1) == 1.0
    # A test that never sees an infection uses the pool test only.
    assert pooling.expected_tests_per_person(0.3, 10, sensitivity=0.0) == pytest.approx(0.1)
    assert pooling.expected_tests_per_person(0.0, 10, specificity=0.9) == pytest.approx(0.2)


@pytest.mark.parametrize(("prevalence", "size", "tests"), DORFMAN)
def test_best_size_unrestricted(prevalence: float, size: int, tests: float) -> None:
    best = pooling.best_size(prevalence, range(1, 201))
    assert best.size == size
    assert best.expected_tests_per_person == pytest.approx(tests, abs=5e-5)


@pytest.mark.parametrize(("prevalence", "cap", "tests"), NESTED)
def test_nested_plan_matches_the_table(prevalence: float, cap: int, tests: float) -> None:
    plan = pooling.nested_plan(prevalence, cap)
    assert plan.expected_tests_per_person == pytest.approx(tests, abs=6e-4 if tests >= 0.1 else 6e-5)
    assert plan.label == "what_if"
    assert max(plan.stages) <= cap
    assert plan.stages[-1] == 1


@pytest.mark.skipif(not SHARED.exists(), reason="the public tables are not beside this checkout")
def test_dorfman_tables() -> None:
    with (SHARED / "dorfman_closed_form.csv").open() as file:
        for row in csv.DictReader(file):
            best = pooling.best_size(float(row["prevalence"]), range(1, 201))
            assert best.size == int(row["optimal_pool_size"])
            assert best.expected_tests_per_person == pytest.approx(float(row["expected_tests_per_person"]), abs=6e-7)
    with (SHARED / "dorfman_fixed_pool.csv").open() as file:
        for row in csv.DictReader(file):
            tests = pooling.expected_tests_per_person(float(row["prevalence"]), int(row["pool_size"]))
            assert tests == pytest.approx(float(row["expected_tests_per_person"]), abs=6e-7)


def _count_tests(outcome: tuple[bool, ...], stages: tuple[int, ...]) -> int:
    """Tests a nested plan uses on one outcome, by doing it."""
    tests = 1
    if any(outcome) and len(stages) > 1:
        part = stages[1]
        tests += sum(_count_tests(outcome[i : i + part], stages[1:]) for i in range(0, len(outcome), part))
    return tests


@pytest.mark.parametrize("stages", [(2, 1), (6, 1), (6, 3, 1), (8, 4, 2, 1), (9, 3, 1), (12, 6, 2, 1)])
@pytest.mark.parametrize("prevalence", [0.01, 0.2, 0.7])
def test_expectation_equals_enumeration(stages: tuple[int, ...], prevalence: float) -> None:
    from lianfang.planning.pooling.nested import staged_tests_per_person

    expected = 0.0
    for outcome in itertools.product((False, True), repeat=stages[0]):
        chance = prevalence ** sum(outcome) * (1 - prevalence) ** (stages[0] - sum(outcome))
        expected += chance * _count_tests(outcome, stages)
    assert staged_tests_per_person(prevalence, stages) == pytest.approx(expected / stages[0])
    if len(stages) == 2:
        assert pooling.expected_tests_per_person(prevalence, stages[0]) == pytest.approx(expected / stages[0])


@given(st.floats(0, 1), st.integers(1, 40))
def test_nothing_beats_the_floor(prevalence: float, cap: int) -> None:
    floor = pooling.entropy_floor(prevalence, cap)
    assert pooling.nested_plan(prevalence, min(cap, 16)).expected_tests_per_person >= floor - 1e-9 or cap > 16
    assert pooling.best_size(prevalence, range(1, cap + 1)).expected_tests_per_person >= floor - 1e-9


@given(st.floats(0, 1), st.integers(1, 20))
def test_best_of_validated_sizes_by_enumeration(prevalence: float, cap: int) -> None:
    best = pooling.best_size(prevalence, cap=cap)
    costs = {n: pooling.expected_tests_per_person(prevalence, n) for n in (1, 5, 10, 20) if n <= cap}
    assert best.size in costs
    assert best.expected_tests_per_person == min(costs.values())


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: pooling.expected_tests_per_person(float("nan"), 5), "pooling.probability"),
        (lambda: pooling.expected_tests_per_person(1.2, 5), "pooling.probability"),
        (lambda: pooling.expected_tests_per_person(0.1, 0), "pooling.size"),
        (lambda: pooling.expected_tests_per_person(0.1, 2.5), "pooling.size"),  # type: ignore[arg-type]
        (lambda: pooling.best_size(0.1, []), "pooling.no_size"),
        (lambda: pooling.best_size(0.1, [5], cap=4), "pooling.no_size"),
        (lambda: pooling.nested_plan(-0.1, 10), "pooling.probability"),
        (lambda: pooling.nested_plan(0.1, 0), "pooling.size"),
    ],
)
def test_bad_numbers_are_refused_with_a_sentence(call, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError) as refused:
        call()
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
