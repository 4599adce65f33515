"""A resident's evening in Chromium: the printed sheet, the question, the page in large type, an objection and its answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connections

from tests.journeys.desk_server import served
from tests.support.world import HOME, World

pytestmark = [pytest.mark.browser, pytest.mark.row("C1")]


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """A building with people who have papers; looks at the first; a running round with a late sample."""
    from lianfang.base.vault.api import incident_box, standing_box
    from lianfang.domain.residents.sealing import SECRET, seal
    from tests.support.world import build_world

    made = build_world(homes=(HOME,), buildings=1, per_building=4)
    box = standing_box(HOME)
    tube = "018f0000-0000-7000-8000-000000000001"
    with connections["owner"].cursor() as cursor:
        for one in made.people[HOME]:
            hidden = {
                "paper": "resident",
                "number": "990101198001011234",
                "birth": "1980-01-01",
                "phone": "13912345678",
            }
            cursor.execute(
                "insert into residents_secret (person_id, identity_blind, sealed) values (%s, %s, %s)",
                [one.id, str(one.id).encode(), seal(box, hidden, SECRET)],
            )
        first = made.people[HOME][0]
        cursor.execute(
            "insert into vault_look (account_id, role, person_id, path, purpose, fields) "
            "values (1, 'community_clerk', %s, %s, 'call_person', 'identity')", [first.id, first.path],
        )  # fmt: skip
        cursor.execute(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
            "values (%s, 'testing', '第一轮', %s, 10, '', 'open', 1) returning id", [made.incident, HOME[:6]],
        )  # fmt: skip
        number = cursor.fetchone()[0]
        cursor.execute(
            "insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id) "
            "values (%s, %s, %s, 1, %s, 10, '\\x00', now() - interval '30 hours', 1)", [made.incident, tube, number, HOME],
        )  # fmt: skip
        cursor.execute(
            "insert into rounds_sample (incident, round_id, person, path, tube, at) values (%s, %s, %s, %s, %s, now())",
            [made.incident, number, incident_box(made.incident).pseudonym(first.number), first.path, tube],
        )
    return made


@pytest.fixture(scope="module")
def site(world: World) -> Any:
    """The product."""
    with served("lianfang.config.settings") as address:
        yield address


@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")])
def test_a_residents_evening(desk: Any, world: World, language: str, size: str) -> None:
    clerk = desk(world.token("community_clerk", HOME), language, "desk")
    page = clerk.go(f"/own/sheet/{HOME}0001/")
    clerk.check("own-sheet-before")
    page.click("main form button.main")
    page.wait_for_selector(".own-cards li")
    clerk.check("own-sheet")
    assert page.locator(".own-cards li").count() == 4
    typed = page.inner_text(".own-cards li >> nth=0 >> css=code")
    assert re.fullmatch(r"([0-9A-Z]{4}-){5}[0-9A-Z]{4}", typed)
    phone = desk("nobody", language, size)
    mine = phone.go("/me/")
    phone.check("own-enter")
    mine.fill("#code", typed.lower())
    mine.keyboard.press("Enter")
    mine.wait_for_selector("#answer")
    phone.check("own-question")
    mine.fill("#answer", "0000")
    mine.keyboard.press("Enter")
    mine.wait_for_selector("#error-summary")
    phone.check("own-question-wrong")
    mine.fill("#answer", "1234")
    mine.keyboard.press("Enter")
    mine.wait_for_selector("#known-title")
    phone.check("own-page")
    text = mine.inner_text("main")
    assert "990101198001011234" in text
    assert ("不是您的问题" if language == "zh" else "This is not your fault") in text
    assert mine.evaluate("() => parseFloat(getComputedStyle(document.querySelector('.own dd')).fontSize)") >= 20
    mine.check("input[name=what][value=wrong]")
    mine.fill("#words", "电话是旧的")
    mine.click("form[action$='/ask/'] button")
    mine.wait_for_selector("#asked")
    phone.check("own-asked")
    work = clerk.go("/worklist/")
    work.click("a[href*='/own/objections/'] >> nth=0")
    clerk.check("own-objection")
    work.fill("#words", "已更正，谢谢")
    work.click("main form button.main.large")
    work.wait_for_selector("main .banner.good")
    clerk.check("own-objections")
    mine.reload()
    assert "已更正，谢谢" in mine.inner_text("#asked")
    mine.click("form[action$='/leave/'] button")
    mine.wait_for_selector("#code")
    mine.go_back()
    mine.reload()
    assert "990101198001011234" not in mine.inner_text("body")
    trouble = [line for line in [*clerk.trouble, *phone.trouble] if "422" not in line]
    assert trouble == []


def test_a_drill_says_so_on_paper(desk: Any, world: World) -> None:
    import pypdfium2

    clerk = desk(world.token("community_clerk", HOME), "zh", "desk")
    page = clerk.go(f"/residents/area/{HOME}/")
    page.evaluate(
        "() => { for (let n = 0; n < 120; n++) document.querySelector('main').append(document.createElement('hr'), 'x') }"
    )
    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    texts = [sheet.get_textpage().get_text_range() for sheet in pdf]
    assert len(texts) >= 2
    assert "演练" in texts[0]
    assert "演练" in texts[-1]
