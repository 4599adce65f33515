"""How the house is doing: one read for readiness and for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db import connections
from django.db.migrations.loader import MigrationLoader


@dataclass(frozen=True)
class State:
    """Numbers without anybody in them; counts stop at a hundred thousand. unsealed_seconds: age of the oldest unsealed fact."""

    deltas_waiting: int
    unsealed: int
    unsealed_seconds: float
    seals: int
    sessions: int
    names_locked: int
    quarantine_open: int
    incidents_open: int


def state() -> State:
    """Ask the database once; raises DatabaseError."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select * from web_state()")
        return State(*cursor.fetchone())


@cache
def _shipped() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations)


def missing_migrations() -> list[str]:
    """Migrations of this release that the database does not have; raises DatabaseError."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select app, name from access_migrations()")
        applied = set(cursor.fetchall())
    return sorted(f"{app}.{name}" for app, name in _shipped() - applied)
