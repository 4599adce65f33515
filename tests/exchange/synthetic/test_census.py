"""The shipped census and the weights that reproduce it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.exchange.synthetic import allocate, counties, county, unit_names, village_units
from lianfang.exchange.synthetic.allocate import share_out
from lianfang.exchange.synthetic.pool import Relation, pool
from lianfang.exchange.synthetic.weights import features, household_weights, targets
from lianfang.kernel.errors import LianfangError

CANGZHOU = [code for code in counties() if code.startswith("1309") and code != "130900"]
TANGSHAN = [code for code in counties() if code.startswith("1302") and code != "130200"]
PLACED = [*CANGZHOU, *TANGSHAN, "411621"]


def test_the_census_adds_up() -> None:
    for code in counties():
        where = county(code)
        assert int(where.age_sex.sum()) == where.population
        assert int(where.age_sex[1].sum()) == where.male
        assert sum(where.generations) == where.family_households
    assert sum(county(code).population for code in CANGZHOU) == 7_300_783
    assert sum(county(code).population for code in TANGSHAN) == 7_717_983
    assert county("411621").population == 553_830


def test_the_real_units_are_there() -> None:
    units = village_units()
    assert sum(code.startswith("1309") for code in units) == 6_087
    assert sum(code.startswith("1302") for code in units) == 6_280
    assert sum(code.startswith("411621") for code in units) == 411
    assert unit_names()["411621000000"] == "扶沟县"


def test_unknown_counties_are_refused() -> None:
    with pytest.raises(LianfangError) as caught:
        county("999999")
    assert caught.value.code == "synthetic.county_unknown"
    with pytest.raises(LianfangError) as caught:
        allocate("130102")
    assert caught.value.code == "synthetic.no_units"


@pytest.mark.parametrize("code", PLACED)
def test_weights_meet_every_published_margin(code: str) -> None:
    weights = household_weights(code)
    aims = targets(county(code))
    assert np.max(np.abs(features().T @ weights - aims)) < 1e-6
    assert weights.min() >= 0
    family = pool().generations > 0
    people = (weights * pool().size)[family].sum()
    assert people == pytest.approx(county(code).household_size, abs=1e-5)
    effective = weights.sum() ** 2 / np.sum(weights**2)
    assert effective > 1_000, "a few households of the pool stand for everybody"


def test_the_pool_is_plausible() -> None:
    p = pool()
    head = p.start
    assert set(p.relation[head]) == {Relation.HEAD, Relation.COLLECTIVE}
    assert p.age[head].min() >= 15
    owner = np.repeat(np.arange(p.size.size), p.size)
    gap = p.age[head][owner] - p.age
    children = np.isin(p.relation, [Relation.SON, Relation.DAUGHTER])
    assert gap[children].min() >= 15
    assert np.all(p.male[p.relation == Relation.SON])
    assert not np.any(p.male[p.relation == Relation.GRANDDAUGHTER])
    for size in range(1, 10):
        assert np.any((p.size == size) & (p.generations > 0))


@pytest.mark.parametrize("code", PLACED)
def test_allocation_keeps_the_totals(code: str) -> None:
    where, spread = county(code), allocate(code, seed=3)
    assert int(spread.people.sum()) == where.population
    assert int(spread.collective.sum()) == where.collective
    assert int(spread.households.sum()) == where.family_households
    family = spread.people - spread.collective
    assert np.all((spread.households >= 1) & (spread.households <= family) & (family <= 9 * spread.households))
    again = allocate(code, seed=3)
    assert np.array_equal(spread.people, again.people)
    assert not np.array_equal(spread.people, allocate(code, seed=4).people)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.01, 1000), st.integers(0, 50), st.integers(0, 500)), min_size=1, max_size=30),
    st.floats(0, 1),
)
def test_shares_sum_and_keep_their_bounds(parts: list[tuple[float, int, int]], level: float) -> None:
    weights = np.array([weight for weight, _, _ in parts])
    least = np.array([low for _, low, _ in parts])
    most = least + np.array([more for _, _, more in parts])
    total = round(int(least.sum()) + level * int((most - least).sum()))
    result = share_out(total, weights, least, most)
    assert int(result.sum()) == total
    assert np.all((result >= least) & (result <= most))
    with pytest.raises(ValueError):
        share_out(int(most.sum()) + 1, weights, least, most)
