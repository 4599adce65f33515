"""Statements per page stay the same however many people, buildings and tubes there are."""

from __future__ import annotations

import logging

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lianfang.base.access import rules
from tests.contracts.asking import ask, inside
from tests.contracts.scene import HOUSE, PER_HOME, Scene, build_scene, grow
from tests.contracts.walk import Probe, rolled_back

pytestmark = pytest.mark.row("I1")
READERS = ("county_dispatcher", "community_head", "grid_worker", "building_lead")
MOST = 60
"""No page needs more statements than this: an assumption, about a tenth of a second of round trips at worst."""
CHANGING = {"import-take", "import-undo", "round-new", "incidents:propose"}
"""Writes whose number of statements may depend on how many rows they write."""


@pytest.fixture(scope="module")
def probe(database: object) -> Probe:
    """The small stage."""
    return Probe(build_scene())


def statements(probe: Probe) -> dict[tuple[str, str], int]:
    """How many statements each route takes for each reader who opens it, on a warm process."""
    found: dict[tuple[str, str], int] = {}
    for role in READERS:
        seat = probe.scene.seats[role]
        for name, line in probe.routes.items():
            if line["needs"] == ["public"] or name in CHANGING or not probe.expects(seat, line):
                continue
            asked = ask(name, line, inside(probe.scene, seat))
            for _ in range(2):  # the first call fills caches of playbooks and templates
                connection.queries_log.clear()  # it holds 9,000 statements of all routes together, no more
                with rolled_back(), CaptureQueriesContext(connection) as captured:
                    asked.send(probe.clients[role])
            found[role, name] = len(
                [one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
            )
    return found


def test_statements_do_not_grow_with_the_world(probe: Probe, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")
    few = statements(probe)
    grow(probe.scene, buildings=6, homes=8, per_home=3)
    connections["door"].close()
    many = statements(probe)
    grown = {key: (few[key], many[key]) for key in few if many[key] > few[key]}
    assert grown == {}
    assert {key: count for key, count in many.items() if count > MOST} == {}
    assert len(few) >= 60


def test_the_stage_really_grew(probe: Probe) -> None:
    assert len(probe.scene.at(HOUSE[:12])) > 10 * PER_HOME * 2
    assert isinstance(probe.scene, Scene)
    assert len(rules.ROLES) == len(probe.scene.seats)
