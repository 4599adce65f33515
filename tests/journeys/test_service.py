"""A member's evening in Chromium: the slip, the question, check-in without script, hours, reporting, the record, an objection."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.desk_server import LOCALES, SIZES, served
from tests.support.world import HOME, NEXT

pytestmark = [pytest.mark.browser, pytest.mark.row("I5"), pytest.mark.row("B3")]


@pytest.fixture(scope="module")
def stage(database: object) -> Any:
    """A unit with five members, shifts stood and to come."""
    from tests.support.service import build_stage

    return build_stage()


@pytest.fixture(scope="module")
def site(stage: Any) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.mark.parametrize(
    ("language", "size", "at"), [("zh", "phone", 0), ("en", "phone", 1), ("zh", "desk", 2), ("en", "desk", 3)]
)
def test_a_members_evening(desk: Any, stage: Any, language: str, size: str, at: int) -> None:
    from tests.support.service import NAMES, PAPERS, clear

    clear(stage)
    member = stage.members[at]
    stage.slot(member, hours_ago=30 + at)
    stage.slot(member, hours_ago=-26 - at, state="published")
    stage.slot(stage.members[4], hours_ago=-60 - at, state="published")
    stage.slot(stage.members[4], hours_ago=-90 - at, state="published", path=NEXT, name="南门")
    now = stage.slot(member, hours_ago=0.2, state="published")
    code = stage.code(member)
    phone = desk("nobody", language, size)
    page = phone.go("/mine/")
    phone.check("mine-enter")
    page.fill("#code", code.lower())
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer")
    phone.check("mine-question")
    page.fill("#answer", PAPERS[at][-4:])
    page.keyboard.press("Enter")
    page.wait_for_selector("#shifts-title")
    page.set_default_timeout(15_000)
    phone.check("mine-today")
    assert NAMES[at] in page.inner_text("h1")
    assert page.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.own .entry')).fontSize)") >= 20
    page.click("button[value=in]")
    page.wait_for_selector("button[value=out]")
    phone.check("mine-checked-in")
    page.click(f"a[href*='/shifts/{now}/']")
    page.fill("#words", "钥匙在岗亭")
    page.click("form[action$='/handover/'] button.main")
    page.wait_for_selector("main .banner.good")
    page.goto(phone.site + f"/mine/{code}/")
    future = next(
        one for one in page.query_selector_all("a[href*='/shifts/']") if f"/{now}/" not in one.get_attribute("href")
    )
    future.click()
    page.wait_for_selector("#no-title")
    phone.check("mine-shift")
    page.goto(phone.site + f"/mine/{code}/times/")
    page.fill("input[name=from-0]", "22:00")
    page.fill("input[name=to-0]", "06:00")
    page.click("main form button.main")
    page.wait_for_selector("main .banner.good")
    phone.check("mine-times")
    clerk = desk(stage.world.token("community_clerk", HOME), language, "desk")
    poster = clerk.go(f"/service/home/{HOME}/")
    clerk.check("service-poster")
    page.goto(phone.site + f"/mine/{code}/home/")
    page.fill("#code", poster.inner_text(".own-cards code"))
    page.click("main form button.main")
    page.wait_for_selector("main .banner.good")
    phone.check("mine-home")
    page.goto(phone.site + f"/mine/{code}/record/")
    page.click("details summary >> nth=0")
    phone.check("mine-record")
    page.fill("details[open] textarea", "多守了一小时")
    page.click("details[open] button")
    page.wait_for_selector("#asked")
    phone.check("mine-asked")
    work = clerk.go("/service/objections/")
    clerk.check("service-objections")
    work.click("ul.tasks li:not(.done) a >> nth=0")
    clerk.check("service-objection")
    work.check("input[value=upheld]")
    work.fill("#hours", "9")
    work.fill("#words", "已更正，辛苦了")
    work.click("main form button.main")
    work.wait_for_selector("main .banner.good")
    page.reload()
    assert "已更正，辛苦了" in page.inner_text("#asked")
    trouble = [line for line in [*phone.trouble, *clerk.trouble] if "422" not in line]
    assert trouble == []


def test_the_unit_and_its_record(desk: Any, stage: Any) -> None:
    stage.officer()
    for language, size in (("zh", "desk"), ("en", "phone")):
        officer = desk(stage.world.token("sending_unit_officer", "411621"), language, size)
        page = officer.go("/service/")
        officer.check("service-index")
        page.click(f"a[href='/service/units/{stage.unit}/']")
        page.check("input[value=recognition]")
        page.click("main form button.main")
        page.wait_for_selector("#people-title")
        officer.check("service-unit")
        page.goto(officer.site + f"/service/units/{stage.unit}/slips/")
        page.click("main form button.main")
        page.wait_for_selector(".own-cards li")
        officer.check("service-slips")
        assert officer.trouble == []


def test_checking_in_needs_no_script(browser: Any, site: str, stage: Any) -> None:
    from tests.support.service import PAPERS

    member = stage.members[4]
    stage.slot(member, hours_ago=0.1, state="published", name="北门")
    code = stage.code(member)
    context = browser.new_context(locale=LOCALES["zh"][0], viewport=SIZES["phone"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/mine/{code}/")
    page.fill("#answer", PAPERS[4][-4:])
    page.click("main form button")
    page.click("button[value=in]")
    assert "签退" in page.inner_text("main")
    page.click("button[value=out] >> nth=0")
    assert "已签退" in page.inner_text("main")
    context.close()
