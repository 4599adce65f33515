"""Transport: hand-checked, against an independent LP, properties, pins, re-plans, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from lianfang.planning import ProblemError, Status, Stop
from lianfang.planning import assignment as engine

FAST = Stop(seconds=10)


def block_of(cost):
    return lambda rows, columns: cost[np.ix_(rows, columns)]


def listed(cost, keep=None):
    start, end = np.nonzero(np.ones(cost.shape, dtype=bool) if keep is None else keep)
    return start, end, cost[start, end]


def oracle(supply, demand, cost, shortage, allowed=None):
    """The same problem as a dense linear program, solved by another code; None when infeasible."""
    n, m = cost.shape
    price = np.concatenate([cost.ravel().astype(float), np.full(m, 0.0) if shortage is None else shortage])
    rows = np.kron(np.eye(n), np.ones(m))
    columns = np.kron(np.ones(n), np.eye(m))
    top = [None if allowed is None or a else 0.0 for a in (np.ones(n * m) if allowed is None else allowed.ravel())]
    bounds = [(0, t) for t in top] + [(0, 0 if shortage is None else None)] * m
    found = linprog(
        price, A_ub=np.hstack([rows, np.zeros((n, m))]), b_ub=supply, A_eq=np.hstack([columns, np.eye(m)]), b_eq=demand,
        bounds=bounds,
    )  # fmt: skip
    return None if found.status == 2 else found.fun


@st.composite
def transports(draw):
    n, m = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    cost = rng.integers(0, draw(st.sampled_from([3, 50, 1000])), (n, m))
    supply, demand = rng.integers(0, 5, n), rng.integers(0, 5, m)
    kind = draw(st.sampled_from(["none", "one", "each"]))
    shortage = {"none": None, "one": np.full(m, 40), "each": rng.integers(0, 60, m)}[kind]
    return supply, demand, cost, shortage


@pytest.mark.row("B4")
def test_two_people_two_places_by_hand():
    # Greedy sends 0 to its nearest place (cost 1) and pays 9 for the other; together 3 + 2 is best.
    cost = np.array([[1, 3], [2, 9]])
    result = engine.solve(engine.Transport([1, 1], [1, 1], listed(cost)), stop=FAST)
    assert result.status is Status.OPTIMAL
    assert result.objective == 5 == result.bound
    assert list(zip(*result.flow, strict=True)) == [(0, 1, 1), (1, 0, 1)]
    assert engine.baseline(engine.Transport([1, 1], [1, 1], listed(cost))).objective == 10


@settings(max_examples=60, deadline=None)
@given(transports())
def test_optimum_equals_an_independent_linear_program(case):
    supply, demand, cost, shortage = case
    expected = oracle(supply, demand, cost, shortage)
    for form in (block_of(cost), listed(cost)):
        problem = engine.Transport(supply, demand, form, shortage)
        result = engine.solve(problem, stop=FAST)
        assert engine.check(problem, result) == []
        if expected is None:
            assert result.status is Status.INFEASIBLE
            assert result.reasons
        else:
            assert result.status is Status.OPTIMAL
            assert result.objective == pytest.approx(expected, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(transports(), st.integers(0, 2**32 - 1))
def test_forbidden_arcs_and_fractional_costs(case, seed):
    supply, demand, cost, shortage = case
    rng = np.random.default_rng(seed)
    cost = cost + rng.random(cost.shape)
    keep = rng.random(cost.shape) < 0.6
    expected = oracle(supply, demand, cost, shortage, keep)
    problem = engine.Transport(supply, demand, listed(cost, keep), shortage)
    result = engine.solve(problem, stop=FAST)
    assert engine.check(problem, result) == []
    assert (result.status is Status.INFEASIBLE) == (expected is None)
    if expected is not None:
        assert result.objective == pytest.approx(expected, rel=1e-6, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(transports(), st.integers(0, 2**32 - 1))
def test_relabelling_people_and_places_keeps_the_optimum(case, seed):
    supply, demand, cost, _ = case
    rng = np.random.default_rng(seed)
    row, column = rng.permutation(supply.size), rng.permutation(demand.size)
    one = engine.solve(engine.Transport(supply, demand, block_of(cost), 40), stop=FAST)
    two = engine.solve(
        engine.Transport(supply[row], demand[column], block_of(cost[np.ix_(row, column)]), 40), stop=FAST
    )
    assert one.objective == two.objective


@settings(max_examples=25, deadline=None)
@given(transports(), st.integers(0, 2**32 - 1))
def test_one_more_optional_person_never_worsens_the_optimum(case, seed):
    supply, demand, cost, _ = case
    extra = np.random.default_rng(seed).integers(0, 60, (1, demand.size))
    before = engine.solve(engine.Transport(supply, demand, block_of(cost), 40), stop=FAST)
    after = engine.solve(
        engine.Transport(np.append(supply, 1), demand, block_of(np.vstack([cost, extra])), 40), stop=FAST
    )
    assert after.objective <= before.objective


@settings(max_examples=25, deadline=None)
@given(transports(), st.integers(0, 2**32 - 1))
def test_pinned_lines_stay_and_the_plan_is_still_checked(case, seed):
    supply, demand, cost, _ = case
    rng = np.random.default_rng(seed)
    row, column = int(rng.integers(supply.size)), int(rng.integers(demand.size))
    units = int(min(supply[row], demand[column]))
    if units == 0:
        return
    problem = engine.Transport(supply, demand, block_of(cost), 40)
    result = engine.solve(problem, stop=FAST, pins=([row], [column], [units]))
    lines = {(i, j): u for i, j, u in zip(*result.flow, strict=True)}
    assert lines[row, column] >= units
    assert engine.check(problem, result) == []
    assert result.objective >= engine.solve(problem, stop=FAST).objective


def town(people=900, places=70, seed=3):
    rng = np.random.default_rng(seed)
    home, place = rng.uniform(0, 9000, (people, 2)), rng.uniform(0, 9000, (places, 2))
    cost = np.rint(np.hypot(*(home[:, None] - place[None]).transpose(2, 0, 1))).astype(np.int64)
    demand = rng.multinomial(people - places, np.ones(places) / places) + 1
    return np.ones(people, dtype=np.int64), demand, cost


@pytest.mark.row("B4")
def test_column_pricing_proves_the_optimum_of_all_pairs_from_few_arcs():
    supply, demand, cost = town()
    problem = engine.Transport(supply, demand, block_of(cost), 20_000)
    result = engine.solve(problem, params=engine.Params(nearest=4, listed=4, tight=2), stop=Stop(seconds=30))
    assert result.status is Status.OPTIMAL
    assert result.rounds > 1
    assert engine.check(problem, result) == []
    assert result.objective == engine.solve(engine.Transport(supply, demand, listed(cost), 20_000)).objective
    assert result.objective < engine.baseline(problem).objective


def test_costs_without_the_triangle_inequality_are_still_proven():
    rng = np.random.default_rng(5)
    supply, demand, _ = town(300, 40)
    cost = rng.integers(0, 1000, (300, 40))
    problem = engine.Transport(supply, demand, block_of(cost), 5_000)
    result = engine.solve(problem, params=engine.Params(nearest=2, listed=2, tight=1), stop=Stop(seconds=30))
    assert result.status is Status.OPTIMAL
    assert engine.check(problem, result) == []
    assert result.objective == pytest.approx(oracle(supply, demand, cost, np.full(40, 5000)))


def test_replan_after_a_small_change_is_optimal_and_changes_as_few_lines_as_any_optimum():
    supply, demand, cost = town()
    problem = engine.Transport(supply, demand, block_of(cost), 20_000)
    first = engine.solve(problem, stop=Stop(seconds=30))
    changed = supply.copy()
    changed[[5, 77, 300]] = 0
    changed[[6, 500, 801]] = 2
    again = engine.Transport(changed, demand, block_of(cost), 20_000)
    new = engine.solve(again, params=engine.Params(keep_lines=True), stop=Stop(seconds=30), previous=first)
    quick = engine.solve(again, stop=Stop(seconds=30), previous=first)
    fresh = engine.solve(again, stop=Stop(seconds=30))
    assert engine.check(again, new) == []
    assert new.status is Status.OPTIMAL
    assert engine.check(again, quick) == []
    assert new.objective == fresh.objective == quick.objective

    def moved(result):
        return len({*zip(*first.flow[:2], strict=True)} ^ {*zip(*result.flow[:2], strict=True)})

    assert moved(new) <= moved(fresh)
    assert moved(new) <= moved(quick) <= 3 * moved(new)
    twice = engine.solve(problem, stop=Stop(seconds=30), previous=new)
    assert engine.check(problem, twice) == []
    assert twice.objective == first.objective


@settings(max_examples=40, deadline=None)
@given(transports(), st.integers(0, 2**32 - 1), st.sampled_from([1, 1.5]))
def test_a_replan_after_any_change_of_supply_and_demand_is_the_optimum(case, seed, unit):
    supply, demand, cost, _ = case
    rng = np.random.default_rng(seed)
    first = engine.solve(engine.Transport(supply, demand, block_of(cost * unit), 40 * unit), stop=FAST)
    supply, demand = rng.permutation(supply) + rng.integers(0, 2, supply.size), rng.permutation(demand)
    again = engine.Transport(supply, demand, block_of(cost * unit), 40 * unit)
    new = engine.solve(again, stop=FAST, previous=first)
    assert engine.check(again, new) == []
    assert new.status is Status.OPTIMAL
    assert new.objective == pytest.approx(engine.solve(again, stop=FAST).objective)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 1.5, 0.37]), st.sampled_from([0.1, 0.5, 1.0]))
def test_a_chain_of_replans_over_few_listed_arcs_stays_at_the_optimum(seed, unit, part):
    rng = np.random.default_rng(seed)
    n, m, largest = int(rng.integers(2, 50)), int(rng.integers(2, 20)), int(rng.choice([3, 1_000, 30_000]))
    cost, block = rng.integers(0, largest, (n, m)) * unit, int(rng.choice([largest // 3 + 1, 20 * largest]))
    supply, demand = rng.integers(0, int(rng.choice([2, 9])), n) + 1, rng.integers(0, int(rng.choice([2, 12])), m) + 1
    few = engine.Params(nearest=int(rng.integers(1, 5)), listed=float(rng.integers(1, 5)))
    last = engine.solve(engine.Transport(supply, demand, block_of(cost), block), params=few, stop=FAST)
    for _ in range(3):
        supply = np.maximum(supply + rng.integers(-1, 2, n) * (rng.random(n) < part), 0)
        demand = np.maximum(demand + rng.integers(-1, 2, m) * (rng.random(m) < part), 1)
        again = engine.Transport(supply, demand, block_of(cost), block)
        last = engine.solve(again, params=few, stop=FAST, previous=last)
        assert engine.check(again, last) == []
        assert last.status is Status.OPTIMAL
        assert last.objective == pytest.approx(oracle(supply, demand, cost, np.full(m, block)))


def test_a_replan_does_not_depend_on_how_wide_the_steps_of_its_search_are():
    # Whole costs of a few quanta and costs of 2^36 quanta: distances one by one, or many to a slot and some beyond all slots.
    supply, demand, cost = town(300, 40)
    changed = np.roll(np.where(np.arange(300) % 9 == 0, 0, supply), 5) + (np.arange(300) % 8 == 0)
    found = []
    for unit in (1, 1.0, 0.001):
        first = engine.solve(engine.Transport(supply, demand, block_of(cost * unit), 20_000 * unit))
        again = engine.Transport(changed, demand, block_of(cost * unit), 20_000 * unit)
        new = engine.solve(again, previous=first)
        assert engine.check(again, new) == []
        assert new.status is Status.OPTIMAL
        found.append(new.objective / unit)
    assert found == pytest.approx([found[0]] * 3)


def test_an_old_plan_with_other_costs_is_not_trusted():
    supply, demand, cost = town(300, 30)
    first = engine.solve(engine.Transport(supply, demand, block_of(cost), 20_000))
    other = engine.Transport(supply, demand, block_of(cost[:, ::-1].copy()), 20_000)
    new = engine.solve(other, previous=first)
    assert engine.check(other, new) == []
    assert new.objective == engine.solve(other).objective


def test_a_shortage_everywhere_is_replanned_to_the_optimum():
    supply, demand, cost = town(200, 60)
    problem = engine.Transport(supply, 3 * demand, block_of(cost), 5_000)
    first = engine.solve(problem)
    again = engine.Transport(np.roll(supply * 2, 3), 4 * demand, block_of(cost), 5_000)
    new = engine.solve(again, previous=first)
    assert first.unmet.any()
    assert engine.check(again, new) == []
    assert new.status is Status.OPTIMAL
    assert new.objective == engine.solve(again).objective


def test_a_cancelled_replan_is_a_valid_plan_with_a_valid_bound():
    supply, demand, cost = town()
    first = engine.solve(engine.Transport(supply, demand, block_of(cost), 20_000))
    changed = supply.copy()
    changed[:90], changed[-90:] = 0, 2
    again = engine.Transport(changed, demand, block_of(cost), 20_000)
    new = engine.solve(again, previous=first, on_progress=lambda _: False)
    assert engine.check(again, new) == []
    assert new.objective is not None


def test_same_seed_same_plan():
    supply, demand, cost = town(200, 20)
    problem = engine.Transport(supply, demand, block_of(cost), 20_000)
    one, two = engine.solve(problem, seed=1), engine.solve(problem, seed=1)
    assert [a.tolist() for a in one.flow] == [a.tolist() for a in two.flow]


def test_cancel_yields_a_valid_plan():
    supply, demand, cost = town()
    problem = engine.Transport(supply, demand, block_of(cost), 20_000)
    result = engine.solve(problem, params=engine.Params(nearest=2, listed=2, tight=1), on_progress=lambda _: False)
    assert engine.check(problem, result) == []
    assert result.objective is not None


def test_more_work_than_people_is_infeasible_with_the_number_missing():
    result = engine.solve(engine.Transport([1, 1], [2, 3], block_of(np.ones((2, 2)))))
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "assignment.too_few"
    assert dict(result.reasons[0].values)["missing"] == 3
    assert result.objective is None


def test_places_that_compete_for_too_few_are_named():
    arcs = ([0, 0, 1, 2], [0, 1, 2, 2], [1, 1, 1, 1])
    result = engine.solve(engine.Transport([1, 1, 1], [1, 1, 1], arcs))
    assert result.status is Status.INFEASIBLE
    assert result.reasons[0].code == "assignment.unreachable"
    assert dict(result.reasons[0].values)["wanted"] == 2
    assert dict(result.reasons[0].values)["reachable"] == 1


def test_explanation_prices_one_more_person():
    cost = np.array([[1, 3], [2, 9]])
    problem = engine.Transport([1, 0], [1, 1], listed(cost), 10)
    result = engine.solve(problem)
    more = engine.solve(engine.Transport([1, 1], [1, 1], listed(cost), 10))
    reasons = {(r.code, r.subject): dict(r.values) for r in engine.explain(problem, result)}
    assert ("assignment.unmet", 1) in reasons or ("assignment.unmet", 0) in reasons
    assert result.objective - more.objective == 6 or result.objective + result.row_price[1] <= more.objective


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"flow_amount": [2, 1]}, "assignment.supply"),
        ({"objective": 1.0}, "assignment.objective"),
        ({"bound": 50.0}, "assignment.bound"),
        ({"unmet": [1, 0]}, "assignment.demand"),
        ({"column_price": [90.0, 90.0]}, "assignment.dual"),
        ({"row_price": [5.0, 5.0]}, "assignment.dual_sign"),
    ],
)
def test_the_checker_finds_what_is_wrong(change, code):
    cost = np.array([[1, 3], [2, 9]])
    problem = engine.Transport([1, 1], [1, 1], listed(cost))
    good = engine.solve(problem)
    bad = replace(good, **{k: np.array(v) if isinstance(v, list) else v for k, v in change.items()})
    assert code in {v.code for v in engine.check(problem, bad)}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([], [1], ([], [], [])), "assignment.empty"),
        (([1.5], [1], ([0], [0], [1])), "assignment.supply.fraction"),
        (([-1], [1], ([0], [0], [1])), "assignment.supply.negative"),
        (([np.nan], [1], ([0], [0], [1])), "assignment.supply.nan"),
        ((["x"], [1], ([0], [0], [1])), "assignment.supply.type"),
        (([1], [1], ([0], [0], [-1])), "assignment.arc_cost.negative"),
        (([1], [1], ([0], [0], [np.inf])), "assignment.arc_cost.nan"),
        (([1], [1], ([0, 0], [0, 0], [1, 2])), "assignment.arc.duplicate"),
        (([1], [1], ([0], [3], [1])), "assignment.arc.unknown"),
        (([1], [1], ([0], [0])), "assignment.cost.type"),
        (([1], [1], ([0], [0], [1]), -2), "assignment.shortage_cost.negative"),
    ],
)
def test_bad_input_is_refused_with_a_code(arguments, code):
    with pytest.raises(ProblemError) as error:
        engine.Transport(*arguments)
    assert error.value.code == code


@pytest.mark.parametrize(("value", "code"), [(np.nan, "assignment.cost.nan"), (-1.0, "assignment.cost.negative")])
def test_a_cost_callable_that_makes_no_sense_is_refused(value, code):
    cost = np.ones((3, 3))
    cost[1, 1] = value
    with pytest.raises(ProblemError) as error:
        engine.solve(engine.Transport([1, 1, 1], [1, 1, 1], block_of(cost)))
    assert error.value.code == code


def test_pins_beyond_supply_are_refused():
    problem = engine.Transport([1], [3], block_of(np.ones((1, 1))), 5)
    with pytest.raises(ProblemError, match="more than a row"):
        engine.solve(problem, pins=([0], [0], [2]))
