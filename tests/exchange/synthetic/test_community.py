"""Synthetic people: exact numbers, the census's make-up, numbers that belong to nobody."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.exchange.synthetic import Relation, communities, community, county, people
from lianfang.exchange.synthetic.census import AGE_BANDS
from lianfang.exchange.synthetic.community import Community, size_counts
from lianfang.exchange.synthetic.identity import BLOCKS, block_of, identity_numbers
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import parse_resident_number, synthetic_number

CODE = "411621001001"
CENSUS = date(2020, 11, 1)


def ages(built: Community, on: date = CENSUS) -> np.ndarray:
    """Whole years of age."""
    birth = built.people.birth_date
    years = birth.astype("datetime64[Y]").astype(int) + 1970
    in_year = (birth.astype("datetime64[M]").astype(int) % 12 + 1) * 100
    in_year = in_year + (birth - birth.astype("datetime64[M]")).astype(int) + 1
    return on.year - years - (in_year > on.month * 100 + on.day)


@pytest.mark.row("C1")
def test_the_documented_community() -> None:
    built = community(CODE, 6_518, 3_048, buildings=32, seed=1)
    assert built.people.male.size == 6_518
    assert built.households.size.size == 3_048
    assert set(built.households.building) == set(range(1, 33))
    assert int(built.households.size.sum()) == 6_518
    doors = np.stack([built.households.building, built.households.entrance, built.households.door], 1)
    assert np.unique(doors, axis=0).shape[0] == 3_048
    assert np.array_equal(np.bincount(built.people.household), built.households.size)
    first = np.r_[True, np.diff(built.people.household) > 0]
    assert np.all(built.people.relation[first] == Relation.HEAD)
    assert not np.any(built.people.relation[~first] == Relation.HEAD)


def test_same_seed_same_people_other_seed_others() -> None:
    one, same, other = (community(CODE, 500, 200, seed=seed) for seed in (1, 1, 2))
    for key, values in one.columns().items():
        assert np.array_equal(values, same.columns()[key])
    assert not np.array_equal(one.people.id_no, other.people.id_no)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 60), st.integers(0, 2**31), st.booleans())
def test_any_numbers_are_kept_exactly(households: int, fill: float, collective: int, seed: int, urban: bool) -> None:
    family = households + round(fill * 8 * households)
    code = CODE if urban else "130921100200"
    built = community(code, family + collective, households, collective=collective, seed=seed)
    assert built.people.male.size == family + collective
    assert int((~built.households.collective).sum()) == households
    assert int((built.people.relation == Relation.COLLECTIVE).sum()) == collective
    assert np.unique(built.people.id_no).size == family + collective
    assert built.households.door.size == built.households.size.size
    assert np.all(built.people.birth_date <= np.datetime64(CENSUS))


@pytest.mark.parametrize(("count", "households"), [(10, 11), (100, 11), (5, 0), (0, 5)])
def test_impossible_sizes_are_refused(count: int, households: int) -> None:
    with pytest.raises(LianfangError) as caught:
        community(CODE, count, households)
    assert caught.value.code == "synthetic.sizes_impossible"


def test_nobody_is_an_empty_community() -> None:
    built = community(CODE, 0, 0)
    assert built.people.id_no.size == 0


def test_every_number_passes_the_check_and_belongs_to_nobody() -> None:
    built = community(CODE, 3_000, 1_100, seed=5)
    for number, birth, male in zip(built.people.id_no, built.people.birth_date, built.people.male, strict=True):
        found = parse_resident_number(number.decode(), today=CENSUS, synthetic_allowed=True)
        assert found.synthetic
        assert found.birth_date == birth.item()
        assert (found.sex == "male") == male
        assert number.decode() == synthetic_number(number.decode()[2:6], birth.item(), int(number[14:17]))
        with pytest.raises(LianfangError):
            parse_resident_number(number.decode(), today=CENSUS)
    phones = built.people.phone[built.people.phone != b""]
    assert all(phone.startswith(b"154") and len(phone) == 11 for phone in phones)


def test_communities_share_no_numbers() -> None:
    first = community("130921100200", 4_000, 1_400, seed=1)
    second = community("130921100201", 4_000, 1_400, seed=1)
    assert not set(first.people.id_no) & set(second.people.id_no)
    assert block_of("130921100200") != block_of("130921100201")
    assert 0 <= block_of("000000000001") < BLOCKS


def test_a_day_with_too_many_births_is_refused() -> None:
    birth = np.full(51, np.datetime64("2000-01-01"))
    with pytest.raises(LianfangError) as caught:
        identity_numbers(birth, np.ones(51, dtype=bool), CODE)
    assert caught.value.code == "synthetic.numbers_exhausted"
    assert np.unique(identity_numbers(birth[:50], np.ones(50, dtype=bool), CODE)).size == 50


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 3000), st.floats(0, 1), st.integers(0, 1000))
def test_sizes_sum_to_the_people(households: int, fill: float, seed: int) -> None:
    wanted = households + round(fill * 8 * households)
    shares = np.array([0, 0.2, 0.3, 0.2, 0.15, 0.1, 0.05, 0, 0, 0])
    counts = size_counts(shares, wanted, households, np.random.default_rng(seed))
    assert int(counts.sum()) == households
    assert int(counts @ np.arange(10)) == wanted


@pytest.mark.row("C1")
def test_a_whole_county_has_the_make_up_of_its_census() -> None:
    """Fugou, 553,830 people: each age band and sex within 2 %, households of one, of elders within 2 %."""
    where = county("411621")
    found = np.zeros((2, len(AGE_BANDS)), dtype=np.int64)
    households = alone = with_elder = total = 0
    for built in communities(["411621"], seed=2):
        age = ages(built)
        band = np.searchsorted(np.array(AGE_BANDS), age, side="right") - 1
        np.add.at(found, (built.people.male.astype(int), band), 1)
        family = ~built.households.collective
        households += int(family.sum())
        alone += int((built.households.size[family] == 1).sum())
        elder = np.bincount(built.people.household, weights=age >= 65, minlength=family.size) > 0
        with_elder += int(elder[family].sum())
        total += age.size
    assert total == where.population
    assert households == where.family_households
    assert np.max(np.abs(found / where.age_sex - 1)) < 0.02
    assert alone == pytest.approx(where.one_person, rel=0.02)
    assert with_elder == pytest.approx(where.with_elder, rel=0.02)


def test_ages_hold_at_the_day_asked_for() -> None:
    later = date(2022, 3, 13)
    built = community(CODE, 4_000, 1_400, seed=3, on=later)
    age = ages(built, later)
    assert age.min() >= 0
    share = np.mean(age < 15)
    where = county("411621")
    assert share == pytest.approx(where.age_sex[:, :4].sum() / where.population, abs=0.03)
    leap = community(CODE, 500, 200, seed=3, on=date(2024, 2, 29))
    assert ages(leap, date(2024, 2, 29)).min() >= 0


def test_people_without_a_community() -> None:
    assert people("130981", n=1_000).people.male.size == 1_000
    assert people("130981", households=300).households.size.size == 300
    with pytest.raises(ValueError):
        people("130981")


def test_a_fraction_keeps_the_shape() -> None:
    built = list(communities(["130972"], seed=1, fraction=0.1))
    count = sum(part.people.male.size for part in built)
    assert count == pytest.approx(14_953 * 0.1, rel=0.1)
