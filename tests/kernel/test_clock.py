"""Beijing days, wrong clocks, cut-off hours."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import clock
from lianfang.kernel.errors import LianfangError

instants = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
DAY = date(2022, 3, 20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2022-03-20T15:59:59+00:00", DAY),
        ("2022-03-20T16:00:00+00:00", date(2022, 3, 21)),
        ("2022-03-20T00:00:00+08:00", DAY),
        ("2022-03-19T11:30:00-05:00", DAY),
    ],
)
def test_the_day_is_the_beijing_day(instant, day):
    assert clock.beijing_day(at(instant)) == day


@given(instants)
def test_every_instant_lies_within_its_day(instant):
    start, end = clock.day_bounds(clock.beijing_day(instant))
    assert start <= instant < end
    assert end - start == timedelta(hours=24)
    assert start.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused():
    for call in (
        lambda: clock.beijing_day(datetime(2022, 3, 20)),
        lambda: clock.clock_offset(datetime(2022, 3, 20), at("2022-03-20T00:00:00Z")),
        lambda: clock.in_time(datetime(2022, 3, 20), DAY, "17:00"),
    ):
        with pytest.raises(LianfangError) as caught:
            call()
        assert caught.value.code == "time.without_zone"


def test_ten_minutes_are_tolerated_in_both_directions():
    received = at("2022-03-20T08:00:00+08:00")
    for minutes in (-10, 0, 10):
        assert clock.clock_trusted(clock.clock_offset(received + timedelta(minutes=minutes), received))
    for seconds in (-601, 601):
        assert not clock.clock_trusted(clock.clock_offset(received + timedelta(seconds=seconds), received))


def test_a_fact_recorded_offline_counts_for_the_day_it_happened():
    recorded, received = at("2022-03-18T20:00:00+08:00"), at("2022-03-20T08:00:00+08:00")
    assert clock.fact_day(recorded, received) == date(2022, 3, 18)


def test_a_wrong_clock_counts_for_the_day_of_receipt():
    recorded, received = at("2022-03-18T20:00:00+08:00"), at("2022-03-20T08:00:00+08:00")
    assert clock.fact_day(recorded, received, timedelta(minutes=-11)) == DAY
    assert clock.fact_day(recorded, received, timedelta(minutes=11)) == DAY


def test_a_fact_from_the_future_counts_for_the_day_of_receipt():
    received = at("2022-03-20T23:55:00+08:00")
    assert clock.fact_day(received + timedelta(minutes=10), received) == date(2022, 3, 21)
    assert clock.fact_day(received + timedelta(minutes=11), received) == DAY
    assert clock.from_the_future(received + timedelta(minutes=11), received)


@given(instants, instants, st.timedeltas(timedelta(days=-2), timedelta(days=2)))
def test_a_fact_day_is_one_of_the_two_days(recorded, received, offset):
    days = {clock.beijing_day(recorded), clock.beijing_day(received)}
    assert clock.fact_day(recorded, received, offset) in days


@pytest.mark.parametrize(("text", "hours"), [("00:00", 0), ("17:30", 17.5), ("24:00", 24), ("36:00", 36)])
def test_cutoffs_read_as_time_after_midnight(text, hours):
    assert clock.parse_cutoff(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "7:30", "17:60", "36:01", "99:00", "17：30", "17:30:00", "１７:30"])
def test_what_is_no_cutoff_is_refused(text):
    with pytest.raises(LianfangError) as caught:
        clock.parse_cutoff(text)
    assert caught.value.code == "time.cutoff_malformed"


def test_exactly_on_the_hour_is_in_time():
    assert clock.in_time(at("2022-03-20T17:30:00+08:00"), DAY, "17:30")
    assert not clock.in_time(at("2022-03-20T17:30:01+08:00"), DAY, "17:30")
    assert clock.cutoff_instant(DAY, "26:00") == datetime(2022, 3, 21, 2, tzinfo=timezone(timedelta(hours=8)))


@given(instants, st.integers(0, 36))
def test_the_open_report_is_the_first_one_still_in_time(instant, hour):
    day = clock.open_report_day(instant, f"{hour:02d}:00")
    assert clock.in_time(instant, day, f"{hour:02d}:00")
    assert not clock.in_time(instant, day - timedelta(days=1), f"{hour:02d}:00")
