"""Upgrading while facts are written: nobody is refused for long, a step that can't get its locks gives way, and a way back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from benchmarks.support.crew import Writers
from lianfang.base.database.connect import DOOR
from lianfang.base.keeping import state
from lianfang.base.keeping.upgrade import require_known
from lianfang.kernel.errors import LianfangError
from tests.base.keeping.house import ROOT, House, build, command, new_folder

STEP_BACK = """
import sys
from pathlib import Path
from lianfang.cli import phrases, runtime
with runtime.database(Path(sys.argv[1])):
    phrases.known_migrations()
    from django.core.management import call_command
    call_command("migrate", "worklist", "0002", database="owner", verbosity=0)
"""
MOST_SECONDS = 5.0
"""The promise of an upgrade: refused or held-up writes add up to no more."""


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A house whose work list is one migration behind."""
    made = build(new_folder())
    try:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("LIANFANG_", "DJANGO_"))}
        done = subprocess.run([sys.executable, "-c", STEP_BACK, str(made.folder)], capture_output=True, text=True, check=False,
                              timeout=120, env=clean, cwd=ROOT)  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield made
    finally:
        made.server.stop()
        shutil.rmtree(made.folder)
        shutil.rmtree(made.server.socket_folder, ignore_errors=True)


def let_go(house: House, blocker: psycopg.Connection[Any]) -> None:
    """End somebody's long reading some seconds after the backup before the upgrade is done."""
    deadline = time.monotonic() + 120
    while not (house.folder / "b" / "destroyed.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(6)
    blocker.close()


@pytest.mark.row("A3")
def test_facts_are_written_while_it_goes_on(house: House) -> None:
    """Also when somebody holds a lock that a step needs: it gives way, comes again, and nothing acknowledged is lost."""
    blocker = psycopg.connect(house.server.target().conninfo("lianfang_owner"))
    blocker.execute("lock table facts_log in access share mode")
    threading.Thread(target=let_go, args=[house, blocker]).start()
    with Writers(house.server.target().conninfo(DOOR), "trial") as writers:
        time.sleep(0.3)
        done = command("upgrade", "--to", str(house.folder / "b"), folder=house.folder)
    assert done.returncode == 0, done.stderr
    assert "1 migrations" in done.stdout
    assert "0 times waited" not in done.stdout, "the lock was felt"
    assert writers.refusals == 0
    assert max(writers.waits) < MOST_SECONDS, f"a fact waited {max(writers.waits):.1f} s"
    print(
        f"longest wait of a fact {max(writers.waits):.2f} s, {len(writers.waits)} facts; {done.stdout.splitlines()[1]}"
    )
    assert house.count() == len(writers.waits) > 100
    last = state.last(house.folder, "upgrade")
    assert last is not None
    assert last["migrations"] == ["worklist.0003_not_for"]
    assert last["backup"]


def test_there_is_a_way_back_and_forward_again(house: House) -> None:
    before = house.count()
    back = command("upgrade", "--back", folder=house.folder)
    assert (back.returncode, back.stdout.strip()) == (0, "undone: worklist.0003_not_for"), back.stderr
    with house.connect() as connection:  # no trigger of the newer release stands in the way of the older one
        connection.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by) "
            "values ('meanwhile', '41', 'covid-2022', '', true, 'proposed', 1)"
        )
    again = command("upgrade", "--back", folder=house.folder)
    assert (again.returncode, "upgrade.nothing_to_undo" in again.stderr) == (1, True)
    forward = command("upgrade", "--no-backup", folder=house.folder)
    assert forward.returncode == 0, forward.stderr
    assert house.count() == before
    with house.connect() as connection:
        found = connection.execute("select what, for_role, not_for from worklist_item").fetchall()
    assert found == [("open", "command", 1)], "what waited meanwhile is on the lists"


def test_a_newer_database_is_left_alone(house: House) -> None:
    with house.connect() as connection:
        connection.execute(
            "insert into django_migrations (app, name, applied) values ('rounds', '0999_tomorrow', now())"
        )
        refused = command("upgrade", "--no-backup", folder=house.folder)
        connection.execute("delete from django_migrations where name = '0999_tomorrow'")
    assert (refused.returncode, "rounds.0999_tomorrow" in refused.stderr, "Traceback" in refused.stderr) == (
        1,
        True,
        False,
    )
    with pytest.raises(LianfangError, match="newer release"):
        require_known(["areas.0001_initial", "areas.0900_later"], ["areas.0001_initial"])


def test_no_upgrade_without_a_backup(house: House) -> None:
    (house.folder / state.NAME).unlink()
    refused = command("upgrade", folder=house.folder)
    assert (refused.returncode, "upgrade.no_backup" in refused.stderr) == (1, True)
