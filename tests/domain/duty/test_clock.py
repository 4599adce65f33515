"""Clocks that jump while people stand at their posts, and nights on which clocks change elsewhere: no hours lost, none invented."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from lianfang.base.metrics.api import recompute
from lianfang.domain.duty import attendance
from lianfang.domain.duty.api import book, create_post, create_shifts, slots_of
from lianfang.domain.duty.rules import NewShift
from lianfang.kernel.clock import BEIJING
from tests.domain.duty.test_attendance import METRICS, code_of, running
from tests.support.duty import HOME, Stage, run

pytestmark = pytest.mark.row("B9")


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """A machine whose own clock follows New York."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def set_clock(hours: float) -> None:
    """Let the server's clock jump ahead by so many hours, seen from the roster (back with a negative number)."""
    step = timedelta(hours=-hours)
    run("update duty_shift set starts_at = starts_at + %s, ends_at = ends_at + %s", step, step)
    run(
        "update duty_slot set starts_at = starts_at + %s, ends_at = ends_at + %s, checked_in_at = checked_in_at + %s, "
        "checked_out_at = checked_out_at + %s", step, step, step, step,
    )  # fmt: skip


def test_a_clock_set_back_during_a_shift_makes_no_negative_hours(stage: Stage, fresh: None) -> None:
    _, _, slot = running(stage, since_hours=1)
    with stage.as_member(stage.members[0]):
        attendance.check_in(actor=None, slot=slot)
    set_clock(-2)  # the shift now begins in an hour, and they came in two
    with stage.as_member(stage.members[0]):
        attendance.check_out(actor=None, slot=slot)
    assert run("select state, checked_out_at >= checked_in_at from duty_slot") == [("left", True)]
    assert recompute(METRICS) == []
    with stage.as_member(stage.members[0]):
        assert attendance.check_in(actor=None, slot=slot) is not None  # a tap more changes nothing
    assert run("select minutes >= 0 from service_work(%s::bigint[]) where kind = 'shift'", stage.members[:1]) == [
        (True,)
    ]


def test_a_clock_far_ahead_raises_the_alarm_and_whoever_comes_is_still_received(stage: Stage, fresh: None) -> None:
    run("delete from worklist_item")
    _, _, slot = running(stage, since_hours=0.2)
    set_clock(9)  # beyond the end of the shift
    attendance.watch()
    assert run("select state from duty_slot") == [("no_show",)]
    set_clock(-9)
    with stage.as_member(stage.members[0]):
        attendance.check_in(actor=None, slot=slot)
    assert run("select state from duty_slot") == [("present",)]
    assert run(
        "select count(*) from worklist_item where source = 'duty' and what = 'duty.no_show' and done_at is null"
    ) == [(0,)]
    assert recompute(METRICS) == []


def test_a_clock_a_day_off_refuses_a_check_in_with_a_sentence_and_paper_counts(stage: Stage, fresh: None) -> None:
    _, _, slot = running(stage, since_hours=1)
    set_clock(-24)
    with stage.as_member(stage.members[0]):
        assert code_of(lambda: attendance.check_in(actor=None, slot=slot)) == "duty.not_now"
    set_clock(24)
    with stage.as_role("community_clerk", HOME) as actor:
        attendance.check_in(actor=actor, slot=slot, at=datetime.now(BEIJING) - timedelta(minutes=50))
    assert run("select state, via from duty_slot") == [("present", "office")]
    assert recompute(METRICS) == []


@pytest.mark.parametrize("night", ["2027-03-14", "2027-11-07"])
def test_a_night_on_which_other_countries_change_their_clocks_has_eight_hours_here(
    stage: Stage, fresh: None, elsewhere: None, night: str
) -> None:
    start = datetime.fromisoformat(f"{night}T22:00").replace(tzinfo=BEIJING)
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name=f"夜岗{night}")
        shifts = create_shifts(
            actor=actor, post=post, publish=True,
            shifts=[NewShift(start + timedelta(hours=at), start + timedelta(hours=at + 8), 1) for at in (0, 8, 16)],
        )  # fmt: skip
        [told] = book(actor=actor, shift=shifts[0], members=stage.members[:1])
        assert told.problem == ""
        [mine] = slots_of(stage.members[0], start.date(), 1)
    assert mine.ends_at - mine.starts_at == timedelta(hours=8)
    assert mine.starts_at.astimezone(BEIJING).strftime("%m-%d %H:%M") == f"{night[5:]} 22:00"
    spans = run("select ends_at - starts_at from duty_shift where post_id = %s", post)
    assert {span for (span,) in spans} == {timedelta(hours=8)}
    assert recompute(METRICS) == []
