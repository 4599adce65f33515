"""`lianfang import results`: the module behind the command."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from lianfang.cli import results
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code
from tests.domain.rounds.conftest import Station
from tests.support.world import HOME

pytestmark = pytest.mark.row("D1")


def arguments(file: Path, **change: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"file": str(file), "round": None, "account": None, "strict": False, "refused": None, **change}
    )


def test_a_file_is_reported_from_the_command_line(
    station: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "结果.csv"
    tube = station.tube(1, [station.world.people[HOME][0].code])
    station.send([tube])
    file.write_text(f"采样管,结果\n{tube['payload']['tube']},阴性\n{format_code(2)},阴性\n", "utf-8")
    with pytest.raises(LianfangError) as refused:
        results.run(arguments(file))
    assert refused.value.code == "results.nobody_may"
    station.world.token("laboratory", "")
    assert results.run(arguments(file, refused=str(tmp_path / "left.xlsx"))) == 0
    said = capsys.readouterr()
    assert "2 rows: 1 held, 1 taken" in said.out
    assert "没有采样管" in said.err
    assert (tmp_path / "left.xlsx").stat().st_size > 0
    assert results.run(arguments(file, strict=True)) == 1
    with pytest.raises(LianfangError) as refused:
        results.run(arguments(file, round="99"))
    assert refused.value.code == "results.round_unknown"
