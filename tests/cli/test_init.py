"""A real start: folders and counties that cannot be used, three people who are three, all accounts or none."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from lianfang.base.access import founding, slips
from lianfang.base.areas.services import SHIPPED, shipped_divisions
from lianfang.cli import init, papers, runtime
from lianfang.cli.main import build_parser, main
from lianfang.kernel.errors import LianfangError

LISTS: dict[str, Any] = {name: shipped_divisions(name) for name in SHIPPED}
THREE = [
    founding.Founder("system_admin", "王芳", "wangfang"),
    founding.Founder("security_admin", "李静", "lijing"),
    founding.Founder("audit_admin", "张敏", "zhangmin"),
]


def code(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(LianfangError) as caught:
        call(*args, **kwargs)
    assert caught.value.render("zh")
    return caught.value.code


# -- county -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "name", "below"),
    [("411621", "扶沟县", 428), ("扶沟", "扶沟县", 428), ("fugou", "扶沟县", 428), ("411621000000", "扶沟县", 428),
     ("沧州市", "沧州市", 6317), ("tangshan", "唐山市", 6551), (" 130921 ", "沧县", None)],
)  # fmt: skip
def test_counties_by_code_or_name(asked: str, name: str, below: int | None) -> None:
    rows, found, number = init.choose_county(asked, LISTS)
    assert found == name
    assert below is None or len(rows) == below
    assert all(row.code.startswith(number.rstrip("0")) or number.startswith(row.code.rstrip("0")) for row in rows)
    assert number in {row.code for row in rows}


@pytest.mark.parametrize("asked", ["", "北京", "999999", "西关居民委员会"])
def test_a_county_that_is_not_there(asked: str) -> None:
    assert code(init.choose_county, asked, LISTS) == "init.county_unknown"


def test_two_counties_of_one_name_need_the_code() -> None:
    names = [row.name for rows in LISTS.values() for row in rows if row.level == 3]
    double = next(name for name in names if names.count(name) > 1)
    assert code(init.choose_county, double, LISTS) == "init.county_ambiguous"


# -- folder -------------------------------------------------------------------------------------------------------------


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    drill = tmp_path / "drill"
    drill.mkdir()
    (drill / runtime.DRILL_MARK).touch()
    assert code(init.check_folder, drill) == "init.is_drill"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "holiday.jpg").touch()
    assert code(init.check_folder, foreign) == "init.folder_foreign"
    assert sorted(path.name for path in foreign.iterdir()) == ["holiday.jpg"]
    assert code(init.check_folder, foreign / "holiday.jpg") == "data.folder_unusable"
    assert code(init.check_folder, Path("/proc/lianfang")) == "data.folder_unusable"
    init.check_folder(tmp_path / "new" / "deep")


def test_a_full_disk_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "ROOM", 10**18)
    assert code(init.check_folder, tmp_path / "new") == "init.no_room"
    assert list((tmp_path / "new").iterdir()) == []


def test_a_start_that_was_interrupted_goes_on_with_the_same_county_only(tmp_path: Path) -> None:
    init._mark(tmp_path, "411621000000", "扶沟县", state="begun")
    init._check_begun(tmp_path, "411621000000")
    assert code(init._check_begun, tmp_path, "130900000000") == "init.other_county"
    assert json.loads((tmp_path / init.MARK).read_text("utf-8"))["state"] == "begun"
    (tmp_path / "postgres").mkdir()
    init.check_folder(tmp_path)


def test_what_is_missing_is_wrong_usage_without_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--data", str(tmp_path / "x"), "--county", "411621", "--system-admin", "王芳:wangfang"]) == 2
    said = capsys.readouterr().err
    assert "--security-admin" in said
    assert "--system-admin" not in said
    assert main(["init", "--data", str(tmp_path / "x"), "--county", "nowhere"]) == 1
    assert main(["init", "--data", str(tmp_path / "x"), "--divisions", str(tmp_path / "no.csv"), "--county", "1"]) == 1


def test_on_a_terminal_it_asks_again_until_the_county_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(["nowhere", "扶沟"])
    args = argparse.Namespace(county=None, divisions=None, edition=2020)
    _, name, _ = init._county(args, lambda _question: next(answers))
    assert name == "扶沟县"
    assert "内置区划中没有" in capsys.readouterr().err


# -- three people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"name": "王芳"}, "founding.same_person"),
        ({"name": " 王　芳 "}, "founding.same_person"),
        ({"username": "wangfang"}, "founding.same_person"),
        ({"username": "WangFang"}, "founding.same_person"),
        ({"username": "ｗａｎｇｆａｎｇ"}, "founding.same_person"),
        ({"username": ""}, "access.username_wrong"),
        ({"name": "1"}, "access.name_wrong"),
        ({"name": ""}, "access.name_wrong"),
    ],
)
def test_three_administrators_are_three_people(changed: dict[str, str], refusal: str) -> None:
    third = founding.Founder("audit_admin", changed.get("name", "张敏"), changed.get("username", "zhangmin"))
    assert code(founding.checked, [*THREE[:2], third]) == refusal


def test_names_and_users_are_written_with_a_colon() -> None:
    given = {"system_admin": "王芳", "security_admin": "李静:lijing", "audit_admin": "张敏:zhangmin"}
    assert code(init._founders, given, None) == "init.founder_malformed"
    made = init._founders(given | {"system_admin": "王芳：wangfang"}, None)
    assert [one.username for one in made] == ["wangfang", "lijing", "zhangmin"]


def count(sql: str) -> Any:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_all_three_or_none(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def cut(username: str) -> slips.Slip:
        made.append(username)
        if len(made) == 3:
            raise ConnectionError("the power went")
        return slips.issue_as_operator(username)

    monkeypatch.setattr(founding, "issue_as_operator", cut)
    with pytest.raises(ConnectionError):
        founding.found(THREE)
    assert count("select count(*) from access_account") == 0
    assert not founding.founded()
    monkeypatch.undo()
    papers_of = founding.found(THREE)
    assert [slips.holder_of(one.code).username for one in papers_of] == ["wangfang", "lijing", "zhangmin"]
    assert code(founding.found, THREE) == "founding.done_already"
    assert count("select count(*) from access_account") == 3
    assert count("select count(distinct role) from access_grant") == 3


def test_serving_without_accounts_is_refused(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate access_account cascade")
    monkeypatch.setenv("LIANFANG_DRILL", "")
    assert code(runtime.require_begun, tmp_path) == "data.not_begun"


# -- papers -------------------------------------------------------------------------------------------------------------


def test_papers_are_private_and_never_overwritten(tmp_path: Path) -> None:
    path = papers.reserve(tmp_path / "slips.html")
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert code(papers.reserve, path) == "slips.file_exists"
    assert code(papers.reserve, tmp_path / "no" / "slips.html") == "slips.file_unwritable"


@pytest.mark.parametrize("url", ["", "lianfang", "mysql://x/y", "postgresql://host"])
def test_database_addresses_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url or "x")
    monkeypatch.setenv("LIANFANG_DATA", str(tmp_path))
    with pytest.raises(LianfangError) as caught, runtime.database(tmp_path):
        pass
    assert caught.value.code == "database.url_wrong"


@pytest.mark.parametrize(
    "words",
    [
        "backup --to {0}/b",
        "upgrade",
        "close-incident 1 --user wang",
        "purge 1 --user wang",
        "verify-log",
        "accounts list",
        "import residents people.xlsx --area 411621001001",
        "outlines east.dxf --area 411621",
        "export residents --area 411621001001 --out {0}/people.xlsx",
        "prepare",
        "plan replay 1",
    ],
)
def test_a_mistyped_folder_is_a_sentence_and_makes_no_database(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command in a process of its own, as somebody types it: nothing that another module loaded helps."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    folder = tmp_path / "mistyped"
    done = subprocess.run(
        [sys.executable, "-m", "lianfang.cli.main", *words.format(tmp_path).split(), "--data", str(folder)],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.partition(":")[0]) == (1, "keeping.no_data"), done.stderr
    assert str(folder) in done.stderr
    assert not folder.exists()


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["--help"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("init", "serve", "accounts", "import"))
