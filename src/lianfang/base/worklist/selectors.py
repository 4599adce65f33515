"""The merged list of a person and an office: what is due, most pressing first, within the entered scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from lianfang.base.access.actor import Actor
from lianfang.base.worklist.registry import Language, words

PAGE = 200
"""Rows a page holds (FRONTEND: beyond 200 the server pages)."""

_COLUMNS = (
    "id, source, what, subject, path, link, urgency, due_at, created_at, for_account is not null as mine, incident_id"
)
_OPEN = f"""
select * from (
    select {_COLUMNS} from worklist_item
    where done_at is null and for_role = %(role)s and (for_account is null or for_account = %(account)s)
        and path >= %(low)s and path < %(high)s
    union all
    select {_COLUMNS} from worklist_item
    where done_at is null and for_role = '' and for_account is null and path >= %(low)s and path < %(high)s
    union all
    select {_COLUMNS} from worklist_item
    where done_at is null and for_account = %(account)s and for_role <> %(role)s
) as merged
order by urgency desc, due_at nulls last, path, id
limit %(limit)s offset %(offset)s
"""
_COUNT = """
select source, what, count(*), count(*) filter (where due_at < %(now)s) from (
    select source, what, due_at from worklist_item
    where done_at is null and for_role = %(role)s and (for_account is null or for_account = %(account)s)
        and path >= %(low)s and path < %(high)s
    union all
    select source, what, due_at from worklist_item
    where done_at is null and for_role = '' and for_account is null and path >= %(low)s and path < %(high)s
    union all
    select source, what, due_at from worklist_item
    where done_at is null and for_account = %(account)s and for_role <> %(role)s
) as merged group by 1, 2 order by 1, 2
"""


@dataclass(frozen=True)
class Item:
    """One thing that is due, as it is shown. mine: for this person, not for the office as a whole."""

    id: int
    source: str
    what: str
    subject: str
    path: str
    link: str
    urgency: int
    due_at: datetime | None
    created_at: datetime
    mine: bool
    incident_id: int | None

    def title(self, language: Language) -> str:
        """What is to be done."""
        return words(self.source, self.what, self.subject, language)

    def overdue(self, now: datetime) -> bool:
        """Whether its time has passed."""
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True)
class Count:
    """How many items of one kind are open, and how many of them are overdue."""

    source: str
    what: str
    open: int
    overdue: int


def open_items(actor: Actor, *, under: str = "", page: int = 1, size: int = PAGE) -> list[Item]:
    """What is due for this person and their office in an area (the grant's own unless `under` narrows it).

    One statement whatever the number of engines; pages count from 1.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_OPEN, {**_scope(actor, under), "limit": size, "offset": (page - 1) * size})
        return [Item(*row) for row in cursor.fetchall()]


def open_counts(actor: Actor, *, now: datetime, under: str = "") -> list[Count]:
    """Open and overdue items by engine and kind, for the same list."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_COUNT, {**_scope(actor, under), "now": now})
        return [Count(*row) for row in cursor.fetchall()]


def _scope(actor: Actor, under: str) -> dict[str, object]:
    low = under if under.startswith(actor.path) else actor.path
    return {"role": actor.role, "low": low, "high": low + "~", "account": actor.account_id}
