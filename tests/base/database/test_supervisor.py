"""The embedded server: made, joined by a second process, stopped, killed and restarted; every failure says what to do."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lianfang.base.database.binaries import PINNED_MAJOR, program, server_user
from lianfang.base.database.connect import ADMIN, APP, DATABASE, DOOR
from lianfang.base.database.prepare import read_passwords
from lianfang.base.database.supervisor import EmbeddedServer, ServerError

SMALL = {"shared_buffers": "'16MB'", "max_connections": "20"}

JOIN = """
import sys
from pathlib import Path
from lianfang.base.database.supervisor import EmbeddedServer
import psycopg
server = EmbeddedServer(Path(sys.argv[1]))
target = server.start()
with psycopg.connect(target.conninfo("lianfang_owner")) as connection:
    print(connection.execute("select pg_postmaster_start_time()::text").fetchone()[0])
server.stop()
"""


def passable() -> Path:
    """A new folder that the server's own user can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-supervisor-"))
    folder.chmod(0o711)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """One running server for this module; tests may stop it and start it again."""
    folder = passable()
    one = EmbeddedServer(folder, settings=SMALL)
    one.start()
    yield one
    one.stop()
    shutil.rmtree(folder)
    shutil.rmtree(one.socket_folder, ignore_errors=True)


def ask(server: EmbeddedServer, statement: str, role: str = ADMIN) -> str:
    """The first value of a statement, as text."""
    with psycopg.connect(server.target().conninfo(role), autocommit=True) as connection:
        done = connection.execute(statement)
        row = done.fetchone() if done.description else None
    return str(row[0]) if row else ""


def test_the_server_is_closed_to_others(server: EmbeddedServer) -> None:
    """A socket in a folder of its own, passwords for every role, files for the owner alone, never root."""
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.folder / "pgpass").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    assert ask(server, "show listen_addresses") == ""
    assert set(read_passwords(server.folder / "pgpass")) == {ADMIN, APP, DOOR}
    user = server_user()
    pid = int((server.cluster / "postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{pid}").stat().st_uid == (user.pw_uid if user else os.geteuid()) != 0
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.target().conninfo(ADMIN), password="wrong", passfile="/nonexistent")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(server.target().conninfo(ADMIN), passfile="/nonexistent")


def test_settings_that_matter(server: EmbeddedServer) -> None:
    assert ask(server, "show server_version").startswith(f"{PINNED_MAJOR}.")
    assert ask(server, "show server_encoding") == "UTF8"
    assert (ask(server, "show fsync"), ask(server, "show synchronous_commit")) == ("on", "on")
    assert ask(server, "show data_checksums") == "on"
    assert ask(server, "show max_wal_size") == "1536MB"
    assert (ask(server, "show log_statement"), ask(server, "show log_min_duration_statement")) == ("none", "-1")
    assert ask(server, "select count(*) from pg_extension where extname <> 'plpgsql'") == "0"
    assert ask(server, "show shared_buffers") == "16MB"


def test_starting_what_runs_joins_it(server: EmbeddedServer) -> None:
    born = ask(server, "select pg_postmaster_start_time()::text")
    again = EmbeddedServer(server.folder)
    assert again.start() == server.target()
    again.stop()
    assert ask(server, "select pg_postmaster_start_time()::text") == born


def test_a_second_process_joins_and_leaves_it_running(server: EmbeddedServer) -> None:
    born = ask(server, "select pg_postmaster_start_time()::text")
    done = subprocess.run(
        [sys.executable, "-c", JOIN, str(server.folder)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == born, done.stderr
    assert ask(server, "select pg_postmaster_start_time()::text") == born


def test_stopped_and_started_again_it_has_everything(server: EmbeddedServer) -> None:
    ask(server, "create table kept (n int); insert into kept select generate_series(1, 1000)")
    server.stop()
    assert not (server.cluster / "postmaster.pid").exists()
    with pytest.raises(psycopg.OperationalError):
        ask(server, "select 1")
    server.start()
    assert ask(server, "select sum(n) from kept") == "500500"


def test_killed_and_started_again_it_has_what_was_committed(server: EmbeddedServer) -> None:
    ask(server, "create table survives (n int)")
    for number in range(20):
        ask(server, f"insert into survives values ({number})")
    open_end = psycopg.connect(server.target().conninfo(ADMIN))
    open_end.execute("insert into survives values (999)")
    server.kill()
    assert (server.cluster / "postmaster.pid").exists()
    server.start()
    assert ask(server, "select count(*) || ' ' || max(n) from survives") == "20 19"
    open_end.close()


def test_killed_by_somebody_else_it_starts_again(server: EmbeddedServer) -> None:
    """The postmaster alone dies, as under memory pressure; its children follow, and the next start recovers."""
    pid = int((server.cluster / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    server.stop()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            server.start()
            break
        except ServerError:  # a child still holds the memory for a moment
            server.stop()
            time.sleep(0.2)
    assert ask(server, "select 1") == "1"


def test_a_folder_of_another_version_is_left_alone() -> None:
    folder = passable()
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    server = EmbeddedServer(folder)
    with pytest.raises(ServerError, match=rf"written by PostgreSQL 15; this release needs {PINNED_MAJOR}"):
        server.start()
    server.stop()
    assert [path.name for path in (folder / "postgres").iterdir()] == ["PG_VERSION"]
    shutil.rmtree(folder)
    shutil.rmtree(server.socket_folder, ignore_errors=True)


@pytest.mark.skipif(server_user() is None, reason="only root hands the server to another user")
def test_a_folder_behind_a_closed_one_says_what_to_do() -> None:
    closed = Path(tempfile.mkdtemp(prefix="lianfang-closed-"))
    closed.chmod(0o700)
    with pytest.raises(ServerError) as caught:
        EmbeddedServer(closed / "data").start()
    assert str(closed) in str(caught.value)
    assert "choose another --data folder" in str(caught.value)
    shutil.rmtree(closed)


def test_a_server_that_cannot_start_shows_its_log(server: EmbeddedServer) -> None:
    server.stop()
    broken = EmbeddedServer(server.folder, settings={"shared_buffers": "'a lot'"})
    with pytest.raises(ServerError, match="stopped while starting") as caught:
        broken.start()
    assert "shared_buffers" in str(caught.value)
    broken.stop()
    server.start()
    assert ask(server, "select 1") == "1"


def test_progress_is_told_while_the_cluster_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """And an initdb that fails says so instead of leaving half a cluster that looks whole."""
    folder, told = passable(), []
    server = EmbeddedServer(folder, on_progress=told.append)
    monkeypatch.setattr(
        "lianfang.base.database.supervisor.program", lambda name: shutil.which("false") or program(name)
    )
    with pytest.raises(ServerError, match="can't be created"):
        server.start()
    server.stop()
    assert told == ["creating the database cluster"]
    assert not (server.cluster / "PG_VERSION").exists()
    shutil.rmtree(folder)
    shutil.rmtree(server.socket_folder, ignore_errors=True)


def test_the_socket_path_is_short_whatever_the_folder() -> None:
    """A Unix socket takes at most 107 bytes."""
    deep = Path("/tmp").joinpath(*["数据目录"] * 30)
    assert len(str(EmbeddedServer(deep).socket_folder / ".s.PGSQL.5432").encode()) < 107
    assert EmbeddedServer(deep).socket_folder != EmbeddedServer(deep / "x").socket_folder
    assert EmbeddedServer(deep).target().database == DATABASE
