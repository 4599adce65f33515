"""`lianfang export missing`: who is missing as a file, in scope, counted, on record."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from django.db import connections
from python_calamine import CalamineWorkbook

from lianfang.cli import exporting
from lianfang.domain.rounds import export
from lianfang.kernel.errors import LianfangError
from tests.domain.rounds.conftest import Station
from tests.support.world import COUNTY, HOME, NEXT

pytestmark = pytest.mark.row("D1")


def lianfang(*words: str) -> int:
    parser = argparse.ArgumentParser()
    exporting.add_parser(parser.add_subparsers())
    args = parser.parse_args(["export", "missing", *words])
    return int(args.run(args))


def noted() -> list[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select detail from access_event where what = 'exported' order by id")
        return [row[0] for row in cursor.fetchall()]


def test_the_missing_of_a_community_leave_with_their_count(
    told: Station, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "missing.xlsx"
    assert lianfang("--area", NEXT, "--out", str(out)) == 1
    assert "名单" in capsys.readouterr().err
    told.world.token("community_clerk", HOME)
    people = told.world.people[HOME]
    assert lianfang("--area", HOME, "--out", str(out)) == 0
    assert capsys.readouterr().out == f"{len(people) - 10} rows → {out}\n"
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
    assert HOME in str(rows[0][0])
    assert "用后销毁" in str(rows[1][0])
    names = [row[2] for row in rows[3:]]
    assert sorted(names) == sorted(person.name for person in people[10:])
    assert {row[0] for row in rows[3:]} == {"1号楼", "2号楼"}
    assert noted() == [f"missing, {HOME}, {len(people) - 10}"]


def test_no_round_and_too_many_beyond_ones_own_community_are_refused(
    told: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "missing.xlsx"
    told.world.token("community_clerk", COUNTY)
    assert lianfang("--area", COUNTY.ljust(12, "0"), "--out", str(out), "--round", "99") == 1
    assert "--round" in capsys.readouterr().err
    monkeypatch.setattr(export, "EXPORT_LIMIT", 3)
    assert lianfang("--area", COUNTY.ljust(12, "0"), "--out", str(out)) == 1
    assert not out.exists()
    monkeypatch.undo()
    assert lianfang("--area", COUNTY.ljust(12, "0"), "--out", str(out)) == 0
    dispatcher = told.world.enter("township_dispatcher", HOME[:9])
    with pytest.raises(LianfangError) as refused:
        export.write_missing(actor=dispatcher, path=HOME, target=out)
    assert refused.value.code == "access.not_found"
