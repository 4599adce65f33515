"""Rounding rules against the worked community of 6,518 people and by properties."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import numbers

counts = st.integers(0, 10_000_000)


def test_the_worked_community():
    """Vector `yiminyuan_testing`: 6,518 people, 3,048 households."""
    assert numbers.needed_range(6518, (2000, 3000)) == (3, 4)
    assert numbers.needed_range(6518, (600, 800)) == (9, 11)
    assert numbers.ceil_divide(6518, 360) == 19
    assert numbers.ceil_divide(6518, 10) == 652
    assert numbers.ceil_divide(6518, 20) == 326
    assert numbers.grid_count_range(3048) == (7, 10)


@given(counts, st.integers(1, 5000))
def test_ceil_divide_is_the_least_that_holds_all(amount, by):
    portions = numbers.ceil_divide(amount, by)
    assert portions * by >= amount > (portions - 1) * by


@pytest.mark.parametrize(("amount", "by"), [(-1, 2), (5, 0), (5, -2)])
def test_ceil_divide_refuses_nonsense(amount, by):
    with pytest.raises(ValueError, match="portions"):
        numbers.ceil_divide(amount, by)


@given(counts)
def test_a_range_of_grids_is_never_empty(households):
    low, high = numbers.grid_count_range(households)
    assert low <= high
    assert low * 500 >= households
    if high > low:
        assert high * 300 <= households


def test_the_upper_limit_wins_where_no_count_fits():
    assert numbers.grid_count_range(599) == (2, 2)
    assert numbers.grid_count_range(0) == (0, 0)


def test_a_share_of_nothing_is_unknown():
    assert numbers.share(1, 3) == Decimal("0.3333")
    assert numbers.share(5, 8, 2) == Decimal("0.63")
    assert numbers.share(0, 0) is None
    assert numbers.share(0, 7) == 0


def test_halves_go_away_from_zero_and_money_is_whole_fen():
    assert [numbers.round_half_up(Decimal(text)) for text in ("2.5", "3.5", "-2.5", "2.49")] == [3, 4, -3, 2]
    assert numbers.fen("19.995") == 2000
    assert numbers.fen(3) == 300
