"""Ledger, person, look-up, quarantine, looks and accounts in Chromium: both languages, phone and desk, every state."""

from __future__ import annotations

import pytest
from django.db import connections

from tests.journeys.desk_server import served
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, fold

pytestmark = pytest.mark.browser
LONG_NAME = "巴拉嘎尔高勒镇巴彦胡舒社区第三网格含临时安置点及周边散户的一位名字很长的居民买买提江·阿卜杜热合曼"
EVERY_SIZE = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]


@pytest.fixture(scope="module")
def world(database):
    """People with papers and tags, a very long name, held facts, looks."""
    from lianfang.base.vault.api import standing_box, system_box
    from lianfang.domain.residents.sealing import PERSON, SECRET, seal
    from tests.support.world import build_world

    made = build_world(homes=(HOME,), buildings=32, per_building=8)
    box = standing_box(HOME)
    people = made.people[HOME]
    hidden = {"paper": "resident", "number": "990101198001011234", "phone": "13912345678", "employer": "扶沟县人民医院"}
    fact = b'{"id":"x","kind":"rounds.tube_filled/1","payload":{"tube":"8J20KX9TQ","people":["7Y8ZV8XP5","QR6MDTYNH"]}}'
    clerk = made.token("community_head", HOME)
    assert clerk
    with connections["owner"].cursor() as cursor:
        for one in people[:30]:
            cursor.execute(
                "insert into residents_secret (person_id, identity_blind, sealed) values (%s, %s, %s)",
                [one.id, str(one.id).encode(), seal(box, hidden, SECRET)],
            )
        cursor.execute("update residents_person set tags = '{1,2,3,4,5,6}' where id = %s", [people[0].id])
        cursor.execute("update residents_person set kind = 4, tags = '{1}' where id = %s", [people[1].id])
        cursor.execute(
            "update residents_person set sealed = %s where id = %s",
            [seal(box, {"name": LONG_NAME, "relation": "户主", "phone": "139****5678"}, PERSON), people[0].id],
        )
        cursor.execute("select account_id from access_grant where role = 'community_head'")
        head = cursor.fetchone()[0]
        sealed = system_box().seal(fact, b"facts_quarantine.sealed")
        for number, (outcome, code) in enumerate(
            [("refused", "fact.subject_unknown"), ("conflict", "fact.id_reused"), ("held", "fact.needs_earlier")]
        ):
            cursor.execute(
                "insert into facts_quarantine (kind, outcome, code, path, account_id, digest, sealed) "
                "values ('rounds.tube_filled/1', %s, %s, %s, 999, %s, %s)",
                [outcome, code, HOME, str(number).encode(), sealed],
            )
        for purpose, fields, count in (("call_person", "identity", 15), ("sampling", "name", 30), ("visit", "name", 5)):
            cursor.execute(
                "insert into vault_look (account_id, role, person_id, path, purpose, fields) "
                "select %s, 'community_head', n, %s, %s, %s from generate_series(1, %s) n",
                [head, f"{HOME}000101001", purpose, fields, count],
            )
    fold()
    made.head = head
    return made


@pytest.fixture(scope="module")
def site(world: World):
    """The product."""
    with served() as address:
        yield address


@pytest.mark.row("C1")
@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_the_ledger(desk, world, language, size):
    clerk = desk(world.token("community_clerk", HOME), language, size)
    somebody = world.people[HOME][0]
    for name, address in (
        ("people", f"/residents/area/{HOME}/"), ("people-building", f"/residents/area/{HOME}0001/"),
        ("people-home", f"/residents/area/{somebody.path}/"), ("people-tag", f"/residents/area/{HOME}/?tag=5"),
        ("people-none", f"/residents/area/{HOME}/?tag=99"), ("person", f"/residents/person/{somebody.code}/"),
    ):  # fmt: skip
        clerk.go(address)
        clerk.check(name)
    page = clerk.page
    page.check("input[value=call_person]")
    page.click("form[action$='/open/'] button")
    page.wait_for_selector("#secret-title")
    assert "13912345678" in page.inner_text("main")
    assert page.evaluate("() => document.activeElement.classList.contains('banner')")
    clerk.check("person-open")
    medic = desk(world.token("medic", HOME), language, size)
    medic.go(f"/residents/area/{HOME}/")
    medic.check("people-masked")
    empty = desk(world.token("community_clerk", NEXT), language, size)
    empty.go(f"/residents/area/{NEXT}/")
    empty.check("people-empty")
    town = desk(world.token("township_dispatcher", TOWN), language, size)
    town.go("/residents/")
    town.check("above")
    assert [*clerk.trouble, *medic.trouble, *empty.trouble, *town.trouble] == []


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_a_code_at_a_desk(desk, world, language, size):
    sampler = desk(world.token("sampler", COUNTY), language, size)
    page = sampler.go("/residents/")
    sampler.check("code")
    page.fill("#id_code", world.people[HOME][0].code)
    page.keyboard.press("Enter")
    page.wait_for_selector("#found-title")
    assert LONG_NAME in page.inner_text("main")
    sampler.check("code-found")
    page.fill("#id_code", "123")
    page.keyboard.press("Enter")
    page.wait_for_selector("#error-summary")
    sampler.check("code-wrong")
    assert [line for line in sampler.trouble if "422" not in line] == []


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_the_quarantine(desk, world, language, size):
    head = desk(world.token("community_head", HOME), language, size)
    page = head.go("/quarantine/")
    assert page.locator("#rows tbody tr").count() == 3
    head.check("quarantine")
    page.click("#fact-2 th a")
    head.check("quarantine-one")
    empty = desk(world.token("community_head", NEXT), language, size)
    empty.go("/quarantine/")
    empty.check("quarantine-empty")
    assert [*head.trouble, *empty.trouble] == []


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_the_administrators_desks(desk, world, language, size):
    auditor = desk(world.token("audit_admin", ""), language, size)
    auditor.go("/looks/")
    auditor.check("looks")
    admin = desk(world.token("security_admin", COUNTY), language, size)
    page = admin.go("/accounts/")
    admin.check("accounts")
    page.click(f"#account-{world.head} th a")
    admin.check("account")
    page.click("form[action$='/give/'] button")
    page.wait_for_selector("#error-summary")
    admin.check("account-wrong")
    assert [line for line in [*auditor.trouble, *admin.trouble] if "422" not in line] == []
