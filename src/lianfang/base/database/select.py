"""Statements in the running transaction, parameters apart from the text: reads that pages make often, calls that may refuse, all others.

Whoever watches a connection (execute_wrappers, the log of statements) sees these like Django's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import connection, connections, transaction
from django.db.models import Model
from django.db.models.options import Options
from psycopg.pq import Format

from lianfang.base.database.errors import refusals

Parameters = Sequence[Any] | Mapping[str, Any]
Kind = TypeVar("Kind", bound=Model)
_answered: ContextVar[dict[tuple[str, str, str], list[tuple[Any, ...]]] | None] = ContextVar("answered", default=None)
"""What this page has read already: (connection, statement, parameters) → rows; None outside `reading_once`."""


@contextmanager
def reading_once() -> Iterator[None]:
    """Ask the database each question of `select` once while a page is made that only looks.

    The frame of a page, its map and its table ask for the same figures and names. A `run` or `call` forgets what was
    answered, for it may write. Not for a request that writes through models.
    """
    before = _answered.set({})
    try:
        yield
    finally:
        _answered.reset(before)


def select(statement: str, parameters: Parameters = (), *, using: str = "default") -> list[tuple[Any, ...]]:
    """Rows of one read, prepared by the server and in binary.

    Planning a read under policies takes longer than the read itself, so the connection keeps its plan. The server plans
    the first five calls with their values and keeps a general plan only where that is no dearer. Use it for statements
    whose text is constant; a parameter whose type the server can't see needs a cast. Raises Django's database errors.
    """
    answered = _answered.get()
    if answered is None:
        return _prepared(statement, parameters, using)
    question = (using, statement, repr(parameters))
    if question not in answered:
        answered[question] = _prepared(statement, parameters, using)
    return list(answered[question])


def select_as(model: type[Kind], which: str, parameters: Parameters = (), *, using: str = "default") -> list[Kind]:
    """Rows of a model's own table as its objects; `which` begins with `where` and may order and limit.

    For reads that many pages make: Django's own builds its statement anew each time, and the server plans it anew.
    """
    names, start = _columns(model._meta)
    return [model.from_db(using, names, row) for row in select(f"{start} {which}", parameters, using=using)]


def first_as(model: type[Kind], which: str, parameters: Parameters = (), *, using: str = "default") -> Kind | None:
    """The first of such rows as an object; None where there is none."""
    return next(iter(select_as(model, which, parameters, using=using)), None)


@cache
def _columns(table: Options[Any]) -> tuple[list[str], str]:
    """Attributes of a model in the order of its columns, and how a statement begins that reads them all."""
    fields = table.concrete_fields
    listed = ", ".join(f'"{field.column}"' for field in fields)
    return [field.attname for field in fields], f'select {listed} from "{table.db_table}"'


def run(statement: str, parameters: Parameters = (), *, using: str = "default") -> list[tuple[Any, ...]]:
    """Rows of one statement (none for a write without `returning`) with `%b` for binary parameters, such as arrays of sealed bytes.

    Never prepared: a plan kept from a small table would be used for a large one. Raises psycopg's errors.
    """
    _forget()
    return _watched(statement, parameters, using, prepare=False, rows_as=Format.TEXT)


def call(statement: str, parameters: Parameters = (), *, apart: bool = False) -> list[tuple[Any, ...]]:
    """Rows of one statement (none for a write without `returning`) whose functions may refuse; values stand as `%s`.

    apart: in a savepoint, so that the transaction goes on after a refusal. Raises what the functions of `sql/` refuse with,
    as errors of the catalogue.
    """
    _forget()
    with refusals(), transaction.atomic() if apart else nullcontext(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def ask(function: str, *values: object) -> Any:
    """What one function of `sql/` answers, asked as `ask("incidents_close(%s)", 3)`: a `call` apart with one value."""
    return call(f"select {function}", values, apart=True)[0][0]


def _prepared(statement: str, parameters: Parameters, using: str) -> list[tuple[Any, ...]]:
    with connections[using].wrap_database_errors:
        return _watched(statement, parameters, using, prepare=True, rows_as=Format.BINARY)


def _forget() -> None:
    answered = _answered.get()
    if answered:
        answered.clear()


def _watched(
    statement: str, parameters: Parameters, using: str, *, prepare: bool, rows_as: Format
) -> list[tuple[Any, ...]]:
    link = connections[using]
    link.ensure_connection()
    started = time.monotonic()
    with psycopg.Cursor(link.connection) as cursor:
        cursor.format = rows_as

        def execute(text: str, values: Any, _many: bool, _context: object) -> None:
            cursor.execute(text, values, prepare=prepare)

        step: Callable[..., object] = execute
        for wrapper in reversed(link.execute_wrappers):
            step = _around(wrapper, step)
        step(statement, parameters, False, {"connection": link, "cursor": cursor})
        rows = cursor.fetchall() if cursor.description else []
    if link.queries_logged:
        text = psycopg.ClientCursor(link.connection).mogrify(statement, parameters)
        link.queries_log.append({"sql": text, "time": f"{time.monotonic() - started:.3f}"})
    return rows


def _around(wrapper: Callable[..., object], inner: Callable[..., object]) -> Callable[..., object]:
    return lambda *call: wrapper(inner, *call)
