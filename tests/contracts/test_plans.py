"""Under row-level security only leakproof comparisons reach an index: every read of a large table by a page must have one.

The statements are those that the pages really send, taken while they are answered. With sequential scans forbidden, a plan
that still holds one has no index it could use.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tests.contracts.asking import ask, inside
from tests.contracts.scene import build_scene, grow
from tests.contracts.walk import Probe, rolled_back

pytestmark = pytest.mark.row("I1")
LARGE = {
    "residents_presence", "residents_person", "residents_household", "residents_secret", "rounds_sample", "rounds_tube",
    "rounds_not_sampled", "rounds_isolation", "rounds_repeat", "rounds_visit", "metrics_value", "facts_log", "access_session",
    "access_account", "areas_building", "areas_grid_building",
}  # fmt: skip
"""Tables that hold a row per person, home, tube, figure or session."""
READERS = ("county_dispatcher", "community_clerk", "grid_worker", "building_lead", "township_dispatcher")


@pytest.fixture(scope="module")
def probe(database: object) -> Probe:
    """A stage with some thousand people, analysed as the database does by itself."""
    scene = build_scene()
    grow(scene, buildings=10, homes=12, per_home=4)
    with connections["owner"].cursor() as cursor:
        cursor.execute("analyze")
    return Probe(scene)


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """Large tables that a plan reads from one end to the other."""
    table = re.sub(r"_(i\d+|default)$", "", plan.get("Relation Name", ""))  # a partition stands for its table
    if plan["Node Type"] in {"Seq Scan", "Sample Scan"} and table in LARGE:
        yield table
    for part in plan.get("Plans", []):
        yield from scans(part)


class Explaining:
    """Explains each read as it is sent, in the scope it is sent in."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()
        self.explained = 0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and sql.lstrip().lower().startswith(("select", "with")) and "access_enter" not in sql:
            raw = context["connection"].connection.cursor()
            raw.execute("explain (format json) " + sql, params)
            [plan] = raw.fetchone()
            self.explained += 1
            for one in plan if isinstance(plan, list) else json.loads(plan):
                self.found |= {(table, " ".join(sql.split())[:200]) for table in scans(one["Plan"])}
        return execute(sql, params, many, context)


@pytest.mark.parametrize("role", READERS)
def test_pages_read_large_tables_by_an_index(probe: Probe, role: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")
    seat, explaining = probe.scene.seats[role], Explaining()
    for name, line in probe.routes.items():
        if line["needs"] == ["public"] or line.get("method") == "POST" or not probe.expects(seat, line):
            continue
        with rolled_back(), connection.cursor() as cursor:
            cursor.execute("set local enable_seqscan = off")
            with connection.execute_wrapper(explaining):
                ask(name, line, inside(probe.scene, seat)).send(probe.clients[role])
    assert explaining.explained > 10
    assert sorted(explaining.found) == []


def test_the_probe_sees_a_plan_without_an_index(probe: Probe) -> None:
    """The same reading finds fault with a search for which there is no index at all."""
    explaining = Explaining()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        with connections["owner"].execute_wrapper(explaining):
            cursor.execute("select count(*) from residents_household where state ~ 'lived'")
    assert {table for table, _ in explaining.found} == {"residents_household"}
