"""Cangzhou at full size: 7.3 million synthetic people in 6,087 communities, against bare COPY and index of the same rows.

`LIANFANG_BENCH_DATA` names a folder that keeps the loaded database for other benchmarks; without it a temporary one is
used and removed. One pair only: a load takes minutes, so noise of the machine shows in the ratio.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

SECONDS = 480.0
RATIO = 4.0
QUICK_COUNTIES = ("130926",)
TABLES = ("residents_person", "residents_secret", "residents_presence", "residents_household")
SETTINGS = {"max_wal_size": "'4GB'"}
"""Both sides run under these settings of the server."""


def counties_of_cangzhou() -> list[str]:
    """The county-level units of Cangzhou in the census."""
    from lianfang.exchange.synthetic import counties

    return [code for code in counties() if code.startswith("1309") and not code.endswith("00")]


def prepare_folder(folder: Path) -> Any:
    """Start a server over a folder, with roles, tables, rights and the divisions of Cangzhou; Django is set up."""
    from lianfang.base.database import connect
    from lianfang.base.database.supervisor import EmbeddedServer

    server = EmbeddedServer(folder, settings=dict(SETTINGS))
    target = server.start()
    connect.export(target)
    os.environ["LIANFANG_DATA"] = str(folder)
    os.environ["LIANFANG_DRILL"] = "1"
    os.environ.setdefault("LIANFANG_SECRET", "only-for-benchmarks")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django

    django.setup()
    from lianfang.base.access.services import load_rights
    from lianfang.base.areas.api import load_divisions, shipped_divisions
    from lianfang.base.database.prepare import prepare

    prepare(target)
    load_rights()
    load_divisions(shipped_divisions("cangzhou"), edition=2020)
    return server


def bare_seconds(conninfo: str, folder: Path) -> tuple[float, float]:
    """Copy the same rows from files into plain tables and index them the same way: (copy, index) in seconds."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        indexes: dict[str, list[str]] = {}
        for table in TABLES:
            connection.execute(f"drop table if exists bare_{table}")
            connection.execute(f"create table bare_{table} (like {table})")
            definitions = connection.execute("select indexdef from pg_indexes where tablename = %s order by 1", [table])
            indexes[table] = [
                body.replace(f" ON public.{table} ", f" ON public.bare_{table} ").replace(" INDEX ", " INDEX bare_", 1)
                for (body,) in definitions
            ]
            with (
                (folder / table).open("wb") as out,
                connection.cursor().copy(f"copy {table} to stdout (format binary)") as copy,
            ):
                for block in copy:
                    out.write(block)
        connection.execute("checkpoint")

    def load(table: str) -> None:
        statement = f"copy bare_{table} from stdin (format binary)"
        with (
            psycopg.connect(conninfo) as one,
            (folder / table).open("rb") as file,
            one.cursor().copy(statement) as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)

    def index(table: str) -> None:
        with psycopg.connect(conninfo, autocommit=True) as one:
            one.execute("set maintenance_work_mem = '512MB'")
            one.execute("set max_parallel_maintenance_workers = 1")
            for statement in indexes[table]:
                one.execute(statement)

    laps = []
    for step in (load, index):
        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(step, TABLES))
        laps.append(time.monotonic() - started)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(f"drop table bare_{table}")
            (folder / table).unlink()
    return laps[0], laps[1]


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Load, compare with bare COPY, and return the rows of the table of bars. quick: one county (0.3 million people)."""
    kept = os.environ.get("LIANFANG_BENCH_DATA")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="lianfang-city-"))
    server = prepare_folder(folder)
    try:
        from lianfang.base.database.connect import ADMIN
        from lianfang.domain.residents.loading import load_city

        conninfo = server.target().conninfo(ADMIN)
        chosen = list(QUICK_COUNTIES) if quick else counties_of_cangzhou()
        report = load_city(chosen, day=date.today(), on_progress=_progress)
        copied, indexed = bare_seconds(conninfo, folder)
    finally:
        server.stop()
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    total = report.total_seconds
    seconds = SECONDS * report.people / 7_300_783 if quick else SECONDS
    steps = ", ".join(f"{step} {lap:.0f} s" for step, lap in report.seconds.items())
    what = f"{report.people:,} people, {report.households:,} homes, {report.communities:,} communities"
    return [
        _row(f"load: {what} ({steps})", total, "s", round(seconds, 1), total <= seconds),
        _row(f"load / bare copy {copied:.0f} s + index {indexed:.0f} s", total / (copied + indexed), "ratio", RATIO,
             total / (copied + indexed) <= RATIO),
        _row("tables and indexes on disk", report.disk_bytes / 2**30, "GiB", None, True),
        _row("peak memory of one of two workers", report.worker_peak_bytes / 2**20, "MiB", None, True),
    ]  # fmt: skip


def _row(what: str, value: float, unit: str, target: float | None, holds: bool) -> dict[str, Any]:
    return {"bar": "city load", "what": what, "value": round(value, 2), "unit": unit, "target": target, "holds": holds,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
            "date": date.today().isoformat()}  # fmt: skip


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text}  ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    for line in run("--quick" in sys.argv):
        print(line)
