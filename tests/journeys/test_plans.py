"""A deployment in Chromium: questions, progress, the plan, a line changed and pinned, computed again, adopted; as a township and as
a county, in both languages, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.desk_server import served

pytestmark = [pytest.mark.browser, pytest.mark.row("B4"), pytest.mark.row("A1")]


@pytest.fixture(scope="module")
def planners(database: object) -> Any:
    """Fugou with three units of sixty people; nobody has planned anything."""
    from tests.support.plans_desk import make_desk

    return make_desk()


@pytest.fixture(scope="module")
def site(planners: Any) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.mark.parametrize(
    ("role", "path", "language", "size"),
    [("township_dispatcher", "411621001", "zh", "desk"), ("county_dispatcher", "411621", "en", "phone")],
)
def test_from_the_question_to_the_adopted_plan(
    desk: Any, planners: Any, role: str, path: str, language: str, size: str
) -> None:
    from lianfang.domain.plans import worker

    office = desk(planners.world.token(role, path), language, size)
    page = office.go("/plans/")
    office.check("plans-none" if language == "zh" else "plans-list")
    page.click("a[href='/plans/new/deployment/']")
    office.check("plans-new")
    page.select_option("#id_template", "village")
    page.fill("#id_reserve", "95")
    page.click("#form button[type=submit]")
    page.wait_for_selector("#error-summary")
    office.check("plans-new-wrong")
    page.fill("#id_reserve", "0")
    page.click("#form button[type=submit]")
    page.wait_for_selector("#plan-progress")
    office.check("plans-waiting")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(number)
    page = office.go(f"/plans/{number}/")
    page.wait_for_selector("#rows-title")
    office.check("plans-plan")
    page.click("a[href$='/line/0/']")
    page.wait_for_selector("#choice")
    office.check("plans-line")
    there = page.locator("#choice option").nth(1).get_attribute("value")
    page.select_option("#choice", there)
    page.click("form:has(#choice) button[type=submit]")
    page.wait_for_selector(".banner.good, #error-summary")
    assert page.locator(".banner.good").count() == 1, page.locator("#error-summary").inner_text()
    page = office.go(f"/plans/{number}/?show=pinned")
    who = page.locator("#rows tbody th").first.inner_text()
    where = page.locator("#rows tbody tr td").first.inner_text()
    page.click("form[action$='/again/'] button")
    page.wait_for_selector("#plan-progress")
    again = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(again)
    page = office.go(f"/plans/{again}/")
    assert any(who in row and where in row for row in page.locator("#rows tbody tr").all_inner_texts()), (who, where)
    page.click("a[href$='/adopt/']")
    office.check("plans-adopt")
    page.click("form button.main.large")
    page.wait_for_selector(".banner.good")
    office.check("plans-adopted")
    assert page.locator("a[href$='/adopt/']").count() == 0
    assert [line for line in office.trouble if "422" not in line] == []
