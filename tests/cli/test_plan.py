"""`lianfang plan` from the outside: exit status, output files, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lianfang.cli.main import main

NURSE = """SECTION_HORIZON
7
SECTION_SHIFTS
D,480,
SECTION_STAFF
A,D=7,2400,480,5,1,1,1
B,D=7,2400,480,5,1,1,1
SECTION_DAYS_OFF
A,0
SECTION_SHIFT_ON_REQUESTS
A,2,D,2
SECTION_SHIFT_OFF_REQUESTS
B,3,D,3
SECTION_COVER
0,D,1,100,1
1,D,1,100,1
2,D,1,100,1
3,D,1,100,1
4,D,1,100,1
"""


@pytest.fixture
def nurse(tmp_path: Path) -> Path:
    path = tmp_path / "week.txt"
    path.write_text(NURSE, encoding="utf-8")
    return path


@pytest.mark.row("B9")
def test_a_roster_from_a_published_file(nurse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, picture = tmp_path / "plan.json", tmp_path / "plan.svg"
    status = main(["plan", "rostering", str(nurse), "--seconds", "5", "--out", str(out), "--picture", str(picture)])
    said = capsys.readouterr()
    assert status == 0
    assert said.err == ""
    assert "optimal, objective 0" in said.out
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert plan["status"] == "optimal"
    assert len(plan["slots"]) == len(plan["member_of_slot"]) == 5
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_a_roster_from_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem = {
        "shifts": [{"id": "day", "start_minute": 480, "length_minutes": 480}],
        "demand": [{"day": 0, "shift": "day", "count": 1, "skill": "medic"}],
        "members": [{"id": "a"}, {"id": "b", "skills": ["medic"], "leave": [], "contract": {"max_minutes": 480}}],
        "rules": {"rest_minutes": 660},
    }
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem), encoding="utf-8")
    assert main(["plan", "rostering", str(path), "--seconds", "5"]) == 0
    assert "objective 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", ""),
        ("broken.json", "{"),
        ("list.json", "[]"),
        ("field.json", '{"shift": []}'),
        ("empty.json", '{"shifts": [], "demand": [], "members": []}'),
    ],
)
def test_senseless_files_are_refused(
    tmp_path: Path, name: str, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    assert main(["plan", "rostering", str(path)]) == 1
    assert capsys.readouterr().err.strip()


def test_missing_file_wrong_format_and_wrong_usage(
    nurse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "rostering", str(tmp_path / "none.txt")]) == 1
    assert main(["plan", "rostering", str(nurse), "--format", "gap"]) == 1
    assert "rostering reads nurse or json" in capsys.readouterr().err
    for wrong in (["plan", "cooking", str(nurse)], ["plan", "rostering", str(nurse), "--seconds", "-1"]):
        with pytest.raises(SystemExit) as caught:
            main(wrong)
        assert caught.value.code == 2


def test_no_plan_is_told_with_reasons(nurse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nurse.write_text(NURSE.replace("A,D=7,2400,480", "A,D=7,480,2400"), encoding="utf-8")
    assert main(["plan", "rostering", str(nurse), "--seconds", "5"]) == 1
    assert "infeasible" in capsys.readouterr().err
