"""Statements in the transaction of the request, with refusals of the database as errors of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction

from lianfang.base.access.api import Actor, enter
from lianfang.base.database.errors import refusals
from lianfang.kernel.errors import LianfangError


def run(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """One statement with binary parameters; never prepared, so that no plan of a small table serves a large one."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, parameters, prepare=False)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def scoped(actor: Actor | None) -> Iterator[None]:
    """A transaction in the actor's scope; without an actor in the scope that was entered already (a member's own page)."""
    with refusals(), transaction.atomic():
        if actor is not None and enter(actor.token_digest) is None:
            raise LianfangError("session.expired")
        yield


@contextmanager
def refused() -> Iterator[None]:
    """Reads inside the request's transaction; refusals of the database come out as errors of the catalogue."""
    with refusals(), transaction.atomic():
        yield
