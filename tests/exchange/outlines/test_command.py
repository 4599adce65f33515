"""`lianfang outlines`: staged with verdicts, taken, taken back; layers and coordinates by option; what it refuses."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.cli import outlines as command
from lianfang.kernel.errors import LianfangError
from tests.domain.residents.offices import office, owner
from tests.exchange.outlines import plans

pytestmark = pytest.mark.row("A5")
HERE = "411621001001"


@pytest.fixture(scope="module")
def folder(database: object, tmp_path_factory: Any) -> Path:
    """A township's clerk, and files of houses and walls."""
    load_divisions(shipped_divisions("fugou"), edition=2020)
    office(HERE, "community_clerk")
    found: Path = tmp_path_factory.mktemp("outlines")
    wall = plans.line([(-10, 25), (200, 25)], "围墙")
    (found / "houses.geojson").write_bytes(plans.collection([*map(plans.feature, plans.houses(4, 3)), wall]))
    (found / "walls.geojson").write_bytes(plans.collection([plans.line([(-10, 65), (200, 65)], "zone 7")]))
    (found / "houses.dxf").write_bytes(plans.dxf(plans.houses(2, 2, first=50)))
    (found / "words.txt").write_text("nothing of this kind")
    return found


def run(*words: str) -> int:
    """The command with its arguments."""
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return command.run(parser.parse_args(["outlines", *words]))


def count() -> tuple[int, int]:
    """Outlines and barriers on the map."""
    return owner("select (select count(*) from areas_outline), (select count(*) from areas_barrier)")[0]


def test_staged_first_taken_when_asked_and_taken_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(folder / "houses.geojson"), "--area", HERE) == 0
    said = capsys.readouterr().out
    assert "12 new" in said
    assert "围墙 = wall" in said
    assert count() == (0, 0), "staged only"
    assert run(str(folder / "houses.geojson"), "--area", HERE, "--take") == 0
    said = capsys.readouterr().out
    assert "12 outlines, 12 new buildings, 1 barriers written" in said
    number = said.rsplit("import ", 1)[1].split(":")[0]
    assert count() == (12, 1)
    assert run(str(folder / "houses.geojson"), "--area", HERE, "--take") == 0
    assert "taken already" in capsys.readouterr().out
    assert run("--undo", number) == 0
    assert count() == (0, 0)


def test_a_file_of_barriers_alone_and_a_layer_named_by_hand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LianfangError) as refused:
        run(str(folder / "walls.geojson"), "--area", HERE)
    assert refused.value.code == "outlines.nothing_found", "no layer is known to be a wall"
    assert run(str(folder / "walls.geojson"), "--area", HERE, "--layer", "zone 7=wall", "--take") == 0
    assert count()[1] == 1
    assert "1 barriers written" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("words.txt", "--area", HERE), "outlines.wrong_type"),
        (("nothing.dxf", "--area", HERE), "import.file_missing"),
        (("houses.geojson", "--area", HERE, "--layer", "楼=wall"), "outlines.layer_unknown"),
        (("houses.geojson", "--area", HERE, "--layer", "building=castle"), "outlines.layer_unknown"),
        (("houses.dxf", "--area", HERE), "outlines.frame_needed"),
        (("houses.geojson", "--area", HERE, "--coordinates", "cgcs2000:x"), "outlines.number_broken"),
        (("houses.geojson", "--area", "411622001001"), "import.nobody_may"),
    ],
)
def test_refusals_are_sentences(folder: Path, words: tuple[str, ...], code: str) -> None:
    with pytest.raises(LianfangError) as refused:
        run(str(folder / words[0]), *words[1:])
    assert refused.value.code == code
    assert refused.value.render("zh") and refused.value.render("en")


def test_usage_and_an_import_that_does_not_exist(folder: Path) -> None:
    assert run() == 2
    assert run(str(folder / "houses.geojson")) == 2
    with pytest.raises(LianfangError) as refused:
        run("--undo", "999999")
    assert refused.value.code == "areas.outline_file_unknown"


def test_help_is_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--help")
    said = capsys.readouterr().out
    assert "暂存" in said
    assert "staged" in said


def test_the_commands_of_the_document_are_commands() -> None:
    from lianfang.cli.main import build_parser
    from tests.journeys.first_evening import commands

    told = commands("start.md", "outlines")
    assert len(told) == 3
    for line in told:
        args = build_parser().parse_args(line.split()[1:])
        assert args.command == "outlines"
    assert build_parser().parse_args(told[0].split()[1:]).layer == ["围墙层=wall"]
