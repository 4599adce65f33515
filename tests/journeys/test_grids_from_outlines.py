"""From a cadastral plan to grids in Chromium: a DXF is sent, fitted and taken, buildings are moved on the map by mouse and by
keyboard, and a grid worker sees where they stand; both languages, phone and desk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.areas.api import load_divisions, shipped_divisions
from tests.domain.residents.offices import acting, owner
from tests.exchange.outlines import plans
from tests.journeys.desk_server import served

pytestmark = [pytest.mark.browser, pytest.mark.row("A5"), pytest.mark.row("A4")]
TOWN, HERE, THERE, EMPTY = "411621001", "411621001001", "411621001002", "411621001003"
SIZES = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]
CORNERS = [(0, 0), (256, 0), (256, 172), (0, 172)]


@pytest.fixture(scope="module")
def offices(database: object, tmp_path_factory: Any) -> dict[str, Any]:
    """A head, a township dispatcher and a grid worker; two communities whose houses are known by outline, one by number only."""
    from lianfang.base.access.services import create_account, create_grant, open_session
    from lianfang.base.areas.api import NewBuilding, add_buildings, draw_grid
    from tests.domain.plans.test_grids import load
    from tests.domain.residents.offices import office

    load_divisions(shipped_divisions("fugou"), edition=2020)
    folder: Path = tmp_path_factory.mktemp("plans")
    (folder / "地籍图.dxf").write_bytes(plans.dxf(plans.houses(7, 5), extra=_more))
    (folder / "卫星.geojson").write_bytes(plans.collection([plans.feature(house) for house in plans.houses(3, 2)]))
    (folder / "图.dwg").write_bytes(b"AC1032\x00\x00")
    head = office(THERE, "community_head")
    shapes = [plans.feature(house, households=60, community=THERE) for house in plans.houses(5, 4)]
    load(head, shapes, THERE)
    from datetime import date

    from lianfang.base.areas.api import buildings

    with acting(head):
        held = [one.path for one in buildings(THERE)]
        grid = draw_grid(community=THERE, code="01", name="第1网格", buildings=held[:10], on=date(2022, 1, 1))
        draw_grid(community=THERE, code="02", name="第2网格", buildings=held[10:18], on=date(2022, 1, 1))
        draw_grid(community=THERE, code="P1", name="第一党小组", buildings=held, on=date(2022, 1, 1), net="party")
    with acting(office(EMPTY, "community_head")):
        add_buildings([NewBuilding(EMPTY, "一院", f"{n}号楼", floors=6, entrances=3) for n in range(1, 25)])
    tokens = {}
    for name, role, path, grids in (
        ("clerk", "community_clerk", HERE, None), ("head", "community_head", THERE, None), ("rural", "community_head", EMPTY, None),
        ("township", "township_dispatcher", TOWN, None), ("worker", "grid_worker", THERE, [grid]),
    ):  # fmt: skip
        account = create_account(username=f"grids-{name}", name="演练员", password="only-for-tests")
        create_grant(account_id=account, role=role, path=path, grids=grids)
        tokens[name] = open_session(account)
    return {"tokens": tokens, "folder": folder, "grid": grid, "held": held}


def _more(document: Any, space: Any) -> None:
    """A wall, a road, an open outline, one that crosses itself, one without a name, two of one name."""
    space.add_line((-10, 70), (290, 70), dxfattribs={"layer": "SXSS"})
    space.add_lwpolyline([(300, 0), (320, 0), (320, 12)], dxfattribs={"layer": "JMD"})
    space.add_lwpolyline([(340, 0), (360, 12), (360, 0), (340, 12)], close=True, dxfattribs={"layer": "JMD"})
    space.add_lwpolyline([(380, 0), (400, 0), (400, 12), (380, 12)], close=True, dxfattribs={"layer": "JMD"})


@pytest.fixture(scope="module")
def site(offices: dict[str, Any]) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_cadastral_plan_is_sent_fitted_taken_and_taken_back(
    desk: Any, offices: dict[str, Any], language: str, size: str
) -> None:
    clerk = desk(offices["tokens"]["clerk"], language, size)
    page = clerk.go("/grids/outlines/")
    clerk.check("outlines")
    page.set_input_files("#id_file", offices["folder"] / "图.dwg")
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("#error-summary")
    assert "DXF" in page.inner_text("#error-summary")
    page.set_input_files("#id_file", offices["folder"] / "地籍图.dxf")
    page.click("form[enctype] button[type=submit]")
    page.wait_for_selector("#layers-title")
    clerk.check("outline-look")
    page.click("form[action$='/stage/'] button.main")  # a local grid lies nowhere yet
    page.wait_for_selector("#error-summary")
    page.check("input[name=frame][value=points]")
    for n, (x, y) in enumerate(CORNERS, start=1):
        longitude, latitude = plans.degrees(x, y)
        slip = 3 * plans.METRE_NORTH if n == 4 else 0.0
        for name, value in (("x", x), ("y", y), ("lon", longitude), ("lat", latitude + slip)):
            page.fill(f"input[name={name}{n}]", f"{value}")
    page.click("form[action$='/stage/'] button.main")
    page.wait_for_selector("#sum-title")
    clerk.check("outline-verdicts")
    told = page.inner_text("main")
    assert "JMD" in told  # the open outline, the crossing one and the one without a name are said by layer
    assert " m" in told
    page.fill("form.decide input[name=name]", "门卫室")
    page.click("form.decide button >> nth=0")
    page.wait_for_selector(".banner.good")
    page.click("form[action$='/take/'] button")
    page.wait_for_selector(".banner.good")
    clerk.check("outline-taken")
    assert owner("select count(*) from areas_outline where path like %s", HERE + "%") == [(36,)]
    page.click("details:has(form[action$='/undo/']) summary")
    page.click("form[action$='/undo/'] button")
    page.wait_for_selector(".banner.good")
    assert owner("select count(*) from areas_building where path like %s", HERE + "%") == [(0,)]
    assert [line for line in clerk.trouble if "422" not in line] == []


def test_a_satellite_plan_without_scripts(browser: Any, site: str, desk: Any, offices: dict[str, Any]) -> None:
    clerk = desk(offices["tokens"]["clerk"], "en", "phone", java_script_enabled=False)
    page = clerk.go("/grids/outlines/")
    page.set_input_files("#id_file", offices["folder"] / "卫星.geojson")
    page.click("form[enctype] button[type=submit]")
    assert page.is_checked("input[name=frame][value=wgs84]")  # degrees tell themselves
    page.click("form[action$='/stage/'] button.main")
    page.click("form[action$='/take/'] button")
    assert "6 outlines taken" in page.inner_text("main")
    page.click("details:has(form[action$='/undo/']) summary")
    page.click("form[action$='/undo/'] button")


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_buildings_are_moved_on_the_map(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    head = desk(offices["tokens"]["head"], language, size)
    page = head.go(f"/grids/{THERE}/map/")
    page.wait_for_function("() => document.documentElement.dataset.editor === 'ready'")
    head.check("grids-map")
    house = offices["held"][9]
    grids = page.locator("button[data-grid^='grid:']")
    before = [int(word) for word in page.locator("button[data-grid^='grid:'] [data-households]").all_inner_texts()]
    here = page.input_value(f"select[name='g-{house}']")
    other = next(key for key in (button.get_attribute("data-grid") for button in grids.all()) if key != here)
    page.locator(f"path.house[data-path='{house}']").click()
    page.locator(f"button[data-grid='{other}']").click()
    after = [int(word) for word in page.locator("button[data-grid^='grid:'] [data-households]").all_inner_texts()]
    assert sorted(abs(a - b) for a, b in zip(before, after, strict=True)) == [60, 60]
    assert page.input_value(f"select[name='g-{house}']") == other
    page.click("button[value=save]")
    page.wait_for_selector(".banner.good")
    held = owner(
        "select grid_id from areas_grid_building where path = %s and net = 'community' and to_on is null", house
    )
    assert held == [(int(other[5:]),)]
    head.check("grids-map-saved")
    assert head.trouble == []


def test_the_map_by_keyboard_alone_and_two_people_at_once(desk: Any, offices: dict[str, Any]) -> None:
    head, late = desk(offices["tokens"]["head"]), desk(offices["tokens"]["head"])
    page, slow = head.go(f"/grids/{THERE}/map/"), late.go(f"/grids/{THERE}/map/")
    for one in (page, slow):
        one.wait_for_function("() => document.documentElement.dataset.editor === 'ready'")
    house, loose = offices["held"][0], offices["held"][19]
    # The second save is sent once the first is answered: which of the two is faster must not be left to chance.
    for one, target, answer in ((page, loose, ".banner.good"), (slow, house, "#error-summary")):
        one.focus(f"select[name='g-{target}']")
        one.keyboard.press("End")  # the last choice: a new grid
        assert one.input_value(f"select[name='g-{target}']") == "new"
        one.focus("button[value=save]")
        one.keyboard.press("Enter")
        one.wait_for_selector(answer)  # somebody was faster: nothing is overwritten
    assert owner(
        "select count(*) from areas_grid where path = %s and net = 'community' and ended_on is null", THERE
    ) == [(3,)]
    assert page.locator("[data-warn]:not(:empty)").count() >= 1  # a grid of one house is said to be small
    assert [line for line in late.trouble if "422" not in line] == []


@pytest.mark.row("A6")
@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_three_nets_on_one_map(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    head = desk(offices["tokens"]["head"], language, size)
    page = head.go(f"/grids/{THERE}/map/?net=party")
    head.check("grids-map-party")
    assert page.locator("button[data-grid^='grid:']").count() == 1
    assert "第一党小组" in page.inner_text("main")
    page = head.go(f"/grids/{THERE}/map/")
    assert page.locator("tbody td", has_text="第一党小组").count() == 20


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_without_outlines_the_map_is_schematic(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    head = desk(offices["tokens"]["rural"], language, size)
    page = head.go(f"/grids/{EMPTY}/map/")
    head.check("grids-map-schematic")
    assert page.locator("path.house").count() == 24
    assert head.trouble == []


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "phone"), ("zh", "desk")])
def test_a_worker_sees_where_they_stand_and_nobody_else_hears_of_it(
    desk: Any, offices: dict[str, Any], language: str, size: str
) -> None:
    east, north = plans.degrees(12, 6)
    inside = {"longitude": east, "latitude": north, "accuracy": 8}
    worker = desk(offices["tokens"]["worker"], language, size, geolocation=inside, permissions=["geolocation"])
    page = worker.go("/grids/here/")
    worker.check("grids-here-before")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("[data-locate]")
    page.wait_for_selector(".me")
    told = page.inner_text("[data-answer]")
    assert "1号楼" in told
    assert "第1网格" in told
    assert page.locator("path.stood").count() == 1
    worker.check("grids-here")
    far = plans.degrees(12, 400)
    page.context.set_geolocation({"longitude": far[0], "latitude": far[1], "accuracy": 30})
    page.click("[data-locate]")
    page.wait_for_function("() => !document.querySelector('path.stood')")
    assert " m" in page.inner_text("[data-answer]") or "米" in page.inner_text("[data-answer]")
    # The position never leaves the browser; the tab asks for its picture when it likes.
    assert [url for url in asked if not url.endswith("/static/icons/mark.svg")] == []
    stored = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "114." not in stored
    assert worker.trouble == []


def test_no_position_says_what_to_do(desk: Any, offices: dict[str, Any]) -> None:
    worker = desk(offices["tokens"]["worker"], "zh", "phone")
    page = worker.go("/grids/here/")
    page.click("[data-locate]")
    page.wait_for_function("() => document.querySelector('[data-answer]').textContent.includes('浏览器')")
    wide = desk(offices["tokens"]["township"], "en", "desk")
    wide.go("/grids/here/")
    wide.check("grids-here-wide")


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("en", "phone")])
def test_a_plan_is_edited_on_the_map(desk: Any, offices: dict[str, Any], language: str, size: str) -> None:
    from django.db import transaction

    from lianfang.base.access.api import enter, token_digest
    from lianfang.domain.plans import services, worker
    from lianfang.domain.plans.selectors import lines_of

    with transaction.atomic():
        actor = enter(token_digest(offices["tokens"]["township"]))
        assert actor is not None
        asked = {"net": "community", "low": 300, "high": 500, "keep": "fresh"}
        number = services.propose(actor=actor, kind="grids", path=THERE, params=asked, seconds=10)
    worker.run_job(number)
    with acting(actor):
        first = lines_of(number)[0]
    township = desk(offices["tokens"]["township"], language, size)
    page = township.go(f"/grids/{THERE}/map/?plan={number}")
    page.wait_for_function("() => document.documentElement.dataset.editor === 'ready'")
    township.check("grids-map-plan")
    page.select_option(f"select[name='g-{first.path}']", "new")
    page.click("button[value=save]")
    page.wait_for_selector(".banner.good")
    with acting(actor):
        moved = lines_of(number)[0]
        assert (moved.edited, moved.pinned) == (True, True)
        assert moved.target != first.target
    assert township.trouble == []
    assert json.dumps(asked)


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_wall_is_drawn_corrected_and_the_grids_are_cut_again(
    desk: Any, offices: dict[str, Any], language: str, size: str
) -> None:
    from lianfang.domain.plans import worker

    owner("delete from areas_barrier where path = %s and file_id is null returning id", THERE)
    head = desk(offices["tokens"]["township"], language, size)
    page = head.go(f"/grids/{THERE}/barriers/")
    page.wait_for_function("() => document.documentElement.dataset.barriers === 'ready'")
    head.check("barriers-none")
    assert page.locator("#cuts-title").count() == 1
    whole = page.locator("ul.tasks .good").count()
    box = page.locator("svg.draw").bounding_box()
    page.locator("svg.draw").scroll_into_view_if_needed()
    for share in (0.03, 0.97):  # between the second and the third column of houses
        page.locator("svg.draw").click(position={"x": box["width"] * 0.419, "y": box["height"] * share})
    assert page.locator(".handle").count() == 2
    before = page.input_value("#points-new")
    page.locator(".handle").first.focus()
    page.keyboard.press("Shift+ArrowUp")
    moved = page.input_value("#points-new")
    up = float(moved.split("\n")[0].split(",")[1]) - float(before.split("\n")[0].split(",")[1])
    assert abs(up * 111_195 - 10) < 0.1, "ten metres north"
    page.click("[data-middle]")
    assert page.locator(".handle").count() == 3
    page.click("[data-undo]")
    assert page.locator(".handle").count() == 2
    page.click("#new-line button.main")
    page.wait_for_selector(".banner.good")
    head.check("barriers-drawn")
    assert owner("select kind from areas_barrier where path = %s and file_id is null", THERE) == [("wall",)]
    assert page.locator("ul.tasks .good").count() < whole, "a grid is cut"
    page.locator("tr[id^=line-] summary").first.click()
    page.locator("tr[id^=line-] select").first.select_option("river")
    page.locator("tr[id^=line-] textarea").first.fill("114.39")
    page.locator("tr[id^=line-] button[value=change]").first.click()
    page.wait_for_selector("#error-summary")
    page.locator("tr[id^=line-] summary").first.click()
    page.locator("tr[id^=line-] select").first.select_option("river")
    page.locator("tr[id^=line-] button[value=change]").first.click()
    page.wait_for_selector(".banner.good")
    assert owner("select kind from areas_barrier where path = %s and file_id is null", THERE) == [("river",)]
    page.click("form:has(input[value=recut]) button")
    page.wait_for_selector("#plan-progress")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    worker.run_job(number)
    page = head.go(f"/plans/{number}/")
    page.wait_for_selector("#rows-title")
    head.check("barriers-plan")
    assert owner("select state from plans_plan where id = %s", number) == [("proposed",)]
    moved_houses = owner("select count(*) from plans_line where plan_id = %s and reason = 'why.moved'", number)[0][0]
    assert moved_houses <= 10, "few changes"
    page = head.go(f"/grids/{THERE}/barriers/?building={offices['held'][0]}")
    page.wait_for_selector("#points-house")
    corners = page.input_value("#points-house").split("\n")
    assert len(corners) == 4
    page.fill("#points-house", "\n".join([corners[0], corners[2], corners[1], corners[3]]))
    page.click("form:has(#points-house) button.main")
    page.wait_for_selector("#error-summary")
    page.fill("#points-house", "\n".join(corners))
    page.click("form:has(#points-house) button.main")
    page.wait_for_selector(".banner.good")
    page.locator("tr[id^=line-] summary").first.click()
    page.locator("tr[id^=line-] button[value=drop]").first.click()
    page.wait_for_selector(".banner.good")
    assert owner("select count(*) from areas_barrier where path = %s and file_id is null", THERE) == [(0,)]
    assert [line for line in head.trouble if "422" not in line] == []


def test_a_wall_is_typed_without_script(browser: Any, site: str, offices: dict[str, Any]) -> None:
    from django.conf import settings

    owner("delete from areas_barrier where path = %s and file_id is null returning id", THERE)
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies([{"name": settings.SESSION_COOKIE, "value": offices["tokens"]["township"], "url": site}])
    page = context.new_page()
    page.goto(f"{site}/grids/{THERE}/barriers/")
    page.select_option("#kind-new", "road")
    page.fill("#points-new", "114.3900000, 34.0605000\n114.3930000，34.0605000")
    page.click("#new-line button.main")
    page.wait_for_selector(".banner.good")
    assert owner("select kind from areas_barrier where path = %s and file_id is null", THERE) == [("road",)]
    page.locator("tr[id^=line-] summary").first.click()
    page.locator("tr[id^=line-] button[value=drop]").first.click()
    page.wait_for_selector(".banner.good")
    assert owner("select count(*) from areas_barrier where path = %s and file_id is null", THERE) == [(0,)]
    context.close()
