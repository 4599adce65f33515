"""The picture of a day at a post: which hours are open, held, thin, empty."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lianfang.domain.duty.models import Post, Shift
from lianfang.domain.duty.pages import bars_of
from lianfang.kernel.clock import BEIJING

DAY = date(2022, 8, 30)


def shift(day: date, hour: int, hours: int) -> Shift:
    """An unfilled shift for two people."""
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=BEIJING)
    return Shift(starts_at=starts, ends_at=starts + timedelta(hours=hours), wanted=2)


@pytest.mark.row("B9")
def test_a_post_opens_with_its_first_shift_on_its_first_day_and_round_the_clock_after() -> None:
    post = Post(from_minute=0, to_minute=1440, least=1, started_on=DAY)
    assert bars_of(post, DAY, [shift(DAY, 8, 12), shift(DAY, 20, 12)], []).empty == "08–24"
    after = DAY + timedelta(days=1)
    assert bars_of(post, after, [shift(after, 8, 12)], []).empty == "00–24"
    assert bars_of(post, DAY, [], []).empty == "00–24"
