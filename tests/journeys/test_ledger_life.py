"""The ledger's life in Chromium: a death and its undo, a newborn, a transfer from a row of an import to both sides' yes,
and a building confirmed door by door; both languages, phone and desk."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from tests.domain.residents import rosters
from tests.domain.residents.offices import figures, owner
from tests.journeys.desk_server import served

pytestmark = [pytest.mark.browser, pytest.mark.row("C1")]
HERE, THERE = "411621001001", "411621001002"
SIZES = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]


@pytest.fixture(scope="module")
def offices(database: object, tmp_path_factory: Any) -> dict[str, Any]:
    """Two communities with people, their clerks and heads, a grid worker; a table of the second names somebody of the first."""
    from lianfang.base.access.services import create_account, create_grant, open_session
    from lianfang.base.areas.api import load_divisions, shipped_divisions
    from lianfang.domain.residents.api import import_residents
    from tests.domain.residents.offices import office

    load_divisions(shipped_divisions("fugou"), edition=2020)
    folder: Path = tmp_path_factory.mktemp("rosters")
    here, there = office(HERE), office(THERE)
    import_residents(
        actor=here,
        path_to_file=rosters.write(folder / "a.xlsx", [rosters.person(n) for n in range(16)]),
        area_path=HERE,
    )
    rows = [rosters.person(n) for n in range(4000, 4004)]
    import_residents(actor=there, path_to_file=rosters.write(folder / "b.xlsx", rows), area_path=THERE)
    report = import_residents(
        actor=there, path_to_file=rosters.write(folder / "c.xlsx", [rosters.person(2, building=rows[0]["building"], door="777"), *rows]),
        area_path=THERE,
    )  # fmt: skip
    owner(
        "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '1', '一网格', '2020-01-01')",
        HERE,
    )
    grid = owner("select id from areas_grid")[0][0]
    owner("insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
          "select %s, 'community', id, path, '2020-01-01' from areas_building where path like %s", grid, HERE + "%")  # fmt: skip
    owner("update residents_person set confirmed_on = '2020-01-01'")
    tokens = {}
    for name, role, path, grids in (
        ("clerk", "community_clerk", HERE, None), ("head", "community_head", HERE, None), ("other", "community_head", THERE, None),
        ("worker", "grid_worker", HERE, [grid]),
    ):  # fmt: skip
        account = create_account(username=f"life-{name}", name="演练员", password="only-for-tests")
        create_grant(account_id=account, role=role, path=path, grids=grids)
        tokens[name] = open_session(account)
    return {"tokens": tokens, "file": report.file_id}


@pytest.fixture(scope="module")
def site(offices: dict[str, Any]) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def present() -> int:
    connections["owner"].close()
    return figures(HERE)["residents.present"]


def code_of(person: int) -> str:
    from lianfang.kernel.ids import format_code

    return format_code(owner("select code from residents_person where id = %s", person)[0][0])


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_death_and_its_undo(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    clerk = desk(offices["tokens"]["clerk"], language, size)
    before = present()
    page = clerk.go(f"/residents/person/{code_of(1)}/")
    clerk.check("life-person")
    page.click("a[href$='/change/']")
    clerk.check("life-choose")
    page.click("a[href$='what=died']")
    page.fill("#id_reason", "")
    page.click("form[action$='/change/'] button[type=submit]")
    page.wait_for_selector("#error-summary")
    clerk.check("life-died-wrong")
    page.fill("#id_reason", "家属来报")
    page.click("form[action$='/change/'] button[type=submit]")
    page.wait_for_selector("#changes-title")
    clerk.check("life-history")
    assert present() == before - 1
    page.click("tbody tr:first-child form[action$='/undo/'] button")
    page.wait_for_selector("tbody tr:first-child .badge.unknown")
    assert present() == before
    assert [line for line in clerk.trouble if "422" not in line] == []


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_a_newborn_and_its_twin(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    clerk = desk(offices["tokens"]["clerk"], language, size)
    before = present()
    door = "101" if size == "desk" else "102"
    for another in (False, True):
        page = clerk.go(f"/residents/new/{HERE}/")
        clerk.check("life-new")
        page.select_option("#id_what", "born")
        page.fill("#id_entrance", "1单元")
        page.fill("#id_door", door)
        page.fill("#id_name", "王小宝")
        page.fill("#id_birth", "2022-03-20")
        page.select_option("#id_sex", "1")
        page.fill("#id_reason", "出生证明")
        page.click("form button.main.large")
        if another:
            page.wait_for_selector("#error-summary")
            clerk.check("life-twin")
            page.check("#id_another")
            page.click("form button.main.large")
        page.wait_for_selector("#known-title")
    assert present() == before + 2
    assert [line for line in clerk.trouble if "422" not in line] == []


def test_a_transfer_from_an_import_to_both_sides_yes(desk: Any, offices: dict[str, Any]) -> None:
    """The receiving office asks from the row of its table; neither learns the other's place until both have said yes."""
    other, head = desk(offices["tokens"]["other"], "zh", "desk"), desk(offices["tokens"]["head"], "en", "phone")
    name = rosters.person(2)["name"]
    page = other.go(f"/residents/import/{offices['file']}/?verdict=needs_person")
    other.check("life-import-row")
    page.click("a[href*='/transfers/ask/']")
    assert page.input_value("#id_name") == name
    page.fill("#id_reason", "搬来与女儿同住")
    other.check("life-ask")
    page.click("form button.main.large")
    page.wait_for_selector("#one-title")
    other.check("life-transfer-in")
    assert "城关" not in page.inner_text("main")
    theirs = head.go("/worklist/")
    theirs.click("a[href*='/transfers/']")
    head.check("life-transfer-out")
    assert name in theirs.inner_text("main")
    theirs.click("form[action$='/accept/'] button")
    theirs.wait_for_selector(".badge.good")
    head.check("life-transfer-done")
    head.go("/residents/transfers/")
    head.check("life-transfers")
    page.reload()
    page.click("a[href*='/residents/person/']")
    other.check("life-person-moved")
    assert name in page.inner_text("h1")
    assert [*other.trouble, *head.trouble] == []


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_building_confirmed_door_by_door(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    owner("update residents_person set confirmed_on = '2020-01-01', confirmed_by = null")
    owner("delete from worklist_item where what = 'confirm'")
    clerk, worker = desk(offices["tokens"]["clerk"], language, size), desk(offices["tokens"]["worker"], language, size)
    clerk.go(f"/residents/confirm/{HERE}/")
    clerk.check("life-confirm-area")
    clerk.page.click("form[action*='/review/'] button")
    clerk.page.wait_for_selector(".banner.good")
    page = worker.go("/worklist/")
    page.click("a[href*='/confirm/']")
    worker.check("life-confirm")
    doors = page.locator("form[action$='/yes/']").count()
    assert doors >= 3
    for _ in range(doors):
        page.click("section:has(.badge.watch) form[action$='/yes/'] button >> nth=0")
        page.wait_for_load_state("load")
    page.wait_for_selector("main .banner.good")
    worker.check("life-confirmed")
    page.click("main section.doorstep details summary >> nth=0")
    page.click("form[action$='/doubt/'] button >> nth=0")
    page.wait_for_selector("main .banner.good")
    connections["owner"].close()
    assert owner(
        "select count(*) from worklist_item where what = 'confirm' and done_at is null and path like %s", HERE + "%"
    ) == [(0,)]
    assert owner("select count(*) from worklist_item where what = 'doubt_moved_out' and done_at is null")[0][0] >= 1
    assert [*clerk.trouble, *worker.trouble] == []


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_the_countys_pages(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    """A large list asked for, and a community whose code ended led to its successor."""
    from lianfang.base.access.services import open_session
    from lianfang.base.areas.services import close_area
    from tests.domain.residents.offices import office

    ended = "411621001003" if size == "desk" else "411621001004"
    owner("insert into areas_building (path, name) values (%s, '1号楼') on conflict do nothing", ended + "0001")
    close_area(path=ended, into=[(THERE, "")], on=date(2022, 4, 1), decided_by="x")
    county = desk(open_session(office("411621", "county_dispatcher").account_id), language, size)
    page = county.go("/residents/area/411621000000/")
    page.click("a[href$='/exports/']")
    page.click("form[action$='/ask/'] button")
    page.wait_for_selector("main .banner.good")
    county.check("county-lists")
    county.go("/residents/codes/")
    county.check("county-codes")
    page.click(f"section:has(input[value='{ended}']) button.main")
    page.wait_for_selector("main .banner.good")
    connections["owner"].close()
    assert owner("select count(*) from areas_building where path like %s", ended + "%") == [(0,)]
    assert county.trouble == []
