"""Reads of the quarantine within the caller's scope: what could not be taken, page by page, and one fact as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from lianfang.base.database.errors import refusals
from lianfang.base.facts.registry import find
from lianfang.base.vault.api import BadSeal, system_box
from lianfang.kernel.errors import CatalogueError, Language, LianfangError, define, problem

PAGE: Final = 100
"""Rows of the list on one page: an assumption."""
OUTCOMES: Final = ("held", "conflict", "refused")
SETTLED: Final = "settled"
RESOLUTIONS: Final = ("sent_again", "first_stands", "entered_by_hand", "mistake")
"""How a fact can be settled; the database knows the same list."""
UNKNOWN_PATH: Final = "-"
"""The path of a fact whose area could not be read."""
NOTE_LENGTH: Final = 300
_FACT: Final = b"facts_quarantine.sealed"
_NOTE: Final = b"facts_quarantine.note_sealed"
_BLANK: Final = "…"

define(
    "facts.settled_already",
    status=409,
    zh="这条记录刚刚已由别人处理。请查看处理结果。",
    en="Somebody has just settled this fact. Look at what they decided.",
)
define(
    "facts.resolution_unknown",
    status=422,
    zh="请选择处理结果。",
    en="Choose how it was settled.",
)
define(
    "facts.note_missing",
    status=422,
    zh="请写明处理情况，1至{limit}个字。",
    en="Say what was done, in 1 to {limit} characters.",
)

_COLUMNS: Final = """
select q.id, q.fact_id, q.kind, q.outcome, q.code, q.path, q.account_id, q.received_at, q.resolved_at, q.resolution,
    q.note_sealed, coalesce(a.name, ''), facts_quarantine_mine(q.path, q.account_id)
from facts_quarantine q left join areas_area a on a.path = left(q.path, 12)
"""
_COUNTS: Final = """
select case when resolved_at is null then outcome else 'settled' end, count(*) from facts_quarantine group by 1
"""
_PLACE: Final = """
and (%(shown)s = 'all' and resolved_at is null or %(shown)s = 'settled' and resolved_at is not null
    or resolved_at is null and outcome = %(shown)s)
"""


@dataclass(frozen=True)
class Kept:
    """One fact that could not be taken. mine: the caller may settle it; note: of whoever settled it."""

    id: int
    fact_id: UUID | None
    kind: str
    outcome: str
    code: str
    path: str
    account_id: int
    received_at: datetime
    resolved_at: datetime | None
    resolution: str
    note: str
    area: str
    mine: bool

    def sentence(self, language: Language) -> str:
        """Why it was not taken; values that are not kept with it appear as an ellipsis."""
        known = {"kind": self.kind, "area": self.area or self.path, "id": str(self.fact_id or "")}
        try:
            found = problem(self.code)
            return found.sentence({name: known.get(name) or _BLANK for name in found.fields}, language)
        except CatalogueError:  # a code of an earlier release
            return self.code

    @property
    def verb(self) -> str:
        """The verb of the access policy behind the kind; '' when the kind is not known here."""
        found = find(self.kind)
        return found[0].verb if found else ""


def counts() -> dict[str, int]:
    """How many facts wait by outcome, and how many are settled."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        found = dict(cursor.fetchall())
    return {name: found.get(name, 0) for name in (*OUTCOMES, SETTLED)}


def kept(shown: str = "all", *, before: int | None = None, limit: int = PAGE) -> list[Kept]:
    """Facts of the caller's area or sent by the caller, newest first. shown: all (that wait), an outcome, or settled."""
    parameters = {"shown": shown, "before": before if before is not None else 2**62, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(
            _COLUMNS + "where q.id < %(before)s " + _PLACE + "order by q.id desc limit %(limit)s", parameters
        )
        return [_row(row) for row in cursor.fetchall()]


def kept_by_id(number: int) -> Kept:
    """One of them; raises access.not_found."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + "where q.id = %s", [number])
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("access.not_found")
    return _row(row)


def as_sent(number: int) -> Mapping[str, Any] | None:
    """The fact as it arrived; None when it can't be read."""
    with connection.cursor() as cursor:
        cursor.execute("select facts_quarantine_open(%s)", [number])
        sealed = cursor.fetchone()[0]
    if sealed is None:
        return None
    try:
        found = msgspec.json.decode(system_box().open(sealed, _FACT))
    except (BadSeal, msgspec.MsgspecError):
        return None
    return found if isinstance(found, dict) else {"": found}


def settle(number: int, *, resolution: str, note: str) -> None:
    """Say how a fact was settled, with a note that is kept sealed.

    Raises facts.note_missing, facts.resolution_unknown, facts.settled_already, access.not_found.
    """
    words = note.strip()
    if resolution not in RESOLUTIONS:
        raise LianfangError("facts.resolution_unknown")
    if not 1 <= len(words) <= NOTE_LENGTH:
        raise LianfangError("facts.note_missing", limit=NOTE_LENGTH)
    with refusals(), transaction.atomic(), connection.cursor() as cursor:
        sealed = system_box().seal(words.encode(), _NOTE)
        cursor.execute("select facts_quarantine_resolve(%s, %s, %s)", [number, resolution, sealed])


def _row(row: tuple[Any, ...]) -> Kept:
    note_sealed = row[10]
    note = system_box().open(note_sealed, _NOTE).decode() if note_sealed is not None else ""
    number, fact, kind, outcome, code, path, account, received, resolved, resolution, _sealed, area, mine = row
    return Kept(number, fact, kind, outcome, code, path, account, received, resolved, resolution, note, area, mine)
