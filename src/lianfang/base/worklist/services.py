"""Writes to the work list: many items at once, each only once, closed by whoever did it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections

_ADD = """
insert into worklist_item
    (incident_id, path, for_role, for_account, what, subject, source, link, urgency, due_at)
select * from unnest(%s::smallint[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
                     %s::text[], %s::smallint[], %s::timestamptz[])
on conflict do nothing
"""
_CLOSE = """
update worklist_item set done_at = coalesce(%s, now()), done_by = %s
where source = %s and what = %s and subject = any (%s::text[]) and done_at is null
"""


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """One thing that is due, for a role at an area (for_role), for one person (for_account), or for anybody there.

    source: the engine; what: its stable code for the sentence; subject: its own key, once per source and what.
    urgency: 0 normal, 1 soon, 2 now. link: an address inside the product.
    """

    source: str
    what: str
    subject: str
    path: str
    for_role: str = ""
    for_account: int | None = None
    incident_id: int | None = None
    link: str = ""
    urgency: int = 0
    due_at: datetime | None = None


def add_items(items: Iterable[NewItem], *, using: str = "default") -> int:
    """Put items on the lists in one statement; those already there stay as they are. Returns how many are new."""
    rows = [
        (
            item.incident_id, item.path, item.for_role, item.for_account, item.what, item.subject, item.source,
            item.link, item.urgency, item.due_at,
        )
        for item in items
    ]  # fmt: skip
    if not rows:
        return 0
    with connections[using].cursor() as cursor:
        cursor.execute(_ADD, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)


def close_items(
    *, source: str, what: str, subjects: Sequence[str], done_by: int, at: datetime | None = None, using: str = "default"
) -> int:
    """Mark items as done, in one statement; returns how many were open until now."""
    if not subjects:
        return 0
    with connections[using].cursor() as cursor:
        cursor.execute(_CLOSE, [at, done_by, source, what, list(subjects)])
        return int(cursor.rowcount)
