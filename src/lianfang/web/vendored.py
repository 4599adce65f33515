"""Where a vendored browser file stands, read from the lock, so that no template names a version."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "static" / "vendor" / "vendor.lock.json"


@cache
def entries() -> tuple[dict[str, Any], ...]:
    """Return the lock's entries: name, version, licence, integrity, path, bytes, sha256."""
    return tuple(json.loads(LOCK.read_text("utf-8")))


@cache
def path(package: str, file: str) -> str:
    """Return the static path of a vendored file; raise LookupError when the lock has none of that name."""
    for entry in entries():
        if entry["name"] == package and entry["path"].endswith(f"/{file}"):
            return f"vendor/{entry['path']}"
    raise LookupError(f"no vendored file {file} of {package}")
