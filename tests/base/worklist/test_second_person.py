"""What one person began stands on the lists of those who may confirm it, never of the one who began it, until it is settled."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from lianfang.base.access.api import create_account, create_grant, open_session
from tests.support.keys import forget_key
from tests.support.world import COUNTY, HOME, TOWN, build_world

pytestmark = pytest.mark.row("A3")
NAME = "四月演练: 一"
PEOPLE = {
    "zhao": ("command", COUNTY), "qian": ("command", COUNTY), "city": ("command", COUNTY[:4]), "town": ("command", TOWN),
    "desk": ("county_dispatcher", COUNTY), "beside": ("command", "411622"),
}  # fmt: skip


@pytest.fixture(scope="module")
def sessions(database: object) -> dict[str, tuple[int, str]]:
    """Account and session of each person by name."""
    build_world(homes=(HOME,), buildings=1, per_building=1)
    found = {}
    for name, (role, path) in PEOPLE.items():
        account = create_account(username=name, name=f"测试{name}", password="right-horse")
        create_grant(account_id=account, role=role, path=path)
        found[name] = (account, open_session(account))
    return found


@pytest.fixture
def browse(sessions: dict[str, tuple[int, str]]) -> Callable[[str], Client]:
    """A signed-in client by name."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = sessions[name][1]
        return client

    return sign_in


@pytest.fixture
def waiting(browse: Callable[[str], Client]) -> Callable[[str], dict[str, list[str]]]:
    """Of one kind: name of a person → titles on their list, for those who have any."""

    def look(what: str) -> dict[str, list[str]]:
        found = {}
        for name in PEOPLE:
            rows = browse(name).get("/api/worklist").json()["items"]
            titles = [
                one["title"] for one in rows if one["what"] == what and one["source"] in ("incidents", "retirement")
            ]
            if titles:
                found[name] = titles
        return found

    return look


def number_of(answer: Any) -> int:
    """The number in the address that an answer leads to."""
    assert answer.status_code == 303, answer.content.decode()[:2000]
    found = re.search(r"/(\d+)/", answer["Location"])
    assert found is not None
    return int(found[1])


def propose(client: Client) -> int:
    """Propose a drill over the county."""
    form = {"name": NAME, "area": COUNTY, "playbook": "covid-2022", "drill": "on", "edition": "cn-ed8"}
    number = number_of(client.post("/incidents/propose/", form))
    forget_key(number)
    return number


def done_by(what: str) -> int:
    """Who settled the last one of a kind."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select done_by from worklist_item where what = %s and done_at is not null order by done_at desc", [what]
        )
        return int(cursor.fetchone()[0])


def test_from_the_proposal_to_the_end(browse: Any, waiting: Any, sessions: Any) -> None:
    number = propose(browse("zhao"))
    lists = waiting("open")
    assert set(lists) == {"qian", "city"}, "not who proposed, nor who may not open it"
    assert NAME in lists["qian"][0]
    browse("zhao").post(f"/incidents/{number}/withdraw/")
    assert waiting("open") == {}
    number = propose(browse("zhao"))
    assert browse("qian").post(f"/incidents/{number}/open/").status_code == 303
    assert (waiting("open"), done_by("open")) == ({}, sessions["qian"][0])

    browse("zhao").post(f"/incidents/{number}/scope/", {"area": HOME})
    assert set(waiting("scope")) == {"qian", "city"}
    browse("city").post(f"/incidents/{number}/scope/withdraw/")
    assert waiting("scope") == {}

    assert browse("qian").post(f"/incidents/{number}/close/").status_code == 303
    assert set(waiting("close")) == {"zhao", "city"}
    browse("qian").post(f"/incidents/{number}/close/undo/")
    assert waiting("close") == {}
    browse("zhao").post(f"/incidents/{number}/close/")
    assert set(waiting("close")) == {"qian", "city"}, "the same incident again, begun by somebody else"
    assert browse("qian").post(f"/incidents/{number}/close/").status_code == 303
    assert (waiting("close"), done_by("close")) == ({}, sessions["qian"][0])

    assert browse("city").post(f"/ended/{number}/ask/").status_code == 303
    assert set(waiting("purge")) == {"zhao", "qian"}
    browse("city").post(f"/ended/{number}/withdraw/")
    assert waiting("purge") == {}
    browse("city").post(f"/ended/{number}/ask/")
    assert browse("zhao").post(f"/ended/{number}/approve/").status_code == 303
    assert (waiting("purge"), done_by("purge")) == ({}, sessions["zhao"][0])


def test_zones_wait_for_those_who_approve_them(browse: Any, waiting: Any, sessions: Any) -> None:
    number = propose(browse("zhao"))
    browse("qian").post(f"/incidents/{number}/open/")
    form = {"area": HOME + "0001", "level": "lockdown", "reason": "一管阳性"}
    zone = number_of(browse("desk").post(f"/incidents/{number}/zones/propose/", form))
    assert set(waiting("zone")) == {"zhao", "qian", "city", "town"}, "everybody who may approve a zone there"
    browse("zhao").post(f"/incidents/zones/{zone}/approve/")
    assert waiting("zone") == {}
    steps = (
        ("lift", "state = 'lift_requested', lift_by = %s", "state = 'live', lift_by = null"),
        ("replan", "replan_to = 'control', replan_by = %s", "replan_to = '', replan_by = null"),
    )
    for what, asked, settled in steps:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"update incidents_zone set {asked} where id = %s", [sessions["zhao"][0], zone])
            assert set(waiting(what)) == {"qian", "city", "town"}
            cursor.execute(f"update incidents_zone set {settled} where id = %s", [zone])
            assert waiting(what) == {}


def test_what_waited_before_is_found_when_the_lists_come(browse: Any, waiting: Any) -> None:
    """An installation that is upgraded in the middle of it."""
    propose(browse("qian"))
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from worklist_item")
        statements = files("lianfang.base.worklist").joinpath("sql", "20_second_person.sql").read_text()
        cursor.execute(statements)
        assert set(waiting("open")) == {"zhao", "city"}
        cursor.execute(statements)
        cursor.execute("select count(*) from worklist_item where what = 'open'")
        assert cursor.fetchone() == (1,)
