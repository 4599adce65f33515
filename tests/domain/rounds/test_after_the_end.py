"""A phone that comes back after its incident was closed: the sender hears a sentence, the head of the area settles it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.incidents.api import close_incident
from tests.domain.rounds.conftest import Station
from tests.support.world import COUNTY, HOME

pytestmark = [pytest.mark.row("A3"), pytest.mark.row("D1")]


def text(answer: object, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:1500]  # type: ignore[attr-defined]
    return str(answer.content.decode())  # type: ignore[attr-defined]


def test_late_facts_of_a_closed_incident_are_held_and_settled(station: Station) -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    world, people = station.world, station.world.people[HOME]
    fact = station.tube(900, [person.code for person in people[:3]], at="2022-03-10T09:00:00+08:00")
    for place in (COUNTY[:4], COUNTY):  # two people of the command
        with transaction.atomic():
            close_incident(actor=world.enter("command", place), incident_id=world.incident)
    [answer] = station.send([fact], role="community_clerk", path=HOME)
    assert (answer["status"], answer["code"]) == ("refused", "round.closed")
    assert "已结束，不再接收记录" in answer["detail"]
    [again] = station.send([fact], role="community_clerk", path=HOME)  # a phone that repeats itself
    assert again["code"] == "round.closed"
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*), count(distinct digest) from facts_quarantine where code = 'round.closed'")
        assert cursor.fetchone() == (1, 1)
        cursor.execute("select count(*) from rounds_tube")
        assert cursor.fetchone() == (0,)

    def browser(role: str) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, HOME)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
        return client

    sender, head = browser("community_clerk"), browser("community_head")
    assert "已结束，不再接收记录" in text(sender.get("/quarantine/1/"))
    assert "已结束，不再接收记录" in text(head.get("/quarantine/1/"))
    said = {"resolution": "entered_by_hand", "note": "事件已结束，纸质留存"}
    assert head.post("/quarantine/1/settle/", said).status_code == 303
    assert "fact-1" in text(sender.get("/quarantine/?outcome=settled"))
    with connections["owner"].cursor() as cursor:  # and it no longer stands in the way of the incident's destruction
        cursor.execute("select count(*) from facts_quarantine where resolved_at is null")
        assert cursor.fetchone() == (0,)
