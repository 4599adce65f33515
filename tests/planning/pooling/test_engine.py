"""The engine's common shape: solve, check, explain, baseline, picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import ProblemError, Status, pooling


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 0.5),
    st.integers(2, 24),
    st.sampled_from(["two_stage", "nested"]),
    st.floats(0.7, 1),
    st.floats(0.9, 1),
)
def test_every_result_passes_the_checker(p: float, cap: int, design: str, se: float, sp: float) -> None:
    problem = pooling.Problem(p, cap, design=pooling.Design(design), sensitivity=se, specificity=sp)
    result = pooling.solve(problem)
    assert pooling.check(problem, result) == []
    assert result.status is Status.OPTIMAL
    assert result.objective is not None
    base = pooling.baseline(problem)
    if design == "two_stage":
        assert result.objective <= (base.objective or 0) + 1e-12


@pytest.mark.parametrize("design", ["two_stage", "adaptive"])
def test_household_plans_pass_the_checker(design: str) -> None:
    problem = pooling.Problem(0.01, design=pooling.Design(design), attack_rate=0.3, people=300)
    result = pooling.solve(problem, seed=0)
    assert pooling.check(problem, result) == []
    assert result.what_if is (design == "adaptive")
    assert pooling.solve(problem, seed=0).objective == result.objective


def test_the_checker_sees_lies() -> None:
    problem = pooling.Problem(0.01)
    result = pooling.solve(problem)
    assert pooling.check(problem, replace(result, objective=0.1))
    assert pooling.check(problem, replace(result, stages=(40, 1)))
    assert pooling.check(problem, replace(result, stages=(7, 1)))
    nested = pooling.Problem(0.01, design=pooling.Design.NESTED)
    assert pooling.check(nested, replace(pooling.solve(nested), stages=(10, 4, 1)))
    together = pooling.Problem(0.02, design=pooling.Design.ADAPTIVE, attack_rate=0.3)
    plan = pooling.solve(together)
    assert pooling.check(together, replace(plan, objective=plan.objective * 0.7, bound=plan.objective * 0.7))


def test_pin_and_previous() -> None:
    problem = pooling.Problem(0.004)
    pinned = pooling.solve(problem, pins=5)
    assert pinned.size == 5
    best = pooling.solve(problem)
    assert best.size == 20
    before = replace(best, stages=(10, 1))
    assert pooling.solve(problem, previous=before).size == 20
    assert pooling.solve(problem, params=pooling.Params(keep_within=0.2), previous=before).size == 10
    with pytest.raises(ProblemError, match="pinned"):
        pooling.solve(problem, pins=7)
    with pytest.raises(ProblemError):
        pooling.solve(replace(problem, design=pooling.Design.NESTED), pins=5)


def test_explanation_names_the_turning_point() -> None:
    problem = pooling.Problem(0.01)
    result = pooling.solve(problem)
    reasons = {reason.code: reason for reason in pooling.explain(problem, result)}
    above = dict(reasons["pooling.turns_above"].values)
    assert pooling.best_size(float(above["prevalence"]) - 1e-6).size == result.size
    assert pooling.best_size(float(above["prevalence"]) + 1e-6).size == above["size"] != result.size
    what_if = replace(problem, design=pooling.Design.NESTED)
    assert "pooling.what_if" in {r.code for r in pooling.explain(what_if, pooling.solve(what_if))}


def test_picture_is_well_formed() -> None:
    problem = pooling.Problem(0.01)
    root = ET.fromstring(pooling.svg(problem, pooling.solve(problem)))
    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}polyline")) == 2


def test_refusals() -> None:
    with pytest.raises(ProblemError):
        pooling.Problem(0.1, cap=4, sizes=(5, 10))
    with pytest.raises(ProblemError):
        pooling.Problem(float("nan"))
    with pytest.raises(ProblemError):
        pooling.Problem(0.1, design=pooling.Design.ADAPTIVE, sensitivity=0.9)
    with pytest.raises(ProblemError):
        pooling.Problem(0.1, people=0, attack_rate=0.3)
