"""Readiness and monitoring against the real database: each part that fails says so, and numbers stay inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client, override_settings

from lianfang.web import health


def owner(sql: str, *values: Any) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values)


def ready() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()


def test_everything_up(database: Any) -> None:
    assert ready() == (200, {"ready": True, "database": "up", "migrations": "done", "queue": "up", "sealer": "up"})


def test_a_missing_migration(database: Any) -> None:
    owner("update django_migrations set name = name || '-gone' where app = 'access' and name = '0002_keys'")
    try:
        status, said = ready()
        assert (status, said["migrations"]) == (503, "missing")
    finally:
        owner("update django_migrations set name = '0002_keys' where name = '0002_keys-gone'")
    assert ready()[0] == 200


def test_figures_that_pile_up(database: Any) -> None:
    owner(
        "insert into metrics_delta (name, dim, day, path, value) "
        "select 'x', '', current_date, '411621001001', 1 from generate_series(1, %s)",
        health.BEHIND_DELTAS,
    )
    try:
        status, said = ready()
        assert (status, said["queue"]) == (503, "behind")
        assert "lianfang_deltas_waiting 50000.0" in Client().get("/metrics").content.decode()
    finally:
        owner("truncate metrics_delta")


def test_a_fact_that_nobody_seals(database: Any) -> None:
    owner(
        "insert into facts_log (incident, id, kind, area, recorded_at, received_at, account_id, grant_id, digest, sealed) "
        "values (1, gen_random_uuid(), 'x', '411621001001', now(), now() - interval '61 seconds', 1, 1, '\\x00', '\\x00')"
    )
    try:
        status, said = ready()
        assert (status, said["sealer"]) == (503, "behind")
    finally:
        owner("truncate facts_log")


@pytest.fixture
def gone(database: Any) -> Iterator[None]:
    """The door's connection leads nowhere."""
    held = dict(connections["door"].settings_dict)
    connections["door"].close()
    connections["door"].settings_dict["HOST"] = "/nonexistent"
    yield
    connections["door"].close()
    connections["door"].settings_dict.update(held)


@pytest.mark.usefixtures("gone")
def test_a_database_that_is_gone() -> None:
    assert ready() == (503, {"ready": False, "database": "down"})
    assert Client().get("/healthz").status_code == 200
    text = Client().get("/metrics").content.decode()
    assert "lianfang_database_up 0.0" in text
    assert "lianfang_sessions" not in text


def test_numbers_stay_inside(database: Any) -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="10.0.0.9").get("/metrics").status_code == 404
    assert Client().get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404
    with override_settings(METRICS_TOKEN="long-enough-token"):
        far = Client(REMOTE_ADDR="10.0.0.9")
        assert far.get("/metrics").status_code == 404
        assert far.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert far.get("/metrics", headers={"Authorization": "Bearer long-enough-token"}).status_code == 200
    with override_settings(METRICS_TOKEN=""):
        assert Client(REMOTE_ADDR="10.0.0.9").get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_routes_are_counted_by_name_not_by_address(database: Any) -> None:
    Client().get("/residents/person/7Y8ZV8XP5/")
    text = Client().get("/metrics").content.decode()
    assert 'route="residents-person"' in text
    assert "7Y8ZV8XP5" not in text
