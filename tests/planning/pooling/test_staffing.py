"""The staffing of a round: the worked community, the ends of the ranges, refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.planning import ProblemError, pooling


@pytest.mark.row("D1")
def test_the_worked_community() -> None:
    # 6,518 people in 3,048 households, third edition: a vector worked by hand from the guide's rates.
    need = pooling.staffing(6518, 3048, "t3")
    assert need.sites == (3, 4)
    assert need.tables == (9, 11)
    assert need.samplers == 19
    assert (need.tubes(10), need.tubes(20)) == (652, 326)
    assert need.grids == (7, 10)


def test_exact_multiples_and_small_places() -> None:
    assert pooling.staffing(6000, 1500, "t3").sites == (2, 3)
    hamlet = pooling.staffing(40, 12, "t3")
    assert (hamlet.sites, hamlet.tables, hamlet.samplers, hamlet.grids) == ((1, 1), (1, 1), 1, (1, 1))
    empty = pooling.staffing(0, 0, "t3")
    assert (empty.sites, empty.samplers, empty.tubes(10), empty.grids) == ((0, 0), 0, 0, (0, 0))


def test_an_edition_of_ones_own() -> None:
    local = pooling.Edition(
        "local", persons_per_site=(1000, 1500), persons_per_table=(300, 400), persons_per_sampler=200
    )
    need = pooling.staffing(3000, 900, local)
    assert (need.sites, need.tables, need.samplers) == ((2, 3), (8, 10), 15)


@given(st.integers(1, 200_000), st.integers(1, 20))
def test_loads_stay_within_the_guide(people: int, size: int) -> None:
    need = pooling.staffing(people, min(people, people // 2 + 1), "t3")
    assert people <= need.sites.low * 3000
    assert people <= need.sites.high * 2000
    assert people <= need.samplers * 360
    assert need.sites.low <= need.sites.high
    assert 0 <= need.tubes(size) * size - people < size


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: pooling.staffing(-1, 0, "t3"), "pooling.negative_count"),
        (lambda: pooling.staffing(10, 11, "t3"), "pooling.households_exceed_people"),
        (lambda: pooling.staffing(10, 5, "t9"), "pooling.edition_unknown"),
        (lambda: pooling.staffing(10, 5, "t3").tubes(0), "pooling.size"),
        (lambda: pooling.Edition("x", (3, 2), (1, 1), 1), "pooling.edition_rate"),
    ],
)
def test_refusals(call, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProblemError) as refused:
        call()
    assert refused.value.code == code
