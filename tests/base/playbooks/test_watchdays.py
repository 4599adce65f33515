"""The days of a watch against the published and derived examples, and by properties."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.playbooks.api import Stage, gap_fill, lay_out, load_shipped

days = st.dates(date(2020, 1, 1), date(2026, 1, 1))
stages = st.lists(
    st.integers(1, 21).flatmap(
        lambda length: st.builds(
            Stage,
            measure=st.sampled_from(["central_isolation", "home_monitoring"]),
            days=st.just(length),
            pcr_days=st.sets(st.integers(1, length), max_size=4).map(lambda found: tuple(sorted(found))),
        )
    ),
    max_size=3,
)


@pytest.fixture(scope="module")
def covid():
    return load_shipped("covid-2022")


@pytest.mark.row("E1")
def test_close_contact_of_the_ninth_edition(covid):
    """Vector `ed9_close_contact`: last exposure on 1 July 2022."""
    watch = covid.edition_on(date(2022, 7, 1)).watch("close_contact")
    central, home = lay_out(watch.stages, date(2022, 7, 1)).stages
    assert central.last == date(2022, 7, 8)
    assert central.pcr == tuple(date(2022, 7, day) for day in (2, 3, 4, 6, 8))
    assert home.last == date(2022, 7, 11)
    assert home.pcr == (date(2022, 7, 11),)


@pytest.mark.row("E1")
def test_gaps_are_filled():
    """Vector `gap_fill`: left the risk area on 1 January, arrived on the 4th, 7 + 7 days."""
    protocol = (
        Stage(measure="central_isolation", days=7, pcr_days=(1, 4, 7)),
        Stage(measure="home_monitoring", days=7),
    )
    whole = gap_fill(protocol, left=date(2022, 1, 1), arrived=date(2022, 1, 4))
    central, home = whole.stages
    assert (central.first, central.last) == (date(2022, 1, 2), date(2022, 1, 8))
    assert (home.first, home.last) == (date(2022, 1, 9), date(2022, 1, 15))
    left = whole.remaining_from(date(2022, 1, 4))
    assert (left.stages[0].first, left.stages[0].last) == (date(2022, 1, 4), date(2022, 1, 8))
    assert left.stages[0].pcr == (date(2022, 1, 5), date(2022, 1, 8))
    assert left.stages[1] == home


def test_whoever_arrives_late_enough_has_nothing_left():
    protocol = (Stage(measure="central_isolation", days=7),)
    whole = gap_fill(protocol, left=date(2022, 1, 1), arrived=date(2022, 1, 20))
    assert whole.remaining_from(date(2022, 1, 20)).stages == ()


def test_nobody_arrives_before_leaving():
    with pytest.raises(ValueError, match="before leaving"):
        gap_fill((), left=date(2022, 1, 2), arrived=date(2022, 1, 1))


def test_no_stages_end_at_once():
    plan = lay_out((), date(2022, 1, 1))
    assert plan.last == date(2022, 1, 1)
    assert plan.stage_on(date(2022, 1, 1)) is None
    assert not plan.pcr_due(date(2022, 1, 2))


@given(stages, days)
def test_stages_follow_without_gap_and_keep_their_length(protocol, zero):
    plan = lay_out(protocol, zero)
    assert (plan.last - zero).days == sum(stage.days for stage in protocol)
    assert plan.released_on == plan.last + timedelta(days=1)
    for one, other in pairwise(plan.stages):
        assert other.first == one.last + timedelta(days=1)
    for laid, stage in zip(plan.stages, protocol, strict=True):
        assert (laid.last - laid.first).days + 1 == stage.days
        assert [plan.day_number(test) - plan.day_number(laid.first) + 1 for test in laid.pcr] == list(stage.pcr_days)
        assert all(plan.pcr_due(test) and plan.stage_on(test) == laid for test in laid.pcr)


@given(stages, days, st.integers(0, 70))
def test_what_remains_is_the_end_of_the_whole(protocol, zero, late):
    plan = lay_out(protocol, zero)
    arrived = zero + timedelta(days=late)
    rest = plan.remaining_from(arrived)
    if rest.stages:
        assert rest.last == plan.last
        assert rest.stages[0].first == max(arrived, plan.stages[0].first)
    else:
        assert not protocol or plan.last < arrived
    tests = [test for stage in rest.stages for test in stage.pcr]
    assert tests == [test for stage in plan.stages for test in stage.pcr if test >= arrived]
