"""Long benches keep each measured cell, so that a run can be continued and a table never mixes two versions of an engine.

A cell is kept under `build/bench/cells/ENGINE/` with a digest of the source its result depends on: change that, and the cell
is measured anew. An engine that carries several problems names the modules a cell starts from (`parts`); what those import
counts, the rest of the engine does not. `KEEP = False` (`--anew` on the command line) measures everything again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "lianfang"
CELLS = ROOT / "build" / "bench" / "cells"
KEEP = "--anew" not in sys.argv


def digest(engine: str, parts: tuple[str, ...] = ()) -> str:
    """The digest of everything a result depends on: the engine's folder, or its `parts` and all they import, and what engines share."""
    planning = SOURCE / "planning"
    files = _imported(engine, parts) if parts else sorted((planning / engine).rglob("*.py"))
    files += [*sorted((planning / "instances").rglob("*.py")), planning / "result.py", planning / "stop.py"]
    found = hashlib.sha256()
    for path in files:
        found.update(path.relative_to(planning).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _imported(engine: str, parts: tuple[str, ...]) -> list[Path]:
    """The modules of an engine that some of them import, themselves included, in the order of their names."""
    folder, inside = SOURCE / "planning" / engine, f"lianfang.planning.{engine}"
    waiting, found = [folder / f"{part}.py" for part in parts], set[Path]()
    while waiting:
        path = waiting.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == inside:
                waiting += [folder / f"{one.name}.py" for one in node.names]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(inside + "."):
                waiting.append(folder / f"{(node.module or '').removeprefix(inside + '.')}.py")
    return sorted(found)


def _plain(value: Any) -> Any:
    """NumPy's numbers and truths as Python's; anything else as its words."""
    return value.item() if hasattr(value, "item") else str(value)


def cell(engine: str, name: str, measure: Callable[[], dict[str, Any]], parts: tuple[str, ...] = ()) -> dict[str, Any]:
    """The row of one cell: as kept if it was measured on this source of the engine, else measured now and kept."""
    path = CELLS / engine / (re.sub(r"[^\w.-]+", "_", name) + ".json")
    source = digest(engine, parts)
    if KEEP and path.exists():
        kept = json.loads(path.read_text())
        if kept["source"] == source:
            return dict(kept["row"])
    row = measure()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"source": source, "row": row}, ensure_ascii=False, default=_plain))
    print(f"  {name}: {row.get('value')} {row.get('unit', '')}", file=sys.stderr, flush=True)
    return row


def table(engine: str, name: str, measure: Callable[[], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Several rows that are measured together, kept as one cell."""
    return list(cell(engine, name, lambda: {"rows": measure()})["rows"])
