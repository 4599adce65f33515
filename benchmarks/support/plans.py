"""Plans of a page's statements in the reader's scope: a scan without an index must not read far more than it passes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

TIMES = 10
"""Rows a scan without an index may read for each row it passes on (bar 9); a count may read what it counts."""

ONE_PAGE = 100
"""Rows that lie on about one page: reading them all costs what an index would (assumption: 80 bytes a row)."""


def unfit_scans(statements: list[str], token: str) -> list[str]:
    """The scans that read more, as `table: read N for M`; the statements run again, inside one rolled-back transaction."""
    from django.db import connection, transaction

    from lianfang.base.access.api import enter, token_digest

    found: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        enter(token_digest(token))
        for statement in statements:
            if not statement.lstrip().lower().startswith(("select", "with")) or "access_enter" in statement:
                continue
            cursor.execute(
                "explain (analyze, timing off, buffers off, format json) " + statement.replace("%", "%%"), []
            )
            answer = cursor.fetchone()[0]
            plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
            for node in _nodes(plan):
                if node["Node Type"] != "Seq Scan":
                    continue
                read = int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
                returned = max(1, int(node["Actual Rows"] * node["Actual Loops"]))
                if read > max(ONE_PAGE, TIMES * returned):
                    found.append(f"{node['Relation Name']}: read {read} for {returned}")
        transaction.set_rollback(True)
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
