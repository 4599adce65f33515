"""What keeping remembers about itself beside the database: the last backups, key backups, upgrades. No personal data."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "keeping.json"
KEPT = 50
"""Lines kept of each kind (assumption)."""


def read(data: Path) -> dict[str, list[dict[str, Any]]]:
    """Kind → events, oldest first; a file that is missing or half-written counts as empty."""
    try:
        found = json.loads((data / NAME).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def note(data: Path, kind: str, **values: Any) -> None:
    """Add one event of a kind (backup, keys, upgrade, restore), written whole or not at all."""
    held = read(data)
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **values}
    held[kind] = [*held.get(kind, []), line][-KEPT:]
    draft = data / f"{NAME}.{os.getpid()}"
    draft.write_text(json.dumps(held, ensure_ascii=False, indent=1))
    draft.replace(data / NAME)


def last(data: Path, kind: str) -> dict[str, Any] | None:
    """The latest event of a kind."""
    found = read(data).get(kind, [])
    return found[-1] if found else None
