"""The pages of incidents through the real routes: two people for every step, narrow readers, plain forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianfang.base.access.api import create_account, create_grant, open_session
from lianfang.base.incidents import services
from lianfang.base.incidents.api import Evidence
from tests.support.keys import forget_key
from tests.support.world import COUNTY, HOME, TOWN, build_world

pytestmark = pytest.mark.row("A3")
OTHER_COUNTY = "411622"
BUILDING = HOME + "0001"
NAME = "四月演练"


@pytest.fixture(scope="module")
def people(database):
    """Clients by name: two of the command, a county desk, a head, a grid worker, a sampler, the next county's desk."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    build_world(homes=(HOME,), buildings=2, per_building=2)
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from incidents_incident")
    found = {}
    for name, role, path in (
        ("zhao", "command", COUNTY), ("qian", "command", COUNTY), ("desk", "county_dispatcher", COUNTY),
        ("head", "community_head", HOME), ("worker", "grid_worker", HOME), ("sampler", "sampler", TOWN),
        ("beside", "command", OTHER_COUNTY), ("beside_desk", "county_dispatcher", OTHER_COUNTY),
    ):  # fmt: skip
        account = create_account(username=name, name=f"测试{name}", password="right-horse")
        create_grant(account_id=account, role=role, path=path)
        found[name] = open_session(account)
    return found


@pytest.fixture
def browse(people):
    def sign_in(name, language="zh-hans", **options):
        client = Client(**options)
        client.cookies[settings.SESSION_COOKIE] = people[name]
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _clean(people):
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from incidents_zone")
        cursor.execute("delete from incidents_incident")


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def number_of(answer):
    assert answer.status_code == 303, answer.content.decode()[:2000]
    return int(re.search(r"/(\d+)/", answer["Location"])[1])


def propose(client, **more):
    given = {"name": NAME, "area": COUNTY, "playbook": "covid-2022", "drill": "on", "edition": "cn-ed8"}
    return client.post("/incidents/propose/", given | more)


@pytest.fixture
def opened(browse):
    """The number of an open drill over the county."""
    number = number_of(propose(browse("zhao")))
    forget_key(number)  # numbers begin anew with each test module
    assert browse("qian").post(f"/incidents/{number}/open/").status_code == 303
    return number


def propose_zone(client, number, **more):
    given = {"area": BUILDING, "level": "lockdown", "reason": "一管阳性"}
    return client.post(f"/incidents/{number}/zones/propose/", given | more)


@pytest.fixture
def live(browse, opened):
    """The number of a sealed building."""
    number = number_of(propose_zone(browse("desk"), opened))
    assert browse("zhao").post(f"/incidents/zones/{number}/approve/").status_code == 303
    return number


def age(number, days):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "update incidents_zone set from_at = now() - make_interval(days => %s) where id = %s", [days, number]
        )


def test_nothing_open_is_a_designed_state(browse):
    page = text(browse("zhao").get("/incidents/"))
    assert "没有启动的事件" in page
    assert "/incidents/new/" in page
    assert "/incidents/new/" not in text(browse("worker").get("/incidents/"))


def test_two_people_open_it(browse):
    first, second = browse("zhao"), browse("qian")
    answer = propose(first)
    number = number_of(answer)
    page = text(first.get(answer["Location"]))
    assert "第一步是您办理的" in page
    assert "已提出事件，须由第二人启动" in page
    assert f"/incidents/{number}/open/" not in page
    refused = text(first.post(f"/incidents/{number}/open/"), 409)
    assert "需要两个人" in refused.split("error-summary-title")[2][:400]
    assert refused.index("error-summary") < refused.index("<h1>")
    page = text(second.get(f"/incidents/{number}/"))
    assert f'action="/incidents/{number}/open/"' in page
    assert "待启动" in page
    forget_key(number)
    assert second.post(f"/incidents/{number}/open/").status_code == 303
    page = text(browse("worker").get("/incidents/"))
    assert NAME in page
    assert "已启动" in page
    assert "演练" in page
    assert "已经启动或结束" in text(second.post(f"/incidents/{number}/open/"), 409)


def test_two_people_close_it(browse, opened):
    first, second = browse("zhao"), browse("qian")
    assert first.post(f"/incidents/{opened}/close/").status_code == 303
    page = text(first.get(f"/incidents/{opened}/"))
    assert "待结束" in page
    assert f'action="/incidents/{opened}/close/"' not in page
    assert "需要两个人" in text(first.post(f"/incidents/{opened}/close/"), 409)
    assert f'action="/incidents/{opened}/close/"' in text(second.get(f"/incidents/{opened}/"))
    assert second.post(f"/incidents/{opened}/close/").status_code == 303
    page = text(second.get("/incidents/"))
    assert "没有启动的事件" in page
    assert "已结束" in page
    assert "<form" not in text(second.get(f"/incidents/{opened}/")).split("<main")[1]


def test_two_people_change_the_scope(browse, opened):
    first, second = browse("zhao"), browse("qian")
    assert first.post(f"/incidents/{opened}/scope/", {"area": TOWN}).status_code == 303
    page = text(first.get(f"/incidents/{opened}/"))
    assert "范围调整待批准" in page
    assert "scope/approve" not in page
    assert "需要两个人" in text(first.post(f"/incidents/{opened}/scope/approve/"), 409)
    assert "scope/approve" in text(second.get(f"/incidents/{opened}/"))
    assert second.post(f"/incidents/{opened}/scope/approve/").status_code == 303
    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from incidents_incident where id = %s", [opened])
        assert cursor.fetchone()[0] == TOWN
    assert "没有待批准的范围调整" in text(second.post(f"/incidents/{opened}/scope/approve/"), 409)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": " "}, "事件名称没有填写"),
        ({"area": "4101"}, "您的辖区内没有这个代码的区域"),
        ({"area": "没有这个地方"}, "您的辖区内没有这个名称的区域"),
        ({"area": "委员会"}, "有多个区域叫这个名称"),
        ({"area": BUILDING}, "不能填楼栋"),
        ({"area": ""}, "请填写区域"),
        ({"drill": ""}, "只有演练可以另选版本"),
        ({"playbook": "plague-1348"}, "plague-1348"),
    ],
)
def test_what_cannot_be_proposed_is_said_in_a_sentence(browse, more, said):
    page = text(propose(browse("zhao"), **more), 422)
    assert said in page
    assert 'id="error-summary"' in page
    if "name" not in more:
        assert f'value="{NAME}"' in page  # nothing is asked twice


@pytest.mark.parametrize(("name", "path"), [("桐丘街道", TOWN), ("西关社区", HOME), ("４１１６２１００１", TOWN)])
def test_an_area_may_be_given_by_name(browse, name, path):
    number = number_of(propose(browse("zhao"), area=name))
    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from incidents_incident where id = %s", [number])
        assert cursor.fetchone()[0] == path


def test_another_countys_incident_is_invisible(browse, opened, live):
    for name in ("beside", "beside_desk"):
        beside = browse(name)
        assert NAME not in text(beside.get("/incidents/"))
        for address in (f"/incidents/{opened}/", f"/incidents/zones/{live}/", "/incidents/31000/", "/incidents/99999/"):
            assert beside.get(address).status_code == 404, address
    for address in (f"/incidents/{opened}/open/", f"/incidents/{opened}/close/", f"/incidents/zones/{live}/approve/"):
        assert browse("beside").post(address).status_code == 404, address


def test_narrow_roles_do_nothing_here(browse, opened, live):
    worker = browse("worker")
    assert "<form" not in text(worker.get(f"/incidents/{opened}/")).split("<main")[1]
    assert "<form" not in text(worker.get(f"/incidents/zones/{live}/")).split("<main")[1]
    for address in (
        "/incidents/propose/", f"/incidents/{opened}/open/", f"/incidents/{opened}/close/", f"/incidents/{opened}/scope/",
        f"/incidents/{opened}/zones/propose/", f"/incidents/zones/{live}/approve/", f"/incidents/zones/{live}/lift/",
        f"/incidents/zones/{live}/lift/approve/", f"/incidents/zones/{live}/lift/refuse/",
    ):  # fmt: skip
        assert worker.post(address).status_code == 404, address
    assert browse("sampler").get("/incidents/").status_code == 404
    assert Client().get("/incidents/").status_code == 302


def test_forms_need_their_token(browse, opened):
    assert browse("zhao", enforce_csrf_checks=True).post(f"/incidents/{opened}/close/").status_code == 403


def test_a_zone_down_to_a_building(browse, opened):
    desk = browse("desk")
    page = text(desk.get(f"/incidents/{opened}/zones/new/?area={BUILDING}"))
    assert "区域封闭、足不出户、服务上门" in page
    assert f'value="{BUILDING}"' in page
    number = number_of(propose_zone(desk, opened))
    page = text(desk.get(f"/incidents/zones/{number}/"))
    assert "待批准" in page
    assert "1号楼 · 封控区" in page
    assert desk.post(f"/incidents/zones/{number}/approve/").status_code == 404  # not among its tasks
    assert browse("qian").post(f"/incidents/zones/{number}/approve/").status_code == 303
    assert "生效中" in text(browse("worker").get(f"/incidents/{opened}/"))
    assert "已经划定或提出了风险区" in text(propose_zone(desk, opened), 422)
    assert "请写明原因" in text(propose_zone(desk, opened, reason=""), 422)


def test_a_building_may_be_given_by_name(browse, opened):
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select name from areas_area where path = %s", [HOME])
        community = cursor.fetchone()[0]
    number = number_of(propose_zone(browse("desk"), opened, area=f"{community} 2号楼"))
    assert HOME + "0002" in text(browse("desk").get(f"/incidents/zones/{number}/"))
    assert "没有唯一的同名楼栋" in text(propose_zone(browse("desk"), opened, area=f"{community} 99号楼"), 422)


def test_lifting_shows_each_condition_and_takes_two(browse, live, monkeypatch):
    head, command = browse("head"), browse("qian")
    page = text(head.get(f"/incidents/zones/{live}/"))
    assert "连续14天无新增感染者" in page
    assert "未满足" in page
    assert "申请解除</button>" not in page
    assert "还不能解除" in text(head.post(f"/incidents/zones/{live}/lift/", _stated()), 409)
    age(live, 15)
    page = text(head.get(f"/incidents/zones/{live}/"))
    assert page.count("待核实") == 3
    assert "申请解除</button>" in page
    page = text(head.post(f"/incidents/zones/{live}/lift/", {"reason": "满14天"}), 422)
    assert "请写明依据：连续14天无新增感染者" in page.split("<main")[1]
    assert head.post(f"/incidents/zones/{live}/lift/", _stated()).status_code == 303
    page = text(head.get(f"/incidents/zones/{live}/"))
    assert "待解除" in page
    assert "人工说明：疾控日报" in page
    assert head.post(f"/incidents/zones/{live}/lift/approve/").status_code == 404
    monkeypatch.setitem(services._PROVIDERS, "no_new_case_days", [lambda *_: Evidence(False, "rounds")])
    assert "还不能解除" in text(command.post(f"/incidents/zones/{live}/lift/approve/"), 409)
    monkeypatch.undo()
    assert command.post(f"/incidents/zones/{live}/lift/approve/").status_code == 303
    page = text(head.get(f"/incidents/zones/{live}/"))
    assert "已解除" in page
    assert "连续14天无新增感染者：疾控日报" in page


def _stated():
    return {
        "reason": "满14天", "statement_no_new_case_days": "疾控日报", "statement_last_contact_exposure_over_days": "密接台账",
        "statement_full_round_negative_within_days_before": "第11轮",
    }  # fmt: skip


def test_lifting_may_be_refused_with_a_reason(browse, live):
    age(live, 15)
    assert browse("desk").post(f"/incidents/zones/{live}/lift/", _stated()).status_code == 303
    command = browse("zhao")
    assert "请写明原因" in text(command.post(f"/incidents/zones/{live}/lift/refuse/"), 422)
    assert command.post(f"/incidents/zones/{live}/lift/refuse/", {"reason": "再观察两天"}).status_code == 303
    page = text(browse("head").get(f"/incidents/zones/{live}/"))
    assert "再观察两天" in page
    assert "生效中" in page


def test_the_zone_model_follows_the_edition(browse):
    """Under the twenty measures a high-risk zone is lowered; without obligations there is no zone to propose."""
    for edition, level, said in (("cn-20", "high", "低风险区"), ("cn-class-b", "", "现行版本不划分风险区")):
        number = number_of(propose(browse("zhao"), edition=edition))
        forget_key(number)
        browse("qian").post(f"/incidents/{number}/open/")
        assert said in text(browse("desk").get(f"/incidents/{number}/zones/new/"))
        if not level:
            continue
        zone = number_of(propose_zone(browse("desk"), number, level=level))
        browse("qian").post(f"/incidents/zones/{zone}/approve/")
        age(zone, 6)
        stated = {"reason": "五天", "statement_no_new_case_days": "疾控日报"}
        assert browse("head").post(f"/incidents/zones/{zone}/lift/", stated).status_code == 303
        lowered = browse("zhao").post(f"/incidents/zones/{zone}/lift/approve/")
        page = text(browse("head").get(lowered["Location"]))
        assert "低风险区" in page
        assert "风险区已降级" in page
        assert "没有规定" in page  # how a low-risk zone ends is not in the playbook


def test_what_an_edition_obliges(browse, opened):
    page = text(browse("head", "en").get(f"/incidents/{opened}/"))
    assert "stay indoors" in page
    assert "tests on days 1, 4, 7, 10, 14" in page
    assert "Mark" not in page.split("<main")[1]
    page = text(browse("head").get(f"/incidents/{opened}/"))
    assert "各类人员的管理措施" in page


def test_few_queries_with_many_zones(browse, opened, people):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, from_at) "
            "select %s, path, 'control', '', 'live', 1, %s from areas_area where starts_with(path, %s) and level = 5",
            [opened, timezone.now(), COUNTY],
        )
    client = browse("desk")
    with CaptureQueriesContext(connection) as found:
        text(client.get(f"/incidents/{opened}/"))
    assert len(found) < 20, [query["sql"][:90] for query in found]


def test_first_steps_are_taken_back_on_the_pages(browse, opened):
    command, desk = browse("zhao"), browse("desk")
    number = number_of(propose_zone(desk, opened))
    assert f'action="/incidents/zones/{number}/withdraw/"' in text(command.get(f"/incidents/zones/{number}/"))
    assert browse("worker").post(f"/incidents/zones/{number}/withdraw/").status_code == 404
    answer = desk.post(f"/incidents/zones/{number}/withdraw/")
    assert "已撤回" in text(desk.get(answer["Location"]))
    assert command.post(f"/incidents/{opened}/close/").status_code == 303
    assert f'action="/incidents/{opened}/close/undo/"' in text(command.get(f"/incidents/{opened}/"))
    answer = command.post(f"/incidents/{opened}/close/undo/")
    page = text(command.get(answer["Location"]))
    assert "事件继续" in page
    assert "已启动" in page
    assert "不需要撤回" in text(command.post(f"/incidents/{opened}/close/undo/"), 409)
    answer = propose(command, name="误报一起")
    assert command.post(f"/incidents/{number_of(answer)}/withdraw/").status_code == 303
    assert "已撤回" in text(command.get("/incidents/"))


def test_signatures_name_the_office(browse, opened):
    page = text(browse("worker").get(f"/incidents/{opened}/"))
    assert "市指挥部" in page
    assert "账号" not in page.split("<main")[-1]
