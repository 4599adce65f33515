"""Large tables: judged and taken by a program of its own, under the session that asked, with progress on a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from lianfang.base.access.api import token_digest
from lianfang.base.jobs import beside
from lianfang.base.jobs.api import second_jobs
from lianfang.domain.residents import import_jobs
from tests.domain.residents.rosters import person, write
from tests.support.world import HOME, World

pytestmark = pytest.mark.row("C1")
PEOPLE = 40


@pytest.fixture(scope="module")
def world(database):
    """Fugou's tree with accounts; nobody lives there yet."""
    from tests.support.world import build_world

    return build_world(homes=())


@pytest.fixture
def clerk(world: World, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A clerk for whom forty rows are a large table."""
    monkeypatch.setattr(import_jobs, "LARGE_BYTES", 1_000)
    monkeypatch.setattr(import_jobs, "LARGE_ROWS", 10)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return client


def owner(sql: str) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def send(clerk: Client, tmp_path: Path, first: int) -> str:
    """Send a table and confirm its columns; returns where the reader is led."""
    file = write(tmp_path / f"{first}.xlsx", [person(first + number) for number in range(PEOPLE)])
    with file.open("rb") as body:
        sent = clerk.post("/residents/import/", {"file": body, "area": HOME, "register": "household"})
    assert sent.status_code in (302, 303)
    answer = clerk.post(sent["Location"])
    assert answer.status_code == 303, answer.content.decode()[:500]
    return str(answer["Location"])


def test_a_large_table_waits_is_judged_and_taken_beside_the_pages(clerk: Client, tmp_path: Path) -> None:
    assert beside.run_waiting in second_jobs()
    wait = send(clerk, tmp_path, 100)
    page = clerk.get(wait).content.decode()
    assert "正在排队" in page, page[page.index("<main") : page.index("</main")]
    assert owner("select count(*) from residents_import_file") == [(0,)]
    part = clerk.get(wait, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    assert beside.run_waiting() == 1
    assert owner("select rows, state from residents_import_file") == [(PEOPLE, "staged")]
    done = clerk.get(wait)
    assert re.fullmatch(r"/residents/import/\d+/", done["Location"])
    assert clerk.get(wait, headers={"HX-Request": "true"})["HX-Redirect"] == done["Location"]
    wait = clerk.post(done["Location"] + "take/")["Location"]
    assert "/wait/" in wait
    assert owner("select count(*) from residents_person") == [(0,)]
    assert beside.run_waiting() == 1
    assert clerk.get(wait)["Location"] == done["Location"] + "?done=taken"
    assert owner("select count(*) from residents_person") == [(PEOPLE,)]
    assert beside.run_waiting() == 0
    wait = clerk.post(done["Location"] + "undo/")["Location"]
    assert "正在撤回" in clerk.get(wait).content.decode()
    assert beside.run_waiting() == 1
    assert clerk.get(wait)["Location"] == done["Location"] + "?done=undone"
    assert owner("select count(*) from residents_person") == [(0,)]


def test_a_job_of_an_ended_session_or_a_killed_program_writes_nothing(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    before = owner("select count(*) from residents_import_file")
    wait = send(clerk, tmp_path, 500)
    digest = token_digest(clerk.cookies[settings.SESSION_COOKIE].value)
    with connections["owner"].cursor() as cursor:
        cursor.execute("update access_session set ended_at = now() where token_hash = %s", [digest])
    assert beside.run_waiting() == 1
    assert owner("select count(*) from residents_import_file") == before
    with connections["owner"].cursor() as cursor:
        cursor.execute("update access_session set ended_at = null where token_hash = %s", [digest])
    assert "登录" in clerk.get(wait).content.decode()
    other = Client()
    other.cookies[settings.SESSION_COOKIE] = world.token("community_head", HOME)
    assert other.get(wait).status_code == 404
    wait = send(clerk, tmp_path, 600)
    assert [one.state for one in beside.standings()] == ["waiting"], "what was refused is not told"
    monkeypatch.setattr(beside.sys, "executable", "/bin/false")
    assert beside.run_waiting() == 1
    assert [one.state for one in beside.standings()] == ["broke_off"]
    assert "后台处理中断" in clerk.get(wait).content.decode()
    assert owner("select count(*) from residents_import_file") == before
    listed = clerk.get("/residents/import/").content.decode()
    assert "正在后台处理" in listed
    forget = re.search(r'action="([^"]+forget/)"', listed)
    assert forget is not None
    assert clerk.post(forget[1])["Location"].endswith("?done=discarded")
