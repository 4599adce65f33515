"""One way to the database: a statement in the running scope, its refusals as errors of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from lianfang.base.database.errors import refusals
from lianfang.domain.volunteers import problems as _problems  # noqa: F401  (defines its sentences)


def call(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """One statement; every row of its answer. Raises what the functions of `sql/` refuse with."""
    with refusals(), connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []
