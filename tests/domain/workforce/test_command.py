"""`lianfang import members`: a list from a file, a dry run, the same file again, and taking it back."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from lianfang.cli import importing
from tests.domain.workforce.lists import UNIT, sheet
from tests.support.workforce import run
from tests.support.world import COUNTY, HOME, World, build_world

pytestmark = [pytest.mark.row("B1"), pytest.mark.pg15]


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Fugou with a county's desk."""
    world = build_world(homes=(HOME,), buildings=1, per_building=2)
    world.token("county_dispatcher", COUNTY)
    return world


def command(*words: str) -> int:
    """The status of `lianfang import …`."""
    parser = argparse.ArgumentParser()
    importing.add_parser(parser.add_subparsers())
    return importing.run(parser.parse_args(["import", *words]))


def test_a_list_comes_in_once_and_goes_again(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "花名册.xlsx"
    file.write_bytes(
        sheet(
            UNIT,
            ("县档案馆", "", "蒋一员", "", "15400008801", HOME, "", "馆长"),
            ("县档案馆", "", "沈", "", "", "", "", ""),
        )
    )
    words = ("members", str(file), "--area", "411621000000")
    assert command(*words, "--dry-run") == 0
    assert run("select count(*) from workforce_member") == [(0,)]
    assert command(*words, "--strict") == 1, "one row was left"
    said = capsys.readouterr().out
    assert "1 new, 1 refused; 1 written, 1 organisations made" in said
    number = re.findall(r"import (\d+):", said)[0]
    assert command(*words) == 0
    assert run("select count(*) from workforce_member") == [(1,)]
    assert command("members", "--undo", number) == 0
    assert "removed 1, put back 0, kept 0" in capsys.readouterr().out
    assert run("select count(*) from workforce_member") == [(0,)]
    assert run("select count(*) from workforce_organisation") == [(0,)]


def test_refusals_are_sentences(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(sheet(UNIT, ("县档案馆", "", "蒋一员", "", "", "", "", "")))
    assert command("members", str(tmp_path / "none.xlsx"), "--area", "411621000000") == 1
    assert command("members", str(file)) == 1
    assert command("members", str(file), "--area", "110000000000") == 1
    assert command("members", "--undo", "99") == 1
    said = capsys.readouterr().err
    for sentence in (
        "There is no file",
        "a statistical code is needed",
        "No account may import",
        "There is no import number 99",
    ):
        assert sentence in said
