"""The quarantine's pages: what the door could not take, for the head of the area and for its sender, settled with a note."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.database import connect
from lianfang.base.facts.door import Door
from lianfang.base.facts.reading import read_body
from lianfang.kernel.ids import format_code, uuid7
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World

QUARANTINE = "/quarantine/"


@pytest.fixture(scope="module")
def world(database: connect.Target):
    """A world with an open round, so that some facts are refused and some contradict each other."""
    from lianfang.domain.rounds.services import open_round
    from tests.support.world import build_world

    made = build_world()
    with transaction.atomic():
        actor = made.enter("county_dispatcher", COUNTY)
        opened = open_round(actor=actor, incident_id=made.incident, name="第一轮", path=COUNTY, tube_size=10)
    made.round = opened.id  # type: ignore[attr-defined]
    return made


@pytest.fixture
def send(world: World, database: connect.Target):
    """Send facts through the real door."""

    async def submit(body: bytes, token: str) -> list[dict]:
        door = Door(database.conninfo(connect.DOOR))
        await door.start()
        try:
            digest = hashlib.sha256(token.encode()).digest()
            facts = read_body(body, token=digest, received_at=datetime.now(UTC))
            await door.submit(facts)
            return [fact.answer("zh") for fact in facts]
        finally:
            await door.stop()

    def run(
        kind: str, payload: dict, *, area: str = HOME, role: str = "grid_worker", path: str = HOME, id=None
    ) -> dict:
        fact = {
            "id": str(id or uuid7()), "kind": kind, "area": area.ljust(12, "0"),
            "recorded_at": datetime.now(UTC).isoformat(), "payload": {"round": world.round, **payload},
        }  # fmt: skip
        with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
            return aside.submit(asyncio.run, submit(msgspec.json.encode([fact]), world.token(role, path))).result()[0]

    return run


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


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate facts_quarantine restart identity")


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def wrong_tube(send, **more) -> dict:
    answer = send("rounds.tube_filled/1", {"tube": "nonsense", "people": ["nonsense"]}, **more)
    assert answer["status"] == "refused", answer
    return answer


def test_the_head_sees_and_settles_the_sender_only_sees(browse, send):
    answer = wrong_tube(send)
    head, worker = browse("community_head", HOME), browse("grid_worker", HOME)
    page = text(head.get(QUARANTINE))
    assert answer["code"] in page
    assert "采样" in page
    assert "同事" in page
    page = text(head.get(f"{QUARANTINE}1/"))
    assert "nonsense" in page
    assert "确认处理" in page
    mine = text(worker.get(f"{QUARANTINE}1/"))
    assert "nonsense" in mine
    assert "确认处理" not in mine
    assert worker.post(f"{QUARANTINE}1/settle/", {"resolution": "mistake", "note": "x"}).status_code == 404
    assert "请选择处理结果" in text(head.post(f"{QUARANTINE}1/settle/", {"note": "x"}), 422)
    assert "请写明处理情况" in text(head.post(f"{QUARANTINE}1/settle/", {"resolution": "mistake", "note": " "}), 422)
    answer = head.post(f"{QUARANTINE}1/settle/", {"resolution": "entered_by_hand", "note": "王芳的管已补录"})
    assert answer.status_code == 303
    page = text(head.get(answer["Location"]))
    assert "没有待处理的记录" in page
    assert "王芳的管已补录" in text(worker.get(f"{QUARANTINE}1/"))
    assert "刚刚已由别人处理" in text(head.post(f"{QUARANTINE}1/settle/", {"resolution": "mistake", "note": "x"}), 409)
    assert '<tr id="fact-1"' in text(worker.get(f"{QUARANTINE}?outcome=settled"))
    with connections["owner"].cursor() as cursor:
        cursor.execute("select facts_quarantine::text from facts_quarantine")
        assert "王芳" not in cursor.fetchone()[0]
        cursor.execute("select note_sealed from facts_quarantine")
        assert "王芳".encode() not in bytes(cursor.fetchone()[0])


def test_contradicting_facts_are_shown_with_their_sentence(browse, send, world):
    number = uuid7()
    people = [world.people[HOME][0].code]
    assert send("rounds.tube_filled/1", {"tube": format_code(77), "people": people}, id=number)["status"] == "accepted"
    again = send("rounds.tube_filled/1", {"tube": format_code(78), "people": people}, id=number)
    assert again["status"] == "conflict"
    page = text(browse("community_head", HOME, "en").get(f"{QUARANTINE}?outcome=conflict"))
    assert "already carries other content" in page
    assert str(number) in page
    assert "Conflicting" in page


def test_nobody_else_sees_it(browse, send):
    wrong_tube(send)
    for role, path in (("community_head", NEXT), ("grid_worker", NEXT), ("community_clerk", HOME), ("sampler", TOWN)):
        client = browse(role, path)
        assert '<tr id="fact-' not in text(client.get(QUARANTINE))
        assert client.get(f"{QUARANTINE}1/").status_code == 404
        assert client.post(f"{QUARANTINE}1/settle/", {"resolution": "mistake", "note": "x"}).status_code == 404
    for role in ("audit_admin", "system_admin", "security_admin", "command"):
        assert browse(role, "4116").get(QUARANTINE).status_code == 404
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from facts_quarantine where resolved_at is null")
        assert cursor.fetchone()[0] == 1


def test_what_names_no_area_is_settled_by_its_sender(browse, send):
    assert send("rounds.tube_filled/1", {"tube": "x", "people": []}, area="abc")["status"] == "refused"
    worker = browse("grid_worker", HOME)
    page = text(worker.get(f"{QUARANTINE}1/"))
    assert "未知区域" in page
    assert "确认处理" in page
    answer = worker.post(f"{QUARANTINE}1/settle/", {"resolution": "sent_again", "note": "区划写错了"})
    assert answer.status_code == 303
    assert '<tr id="fact-' not in text(browse("community_head", HOME).get(QUARANTINE))


def test_unknown_kinds_and_codes_of_old_releases_still_show(browse, send):
    send("rounds.nothing_such/1", {})
    page = text(browse("grid_worker", HOME).get(QUARANTINE))
    assert "rounds.nothing_such/1" in page
    with connections["owner"].cursor() as cursor:
        cursor.execute("update facts_quarantine set code = 'gone.long_ago'")
    assert "gone.long_ago" in text(browse("grid_worker", HOME).get(QUARANTINE))


def test_long_lists_are_paged(browse, send):
    wrong_tube(send)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into facts_quarantine (kind, outcome, code, path, account_id, digest, sealed) "
            "select q.kind, 'held', q.code, q.path, q.account_id, n::text::bytea, q.sealed "
            "from facts_quarantine q, generate_series(1, 130) n"
        )
    head = browse("community_head", HOME)
    first = text(head.get(QUARANTINE))
    assert first.count('<tr id="fact-') == 100
    assert "?before=32" in first
    assert text(head.get(f"{QUARANTINE}?before=32")).count('<tr id="fact-') == 31
    assert text(head.get(f"{QUARANTINE}?outcome=refused")).count('<tr id="fact-') == 1
    assert head.get(f"{QUARANTINE}?before=x&outcome=y").status_code == 200
