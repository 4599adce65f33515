"""Lists of members as .xlsx through the real import: wall and CPU seconds, memory of the importing process.

100,000 members in 3,900 organisations by default; --whole takes the 410,000 in 16,000 that a city counts.

Runs in a process of its own, so that its peak memory is the import's and not that of the writer of the file.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

PEOPLE, UNITS = 410_000, 16_000
SECONDS = 180.0
"""For the whole; a part of the people has the same part of the time."""
MEGABYTES = 900
AREA = "411621"


def write_list(path: Path, people: int) -> None:
    """People of units of three levels, in the columns of the unit list, at home in the communities of a real county."""
    from lianfang.base.areas.api import shipped_divisions
    from lianfang.exchange import synthetic

    codes = [one.code for one in shipped_divisions("fugou") if one.level == 5]
    made = synthetic.units(codes, people, max(1, UNITS * people // PEOPLE), seed=5)
    path.write_bytes(synthetic.unit_list_xlsx(made))


def worker(file: str, folder: str) -> None:
    """In the child: set a database up, import, print what it took as JSON."""
    import resource
    import time

    from benchmarks.support.own import own_database

    with own_database(folder):
        from django.db import connection, transaction

        from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
        from lianfang.base.areas.api import load_divisions, shipped_divisions
        from lianfang.domain.workforce.api import import_members

        load_divisions(shipped_divisions("fugou"), edition=2020)
        account = create_account(username="clerk", name="演练员", password="only-for-benchmarks")
        create_grant(account_id=account, role="county_dispatcher", path=AREA)
        with transaction.atomic():
            actor = enter(token_digest(open_session(account)))
        assert actor is not None
        connection.ensure_connection()
        backend = connection.connection.info.backend_pid
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started, busy, served, parsed = time.monotonic(), time.process_time(), _cpu(backend), _children()
        report = import_members(actor=actor, path_to_file=Path(file), area_path=AREA)
        found = {
            "wall": time.monotonic() - started, "python": time.process_time() - busy, "postgres": _cpu(backend) - served,
            "parser": _children() - parsed,
            "counts": report.counts, "units": report.units_made, "before": before / 1024,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }  # fmt: skip
        connection.close()
    print(json.dumps(found))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> float:
    """CPU seconds of processes of ours that ended (the one that reads the file)."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(quick: bool = False, people: int = 100_000) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars. quick: 10,000 people; each part has its part of the seconds."""
    people = 10_000 if quick else people
    folder = Path(tempfile.mkdtemp(prefix="lianfang-members-"))
    folder.chmod(0o755)
    try:
        file = folder / "members.xlsx"
        write_list(file, people)
        command = [sys.executable, "-m", "benchmarks.members_import", "worker", str(file), str(folder / "data")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    cpu = f"CPU {found['python']:.1f} s Python, {found['parser']:.1f} s reader, {found['postgres']:.1f} s PostgreSQL"
    what = f"import of {people:,} members in {found['units']:,} organisations (.xlsx) with verdicts, taken; {cpu}; {found['counts']}"
    return [
        _row(what, found["wall"], "s", round(SECONDS * people / PEOPLE, 1)),
        _row(
            f"peak memory of the importing process ({found['before']:.0f} MiB before)", found["peak"], "MiB", MEGABYTES
        ),
    ]


def _row(what: str, value: float, unit: str, target: float) -> dict[str, Any]:
    return {
        "bar": "members", "what": what, "value": round(value, 1), "unit": unit, "target": target, "holds": value <= target,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "date": date.today().isoformat(),
    }  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2], sys.argv[3])
    else:
        for line in run("--quick" in sys.argv, PEOPLE if "--whole" in sys.argv else 100_000):
            print(line)
