"""A county's whole list in Chromium: sent, left, come back to, judged and taken beside the pages; what is too large is a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.areas.services import shipped_divisions
from lianfang.base.jobs import kept
from lianfang.exchange import synthetic
from lianfang.exchange.synthetic.workforce import unit_list_xlsx
from lianfang.web import bodies
from tests.journeys.desk_server import served
from tests.support.workforce import run
from tests.support.world import COUNTY, HOME, World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.row("B1")]
PEOPLE = int(os.environ.get("LIANFANG_LIST_PEOPLE", "6000"))
"""Members on the list; 410,000 is a city's (B1)."""
WAIT_SECONDS = 120 + PEOPLE / 200


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Fugou's tree with accounts; no member yet."""
    return build_world()


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of members in one unit of about 26 each, at home in the county's real communities."""
    tree = shipped_divisions("fugou")
    codes, names = [one.code for one in tree if one.level == 5], {one.code: one.name for one in tree if one.level < 5}
    file = tmp_path_factory.mktemp("lists") / "全县名单.xlsx"
    file.write_bytes(unit_list_xlsx(synthetic.units(codes, PEOPLE, PEOPLE // 26, 5, place_names=names)))
    return file


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The product with its steward."""
    command = [sys.executable, "-m", "lianfang.base.jobs.steward"]
    with served("lianfang.config.settings") as address, subprocess.Popen(command) as steward:
        try:
            yield address
        finally:
            steward.terminate()


def until(page: Any, address: str) -> float:
    """Wait for an address; seconds it took."""
    started = time.monotonic()
    page.wait_for_url(address, timeout=WAIT_SECONDS * 1000)
    return time.monotonic() - started


def test_a_whole_list_is_sent_left_found_again_and_taken(desk: Any, world: World, roster: Path) -> None:
    officer = desk(world.token("county_dispatcher", COUNTY), "zh", "desk")
    page = officer.go("/workforce/import/")
    page.set_input_files("#id_file", str(roster))
    page.locator("form[enctype] button").click()
    sent = until(page, "**/workforce/import/wait/**")
    address = page.url
    officer.check("list-waiting")
    officer.go("/workforce/import/")
    assert page.locator("#unfinished a").count() == 1
    officer.check("list-unfinished")
    clerk = desk(world.token("community_clerk", HOME), "en", "phone")
    started = time.monotonic()
    clerk.go("/mine/")
    clerk.go("/workforce/import/")
    others = time.monotonic() - started
    assert clerk.page.locator("#unfinished").count() == 0  # somebody else's work
    page.locator("#unfinished a").click()
    assert page.url == address
    judged = until(page, "**/workforce/import/*/")
    officer.check("list-verdicts")
    assert run("select rows, state from workforce_import_file") == [(PEOPLE, "staged")]
    assert run("select count(*) from workforce_member") == [(0,)]
    page.locator("form[action$='/take/'] button").click()
    page.wait_for_url("**/workforce/import/wait/**")
    taken = until(page, "**done=taken")
    officer.check("list-taken")
    assert run("select count(*) from workforce_member") == [(PEOPLE,)]
    page.locator("details summary:not(.menu summary)", has_text="撤回").first.click()
    page.locator("form[action$='/undo/'] button").click()
    page.wait_for_url("**/workforce/import/wait/**")
    back = until(page, "**done=undone")
    assert run("select count(*) from workforce_member") == [(0,)]
    assert officer.trouble == clerk.trouble == []
    assert not list(kept.folder().glob("*.file"))
    print(
        f"{PEOPLE:,} members ({roster.stat().st_size / 1e6:.1f} MB): sent {sent:.1f} s, judged {judged:.1f} s, taken {taken:.1f} s, "
        f"taken back {back:.1f} s; two other pages meanwhile {others:.1f} s; load {os.getloadavg()[0]:.0f}"
    )


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_what_is_too_large_is_one_sentence(desk: Any, world: World, tmp_path: Path, language: str, size: str) -> None:
    officer = desk(world.token("county_dispatcher", COUNTY), language, size)
    before = run("select count(*) from workforce_import_file")
    for megabytes in (65, (bodies.LARGEST >> 20) + 3):  # beyond the reader's limit, and beyond the limit of a request
        file = tmp_path / "大.xlsx"
        with file.open("wb") as out:
            out.write(b"PK\x03\x04")
            out.truncate(megabytes << 20)
        page = officer.go("/workforce/import/")
        page.set_input_files("#id_file", str(file))
        page.locator("form[enctype] button").click()
        words = {"zh": "兆字节" if megabytes > 66 else "MB", "en": "MB"}[language]
        page.wait_for_selector(f"main:has-text('{words}')", timeout=60_000)
        page.wait_for_function("() => document.title.length > 0")
        assert {"zh": "超过", "en": "larger than" if megabytes > 66 else "more than"}[language] in page.inner_text(
            "body"
        )
        officer.check(f"list-too-large-{megabytes}")
    assert run("select count(*) from workforce_import_file") == before
    assert not list(kept.folder().glob("*.file"))
