"""Duty in Chromium: a roster proposed, edited, published; somebody comes, somebody does not and is replaced; phone and desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.journeys.desk_server import Desk, served
from tests.support.world import HOME, TOWN

pytestmark = [pytest.mark.browser, pytest.mark.row("B9")]
CODE = TOWN.ljust(12, "0")


@pytest.fixture(scope="module")
def stage(database: Any) -> Any:
    """Two units with people, offices by role."""
    from tests.support.duty import build_stage

    return build_stage()


@pytest.fixture(scope="module")
def site(stage: Any) -> Iterator[str]:
    """The product in a process of its own."""
    with served() as address:
        yield address


def test_from_a_proposal_to_a_replacement(stage: Any, desk: Callable[..., Desk]) -> None:
    from lianfang.domain.duty.api import NewShift, create_post, create_shifts
    from lianfang.domain.plans import worker
    from lianfang.kernel.clock import BEIJING, beijing_day
    from tests.support.duty import run

    now = datetime.now(BEIJING)
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        running = NewShift(now - timedelta(hours=1), now + timedelta(hours=5), 3)
        create_shifts(
            actor=actor, post=post, shifts=[running, NewShift(now + timedelta(hours=20), now + timedelta(hours=26), 2)]
        )
    one = desk(stage.world.token("township_dispatcher", TOWN))
    page = one.go(f"/plans/new/roster/?area={CODE}")
    page.get_by_label("从几天后开始").fill("0")
    page.get_by_label("排多少天").fill("3")
    page.get_by_label("人员").select_option("any")
    one.check("duty-ask")
    page.get_by_role("button", name=re.compile("计算")).click()
    number = int(page.url.rstrip("/").rpartition("/")[2])
    worker.run_job(number)
    one.go(f"/plans/{number}/")
    page.get_by_text("东关卡点").first.wait_for()
    one.check("duty-plan")
    one.go(f"/plans/{number}/line/4/")
    page.locator("#choice").select_option(index=1)
    page.locator("form.plan-choice button.main").click()
    one.go(f"/plans/{number}/adopt/")
    page.locator("button.main.large").click()
    page.wait_for_load_state("load")
    assert run("select count(*), count(*) filter (where pinned) from duty_slot where state = 'published'") == [(5, 1)]

    page = one.go(f"/duty/{CODE}/?day={beijing_day(now - timedelta(hours=1)).isoformat()}")
    assert page.get_by_role("link", name="东关卡点").is_visible()
    one.check("duty-area")
    page.get_by_role("link", name="东关卡点").click()
    one.check("duty-post")
    first = page.locator(".people li").first
    first.get_by_role("button", name=re.compile("已到")).click()
    page.wait_for_load_state("load")
    assert run("select count(*) from duty_slot where state = 'present' and via = 'office'") == [(1,)]
    page.get_by_role("button", name=re.compile("未到岗")).first.click()
    page.get_by_role("heading", name="谁能接替").wait_for()
    one.check("duty-slot")
    page.get_by_role("button", name=re.compile("接替")).first.click()
    page.wait_for_load_state("load")
    assert run("select count(*) from duty_slot where source = 'replacement' and state = 'published'") == [(1,)]
    assert run("select count(*) from duty_slot where state = 'no_show'") == [(1,)]
    page = one.go(f"/duty/{CODE}/roster/?days=3")
    one.check("duty-roster")
    page = one.go(f"/duty/{CODE}/roster/?days=3&print=1")
    assert page.get_by_text("带班领导").first.is_visible()
    assert one.trouble == []


def test_a_phone_of_the_community_moves_somebody_without_a_script(
    stage: Any, browser: Any, site: str, desk: Callable[..., Desk]
) -> None:
    from tests.support.duty import run

    [(slot,)] = run("select min(id) from duty_slot where state = 'published' and starts_at > now()")
    two = desk(stage.world.token("community_head", HOME), "en", "phone")
    page = two.go(f"/duty/slots/{slot}/")
    two.check("duty-move")
    page.locator("#move-member").select_option(index=3)
    page.get_by_role("button", name="Move").click()
    page.wait_for_load_state("load")
    moved = run("select state from duty_slot where id = %s", slot)[0][0]
    told = page.locator("main").inner_text()
    assert moved == "released" or "rest" in told or "another shift" in told  # moved, or told why not
    for path, name in (("/duty/new/", "duty-new"), (f"/duty/{HOME}/key/", "duty-key"), ("/duty/", "duty-home")):
        two.go(path)
        two.check(name)
    assert two.trouble == []
