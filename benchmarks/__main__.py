"""`python -m benchmarks [NAME…] [--quick]`: run the benches whose file name starts with a name, print and keep the table."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
OUT = Path("build/bench")


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
    table = Table("bar", "what", "value", "unit", "target", "holds")
    for row in rows:
        value = row["value"]
        shown = f"{value:,.4g}" if isinstance(value, float) else str(value)
        table.add_row(
            str(row["bar"]), str(row["what"]), shown, str(row["unit"]), str(row["target"]), _mark(row["holds"])
        )
    Console().print(table)
    return 0


def _mark(holds: object) -> str:
    return "–" if holds is None else ("yes" if holds else "NO")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
