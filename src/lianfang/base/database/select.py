"""Reads that pages make often: prepared by the server, parameters apart from the text, rows in binary."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from django.db import connections
from psycopg.pq import Format


def select(
    statement: str, parameters: Sequence[Any] | Mapping[str, Any] = (), *, using: str = "default"
) -> list[tuple[Any, ...]]:
    """Rows of one statement inside the running transaction.

    Planning a read under policies takes longer than the read itself, so the connection keeps its plan. The server plans
    the first five calls with their values and keeps a general plan only where that is no dearer. Use it for statements
    whose text is constant; a parameter whose type the server can't see needs a cast. Raises Django's database errors.
    """
    connection = connections[using]
    connection.ensure_connection()
    started = time.monotonic()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.format = Format.BINARY
        execute: Callable[..., object] = partial(_execute, cursor)
        for wrapper in reversed(connection.execute_wrappers):  # whoever watches statements sees these too
            execute = partial(wrapper, execute)
        execute(statement, parameters, False, {"connection": connection, "cursor": cursor})
        rows = cursor.fetchall()
    if connection.queries_logged:
        text = psycopg.ClientCursor(connection.connection).mogrify(statement, parameters)
        connection.queries_log.append({"sql": text, "time": f"{time.monotonic() - started:.3f}"})
    return rows


def _execute(cursor: psycopg.Cursor[Any], statement: str, parameters: Any, _many: bool, _context: object) -> None:
    cursor.execute(statement, parameters, prepare=True)
