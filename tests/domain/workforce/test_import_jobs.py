"""Large lists of members: judged, taken and taken back beside the pages; a killed program or a restart loses and doubles nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianfang.base.jobs import beside, kept
from lianfang.base.metrics.api import recompute
from lianfang.domain.workforce import import_jobs, views_import
from tests.domain.workforce.lists import UNIT, sheet
from tests.support.workforce import run
from tests.support.world import COUNTY, HOME, World, fold, total

pytestmark = pytest.mark.row("B1")
PEOPLE = 40


@pytest.fixture
def officer(world: World, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A county's officer for whom forty rows are a large list."""
    monkeypatch.setattr(views_import, "LARGE_BYTES", 1_000)
    monkeypatch.setattr(views_import, "LARGE_ROWS", 10)
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = world.token("county_dispatcher", COUNTY)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    return client


def send(client: Client, unit: str, first: int, people: int = PEOPLE) -> str:
    """Send a list of a unit; returns where the reader is led."""
    rows = [(unit, "", f"职员{first + at}", "", f"154{first + at:08d}", HOME, "", "") for at in range(people)]
    file = SimpleUploadedFile("名单.xlsx", sheet(UNIT, *rows))
    answer = client.post("/workforce/import/", {"file": file, "area": "411621000000", "register": "unit"})
    assert answer.status_code == 303, answer.content.decode()[:2000]
    assert "/import/wait/" in answer["Location"]
    return str(answer["Location"])


def token_of(wait: str) -> str:
    return wait.rstrip("/").rpartition("/")[2]


def begin(token: str) -> subprocess.Popen[bytes]:
    """The program of a job, as the steward starts it."""
    return subprocess.Popen([sys.executable, "-m", "lianfang.base.jobs.beside_worker", token])


def test_a_large_list_is_judged_taken_and_taken_back_beside_the_pages(officer: Client) -> None:
    wait = send(officer, "县统计局", 0)
    assert "正在排队" in officer.get(wait).content.decode()
    listed = officer.get("/workforce/import/").content.decode()
    assert wait in listed  # whoever left finds it again
    assert run("select count(*) from workforce_import_file") == [(0,)]
    assert beside.run_waiting() == 1
    done = officer.get(wait)["Location"]
    assert re.fullmatch(r"/workforce/import/\d+/", done)
    assert wait not in officer.get("/workforce/import/").content.decode()
    assert run("select count(*) from workforce_member") == [(0,)]
    taking = officer.post(done + "take/")["Location"]
    assert officer.post(done + "take/")["Location"] == taking  # pressed twice: one job
    assert run("select count(*) from workforce_member") == [(0,)]
    assert beside.run_waiting() == 1
    assert officer.get(taking)["Location"] == done + "?done=taken"
    assert run("select count(*) from workforce_member") == [(PEOPLE,)]
    fold()
    assert total("workforce.members", "", COUNTY) == PEOPLE
    back = officer.post(done + "undo/")["Location"]
    assert beside.run_waiting() == 1
    assert officer.get(back)["Location"] == done + "?done=undone"
    assert run("select count(*) from workforce_member") == [(0,)]
    fold()
    assert (total("workforce.members", "", COUNTY), recompute(["workforce.members"])) == (0, [])


def test_a_program_killed_in_the_middle_writes_nothing_and_the_job_is_done_after_a_restart(officer: Client) -> None:
    wait = send(officer, "县档案馆", 1_000, 3_000)
    before = run("select count(*) from workforce_import_row")
    program = begin(token_of(wait))
    progress = kept.place(token_of(wait), "progress")
    until = time.monotonic() + 120
    while b'"running"' not in progress.read_bytes() and time.monotonic() < until:
        time.sleep(0.005)
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    assert kept.place(token_of(wait), "job").exists()
    assert run("select count(*) from workforce_import_row") == before
    page = officer.get(wait)
    assert page.status_code == 200
    assert beside.run_waiting() == 1  # the steward after a restart
    done = officer.get(wait)["Location"]
    assert run("select rows, state from workforce_import_file order by id desc limit 1") == [(3_000, "staged")]
    officer.post(done + "take/")
    taken = begin(kept.number_token("000000", "members-take", int(done.split("/")[3])))
    time.sleep(0.5)
    os.kill(taken.pid, signal.SIGKILL)
    taken.wait()
    assert beside.run_waiting() <= 1
    assert run("select count(*) from workforce_member") == [(3_000,)]
    fold()
    assert (total("workforce.members", "", COUNTY), recompute(["workforce.members"])) == (3_000, [])


def test_two_programs_of_one_job_do_it_once(officer: Client) -> None:
    wait = send(officer, "县方志办", 9_000)
    both = [begin(token_of(wait)), begin(token_of(wait))]
    assert [one.wait() for one in both] == [0, 0]
    assert officer.get(wait).status_code == 303
    assert run("select count(*) from workforce_import_file where rows = %s and state = 'staged'", PEOPLE) == [(1,)]


def test_what_breaks_off_twice_stops_with_a_sentence_and_can_be_dropped(
    officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = send(officer, "县信访局", 10_000)
    monkeypatch.setattr(beside.sys, "executable", "/bin/false")
    assert beside.run_waiting() == 1
    officer.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "nothing was written" in officer.get(wait).content.decode()
    officer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "没有写入任何数据" in officer.get("/workforce/import/").content.decode()
    assert officer.post(wait + "forget/")["Location"].endswith("?done=discarded")
    assert officer.get(wait).status_code == 404
    assert not list(kept.folder().glob(f"{token_of(wait)}.*"))


def test_a_list_beyond_the_limit_is_refused_with_one_sentence(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_jobs, "LARGEST_BYTES", 2 << 20)
    before = sorted(kept.folder().glob("*"))
    for language, words in (("zh-hans", "超过2 MB的上限"), ("en", "2 MB")):
        officer.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        file = SimpleUploadedFile("大.xlsx", b"PK\x03\x04" + bytes(3 << 20))
        answer = officer.post("/workforce/import/", {"file": file, "area": "411621000000", "register": "unit"})
        assert answer.status_code == 422
        assert words.replace(" ", "") in answer.content.decode().replace(" ", "")
    assert sorted(kept.folder().glob("*")) == before


def test_a_list_for_a_place_outside_is_refused_before_it_is_kept(officer: Client) -> None:
    before = sorted(kept.folder().glob("*"))
    file = SimpleUploadedFile(
        "名单.xlsx", sheet(UNIT, *[("某局", "", f"某某{at}", "", "", HOME, "", "") for at in range(PEOPLE)])
    )
    answer = officer.post("/workforce/import/", {"file": file, "area": "130900000000", "register": "unit"})
    assert answer.status_code == 422
    assert sorted(kept.folder().glob("*")) == before
