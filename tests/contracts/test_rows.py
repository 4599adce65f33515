"""`make rows` runs the tests that carry a row of the mission, and says which row they show and how they ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TRIAL = """
import pytest

@pytest.mark.row("D1")
def test_good():
    pass

@pytest.mark.row("D2")
def test_bad():
    assert False

def test_of_no_row():
    assert False
"""


def rows(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "rows.py"), *arguments]
    return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.fixture
def trial(tmp_path: Path) -> str:
    """A folder of tests, two of which carry a row, in a project that knows the mark."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  row(id): a row of the mission\n")
    (tmp_path / "test_trial.py").write_text(TRIAL)
    return str(tmp_path)


def lines(told: str) -> dict[str, str]:
    """Row → its state."""
    return {line.split()[0]: line.split()[1] for line in told.splitlines() if line[:1].isupper()}


def test_rows_are_run_and_told(trial: str) -> None:
    told = rows(trial)
    assert told.returncode == 1, told.stderr
    states = lines(told.stdout)
    assert (states["D1"], states["D2"], states["D3"]) == ("passes", "FAILS", "–")
    assert "1 of 66 rows have tests that pass" in told.stdout


def test_rows_are_listed_without_running(trial: str) -> None:
    told = rows("--list", trial)
    assert told.returncode == 0, told.stderr
    assert lines(told.stdout)["D2"] == "listed"


def test_what_cannot_be_run_is_said(tmp_path: Path) -> None:
    told = rows(str(tmp_path / "nowhere"))
    assert told.returncode == 2
    assert "could not be run" in told.stderr
