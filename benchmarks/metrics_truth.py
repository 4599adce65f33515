"""Bar 10, its truth: incremental figures = a full count of the rows in 10,000 random histories sent through the door."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time

HISTORIES = 10_000


def worker(folder: str, histories: int) -> None:
    """In a process and database of its own: run, compare once, print what was found as JSON."""
    from benchmarks.support.own import own_database
    from lianfang.base.database import connect

    with own_database(folder) as target:
        from lianfang.base.metrics import api as metrics
        from tests.support.histories import countable, run_histories
        from tests.support.world import build_world

        begin = time.monotonic()
        found = run_histories(build_world(), target.conninfo(connect.DOOR), histories, seed=20220320)
        sent = time.monotonic() - begin
        metrics.fold()
        begin = time.monotonic()
        after = metrics.recompute(countable())
        print(json.dumps({
            "differing": len({one.dim.partition(":")[0] for one in [*found.differences, *after]}), "facts": found.facts,
            "folds": found.folds, "answers": found.answers, "sent": sent, "compared": time.monotonic() - begin,
            "metrics": len(countable()), "first": [str(one) for one in found.differences[:3]],
        }))  # fmt: skip


def run(*, quick: bool = False) -> list[dict[str, object]]:
    """Rows for the table of benches."""
    histories = 500 if quick else HISTORIES
    with tempfile.TemporaryDirectory(prefix="lianfang-truth-") as folder:
        code = f"from benchmarks.metrics_truth import worker; worker({folder!r}, {histories})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found = json.loads(done.stdout.strip().splitlines()[-1])
    what = f"histories that differ from a count of the rows, of {histories:,} ({found['metrics']} metrics, {found['facts']:,} facts)"
    return [
        {"bar": 10, "what": what, "value": found["differing"], "unit": "histories", "target": "0",
         "holds": found["differing"] == 0, "details": found},
        {"bar": 10, "what": "counting all of them again and comparing, one statement", "value": found["compared"],
         "unit": "s", "target": "–", "holds": None},
    ]  # fmt: skip
