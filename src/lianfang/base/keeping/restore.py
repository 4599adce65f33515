"""Restore a base backup into an empty folder, up to any moment of the archive, and prove what came back."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from lianfang.base.database import archive
from lianfang.base.database.binaries import PINNED_MAJOR, server_user
from lianfang.base.database.connect import ADMIN, DATABASE, ROLES
from lianfang.base.database.supervisor import EmbeddedServer, ServerError
from lianfang.base.facts.seal import verify
from lianfang.base.keeping import keys, manifest, state, sums
from lianfang.base.keeping.backup import RETIRED
from lianfang.base.keeping.manifest import Backup
from lianfang.base.retirement.purge import keep_leaves, seal_rest
from lianfang.base.vault.api import Keystore
from lianfang.base.vault.chest import Chest
from lianfang.base.vault.crypto import key_fingerprint
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError

RECOVERY_HOURS = 12
"""How long recovery may take before it is given up (assumption: far beyond any archive within its bound)."""
Say = Callable[[str], None]


class OutOfReach(LianfangError):
    """The archive does not reach the moment that was asked for: restore.too_late, restore.nothing_since."""


@dataclass(frozen=True)
class Footprint:
    """What a restore adds to a data folder before its end is known, so that a refusal leaves nothing of it."""

    data: Path
    folders: tuple[Path, ...]
    files: tuple[Path, ...]

    @staticmethod
    def of(data: Path) -> Footprint:
        """What is not there yet: the folder itself with those above it, and what a server leaves in it."""
        names = ("postgres", "postgres.log", "server.lock", "pgpass", "restoring")
        missing = tuple(folder for folder in (data, *data.parents) if not folder.exists())
        return Footprint(data, missing, tuple(data / name for name in names if not (data / name).exists()))

    def remove(self, server: EmbeddedServer) -> None:
        """Take it away again; a folder that somebody else uses by now stays."""
        shutil.rmtree(server.socket_folder, ignore_errors=True)
        for path in self.files:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


@dataclass(frozen=True)
class Restored:
    """What came back: which backup, the time of the last change replayed, seals and facts that hold, incidents dropped
    again because their key was destroyed after the backup."""

    backup: Backup
    until: datetime | None
    seals: int
    facts: int
    dropped: tuple[int, ...]


def parse_until(text: str) -> datetime:
    """A moment in Beijing time unless it names its zone; raises restore.time_unreadable."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise LianfangError("restore.time_unreadable", text=text[:40]) from None
    return found if found.tzinfo else found.replace(tzinfo=BEIJING)


def choose(source: Path, until: datetime | None) -> Backup:
    """The latest backup that was complete by then; raises restore.no_backup, restore.too_early."""
    whole = manifest.whole_backups(source)
    if not whole:
        raise LianfangError("restore.no_backup", folder=str(source))
    fitting = [one for one in whole if until is None or one.ended_at <= until]
    if not fitting:
        first = whole[0].ended_at.astimezone(BEIJING).isoformat(sep=" ", timespec="seconds")
        raise LianfangError("restore.too_early", until=str(until), first=first)
    return fitting[-1]


def check(backup: Backup, known: Iterable[str]) -> None:
    """Everything about a backup that can be told without restoring it; raises restore.damaged, .newer_schema, .other_server."""
    manifest.check_signature(backup)
    if backup.body["postgres"] != PINNED_MAJOR:
        raise LianfangError(
            "restore.other_server", name=backup.name, version=backup.body["postgres"], ours=PINNED_MAJOR
        )
    manifest.check_schema(backup, known)
    if backup.body.get("list") == sums.NAME:
        sums.verify(backup.folder, backup.name)
        return
    sums.verify_first_form(backup.folder, backup.name)
    for name, digest in backup.body["wal"].items():
        path = backup.folder / "pg_wal" / name
        if not path.exists() or manifest.file_digest(path) != digest:
            raise LianfangError("restore.damaged", name=backup.name, reason=f"pg_wal/{name}")


def restore(
    source: Path, data: Path, store: Keystore, *, known: Iterable[str], until: datetime | None = None, chest: Chest | None = None,
    say: Say = lambda text: None,
) -> Restored:  # fmt: skip
    """Restore into a data folder that holds no database; keys come from its keystore or from an opened chest.

    known: migrations of this release. Raises the restore.* problems; nothing in the source is ever changed.
    """
    _require_empty(data)
    backup = choose(source, until)
    say(f"backup {backup.name}: checking")
    check(backup, known)
    destroyed = destroyed_keys(source, store, chest)
    manifest.check_keys(backup, held_keys(store, chest), destroyed)
    footprint = Footprint.of(data)
    data.mkdir(parents=True, exist_ok=True)
    say("copying the cluster")
    server = _lay_out(backup, source, data, until)
    try:
        reached = _recover(server, backup, until, say)
        put_keys(data, store, chest, destroyed)
        restored = _finish(server, backup, reached, destroyed)
    except (ServerError, psycopg.Error) as error:
        raise LianfangError("restore.failed", reason=str(error)[-400:], folder=str(data)) from None
    except OutOfReach:
        server.stop()
        footprint.remove(server)
        raise
    finally:
        server.stop()
        shutil.rmtree(data / "restoring", ignore_errors=True)
    if backup.body["drill"]:
        (data / "drill").touch()
    state.note(data, "restore", name=backup.name, until=reached.isoformat() if reached else "")
    return restored


# -- steps ---------------------------------------------------------------------------------------------------------


def _require_empty(data: Path) -> None:
    if EmbeddedServer(data).in_use:
        raise LianfangError("restore.running", folder=str(data))
    if (data / "postgres").exists() or (data / "pgpass").exists():
        raise LianfangError("restore.target_not_empty", folder=str(data))


def destroyed_keys(source: Path, store: Keystore, chest: Chest | None) -> dict[str, dict[str, str]]:
    """Every key known to be destroyed: beside the backups, in the keystore, in the backup of keys."""
    try:
        beside = json.loads((source / RETIRED).read_text())
    except (OSError, ValueError):
        beside = {}
    return {**beside, **store.destroyed(), **(chest.destroyed if chest else {})}


def held_keys(store: Keystore, chest: Chest | None) -> dict[str, str]:
    """Name → fingerprint of the keys at hand; those of the keystore count before those of a chest."""
    from_chest = {} if chest is None else chest_fingerprints(chest)
    return {**from_chest, **{name: store.fingerprint(name) for name in store.names()}}


def chest_fingerprints(chest: Chest) -> dict[str, str]:
    """Name → fingerprint of the keys in an opened chest."""
    return {name: key_fingerprint(base64.b64decode(body["key"])) for name, body in chest.keys.items()}


def put_keys(data: Path, store: Keystore, chest: Chest | None, destroyed: dict[str, dict[str, str]]) -> None:
    """Write what a chest holds where it is missing, and remember which keys never come back."""
    if chest is not None:
        store.put(chest.keys)
        keys.put_others(data, chest)
    if destroyed:
        store.remember_destroyed(destroyed)


def _lay_out(backup: Backup, source: Path, data: Path, until: datetime | None) -> EmbeddedServer:
    settings = {"archive_mode": "off", "recovery_target_timeline": "'latest'", "hot_standby": "on"}
    if until is not None:
        settings |= {
            "recovery_target_time": f"'{until.astimezone(UTC).isoformat(sep=' ')}'",
            "recovery_target_action": "'promote'",
        }
    server = EmbeddedServer(data, settings=settings, peer=True)
    server.prepare_folder()
    copied = subprocess.run(  # noqa: S603
        ["cp", "-a", "--reflink=auto", str(backup.folder), str(server.cluster)],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if copied.returncode != 0:
        shutil.rmtree(server.cluster, ignore_errors=True)
        raise LianfangError("restore.failed", reason=copied.stderr.strip()[-300:], folder=str(data))
    for name in (manifest.NAME, sums.NAME, "postmaster.pid", "postmaster.opts", "recovery.signal", "standby.signal"):
        (server.cluster / name).unlink(missing_ok=True)
    (server.cluster / "recovery.signal").touch()
    server.settings["restore_command"] = (
        "'" + archive.restore_command(_reachable(source, data)).replace("'", "''") + "'"
    )
    _own_all(server.cluster)
    return server


def _own_all(folder: Path) -> None:
    user = server_user()
    folder.chmod(0o700)
    if user is None:
        return
    os.chown(folder, user.pw_uid, user.pw_gid)
    for place, folders, names in os.walk(folder):
        for name in (*folders, *names):
            os.chown(os.path.join(place, name), user.pw_uid, user.pw_gid, follow_symlinks=False)


def _reachable(source: Path, data: Path) -> Path:
    """The archive itself if the server's user can read it, else a copy of it beside the cluster."""
    wal = (source / "wal").resolve()
    user = server_user()
    kept = archive.segments(wal)
    if user is None or not kept:
        return wal
    look = ["test", "-r", str(kept[0])]
    tried = subprocess.run(look, user=user.pw_uid, group=user.pw_gid, extra_groups=[], check=False)  # noqa: S603
    if tried.returncode == 0:
        return wal
    copy = data / "restoring"
    shutil.copytree(wal, copy)
    _own_all(copy)
    return copy


def _recover(server: EmbeddedServer, backup: Backup, until: datetime | None, say: Say) -> datetime | None:
    say("replaying the archive")
    try:
        target = server.start()
    except (ServerError, psycopg.OperationalError) as error:  # it may answer for a moment and end then
        raise _why(server, backup, until, ServerError(str(error))) from None
    deadline = time.monotonic() + RECOVERY_HOURS * 3600
    reached: datetime | None = None
    while time.monotonic() < deadline:
        try:
            with psycopg.connect(target.conninfo(ADMIN, database=DATABASE), connect_timeout=5) as connection:
                row = connection.execute("select pg_is_in_recovery(), pg_last_xact_replay_timestamp()").fetchone()
                reached = row[1] if row and row[1] else reached
                if row and not row[0]:
                    return reached
        except psycopg.OperationalError as error:
            if not server.alive():
                raise _why(server, backup, until, ServerError(str(error))) from None
        time.sleep(0.1)
    raise ServerError("recovery took too long")


def _why(server: EmbeddedServer, backup: Backup, until: datetime | None, error: ServerError) -> Exception:
    """Recovery that ends before its moment is a sentence of its own: the archive does not reach so far.

    A moment is known to be reached only by a change after it, so the instant of the last change is out of reach itself
    (PostgreSQL, recovery_target_time).
    """
    log = (server.folder / "postgres.log").read_text(errors="replace")
    if until is None or "recovery ended before configured recovery target was reached" not in log:
        return error
    stamps = [line.split("log time ", 1)[1].strip() for line in log.splitlines() if "log time " in line]
    last = datetime.fromisoformat(stamps[-1]) if stamps else backup.ended_at
    if last <= backup.ended_at:
        return OutOfReach(
            "restore.nothing_since", until=_beijing(until), name=backup.name, ended=_beijing(backup.ended_at)
        )
    return OutOfReach("restore.too_late", until=_beijing(until), last=_beijing(last))


def _beijing(moment: datetime) -> str:
    """A moment as `--until` takes it."""
    return moment.astimezone(BEIJING).replace(tzinfo=None).isoformat(sep=" ")


def _finish(server: EmbeddedServer, backup: Backup, reached: datetime | None, destroyed: dict[str, Any]) -> Restored:
    target = server.target()
    passwords = {role: secrets.token_urlsafe(24) for role in (ADMIN, *ROLES)}
    gone = sorted(int(name.removeprefix("incident-")) for name in destroyed if name.startswith("incident-"))
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as connection:
        for role, password in passwords.items():
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
        if gone:
            seal_rest(target)
        dropped = _drop_again(connection, gone)
        verdict = verify(connection)
    passfile = server.folder / "pgpass"
    passfile.touch(mode=0o600)
    passfile.write_text("".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items()))
    if verdict.broken_at is not None:
        raise LianfangError("restore.log_broken", seal=verdict.broken_at, reason=verdict.reason)
    return Restored(backup, reached, verdict.seals, verdict.rows, dropped)


def _drop_again(connection: psycopg.Connection[Any], gone: list[int]) -> tuple[int, ...]:
    """An incident that was purged after the backup does not come back: its rows go, its number is not given again."""
    if not gone:
        return ()
    known = connection.execute("select to_regprocedure('retirement_drop(smallint)') is not null").fetchone()
    live = connection.execute("select id from incidents_incident where id = any (%s)", [gone]).fetchall()
    for (number,) in live if known and known[0] else ():
        with connection.transaction():
            keep_leaves(connection, number)
            connection.execute("select retirement_call('forget', %s::smallint)", [number])
            connection.execute("select retirement_drop(%s::smallint)", [number])
    connection.execute(
        "select setval(pg_get_serial_sequence('incidents_incident', 'id'), "
        "greatest(%s, (select coalesce(max(id), 1) from incidents_incident)))",
        [gone[-1]],
    )
    return tuple(number for (number,) in live)
