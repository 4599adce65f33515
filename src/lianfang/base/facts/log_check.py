"""The auditor's check of the log: the newest seals against the rows they cover, within the auditor's own scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from lianfang.base.facts.seal import chain, leaf, merkle_root

MOST_SEALS: Final = 2_000
"""Seals checked from a page: at one a second of work some half an hour; `lianfang verify-log` checks all of them."""
_SEALS: Final = (
    "select number, from_xid::text, to_xid::text, rows, root, chain from facts_seal order by number desc limit %s"
)
_ROWS: Final = (
    "select incident, id, kind, area, recorded_at, account_id, digest, sealed from facts_log "
    "where xid >= %s::text::xid8 and xid < %s::text::xid8 order by incident, id"
)
_STATE: Final = (
    "select (select count(*) from facts_seal), coalesce((select sum(rows) from facts_seal), 0)::bigint, "
    "(select max(at) from facts_seal), (select count(*) from facts_log where xid >= "
    "coalesce((select s.to_xid from facts_seal s order by s.number desc limit 1), '0'::xid8))"
)


@dataclass(frozen=True)
class LogState:
    """How far the log is sealed: seals, facts under them, time of the newest, facts not yet covered."""

    seals: int
    rows: int
    last: datetime | None
    open_rows: int


@dataclass(frozen=True)
class Checked:
    """What a check found: seals and rows that hold, from which seal on, and the first that does not with its reason."""

    first: int
    seals: int
    rows: int
    broken_at: int | None = None
    reason: str = ""


def log_state() -> LogState:
    """The state of the seals, for who may see logs."""
    return LogState(*_read(_STATE, [])[0])


def check_newest(most: int = MOST_SEALS) -> Checked:
    """Check the newest seals; the oldest of them only as the link that the next one hangs on, unless it is the first."""
    seals = list(reversed(_read(_SEALS, [most + 1])))
    if not seals:
        return Checked(0, 0, 0)
    previous, start = (b"", seals) if seals[0][0] == 1 else (bytes(seals[0][5]), seals[1:])
    first = start[0][0] if start else seals[0][0]
    expected, total = first, 0
    for number, from_xid, to_xid, rows, root, link in start:
        found = _read(_ROWS, [from_xid, to_xid])
        reason = ""
        if number != expected:
            reason = "missing seal"
        elif len(found) != rows:
            reason = "rows"
        elif merkle_root(leaf(row) for row in found) != bytes(root):
            reason = "changed"
        elif chain(previous, bytes(root), number) != bytes(link):
            reason = "chain"
        if reason:
            return Checked(first, expected - first, total, expected, reason)
        previous, expected, total = bytes(link), number + 1, total + rows
    return Checked(first, len(start), total)


def _read(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
