"""Long benches keep each measured cell, so that a run can be continued and a table never mixes two versions of an engine.

A cell is kept under `build/bench/cells/ENGINE/` with a digest of the engine's source: change the engine, and the cell is
measured anew. `KEEP = False` (`--anew` on the command line) measures everything again.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CELLS = ROOT / "build" / "bench" / "cells"
KEEP = "--anew" not in sys.argv


def digest(engine: str) -> str:
    """The digest of everything an engine's result depends on: its own folder and what all engines share."""
    planning = ROOT / "src" / "lianfang" / "planning"
    files = sorted((planning / engine).rglob("*.py")) + sorted((planning / "instances").rglob("*.py"))
    files += [planning / "result.py", planning / "stop.py"]
    found = hashlib.sha256()
    for path in files:
        found.update(path.relative_to(planning).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _plain(value: Any) -> Any:
    """NumPy's numbers and truths as Python's; anything else as its words."""
    return value.item() if hasattr(value, "item") else str(value)


def cell(engine: str, name: str, measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The row of one cell: as kept if it was measured on this source of the engine, else measured now and kept."""
    path = CELLS / engine / (re.sub(r"[^\w.-]+", "_", name) + ".json")
    source = digest(engine)
    if KEEP and path.exists():
        kept = json.loads(path.read_text())
        if kept["source"] == source:
            return dict(kept["row"])
    row = measure()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"source": source, "row": row}, ensure_ascii=False, default=_plain))
    print(f"  {name}: {row.get('value')} {row.get('unit', '')}", file=sys.stderr, flush=True)
    return row
