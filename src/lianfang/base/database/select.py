"""Statements in the running transaction, parameters apart from the text: reads that pages make often, and all others.

Whoever watches a connection (execute_wrappers, the log of statements) sees these like Django's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from django.db import connections
from psycopg.pq import Format

Parameters = Sequence[Any] | Mapping[str, Any]


def select(statement: str, parameters: Parameters = (), *, using: str = "default") -> list[tuple[Any, ...]]:
    """Rows of one read, prepared by the server and in binary.

    Planning a read under policies takes longer than the read itself, so the connection keeps its plan. The server plans
    the first five calls with their values and keeps a general plan only where that is no dearer. Use it for statements
    whose text is constant; a parameter whose type the server can't see needs a cast. Raises Django's database errors.
    """
    with connections[using].wrap_database_errors:
        return _watched(statement, parameters, using, prepare=True, rows_as=Format.BINARY)


def run(statement: str, parameters: Parameters = (), *, using: str = "default") -> list[tuple[Any, ...]]:
    """Rows of one statement (none for a write without `returning`) with `%b` for binary parameters, such as arrays of sealed bytes.

    Never prepared: a plan kept from a small table would be used for a large one. Raises psycopg's errors.
    """
    return _watched(statement, parameters, using, prepare=False, rows_as=Format.TEXT)


def _watched(
    statement: str, parameters: Parameters, using: str, *, prepare: bool, rows_as: Format
) -> list[tuple[Any, ...]]:
    connection = connections[using]
    connection.ensure_connection()
    started = time.monotonic()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.format = rows_as

        def execute(text: str, values: Any, _many: bool, _context: object) -> None:
            cursor.execute(text, values, prepare=prepare)

        step: Callable[..., object] = execute
        for wrapper in reversed(connection.execute_wrappers):
            step = _around(wrapper, step)
        step(statement, parameters, False, {"connection": connection, "cursor": cursor})
        rows = cursor.fetchall() if cursor.description else []
    if connection.queries_logged:
        text = psycopg.ClientCursor(connection.connection).mogrify(statement, parameters)
        connection.queries_log.append({"sql": text, "time": f"{time.monotonic() - started:.3f}"})
    return rows


def _around(wrapper: Callable[..., object], inner: Callable[..., object]) -> Callable[..., object]:
    return lambda *call: wrapper(inner, *call)
