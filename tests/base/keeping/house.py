"""A small house of its own: a prepared database in a folder, its keys, and facts in the log, for rehearsals of keeping."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from lianfang.base.database.connect import ADMIN
from lianfang.base.database.supervisor import EmbeddedServer
from lianfang.base.facts.seal import seal_once
from lianfang.base.vault.api import Keystore
from lianfang.cli.phrases import known_migrations

ROOT = Path(__file__).resolve().parents[3]
SMALL = {"shared_buffers": "'32MB'", "max_connections": "30"}


def command(
    *words: str, folder: Path | None = None, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `lianfang` as a person would, without this test's own surroundings."""
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("LIANFANG_", "DJANGO_", "DATABASE_"))
    }
    data = ["--data", str(folder)] if folder else []
    return subprocess.run(
        [sys.executable, "-c", "import sys; from lianfang.cli.main import main; sys.exit(main())", *words, *data],
        capture_output=True, text=True, input=text, timeout=240, check=False, env={**clean, **environment}, cwd=ROOT,
    )  # fmt: skip


@dataclass
class House:
    """One data folder with its server and keys."""

    folder: Path
    server: EmbeddedServer
    store: Keystore

    def connect(self) -> psycopg.Connection[Any]:
        """A connection of the owner."""
        return psycopg.connect(self.server.target().conninfo(ADMIN), autocommit=True)

    def add_facts(self, count: int) -> datetime:
        """Write facts into the log and seal them; returns the server's time afterwards."""
        box = self.store.make("incident-1")
        with self.connect() as connection:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(
                    "insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
                    "values (1, %s, 'trial', '411621001001', now(), 1, 1, %s, %s)",
                    [(uuid.uuid4(), os.urandom(32), box.seal("赵钱孙李周吴郑王".encode(), b"x")) for _ in range(count)],
                )
            seal_once(connection)
            [now] = connection.execute("select clock_timestamp()").fetchone() or [None]
        assert isinstance(now, datetime)
        return now

    def count(self) -> int:
        """Facts in the log."""
        with self.connect() as connection:
            row = connection.execute("select count(*) from facts_log").fetchone()
        return int(row[0]) if row else -1

    def archive_everything(self, archive: Path) -> None:
        """Finish the running segment and wait until it has reached the archive."""
        with self.connect() as connection:
            [name] = connection.execute("select pg_walfile_name(pg_current_wal_lsn())").fetchone() or [""]
            connection.execute("select pg_switch_wal()")
        deadline = time.monotonic() + 20
        while not (archive / f"{name}.gz").exists():
            assert time.monotonic() < deadline, "the segment was not archived"
            time.sleep(0.05)


def new_folder() -> Path:
    """A new folder that the server's own user can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-keeping-"))
    folder.chmod(0o711)
    return folder


def build(folder: Path) -> House:
    """Prepare a database in a folder and start it."""
    done = command("prepare", "--create", folder=folder)
    assert done.returncode == 0, done.stderr
    server = EmbeddedServer(folder, settings=dict(SMALL))
    server.start()
    store = Keystore(folder / "keys")
    for name in ("system", "standing-411621", "incident-1"):
        store.make(name)
    return House(folder, server, store)


def opened(folder: Path) -> House:
    """A restored data folder, started."""
    server = EmbeddedServer(folder, settings=dict(SMALL))
    server.start()
    return House(folder, server, Keystore(folder / "keys"))


__all__ = ["SMALL", "House", "build", "command", "known_migrations", "new_folder", "opened"]
