"""Small siting problems against complete enumeration, and properties that must hold for all."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import Status, Stop, siting

KINDS = ("count", "opening", "radius", "count_radius", "opening_capacity", "count_capacity")


def make(kind: str, seed: int) -> dict[str, Any]:
    """A random small problem of one kind, as keyword arguments."""
    rng = np.random.default_rng(seed)
    demands, sites = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    whole = bool(seed % 2)
    distance = rng.integers(0, 20, (demands, sites)).astype(float) if whole else rng.random((demands, sites)) * 20
    wish: dict[str, Any] = {"distance": distance, "weight": rng.integers(0, 9, demands).astype(float)}
    if "count" in kind:
        wish["open_count"] = int(rng.integers(1, sites + 1))
    if "opening" in kind:
        wish["opening_cost"] = rng.integers(0, 60, sites).astype(float)
    if "radius" in kind:
        wish["coverage_radius"] = float(rng.integers(8, 20))
    if "capacity" in kind:
        wish["capacity"] = rng.integers(5, 30, sites).astype(float)
    return wish


def least_cost(wish: dict[str, Any], chosen: tuple[int, ...]) -> float:
    """The least objective with exactly these sites open, by trying every assignment if capacities bind."""
    distance, weight = wish["distance"], wish["weight"]
    cost = distance[:, chosen] * weight[:, None]
    if "coverage_radius" in wish:
        cost = np.where(distance[:, chosen] <= wish["coverage_radius"], cost, np.inf)
    opening = wish["opening_cost"][list(chosen)].sum() if "opening_cost" in wish else 0.0
    if "capacity" not in wish:
        return float(cost.min(axis=1).sum() + opening)
    best = np.inf
    for choice in itertools.product(range(len(chosen)), repeat=len(weight)):
        load = np.bincount(choice, weight, minlength=len(chosen))
        if (load <= wish["capacity"][list(chosen)]).all():
            best = min(best, float(cost[np.arange(len(weight)), choice].sum()))
    return best + float(opening)


def enumerate_all(wish: dict[str, Any]) -> float:
    """The least objective over all sets of sites; over the smallest workable ones when their number is to be least."""
    sites = wish["distance"].shape[1]
    sizes = [wish["open_count"]] if "open_count" in wish else range(1, sites + 1)
    best = np.inf
    for size in sizes:
        best = min([best, *(least_cost(wish, chosen) for chosen in itertools.combinations(range(sites), size))])
        if "open_count" not in wish and "opening_cost" not in wish and np.isfinite(best):
            break
    return best


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(12))
def test_solver_equals_enumeration(kind: str, seed: int) -> None:
    wish = make(kind, seed)
    best = enumerate_all(wish)
    problem = siting.Problem(**wish)
    result = siting.solve(problem, stop=Stop(20))
    assert siting.check(problem, result) == []
    if np.isinf(best):
        assert result.status is Status.INFEASIBLE
        assert result.reasons
        assert len(result.open_sites) == 0
    else:
        assert result.objective == pytest.approx(best)
        assert result.status is Status.OPTIMAL
        assert result.bound == pytest.approx(best)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(KINDS[:4]), st.integers(0, 10_000))
def test_relabelling_keeps_the_optimum(kind: str, seed: int) -> None:
    wish = make(kind, seed)
    rng = np.random.default_rng(seed)
    rows, columns = (rng.permutation(n) for n in wish["distance"].shape)
    other = dict(wish, distance=wish["distance"][np.ix_(rows, columns)], weight=wish["weight"][rows])
    for name in ("opening_cost", "capacity"):
        if name in wish:
            other[name] = wish[name][columns]
    first, second = (siting.solve(siting.Problem(**w), stop=Stop(20)) for w in (wish, other))
    assert first.status == second.status
    assert first.objective == pytest.approx(second.objective)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_one_more_candidate_never_hurts(seed: int) -> None:
    wish = make("count", seed)
    problem = siting.Problem(**wish)
    extra = np.random.default_rng(seed).random((len(wish["weight"]), 1)) * 20
    wider = siting.Problem(**dict(wish, distance=np.hstack([wish["distance"], extra])))
    assert (siting.solve(wider).objective or 0) <= (siting.solve(problem).objective or 0) + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(("count", "opening")), st.integers(0, 10_000))
def test_pinned_stays_pinned(kind: str, seed: int) -> None:
    wish = make(kind, seed)
    wish["open_count"] = max(2, wish.get("open_count", 2))
    demands, sites = wish["distance"].shape
    problem = siting.Problem(**wish)
    pins = siting.Pins(opened=frozenset({0}), site_of_demand={seed % demands: sites - 1})
    result = siting.solve(problem, pins=pins)
    assert siting.check(problem, result, pins=pins) == []
    assert result.objective is not None
    free = siting.solve(problem).objective
    assert result.objective >= (free or 0) - 1e-9


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 60), st.integers(5, 20))
def test_medium_problems_are_checked_and_beat_the_rule_of_thumb(seed: int, demands: int, sites: int) -> None:
    rng = np.random.default_rng(seed)
    xy, places = rng.random((demands, 2)), rng.random((sites, 2))
    distance = np.hypot(*(xy[:, None, k] - places[None, :, k] for k in (0, 1)))
    weight = rng.integers(1, 100, demands).astype(float)
    for extra in ({}, {"capacity": np.full(sites, weight.sum() / 2)}):
        problem = siting.Problem(distance=distance, weight=weight, open_count=4, **extra)
        result = siting.solve(problem, stop=Stop(5, 0.01))
        assert siting.check(problem, result) == []
        base = siting.baseline(problem)
        assert siting.check(problem, base) == []
        if base.objective is not None:
            assert (result.objective or np.inf) <= base.objective * 1.01
