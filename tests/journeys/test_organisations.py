"""57 units for 78 communities in Chromium: questions, progress, the plan with its map, a link changed, computed again, adopted; then
both sides open their lists. Each language and each size."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.desk_server import served
from tests.support.workforce import lineage_of, run
from tests.support.world import COUNTY

pytestmark = [pytest.mark.browser, pytest.mark.row("B4"), pytest.mark.row("A4")]


@pytest.fixture(scope="module")
def county(database: object) -> Any:
    """A county of the documented size; nobody has planned anything."""
    from tests.support.organisations_desk import make_organisations

    return make_organisations()


@pytest.fixture(scope="module")
def site(county: Any) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def test_units_are_paired_changed_and_adopted(desk: Any, county: Any) -> None:
    from lianfang.domain.plans import worker

    office = desk(county.world.token("county_dispatcher", COUNTY), "zh", "desk")
    page = office.go("/plans/")
    page.click("a[href='/plans/new/organisations/']")
    office.check("organisations-new")
    assert page.input_value("#id_template") == "unit_community"
    assert "57" in page.locator("#id_units option").first.inner_text()
    page.fill("#id_seconds", "40")
    page.click("#form button[type=submit]")
    page.wait_for_selector("#plan-progress")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(number)
    page = office.go(f"/plans/{number}/")
    page.wait_for_selector("#rows-title")
    office.check("organisations-plan")
    told = page.locator("section[aria-labelledby=binds-title]").inner_text()
    assert "57个单位对78处" in told
    assert "再多一个人" in told
    assert "再多一个单位" in told
    assert page.locator("#rows tbody tr").count() >= 78
    page.click("a[href$='/line/0/']")
    page.wait_for_selector("#choice")
    office.check("organisations-line")
    before = page.locator("dl.facts dd").first.inner_text()
    page.select_option("#choice", page.locator("#choice option[value^='swap:']").first.get_attribute("value"))
    page.click("form:has(#choice) button[type=submit]")
    page.wait_for_selector(".banner.good, #error-summary")
    assert page.locator(".banner.good").count() == 1, page.locator("#error-summary").inner_text()
    page = office.go(f"/plans/{number}/?show=pinned")
    who, where = (page.locator(f"#rows tbody {cell}").first.inner_text() for cell in ("th", "td"))
    assert where != before
    page.click("form[action$='/again/'] button")
    page.wait_for_selector("#plan-progress")
    again = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(again)

    phone = desk(county.world.token("county_dispatcher", COUNTY), "en", "phone")
    page = phone.go(f"/plans/{again}/")
    page.wait_for_selector("#rows-title")
    phone.check("organisations-plan")
    unit, community = who.split("\n")[0].split(" ")[0], where.split("\n")[0]
    assert any(unit in row and community in row for row in page.locator("#rows tbody tr").all_inner_texts())
    page.click("a[href$='/adopt/']")
    phone.check("organisations-adopt")
    page.click("form button.main.large")
    page.wait_for_selector(".banner.good")
    phone.check("organisations-adopted")
    assert [line for line in office.trouble + phone.trouble if "422" not in line] == []


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_both_sides_see_it(desk: Any, county: Any, language: str, size: str) -> None:
    (path, number), *_ = run(
        "select q.path, q.organisation_id from pairings_part q where q.kind = 'unit' and q.ended_on is null order by q.path"
    )
    name = run("select name from workforce_organisation where id = %s", number)[0][0]
    place = run("select name from areas_area where path = %s", path)[0][0]
    community = desk(county.world.token("community_head", path), language, size)
    page = community.go("/worklist/")
    page.wait_for_selector("main a[href='/pairings/']")
    page = community.go(f"/pairings/list/{path}/")
    assert name in page.locator("main").inner_text()
    community.check("organisations-community")
    officer = desk(unit_token(county, number), language, size)
    page = officer.go("/worklist/")
    page.wait_for_selector("main a[href='/pairings/unit/']")
    page = officer.go("/pairings/unit/")
    assert place in page.locator("main").inner_text()
    officer.check("organisations-unit")
    assert community.trouble == []
    assert officer.trouble == []


def unit_token(county: Any, number: int) -> str:
    """A session of the officer of a unit."""
    from lianfang.base.access.services import create_account, create_grant, open_session

    key = f"unit-{number}"
    if key not in county.world.tokens:
        account = create_account(username=key, name="单位联络员", password="right-horse")
        grant = create_grant(account_id=account, role="sending_unit_officer", path="")
        run("update access_grant set unit = %s where id = %s", lineage_of(number), grant)
        county.world.tokens[key] = open_session(account)
    return str(county.world.tokens[key])
