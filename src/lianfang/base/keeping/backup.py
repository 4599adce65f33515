"""Base backups of the embedded server, and the archive that carries them on to any later moment.

A folder of backups holds `base/<stamp>/` (a whole cluster, our list of its files with SHA-256 sums, and the manifest that
signs it) and `wal/` (archived segments). It never holds a key: without the keystore it is ciphertext.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from lianfang.base.database import archive
from lianfang.base.database.binaries import PINNED_MAJOR, program, server_user
from lianfang.base.database.connect import ADMIN, Target
from lianfang.base.database.supervisor import EmbeddedServer
from lianfang.base.keeping import manifest, state, sums
from lianfang.base.keeping.manifest import Backup
from lianfang.base.vault.api import Keystore
from lianfang.kernel.errors import LianfangError

KEEP = 7
"""Base backups kept (assumption: one a day, a week back)."""
RETIRED = "destroyed.json"
"""The list of destroyed keys, beside the backups: whoever restores on a new machine must honour it."""
SPARE = 1.1
"""Room asked for, as a multiple of the cluster's size."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Wish:
    """What was asked for. keep: base backups kept; hook: command for the off-site copy; archiving: whether to archive on."""

    to: Path
    keep: int = KEEP
    hook: str = ""
    archiving: bool = True
    megabytes: int = archive.MEGABYTES


def back_up(data: Path, target: Target, store: Keystore, wish: Wish, *, say: Say = lambda text: None) -> Backup:
    """Take a base backup of a running embedded server, verify it, and remove what is older than the kept ones.

    Raises backup.folder_unusable, backup.no_room, backup.failed, backup.hook_failed (the backup itself is whole then).
    """
    began = time.monotonic()
    _prepare_folder(data, wish.to)
    _require_room(data, wish.to)
    if wish.archiving:
        _archive_on(data, wish)
    started_at = datetime.now(UTC)
    folder = _new_folder(wish.to / "base", started_at)
    part = folder.with_name(folder.name + ".part")
    say("copying the cluster, every file read and compared")
    try:
        found = _copy_cluster(target, part)
        sums.compare_with_server(part, folder.name, found)
        manifest.write(part, store, _describe(data, target, store, part, found, started_at))
        part.rename(folder)
    except LianfangError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise LianfangError("backup.failed", reason=str(error)) if error.code == "restore.damaged" else error from None
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise LianfangError("backup.failed", reason=error.strerror or str(error)) from None
    (wish.to / RETIRED).write_text(json.dumps(store.destroyed(), indent=1))
    made = next(one for one in manifest.whole_backups(wish.to) if one.name == folder.name)
    keep_only(wish.to, wish.keep)
    seconds = round(time.monotonic() - began, 1)
    state.note(
        data, "backup", name=made.name, to=str(wish.to), bytes=made.body["bytes"], seconds=seconds, hook=wish.hook
    )
    run_hook(wish.hook, folder)
    return made


def keep_only(to: Path, keep: int) -> list[str]:
    """Remove all but the latest backups, what was cut off, and segments that no kept one needs; returns the names removed."""
    whole = manifest.whole_backups(to)
    gone = whole[: -max(1, keep)]
    for one in gone:
        shutil.rmtree(one.folder)
    for cut in (to / "base").glob("*.part"):
        if time.time() - cut.stat().st_mtime > 3600:
            shutil.rmtree(cut, ignore_errors=True)
    if whole:
        archive.prune(to / "wal", whole[len(gone)].first_segment)
    return [one.name for one in gone]


def run_hook(hook: str, folder: Path) -> None:
    """Run the command for the off-site copy with the folder as its last argument; raises backup.hook_failed."""
    if not hook:
        return
    try:
        done = subprocess.run([*shlex.split(hook), str(folder)], capture_output=True, text=True, check=False)  # noqa: S603
    except (OSError, ValueError) as error:
        raise LianfangError("backup.hook_failed", name=folder.name, reason=str(error)) from None
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise LianfangError("backup.hook_failed", name=folder.name, reason=reason[:300])


def applied_migrations(target: Target) -> list[str]:
    """Names of the migrations in a database, as `app.name`."""
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        rows = connection.execute("select app || '.' || name from django_migrations order by 1").fetchall()
    return [name for (name,) in rows]


# -- steps ---------------------------------------------------------------------------------------------------------


def _prepare_folder(data: Path, to: Path) -> None:
    inside = to.resolve()
    if (data / "postgres").resolve() in (inside, *inside.parents):
        raise LianfangError("backup.folder_unusable", folder=str(to), reason="it lies inside the database")
    try:
        for folder in (to, to / "base", to / "wal"):
            folder.mkdir(parents=True, exist_ok=True)
        to.chmod(0o711)
        (to / "base").chmod(0o700)
        (to / "wal").chmod(0o700)
        user = server_user()
        if user is not None:
            os.chown(to / "wal", user.pw_uid, user.pw_gid)
            if any(not parent.stat().st_mode & 0o001 for parent in inside.parents):
                reason = "the database's own user can't pass through a folder above it"
                raise LianfangError("backup.folder_unusable", folder=str(to), reason=reason)
    except OSError as error:
        raise LianfangError("backup.folder_unusable", folder=str(to), reason=error.strerror or str(error)) from None


def _require_room(data: Path, to: Path) -> None:
    needed = int(_size(data / "postgres") * SPARE)
    free = shutil.disk_usage(to).free
    if free < needed:
        raise LianfangError("backup.no_room", folder=str(to), free=free // 2**20, needed=needed // 2**20)


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:  # the server works on
                continue
    return total


def _archive_on(data: Path, wish: Wish) -> None:
    wanted = archive.Archive((wish.to / "wal").resolve(), wish.megabytes)
    if archive.read(data) != wanted:
        archive.write(data, wanted)
        EmbeddedServer(data).reload()


def _new_folder(base: Path, at: datetime) -> Path:
    stamp, number = at.strftime("%Y%m%dT%H%M%S"), 1
    folder = base / f"{stamp}Z"
    while folder.exists() or folder.with_name(folder.name + ".part").exists():
        number += 1
        folder = base / f"{stamp}-{number}Z"
    return folder


def _copy_cluster(target: Target, part: Path) -> dict[str, sums.Sum]:
    """Copy the cluster and read what arrives while it is still in memory; returns path → sums. Raises backup.failed."""
    command = [
        program("pg_basebackup"), "-D", str(part), "-F", "plain", "-X", "stream", "-c", "fast", "--manifest-checksums=CRC32C",
        "-d", target.conninfo(ADMIN, database="replication").replace("dbname=replication", ""), "-w",
    ]  # fmt: skip
    follower = sums.Follower(part)
    try:
        with tempfile.TemporaryFile("w+") as said:
            if _follow(command, said, follower) != 0:
                said.seek(0)
                lines = [line for line in said if "error" in line.lower()] or ["?"]
                raise LianfangError(
                    "backup.failed", reason=lines[0].strip().removeprefix("pg_basebackup: error: ")[:300]
                )
        return follower.finish()
    finally:
        follower.close()


def _follow(command: list[str], said: IO[str], follower: sums.Follower) -> int:
    """Run the copy, following it; returns its exit status. It does not outlive us."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603
    try:
        while True:
            try:
                return process.wait(timeout=sums.LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                follower.look()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _describe(
    data: Path, target: Target, store: Keystore, part: Path, found: Mapping[str, sums.Sum], started_at: datetime
) -> dict[str, object]:
    label = (part / "backup_label").read_text()
    segment = label.split("(file ", 1)[1].split(")", 1)[0]
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        asked = sql.SQL("select count(*), coalesce(max(number), 0) from facts_seal")
        seals = connection.execute(asked).fetchone() or (0, 0)
    store.make("system")
    return {
        "release": version("lianfang"), "postgres": PINNED_MAJOR, "drill": (data / "drill").exists(),
        "started_at": started_at.isoformat(), "ended_at": datetime.now(UTC).isoformat(),
        "first_segment": segment, "migrations": applied_migrations(target), "seals": seals[1],
        "fingerprints": {name: store.fingerprint(name) for name in store.names() if name != "signing"},
        "bytes": sum(one.size for one in found.values()), "list": sums.NAME, "files": sums.write(part, found),
    }  # fmt: skip
