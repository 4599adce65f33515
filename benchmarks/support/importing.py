"""An office's list through a real import, measured: wall and CPU seconds by who spends them, memory of the importing process.

The import runs in a process of its own, so that its peak memory is the import's and not that of the writer of the file.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any


def in_child(module: str, write: Callable[[Path], None]) -> dict[str, Any]:
    """Write the list and let `python -m module worker FILE FOLDER` import it; what that printed last, as JSON."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-import-"))
    folder.chmod(0o755)
    try:
        file = folder / "list.xlsx"
        write(file)
        command = [sys.executable, "-m", module, "worker", str(file), str(folder / "data")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return dict(json.loads(done.stdout.splitlines()[-1]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def worker(folder: str, role: str, area: str, take: Callable[[Any], dict[str, Any]]) -> None:
    """In the child: a county in a database of its own, somebody with a role at an area; measure `take(actor)` and print what it told."""
    from benchmarks.support.own import own_database

    with own_database(folder):
        from django.db import connection, transaction

        from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
        from lianfang.base.areas.api import load_divisions, shipped_divisions

        load_divisions(shipped_divisions("fugou"), edition=2020)
        account = create_account(username="clerk", name="演练员", password="only-for-benchmarks")
        create_grant(account_id=account, role=role, path=area)
        with transaction.atomic():
            actor = enter(token_digest(open_session(account)))
        assert actor is not None
        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, busy, served, parsed = time.monotonic(), time.process_time(), _cpu(backend), _children()
        found = take(actor) | {
            "wall": time.monotonic() - started, "python": time.process_time() - busy, "postgres": _cpu(backend) - served,
            "reader": _children() - parsed, "before": before / 1024,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }  # fmt: skip
        connection.close()
    print(json.dumps(found))


def rows(bar: str, what: str, found: dict[str, Any], seconds: float, megabytes: float) -> list[dict[str, Any]]:
    """The two lines of the table: seconds of the import, peak memory of its process."""
    cpu = f"CPU {found['python']:.1f} s Python, {found['reader']:.1f} s reader, {found['postgres']:.1f} s PostgreSQL"
    memory = f"peak memory of the importing process ({found['before']:.0f} MiB before)"
    return [
        _row(bar, f"{what}; {cpu}; {found['counts']}", found["wall"], "s", seconds),
        _row(bar, memory, found["peak"], "MiB", megabytes),
    ]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> float:
    """CPU seconds of processes of ours that ended (the one that reads the file)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(bar: str, what: str, value: float, unit: str, target: float) -> dict[str, Any]:
    return {
        "bar": bar, "what": what, "value": round(value, 1), "unit": unit, "target": target, "holds": value <= target,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "date": date.today().isoformat(),
    }  # fmt: skip
