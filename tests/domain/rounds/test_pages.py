"""Every page of rounds through the real routes, as the narrowest role that may open it, in both languages."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests.domain.rounds.conftest import Station
from tests.support.world import COUNTY, HOME, NEXT, TOWN, fold

CODE = HOME
COUNTY_CODE = COUNTY.ljust(12, "0")
BUILDING = HOME + "0001"


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return str(answer.content.decode())


@pytest.mark.row("D1")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_coverage_from_the_county_down(browse: Any, told: Station, language: str) -> None:
    clerk, county = browse("community_clerk", HOME, language), browse("county_dispatcher", COUNTY, language)
    page = text(county.get(f"/rounds/{told.round}/{COUNTY_CODE}/"))
    assert "10" in page
    assert f"/rounds/{told.round}/{TOWN.ljust(12, '0')}/" in page
    assert ("轮次进展" if language == "zh-hans" else "Where the series stands") in page
    page = text(clerk.get(f"/rounds/{told.round}/{CODE}/"))
    assert f"/rounds/{told.round}/{BUILDING}/missing/" in page
    assert "一号网格" in page
    assert "外出未归" in page if language == "zh-hans" else "away" in page
    assert ("未划入网格" if language == "zh-hans" else "In no grid") in page


@pytest.mark.row("D1")
def test_who_is_missing_by_building_with_reasons(browse: Any, told: Station) -> None:
    clerk = browse("community_clerk", HOME)
    page = text(clerk.get(f"/rounds/{told.round}/{CODE}/missing/"))
    people = told.world.people[HOME]
    assert all(person.name in page for person in people[10:])
    assert not any(person.name in page for person in people[:10])
    only = text(clerk.get(f"/rounds/{told.round}/{CODE}/missing/?reason=away"))
    assert people[10].name in only
    assert people[11].name not in only
    building = text(clerk.get(f"/rounds/{told.round}/{BUILDING}/missing/"))
    assert "1号楼" in building
    assert "6层" in building
    masked = text(browse("township_dispatcher", TOWN).get(f"/rounds/{told.round}/{CODE}/missing/"))
    assert people[10].name not in masked


@pytest.mark.row("D1")
def test_lists_leave_as_paper_and_excel(browse: Any, told: Station) -> None:
    clerk = browse("community_clerk", HOME)
    paper = text(clerk.get(f"/rounds/{told.round}/{CODE}/missing/print/"))
    assert paper.count('class="building print-list"') == 2
    assert paper.count('class="box"') == 14
    answer = clerk.get(f"/rounds/{told.round}/{CODE}/missing.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sum("住户" in str(row) for row in rows) == 14
    assert any("外出未归" in str(row) for row in rows)
    assert "QR" in text(browse("community_clerk", HOME, "en").get(f"/rounds/{told.round}/{BUILDING}/sheets/"))
    assert text(browse("sampler", COUNTY).get(f"/rounds/{told.round}/tube-sheets/?count=3")).count("<svg") >= 3


@pytest.mark.row("D1")
def test_the_story_of_a_positive_pool(browse: Any, told: Station) -> None:
    clerk = browse("community_clerk", HOME)
    area = text(clerk.get(f"/rounds/{told.round}/{CODE}/"))
    tube = area.split(f"/rounds/{told.round}/tubes/")[1].split("/")[0]
    story = text(clerk.get(f"/rounds/{told.round}/tubes/{tube}/"))
    assert told.world.people[HOME][0].name in story
    assert "逐人单采复核" in story
    assert "预案要求" in story
    text(browse("community_clerk", NEXT).get(f"/rounds/{told.round}/tubes/{tube}/"), 404)


@pytest.mark.row("A4")
def test_a_grid_worker_sees_only_the_grid_and_is_told_so(browse: Any, told: Station) -> None:
    worker = browse("grid_worker", HOME, grids=[told.grid])
    page = text(worker.get(f"/rounds/{told.round}/{CODE}/missing/"))
    people = told.world.people[HOME]
    assert people[10].name in page
    assert people[13].name not in page
    assert "只含您网格内的住户" in page
    assert "应检12人，已采10人，未检2人" in page
    text(worker.get(f"/rounds/{told.round}/{HOME}0002/missing/"), 404)
    home = text(worker.get("/"))
    assert "1号楼" in home
    assert "2号楼" not in home
    empty = text(browse("grid_worker", NEXT, grids=[999]).get("/"))
    assert "您的名单上还没有人" in empty
    text(worker.get(f"/rounds/{told.round}/{CODE}/"), 404)


def test_first_pages_of_each_role(browse: Any, told: Station) -> None:
    county = text(browse("county_dispatcher", COUNTY).get("/", follow=True))
    assert "需要处理" in county
    assert "· 10 / 48" in county
    home = text(browse("community_head", HOME).get("/", follow=True))
    assert "全部未检人员" in home
    assert "上报结果" in text(browse("laboratory", "").get("/"))
    assert "今日任务" in text(browse("building_lead", BUILDING).get("/"))
    text(browse("community_head", HOME).get("/worklist/"))


@pytest.mark.parametrize("address", ["missing/", "missing/print/", "missing.xlsx", "sheets/", ""])
def test_nothing_outside_the_area(browse: Any, told: Station, address: str) -> None:
    text(browse("community_clerk", NEXT).get(f"/rounds/{told.round}/{CODE}/{address}"), 404)
    text(browse("storekeeper", COUNTY).get(f"/rounds/{told.round}/{CODE}/{address}"), 404)


def test_a_round_is_opened_and_closed(browse: Any, told: Station) -> None:
    county = browse("county_dispatcher", COUNTY)
    assert "农村地区" in text(county.get("/rounds/new/"))
    text(browse("community_clerk", HOME).get("/rounds/new/"), 404)
    wrong = text(county.post("/rounds/new/", {"name": "", "kind": "testing", "area": "1"}), 422)
    assert "error-summary" in wrong
    given = {"name": "第二轮", "kind": "testing", "area": NEXT, "tube_size": "20", "stop_rule": "3"}
    answer = county.post("/rounds/new/", given)
    assert answer.status_code == 303
    number = int(answer["Location"].split("/")[2])
    fold()
    assert "0 / 24" in text(county.get(f"/rounds/{number}/{NEXT}/")) or "24" in text(
        county.get(f"/rounds/{number}/{NEXT}/")
    )
    text(browse("community_clerk", NEXT).post(f"/rounds/{number}/close/"), 404)
    assert county.post(f"/rounds/{number}/close/").status_code == 303
    closed = text(county.get(f"/rounds/{number}/{NEXT}/"))
    assert "不再接收记录" in closed
    late = told.tube(777, [told.world.people[NEXT][0].code], area=NEXT)
    late["payload"]["round"] = number
    [answer] = told.send([late])
    assert answer["code"] == "round.closed"
    assert "不包括" in text(county.get(f"/rounds/{number}/{HOME}/"))


def test_the_first_page_of_a_community_counts_without_opening_names(told: Station, browse: Any) -> None:
    """Its buildings come from the figures: the same numbers as on the list, and nobody's row is read."""
    clerk = browse("community_clerk", HOME)
    missing = text(clerk.get(f"/rounds/{told.round}/{HOME}/missing/"))
    with CaptureQueriesContext(connection) as asked:
        page = text(clerk.get(f"/areas/{HOME}/"))
    assert [one["sql"] for one in asked.captured_queries if "residents_" in one["sql"]] == []
    counts = dict(re.findall(r'/missing/">([^<]+)</a></span><span class="due strong num">(\d+)<', page))
    assert counts
    for building, count in counts.items():
        assert re.search(rf'>{building}</a></h2><span class="count">{count}<', missing), (building, count)
