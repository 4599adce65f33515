"""Backup against a bare `pg_basebackup`, and restore to a moment against plain recovery of the same archive.

`LIANFANG_BENCH_DATA` names a loaded city (see `city_load`); without it a database of a few hundred megabytes is made.
Copies of a city go beside it, one at a time: a backup needs 1.2 times its size, a restore another 1.2 times. What there is
no room for is refused with a sentence before anything is copied; the city is left as it was, apart from pending migrations.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.measure import interleave, median_ratio, row
from lianfang.base.database import archive
from lianfang.base.database.binaries import program, server_user
from lianfang.base.database.connect import ADMIN
from lianfang.base.database.supervisor import EmbeddedServer
from lianfang.base.keeping import state
from lianfang.base.keeping.backup import Wish, back_up
from lianfang.base.keeping.manifest import Backup
from lianfang.base.keeping.restore import restore
from lianfang.base.vault.api import Keystore
from lianfang.cli import phrases, runtime

ROWS, QUICK_ROWS = 3_000_000, 200_000
LATER = 10
"""One row in so many is written after the backup, so that there is something to replay."""
PAIRS, QUICK_PAIRS = 3, 1
SHARE = 1.2
"""Room for one copy, as a multiple of the database: the log that is written meanwhile, and the product's own reserve."""


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars."""
    kept = os.environ.get("LIANFANG_BENCH_DATA", "")
    folder = Path(tempfile.mkdtemp(prefix="lianfang-backup-", dir=Path(kept).parent if kept else None))
    folder.chmod(0o711)
    data = Path(kept) if kept else folder / "data"
    noted = data / state.NAME
    before = noted.read_bytes() if noted.exists() else None
    try:
        copies = _copies_that_fit(data, folder) if kept else 2
        with runtime.database(data) as target:
            runtime.prepare(target)
            pairs = QUICK_PAIRS if quick or kept else PAIRS
            rows = _fill(target, QUICK_ROWS if quick else ROWS) if not kept else ROWS
            store = Keystore(data / "keys")
            ours, bare = _backups(data, target, store, folder, pairs)
            size = database_bytes(data) / 2**30
            told = _told_backup(size, ours, bare)
            if copies < 2:
                return told
            made, until = _later(data, target, store, folder / "kept", rows // LATER)
        restored, plain = _restores(folder, store, made, until, pairs)
        return told + _told_restore(restored, plain)
    finally:
        (data / archive.NAME).unlink(missing_ok=True)
        if before is not None:
            noted.write_bytes(before)
        shutil.rmtree(folder, ignore_errors=True)


def database_bytes(data: Path) -> int:
    """Bytes of a database folder on the disk."""
    return sum(path.lstat().st_size for path in (data / "postgres").rglob("*") if path.is_file())


def _copies_that_fit(data: Path, folder: Path) -> int:
    """How many copies beside the city there is room for; ends the bench with a sentence when not even one fits."""
    needed, free = SHARE * database_bytes(data) / 2**30, shutil.disk_usage(folder).free / 2**30
    if free < needed:
        raise SystemExit(f"backup: one copy beside the city needs {needed:.0f} GiB, {free:.0f} GiB are free")
    if free < 2 * needed:
        print(
            f"restore is not measured: it needs {2 * needed:.0f} GiB beside the city, {free:.0f} GiB are free",
            file=sys.stderr,
        )
    return int(free // needed)


def _told_backup(size: float, ours: list[float], bare: list[float]) -> list[dict[str, Any]]:
    ratio, low, high = median_ratio(list(zip(ours, bare, strict=True)))
    return [
        row("backup", f"backup of {size:.1f} GiB, verified / pg_basebackup ({low:.2f}–{high:.2f}, {len(ours)} pairs)", ratio, "ratio",
            "≤ 3", ratio <= 3),
        row("backup", "backup, verified (median)", sorted(ours)[len(ours) // 2], "s", "–", None),
    ]  # fmt: skip


def _told_restore(restored: list[float], plain: list[float]) -> list[dict[str, Any]]:
    back, back_low, back_high = median_ratio(list(zip(restored, plain, strict=True)))
    return [
        row("backup", f"restore to a moment, proved / plain copy and recovery ({back_low:.2f}–{back_high:.2f})", back, "ratio",
            "≤ 3", back <= 3),
        row("backup", "restore to a moment (median)", sorted(restored)[len(restored) // 2], "s", "–", None),
    ]  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _fill(target: Any, rows: int) -> int:
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as owner:
        _write(owner, rows)
        owner.execute("checkpoint")
    return rows


def _write(owner: psycopg.Connection[Any], rows: int) -> None:
    owner.execute("create table if not exists bench_rows (id uuid primary key, body bytea)")
    owner.execute(
        "insert into bench_rows select gen_random_uuid(), sha512(int4send(g)) from generate_series(1, %s) g", [rows]
    )


def _backups(data: Path, target: Any, store: Keystore, folder: Path, pairs: int) -> tuple[list[float], list[float]]:
    def ours() -> float:
        wish = Wish(folder / "ours", archiving=False, keep=1)
        took = _seconds(lambda: back_up(data, target, store, wish))
        shutil.rmtree(folder / "ours")
        return took

    def bare() -> float:
        command = [program("pg_basebackup"), "-D", str(folder / "bare"), "-X", "stream", "-c", "fast", "-w", "-h", target.host,
                   "-U", target.admin]  # fmt: skip
        environment = {**os.environ, "PGPASSFILE": str(target.passfile)}
        took = _seconds(lambda: subprocess.run(command, check=True, env=environment))
        shutil.rmtree(folder / "bare")
        return took

    found = interleave(ours, bare, pairs)
    return [one for one, _ in found], [one for _, one in found]


def _later(data: Path, target: Any, store: Keystore, to: Path, rows: int) -> tuple[Backup, datetime]:
    """A backup, then work, a moment, a little more work; everything archived."""
    made = back_up(data, target, store, Wish(to, keep=1))
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as owner:
        _write(owner, rows)
        moment = owner.execute("select clock_timestamp()").fetchone()
        time.sleep(0.1)
        _write(owner, 1000)
        name = owner.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone()
        owner.execute("select pg_switch_wal()")
    while not (to / "wal" / f"{name[0]}.gz").exists():  # type: ignore[index]
        time.sleep(0.1)
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as owner:
        owner.execute("drop table bench_rows")
    return made, moment[0]  # type: ignore[index]


def _restores(
    folder: Path, store: Keystore, made: Backup, until: datetime, pairs: int
) -> tuple[list[float], list[float]]:
    known = phrases.known_migrations()

    def ours() -> float:
        place = folder / "restored"
        took = _seconds(lambda: restore(folder / "kept", place, store, known=known, until=until))
        shutil.rmtree(place)
        return took

    found = interleave(ours, lambda: _plain(folder, made, until), pairs)
    return [one for one, _ in found], [one for _, one in found]


def _plain(folder: Path, made: Backup, until: datetime) -> float:
    """Copy and recover by hand: nothing checked before, nothing proved afterwards."""
    place = folder / "plain"
    server = EmbeddedServer(place, peer=True, settings={
        "archive_mode": "off", "recovery_target_action": "'promote'", "recovery_target_time": f"'{until.isoformat(sep=' ')}'",
        "restore_command": "'" + archive.restore_command(folder / "kept" / "wal").replace("'", "''") + "'",
    })  # fmt: skip

    def work() -> None:
        server.prepare_folder()
        subprocess.run(["cp", "-a", str(made.folder), str(server.cluster)], check=True)
        (server.cluster / "recovery.signal").touch()
        user = server_user()
        if user is not None:
            subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(server.cluster)], check=True)
        target = server.start()
        while True:
            with psycopg.connect(target.conninfo(ADMIN)) as connection:
                if connection.execute("select pg_is_in_recovery()").fetchone() == (False,):
                    return
            time.sleep(0.1)

    took = _seconds(work)
    server.stop()
    shutil.rmtree(place)
    return took
