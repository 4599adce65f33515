"""From a call on the wall to a confirmed shift, without an account, at 375 px; then somebody else withdraws; an offer to serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.journeys.desk_server import served
from tests.support.world import HOME, TOWN, World

pytestmark = [pytest.mark.browser, pytest.mark.row("B8"), pytest.mark.row("B12"), pytest.mark.row("D2")]


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """A community with two buildings, and its offices."""
    from tests.support.world import build_world

    made = build_world(homes=(HOME,), per_building=2)
    for role, path in (("community_head", HOME), ("community_clerk", HOME), ("township_dispatcher", TOWN)):
        made.token(role, path)
    return made


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """One statement as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall())


def publish(head: Any, place: str, wanted: int) -> str:
    """The head publishes a call for one shift a day on two days; the public code from the poster."""
    page = head.go("/volunteers/new/")
    head.check("volunteers-new")
    page.select_option("#id_role", "gate")
    page.fill("#id_place", place)
    page.select_option("#id_building", f"{HOME}0001")
    first = page.evaluate(
        "() => new Date(Date.now() + 86400000).toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })"
    )
    last = page.evaluate(
        "() => new Date(Date.now() + 2 * 86400000).toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })"
    )
    page.fill("#id_first_on", first)
    page.fill("#id_last_on", last)
    page.fill("#id_wanted1", str(wanted))
    page.fill("#id_skills", "普通话、电脑")
    page.fill("#id_insurance", "街道统一投保意外险")
    page.click("main form button.main")
    page.wait_for_selector("#shifts-title")
    head.check("volunteers-call-empty")
    page.click("a[href$='/poster/']")
    page.wait_for_selector(".poster svg")
    head.check("volunteers-poster")
    return str(page.inner_text(".poster .code")).strip()


def answer(phone: Any, code: str, name: str, number: str, *, skills: bool = True) -> str:
    """A resident answers on the public page; their own code."""
    page = phone.go(f"/join/{code}/")
    phone.check("volunteer-call")
    page.fill("#id_name", name)
    page.fill("#id_phone", number)
    page.select_option("#id_building", f"{HOME}0001" if skills else f"{HOME}0002")
    if skills:
        for box in page.query_selector_all("input[name=skills]"):
            box.check()
    page.check("#id_consent")
    page.click("main form button.main")
    page.wait_for_selector("#code-title")
    phone.check("volunteer-given")
    return str(page.inner_text(".join .code")).strip()


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk"), ("zh", "desk"), ("en", "phone")])
def test_from_the_poster_to_a_confirmed_shift(desk: Any, world: World, language: str, size: str) -> None:
    place, start = f"东门{language}{size}", 13_900_000_000 + 100 * len(rows("select 1 from volunteers_call"))
    head, clerk = (
        desk(world.token("community_head", HOME), language, "desk"),
        desk(world.token("community_clerk", HOME), language, size),
    )
    code = publish(head, place, 1)
    phone = desk("nobody", language, size)
    page = phone.go(f"/join/{code}/")
    page.fill("#id_name", "王芳")
    page.fill("#id_phone", "12")
    page.click("main form button.main")
    page.wait_for_selector("#error-summary")
    phone.check("volunteer-call-wrong")
    near = answer(phone, code, "王芳", str(start + 1))
    assert re.fullmatch(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", near)
    far = answer(phone, code, "李强", str(start + 2), skills=False)
    work = clerk.go("/worklist/")
    work.click("a[href*='/volunteers/calls/'] >> nth=0")
    work.wait_for_selector("#answers-title")
    clerk.check("volunteers-call")
    names = work.eval_on_selector_all("tbody th a", "found => found.map(one => one.textContent)")
    assert names[:2] == ["王芳", "李强"]
    work.click("tbody th a >> nth=0")
    work.wait_for_selector("#decide-title")
    work.click("button[value=phone]")
    work.wait_for_selector("dd strong.code")
    assert work.inner_text("dd strong.code") == str(start + 1)
    assert rows("select count(*) from vault_look where fields = 'phone' and purpose = 'call_person'")[0][0] >= 1
    clerk.check("volunteers-answer")
    work.fill("#thanks", "欢迎，八点到社区领取袖标。")
    work.click("button[value=accept]")
    work.wait_for_selector("main .banner.good")
    work.click("tbody th a:has-text('李强')")
    work.click("button[value=wait]")
    work.wait_for_selector("main .banner.good")
    clerk.check("volunteers-call-decided")
    mine = phone.go("/join/")
    phone.check("volunteer-enter")
    mine.fill("#code", near.lower())
    mine.keyboard.press("Enter")
    mine.wait_for_selector("#shifts")
    phone.check("volunteer-mine")
    assert mine.locator("#shifts li").count() == 2
    assert "08:00–12:00" in mine.inner_text("#shifts")
    assert "袖标" in mine.inner_text("main")
    assert str(start + 1) not in mine.content()
    mine.click("button[value=withdraw]")
    mine.wait_for_selector("main .banner.good")
    phone.check("volunteer-withdrawn")
    work.goto(f"{clerk.site}/worklist/")
    work.click("a[href*='/volunteers/calls/'] >> nth=0")
    work.wait_for_selector("button:has-text('1')")
    clerk.check("volunteers-call-next")
    work.click("form[action$='/accept/'] button")
    work.wait_for_selector("main .banner.good")
    mine = phone.go(f"/join/mine/{far.replace('-', '')}/")
    mine.wait_for_selector("#shifts")
    mine.fill("#words", "几点集合？")
    mine.click("button[value=say]")
    mine.wait_for_selector("main .banner.good")
    work.goto(f"{clerk.site}/worklist/")
    work.click("a[href*='/volunteers/answers/'] >> nth=0")
    assert "几点集合？" in work.inner_text("#written-title >> xpath=../..")
    clerk.check("volunteers-answer-written")
    assert [line for line in [*head.trouble, *clerk.trouble, *phone.trouble] if "422" not in line] == []


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_an_offer_to_serve_finds_its_place(desk: Any, world: World, language: str, size: str) -> None:
    head = desk(world.token("community_head", HOME), language, "desk")
    publish(head, f"西门{language}", 2)
    phone = desk("nobody", language, size)
    page = phone.go(f"/serve/{TOWN}000/")
    phone.check("volunteer-serve")
    page.fill("#id_name", "赵勇")
    page.fill("#id_phone", "13812340001" if language == "zh" else "13812340002")
    page.fill("#id_address", "红旗路")
    page.fill("#id_text", "我是退役军人，请求参战。")
    page.fill("#id_skills", "普通话 电脑")
    page.check("#id_consent")
    page.click("main form button.main")
    page.wait_for_selector("#code-title")
    phone.check("volunteer-offered")
    code = str(page.inner_text(".join .code")).strip().replace("-", "")
    town = desk(world.token("township_dispatcher", TOWN), language, size)
    work = town.go("/worklist/")
    work.click("a[href*='/volunteers/offers/'] >> nth=0")
    work.wait_for_selector("#where-title")
    town.check("volunteers-offer")
    assert work.locator(".why .chip").count() >= 2
    work.click("#where-title >> xpath=../.. >> button >> nth=0")
    work.wait_for_selector("#asked-title")
    town.check("volunteers-offer-asked")
    page = phone.go(f"/join/mine/{code}/")
    phone.check("volunteer-offer-mine")
    page.click("button[value=yes]")
    page.wait_for_selector("main .banner.good")
    [(call,)] = rows("select max(call_id) from volunteers_match")
    work = head.go(f"/volunteers/calls/{call}/")
    head.check("volunteers-call-recommended")
    work.click("button[name=yes]")
    work.wait_for_selector("main .banner.good")
    work.click("tbody th a:has-text('赵勇')")
    work.click("button[value=accept]")
    work.wait_for_selector("main .banner.good")
    page = phone.go(f"/join/mine/{code}/")
    page.wait_for_selector("#shifts")
    phone.check("volunteer-offer-accepted")
    assert [line for line in [*head.trouble, *town.trouble, *phone.trouble] if "422" not in line] == []
