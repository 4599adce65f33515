"""A killed database, a disk without room, a clock that jumps, a power cut in the middle of an import: nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from benchmarks.support.crew import Crew
from lianfang.base.database import faults
from lianfang.base.database.connect import ADMIN, DOOR
from lianfang.base.database.supervisor import READ_ONLY, EmbeddedServer, ServerError
from lianfang.base.keeping.clock import Reading, Watcher, jump
from lianfang.exchange.synthetic import RosterSpec, roster_xlsx
from tests.base.keeping.house import ROOT, SMALL, new_folder

MOST_SECONDS = 10.0
"""The promise of a restart under load."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one server."""
    made = new_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


def watched(folder: Path) -> EmbeddedServer:
    """A watched server with one table that the door may write."""
    server = EmbeddedServer(folder, settings=dict(SMALL), watched=True)
    server.start()
    with psycopg.connect(server.target().conninfo(ADMIN), autocommit=True) as connection:
        connection.execute("create table if not exists facts (id uuid primary key, body bytea)")
        connection.execute(f"do $$ begin create role {DOOR} login; exception when duplicate_object then null; end $$")
        connection.execute(f"grant connect on database lianfang to {DOOR}; grant usage on schema public to {DOOR}; "
                           f"grant insert, select on facts to {DOOR}")  # fmt: skip
    return server


class Posting(Crew):
    """Writers that keep what was acknowledged, and repeat what was not."""

    def __init__(self, server: EmbeddedServer, count: int = 8, size: int = 200) -> None:
        super().__init__(count)
        self._conninfo, self._size = server.target().conninfo(ADMIN), size
        self.acknowledged: set[uuid.UUID] = set()
        self.refused: list[str] = []
        self.gap = 0.0
        self._last = time.monotonic()

    def work(self) -> None:
        """One row after the other, over whatever happens to the server."""
        connection = None
        fact = uuid.uuid4()
        while not self.stop.is_set():
            try:
                connection = connection or psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5)
                connection.execute(
                    "insert into facts values (%s, %s) on conflict do nothing", [fact, os.urandom(self._size)]
                )
            except psycopg.Error as error:
                self.refused.append(type(error).__name__)
                connection = None if connection is None or connection.closed else connection
                time.sleep(0.02)
                continue
            now = time.monotonic()
            self.gap, self._last = max(self.gap, now - self._last), now
            self.acknowledged.add(fact)
            fact = uuid.uuid4()


def stored(server: EmbeddedServer) -> set[uuid.UUID]:
    """What the database holds."""
    with psycopg.connect(server.target().conninfo(ADMIN)) as connection:
        return {row[0] for row in connection.execute("select id from facts")}


def wait_for(folder: Path, what: str, seconds: float = 30) -> faults.Fault:
    """The event, once it was noted."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = [one for one in faults.read(folder) if one.what == what]
        if found:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"{what} was not noted: {faults.read(folder)}")


def at_rest(count: Callable[[], int], seconds: float = 30) -> int:
    """A number that did not change for 0.7 s."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        before = count()
        time.sleep(0.7)
        if count() == before:
            return before
    raise AssertionError("it goes on")


@pytest.mark.row("A3")
def test_a_killed_database_comes_back_by_itself_under_load(folder: Path) -> None:
    server = watched(folder)
    try:
        with Posting(server) as posting:
            time.sleep(1.0)
            os.killpg(int((server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            back = wait_for(folder, "database_restarted")
            time.sleep(1.0)
        print(f"back after {back.values['seconds']} s, longest pause of all writers {posting.gap:.1f} s")
        assert back.values["seconds"] <= MOST_SECONDS
        assert posting.gap <= MOST_SECONDS
        assert posting.acknowledged - stored(server) == set()
        assert len(posting.acknowledged) > 50
        assert [one.what for one in faults.read(folder)] == ["database_restarted", "database_stopped"]
    finally:
        server.stop()
    assert not (server.cluster / "postmaster.pid").exists(), "stopped on purpose it stays stopped"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_disk_without_room_stops_writing_before_the_database_breaks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk of 300 MB fills up: writing is refused, reading goes on, with room again writing goes on by itself."""
    monkeypatch.setenv("LIANFANG_DISK_LOW", str(60 * 2**20))
    disk = folder / "disk"
    disk.mkdir()
    if (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=300m,mode=0711", "tmpfs", str(disk)], check=False
        ).returncode
        != 0
    ):
        pytest.skip("this machine lets nobody mount")
    try:
        server = watched(disk)
        try:
            with Posting(server, count=4, size=60_000) as posting:
                wait_for(disk, "disk_full", 90)
                held = at_rest(lambda: len(posting.acknowledged))  # what was on its way when the disk was full arrives
                assert "ReadOnlySqlTransaction" in posting.refused
                assert posting.acknowledged - stored(server) == set(), "everything acknowledged can be read"
                with psycopg.connect(server.target().conninfo(ADMIN), autocommit=True) as connection:
                    connection.execute("set default_transaction_read_only = off")
                    connection.execute("delete from facts where id in (select id from facts where false)")
                subprocess.run(["mount", "-o", "remount,size=900m", str(disk)], check=True)
                wait_for(disk, "disk_has_room")
                deadline = time.monotonic() + 20
                while len(posting.acknowledged) <= held and time.monotonic() < deadline:
                    time.sleep(0.05)
                assert len(posting.acknowledged) > held
            assert posting.acknowledged - stored(server) == set()
            assert [one.what for one in faults.read(disk)] == ["disk_has_room", "disk_full"], "the database never broke"
            assert not (disk / READ_ONLY).exists()
        finally:
            server.stop()
        subprocess.run(["mount", "-o", "remount,size=1200m", str(disk)], check=True)
        monkeypatch.setenv("LIANFANG_DISK_LOW", str(2000 * 2**20))
        with pytest.raises(ServerError, match="make room and start again, nothing is lost"):
            watched(disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_clock_that_jumps_is_noticed_and_one_that_is_corrected_is_not(tmp_path: Path) -> None:
    watcher = Watcher()
    assert watcher.look(tmp_path, Reading(1000.0, 10.0)) == 0
    assert watcher.look(tmp_path, Reading(1060.4, 70.0)) == 0, "a correction of 0.4 s is daily business"
    assert watcher.look(tmp_path, Reading(4720.4, 130.0)) == pytest.approx(3600)
    assert watcher.look(tmp_path, Reading(1180.4, 190.0)) == pytest.approx(-3600)
    assert [one.values["seconds"] for one in faults.read(tmp_path)] == [-3600, 3600]
    assert jump(Reading(0, 0), Reading(100, 97)) == 0


def test_a_line_cut_by_a_power_failure_is_passed_over(tmp_path: Path) -> None:
    faults.note(tmp_path, "database_stopped")
    with (tmp_path / faults.NAME).open("a") as out:
        out.write('{"at": "2026-11-2')
    assert [one.what for one in faults.read(tmp_path)] == ["database_stopped"]
    faults.note(tmp_path / "nowhere", "disk_full")
    assert datetime.now(UTC) - faults.read(tmp_path)[0].at < timedelta(minutes=1)


SET_UP = """
import sys
from pathlib import Path
from lianfang.cli import runtime
with runtime.database(Path(sys.argv[1])) as target:
    runtime.prepare(target)
    from lianfang.base.areas.api import load_divisions, shipped_divisions
    from lianfang.cli.demo.cast import Company
    load_divisions(shipped_divisions("fugou"), edition=2020)
    Company().hire()
"""
IMPORT = """
import sys
from pathlib import Path
from lianfang.cli import runtime
with runtime.database(Path(sys.argv[1])) as target:
    import django
    django.setup()
    from django.db import transaction
    from lianfang.cli.demo.cast import COMMUNITY, Company
    from lianfang.domain.residents.api import import_residents
    company = Company()
    company.find()
    with transaction.atomic():
        actor = company.enter("clerk")
        print("begun", flush=True)
        import_residents(actor=actor, path_to_file=Path(sys.argv[2]), area_path=COMMUNITY)
    print("acknowledged", flush=True)
"""
COUNT = """select (select count(*) from residents_person), (select count(*) from residents_household),
    (select count(*) from residents_import_file)"""


def script(text: str, *words: str) -> subprocess.Popen[str]:
    """A program of its own, as a desk's worker would be."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LIANFANG_", "DJANGO_"))}
    return subprocess.Popen(
        [sys.executable, "-c", text, *words],
        env=clean,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def cut_power(data: Path, process: subprocess.Popen[str]) -> None:
    """Kill the program and its database at once; on a fast machine both may have ended by themselves."""
    postmaster = data / "postgres" / "postmaster.pid"
    running = [int(postmaster.read_text().split()[0])] if postmaster.exists() else []
    for pid in (*running, process.pid):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.row("C1")
def test_a_power_cut_in_the_middle_of_an_import_leaves_all_or_nothing(folder: Path) -> None:
    """Cut at several moments: what was not acknowledged is not there, not even in part, and the file can be taken again."""
    data, roster = folder / "d", folder / "roster.xlsx"
    data.mkdir()
    data.chmod(0o711)
    (data / "drill").touch()
    roster_xlsx(roster, RosterSpec(code="411621001001", people=1500, households=600, buildings=10, seed=3))
    set_up = script(SET_UP, str(data))
    set_up.communicate(timeout=120)
    assert set_up.returncode == 0
    for moment in (0.05, 0.5, 1.0):
        process = script(IMPORT, str(data), str(roster))
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(moment)
        cut_power(data, process)
        with (
            EmbeddedServer(data, settings=dict(SMALL)) as server,
            psycopg.connect(server.target().conninfo(ADMIN)) as connection,
        ):
            row = connection.execute(COUNT).fetchone()
        assert row in ((0, 0, 0), (1500, 600, 1)), f"cut after {moment} s"
    again = script(IMPORT, str(data), str(roster))
    told, _ = again.communicate(timeout=120)
    assert told.splitlines() == ["begun", "acknowledged"]
    with (
        EmbeddedServer(data, settings=dict(SMALL)) as server,
        psycopg.connect(server.target().conninfo(ADMIN)) as connection,
    ):
        assert connection.execute(COUNT).fetchone() == (1500, 600, 1)
