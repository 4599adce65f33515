"""The ledger's pages through the real routes: masked or named as the role sees, paging, opening, look-up by code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianfang.domain.residents.sealing import SECRET, seal
from lianfang.kernel.ids import group_code
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World

pytestmark = pytest.mark.row("C1")


@pytest.fixture(scope="module")
def world(database):
    """Two communities; the first with many people in one building, tags, and one person's papers."""
    from tests.support.world import build_world

    made = build_world(homes=(HOME, NEXT), per_building=12)
    from lianfang.base.vault.api import standing_box

    somebody = made.people[HOME][0]
    with connections["owner"].cursor() as cursor:
        cursor.execute("update residents_person set tags = '{1,5}' where id = %s", [somebody.id])
        cursor.execute("update residents_person set kind = 4 where id = %s", [made.people[HOME][1].id])
        hidden = {"paper": "resident", "number": "990101198001011234", "phone": "13912345678", "employer": "县医院"}
        for one in made.people[HOME]:
            cursor.execute(
                "insert into residents_secret (person_id, identity_blind, sealed) values (%s, %s, %s)",
                [one.id, str(one.id).encode(), seal(standing_box(HOME), hidden, SECRET)],
            )
    return made


@pytest.fixture
def browse(world: World):
    """A browser of somebody who is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

    def sign_in(role: str, path: str, language: str = "zh-hans") -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, path)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def code(path: str) -> str:
    return path.ljust(12, "0")


def looks(where: str = "true") -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"select purpose, fields, role, person_id from vault_look where {where} order by id")
        return cursor.fetchall()


def test_each_role_is_led_to_its_own(browse):
    assert browse("community_clerk", HOME).get("/residents/")["Location"] == f"/residents/area/{HOME}/"
    assert browse("county_dispatcher", COUNTY).get("/residents/")["Location"] == f"/residents/area/{code(COUNTY)}/"
    assert browse("building_lead", f"{HOME}0001").get("/residents/")["Location"] == f"/residents/area/{HOME}0001/"
    assert browse("sampler", COUNTY).get("/residents/")["Location"] == "/residents/code/"
    assert browse("storekeeper", COUNTY).get("/residents/").status_code == 404


def test_names_as_the_role_sees_them(browse, world):
    somebody = world.people[HOME][0]
    named = text(browse("community_clerk", HOME).get(f"/residents/area/{HOME}/"))
    assert somebody.name in named
    assert "101" in named
    assert "在册24人" in named
    assert "2栋楼" in named
    masked = text(browse("medic", HOME).get(f"/residents/area/{HOME}/"))
    assert somebody.name not in masked
    assert "住**" in masked
    assert "101</" not in masked
    assert "已脱敏" in masked
    for page in (f"/residents/area/{HOME}0001/", f"/residents/person/{somebody.code}/"):
        assert somebody.name not in text(browse("township_dispatcher", TOWN).get(page))
        assert '<form method="post" action="/residents/person' not in text(
            browse("township_dispatcher", TOWN).get(page)
        )


def test_above_a_community_there_are_areas_and_no_people(browse, world):
    page = text(browse("township_dispatcher", TOWN).get(f"/residents/area/{code(TOWN)}/"))
    assert f"/residents/area/{HOME}/" in page
    assert world.people[HOME][0].name not in page
    assert world.people[HOME][0].name[:1] + "**" not in page
    assert f"/residents/area/{code(TOWN)}/" in text(
        browse("county_dispatcher", COUNTY).get(f"/residents/area/{code(COUNTY)}/")
    )


def test_tags_kinds_and_names_narrow_the_list(browse, world):
    clerk = browse("community_clerk", HOME)
    page = text(clerk.get(f"/residents/area/{HOME}/?tag=5"))
    assert page.count('<tr id="person-') == 1
    assert world.people[HOME][0].name in page
    assert text(clerk.get(f"/residents/area/{HOME}/?kind=4")).count('<tr id="person-') == 1
    found = text(clerk.post(f"/residents/area/{HOME}/find/", {"name": "住户205"}))
    assert found.count('<tr id="person-') == 1
    assert "没有符合的人" in text(clerk.post(f"/residents/area/{HOME}/find/", {"name": "%_'\""}))
    assert browse("medic", HOME).post(f"/residents/area/{HOME}/find/", {"name": "住"}).status_code == 404


def test_a_household_and_a_typed_code(browse, world):
    clerk = browse("community_clerk", HOME)
    somebody = world.people[HOME][0]
    page = text(clerk.get(f"/residents/area/{somebody.path}/"))
    assert page.count('<tr id="person-') == 2
    answer = clerk.get(f"/residents/area/{HOME}/", {"code": group_code(somebody.code).lower()})
    assert answer["Location"] == f"/residents/person/{somebody.code}/"
    assert clerk.get(f"/residents/area/{HOME}/", {"code": "123"}).status_code == 422
    for nonsense in ("abc", HOME + "9999", somebody.path + "X", HOME + "0001" + "é" * 4, "9" * 40):
        assert clerk.get(f"/residents/area/{nonsense}/").status_code == 404, nonsense


def test_long_lists_are_paged_by_key(browse, world):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
            "select 900000 + n, p.household_id, p.path, p.sealed, 2, 1990, 2, '{}', true "
            "from residents_person p, generate_series(1, 230) n "
            "where p.id = %s returning id",
            [world.people[NEXT][0].id],
        )
        made = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            "insert into residents_presence (path, person_id, why) select %s, n, 1 from unnest(%s::bigint[]) n",
            [world.people[NEXT][0].path, made],
        )
    clerk = browse("community_clerk", NEXT)
    seen: set[str] = set()
    address: str | None = f"/residents/area/{NEXT}/"
    sizes = []
    while address:
        page = text(clerk.get(address))
        rows = re.findall(r'<tr id="person-(\d+)"', page)
        assert not seen & set(rows)
        seen |= set(rows)
        sizes.append(len(rows))
        following = re.search(r'href="(\?after=[^"]+)"', page)
        address = f"/residents/area/{NEXT}/{following[1]}" if following else None
    assert sizes == [200, 54]
    assert clerk.get(f"/residents/area/{NEXT}/?after=%27;drop").status_code == 200


def test_opening_asks_a_purpose_and_is_recorded(browse, world):
    clerk = browse("community_clerk", HOME)
    somebody = world.people[HOME][2]
    address = f"/residents/person/{somebody.code}/"
    page = text(clerk.get(address))
    assert "13912345678" not in page
    assert "990101198001011234" not in page
    assert "查看证件和电话" in page
    assert "请从列表中选择用途" in text(clerk.post(f"{address}open/", {"purpose": "curious"}), 422)
    assert not looks(f"person_id = {somebody.id}")
    page = text(clerk.post(f"{address}open/", {"purpose": "call_person"}))
    assert "13912345678" in page
    assert "990101198001011234" in page
    assert "居民身份证" in page
    assert looks(f"person_id = {somebody.id}") == [("call_person", "identity", "community_clerk", somebody.id)]
    for role, path in (("grid_worker", HOME), ("medic", HOME), ("community_clerk", NEXT), ("sampler", COUNTY)):
        assert browse(role, path).post(f"{address}open/", {"purpose": "call_person"}).status_code == 404


def test_above_twenty_an_hour_a_second_person_is_needed(browse, world):
    head = browse("community_head", HOME)
    opened = [
        head.post(f"/residents/person/{one.code}/open/", {"purpose": "identity_check"}).status_code
        for one in world.people[HOME][:21]
    ]
    assert opened == [200] * 20 + [403]
    page = text(head.post(f"/residents/person/{world.people[HOME][21].code}/open/", {"purpose": "identity_check"}), 403)
    assert "需要第二人批准" in page
    assert "13912345678" not in page
    assert len(looks("role = 'community_head'")) == 20


@pytest.mark.parametrize(("role", "purpose"), [("sampler", "sampling"), ("gate_keeper", "gate_check")])
def test_an_exact_code_opens_one_person(browse, world, role, purpose):
    desk = browse(role, COUNTY)
    somebody = world.people[NEXT][3]
    page = text(desk.get("/residents/code/"))
    assert f'value="{purpose}" selected' in page
    page = text(desk.post("/residents/code/", {"code": group_code(somebody.code), "purpose": purpose}))
    assert somebody.name in page
    assert "101" not in re.sub(r"<[^>]*>", "", page.split("<h2")[1].split("</section>")[0])
    assert looks(f"role = '{role}'")[-1] == (purpose, "name", role, somebody.id)
    assert desk.get(f"/residents/person/{somebody.code}/").status_code == 404
    assert desk.get(f"/residents/area/{NEXT}/").status_code == 404


def test_wrong_codes_are_sentences(browse, world):
    desk = browse("sampler", "130923")
    english = browse("sampler", COUNTY, "en")
    right = world.people[HOME][0].code
    before = len(looks())
    assert "不在您的工作范围内" in text(desk.post("/residents/code/", {"code": right, "purpose": "sampling"}), 422)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    for typed in (wrong, "12", "", "⻋" * 9):
        assert 'id="error-summary"' in text(
            english.post("/residents/code/", {"code": typed, "purpose": "sampling"}), 422
        )
    assert 'id="error-summary"' in text(english.post("/residents/code/", {"code": right, "purpose": "x"}), 422)
    assert len(looks()) == before
    assert browse("community_clerk", HOME).get("/residents/code/").status_code == 404


def test_outside_the_scope_looks_like_nothing(browse, world):
    somebody = world.people[HOME][0]
    pages = (f"/residents/area/{HOME}/", f"/residents/area/{HOME}0001/", f"/residents/area/{somebody.path}/",
             f"/residents/person/{somebody.code}/")  # fmt: skip
    for role, path in (
        ("community_clerk", NEXT), ("township_dispatcher", "411621002"), ("medic", NEXT), ("building_lead", f"{NEXT}0001"),
        ("grid_worker", NEXT), ("command", "4116"), ("storekeeper", COUNTY), ("laboratory", COUNTY),
    ):  # fmt: skip
        client = browse(role, path)
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 404, (role, page)
            assert somebody.name not in answer.content.decode()
    lead = browse("building_lead", f"{HOME}0002")
    assert lead.get(f"/residents/area/{HOME}0001/").status_code == 404
    assert somebody.name not in text(lead.get(f"/residents/area/{HOME}0002/"))
    assert Client().get(pages[0])["Location"].startswith("/sign-in/")


def test_statements_do_not_grow_with_the_people(browse, world):
    counts = []
    for role, path, page in (
        ("community_clerk", NEXT, f"/residents/area/{NEXT}/"), ("community_clerk", HOME, f"/residents/area/{HOME}/"),
        ("township_dispatcher", TOWN, f"/residents/area/{code(TOWN)}/"),
    ):  # fmt: skip
        client = browse(role, path)
        with CaptureQueriesContext(connection) as captured:
            text(client.get(page))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert max(counts) <= 14, counts


def test_a_large_place_counts_care_tags_when_asked(browse, monkeypatch: pytest.MonkeyPatch) -> None:
    from lianfang.domain.residents import views

    clerk = browse("community_clerk", HOME)
    address = f"/residents/area/{HOME}/"
    at_once = text(clerk.get(address))
    assert 'class="states"' in at_once
    monkeypatch.setattr(views, "COUNTED_AT_ONCE", 3)
    page = text(clerk.get(address))
    assert 'class="states"' not in page
    assert "?care=1" in page
    assert 'class="states"' in text(clerk.get(address + "?care=1"))
    assert 'class="states"' in text(clerk.get(address + "?kind=1"))


@pytest.mark.row("C1")
def test_who_had_moved_away_is_taken_back_on_a_page(browse, world):
    """From the dated record: who moved away is on no list, but their line leads back to a door; the dead are not."""
    clerk = browse("community_clerk", NEXT)
    person, dead = world.people[NEXT][0], world.people[NEXT][1]
    for one, what in ((person, "moved_out"), (dead, "died")):
        said = {"what": what, "on": "2022-03-20", "reason": "本人告知"}
        assert clerk.post(f"/residents/person/{one.code}/change/", said).status_code == 303
    page = text(clerk.get(f"/residents/changes/{NEXT}/"))
    assert page.count("又住回来了") == 1
    [address] = re.findall(r"/residents/returned/\d+/", page)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select id from residents_person where gone = 2 and path like %s", [NEXT + "%"])
        assert clerk.get(f"/residents/returned/{cursor.fetchone()[0]}/").status_code == 404
    form = text(clerk.get(address))
    assert "门" in form or "户" in form
    building = f"{NEXT}0001"
    assert (
        clerk.post(address, {"on": "2022-04-01", "building": building, "door": "", "reason": "回来"}).status_code == 422
    )
    assert browse("community_clerk", HOME).get(address).status_code == 404
    answer = clerk.post(address, {"on": "2022-04-01", "building": building, "door": "909", "reason": "打工回来"})
    assert (answer.status_code, answer["Location"]) == (303, f"/residents/person/{person.code}/")
    assert "909" in text(clerk.get(answer["Location"]))
    assert clerk.get(address).status_code == 303  # nothing to take back any more
    assert "又住回来了" not in text(clerk.get(f"/residents/changes/{NEXT}/"))
