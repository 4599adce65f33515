"""The generated reference is current, and says what the code says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lianfang.base.access.rules import ROLES
from lianfang.kernel.errors import all_problems

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


def test_the_reference_is_current() -> None:
    """Made by a process of its own, so that nothing a test registered gets in."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LIANFANG_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tools" / "reference.py"), "--check"],
        check=False,
        capture_output=True,
        text=True,
        env=clean,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_table_names_its_retention_and_every_role_and_error_stands_there() -> None:
    rows = [
        line.split(" | ") for line in (REFERENCE / "data.md").read_text("utf-8").splitlines() if line.startswith("| [")
    ]
    assert len(rows) > 40
    assert [row[0] for row in rows if not row[1].strip()] == []
    errors, access = ((REFERENCE / f"{name}.md").read_text("utf-8") for name in ("errors", "access"))
    assert [
        one.code for one in all_problems() if f"`{one.code}`" not in errors and not one.code.startswith("test")
    ] == []
    assert [name for name in ROLES if f"`{name}`" not in access] == []
