"""Deployment, pairing of organisations, reserve teams: small cases by hand, brute force, properties, bad input."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.planning import ProblemError, Status, Stop
from lianfang.planning import assignment as engine
from lianfang.planning.assignment import deployment, pairing, reserve

FAST = Stop(seconds=10)


def town(seed, people=60, places=6, grouped=0.3):
    rng = np.random.default_rng(seed)
    skill = np.column_stack([rng.random((people, 2)) < 0.4, np.ones(people, dtype=bool)])
    demand = np.column_stack([np.ones((places, 2), dtype=int), rng.integers(4, 9, places)])
    return engine.Deployment(
        rng.uniform(0, 9000, (people, 2)), skill, rng.uniform(0, 9000, (places, 2)), demand,
        group=np.where(rng.random(people) < grouped, rng.integers(0, 6, people), -1),
        home_place=np.where(rng.random(people) < 0.3, rng.integers(0, places, people), -1),
        wish_place=np.where(rng.random(people) < 0.2, rng.integers(0, places, people), -1),
        gates=rng.integers(1, 6, places), managed=rng.random(places) < 0.5,
    )  # fmt: skip


@pytest.mark.row("B4")
def test_a_compound_with_many_gates_and_no_manager_is_served_first():
    problem = engine.Deployment(
        [[0, 0]], [[True]], [[100, 0], [3000, 0]], [[1], [1]], gates=[1, 5], managed=[True, False]
    )
    result = engine.solve(problem, stop=FAST)
    assert result.place_of_person.tolist() == [1]
    assert result.unmet.tolist() == [[1], [0]]
    assert engine.check(problem, result) == []


@pytest.mark.row("B4")
def test_every_place_gets_a_lead_and_a_deputy_who_can():
    problem = town(4, grouped=0.0)
    result = engine.solve(problem, stop=FAST)
    assert result.status is Status.OPTIMAL
    assert not result.unmet[:, :2].any()
    for person, role in enumerate(result.role_of_person.tolist()):
        assert role < 0 or problem.skill[person, role]


def test_home_and_wish_count_before_distance():
    problem = engine.Deployment(
        [[0, 0], [0, 0]], [[True], [True]], [[10, 0], [4000, 0]], [[1], [1]], home_place=[-1, 1]
    )
    assert engine.solve(problem).place_of_person.tolist() == [0, 1]
    wish = engine.Deployment([[0, 0], [0, 0]], [[True], [True]], [[10, 0], [4000, 0]], [[1], [1]], wish_place=[1, -1])
    assert engine.solve(wish).place_of_person.tolist() == [1, 0]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_the_checker_accepts_every_result_and_groups_stay_together(seed):
    problem = town(seed)
    result = engine.solve(problem, stop=FAST)
    assert engine.check(problem, result) == []
    assert engine.check(problem, engine.baseline(problem)) == []
    assert result.bound <= result.objective


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_pinned_people_stay_and_a_replan_moves_few(seed):
    problem = town(seed, grouped=0.0)
    first = engine.solve(problem, stop=FAST)
    pins = np.full(problem.people, -1)
    pins[3] = 2
    pinned = engine.solve(problem, stop=FAST, pins=pins, previous=first)
    assert engine.check(problem, pinned) == []
    assert pinned.place_of_person[3] == 2
    assert pinned.moved <= 6


def test_one_more_volunteer_never_worsens_the_optimum():
    problem = town(7, grouped=0.0)
    fewer = engine.Deployment(problem.person_xy[:-1], problem.skill[:-1], problem.place_xy, problem.demand)
    more = engine.Deployment(problem.person_xy, problem.skill, problem.place_xy, problem.demand)
    assert engine.solve(more).objective <= engine.solve(fewer).objective


def test_a_group_that_fits_nowhere_and_conflicting_pins_are_infeasible_with_reasons():
    big = engine.Deployment(np.zeros((4, 2)), np.ones((4, 1), bool), np.zeros((2, 2)), [[2], [2]], group=[1, 1, 1, -1])
    result = engine.solve(big)
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "assignment.group_too_large"
    pair = engine.Deployment(np.zeros((2, 2)), np.ones((2, 1), bool), np.zeros((2, 2)), [[2], [2]], group=[1, 1])
    torn = engine.solve(pair, pins=[0, 1])
    assert [r.code for r in torn.reasons] == ["assignment.pin.group"]
    full = engine.solve(engine.Deployment(np.zeros((2, 2)), np.ones((2, 1), bool), [[0, 0]], [[1]]), pins=[0, 0])
    assert [r.code for r in full.reasons] == ["assignment.pin.seats"]


def test_explanations_name_the_reason_of_each_line_and_a_map_is_drawn():
    problem = town(11)
    result = engine.solve(problem, stop=FAST)
    texts = " ".join(r.text for r in engine.explain(problem, result) if r.code == "assignment.person")
    assert "lives there" in texts
    assert engine.svg(problem, result).count("<circle") == int((result.place_of_person >= 0).sum())


def pairing_brute_force(problem):
    units, places = problem.size.size, problem.need.size
    pairs = list(itertools.product(range(units), range(places)))
    best = np.inf
    for chosen in itertools.product((0, 1), repeat=len(pairs)):
        links = [p for p, c in zip(pairs, chosen, strict=True) if c]
        if {k for k, _ in links} != set(range(units)) or {j for _, j in links} != set(range(places)):
            continue
        cost = sum(int(problem.cost[k, j]) for k, j in links)
        flow = engine.Transport(
            problem.size, problem.need, ([k for k, _ in links], [j for _, j in links], [0] * len(links)), 1
        )
        best = min(best, cost + problem.shortage_cost * engine.solve(flow).unmet.sum())
    return best


@pytest.mark.row("B4")
@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_pairing_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    units, places = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    problem = engine.Pairing(
        rng.integers(1, 6, units), rng.integers(1, 6, places), rng.integers(0, 20, (units, places)), shortage_cost=7
    )
    result = engine.solve(problem, stop=FAST)
    assert engine.check(problem, result) == []
    assert result.objective == pytest.approx(pairing_brute_force(problem))
    plain = engine.baseline(problem)
    assert engine.check(problem, plain) == []
    assert result.objective <= plain.objective + 1e-6


def test_pairing_pins_stay_and_too_few_links_are_infeasible():
    problem = engine.Pairing([5, 5], [3, 3, 3], [[1, 1, 1], [9, 9, 9]])
    result = engine.solve(problem, pins=([1], [0]), stop=FAST)
    assert (1, 0) in set(zip(result.organisation.tolist(), result.place.tolist(), strict=True))
    none = engine.solve(engine.Pairing([5], [3, 3, 3], [[1, 1, 1]], most_links=2))
    assert none.status is Status.INFEASIBLE
    assert none.reasons[0].code == "assignment.too_few_links"


@pytest.mark.row("B7")
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_reserve_equals_brute_force(seed):
    rng = np.random.default_rng(seed)
    teams, places = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    problem = engine.Reserve(
        rng.integers(1, 20, teams), rng.integers(0, 3000, (teams, places)), rng.integers(0, 300, places),
        rng.integers(0, 25, places), now_at=rng.integers(-1, places, teams), move_metres=50, recall_metres=20,
    )  # fmt: skip
    result = engine.solve(problem, stop=FAST)
    best = min(reserve.cost_of(problem, np.array(p)) for p in itertools.product(range(-1, places), repeat=teams))
    assert engine.check(problem, result) == []
    assert result.objective == pytest.approx(best)
    assert engine.check(problem, engine.baseline(problem)) == []


@pytest.mark.row("B7")
def test_teams_go_where_it_is_worst_and_are_called_back_when_it_is_over():
    problem = engine.Reserve([30, 30], [[1000, 1000], [1000, 1000]], [900, 100], [30, 30])
    first = engine.solve(problem)
    assert first.sent == (0, 1)
    assert not first.unmet.any()
    over = engine.Reserve([30, 30], [[1000, 1000], [1000, 1000]], [900, 100], [30, 0], now_at=first.place_of_team)
    later = engine.solve(over)
    assert len(later.recalled) == 1
    assert later.sent == ()
    kept = engine.solve(over, pins=first.place_of_team)
    assert kept.recalled == ()


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: engine.Deployment([], [], [[0, 0]], [[1]]), "assignment.person_xy.shape"),
        (lambda: engine.Deployment([[0, np.nan]], [[1]], [[0, 0]], [[1]]), "assignment.person_xy.nan"),
        (lambda: engine.Deployment([[0, 0]], [[1]], [[0, 0]], [[-1]]), "assignment.demand.negative"),
        (lambda: engine.Deployment([[0, 0]], [[1]], [[0, 0]], [[1]], home_place=[4]), "assignment.home_place.unknown"),
        (lambda: engine.Pairing([], [1], [[]]), "assignment.empty"),
        (lambda: engine.Pairing([1], [1], [[-3]]), "assignment.cost.negative"),
        (lambda: engine.Reserve([1], [[1]], [np.inf], [1]), "assignment.severity.nan"),
        (lambda: engine.Reserve([1], [[1]], [1], [1], now_at=[5]), "assignment.now_at.unknown"),
    ],
)
def test_bad_input_is_refused_with_a_code(build, code):
    with pytest.raises(ProblemError) as error:
        build()
    assert error.value.code == code


def test_the_checker_finds_a_split_group_and_a_wrong_skill():
    problem = town(21)
    result = engine.solve(problem, stop=FAST)
    grouped = np.flatnonzero((problem.group >= 0) & (result.place_of_person >= 0))
    place = result.place_of_person.copy()
    place[grouped[0]] = (place[grouped[0]] + 1) % problem.places
    codes = {v.code for v in engine.check(problem, replace(result, place_of_person=place))}
    assert "assignment.objective" in codes or "assignment.group" in codes
    assert deployment.cost_of(problem, result.place_of_person, result.role_of_person) == result.objective
    assert pairing.KEPT_LINK < 1
