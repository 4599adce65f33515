"""Numbers, moments and shares as the interface writes them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from lianfang.web import charts, formats, states

CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (6518, None, "6,518"), (73_000_000, None, "73,000,000"), (0, None, "0"), (36.5, 1, "36.5"), (37, 1, "37.0"),
        (2.368, None, "2.37"), (None, None, "–"), ("", None, "–"), ("未启用", None, "未启用"), (-580, None, "-580"),
    ],
)  # fmt: skip
def test_numbers(value: object, digits: int | None, text: str) -> None:
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (5900, 6518, "90.5%"),
        (6517, 6518, "99.9%"),
        (6518, 6518, "100%"),
        (1, 6518, "0.1%"),
        (0, 6518, "0%"),
        (3, 0, "–"),
        (None, 5, "–"),
    ],
)
def test_percentages_never_hide_a_missing_person(part: float | None, whole: float | None, text: str) -> None:
    assert formats.percent(part, whole) == text


@given(st.integers(1, 10**7), st.data())
def test_only_a_full_count_reads_100(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.one_of(st.integers(0, whole), st.sampled_from([0, 1, whole - 1, whole])))
    text = formats.percent(part, whole)
    assert (text == "100%") == (part == whole)
    assert (text == "0%") == (part == 0)


@override_settings(TIME_ZONE="Asia/Shanghai")
def test_moments_in_both_languages() -> None:
    year = timezone.localdate().year
    at = dt.datetime(year, 4, 3, 21, 4, tzinfo=CHINA)
    long_ago = dt.datetime(2021, 1, 9, 2, 30, tzinfo=CHINA)
    with translation.override("zh-hans"):
        assert formats.moment(at) == "4月3日 21:04"
        assert formats.moment(long_ago) == "2021年1月9日 02:30"
        assert formats.day(dt.date(year, 12, 1)) == "12月1日"
        assert formats.moment(None) == "–"
    with translation.override("en"):
        assert formats.moment(at) == "3 Apr 21:04"
        assert formats.moment(long_ago) == "9 Jan 2021 02:30"


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [(20, "刚刚", "just now"), (60, "1 分钟前", "1 minute ago"), (725, "12 分钟前", "12 minutes ago"),
     (7300, "2 小时前", "2 hours ago"), (200_000, "2 天前", "2 days ago"), (-600, "10 分钟后", "in 10 minutes")],
)  # fmt: skip
def test_how_long_ago(seconds: int, chinese: str, english: str) -> None:
    now = dt.datetime(2026, 4, 3, 21, 4, tzinfo=CHINA)
    for language, text in (("zh-hans", chinese), ("en", english)):
        with translation.override(language):
            assert formats.ago(now - dt.timedelta(seconds=seconds), now) == text


@pytest.mark.parametrize(
    ("part", "whole", "state"),
    [(100, 100, "good"), (95, 100, "good"), (94, 100, "watch"), (80, 100, "watch"), (79, 100, "act"), (0, 100, "act"),
     (None, 100, "unknown"), (5, 0, "unknown"), (5, None, "unknown")],
)  # fmt: skip
def test_states_of_shares(part: float | None, whole: float | None, state: str) -> None:
    assert states.of_share(part, whole, watch=0.95, act=0.8) == state


def test_an_unknown_state_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no state 'fine'"):
        states.word("fine")


def test_sparkline_leaves_gaps_and_ends_at_the_last_value() -> None:
    drawn = charts.spark([0, 5, None, 10])
    assert drawn is not None
    assert drawn.path.count("M") == 2
    assert (drawn.x, drawn.y) == (charts.SPARK_WIDTH - charts.SPARK_PAD, charts.SPARK_PAD)
    assert charts.spark([None, 3]) is None
    assert charts.spark([4, 4]).y == charts.SPARK_HEIGHT / 2  # type: ignore[union-attr]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6))
def test_stacked_bar_fills_itself_and_shows_every_part(counts: list[int]) -> None:
    slices = charts.stack([(str(index), "", count) for index, count in enumerate(counts)])
    assert [part.count for part in slices] == counts
    if not sum(counts):
        assert all(part.width == 0 for part in slices)
        return
    assert sum(part.width for part in slices) == pytest.approx(100, abs=0.1)
    assert all((part.width > 0) == (part.count > 0) for part in slices)
    for before, after in itertools.pairwise(slices):
        assert after.start == pytest.approx(before.start + before.width, abs=0.05)
