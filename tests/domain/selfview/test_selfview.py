"""The resident's own page: codes, the question, locks, the scope `self`, what it shows, objections and their answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.database.select import call
from lianfang.base.vault.api import incident_box, standing_box
from lianfang.domain.residents.sealing import SECRET, seal
from lianfang.domain.selfview import selectors, services, views
from lianfang.domain.selfview.codes import LENGTH, digest_of, grouped, new_code
from lianfang.domain.selfview.limits import Window
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import ALPHABET
from tests.support.world import HOME, NEXT, World

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("C1")]
TODAY = beijing_day(datetime.now(UTC))
NUMBER, BIRTH = "990101198001011234", "1980-01-01"


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Two communities; everybody of the first has a paper; some looks; two rounds with samples in every state."""
    from tests.support.world import build_world

    made = build_world(homes=(HOME, NEXT), per_building=12)
    box = standing_box(HOME)
    with connections["owner"].cursor() as cursor:
        for one in made.people[HOME]:
            hidden = {"paper": "resident", "number": NUMBER, "birth": BIRTH, "phone": "13912345678"}
            cursor.execute(
                "insert into residents_secret (person_id, identity_blind, sealed) values (%s, %s, %s)",
                [one.id, str(one.id).encode(), seal(box, hidden, SECRET)],
            )
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return made


@pytest.fixture(autouse=True)
def fresh(world: World) -> None:
    owner("truncate selfview_link, selfview_objection, worklist_item, vault_look, rounds_round, rounds_sample, rounds_tube, "
          "rounds_isolation, rounds_not_sampled cascade")  # fmt: skip
    views._tries._seen.clear()


def owner(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


def code_for(world: World, person: int) -> str:
    """A code that the clerk made for somebody."""
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        return services.issue_links(actor=clerk, people=[person], today=TODAY)[person]


def opened(code: str, answer: str = "1234") -> Client:
    client = Client()
    assert client.post(f"/me/{code}/", {"answer": answer}).status_code == 303
    return client


# -------------------------------------------------------------------------------------------------------- the code


@given(st.integers(0, 3000))
def test_a_code_knows_its_last_day(days: int) -> None:
    code = new_code(TODAY + timedelta(days=days))
    assert len(code) == LENGTH
    assert digest_of(grouped(code).lower(), today=TODAY) == digest_of(code, today=TODAY)
    with pytest.raises(LianfangError):
        digest_of(code, today=TODAY + timedelta(days=days + 1))


@given(st.integers(0, LENGTH - 1), st.integers(1, 31))
def test_a_changed_character_is_refused_before_anything_is_read(at: int, by: int) -> None:
    code = new_code(TODAY + timedelta(days=5))
    other = ALPHABET[(ALPHABET.index(code[at]) + by) % 32]
    with pytest.raises(LianfangError) as caught:
        digest_of(code[:at] + other + code[at + 1 :], today=TODAY)
    assert caught.value.code == "selfview.code_unknown"


def test_the_database_keeps_no_code(world: World) -> None:
    code = code_for(world, world.people[HOME][0].id)
    kept = owner("select l::text from selfview_link l")[0][0]
    assert code not in kept
    assert grouped(code) not in kept


# ------------------------------------------------------------------------------------------------- getting in


@pytest.mark.parametrize("answer", ["1234", "19800101", "1980-01-01", " 1234 "])
def test_the_question_is_answered_with_number_or_birth_date(world: World, answer: str) -> None:
    one = world.people[HOME][0]
    client = opened(code := code_for(world, one.id), answer)
    text = client.get(f"/me/{code}/").content.decode()
    assert one.name in text
    assert NUMBER in text
    assert "13912345678" in text


def test_without_the_answer_nothing_is_shown(world: World) -> None:
    one = world.people[HOME][0]
    code = code_for(world, one.id)
    answer = Client().get(f"/me/{code}/")
    assert answer.status_code == 200
    assert one.name not in answer.content.decode()
    other = opened(code_for(world, world.people[HOME][1].id))
    fresh_code = code_for(world, one.id)
    assert one.name not in other.get(f"/me/{fresh_code}/").content.decode(), "another person's cookie opens nothing"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"


def test_five_wrong_answers_lock_and_fifteen_end_it(world: World) -> None:
    code = code_for(world, world.people[HOME][0].id)
    client = Client()
    assert [client.post(f"/me/{code}/", {"answer": "0000"}).status_code for _ in range(7)] == [422] * 5 + [429] * 2
    assert client.post(f"/me/{code}/", {"answer": "1234"}).status_code == 429
    for _ in range(2):
        owner("update selfview_link set locked_until = null")
        assert {client.post(f"/me/{code}/", {"answer": "0000"}).status_code for _ in range(5)} == {422}
    owner("update selfview_link set locked_until = null")
    assert client.post(f"/me/{code}/", {"answer": "1234"}).status_code == 404
    assert owner("select revoked_at is not null from selfview_link") == [(True,)]


def test_somebody_signed_in_is_counted_as_well(world: World) -> None:
    code = code_for(world, world.people[HOME][0].id)
    insider = Client()
    insider.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    assert [insider.post(f"/me/{code}/", {"answer": "0000"}).status_code for _ in range(6)] == [422] * 5 + [429]


def test_one_address_may_not_try_for_ever(world: World) -> None:
    client = Client()
    codes = {client.post("/me/", {"code": "0" * 24}).status_code for _ in range(30)}
    assert codes == {404}
    assert client.post("/me/", {"code": "0" * 24}).status_code == 429
    window = Window(tries=2, seconds=10)
    assert [window.allow("a", at) for at in (0, 1, 2, 10.5, 11.5)] == [True, True, False, True, True]
    assert window.allow("b", 2)


@pytest.mark.parametrize("how", ["revoked", "ended", "died", "reissued"])
def test_a_code_that_is_over_opens_nothing_also_with_the_cookie(world: World, how: str) -> None:
    one = world.people[HOME][2]
    code = code_for(world, one.id)
    client = opened(code)
    if how == "revoked":
        with transaction.atomic():
            clerk = world.enter("community_clerk", HOME)
            services.revoke_link(actor=clerk, link_id=owner("select id from selfview_link")[0][0])
    elif how == "ended":
        owner("update selfview_link set ends_on = '2020-01-01'")
    elif how == "died":
        owner("update residents_person set gone = 2 where id = %s", one.id)
    else:
        code_for(world, one.id)
    try:
        answer = client.get(f"/me/{code}/")
        assert answer.status_code == 404
        assert one.name not in answer.content.decode()
    finally:
        owner("update residents_person set gone = 0 where id = %s", one.id)


def test_only_the_own_office_makes_codes(world: World) -> None:
    person = world.people[HOME][0].id
    for role, path in (("community_clerk", NEXT), ("grid_worker", HOME), ("county_dispatcher", HOME[:6])):
        with transaction.atomic():
            actor = world.enter(role, path, **({"grids": [1]} if role == "grid_worker" else {}))
            try:
                assert services.issue_links(actor=actor, people=[person], today=TODAY) == {}
            except LianfangError as error:
                assert error.code == "access.not_found"
    assert owner("select count(*) from selfview_link") == [(0,)]


def test_the_scope_self_reads_no_table(world: World) -> None:
    code = code_for(world, world.people[HOME][0].id)
    with services.as_oneself(code, today=TODAY):
        assert selectors.me().said["name"] == world.people[HOME][0].name
        for table in ("residents_presence", "residents_person", "residents_household", "metrics_value", "rounds_sample", "worklist_item",
                      "selfview_objection", "residents_change", "areas_building", "vault_look"):  # fmt: skip
            with connection.cursor() as cursor:
                cursor.execute(f"select count(*) from {table}")
                assert cursor.fetchone() == (0,), table


def test_outside_the_scope_the_functions_say_nothing(world: World) -> None:
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        assert call("select * from selfview_me()") == []
        assert call("select * from selfview_looks(10)") == []
        assert call("select * from selfview_tests('{1}', '{1}')") == []


# ---------------------------------------------------------------------------------------------------- what it shows


def test_who_looked_and_why_without_names_of_colleagues(world: World) -> None:
    one = world.people[HOME][0]
    from lianfang.domain.residents.api import open_secret

    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        open_secret(actor=clerk, person_id=one.id, purpose="call_person")
    code = code_for(world, one.id)
    text = opened(code).get(f"/me/{code}/").content.decode()
    assert "打电话" in text or "联系" in text
    assert "社区工作者" in text
    assert clerk.username not in text


NOW = datetime(2022, 4, 3, 20, 0, tzinfo=UTC)
HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("sampled", "result", "isolation", "reason", "standing"),
    [
        (None, None, None, None, "to_come"), (None, None, None, "away", "excused"), (NOW - 2 * HOURS, None, None, None, "waiting"),
        (NOW - 24 * HOURS, None, None, None, "waiting"), (NOW - 25 * HOURS, None, None, None, "late"),
        (NOW - 9 * HOURS, "negative", None, None, "negative"), (NOW - 9 * HOURS, "invalid", None, None, "invalid"),
        (NOW - 9 * HOURS, "positive", None, None, "isolated"), (NOW - 9 * HOURS, "positive", "isolated", None, "isolated"),
        (NOW - 9 * HOURS, "negative", "released", None, "negative"), (NOW - 9 * HOURS, "positive", "positive", None, "positive"),
    ],
)  # fmt: skip
def test_where_a_test_stands(sampled: Any, result: Any, isolation: Any, reason: Any, standing: str) -> None:
    assert selectors.standing_of(sampled, result, isolation, reason, NOW) == standing


def test_a_late_result_is_said_in_plain_words(world: World) -> None:
    one = world.people[HOME][0]
    number = owner(
        "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
        "values (%s, 'testing', '第一轮', %s, 10, '', 'open', 1) returning id", world.incident, HOME[:6],
    )[0][0]  # fmt: skip
    hidden = incident_box(world.incident).pseudonym(one.number)
    tube = "018f0000-0000-7000-8000-000000000001"
    owner("insert into rounds_tube (incident, id, round_id, code, area, size, people, filled_at, account_id) "
          "values (%s, %s, %s, 1, %s, 10, '\\x00', now() - interval '30 hours', 1)", world.incident, tube, number, HOME)  # fmt: skip
    owner("insert into rounds_sample (incident, round_id, person, path, tube, at) "
          "values (%s, %s, %s, %s, %s, now() - interval '30 hours')", world.incident, number, hidden, one.path, tube)  # fmt: skip
    code = code_for(world, one.id)
    client = opened(code)
    text = client.get(f"/me/{code}/").content.decode()
    assert "结果迟了" in text
    assert "不是您的问题" in text
    english = client.get(f"/me/{code}/", headers={"Accept-Language": "en"}).content.decode()
    assert "This is not your fault" in english
    owner("update rounds_tube set result = 'negative', result_at = now()")
    assert "阴性" in client.get(f"/me/{code}/").content.decode()
    other = code_for(world, world.people[HOME][1].id)
    assert "阴性" not in opened(other).get(f"/me/{other}/").content.decode()


# ------------------------------------------------------------------------------------------------------- objections


def test_an_objection_becomes_an_item_and_its_answer_is_read_by_the_person(world: World) -> None:
    one = world.people[HOME][0]
    code = code_for(world, one.id)
    client = opened(code)
    assert client.post(f"/me/{code}/ask/", {"what": "wrong", "words": ""}).status_code == 422
    assert client.post(f"/me/{code}/ask/", {"what": "wrong", "words": "电话不对<script>"}).status_code == 303
    number = owner("select id from selfview_objection")[0][0]
    assert "电话不对" not in owner("select o::text from selfview_objection o")[0][0]
    role = owner("select for_role from worklist_item where source = 'selfview'")[0][0]
    assert role == "community_clerk"
    desk, stranger = Client(), Client()
    desk.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    stranger.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", NEXT)
    assert stranger.get(f"/own/objections/{number}/").status_code == 404
    page = desk.get(f"/own/objections/{number}/").content.decode()
    assert "电话不对&lt;script&gt;" in page
    assert one.name in page
    assert desk.post(f"/own/objections/{number}/", {"words": " "}).status_code == 422
    assert desk.post(f"/own/objections/{number}/", {"words": "已更正"}).status_code == 303
    assert "已更正" in client.get(f"/me/{code}/").content.decode()
    assert owner("select count(*) from worklist_item where done_at is null") == [(0,)]


def test_five_open_questions_are_enough(world: World) -> None:
    code = code_for(world, world.people[HOME][0].id)
    client = opened(code)
    codes = [client.post(f"/me/{code}/ask/", {"what": "question", "words": f"第{n}问"}).status_code for n in range(6)]
    assert codes == [303] * 5 + [409]


def test_the_sheet_of_a_building_is_shown_once(world: World) -> None:
    desk = Client()
    desk.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    building = HOME + "0001"
    assert desk.get(f"/own/sheet/{building}/").content.decode().count('<svg class="qr"') == 0
    first = desk.post(f"/own/sheet/{building}/").content.decode()
    people = len([one for one in world.people[HOME] if one.path.startswith(building)])
    assert first.count('class="qr"') == people
    assert owner("select count(*) from selfview_link where revoked_at is null") == [(people,)]
    desk.post(f"/own/sheet/{building}/")
    assert owner("select count(*) filter (where revoked_at is null), count(*) from selfview_link") == [
        (people, 2 * people)
    ]
    assert owner("select count(*) from access_event where what = 'exported' and detail like 'self-codes%%'") == [(2,)]


def test_people_without_papers_cannot_be_guessed(world: World) -> None:
    one = world.people[NEXT][0]
    with transaction.atomic():
        clerk = world.enter("community_clerk", NEXT)
        code = services.issue_links(actor=clerk, people=[one.id], today=TODAY)[one.id]
    for answer in ("", "1980", "0000", "None"):
        assert Client().post(f"/me/{code}/", {"answer": answer}).status_code == 422
