"""A team goes out and comes home, in Chromium: the need, the proposal, both sides, the list, arrival, call back, return."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.desk_server import served
from tests.support.world import COUNTY, HOME

pytestmark = [pytest.mark.browser, pytest.mark.row("B7"), pytest.mark.row("B11")]


@pytest.fixture(scope="module")
def stage(database: object) -> Any:
    """Offices of two counties."""
    from tests.support.missions import build_stage

    return build_stage()


@pytest.fixture(scope="module")
def site(stage: Any) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone"), ("zh", "phone"), ("en", "desk")])
def test_a_team_goes_out_and_comes_home(desk: Any, stage: Any, language: str, size: str) -> None:
    from tests.support.missions import clear

    clear()
    stage.team("县供销社", 4)
    stage.team("县妇幼保健院", 3, kind="hospital", skills=("护理",))
    county = desk(stage.world.token("county_dispatcher", COUNTY), language, size)
    clerk = desk(stage.world.token("community_clerk", HOME), language, size)
    here = clerk.go("/missions/needs/new/")
    clerk.check("mission-need-new")
    here.fill("#id_people", "4")
    here.select_option("#id_severity", "3")
    here.click("main form button.main")
    here.wait_for_selector("#needs-title")
    clerk.check("missions-clerk")
    page = county.go("/missions/plan/")
    county.check("mission-plan")
    page.click("main form button.main")
    page.wait_for_selector("#live-title")
    county.check("missions")
    page.click("table a[href*='/missions/'] >> nth=0")
    county.check("mission-proposed")
    address = page.url.replace(county.site, "")
    page.click("button[value=agree]")
    page.wait_for_selector("main .banner.good")
    here = clerk.go(address)
    here.click("button[value=agree]")
    here.wait_for_selector("main .banner.good")
    page = county.go(address)
    county.check("mission-accepted")
    page.click("button:has-text('%s')" % ("派出队伍" if language == "zh" else "Send the team"))
    page.wait_for_selector("#people-title")
    county.check("mission-sent")
    here = clerk.go(address)
    here.click("button[value=arrive]")
    here.wait_for_selector("main .banner.good")
    clerk.check("mission-arrived")
    here.click("button[value=recall]")
    here.wait_for_selector("main .banner.good")
    page = county.go(address)
    page.click("button[value=return]")
    page.wait_for_selector("main .banner.good")
    county.check("mission-returned")
    page.goto(county.site + "/missions/teams/new/")
    county.check("mission-team-new")
    page.goto(county.site + "/missions/")
    page.click("table a[href*='/missions/teams/'] >> nth=0")
    county.check("mission-team")
    assert [*county.trouble, *clerk.trouble] == []
