"""Rounds and first pages in Chromium: drill-down, keyboard, the story of a pool, the printed list, the visit form."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pytest
import xlsxwriter
from django.db import connections, transaction

from lianfang.domain.rounds.posting import make_fact, submit
from lianfang.domain.rounds.services import close_round, open_round
from lianfang.kernel.ids import format_code
from tests.journeys.desk_server import Desk, desks, served
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, build_world, fold

pytestmark = pytest.mark.browser
EVERY_SIZE = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]
BUILDING = HOME + "0001"
PEOPLE = 90
"""People of a building: enough for a printed list of three pages."""
TABS = 90
"""How often Tab is pressed before a test gives up."""


@dataclass
class Town:
    """A world with an open testing round, a closed one, a screening, a grid."""

    world: World
    testing: int
    closed: int
    screening: int
    other: str = ""
    """Code of a township that no round reaches."""

    def act(self, role: str, path: str, kind: str, *payloads: dict[str, Any]) -> None:
        """Send facts through the door in somebody's name."""
        with transaction.atomic():
            actor = self.world.enter(role, path)
        judged = submit(actor, [make_fact(kind, HOME, {"round": self.testing, **payload}) for payload in payloads])
        assert [fact.refusal for fact in judged] == [None] * len(payloads)
        fold()

    def tube(self, number: int, *at: int) -> None:
        """A filled tube with the swabs of these people of the first community."""
        people = [self.world.people[HOME][one].code for one in at]
        self.act("sampler", COUNTY, "rounds.tube_filled/1", {"tube": format_code(number), "people": people})


@pytest.fixture(scope="module")
def town(database: Any) -> Town:
    """Two communities of a township, rounds over them, some people sampled."""
    world = build_world(homes=(HOME, NEXT), buildings=2, per_building=PEOPLE)
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        closed = open_round(actor=actor, incident_id=world.incident, name="上一轮", path=TOWN, stop_rule=3).id
        close_round(actor=actor, round_id=closed)
        testing = open_round(
            actor=actor, incident_id=world.incident, name="第二轮区域核酸检测", path=TOWN, stop_rule=3
        ).id
        screening = open_round(actor=actor, incident_id=world.incident, name="入户摸排", path=HOME, kind="screening").id
    made = Town(world, testing, closed, screening)
    made.tube(1, *range(10, 20))
    made.tube(2, *range(20, 30))
    away = {"person": world.people[HOME][31].code, "reason": "away"}
    made.act("community_clerk", HOME, "rounds.not_sampled/1", away)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select code from areas_area where parent_path = %s and path <> %s order by path limit 1", [COUNTY, TOWN]
        )
        made.other = cursor.fetchone()[0]
        cursor.execute(
            "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, 'G1', '一号网格', current_date)",
            [HOME],
        )
        cursor.execute(
            "insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
            "select 1, 'community', id, path, current_date from areas_building where path = %s",
            [BUILDING],
        )
        cursor.execute("update residents_presence set grid_id = 1 where starts_with(path, %s)", [BUILDING])
    return made


@pytest.fixture(scope="module")
def site(town: Town) -> Iterator[str]:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.fixture
def desk(browser: Any, site: str) -> Iterator[Callable[..., Desk]]:
    """Desks of signed-in people; maps are only drawn where a test asks, WebGL in software takes seconds."""
    with desks(browser, site) as open_desk:

        def opened(token: str, language: str = "zh", size: str = "desk", *, maps: bool = False, **options: Any) -> Desk:
            made = open_desk(token, language, size, **options)
            if not maps:
                empty = {"body": "", "content_type": "text/javascript"}
                made.page.context.route("**/js/map.js", lambda route: route.fulfill(**empty))
            return made

        yield opened


def follow(at: Desk, selector: str, what: str) -> None:
    """Click and check the page that opens."""
    at.page.click(selector)
    at.check(what)


@pytest.mark.row("D1")
@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_from_the_county_down_to_a_door(desk: Any, town: Town, language: str, size: str) -> None:
    county = desk(town.world.token("county_dispatcher", COUNTY), language, size)
    county.go("/")
    county.check("county")
    assert "20 / 360" in county.page.inner_text("[data-map-table]")
    follow(county, f"[data-map-table] a[href$='/areas/{TOWN}000/']", "township")
    follow(county, f"[data-map-table] a[href$='/areas/{HOME}/']", "community")
    follow(county, f"a[href='/rounds/{town.testing}/{HOME}/missing/']", "missing-masked")
    assert "住户" not in county.page.inner_text("main")
    clerk = desk(town.world.token("community_clerk", HOME), language, size)
    for name, address in (
        ("community-home", f"/areas/{HOME}/"), ("rounds", "/rounds/"), ("round-area", f"/rounds/{town.testing}/{HOME}/"),
        ("missing", f"/rounds/{town.testing}/{HOME}/missing/"), ("missing-building", f"/rounds/{town.testing}/{BUILDING}/missing/"),
        ("print", f"/rounds/{town.testing}/{BUILDING}/missing/print/"), ("sheets", f"/rounds/{town.testing}/{BUILDING}/sheets/"),
        ("closed", f"/rounds/{town.closed}/{HOME}/"), ("worklist", "/worklist/"),
    ):  # fmt: skip
        clerk.go(address)
        clerk.check(name)
    assert clerk.trouble + county.trouble == []


@pytest.mark.row("D1")
@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_states_of_the_pages(desk: Any, town: Town, language: str, size: str) -> None:
    county = desk(town.world.token("county_dispatcher", COUNTY), language, size)
    for name, address in (
        ("no-round", f"/areas/{town.other}/"), ("out-of-scope", f"/rounds/{town.testing}/{town.other}/"), ("new", "/rounds/new/"),
        ("round-county", f"/rounds/{town.testing}/{COUNTY}000000/"), ("screening", f"/rounds/{town.screening}/{HOME}/"),
    ):  # fmt: skip
        county.go(address)
        county.check(name)
    county.go("/rounds/new/")
    county.page.click("main button.main")
    county.page.wait_for_selector("#error-summary")
    county.check("new-wrong")
    lab = desk(town.world.token("laboratory", ""), language, size)
    for name, address in (("lab-home", "/"), ("results", "/rounds/results/")):
        lab.go(address)
        lab.check(name)
    worker = desk(town.world.token("grid_worker", HOME, grids=[1]), language, size)
    for name, address in (("grid-home", "/"), ("grid-missing", f"/rounds/{town.testing}/{HOME}/missing/")):
        worker.go(address)
        worker.check(name)
    nobody = desk(town.world.token("grid_worker", NEXT, grids=[99]), language, size)
    nobody.go("/")
    nobody.check("grid-empty")
    expected = [line for line in county.trouble if "422" not in line]
    assert expected + lab.trouble + worker.trouble + nobody.trouble == []


@pytest.mark.row("D1")
def test_the_county_map_is_drawn(desk: Any, town: Town) -> None:
    county = desk(town.world.token("county_dispatcher", COUNTY), "zh", "desk", maps=True)
    page = county.go("/")
    names = page.locator("#progress .tiles a").all_inner_texts()
    rows = page.locator("[data-map-table] tbody th").all_inner_texts()
    assert names == rows
    assert len(names) == 16  # no outlines are loaded: every township has a tile, in the order of the table
    county.check("county-map")
    assert county.trouble == []


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the focus is on a link whose address ends so."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(end) => (document.activeElement.getAttribute('href') || '').endsWith(end)", wanted):
            return
    raise AssertionError(f"{wanted} was not reached with {TABS} presses of Tab")


@pytest.mark.row("D1")
def test_the_clerk_finds_a_missing_person_by_keyboard_alone(desk: Any, town: Town) -> None:
    clerk = desk(town.world.token("community_clerk", HOME))
    page = clerk.go("/")
    tab_to(page, f"/rounds/{town.testing}/{BUILDING}/missing/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/missing/")
    person = town.world.people[HOME][31]
    tab_to(page, f"#door-{person.path}")
    page.keyboard.press("Enter")
    page.wait_for_url("**#door-*")
    assert person.name in page.inner_text("main")
    shown = page.evaluate("() => document.querySelector(':target').innerText")
    assert "住户" in shown
    assert page.evaluate("() => document.querySelector(':target').getBoundingClientRect().top < innerHeight")
    assert clerk.trouble == []


def results_file(rows: list[tuple[int, str]]) -> dict[str, Any]:
    """A laboratory's table as the browser uploads it."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("采样管", "结果", "检测时间"))
        for at, (number, word) in enumerate(rows, 1):
            sheet.write_row(at, 0, (format_code(number), word, "2022-03-21 14:05"))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "结果.xlsx", "mimeType": kind, "buffer": out.getvalue()}


def report(lab: Desk, town: Town, rows: list[tuple[int, str]]) -> Any:
    """Upload results in the browser."""
    page = lab.go("/rounds/results/")
    page.select_option("select[name=round]", str(town.testing))
    page.set_input_files("input[type=file]", results_file(rows))
    page.click("main button.main")
    page.wait_for_selector("#verdict-title")
    fold()
    return page


@pytest.mark.row("D1")
def test_a_positive_pool_from_result_to_release(desk: Any, town: Town) -> None:
    lab, clerk = desk(town.world.token("laboratory", "")), desk(town.world.token("community_clerk", HOME))
    page = report(lab, town, [(1, "阳性"), (2, "阴性"), (7777, "阴性")])
    lab.check("results-left")
    assert format_code(7777) in page.inner_text("main")
    assert "住户" not in page.inner_text("main")
    page = clerk.go("/")
    page.click("a[href*='/tubes/']")
    clerk.check("pool-isolated")
    assert page.locator(".badge.act", has_text="已隔离，待单采复核").count() == 10
    for at in range(10, 20):
        town.tube(100 + at, at)
    report(lab, town, [(100 + at, "阳性" if at == 13 else "阴性") for at in range(10, 20)])
    lab.check("results-whole")
    page.reload()
    clerk.check("pool-settled")
    assert page.locator("main .badge.good", has_text="已解除").count() >= 8
    assert "逐人单采复核" in page.inner_text("main")
    county = desk(town.world.token("county_dispatcher", COUNTY))
    page = county.go(f"/rounds/{town.testing}/{HOME}/")
    assert "解除8，密接继续隔离1，阳性1" in page.inner_text("main")  # one lives with the positive person
    assert lab.trouble + clerk.trouble + county.trouble == []


@pytest.mark.row("D1")
def test_the_printed_list_has_everybody_and_repeats_its_heads(desk: Any, town: Town) -> None:
    clerk = desk(town.world.token("community_clerk", HOME))
    page = clerk.go(f"/rounds/{town.testing}/{HOME}/missing/print/")
    document = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    assert len(pages) >= 4
    lists = [text for text in pages if "住户" in text]
    assert all("户室" in text and "编号" in text and "第二轮区域核酸检测" in text for text in lists)
    whole = "\n".join(pages)
    missing = [person for at, person in enumerate(town.world.people[HOME]) if not 10 <= at < 30]
    assert all(person.name in whole for person in missing)
    assert not any(town.world.people[HOME][at].name in whole for at in range(10, 30))
    assert "用后销毁" in whole
    assert clerk.trouble == []


@pytest.mark.row("D3")
@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_a_visit_is_recorded_by_form(desk: Any, town: Town, language: str, size: str) -> None:
    worker = desk(town.world.token("grid_worker", HOME, grids=[1]), language, size)
    page = worker.go(f"/rounds/{town.screening}/{BUILDING}/missing/")
    worker.check("homes")
    link = page.locator(".tasks a").first
    home = link.get_attribute("href")
    link.click()
    worker.check("visit")
    page.select_option("select[name=outcome]", "answered")
    page.click("main button.main")
    page.wait_for_selector("#error-summary")
    worker.check("visit-wrong")
    page.fill("input[name=home_people_present]", "2")
    page.select_option("select[name=home_arrived_recently]", "no")
    for number in (0, 1):
        page.select_option(f"select[name=person{number}_place_contact]", "none")
    page.click("main button.main")
    page.wait_for_url("**/missing/")
    worker.check("homes-after")
    assert page.locator(f".tasks a[href='{home}']").count() == 0
    assert [line for line in worker.trouble if "422" not in line] == []
