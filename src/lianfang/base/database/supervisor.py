"""Start, watch and stop the embedded PostgreSQL server.

Only the programs of the wheel are used. The server listens on a Unix socket in a folder of mode 0700, asks every role
for its password (scram), never runs as root, and bounds its write-ahead log so that recovery after a crash stays short.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg

from lianfang.base.database import archive
from lianfang.base.database.binaries import PINNED_MAJOR, program, server_user
from lianfang.base.database.connect import ADMIN, DATABASE, ROLES, Target
from lianfang.base.database.tuning import server_settings
from lianfang.base.database.watch import Watch, low_bytes

RECOVERY_SECONDS = 120
"""How long a start may take while the server replays its log (a log of 3 GB took 16 s when quiet; ours has at most half of that)."""

HBA = f"local all all scram-sha-256\nlocal replication {ADMIN} scram-sha-256\n"
"""Base backups are taken over the same socket by the owner, with the same password."""
LEFTOVERS = ('lock file "postmaster.pid" already exists', "pre-existing shared memory block")
"""What the server says while processes of a killed one are still there."""
LEFTOVER_SECONDS = 20
PEER_HBA = f"local all {ADMIN} peer map=keeper\n"
READ_ONLY = "read-only"
"""A file of this name in the data folder: the disk was full, nothing is written until there is room."""


class ServerError(RuntimeError):
    """The embedded server can't start; the message says why and what to do."""


@dataclass
class EmbeddedServer:
    """One embedded server over one data folder; start it once, others connect to it through `target()`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    on_progress: Callable[[str], None] | None = None
    watched: bool = False
    peer: bool = False
    """Let the account that runs us in as the owner without a password: only while a restored cluster is opened."""
    _watch: Watch | None = None
    _process: subprocess.Popen[bytes] | None = None
    _lock: IO[str] | None = None

    @property
    def cluster(self) -> Path:
        """The folder of the database cluster itself."""
        return self.folder / "postgres"

    @property
    def socket_folder(self) -> Path:
        """A short path for the socket (at most 107 bytes are allowed), private to the server's user."""
        digest = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"lianfang-{digest}"

    def target(self) -> Target:
        """How to connect to this server."""
        return Target(host=str(self.socket_folder), database=DATABASE, passfile=self.folder / "pgpass")

    def start(self) -> Target:
        """Create the cluster if needed, start the server, wait until it takes connections; idempotent."""
        self.prepare_folder()
        self._lock = (self.folder / "server.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            self._lock = None
            return self._join_running()
        self.stop_orphan()
        self._require_room()
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != str(PINNED_MAJOR):
            raise ServerError(f"{self.cluster} was written by PostgreSQL {version}; this release needs {PINNED_MAJOR}")
        self._write_configuration()
        self._launch_patiently()
        self._create_database()
        if self.watched:
            self._watch = Watch(self)
            self._watch.start()
        return self.target()

    def alive(self) -> bool:
        """Whether the server that we started still runs."""
        return self._process is not None and self._process.poll() is None

    def relaunch(self) -> None:
        """Start a server that died again and wait until it answers; raises ServerError when it does not."""
        self._write_configuration()
        self._launch()
        self._wait_ready()

    def read_only(self, on: bool) -> None:
        """Refuse every write from the next statement on, or allow it again; reading goes on."""
        mark = self.folder / READ_ONLY
        mark.touch() if on else mark.unlink(missing_ok=True)
        self.reload()

    def reload(self) -> None:
        """Write the configuration anew and let the running server read it, also one that another program started."""
        self._write_configuration()
        try:
            os.kill(int((self.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGHUP)
        except (OSError, ValueError, IndexError):
            return

    def _stop_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def stop(self) -> None:
        """Stop a server that we started: refuse new work, finish commits, write a checkpoint."""
        self._stop_watch()
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(timeout=10)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def in_use(self) -> bool:
        """Whether another program holds this data folder now."""
        if not (self.folder / "server.lock").exists():
            return False
        with (self.folder / "server.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def stop_orphan(self) -> None:
        """Stop a server that outlived its supervisor (killed, or its terminal closed); only for the holder of the lock."""
        pid_file = self.cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return
        if str(self.cluster).encode() not in command:
            return  # the number belongs to another program by now
        self._say("stopping a database server that outlived its program")
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + 30
        while pid_file.exists() and Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the whole server at once, as a power cut of the process would (for tests of recovery)."""
        self._stop_watch()
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> EmbeddedServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- steps -----------------------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        if self.on_progress is not None:
            self.on_progress(text)

    def _require_room(self) -> None:
        (self.folder / READ_ONLY).unlink(missing_ok=True)
        free, wanted = shutil.disk_usage(self.folder).free, low_bytes()
        if self.watched and free < wanted:
            raise ServerError(
                f"only {free // 2**20} MB are free on the disk of {self.folder}, {wanted // 2**20} MB are needed; "
                "make room and start again, nothing is lost"
            )

    def _own(self, path: Path, mode: int) -> None:
        path.chmod(mode)
        user = server_user()
        if user is not None:
            os.chown(path, user.pw_uid, user.pw_gid)

    def prepare_folder(self) -> None:
        """Make the data folder and the socket's folder with their rights; raises ServerError when they can't be used."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if server_user() is not None:
            self.folder.chmod(0o711)  # the server's user must pass through, nobody may list
            for parent in self.folder.resolve().parents:
                if not parent.stat().st_mode & 0o001:
                    raise ServerError(
                        f"the database can't run as root and its own user can't pass through {parent}; "
                        "choose another --data folder, or run as an ordinary user"
                    )
        else:
            self.folder.chmod(0o700)
        self.socket_folder.mkdir(exist_ok=True)
        self._own(self.socket_folder, 0o700)

    def _initdb(self) -> None:
        self._say("creating the database cluster")
        shutil.rmtree(self.cluster, ignore_errors=True)
        (self.folder / archive.NAME).unlink(missing_ok=True)  # an archive belongs to one cluster
        self.cluster.mkdir()
        self._own(self.cluster, 0o700)
        passwords = {role: secrets.token_urlsafe(24) for role in (ADMIN, *ROLES)}
        lines = "".join(f"*:*:*:{role}:{password}\n" for role, password in passwords.items())
        passfile = self.folder / "pgpass"
        passfile.touch(mode=0o600)
        passfile.write_text(lines)
        with tempfile.NamedTemporaryFile("w", dir=self.socket_folder, suffix=".pw") as password_file:
            password_file.write(passwords[ADMIN])
            password_file.flush()
            self._own(Path(password_file.name), 0o600)
            command = [
                program("initdb"), "-D", str(self.cluster), "-U", ADMIN, "--pwfile", password_file.name,
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                "--locale=C", "--data-checksums", "--no-instructions",
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, **self._as_user(), check=False)  # noqa: S603
        if done.returncode != 0:
            raise ServerError(f"the database cluster can't be created: {done.stderr.strip()[-500:]}")

    def _write_configuration(self) -> None:
        kept = archive.settings(archive.read(self.folder))
        settings = {**server_settings(), **kept, "unix_socket_directories": f"'{self.socket_folder}'", **self.settings}
        settings["default_transaction_read_only"] = "on" if (self.folder / READ_ONLY).exists() else "off"
        ident = f"keeper {pwd.getpwuid(os.geteuid()).pw_name} {ADMIN}\n"
        files = {
            "lianfang.conf": "".join(f"{key} = {value}\n" for key, value in settings.items()),
            "pg_hba.conf": PEER_HBA if self.peer else HBA,
            "pg_ident.conf": ident if self.peer else "",
            archive.SCRIPT_NAME: archive.SCRIPT,
        }
        for name, text in files.items():
            self._replace(self.cluster / name, text)
        main = self.cluster / "postgresql.conf"
        if "lianfang.conf" not in main.read_text():
            with main.open("a") as out:
                out.write("\ninclude 'lianfang.conf'\n")

    def _replace(self, path: Path, text: str) -> None:
        """Write a file whole or not at all: a full disk must not leave half a configuration."""
        if path.exists() and path.read_text() == text:
            return
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(text)
        self._own(draft, 0o600)
        draft.replace(path)

    def _launch_patiently(self) -> None:
        """Start and wait until it answers; after a kill the last processes of the old server may take moments to go."""
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while True:
            log = self.folder / "postgres.log"
            before = log.stat().st_size if log.exists() else 0
            self._launch()
            try:
                return self._wait_ready()
            except ServerError:
                with log.open("rb") as file:
                    file.seek(before)
                    said = file.read().decode(errors="replace")
                if time.monotonic() > deadline or not any(mark in said for mark in LEFTOVERS):
                    raise
                time.sleep(0.2)

    def _launch(self) -> None:
        log = self.folder / "postgres.log"
        log.touch()
        with log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [program("postgres"), "-D", str(self.cluster)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, **self._as_user(),
            )  # fmt: skip

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS
        told = time.monotonic()
        while True:
            try:
                with psycopg.connect(self.target().conninfo(ADMIN, database="postgres"), connect_timeout=5):
                    return
            except psycopg.OperationalError as error:
                if self._process is None or self._process.poll() is not None:
                    tail = (self.folder / "postgres.log").read_text(errors="replace")[-800:]
                    raise ServerError(f"the database server stopped while starting:\n{tail}") from error
                if time.monotonic() > deadline:
                    raise ServerError(f"the database did not answer within {RECOVERY_SECONDS} s: {error}") from error
                if time.monotonic() - told > 2:
                    told = time.monotonic()
                    self._say("the database replays its log after an unclean stop")
                time.sleep(0.05)

    def _create_database(self) -> None:
        with psycopg.connect(self.target().conninfo(ADMIN, database="postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"create database {DATABASE} template template0 encoding 'UTF8'")

    def _join_running(self) -> Target:
        deadline = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < deadline:
            try:
                with psycopg.connect(self.target().conninfo(ADMIN, database=DATABASE), connect_timeout=5):
                    return self.target()
            except psycopg.OperationalError:
                time.sleep(0.2)
        raise ServerError(f"another process holds {self.folder}, but its database does not answer")

    @staticmethod
    def _as_user() -> dict[str, Any]:
        user = server_user()
        return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
