"""Grids and their heads through the real routes, as the narrowest roles; the functions behind them, asked directly."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, include, path, reverse

from lianfang.base.access.heads import heads, posts
from lianfang.base.metrics import registry
from lianfang.config import urls as product
from lianfang.web.grids_outlines import IN_A_REQUEST
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, build_world, fold

pytestmark = [pytest.mark.row("A1"), pytest.mark.row("A4")]
OTHER_TOWN = "411621101"
urlpatterns = list(product.urlpatterns)
try:
    reverse("grids", args=[HOME], urlconf="lianfang.config.urls")
except NoReverseMatch:
    urlpatterns.append(path("grids/", include("lianfang.web.grids_urls")))
handler400, handler403, handler404, handler500 = (
    product.handler400, product.handler403, product.handler404, product.handler500,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF="tests.web.test_grids"):
        yield


@pytest.fixture(scope="module")
def world(database) -> World:
    """Fugou with three buildings in two communities; in the first, a grid with a worker and one without."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    world = build_world(homes=(HOME, NEXT), buildings=3, per_building=4)
    drawn: list[int] = []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for number, name in ((1, "第一网格"), (2, "第二网格")):
            cursor.execute(
                "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, %s, %s, '2022-01-01') returning id",
                [HOME, f"0{number}", name],
            )
            grid = cursor.fetchone()[0]
            cursor.execute(
                "insert into areas_grid_building (grid_id, net, building_id, path, from_on) "
                "select %s, 'community', id, path, '2022-01-01' from areas_building where path = %s",
                [grid, f"{HOME}000{number}"],
            )
            drawn.append(grid)
        cursor.execute(
            "insert into metrics_delta select 'residents.households', '', current_date, path, 2 from areas_building"
        )
    world.token("grid_worker", HOME, grids=drawn[:1])
    for role, at in (("community_head", HOME), ("township_dispatcher", TOWN), ("community_head", "411622100201")):
        world.token(role, at)
    fold()
    return world


@pytest.fixture
def browse(world):
    def sign_in(role, at, language="zh-hans"):
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, at)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


def code(at):
    return at.ljust(12, "0")


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def row(page, name):
    found = page[page.index(f'id="{name}"') :]
    return found[: found.index("</tr>")]


def test_each_reader_is_led_to_their_own_area(browse):
    for role, at in (("community_head", HOME), ("township_dispatcher", TOWN), ("county_dispatcher", COUNTY)):
        client = browse(role, at)
        assert client.get("/grids/")["Location"] == f"/grids/{code(at)}/"
        assert 'href="/grids/"' in text(client.get(f"/grids/{code(at)}/"))  # in the navigation


def test_a_county_sees_townships_with_their_heads(browse):
    page = text(browse("county_dispatcher", COUNTY).get(f"/grids/{code(COUNTY)}/"))
    mine, other = row(page, f"area-{code(TOWN)}"), row(page, f"area-{code(OTHER_TOWN)}")
    assert "测试township_dispatcher" in mine
    assert "有缺口" in mine
    assert "1 / 2" in mine.replace("\n", "")  # grids with a worker
    assert "没有网格长" in other
    assert page.index(f'id="area-{code(OTHER_TOWN)}"') < page.index(f'id="area-{code(TOWN)}"')  # gaps first


def test_a_township_sees_its_communities(browse):
    page = text(browse("township_dispatcher", TOWN).get(f"/grids/{code(TOWN)}/"))
    assert "一级网格长" in page
    assert "测试community_head" in row(page, f"area-{HOME}")
    assert "4 / 6" not in page
    assert "没有网格长" in row(page, f"area-{NEXT}")
    assert "3 / 3" in row(page, f"area-{NEXT}")  # its buildings are in no grid


def test_a_community_starts_with_what_nobody_answers_for(browse, monkeypatch):
    words = dict.fromkeys(("zh", "en", "unit_zh", "unit_en", "says_zh", "says_en"), "x")
    monkeypatch.setitem(
        registry._METRICS, "residents.households", registry.Metric(name="residents.households", **words)
    )
    page = text(browse("community_head", HOME).get(f"/grids/{HOME}/"))
    assert page.index("这栋楼由谁负责") < page.index("第一网格</")
    assert "3号楼" in row(page, f"building-{HOME}0003")
    assert page.count('id="building-') == 1
    assert page.index("第二网格 <") < page.index("第一网格 <")  # without a worker first
    assert "没有网格员" in page
    assert "测试grid_worker" in page
    assert "不足300户" in page


def test_the_command_sees_posts_not_names(browse):
    command = browse("command", COUNTY)
    for at in (COUNTY, TOWN, HOME):
        page = text(command.get(f"/grids/{code(at)}/"))
        assert "测试township" not in page
        assert "测试community" not in page
        assert "测试grid" not in page
        assert "已配备" in page
    assert "<form" not in text(command.get(f"/grids/{HOME}/")).split("<main")[1].split("</main")[0]
    assert command.post(f"/grids/{HOME}/draw/", {"building": f"{HOME}0003", "name": "三"}).status_code == 404


def test_nothing_of_others(browse):
    head = browse("community_head", HOME)
    for at in (NEXT, TOWN, COUNTY, "411622100201", "999999999999", f"{HOME}0001", "x"):
        assert head.get(f"/grids/{code(at)}/").status_code == 404, at
    assert head.post(f"/grids/{NEXT}/draw/", {"building": f"{NEXT}0001", "name": "三"}).status_code == 404
    for role in ("grid_worker", "medic", "building_lead"):
        assert browse(role, HOME).get(f"/grids/{HOME}/").status_code == 404, role


def test_the_database_tells_heads_inside_the_scope_only(world):
    with transaction.atomic():
        world.enter("township_dispatcher", TOWN)
        assert {one.path for one in heads("")} <= {TOWN, HOME, NEXT}
        assert {one.role for one in heads("")} == {"township_dispatcher", "community_head", "grid_worker"}
        assert heads("411622") == []
        assert heads(HOME, ["security_admin"]) == []
    with transaction.atomic():
        world.enter("command", COUNTY)
        assert heads(COUNTY) == []
        assert {one.role for one in posts(COUNTY)} == {"township_dispatcher", "community_head", "grid_worker"}
    for role in ("grid_worker", "county_health"):
        with transaction.atomic():
            world.enter(role, HOME)
            assert (heads(HOME), posts(HOME)) == ([], []), role
    with transaction.atomic():  # nobody entered
        assert (heads(""), posts("")) == ([], [])


def test_a_head_whose_grant_ended_is_none(world, browse):
    page = browse("township_dispatcher", TOWN)
    world.token("community_head", NEXT)
    assert "没有网格长" not in row(text(page.get(f"/grids/{code(TOWN)}/")), f"area-{NEXT}")
    with connections["owner"].cursor() as cursor:
        cursor.execute("update access_grant set ends_at = now() where path = %s and role = 'community_head'", [NEXT])
    assert "没有网格长" in row(text(page.get(f"/grids/{code(TOWN)}/")), f"area-{NEXT}")


def test_buildings_are_put_into_a_grid(browse):
    clerk = browse("community_clerk", NEXT)
    page = text(clerk.post(f"/grids/{NEXT}/draw/", {}), 422)
    assert "请至少勾选一栋楼" in page
    assert "请选择网格" in page
    assert "不存在" in text(clerk.post(f"/grids/{NEXT}/draw/", {"building": f"{HOME}0003", "name": "甲"}), 422)
    answer = clerk.post(f"/grids/{NEXT}/draw/", {"building": [f"{NEXT}0001"], "name": "甲网格"})
    assert answer.status_code == 303
    assert "已将1栋楼归入网格" in text(clerk.get(answer["Location"]))
    assert clerk.post(f"/grids/{NEXT}/draw/", {"building": [f"{NEXT}0002"], "grid": "甲网格"}).status_code == 303
    page = text(clerk.get(f"/grids/{NEXT}/"))
    assert page.count('id="building-') == 1
    assert "1号楼、2号楼" in page


def test_few_queries(browse):
    client = browse("county_dispatcher", COUNTY)
    text(client.get(f"/grids/{code(COUNTY)}/"))
    with CaptureQueriesContext(connection) as found:
        text(client.get(f"/grids/{code(COUNTY)}/", headers={"Accept-Language": "en"}))
    assert len(found) < 16, [query["sql"][:80] for query in found]


@pytest.mark.row("A5")
def test_a_drawing_too_large_to_read_while_its_sender_waits_is_refused_with_a_sentence(world, browse):
    """One part too many: 413's sentence on the page, nothing kept."""
    one = (
        '{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[114.4,34.1],[114.5,34.1]]}}'
    )
    features = ",".join([one] * (IN_A_REQUEST.parts + 1))
    file = SimpleUploadedFile("plan.geojson", f'{{"type":"FeatureCollection","features":[{features}]}}'.encode())
    page = browse("county_dispatcher", COUNTY).post("/grids/outlines/", {"area": code(COUNTY), "file": file})
    assert page.status_code == 422
    assert f"超过 {IN_A_REQUEST.parts}" in page.content.decode().replace(",", "").replace("\u202f", "")
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from areas_outline_import")
        assert cursor.fetchone() == (0,)
