"""What went wrong with the database of a data folder, one line each: for the operator's page, kept outside the database."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "faults.jsonl"
KEPT = 500
"""Lines kept (assumption: more than anybody reads)."""


@dataclass(frozen=True)
class Fault:
    """One event: when, a stable code, and its values (no personal data)."""

    at: datetime
    what: str
    values: dict[str, Any] = field(default_factory=dict)


def note(data: Path, what: str, **values: Any) -> None:
    """Append one event; a disk without room must not stop whoever notes it."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, **values})
    path = data / NAME
    try:
        with path.open("a") as out:
            out.write(line + "\n")
        if path.stat().st_size > 200 * KEPT:
            path.write_text("\n".join(path.read_text().splitlines()[-KEPT:]) + "\n")
    except OSError:
        return


def read(data: Path, limit: int = 20) -> list[Fault]:
    """The latest events, newest first; a line cut by a power failure is passed over."""
    try:
        lines = (data / NAME).read_text().splitlines()
    except OSError:
        return []
    found: list[Fault] = []
    for line in reversed(lines):
        try:
            body = json.loads(line)
            found.append(Fault(datetime.fromisoformat(body.pop("at")), str(body.pop("what")), body))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if len(found) == limit:
            break
    return found
