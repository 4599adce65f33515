"""Clustered infections: the household model, the adaptive policy by exact enumeration, the lottery."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import ProblemError, pooling
from lianfang.planning.pooling.households import final_sizes


def _chance(model: pooling.HouseholdModel, households: list[int], outcome: tuple[bool, ...]) -> float:
    chance, start = 1.0, 0
    for size in households:
        infected = sum(outcome[start : start + size])
        chance *= model.counts(size)[infected] / comb(size, infected)
        start += size
    return chance


def test_final_sizes_by_hand() -> None:
    # Two members, community 10 %, attack rate 50 %: none 0.81; both escape the other with 0.5 once one is infected.
    none, one, both = final_sizes(2, 0.1, 0.5)
    assert none == pytest.approx(0.81)
    assert one == pytest.approx(2 * 0.1 * 0.9 * 0.5)
    assert both == pytest.approx(1 - 0.81 - 0.09)


@given(st.floats(0.001, 0.4), st.floats(0, 0.9))
def test_prevalence_is_kept(prevalence: float, attack_rate: float) -> None:
    model = pooling.HouseholdModel(prevalence, attack_rate)
    people = sum(size * share for size, share in model.sizes)
    infected = sum(share * sum(k * c for k, c in enumerate(model.counts(size))) for size, share in model.sizes)
    assert infected / people == pytest.approx(prevalence, rel=1e-6)


@pytest.mark.parametrize("households", [[8], [2, 3, 1, 2], [1] * 8, [4, 4]])
@pytest.mark.parametrize(("prevalence", "attack_rate", "cap"), [(0.05, 0.3, 4), (0.2, 0.5, 8), (0.02, 0.0, 3)])
def test_policy_equals_enumeration(households: list[int], prevalence: float, attack_rate: float, cap: int) -> None:
    model = pooling.HouseholdModel(prevalence, attack_rate)
    plan = pooling.plan_for_households(model, cap, households)
    expected = total = 0.0
    for outcome in itertools.product((False, True), repeat=8):
        tests, found = plan.run(np.array(outcome))
        assert tuple(found) == outcome
        chance = _chance(model, households, outcome)
        expected += chance * tests
        total += chance
    assert total == pytest.approx(1)
    assert plan.expected_tests == pytest.approx(expected)


def _best_by_search(model: pooling.HouseholdModel, households: list[int], cap: int) -> float:
    """The fewest expected tests over all plans of the nested kind, by searching over sets of possible outcomes."""
    people = sum(households)
    worlds = {o: _chance(model, households, o) for o in itertools.product((False, True), repeat=people)}

    def cost(start: int, run: int, alive: frozenset[tuple[bool, ...]]) -> float:
        if start == people:
            return 0.0
        if run == 1:
            return cost(start + 1, 0, alive)
        mass = sum(worlds[o] for o in alive)
        best = float("inf")
        for size in range(1, (run - 1 if run else min(cap, people - start)) + 1):
            clean = frozenset(o for o in alive if not any(o[start : start + size]))
            share = sum(worlds[o] for o in clean) / mass
            here = 1.0
            if share > 0:
                here += share * cost(start + size, max(0, run - size), clean)
            if share < 1:
                here += (1 - share) * split(start, size, alive - clean)
            best = min(best, here)
        return best

    def split(start: int, run: int, alive: frozenset[tuple[bool, ...]]) -> float:
        if run > 1:
            return cost(start, run, alive)
        return cost(start + 1, 0, alive)

    return cost(0, 0, frozenset(worlds))


@pytest.mark.parametrize("households", [[3, 2], [1, 4], [2, 2, 1]])
def test_policy_is_the_best_of_its_kind(households: list[int]) -> None:
    model = pooling.HouseholdModel(0.15, 0.4)
    plan = pooling.plan_for_households(model, 3, households)
    assert plan.expected_tests == pytest.approx(_best_by_search(model, households, 3))


def test_two_stage_together_equals_enumeration() -> None:
    model, households = pooling.HouseholdModel(0.1, 0.4), [3, 2, 4]
    expected = 0.0
    for outcome in itertools.product((False, True), repeat=9):
        tests = 0
        for start in range(0, 9, 4):
            pool = outcome[start : start + 4]
            tests += 1 + (len(pool) if any(pool) and len(pool) > 1 else 0)
        expected += _chance(model, households, outcome) * tests
    assert pooling.two_stage_together(model, 4, households) == pytest.approx(expected / 9)


def test_clustering_saves_tests_and_the_lottery_agrees() -> None:
    costs = []
    for attack_rate in (0.0, 0.15, 0.3, 0.5):
        plan = pooling.adaptive_plan(pooling.HouseholdModel(0.01, attack_rate), 20, 300)
        costs.append(plan.expected_tests_per_person)
    assert costs == sorted(costs, reverse=True)
    model = pooling.HouseholdModel(0.01, 0.3)
    seen = pooling.simulate(model, 20, adaptive=True, people=300, outcomes=300)
    assert abs(seen.tests_per_person - costs[2]) < 5 * seen.standard_error
    assert seen.found_share == 1


@pytest.mark.parametrize("prevalence", [0.002, 0.005, 0.01, 0.02])
def test_bar_16_households_save_15_percent(prevalence: float) -> None:
    plan = pooling.adaptive_plan(pooling.HouseholdModel(prevalence, 0.3), 20, 400)
    assert plan.expected_tests_per_person <= 0.85 * pooling.nested_plan(prevalence, 20).expected_tests_per_person


def test_dilution_misses_infections() -> None:
    model = pooling.HouseholdModel(0.02, 0.3)
    diluted = pooling.simulate(
        model, 20, adaptive=False, people=200, outcomes=100, dilution=pooling.Dilution(0.95, 0.2)
    )
    assert diluted.found_share < 0.95
    assert pooling.Dilution(0.9, 0.0).detects(0.01, 20) == pytest.approx(0.9)
    assert pooling.Dilution(1.0, 1.0).detects(0.01, 20) == pytest.approx(0.01 / (1 - 0.99**20))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=8), st.integers(1, 8), st.integers(0, 2**31))
def test_any_outcome_is_resolved(households: list[int], cap: int, seed: int) -> None:
    plan = pooling.plan_for_households(pooling.HouseholdModel(0.1, 0.3), cap, households)
    infected = np.random.default_rng(seed).random(sum(households)) < 0.4
    tests, found = plan.run(infected)
    assert (found == infected).all()
    assert tests >= 1


def test_refusals() -> None:
    with pytest.raises(ProblemError):
        pooling.HouseholdModel(0.1, 0.1, ((0, 1.0),))
    with pytest.raises(ProblemError):
        pooling.plan_for_households(pooling.HouseholdModel(0.1, 0.1), 5, [])
    with pytest.raises(ProblemError):
        pooling.adaptive_plan(pooling.HouseholdModel(0.1, 0.1), 5, 0)
