"""Somebody leaves while on shift: from the page where they leave to the post's work item and whoever steps in; who is known."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from lianfang.base.metrics.api import recompute
from lianfang.domain.duty import attendance
from lianfang.domain.duty.api import NewShift, book, create_post, create_shifts, open_shifts
from lianfang.domain.duty.leaving import known
from lianfang.domain.workforce.api import availability_of
from lianfang.kernel.clock import BEIJING, beijing_day
from tests.support.duty import HOME, MONDAY, TOWN, Stage, at, run, shift
from tests.support.workforce import make_members

NOW = datetime.now(BEIJING).replace(second=0, microsecond=0)
CLERK = ("community_clerk", HOME)


@pytest.mark.row("B9")
@pytest.mark.parametrize("came", [True, False], ids=["on duty", "expected"])
def test_from_the_leaving_page_to_the_work_item_and_a_successor(stage: Stage, fresh: None, came: bool) -> None:
    run("delete from worklist_item")
    [gone] = make_members(stage.units[0], 1, home=HOME)
    with stage.as_role(*CLERK) as actor:
        post = create_post(actor=actor, path=HOME, kind="gate", name="东门")
    span = NewShift(NOW - timedelta(hours=1), NOW + timedelta(hours=3), 1)
    with stage.as_role() as actor:
        (two,) = create_shifts(actor=actor, post=post, shifts=[span], publish=True)
        [booked] = book(actor=actor, shift=two, members=[gone])
        slot = booked.slot or 0
        if came:
            attendance.check_in(actor=actor, slot=slot)
    clerk = Client(headers={"Authorization": f"Bearer {stage.world.token(*CLERK)}"})
    said = clerk.post(f"/workforce/members/{gone}/change/", {"what": "leave"}, follow=True).content.decode()
    assert "东门" in said
    assert "已空出" in said
    assert run("select what, subject, link from worklist_item where source = 'duty' and done_at is null") == [
        ("duty.cannot_come", str(slot), f"/duty/slots/{slot}/")
    ]
    told = clerk.get("/api/worklist", headers={"Accept-Language": "zh"}).json()
    assert f"/duty/slots/{slot}/" in str(told)
    page = clerk.get(f"/duty/slots/{slot}/").content.decode()
    proposed = [int(number) for number in re.findall(r'name="member" value="(\d+)"', page)]
    assert proposed
    assert gone not in proposed
    with stage.as_role():
        assert [each.id for each in open_shifts(HOME, beijing_day(span.starts_at), 2)] == [two]
    assert clerk.post(f"/duty/slots/{slot}/replace/", {"member": proposed[0]}).status_code == 303
    assert run("select member_id, state from duty_slot where replaces = %s", slot) == [(proposed[0], "published")]
    assert run("select count(*) from worklist_item where source = 'duty' and done_at is null") == [(0,)]
    assert recompute([f"duty.{name}" for name in ("filled", "present", "hours")]) == []


def test_whom_the_roster_knows_an_undone_list_keeps(stage: Stage, fresh: None) -> None:
    booked, free = make_members(stage.units[0], 2, home=HOME)
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="gate", name="东门")
        (one,) = create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 16)], publish=True)
        book(actor=actor, shift=one, members=[booked])
        assert known([booked, free]) == [booked]


SAID = {
    "not Sundays": [(6, None, 0, 1440, False)],
    "Monday mornings": [(0, None, 480, 720, True)],
    "Monday nights, not Wednesday noon": [(0, None, 1320, 1800, True), (2, None, 720, 780, False)],
    "this Tuesday only from noon": [(None, 1, 720, 1440, True)],
    "not this Tuesday, Tuesdays otherwise": [(None, 1, 0, 1440, False), (1, None, 480, 960, True)],
    "Mondays all day and nights": [(0, None, 0, 1440, True), (1, None, 0, 360, True)],
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
def test_planners_and_the_roster_read_a_statement_alike(
    stage: Stage, fresh: None, said: list[tuple[int | None, int | None, int, int, bool]]
) -> None:
    """Every hour of two weeks: inside a window of `availability_of` exactly where `duty_available` says yes."""
    one = stage.members[0]
    for weekday, offset, low, high, can in said:
        on_day = None if offset is None else MONDAY + timedelta(days=offset)
        run(
            "insert into workforce_availability (member_id, weekday, on_day, from_minute, to_minute, can_work) "
            "values (%s, %s, %s, %s, %s, %s)", one, weekday, on_day, low, high, can,
        )  # fmt: skip
    starts = [at(MONDAY, hour) for hour in range(14 * 24)]
    with stage.as_role("township_dispatcher", TOWN):
        windows = availability_of([one], MONDAY - timedelta(days=1), 15)[one]
    spans = {
        start for start in starts
        if any(window.starts_at <= start and start + timedelta(hours=1) <= window.ends_at for window in windows)
    }  # fmt: skip
    found = run("select t, duty_available(%s, t, t + interval '1 hour') from unnest(%s::timestamptz[]) t", one, starts)
    assert {moment for moment, can in found if can} == spans
    assert 0 < len(spans) < len(starts)
