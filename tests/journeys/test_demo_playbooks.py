"""`lianfang demo` with every shipped playbook, as somebody types it: it ends with its summary and leaves nothing refused."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.playbooks.api import load_shipped, shipped_names

pytestmark = [pytest.mark.row("A3"), pytest.mark.row("D3")]
PEOPLE = 400
SECONDS = 400
"""A stop for a machine that hangs; a quiet one needs about twelve seconds a playbook."""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def demo(playbook: str, data: Path) -> tuple[dict[str, Any], str]:
    """What a demonstration told, and what its terminal showed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LIANFANG_", "DJANGO_"))}
    environment["COLUMNS"] = "160"
    command = [
        sys.executable, "-m", "lianfang.cli.main", "demo", "--playbook", playbook, "--people", str(PEOPLE), "--no-serve",
        "--port", str(free_port()), "--data", str(data),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads((data / "demo.json").read_text()), done.stdout


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that the database's own user can pass through."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-demo-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("playbook", shipped_names())
def test_the_demonstration_runs_with_every_playbook(playbook: str, data: Path) -> None:
    book = load_shipped(playbook)
    told, shown = demo(playbook, data)
    assert told["import"]["counts"]["new"] == PEOPLE
    assert [each["name"] for each in told["doors"]] == [visit.zh for visit in book.door_visits]
    for each, visit in zip(told["doors"], book.door_visits, strict=True):
        assert each["refused"] == []
        assert each["accepted"] == each["visited"] > 0
        assert f"{visit.zh} {visit.en}" in shown
        assert set(each["outcomes"]) <= {outcome.key for outcome in visit.outcomes}
    assert ("shift" in told) is book.rounds.tests
    if book.rounds.tests:
        assert told["shift"]["refused"] == []
        assert told["results"]["settled"] == 10
    else:
        assert told["doors"][0]["expected"] == told["households"]  # every door of the community, not one building
    assert told["reports"]["confirmed"] == 410 - told["reports"]["silent"]
    if playbook == "flood-2023":
        moved, back = told["doors"]
        assert back["visited"] <= moved["outcomes"]["moved"]  # who never left comes back to no home
        assert "已回迁人数" in shown
