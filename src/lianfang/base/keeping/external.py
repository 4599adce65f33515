"""Backups of an external server: a consistent dump by the system's own programs, and its way back.

A dump restores to the moment it was made. A moment in between needs that server's own archive, which its operator
keeps (`docs/start/keep.md`); the keys are backed up apart in the same way as for the embedded server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psycopg

from lianfang.base.database.binaries import PINNED_MAJOR, program
from lianfang.base.database.connect import ADMIN, Target
from lianfang.base.database.prepare import prepare_roles
from lianfang.base.keeping import manifest, state
from lianfang.base.keeping.backup import applied_migrations, run_hook
from lianfang.base.keeping.manifest import Backup
from lianfang.base.keeping.restore import choose, destroyed_keys, held_keys, put_keys
from lianfang.base.vault.api import Keystore
from lianfang.base.vault.chest import Chest
from lianfang.kernel.errors import LianfangError

FILE = "backup_manifest"
"""The dump itself, under the name that the signed manifest covers."""


def client_program(name: str, major: int) -> str:
    """A program of the server's own major version; raises external.program_missing."""
    places = [Path(f"/usr/lib/postgresql/{major}/bin") / name, Path(f"/usr/pgsql-{major}/bin") / name]
    if major == PINNED_MAJOR:
        places.append(Path(program(name)))
    found = shutil.which(name)
    for place in places:
        if place.exists():
            return str(place)
    if found is not None:
        told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
        if f" {major}." in told.stdout:
            return found
    raise LianfangError("external.program_missing", program=name, version=major)


def is_dump(backup: Backup) -> bool:
    """Whether a backup is a dump of an external server."""
    return backup.body.get("kind") == "dump"


def dump(data: Path, target: Target, store: Keystore, to: Path, *, keep: int, hook: str = "") -> Backup:
    """Dump an external database; raises backup.folder_unusable, backup.failed, backup.hook_failed, external.program_missing."""
    began, started_at = time.monotonic(), datetime.now(UTC)
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        major = connection.info.server_version // 10_000
    tool = client_program("pg_dump", major)
    folder = to / "base" / started_at.strftime("%Y%m%dT%H%M%SZ")
    part = folder.with_name(folder.name + ".part")
    try:
        part.mkdir(parents=True)
        part.chmod(0o700)
    except OSError as error:
        raise LianfangError("backup.folder_unusable", folder=str(to), reason=error.strerror or str(error)) from None
    command = [
        tool,
        "--format=custom",
        "--compress=0",
        "--no-password",
        "--file",
        str(part / FILE),
        target.conninfo(ADMIN),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        shutil.rmtree(part, ignore_errors=True)
        raise LianfangError("backup.failed", reason=(done.stderr.strip().splitlines() or ["?"])[0][:300])
    store.make("system")
    manifest.write(part, store, {
        "kind": "dump", "release": version("lianfang"), "postgres": major, "drill": (data / "drill").exists(),
        "started_at": started_at.isoformat(), "ended_at": datetime.now(UTC).isoformat(), "first_segment": "",
        "migrations": applied_migrations(target), "bytes": (part / FILE).stat().st_size,
        "fingerprints": {name: store.fingerprint(name) for name in store.names() if name != "signing"},
        "files": manifest.file_digest(part / FILE),
    })  # fmt: skip
    part.rename(folder)
    for old in manifest.whole_backups(to)[: -max(1, keep)]:
        shutil.rmtree(old.folder)
    made = manifest.whole_backups(to)[-1]
    state.note(
        data,
        "backup",
        name=made.name,
        to=str(to),
        bytes=made.body["bytes"],
        seconds=round(time.monotonic() - began, 1),
        hook=hook,
    )
    run_hook(hook, folder)
    return made


def check(backup: Backup, known: Iterable[str]) -> None:
    """Check a dump without restoring it; raises restore.damaged, restore.newer_schema."""
    manifest.check_signature(backup)
    manifest.check_schema(backup, known)


def load(
    source: Path, data: Path, target: Target, store: Keystore, *, known: Iterable[str], until: datetime | None, chest: Chest | None,
) -> Backup:  # fmt: skip
    """Restore a dump into an empty database, as its owner; raises external.not_empty, external.no_moment, restore.*."""
    if until is not None:
        raise LianfangError("external.no_moment")
    backup = choose(source, None)
    if not is_dump(backup):
        raise LianfangError("restore.damaged", name=backup.name, reason="a backup of an embedded server")
    check(backup, known)
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        held = connection.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
        major = connection.info.server_version // 10_000
    if held and held[0]:
        raise LianfangError("external.not_empty", database=target.database)
    destroyed = destroyed_keys(source, store, chest)
    manifest.check_keys(backup, held_keys(store, chest), destroyed)
    put_keys(data, store, chest, destroyed)
    prepare_roles(target)
    command = [client_program("pg_restore", major), "--exit-on-error", "--no-password", "--single-transaction",
               "--no-owner", "--dbname", target.conninfo(ADMIN), str(backup.folder / FILE)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})  # noqa: S603
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["?"])[0][:300]
        raise LianfangError("restore.failed", reason=reason, folder=target.database)
    state.note(data, "restore", name=backup.name, until="")
    return backup
