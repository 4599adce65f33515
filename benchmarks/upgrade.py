"""An upgrade of a database that takes facts: eight writers go on, and every moment without a write is counted.

`LIANFANG_BENCH_DATA` names a loaded city (see `city_load`); its own pending migrations are applied, and it stays upgraded.
Where nothing is pending, and in the small database made without it, the latest steps of `BACK` are undone first.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.crew import WRITERS, Writers
from benchmarks.support.measure import percentile, row
from lianfang.base.database.connect import ADMIN, DOOR
from lianfang.cli import phrases, runtime

BEFORE_SECONDS, AFTER_SECONDS = 5.0, 2.0
STALL = 0.25
"""Seconds without a single write by any writer from which on they count as held up (assumption: nobody notices less)."""
BAR_SECONDS = 5.0
BACK = (("worklist", "0001"), ("rounds", "0003"), ("incidents", "0002"))
"""Steps undone where none is pending: two indexes, two changes of tables with rows, one new column."""
KIND = "bench.upgrade"


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars."""
    kept = os.environ.get("LIANFANG_BENCH_DATA", "")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="lianfang-upgrade-"))
    if not kept:
        folder.chmod(0o711)
    try:
        with runtime.database(folder) as target:
            if not kept:
                runtime.prepare(target)
            phrases.known_migrations()
            pending = _pending() or _step_back()
            return _measure(folder, target, pending)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def stalled(ended: list[float], since: float) -> float:
    """Seconds in which no write ended though eight writers wanted to: gaps of at least STALL after `since`."""
    times = [since, *sorted(one for one in ended if one > since)]
    return sum(b - a for a, b in itertools.pairwise(times) if b - a >= STALL)


def _measure(folder: Path, target: Any, pending: int) -> list[dict[str, Any]]:
    words = [sys.executable, "-m", "lianfang.cli.main", "upgrade", "--no-backup", "--data", str(folder)]
    with Writers(target.conninfo(DOOR), KIND) as writers:
        time.sleep(BEFORE_SECONDS)
        began, usual = time.monotonic(), list(writers.waits)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        seconds = time.monotonic() - began
        time.sleep(AFTER_SECONDS)
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as owner:
        owner.execute("set session_replication_role = replica")
        [held] = owner.execute("select count(*) from facts_log where kind = %s", [KIND]).fetchone() or [0]
        size = owner.execute("select pg_database_size(current_database()) / 2 ^ 30").fetchone()
        owner.execute("delete from facts_log where kind = %s", [KIND])
    if done.returncode != 0 or held != len(writers.ended):
        raise RuntimeError(f"{held} of {len(writers.ended)} facts are there: {done.stdout[-500:]}{done.stderr[-1500:]}")
    out = stalled(writers.ended, began)
    after = writers.waits[len(usual) :]
    what = (
        f"upgrade of {size[0] if size else 0:.1f} GiB, {pending} migrations, {seconds:.0f} s, under {WRITERS} writers"
    )
    return [
        row("upgrade", f"{what}: seconds in which nobody could write, {writers.refusals} refused, none lost", out, "s",
            f"≤ {BAR_SECONDS:.0f}", out <= BAR_SECONDS),
        row("upgrade", f"longest wait of one fact ({len(after):,} facts; before it 95 % took "
            f"{1000 * percentile(usual, 0.95):.0f} ms)", max(after), "s", f"≤ {BAR_SECONDS:.0f}", max(after) <= BAR_SECONDS),
    ]  # fmt: skip


def _pending() -> int:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["owner"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _step_back() -> int:
    from django.core.management import call_command

    for app, name in BACK:
        call_command("migrate", app, name, database="owner", verbosity=0)
    return _pending()
