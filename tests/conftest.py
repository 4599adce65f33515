"""One real PostgreSQL for the whole test run, started when the first test asks for it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lianfang.base.database import connect
from lianfang.base.database.supervisor import EmbeddedServer

FOLDER = Path(os.environ.get("LIANFANG_TEST_DATA") or tempfile.mkdtemp(prefix="lianfang-test-"))
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
GIVEN = os.environ.get("LIANFANG_TEST_DATABASE_URL", "").split()
EXTERNAL = GIVEN[WORKER] if GIVEN else ""
"""A server of the machine (PostgreSQL ≥ 15) instead of the embedded one, for the tests marked pg15; one for each worker."""

(FOLDER / "static").mkdir(parents=True, exist_ok=True)
SERVER = EmbeddedServer(FOLDER, settings={"fsync": "off", "shared_buffers": "'128MB'"})
TARGET = connect.external(EXTERNAL, FOLDER / "pgpass") if EXTERNAL else SERVER.target()
connect.export(TARGET)
os.environ["LIANFANG_DATA"] = str(FOLDER)
os.environ["LIANFANG_DRILL"] = "1"
os.environ.setdefault("LIANFANG_SECRET", "only-for-tests")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # browser tests leave an event loop running
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a busy machine is not a failure

KEEP = ("django_migrations", "access_right", "access_role", "access_secret", "incidents_partitioned", "retirement_part")
"""Tables that belong to the schema rather than to a test."""


def pytest_configure(config: pytest.Config) -> None:
    """Set Django up once; no connection is made yet."""
    import django

    django.setup()


@pytest.fixture(scope="session")
def prepared() -> Iterator[connect.Target]:
    """A prepared database that lives for the whole run."""
    from lianfang.base.access.services import load_rights
    from lianfang.base.database.prepare import prepare

    if EXTERNAL:
        prepare(TARGET)
        load_rights()
        yield TARGET
    else:
        with SERVER:
            prepare(TARGET)
            load_rights()
            yield TARGET
    from django.db import connections

    connections.close_all()


@pytest.fixture(scope="module")
def database(prepared: connect.Target) -> Iterator[connect.Target]:
    """The prepared database, empty at the start of each test module."""
    import psycopg
    from django.db import connections

    connections.close_all()
    shutil.rmtree(FOLDER / "uploads", ignore_errors=True)  # tables that another module left waiting for a decision
    with psycopg.connect(prepared.conninfo(connect.ADMIN)) as connection:
        rows = connection.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition"
        ).fetchall()
        names = ", ".join(f'"{name}"' for (name,) in rows if name not in KEEP)
        connection.execute(f"truncate {names} restart identity cascade")
    yield prepared
    connections.close_all()


@pytest.fixture(autouse=True)
def _no_leftover_language() -> Iterator[None]:
    """A page asked for in English leaves no English behind for the next test."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_leftover_connections() -> Iterator[None]:
    """Give every test its own connections, so that no scope can leak from one test into the next."""
    yield
    if "lianfang.base.access.services" in __import__("sys").modules:
        from django.db import connections

        for alias in connections:
            connections[alias].close()
