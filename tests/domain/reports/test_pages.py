"""The pages of reports through the real routes, as the narrowest role, in both languages."""

from __future__ import annotations

import io
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from lianfang.domain.reports import api as reports
from lianfang.domain.reports import views
from tests.support.reports_county import COUNTY, DAY, OTHER_TOWN, TOWN, VILLAGE, VILLAGES, at

pytestmark = pytest.mark.row("I1")
DAY_QUERY = f"?day={DAY}"


def code(path):
    return path.ljust(12, "0")


@pytest.fixture
def browse(county):
    """A browser of somebody who is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there

    def sign_in(role, path, language="zh-hans"):
        with county.acting(role, path):
            pass
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = county.tokens[role, path]
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def confirm(county, path, **options):
    with county.head(path) as actor:
        return reports.confirm_report(actor=actor, path=path, **{"day": DAY, "now": at(16), "zero": True} | options)


def test_the_head_confirms_with_one_call(county, browse):
    county.happened("rounds.visited_households", VILLAGE, 12)
    head = browse("community_head", VILLAGE)
    assert head.get("/reports/")["Location"] == f"/reports/{VILLAGE}/"
    page = text(head.get(f"/reports/{VILLAGE}/{DAY_QUERY}"))
    assert "摸排户数" in page
    assert "确认日报" in page
    assert "零报告" not in page.split("<form")[-1]
    answer = head.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY, "form": "daily_community", "part": 1})
    assert answer.status_code == 303
    page = text(head.get(answer["Location"]))
    assert "补报" in page  # the day is long over
    assert "第1版" in page


def test_zero_is_chosen_by_its_own_button(county, browse):
    head = browse("community_head", VILLAGE)
    page = text(head.get(f"/reports/{VILLAGE}/{DAY_QUERY}"))
    assert 'name="zero" value="1"' in page
    page = text(head.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY}), 422)
    assert "请选择“零报告”" in page
    assert head.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY, "zero": "1"}).status_code == 303
    assert "已经确认" in text(head.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY, "zero": "1"}), 409)


def test_a_late_fact_is_suggested_and_corrected(county, browse):
    confirm(county, VILLAGE)
    county.happened("rounds.visited_people", VILLAGE, 3)
    head = browse("community_head", VILLAGE, "en")
    page = text(head.get(f"/reports/{VILLAGE}/{DAY_QUERY}"))
    assert "Came in after confirmation" in page
    form = {"day": DAY, "form": "daily_community", "part": 1, "version": 1}
    assert "needs a reason" in text(head.post(f"/reports/{VILLAGE}/correct/", form | {"reason": ""}), 422)
    assert head.post(f"/reports/{VILLAGE}/correct/", form | {"reason": "phone was offline"}).status_code == 303
    page = text(head.get(f"/reports/{VILLAGE}/history/{DAY_QUERY}"))
    assert "phone was offline" in page
    assert "<del>0</del>" in page
    assert "<ins>3</ins>" in page


@pytest.mark.row("A1")
def test_the_county_sees_who_is_late_and_drills_down(county, browse):
    confirm(county, VILLAGES[0])
    confirm(county, VILLAGES[3], now=at(20))
    desk = browse("county_dispatcher", COUNTY)
    assert desk.get("/reports/")["Location"] == f"/reports/{code(COUNTY)}/late/"
    page = text(desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}"))
    assert f"/reports/{code(TOWN)}/late/" in page
    assert page.count('<tr id="unit-') == 4
    everybody = text(desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}&state=all"))
    assert everybody.count('<tr id="unit-') == 6
    rows = text(desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}&state=late", headers={"HX-Request": "true"}))
    assert rows.lstrip().startswith('<div id="rows"')
    assert rows.count('<tr id="unit-') == 1
    version = "4-0-1-0-0-1"
    unchanged = desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}&v={version}", headers={"HX-Request": "true"})
    assert unchanged.status_code == 204
    towns = text(desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}&form=daily_township"))
    assert towns.count('<tr id="unit-') == 2


def test_before_the_cut_off_reports_are_awaited_and_nobody_is_late(county, browse, monkeypatch):
    confirm(county, VILLAGES[0])
    desk = browse("county_dispatcher", COUNTY)
    for now, said, unsaid in ((at(16), "待报", "有未报"), (at(18), "有未报", "待报")):
        monkeypatch.setattr(views, "timezone", SimpleNamespace(now=lambda now=now: now))
        lists = text(desk.get(f"/reports/{code(COUNTY)}/late/{DAY_QUERY}")).split('class="area-map')[0]
        assert said in lists
        assert unsaid not in lists
        table = text(desk.get(f"/reports/{code(COUNTY)}/table/{DAY_QUERY}"))
        assert ("6份中还有5份未报" in table) is (said == "有未报")
        assert "1 / 6" in table


def test_the_table_shows_confirmed_beside_what_is_true_now(county, browse):
    county.happened("rounds.visited_people", VILLAGES[0], 10)
    confirm(county, VILLAGES[0], zero=False)
    county.happened("rounds.visited_people", VILLAGES[0], 2)
    county.happened("rounds.visited_people", VILLAGES[4], 5)
    town = browse("township_dispatcher", TOWN)
    page = text(town.get(f"/reports/{code(TOWN)}/table/{DAY_QUERY}"))
    assert "现为12" in page
    assert ">+2<" in page
    assert "14项未启用" in page
    desk = browse("county_dispatcher", COUNTY, "en")
    page = text(desk.get(f"/reports/{code(COUNTY)}/table/{DAY_QUERY}"))
    assert ">+7<" in page
    assert "5 of 6 returns are still missing" in page


def test_excel_in_the_columns_of_the_form(county, browse):
    county.happened("rounds.visited_people", VILLAGES[0], 10)
    confirm(county, VILLAGES[0], zero=False)
    town = browse("township_dispatcher", TOWN)
    answer = town.get(f"/reports/{code(TOWN)}/table.xlsx{DAY_QUERY}")
    assert answer["X-Rows"] == "6"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "演练" in rows[0][0]
    head = rows[2]
    assert head[:6] == ["区划代码", "单位", "应报", "未报", "摸排户数", "摸排人数"]
    assert len(head) == 4 + 19
    assert rows[3][:6] == [VILLAGES[0], "200村委会", 1, 0, 0, 10]
    assert rows[3][head.index("卡点数")] == 0
    assert rows[3][head.index("劝返车辆")] == "未启用"
    answer = town.get(f"/reports/{code(TOWN)}/late.xlsx{DAY_QUERY}&state=not_reported")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[3:]] == ["未报", "未报"]


def test_outside_the_scope_looks_like_nothing(county, browse):
    confirm(county, VILLAGE)
    for role, path in (("community_head", VILLAGES[1]), ("township_dispatcher", OTHER_TOWN), ("grid_worker", VILLAGE)):
        client = browse(role, path)
        for page in ("", "late/", "table/", "history/", "table.xlsx", "late.xlsx"):
            assert client.get(f"/reports/{VILLAGE}/{page}{DAY_QUERY}").status_code == 404, (role, page)
        assert client.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY, "zero": "1"}).status_code == 404
    clerk = browse("community_clerk", VILLAGE)
    assert clerk.get(f"/reports/{VILLAGE}/{DAY_QUERY}").status_code == 200
    assert clerk.post(f"/reports/{VILLAGE}/correct/", {"day": DAY, "version": 1, "reason": "x"}).status_code == 404
    for nonsense in ("abc", "000000000000", "411621999999", "99" * 20):
        assert clerk.get(f"/reports/{nonsense}/").status_code == 404


def test_bad_input_is_a_sentence(county, browse):
    head = browse("community_head", VILLAGE)
    assert "2022-04-06" in text(head.get(f"/reports/{VILLAGE}/?day=yesterday"), 422)
    assert text(head.get(f"/reports/{VILLAGE}/?part=9"), 422)
    assert text(head.get(f"/reports/{VILLAGE}/?form=nothing"), 404)
    assert text(head.get(f"/reports/{VILLAGE}/?form=daily_township"), 404)
    for day in ("0001-01-01", "9999-12-31", "2022-02-30"):
        assert text(head.get(f"/reports/{VILLAGE}/?day={day}"), 422)
    assert "还没有到" in text(head.post(f"/reports/{VILLAGE}/confirm/", {"day": "2999-01-01", "zero": "1"}), 422)


def test_statements_do_not_grow_with_the_units(county, browse):
    found = {}
    for role, path, page in (
        ("township_dispatcher", TOWN, "late/"), ("county_dispatcher", COUNTY, "late/"),
        ("township_dispatcher", TOWN, "table/"), ("county_dispatcher", COUNTY, "table/"),
    ):  # fmt: skip
        client = browse(role, path)
        with CaptureQueriesContext(connection) as captured:
            text(client.get(f"/reports/{code(path)}/{page}{DAY_QUERY}"))
        found[page, role] = len(captured)
    assert max(count for (page, _role), count in found.items() if page == "table/") <= 16, found
    assert max(found.values()) <= 16 + 7, (
        found
    )  # who is late is drawn as well: outlines, names below and figures of a layer


def test_the_form_works_without_scripts_and_only_with_its_token(county, browse):
    head = browse("community_head", VILLAGE)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = head.cookies
    assert strict.post(f"/reports/{VILLAGE}/confirm/", {"day": DAY, "zero": "1"}).status_code == 403
    page = text(strict.get(f"/reports/{VILLAGE}/{DAY_QUERY}"))
    form = page[page.index(f'<form method="post" action="/reports/{VILLAGE}/confirm/"') :].split("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert sent.keys() == {"csrfmiddlewaretoken", "day", "form", "part", "zero"}
    answer = strict.post(f"/reports/{VILLAGE}/confirm/", sent)
    assert answer.status_code == 303
    assert "零报告" in text(strict.get(answer["Location"]))
