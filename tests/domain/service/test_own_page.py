"""A member's own page: the code, the question, locks; shifts, swap, handover, claiming; hours; reporting; what it never shows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lianfang.domain.service import availability, entering
from lianfang.domain.workforce.api import availability_of
from lianfang.kernel.errors import LianfangError
from tests.support.service import NAMES, PAPERS, PHONES, Stage, owner
from tests.support.workforce import make_members
from tests.support.world import COUNTY, HOME, NEXT

pytestmark = [pytest.mark.usefixtures("stage")]


def text(reply: Any) -> str:
    """The page, which must be one."""
    assert reply.status_code == 200, (reply.status_code, reply.content.decode()[:2000])
    return str(reply.content.decode())


# ------------------------------------------------------------------------------------------------------ the code


@pytest.mark.row("I5")
def test_a_slip_opens_its_page_after_the_question(stage: Stage) -> None:
    code, phone = stage.code(stage.members[0]), Client()
    assert phone.post("/mine/", {"code": code.lower()}).headers["Location"] == f"/mine/{code}/"
    asked = text(phone.get(f"/mine/{code}/"))
    assert NAMES[0] not in asked
    assert phone.post(f"/mine/{code}/", {"answer": "0000"}).status_code == 422
    assert NAMES[0] not in text(phone.get(f"/mine/{code}/"))
    assert phone.post(f"/mine/{code}/", {"answer": PAPERS[0][-4:]}).status_code == 303
    page = phone.get(f"/mine/{code}/")
    assert NAMES[0] in text(page)
    assert NAMES[1] not in text(page)
    assert page.headers["Cache-Control"] == "no-store"
    other = stage.code(stage.members[1])
    assert NAMES[1] not in text(phone.get(f"/mine/{other}/")), (
        "the question of another code was not answered on this phone"
    )


def test_the_whole_phone_number_opens_it_its_end_does_not(stage: Stage) -> None:
    code, phone = stage.code(stage.members[1]), Client()
    assert phone.post(f"/mine/{code}/", {"answer": PHONES[1][-4:]}).status_code == 422
    assert phone.post(f"/mine/{code}/", {"answer": PHONES[1]}).status_code == 303


def test_five_wrong_answers_lock_fifteen_end_the_code(stage: Stage) -> None:
    code = stage.code(stage.members[0])
    for _ in range(5):
        assert Client().post(f"/mine/{code}/", {"answer": "0000"}).status_code == 422
    assert Client().post(f"/mine/{code}/", {"answer": PAPERS[0][-4:]}).status_code == 429
    for _ in range(2):
        owner("update workforce_link set locked_until = null")
        for _ in range(5):
            Client().post(f"/mine/{code}/", {"answer": "0000"})
        entering._tries._seen.clear()
    owner("update workforce_link set locked_until = null")
    assert Client().post(f"/mine/{code}/", {"answer": PAPERS[0][-4:]}).status_code == 404


def test_a_code_of_a_resident_opens_no_page_of_a_member(stage: Stage) -> None:
    from lianfang.domain.selfview.api import new_code

    assert Client().get(f"/mine/{new_code(entering.today() + timedelta(days=9))}/").status_code == 404
    assert Client().post("/mine/", {"code": "x" * 24}).status_code == 404


def test_new_codes_end_old_ones_and_leaving_ends_them_all(stage: Stage) -> None:
    first, second = stage.code(stage.members[0]), stage.code(stage.members[0])
    assert Client().post(f"/mine/{first}/", {"answer": PAPERS[0][-4:]}).status_code == 404
    phone = Client()
    assert phone.post(f"/mine/{second}/", {"answer": PAPERS[0][-4:]}).status_code == 303
    owner("update workforce_member set left_on = current_date where id = %s", stage.members[0])
    try:
        assert NAMES[0] not in phone.get(f"/mine/{second}/").content.decode()
    finally:
        owner("update workforce_member set left_on = null where id = %s", stage.members[0])


def test_only_an_office_where_they_belong_makes_codes(stage: Stage) -> None:
    far = stage.desk("community_clerk", HOME)
    code = owner("select code from workforce_member where id = %s", stage.members[0])[0][0]
    from lianfang.kernel.ids import format_code

    address = f"/service/members/{format_code(code)}/"
    assert far.get(address).status_code == 404
    near = stage.desk("community_clerk", NEXT)
    assert "lf" not in near.cookies or near.get(address).status_code == 200
    made = near.post(address)
    assert "<svg" in text(made)
    owner(
        "insert into workforce_presence (path, member_id, why, until_on) values (%s, %s, 4, current_date + 1)",
        HOME,
        stage.members[0],
    )
    assert far.get(address).status_code == 200
    assert far.post(address).status_code == 404, "who only hosts them makes no codes"
    owner("delete from workforce_presence where why = 4")
    officer = stage.officer()
    assert officer.get(f"/service/units/{stage.unit}/slips/").status_code == 200
    sheet = text(officer.post(f"/service/units/{stage.unit}/slips/"))
    assert sheet.count('<svg class="qr"') + sheet.count('class="qr"') >= len(NAMES)


def test_an_account_that_is_a_members_needs_no_code(stage: Stage) -> None:
    desk = stage.desk("community_clerk", HOME)
    assert "code" in text(desk.get("/mine/"))
    account = owner("select account_id from access_grant where role = 'community_clerk' and path = %s", HOME)[0][0]
    owner("update workforce_member set account_id = %s where id = %s", account, stage.members[2])
    try:
        assert desk.get("/mine/").headers["Location"] == "/mine/account/"
        assert NAMES[2] in text(desk.get("/mine/account/"))
        assert text(desk.get("/mine/account/record/"))
    finally:
        owner("update workforce_member set account_id = null")
    assert desk.get("/mine/account/").status_code == 404
    assert Client().get("/mine/account/").status_code in (401, 404)


# ------------------------------------------------------------------------------------------------------ the shifts


@pytest.mark.row("B9")
def test_check_in_and_out_without_script(stage: Stage) -> None:
    slot = stage.slot(stage.members[0], hours_ago=0.1, state="published")
    phone, page = stage.phone(stage.members[0])
    assert 'value="in"' in text(phone.get(page))
    assert phone.post(f"{page}shifts/{slot}/attend/", {"what": "in"}).status_code == 303
    shown = text(phone.get(page))
    assert 'value="out"' in shown
    assert phone.post(f"{page}shifts/{slot}/attend/", {"what": "out"}).status_code == 303
    assert owner("select state from duty_slot where id = %s", slot) == [("left",)]
    stranger, other = stage.phone(stage.members[1])
    assert stranger.post(f"{other}shifts/{slot}/attend/", {"what": "in"}).status_code == 404


@pytest.mark.row("B9")
def test_a_swap_needs_the_colleagues_consent(stage: Stage) -> None:
    mine = stage.slot(stage.members[0], hours_ago=-24, state="published")
    theirs = stage.slot(stage.members[1], hours_ago=-60, state="published")
    phone, page = stage.phone(stage.members[0])
    assert NAMES[1] in text(phone.get(f"{page}shifts/{mine}/"))
    assert phone.post(f"{page}shifts/{mine}/swap/", {"mate": f"{stage.members[1]}:{theirs}"}).status_code == 303
    whose = "select member_id from duty_slot where state = 'published' order by starts_at"
    assert owner(whose) == [(stage.members[0],), (stage.members[1],)], "nothing changes before they agree"
    colleague, other = stage.phone(stage.members[1])
    assert NAMES[0] in text(colleague.get(other))
    swap = owner("select id from duty_swap")[0][0]
    assert phone.post(f"{page}swaps/{swap}/", {"answer": "accepted"}).status_code >= 400, "nobody agrees for another"
    assert colleague.post(f"{other}swaps/{swap}/", {"answer": "accepted"}).status_code == 303
    assert owner(whose) == [(stage.members[1],), (stage.members[0],)]


def test_a_handover_note_reaches_the_next_crew_only(stage: Stage) -> None:
    slot = stage.slot(stage.members[0], hours_ago=1, state="present")
    stage.slot(stage.members[1], hours_ago=-7, state="published")
    phone, page = stage.phone(stage.members[0])
    assert phone.post(f"{page}shifts/{slot}/handover/", {"words": "钥匙在岗亭"}).status_code == 303
    assert phone.post(f"{page}shifts/{slot}/handover/", {"words": " "}).status_code == 422
    colleague, other = stage.phone(stage.members[1])
    next_slot = owner("select id from duty_slot where member_id = %s", stage.members[1])[0][0]
    assert "钥匙在岗亭" in text(colleague.get(f"{other}shifts/{next_slot}/"))
    assert "钥匙在岗亭" not in str(owner("select sealed from duty_handover"))


@pytest.mark.row("B1")
def test_an_open_place_is_claimed_and_kept_inside_my_hours(stage: Stage) -> None:
    stage.slot(stage.members[1], hours_ago=-30, state="published", path=NEXT, name="南门")
    phone, page = stage.phone(stage.members[0])
    shift = owner("select id from duty_shift")[0][0]
    assert "南门" in text(phone.get(page))
    assert phone.post(f"{page}claim/", {"shift": shift}).status_code == 303
    assert owner("select count(*) from duty_slot where member_id = %s and source = 'claim'", stage.members[0]) == [(1,)]
    assert phone.post(f"{page}claim/", {"shift": shift}).status_code == 409
    other, theirs = stage.phone(stage.members[2])
    other.post(
        f"{theirs}times/", {f"from-{day}": "00:00" for day in range(7)} | {f"to-{day}": "00:30" for day in range(7)}
    )
    assert other.post(f"{theirs}claim/", {"shift": shift}).status_code in (409, 422)


def test_a_broken_phone_form_never_crashes(stage: Stage) -> None:
    phone, page = stage.phone(stage.members[0])
    for address, body in (
        ("claim/", {"shift": "x"}), ("shifts/999/attend/", {"what": "in"}), ("shifts/999/attend/", {}),
        ("swaps/999/", {"answer": "accepted"}), ("swaps/999/", {"answer": "?"}), ("shifts/999/swap/", {"mate": "1"}),
        ("shifts/999/handover/", {"words": "x"}), ("record/object/", {"line": "shift:9", "words": "x"}), ("home/", {"code": "x"}),
    ):  # fmt: skip
        assert phone.post(page + address, body).status_code in (404, 409, 422), address


# ---------------------------------------------------------------------------------------------------- when I can


@pytest.mark.row("B3")
def test_my_hours_are_mine_and_what_planners_read(stage: Stage) -> None:
    phone, page = stage.phone(stage.members[0])
    day = entering.today() + timedelta(days=7)
    sent = {
        f"from-{day.weekday()}": "22:00",
        f"to-{day.weekday()}": "06:00",
        "off": (day + timedelta(days=1)).isoformat(),
    }
    assert phone.post(f"{page}times/", sent).status_code == 303
    shown = text(phone.get(f"{page}times/"))
    assert 'value="22:00"' in shown and 'value="06:00"' in shown
    from django.db import transaction

    with transaction.atomic():
        stage.world.enter("county_dispatcher", COUNTY)
        found = availability_of([stage.members[0]], day, 2)[stage.members[0]]
    assert [(one.ends_at - one.starts_at) for one in found] == [timedelta(hours=8)]
    assert phone.post(f"{page}times/", {}).status_code == 303
    assert owner("select count(*) from workforce_availability") == [(0,)]


@pytest.mark.row("B3")
@pytest.mark.parametrize(
    "sent",
    [{"from-0": "8"}, {"from-0": "08:00", "to-0": "08:00"}, {"from-0": "25:00", "to-0": "26:00"}, {"off": "tomorrow"}],
)
def test_hours_that_make_no_sense_change_nothing(stage: Stage, sent: dict[str, str]) -> None:
    phone, page = stage.phone(stage.members[0])
    phone.post(f"{page}times/", {"from-1": "09:00", "to-1": "12:00"})
    assert phone.post(f"{page}times/", sent).status_code == 422
    assert owner("select from_minute from workforce_availability") == [(540,)]


def test_a_statement_round_trips() -> None:
    said = availability.parse({"from-2": "08:00", "to-2": "24:00", "off": "2022-03-28，2022-03-29"})
    assert said.hours[2].begins == "08:00"
    assert said.off == [date(2022, 3, 28), date(2022, 3, 29)]
    assert not said.silent
    with pytest.raises(LianfangError):
        availability.parse({"off": "\n".join((date(2022, 1, 1) + timedelta(days=at)).isoformat() for at in range(30))})


# ----------------------------------------------------------------------------------------------------- reporting


@pytest.mark.row("B3")
def test_reporting_to_the_home_community_by_its_printed_code(stage: Stage) -> None:
    phone, page = stage.phone(stage.members[0])
    clerk = stage.desk("community_clerk", HOME)
    poster = text(clerk.get(f"/service/home/{HOME}/"))
    code = entering.home_code(HOME)
    assert code[12:] in poster
    assert stage.desk("community_clerk", NEXT).get(f"/service/home/{HOME}/").status_code == 404
    scanned = Client().get(f"/mine/at/{code}/")
    assert code in text(scanned), "the community's code is carried along until the page is open"
    assert phone.post(f"{page}home/", {"code": f"{code[:12]}-{code[12:]}".lower()}).status_code == 303
    seen = owner("select path, why from workforce_presence where member_id = %s and why = 5", stage.members[0])
    assert seen == [(HOME, 5)]
    assert owner("select count(*) from workforce_registration where ended_at is null") == [(1,)]
    other = entering.home_code(NEXT)
    assert phone.post(f"{page}home/", {"code": other}).status_code == 303
    assert phone.post(f"{page}home/", {"code": other}).status_code == 303
    rows = owner("select path, ended_at is null from workforce_registration order by id")
    assert rows == [(HOME, False), (NEXT, True)], "one live registration, the earlier one kept as ended"
    assert phone.post(f"{page}home/", {"code": HOME + "AAAAA"}).status_code == 422
    assert phone.post(f"{page}home/", {"code": entering.home_code("411621001999")}).status_code == 422


def test_the_question_carries_the_communitys_code(stage: Stage) -> None:
    member, at = stage.code(stage.members[0]), entering.home_code(HOME)
    phone = Client()
    assert phone.post("/mine/", {"code": member, "at": at}).headers["Location"] == f"/mine/{member}/?at={at}"
    reply = phone.post(f"/mine/{member}/", {"answer": PAPERS[0][-4:], "at": at})
    assert reply.headers["Location"] == f"/mine/{member}/home/?code={at}"
    assert at in text(phone.get(reply.headers["Location"]))


def test_the_page_is_small(stage: Stage) -> None:
    """Thousands open it on old phones: the document itself is below 20 kB with two weeks of shifts on it."""
    for day in range(1, 14):
        stage.slot(stage.members[0], hours_ago=-24 * day, state="published")
    phone, page = stage.phone(stage.members[0])
    reply = phone.get(page)
    assert len(reply.content) < 20_000, len(reply.content)
    assert b"/shifts/" in reply.content
    assert timezone.now().year > 2000


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "请带证件到单位或社区补登记"), ("en", "Take your paper to your unit")]
)
def test_somebody_without_paper_and_telephone_is_told_where_to_go(stage: Stage, language: str, words: str) -> None:
    """Their list named them only: no answer could be right, so none is counted as wrong."""
    bare = make_members(stage.unit, [f"无号{language}"], home=HOME, phones=[""])[0]
    code, phone = stage.code(bare), Client()
    phone.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for _ in range(7):  # more than lock a code
        answer = phone.post(f"/mine/{code}/", {"answer": "1234"})
        assert answer.status_code == 409
        assert words in answer.content.decode()
