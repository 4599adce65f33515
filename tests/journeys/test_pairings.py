"""Pairings in Chromium: a county head pairs, sees what lacks, completes, hands over, somebody leaves, the orphan is closed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections

from lianfang.domain.pairings.services import sweep, today
from tests.domain.pairings.world import COUNTY, HERE, TOWN, County, build_county
from tests.domain.residents.offices import owner
from tests.journeys.desk_server import served
from tests.support.world import _settle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.row("A4"),
    pytest.mark.row("B4"),
    pytest.mark.row("B5"),
    pytest.mark.row("B6"),
]
SIZES = [("zh", "desk"), ("en", "phone"), ("zh", "phone"), ("en", "desk")]
NEXT = "411621001002"


@pytest.fixture(scope="module")
def county(database: object) -> dict[str, Any]:
    """A county with units, members, residents and an open incident, and the sessions of its desks."""
    from lianfang.base.access.api import create_account, create_grant, open_session
    from lianfang.base.vault.api import keystore

    found: County = build_county(30)
    found.incident = int(owner(
        "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
        "values ('2022年3月疫情', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id", COUNTY,
    )[0][0])  # fmt: skip
    keystore().make(f"incident-{found.incident}")
    people = _settle(NEXT, 1, 12)
    tokens = {}
    for name, role, path in (
        ("county", "county_dispatcher", COUNTY), ("town", "township_dispatcher", TOWN), ("head", "community_head", NEXT),
    ):  # fmt: skip
        account = create_account(username=f"pair-{name}", name="演练员", password="only-for-tests")
        create_grant(account_id=account, role=role, path=path)
        tokens[name] = open_session(account)
    sweep()
    owner("select metrics_fold()")
    return {"tokens": tokens, "county": found, "people": people}


@pytest.fixture(scope="module")
def site(county: dict[str, Any]) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def fold() -> None:
    """What the steward does."""
    connections["owner"].close()
    sweep()
    owner("select metrics_fold()")


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_from_nobody_to_complete_to_a_handover_to_an_orphan_and_back(
    desk: Any, county: dict[str, Any], language: str, size: str
) -> None:
    found: County = county["county"]
    turn = SIZES.index((language, size))
    lead, successor, later = found.members[turn * 4 : turn * 4 + 3]
    head = desk(county["tokens"]["county"], language, size)
    page = head.go(f"/pairings/area/{COUNTY}000000/")
    head.check("pairings-county")
    page.click(f"a[href$='/pairings/orphans/{TOWN}000/?kind=community']")
    head.check("pairings-orphans")
    page.click("ul.tasks li:nth-child(1) a")
    head.check("pairings-templates")
    page.click("a[href*='template=community_2020']")
    head.check("pairings-new")
    assert page.locator("input[name=tick]:checked").count() == 1
    page.fill("#id_until_on", "2020-01-01")
    page.click("form#form button.main")
    page.wait_for_selector("#error-summary")
    head.check("pairings-new-wrong")
    page.fill("#id_until_on", "")
    page.select_option("#id_unit", label="县住建局")
    page.click("form#form button.main")
    page.wait_for_selector("#lacks-title")
    head.check("pairing-lacks")
    address = page.url
    number = int(address.rstrip("/").split("/")[-1])
    assert page.locator("ul.tasks li").count() == 5
    fill_everything(head, page, address, found, lead, later)
    page.goto(address)
    page.wait_for_selector(".note.good")
    head.check("pairing-complete")
    page.click("#item-division_leader a[href*='/handover/']")
    page.select_option("#id_member", str(successor))
    page.fill("#id_note", "周三下午社区例会，钥匙在门卫")
    head.check("pairing-handover")
    page.click("form#form button.main")
    page.wait_for_selector("#story-title")
    assert "钥匙在门卫" in page.content()
    head.check("pairing-handed")
    for one in (successor, later):
        owner("update workforce_member set left_on = %s where id = %s", today(), one)
    owner("update pairings_part set ended_on = current_date, ended_why = 'released' where pairing_id = %s and ended_on is null "
          "and kind in ('unit', 'group')", number)  # fmt: skip
    owner("select pairings_settle(array[%s::bigint])", number)
    fold()
    town = desk(county["tokens"]["town"], language, size)
    page = town.go("/worklist/")
    page.click(f"a[href='/pairings/{number}/']")
    page.wait_for_selector("#lacks-title")
    town.check("pairing-open")
    head.go(f"/pairings/{number}/fill/division_leader/?unit={found.bureau}").select_option("#id_member", str(lead))
    head.page.click("form#form button.main")
    head.page.wait_for_selector("#items-title")
    assert town.go("/worklist/").locator(f"a[href='/pairings/{number}/']").count() == 0
    assert [line for line in (*head.trouble, *town.trouble) if "422" not in line] == []


def fill_everything(head: Any, page: Any, address: str, found: County, lead: int, second: int) -> None:
    """Every item through its form: two leads, a team, a plan, a ledger."""
    for item, member in (("division_leader", lead), ("section_leader", second)):
        page.goto(f"{address}fill/{item}/?unit={found.bureau}")
        page.select_option("#id_member", str(member))
        if item == "division_leader":
            head.check("pairing-fill-person")
        page.click("form#form button.main")
        page.wait_for_selector("#items-title")
    page.goto(f"{address}fill/team/")
    page.select_option("#id_unit", str(found.bureau))
    page.click("form#form button.main")
    page.wait_for_selector("#items-title")
    for item, title in (("plan", "社区防控方案"), ("ledger", "包联工作台账")):
        page.goto(f"{address}fill/{item}/")
        page.fill("#id_title", title)
        page.fill("#id_where", "社区二楼")
        head.check("pairing-fill-paper")
        page.click("form#form button.main")
        page.wait_for_selector("#items-title")


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_ten_households_and_a_person_with_a_card(desk: Any, county: dict[str, Any], language: str, size: str) -> None:
    head = desk(county["tokens"]["head"], language, size)
    first = size == "desk"
    page = head.go(f"/pairings/new/{NEXT}/?template=ten_households&building={NEXT}0001")
    head.check("pairings-homes")
    boxes = page.locator("input[name=tick]:enabled")
    for at in range(3):
        boxes.nth(at).check()
    page.click("form#form button.main")
    page.wait_for_selector("#pairings-title")
    head.check("pairings-community")
    person = county["people"][0 if first else 1]
    page = head.go(f"/pairings/new/{NEXT}/?template=one_to_one")
    page.fill("#id_resident", person.code)
    page.click("form#form button.main")
    page.wait_for_selector("#lacks-title")
    assert person.name in page.content()
    head.check("pairing-person")
    page.click("a[href$='/card/']")
    page.wait_for_selector("svg.flow")
    head.check("pairing-card")
    assert [line for line in head.trouble if "422" not in line] == []


def test_compounds_and_firms_and_the_list(desk: Any, county: dict[str, Any]) -> None:
    """An office takes the nights of both compounds; a firm gets a captain; the ledger and the list show it."""
    head = desk(county["tokens"]["county"], "zh", "desk")
    page = head.go(f"/pairings/new/{HERE}/?template=compound_duty&share=nights")
    for box in page.locator("input[name=tick]").all():
        box.check()
    page.select_option("#id_unit", label="县住建局")
    head.check("pairings-compounds")
    page.click("form#form button.main")
    page.wait_for_selector("#pairings-title, #orphans-title, .figures")
    page = head.go(f"/pairings/area/{HERE}/?kind=compound")
    assert page.locator("tr[id^=pairing-]").count() == 2
    head.check("pairings-community-compounds")
    page = head.go(f"/pairings/new/{HERE}/?template=enterprise_captain&tick=enterprise:{HERE}:{county['county'].firm}")
    page.click("form#form button.main")
    page.wait_for_selector("#lacks-title")
    page = head.go(f"/pairings/list/{COUNTY}000000/?state=incomplete")
    head.check("pairings-list")
    assert page.locator("tr[id^=pairing-]").count() >= 2
    page = head.go("/pairings/import/")
    head.check("pairings-import")
    with page.expect_download() as download:
        page.goto(head.site + f"/pairings/area/{COUNTY}000000/")
        page.click("a[href*='/pairings/file/']")
    assert download.value.suggested_filename.endswith(".xlsx")
    assert head.trouble == []
