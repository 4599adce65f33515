"""The operator's page: every figure has a state and says what to do; only the system administrator sees it, and nobody's data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation

from lianfang.base.access.services import create_account, create_grant, open_session
from lianfang.base.database.faults import Fault
from lianfang.base.jobs.api import Standing
from lianfang.base.keeping import figures, routes, words
from lianfang.base.keeping.figures import Line, Machine
from lianfang.kernel.errors import LianfangError
from tests.support.world import COUNTY, HOME, build_world

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
CALM: dict[str, Any] = {
    "now": NOW.isoformat(), "database_bytes": 2**30, "deltas": 3, "unsealed_seconds": 0.4, "quarantine": [], "quarantined": 0,
    "phones_ahead": 0, "sessions": {"web": 3, "device": 40}, "destructions": 0, "destruction_failed": "", "routes": [], "calls": 900,
    "archive_failed": None,
}  # fmt: skip
WELL = Machine(
    now=NOW, figures=CALM, disk_free=80 * 2**30, disk_total=100 * 2**30, read_only=False,
    backup={"at": (NOW - timedelta(hours=3)).isoformat(), "bytes": 2**30, "seconds": 9.5, "name": "x", "to": "/b"},
    keys={"at": (NOW - timedelta(days=3)).isoformat(), "names": ["system", "incident-1"]}, key_names=("incident-1", "system"),
    archived=True, gap=(), faults=(), low=2**29,
)  # fmt: skip


def states(machine: Machine) -> dict[str, str]:
    """Key → state of every line."""
    return {line.key: line.state for line in figures.lines(machine)}


def with_figures(**changed: Any) -> Machine:
    """The calm machine with other figures."""
    return replace(WELL, figures={**CALM, **changed})


def with_jobs(*jobs: tuple[Any, int]) -> Machine:
    """The calm machine with jobs: (state, seconds ago)."""
    return replace(WELL, jobs=tuple(Standing(state, NOW.timestamp() - ago) for state, ago in jobs))


def test_a_machine_that_is_well_needs_nobody() -> None:
    assert set(states(WELL).values()) == {"good"}


@pytest.mark.parametrize(
    ("machine", "key", "state"),
    [
        (replace(WELL, disk_free=15 * 2**30), "disk", "watch"),
        (replace(WELL, disk_free=5 * 2**30), "disk", "act"),
        (replace(WELL, read_only=True), "disk_full", "act"),
        (with_figures(unsealed_seconds=20), "seal", "watch"),
        (with_figures(unsealed_seconds=200), "seal", "act"),
        (with_figures(deltas=60_000), "deltas", "watch"),
        (with_figures(deltas=600_000), "deltas", "act"),
        (with_figures(quarantine=[[HOME, 3, (NOW - timedelta(hours=30)).isoformat()]], quarantined=3), "held", "watch"),
        (with_figures(quarantine=[[HOME, 3, (NOW - timedelta(hours=3)).isoformat()]], quarantined=3), "held", "good"),
        (replace(WELL, backup=None), "backup_none", "act"),
        (
            replace(WELL, backup={**(WELL.backup or {}), "at": (NOW - timedelta(hours=30)).isoformat()}),
            "backup",
            "watch",
        ),
        (replace(WELL, backup={**(WELL.backup or {}), "at": (NOW - timedelta(hours=60)).isoformat()}), "backup", "act"),
        (replace(WELL, keys=None), "keys_none", "act"),
        (replace(WELL, key_names=("incident-1", "incident-2", "system")), "keys_newer", "act"),
        (replace(WELL, archived=False), "archive_off", "watch"),
        (replace(WELL, gap=("0" * 24,)), "archive_gap", "act"),
        (with_figures(archive_failed=NOW.isoformat()), "archive_failing", "act"),
        (with_figures(now=(NOW + timedelta(seconds=9)).isoformat()), "clock", "watch"),
        (with_figures(now=(NOW - timedelta(seconds=90)).isoformat()), "clock", "act"),
        (
            replace(WELL, faults=(Fault(NOW - timedelta(hours=1), "clock_jumped", {"seconds": -3600}),)),
            "clock_jumped",
            "watch",
        ),
        (
            replace(WELL, faults=(Fault(NOW, "database_restarted", {"seconds": 2}), Fault(NOW, "database_stopped"))),
            "faults",
            "watch",
        ),
        (replace(WELL, faults=(Fault(NOW, "database_stopped"),)), "faults", "act"),
        (replace(WELL, faults=(Fault(NOW - timedelta(days=2), "database_stopped"),)), "faults_none", "good"),
        (
            replace(
                WELL,
                faults=(
                    Fault(NOW, "part_restarted", {"part": "steward"}),
                    Fault(NOW, "part_stopped", {"part": "steward"}),
                ),
            ),
            "parts",
            "watch",
        ),
        (replace(WELL, faults=(Fault(NOW, "part_stopped", {"part": "workers"}),)), "parts", "act"),
        (
            replace(WELL, faults=(Fault(NOW - timedelta(days=2), "part_stopped", {"part": "plain"}),)),
            "parts_none",
            "good",
        ),
        (with_jobs(("waiting", 5), ("running", 600)), "jobs", "good"),
        (with_jobs(("waiting", 60), ("waiting", 1000), ("running", 1500)), "jobs", "watch"),
        (with_jobs(("waiting", 60)), "jobs", "good"),
        (with_jobs(("waiting", 300)), "jobs_stuck", "act"),
        (with_jobs(("broke_off", 3600), ("running", 1)), "jobs_broke_off", "watch"),
        (with_jobs(("broke_off", 90_000)), "jobs", "good"),
        (with_figures(routes=[["area", 10, 0.8, 6, 2.0]]), "slow", "watch"),
        (with_figures(destructions=1), "destruction", "watch"),
        (with_figures(destruction_failed="OperationalError"), "destruction_failed", "act"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_trouble_has_a_state_a_sentence_and_what_to_do(
    machine: Machine, key: str, state: str, language: str
) -> None:
    [line] = [one for one in figures.lines(machine) if one.key == key]
    assert line.state == state
    with translation.override(language):
        assert words.title(line)
        assert words.now(line)
        assert bool(words.to_do(line)) == (state != "good")
        assert all(words.fault(one) != one.what for one in machine.faults if one.what != "clock_jumped")


def test_every_key_has_words() -> None:
    assert words.title(Line("disk", "good")) == str(words.title(Line("disk_full", "act")))
    assert set(words._TO_DO) <= set(words._NOW)


def test_the_queue_is_counted_and_the_oldest_told() -> None:
    machine = with_jobs(("waiting", 60), ("waiting", 1000), ("running", 1500))
    [line] = [one for one in figures.lines(machine) if one.key == "jobs"]
    with translation.override("en"):
        assert words.now(line) == "2 wait, 1 run; the oldest has waited for 16 min"
    with translation.override("zh-hans"):
        assert "16" in words.now(line)
        assert words.now(line) != "2 wait, 1 run; the oldest has waited for 16 min"


@pytest.mark.row("A3")
def test_counts_for_the_system_administrator_and_nobody_else(database: object) -> None:
    world = build_world(homes=(HOME,))
    account = create_account(username="operator", name="管机器的", password="right-horse")
    create_grant(account_id=account, role="system_admin")
    token = open_session(account)
    answer = Client().get("/operations/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert [one.name for one in world.people[HOME] if one.name in page] == []
    assert "backup" in page
    for role, path in (("community_clerk", HOME), ("command", COUNTY[:4]), ("county_dispatcher", COUNTY)):
        refused = Client().get("/operations/", headers={"Authorization": f"Bearer {world.token(role, path)}"})
        assert refused.status_code == 404
        with transaction.atomic(), pytest.raises(LianfangError):
            world.enter(role, path)
            figures.read()


def test_slow_pages_are_added_up_by_the_name_of_their_route(database: object) -> None:
    routes.flush({"area": [10, 8.0, 6, 2.5], "home": [5, 0.1, 0, 0.05]})
    routes.flush({"area": [2, 0.2, 0, 0.1]})
    account = create_account(username="operator2", name="管机器的", password="right-horse")
    create_grant(account_id=account, role="system_admin")
    page = Client().get("/operations/", headers={"Authorization": f"Bearer {open_session(account)}"}).content.decode()
    assert ">area<" in page
    assert ">home<" not in page
    assert "2.50" in page
