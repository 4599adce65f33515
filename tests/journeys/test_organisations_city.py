"""110 units of a city for the 113 communities of its districts in Chromium, the documents' own size: asked, the plan with its reasons
and who has several, a link changed and kept, adopted, told to both sides, and the same plan again when it is replayed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.desk_server import served
from tests.support.organisations_desk import CITY, CITY_COMMUNITIES, CITY_PEOPLE, CITY_UNITS
from tests.support.workforce import run

pytestmark = [pytest.mark.browser, pytest.mark.row("B4")]


@pytest.fixture(scope="module")
def city(database: object) -> Any:
    """The districts; nobody has planned anything."""
    from tests.support.organisations_desk import make_districts

    return make_districts()


@pytest.fixture(scope="module")
def site(city: Any) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def test_a_city_pairs_its_units_with_its_districts(desk: Any, city: Any) -> None:
    from lianfang.domain.plans import worker

    office = desk(city.world.token("command", CITY), "zh", "desk")
    page = office.go("/plans/new/organisations/")
    assert "新华区、运河区" in page.locator("#id_where option:checked").inner_text()
    assert page.input_value("#id_which") == "urban"
    page.select_option("#id_units", "all")
    assert str(CITY_UNITS) in page.locator("#id_units option:checked").inner_text()
    office.check("organisations-city-new")
    page.fill("#id_share", "100")
    page.fill("#id_seconds", "2")
    page.click("#form button[type=submit]")
    page.wait_for_selector("#plan-progress")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(number)
    page = office.go(f"/plans/{number}/")
    page.wait_for_selector("#rows-title")
    office.check("organisations-city-plan")
    told = page.locator("section[aria-labelledby=binds-title]").inner_text()
    assert f"{CITY_UNITS}个单位对{CITY_COMMUNITIES}处" in told
    assert "要包联多处" in told
    assert_plan(number)
    several = page.locator("#rows tbody tr", has_text="该单位共包联").count()
    assert several >= CITY_COMMUNITIES - CITY_UNITS
    page.click("a[href$='/line/0/']")
    page.wait_for_selector("#choice")
    page.select_option("#choice", page.locator("#choice option[value^='swap:']").first.get_attribute("value"))
    page.click("form:has(#choice) button[type=submit]")
    page.wait_for_selector(".banner.good, #error-summary")
    assert page.locator(".banner.good").count() == 1, page.locator("#error-summary").inner_text()
    page = office.go(f"/plans/{number}/?show=pinned")
    unit, place = (page.locator(f"#rows tbody {cell}").first.inner_text().split("\n")[0] for cell in ("th", "td"))
    page.click("form[action$='/again/'] button")
    page.wait_for_selector("#plan-progress")
    again = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(again)
    assert_plan(again)

    phone = desk(city.world.token("command", CITY), "en", "phone")
    page = phone.go(f"/plans/{again}/")
    page.wait_for_selector("#rows-title")
    phone.check("organisations-city-plan")
    page.click("a[href$='/adopt/']")
    phone.check("organisations-city-adopt")
    page.click("form button.main.large")
    page.wait_for_selector(".banner.good")
    assert [line for line in office.trouble + phone.trouble if "422" not in line] == []
    [(path, name)] = run(
        "select q.path, o.name from pairings_part q join workforce_organisation o on o.id = q.organisation_id "
        "join areas_area a on a.path = q.path where q.ended_on is null and starts_with(%s, o.name) and a.name = %s", unit, place,
    )  # fmt: skip
    community = desk(city.world.token("community_head", path), "zh", "phone")
    page = community.go(f"/pairings/list/{path}/")
    assert name in page.locator("main").inner_text()
    assert community.trouble == []


def assert_plan(number: int) -> None:
    """Every community has a unit, every unit a community, nobody goes twice, and who is missing is said."""
    rows = run("select subject, target, amount from plans_line where plan_id = %s", number)
    assert len({target for _, target, _ in rows}) == CITY_COMMUNITIES
    assert len({subject for subject, _, _ in rows}) == CITY_UNITS
    sent = sum(amount for _, _, amount in rows)
    assert sent + run("select (f ->> 'plan')::float8 from plans_plan p, jsonb_array_elements(p.summary -> 'figures') f "
                      "where p.id = %s and f ->> 'key' = 'figure.missing'", number)[0][0] == CITY_PEOPLE  # fmt: skip
    assert sent >= 0.8 * CITY_PEOPLE, "whole units near their size: a search does far better than the rule of thumb"


def test_a_replay_gives_the_plan_that_was_adopted(city: Any) -> None:
    from lianfang.domain.plans.registry import kind_of
    from lianfang.domain.plans.selectors import built_of, plan_by_id, result_of
    from lianfang.planning import Stop

    number = run("select id from plans_plan where state = 'adopted'")[0][0]
    assert run("select count(distinct path) from pairings_part where kind = 'unit' and ended_on is null") == [
        (CITY_COMMUNITIES,)
    ]
    plan = city.act(lambda _actor: plan_by_id(number, whole=True), "command", CITY)
    built, result = city.act(lambda _actor: (built_of(plan), result_of(plan)), "command", CITY)
    after = kind_of("organisations").solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed)
    links = [
        [(line.subject, line.target) for line in kind_of("organisations").lines(built, one)] for one in (result, after)
    ]
    assert links[0] == links[1]
