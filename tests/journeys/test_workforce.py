# ruff: noqa: E501 - a table of pages
"""The workforce in Chromium: from a unit's Excel list to one member in two nets, registered at home by the community's code,
found by the unit's officer; both languages, phone and desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianfang.base.areas.services import shipped_divisions
from lianfang.exchange import synthetic
from lianfang.exchange.synthetic.workforce import unit_list_xlsx
from tests.domain.workforce.lists import VOLUNTEER, sheet
from tests.journeys.desk_server import served
from tests.support.workforce import lineage_of, run
from tests.support.world import COUNTY, HOME, build_world

pytestmark = [pytest.mark.browser, pytest.mark.row("B1"), pytest.mark.row("B3"), pytest.mark.row("A6")]
SIZES = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]


@pytest.fixture(scope="module")
def stage(database: object, tmp_path_factory: Any) -> dict[str, Any]:
    """Fugou with two communities; a county's desk and a community's; a unit's list and a volunteers' list on disk."""
    world = build_world()
    codes = [one.code for one in shipped_divisions("fugou") if one.level == 5]
    made = synthetic.units(codes, 60, 4, 11)
    folder: Path = tmp_path_factory.mktemp("lists")
    (folder / "units.xlsx").write_bytes(unit_list_xlsx(made))
    person = next(at for at in range(60) if made.phone[at])
    who = {
        "name": str(made.name[person]),
        "phone": made.phone[person].decode(),
        "unit": str(made.unit_name[made.unit[person]]),
    }
    (folder / "volunteers.xlsx").write_bytes(
        sheet(
            VOLUNTEER,
            (
                "",
                "",
                "",
                who["name"],
                "",
                who["phone"],
                "",
                "",
                "",
                "南关临时支部",
                "",
                "先锋服务队",
                "",
                "正式党员",
                "",
            ),
        )
    )
    tokens = {role: world.token(role, path) for role, path in (("county_dispatcher", COUNTY), ("community_head", HOME))}
    return {"world": world, "folder": folder, "who": who, "tokens": tokens}


@pytest.fixture(scope="module")
def site(stage: dict[str, Any]) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def send(desk: Any, file: Path, register: str) -> None:
    """Send a list through the page and take it."""
    desk.go("/workforce/import/")
    desk.page.check(f"input[name=register][value={register}]")
    desk.page.set_input_files("#id_file", str(file))
    desk.page.locator("form[enctype] button").click()
    desk.page.wait_for_url("**/workforce/import/*/")
    desk.check("verdicts")
    desk.page.locator("form[action$='/take/'] button").click()
    desk.page.wait_for_url("**done=taken")


def test_from_the_list_to_the_member_in_two_nets_registered_at_home_found_by_the_unit(
    desk: Any, stage: dict[str, Any], site: str
) -> None:
    who, folder = stage["who"], stage["folder"]
    county = desk(stage["tokens"]["county_dispatcher"])
    send(county, folder / "units.xlsx", "unit")
    assert run("select count(*) from workforce_member") == [(60,)]
    head = desk(stage["tokens"]["community_head"])
    send(head, folder / "volunteers.xlsx", "volunteer")
    assert run("select count(*) from workforce_member") == [(60,)], "the volunteer was known already"
    head.go("/workforce/nets/411621001001/")
    head.check("nets")
    address = head.page.locator("code").last.inner_text()
    phone = desk("", size="phone")
    phone.go(address.removeprefix(site))
    phone.check("report")
    phone.page.fill("#id_name", who["name"])
    phone.page.fill("#id_phone", "154 0000 0000")
    phone.page.click("button[type=submit]")
    phone.page.wait_for_selector("#error-summary")
    phone.page.fill("#id_phone", who["phone"])
    phone.page.click("button[type=submit]")
    phone.page.wait_for_selector("text=您已在")
    assert run("select via, path from workforce_registration where ended_at is null") == [("code", HOME)]
    unit = run("select o.id, o.path from workforce_organisation o where o.name = %s and exists (select 1 from workforce_membership s "
               "where s.organisation_id = o.id)", who["unit"])[0]  # fmt: skip
    from lianfang.base.access.services import create_account, create_grant, open_session

    account = create_account(username="unit-officer", name="单位联络员", password="only-for-tests")
    grant = create_grant(account_id=account, role="sending_unit_officer", path="")
    run("update access_grant set unit = %s, scope = 'organisation' where id = %s", lineage_of(unit[0]), grant)
    officer = desk(open_session(account))
    officer.go("/workforce/members/")
    officer.page.fill("#name", who["name"])
    officer.page.locator("form[method=post] button", has_text="查找").click()
    officer.page.locator(f"tbody a:has-text('{who['name']}')").first.click()
    officer.page.wait_for_url("**/workforce/members/*/")
    officer.check("member")
    text = officer.page.inner_text("main")
    assert who["unit"] in text and "志愿网" in text and "党建网" in text and "扫码" in text
    officer.page.locator("form[action$='/call/'] button").click()
    assert who["phone"] in officer.page.inner_text("main")
    assert run("select count(*) from vault_look where fields = 'member:phone'") == [(1,)]


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_pages_look_right(desk: Any, stage: dict[str, Any], language: str, size: str) -> None:
    member = run("select member_id from workforce_membership group by member_id order by count(*) desc limit 1")[0][0]
    unit = run(
        "select organisation_id from workforce_membership group by organisation_id order by count(*) desc limit 1"
    )[0][0]
    for role, pages in (
        ("county_dispatcher", ("/workforce/", f"/workforce/units/{unit}/", "/workforce/units/new/", "/workforce/members/",
                               f"/workforce/members/{member}/", f"/workforce/members/{member}/edit/", f"/workforce/units/{unit}/new/")),
        ("community_head", ("/workforce/nets/411621001001/", "/workforce/teams/new/", "/workforce/import/", f"/workforce/members/{member}/hours/")),
    ):  # fmt: skip
        opened = desk(stage["tokens"][role], language, size)
        for at in pages:
            opened.go(at)
            opened.check(at.strip("/").replace("/", "-"))
