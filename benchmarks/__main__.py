"""`python -m benchmarks [NAME…] [--quick]`: run the benches whose file name starts with a name, print and keep the table."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.support.measure import SOLVED

FOLDER = Path(__file__).parent
OUT = Path("build/bench")
PAPER = 190
"""Columns of the table where no terminal tells them."""


def main(argv: list[str]) -> int:
    """Run and print; status 1 when a name fits no bench."""
    quick = "--quick" in argv
    wanted = [argument for argument in argv if not argument.startswith("-")]
    names = [path.stem for path in sorted(FOLDER.glob("*.py")) if not path.stem.startswith("_")]
    chosen = [name for name in names if not wanted or any(name.startswith(prefix) for prefix in wanted)]
    if not chosen:
        print(f"no bench starts with {wanted}; there are: {', '.join(names)}", file=sys.stderr)
        return 1
    rows: list[dict[str, object]] = []
    for name in chosen:
        print(f"· {name}", file=sys.stderr, flush=True)
        rows += importlib.import_module(f"benchmarks.{name}").run(quick=quick)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{'-'.join(wanted) or 'all'}.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
    Console(width=None if sys.stdout.isatty() else PAPER).print(table_of(rows))
    return 0


def table_of(rows: list[dict[str, object]]) -> Table:
    """The rows as one table; the columns of a planner's cells only where a row has them."""
    solved = [name for name in SOLVED if any(name in row for row in rows)]
    table = Table("bar", "what", "value", "unit", "target", "holds", *solved)
    for row in rows:
        words = [str(row[name]) for name in ("bar", "what")]
        target = [str(row["unit"]), str(row["target"]), _mark(row["holds"])]
        table.add_row(*words, _number(row["value"]), *target, *(_number(row.get(name)) for name in solved))
    return table


def _number(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _mark(holds: object) -> str:
    return "–" if holds is None else ("yes" if holds else "NO")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
