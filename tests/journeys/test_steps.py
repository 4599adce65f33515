"""Steps of two people in Chromium: a zone proposed, approved, lifted on evidence; a report sent back and answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from lianfang.domain.reports.api import confirm_report
from lianfang.kernel.clock import beijing_day
from tests.journeys.desk_server import Desk, served
from tests.support.world import COUNTY, HOME, World, build_world, fold

pytestmark = pytest.mark.browser
SIZES = [("zh", "desk"), ("en", "phone")]
BUILDING = {"zh": HOME + "0001", "en": HOME + "0002"}


@pytest.fixture(scope="module")
def world(database: Any) -> World:
    """One community with two buildings and an open incident."""
    return build_world(homes=(HOME,), buildings=2, per_building=4)


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def press(at: Desk, selector: str) -> None:
    """Press a button and wait for the page that follows."""
    with at.page.expect_navigation():
        at.page.click(selector)


@pytest.mark.row("A3")
@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_zone_from_proposal_to_lifting(desk: Any, world: World, language: str, size: str) -> None:
    county = desk(world.token("county_dispatcher", COUNTY), language, size)
    page = county.go(f"/incidents/{world.incident}/zones/new/")
    county.check("zone-new")
    page.fill("input[name=area]", BUILDING[language])
    page.select_option("select[name=level]", "lockdown")
    page.fill("textarea[name=reason]", "一管阳性" if language == "zh" else "one positive pool")
    press(county, "main form[action$='/zones/propose/'] button.main")
    county.check("zone-proposed")
    assert page.locator("form[action$='/withdraw/']").count() == 1
    zone = page.url.split("/zones/")[1].split("/")[0]
    command = desk(world.token("command", COUNTY), language, size)
    command.go(f"/incidents/zones/{zone}/")
    command.check("zone-to-approve")
    press(command, "form[action$='/approve/'] button.main")
    command.check("zone-live")
    head = desk(world.token("community_head", HOME), language, size)
    head.go(f"/incidents/zones/{zone}/")
    head.check("zone-too-young")
    assert head.page.locator("form[action$='/lift/']").count() == 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("update incidents_zone set from_at = now() - interval '15 days' where id = %s", [zone])
    page = head.go(f"/incidents/zones/{zone}/")
    head.check("zone-lift-form")
    for field in page.locator("form[action$='/lift/'] input[type=text], form[action$='/lift/'] textarea").all():
        field.fill("疾控日报" if language == "zh" else "daily list of the county")
    press(head, "form[action$='/lift/'] button.main")
    head.check("zone-lift-asked")
    command.go(f"/incidents/zones/{zone}/")
    command.check("zone-lift-decide")
    press(command, "form[action$='/lift/approve/'] button.main")
    command.check("zone-lifted")
    command.go(f"/incidents/{world.incident}/")
    command.check("incident-with-zones")
    assert county.trouble + command.trouble + head.trouble == []


@pytest.mark.row("I1")
@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_report_is_sent_back_and_answered(desk: Any, world: World, language: str, size: str) -> None:
    day = beijing_day(timezone.now()) - timedelta(days=SIZES.index((language, size)) + 1)
    with transaction.atomic():
        actor = world.enter("community_head", HOME)
        confirm_report(actor=actor, path=HOME, day=day, zero=True)
    fold()
    address = f"/reports/{HOME}/?day={day}"
    county = desk(world.token("county_dispatcher", COUNTY), language, size)
    page = county.go(address)
    county.check("report-to-judge")
    page.click("#return-title + * summary, section[aria-labelledby=return-title] summary")
    page.fill("#return-reason", "与昨日入户表不一致" if language == "zh" else "differs from the visit list")
    county.check("report-return-form")
    press(county, "form[action$='/return/'] button")
    county.check("report-returned")
    county.go(f"/reports/{COUNTY}000000/late/?day={day}&state=returned")
    county.check("report-late-returned")
    assert county.page.locator("#unit-" + HOME).count() == 1
    head = desk(world.token("community_head", HOME), language, size)
    page = head.go("/")
    link = page.locator(f"a[href^='/reports/{HOME}/?day={day}']").first
    with page.expect_navigation():
        link.click()
    head.check("report-sent-back")
    assert ("与昨日" if language == "zh" else "differs from") in page.inner_text("main")
    page.fill("#correct-reason", "已核对，数字无误" if language == "zh" else "checked, the figures stand")
    press(head, "form[action$='/correct/'] button.main")
    head.check("report-answered")
    head.go(f"/reports/{HOME}/history/?day={day}")
    head.check("report-history")
    assert head.page.locator("main section.panel").count() == 2
    health = desk(world.token("county_health", COUNTY), language, size)
    health.go(address)
    health.check("report-for-health")
    assert county.trouble + head.trouble + health.trouble == []


@pytest.mark.row("D1")
@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk"), *SIZES])
def test_residents_read_about_results_without_signing_in(desk: Any, world: World, language: str, size: str) -> None:
    anybody = desk("nobody", language, size)
    anybody.go("/rounds/public/")
    anybody.check("public")
    assert anybody.page.locator("main h1").count() == 1
    assert anybody.trouble == []
