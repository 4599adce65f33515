"""A server's processes: who dies is started again, later each time, and the operator reads of it; stopping stops all."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lianfang.base.database import faults
from lianfang.cli import children as module
from lianfang.cli.children import Children, Part

SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
DIES = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Children]]:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(module, "LONGEST_PAUSE", 0.3)
    kept: list[Children] = []

    def make(*commands: list[str]) -> Children:
        parts = [Part(name, command) for name, command in zip(("workers", "steward"), commands, strict=False)]
        kept.append(Children(parts, log=tmp_path / "log", folder=tmp_path))
        kept[-1].look_after()
        return kept[-1]

    yield make
    for one in kept:
        one.stop()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def told(folder: Path) -> list[tuple[str, str]]:
    return [(one.what, one.values["part"]) for one in reversed(faults.read(folder, limit=500))]


def test_a_killed_steward_runs_again_and_the_operator_reads_of_it(
    made: Callable[..., Children], tmp_path: Path
) -> None:
    children = made(SLEEPS, SLEEPS)
    web, steward = children[0].pid, children[1].pid
    os.kill(steward, signal.SIGKILL)
    until(lambda: len(told(tmp_path)) == 2)
    assert told(tmp_path) == [("part_stopped", "steward"), ("part_restarted", "steward")]
    assert children[1].pid != steward
    assert children[1].poll() is None
    assert children[0].pid == web


def test_who_keeps_dying_is_started_later_each_time(made: Callable[..., Children], tmp_path: Path) -> None:
    children = made(SLEEPS, DIES)
    until(lambda: told(tmp_path).count(("part_stopped", "steward")) >= 4)
    assert children.parts[1].deaths >= 4
    times = [one.values["times"] for one in reversed(faults.read(tmp_path, limit=500)) if one.what == "part_stopped"]
    assert times == list(range(1, len(times) + 1))
    began = time.monotonic()
    count = len(times)
    until(lambda: told(tmp_path).count(("part_stopped", "steward")) > count)
    assert time.monotonic() - began >= 0.2  # 0.1, 0.2, then no longer than 0.3 s


def test_a_replaced_process_is_no_dead_one(made: Callable[..., Children], tmp_path: Path) -> None:
    children = made(SLEEPS, SLEEPS)
    before = children[0].pid
    children.replace(0, [*SLEEPS, "anew"])
    time.sleep(0.3)
    assert children[0].pid != before
    assert children[0].poll() is None
    assert told(tmp_path) == []


def test_stopping_stops_all_and_starts_nobody(made: Callable[..., Children], tmp_path: Path) -> None:
    children = made(SLEEPS, SLEEPS)
    pids = [children[0].pid, children[1].pid]
    children.stop()
    time.sleep(0.2)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert told(tmp_path) == []
