"""An external server of the machine (PostgreSQL 15 or later from the system's packages): dumped, restored, bad input refused."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.base.keeping.house import command, new_folder

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
pytestmark = pytest.mark.skipif(
    not PROGRAMS or not (PROGRAMS[-1] / "initdb").exists() or os.geteuid() != 0,
    reason="no PostgreSQL of the system's packages that this account could start",
)
PORT = 54329


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a server of the system's own PostgreSQL, as an operator would give it in DATABASE_URL."""
    folder, user = new_folder(), pwd.getpwnam("postgres")
    cluster, socket = folder / "cluster", folder / "socket"
    for place in (cluster, socket):
        place.mkdir()
        os.chown(place, user.pw_uid, user.pw_gid)
    (folder / "pw").write_text("operator-word")
    (folder / "pw").chmod(0o644)
    as_user: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}
    subprocess.run([str(PROGRAMS[-1] / "initdb"), "-D", str(cluster), "-U", "operator", "--pwfile", str(folder / "pw"),
                    "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"], check=True, capture_output=True, **as_user)  # fmt: skip
    server = subprocess.Popen(
        [str(PROGRAMS[-1] / "postgres"), "-D", str(cluster), "-k", str(socket), "-p", str(PORT), "-c", "listen_addresses=127.0.0.1",
         "-c", "fsync=off"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user,
    )  # fmt: skip
    base = f"postgresql://operator:operator-word@127.0.0.1:{PORT}"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
                    connection.execute("create database county template template0")
                    connection.execute("create database again template template0")
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def test_dumped_and_restored_with_its_keys(url: str) -> None:
    folder = new_folder()
    try:
        here = {"DATABASE_URL": f"{url}/county"}
        done = command("prepare", folder=folder / "a", **here)
        assert done.returncode == 0, done.stderr
        with psycopg.connect(f"{url}/county") as connection:
            connection.execute(
                "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by) "
                "values ('kept', '41', 'covid-2022', '', true, 'proposed', 1)"
            )
        made = command("backup", "--to", str(folder / "b"), folder=folder / "a", **here)
        assert made.returncode == 0, made.stderr
        checked = command("restore", "--from", str(folder / "b"), "--check", folder=folder / "c", **here)
        assert checked.returncode == 0, checked.stderr
        there = {"DATABASE_URL": f"{url}/again"}
        keyless = command("restore", "--from", str(folder / "b"), folder=folder / "c", **there)
        assert (keyless.returncode, "restore.keys_missing" in keyless.stderr) == (1, True), keyless.stderr
        shutil.copytree(folder / "a" / "keys", folder / "c" / "keys", dirs_exist_ok=True)
        shutil.copy(folder / "a" / "pgpass", folder / "c" / "pgpass")
        moment = command("restore", "--from", str(folder / "b"), "--until", "2030-01-01", folder=folder / "c", **there)
        assert (moment.returncode, "external.no_moment" in moment.stderr) == (1, True)
        back = command("restore", "--from", str(folder / "b"), folder=folder / "c", **there)
        assert back.returncode == 0, back.stderr
        with psycopg.connect(f"{url}/again") as connection:
            assert connection.execute("select count(*) from incidents_incident where name = 'kept'").fetchone() == (1,)
            assert connection.execute("select count(*) from pg_policies").fetchone()[0] > 30  # type: ignore[index]
        twice = command("restore", "--from", str(folder / "b"), folder=folder / "c", **there)
        assert (twice.returncode, "external.not_empty" in twice.stderr, "Traceback" in twice.stderr) == (1, True, False)
        [dump] = (folder / "b" / "base").glob("*/backup_manifest")
        dump.write_bytes(dump.read_bytes()[:-100])
        cut = command("restore", "--from", str(folder / "b"), "--check", folder=folder / "c", **there)
        assert (cut.returncode, "restore.damaged" in cut.stderr) == (1, True), cut.stderr
    finally:
        shutil.rmtree(folder, ignore_errors=True)
