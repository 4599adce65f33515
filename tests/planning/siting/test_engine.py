"""The siting engine's shape: hand-checked cases, refusals, stop rule, re-planning, explanation, picture, files."""

from __future__ import annotations

import os
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lianfang.planning import ProblemError, Status, Stop, instances, siting

SHARED = Path(os.environ.get("LIANFANG_SHARED", Path(__file__).resolve().parents[4] / "shared"))
PMEDIAN = SHARED / "data" / "bench" / "pmedian"

LINE = np.abs(np.arange(6.0)[:, None] - np.arange(6.0)[None, :])
"""Six places on a line, one apart; every place may hold a site."""


def plane(demands: int, sites: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    xy, places = rng.random((demands, 2)) * 1000, rng.random((sites, 2)) * 1000
    distance = np.hypot(*(xy[:, None, k] - places[None, :, k] for k in (0, 1)))
    return distance, rng.integers(1, 300, demands).astype(float)


def test_two_sites_on_a_line() -> None:
    # Places 0..5 with one person each: sites at 1 and 4 serve 0, 1, 2 and 3, 4, 5: four people walk 1.
    result = siting.solve(siting.Problem(distance=LINE, weight=np.ones(6), open_count=2))
    assert result.open_sites.tolist() == [1, 4]
    assert result.site_of_demand.tolist() == [1, 1, 1, 4, 4, 4]
    assert (result.objective, result.bound, result.status) == (4.0, 4.0, Status.OPTIMAL)


def test_fewest_sites_within_reach() -> None:
    # Radius 1 on the line of six needs two sites, and only 1 and 4 do it.
    result = siting.solve(siting.Problem(distance=LINE, weight=np.ones(6), coverage_radius=1.0))
    assert result.open_sites.tolist() == [1, 4]
    assert result.site_count_bound == 2
    assert result.status is Status.OPTIMAL


def test_a_radius_too_small_says_how_many_are_needed() -> None:
    result = siting.solve(siting.Problem(distance=LINE, weight=np.ones(6), coverage_radius=1.0, open_count=1))
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "siting.radius_count"
    assert dict(result.reasons[0].values)["needed"] == 2


def test_capacity_splits_a_crowd() -> None:
    # Both crowds stand at site 0, which carries one of them.
    problem = siting.Problem(
        distance=np.array([[0.0, 5.0], [0.0, 3.0]]), weight=np.array([10.0, 10.0]), open_count=2,
        capacity=np.array([10.0, 10.0]),
    )  # fmt: skip
    result = siting.solve(problem)
    assert result.site_of_demand.tolist() == [0, 1]
    assert result.objective == 30.0


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"capacity": np.array([1.0, 1.0])}, "siting.capacity"),
        ({"distance": np.array([[np.inf, np.inf], [1.0, 2.0]])}, "siting.unreachable"),
        ({"capacity": np.array([15.0, 15.0]), "weight": np.array([16.0, 2.0])}, "siting.too_large"),
        ({"capacity": np.array([10.0, 10.0]), "weight": np.array([6.0, 6.0]), "open_count": 1}, "siting.capacity"),
    ],
)
def test_the_impossible_is_explained(wish: dict, code: str) -> None:
    problem = siting.Problem(
        **{"distance": np.ones((2, 2)), "weight": np.array([4.0, 4.0]), "open_count": 2, **wish}  # type: ignore[arg-type]
    )
    result = siting.solve(problem)
    assert result.status is Status.INFEASIBLE
    assert code in {reason.code for reason in result.reasons}
    assert siting.check(problem, result) == []
    assert siting.explain(problem, result) == list(result.reasons)


def test_loads_that_fit_in_sum_but_not_whole() -> None:
    problem = siting.Problem(
        distance=np.ones((3, 2)), weight=np.array([6.0, 6.0, 6.0]), open_count=2, capacity=np.array([9.0, 9.0])
    )
    assert siting.solve(problem).status is Status.INFEASIBLE


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"distance": np.array([[np.nan, 1.0]])}, "siting.distance"),
        ({"distance": np.array([[-1.0, 1.0]])}, "siting.distance"),
        ({"distance": np.zeros((0, 2)), "weight": np.zeros(0)}, "siting.empty"),
        ({"weight": np.array([1.0, 2.0])}, "siting.length"),
        ({"distance": np.broadcast_to(1.0, (10_000_000, 2))}, "siting.too_many"),
        ({"weight": np.array([-1.0])}, "siting.number"),
        ({"weight": np.array([np.inf])}, "siting.number"),
        ({"open_count": 0}, "siting.open_count"),
        ({"open_count": 3}, "siting.open_count"),
        ({"open_count": None}, "siting.no_limit"),
        ({"coverage_radius": float("nan")}, "siting.radius"),
        ({"capacity": np.array([np.nan, 1.0])}, "siting.number"),
    ],
)
def test_senseless_problems_are_refused(wish: dict, code: str) -> None:
    good = {"distance": np.ones((1, 2)), "weight": np.ones(1), "open_count": 1}
    with pytest.raises(ProblemError) as refused:
        siting.Problem(**{**good, **wish})  # type: ignore[arg-type]
    assert refused.value.code == code


def test_contradictory_pins_are_refused() -> None:
    problem = siting.Problem(distance=LINE, weight=np.ones(6), open_count=2)
    for pins in (
        siting.Pins(opened=frozenset({1}), closed=frozenset({1})),
        siting.Pins(opened=frozenset({9})),
        siting.Pins(opened=frozenset({0, 1, 2})),
        siting.Pins(closed=frozenset({0, 1, 2, 3, 4})),
    ):
        with pytest.raises(ProblemError):
            siting.solve(problem, pins=pins)


def test_checker_sees_lies() -> None:
    problem = siting.Problem(distance=LINE, weight=np.ones(6), open_count=2)
    good = siting.solve(problem)
    for lie in (
        replace(good, objective=3.0),
        replace(good, bound=5.0),
        replace(good, open_sites=np.array([1])),
        replace(good, open_sites=np.array([1, 9])),
        replace(good, site_of_demand=good.site_of_demand[:3]),
        replace(good, site_of_demand=np.array([1, 1, 1, 4, 4, 1])),
        replace(good, objective=None),
    ):
        assert siting.check(problem, lie), lie


def test_stop_rule_cancel_and_seed() -> None:
    distance, weight = plane(1500, 400, 3)
    problem = siting.Problem(distance=distance, weight=weight, open_count=25)
    started = time.monotonic()
    result = siting.solve(problem, stop=Stop(1.0))
    assert time.monotonic() - started < 4.0
    assert siting.check(problem, result) == []
    seen: list[float | None] = []

    def cancel(progress) -> bool:  # type: ignore[no-untyped-def]
        seen.append(progress.objective)
        return False

    cancelled = siting.solve(problem, stop=Stop(30.0), on_progress=cancel)
    assert len(seen) == 1
    assert siting.check(problem, cancelled) == []
    small = siting.Problem(distance=distance[:200, :80], weight=weight[:200], open_count=8)
    first, second = (siting.solve(small, seed=7) for _ in range(2))
    assert first.open_sites.tolist() == second.open_sites.tolist()
    assert first.objective == second.objective


def test_replanning_changes_little() -> None:
    distance, weight = plane(300, 100, 4)
    before = siting.solve(siting.Problem(distance=distance, weight=weight, open_count=12))
    grown = weight.copy()
    grown[:3] += 50
    problem = siting.Problem(distance=distance, weight=grown, open_count=12)
    best = siting.solve(problem)
    stays = siting.solve(problem, previous=before, params=siting.Params(keep_within=0.05))
    assert stays.open_sites.tolist() == before.open_sites.tolist()
    careful = siting.solve(problem, previous=before, params=siting.Params(change_gain=1e12))
    assert careful.open_sites.tolist() == before.open_sites.tolist()
    assert siting.check(problem, stays) == []
    assert (best.objective or 0) <= (stays.objective or 0) <= 1.05 * (best.objective or 0)


def test_explanation_numbers() -> None:
    problem = siting.Problem(distance=LINE, weight=np.ones(6), open_count=2)
    reasons = siting.explain(problem, siting.solve(problem))
    by_code = {reason.code: dict(reason.values) for reason in reasons}
    assert by_code["siting.plan"]["mean"] == pytest.approx(4 / 6)
    assert by_code["siting.one_more"]["saving"] == 1.0
    loss = [dict(r.values)["loss"] for r in reasons if r.code == "siting.site"]
    assert loss == [7.0, 7.0]  # without site 1 its three walk 4 + 3 + 2 instead of 1 + 0 + 1


def test_picture_marks_the_open_sites() -> None:
    problem = siting.Problem(distance=LINE, weight=np.ones(6), open_count=2)
    result = siting.solve(problem)
    for extra in ({}, {"demand_xy": np.c_[np.arange(6.0), np.zeros(6)], "site_xy": np.c_[np.arange(6.0), np.zeros(6)]}):
        root = ET.fromstring(siting.svg(problem, result, **extra))
        assert len(root.findall(".//{*}circle[@class='open']")) == 2


def test_pmed_reader(tmp_path: Path) -> None:
    # A path 1-2-3 with the edge 1-2 given twice: the last cost, 5, counts.
    path = tmp_path / "tiny.txt"
    path.write_text("3 3 1\n1 2 9\n2 3 4\n2 1 5\n")
    problem = instances.pmed(path)
    assert problem.distance.tolist() == [[0, 5, 9], [5, 0, 4], [9, 4, 0]]
    assert siting.solve(problem).open_sites.tolist() == [1]
    for wrong in ("3 3 1\n1 2", "", "3 1 1\n1 7 2", "2 1 1\n1 2 -4", "x y z"):
        path.write_text(wrong)
        with pytest.raises(ProblemError):
            instances.pmed(path)


@pytest.mark.skipif(not PMEDIAN.exists(), reason="the OR-Library files are not beside this checkout")
@pytest.mark.parametrize(("name", "optimum"), [("pmed1", 5819), ("pmed5", 1355), ("pmed9", 2734), ("pmed17", 6999)])
def test_published_optimum_is_proven(name: str, optimum: int) -> None:
    problem = instances.pmed(PMEDIAN / f"{name}.txt")
    result = siting.solve(problem, stop=Stop(30))
    assert (result.objective, result.bound, result.status) == (optimum, optimum, Status.OPTIMAL)
    assert siting.check(problem, result) == []


def test_large_enough_for_the_sparse_table() -> None:
    distance, weight = plane(6000, 700, 9)
    problem = siting.Problem(distance=distance, weight=weight, open_count=40)
    result = siting.solve(problem, stop=Stop(25, 0.03))
    assert siting.check(problem, result) == []
    assert result.gap is not None
    assert result.gap <= 0.03
