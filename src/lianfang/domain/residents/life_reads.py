"""Reads of the ledger's life within the caller's scope: dated changes of an area or a person, buildings to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from lianfang.base.access.offices import offices_of, signature
from lianfang.base.vault.api import Box
from lianfang.domain.residents import sealing
from lianfang.domain.residents.life import WORDS
from lianfang.domain.residents.rules import range_of_place
from lianfang.kernel.divisions import short_name
from lianfang.kernel.ids import format_code

PAGE: Final = 100
"""Changes on one page: an assumption, some months of a community."""
_COLUMNS: Final = """
c.id, c.at, c.on_day, c.kind, c.path, c.person_id, c.role, c.sealed, c.undone_at, c.transfer_id, p.code
from residents_change c left join residents_person p on p.id = c.person_id
"""
_OF_AREA: Final = f"""
select {_COLUMNS} where c.path >= %s and c.path < %s and c.id < %s and (%s = '' or c.kind = %s)
order by c.id desc limit %s
"""
_OF_PERSON: Final = f"select {_COLUMNS} where c.person_id = %s order by c.id desc limit 50"
_BUILDINGS: Final = """
select b.path, b.name, coalesce(c.name, '') from areas_building b left join areas_compound c on c.id = b.compound_id
where b.path >= %s and b.path < %s order by b.path
"""


@dataclass(frozen=True)
class Change:
    """One dated change. code: '' where the person is on no list any more. standing: not undone, and no part of a transfer."""

    id: int
    at: datetime
    on: date
    kind: str
    path: str
    person_id: int
    role: str
    name: str
    reason: str
    undone_at: datetime | None
    code: str
    standing: bool


def changes(path: str, *, kind: str = "", before: int | None = None, limit: int = PAGE) -> list[Change]:
    """The changes of an area, newest first. before: only those with a smaller number."""
    low, high = range_of_place(path)
    return _read(_OF_AREA, [low, high, before if before is not None else 2**62, kind, kind, limit])


def changes_of(person_id: int) -> list[Change]:
    """The changes of one person, newest first, as far as the caller's area knows them."""
    return _read(_OF_PERSON, [person_id])


def building_choices(community: str) -> list[tuple[str, str]]:
    """The buildings of a community as choices of a form, by path."""
    low, high = range_of_place(community)
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS, [low, high])
        return [(path, f"{compound} {name}".strip()) for path, name, compound in cursor.fetchall()]


def entry_facts(person_id: int, home: str) -> dict[str, Any]:
    """Who answers for an entry (the community where it is registered), when it was last confirmed and by whom."""
    with connection.cursor() as cursor:
        cursor.execute("select * from residents_confirmed(%s)", [person_id])
        on, account, until = cursor.fetchone() or (None, None, None)
        cursor.execute("select name from areas_area where path = %s", [home[:12]])
        area = cursor.fetchone()
    return {
        "confirmed": {"on": on, "by": signature(account, offices_of([account]))},
        "until": until,
        "owner": short_name(area[0]) if area else "",
    }


def _read(sql: str, parameters: list[Any]) -> list[Change]:
    boxes: dict[str, Box] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    found = []
    for number, at, on, kind, path, person, role, sealed, undone, transfer, code in rows:
        said = sealing.unseal(sealing.box_of(path, boxes), sealed, WORDS) if sealed is not None else {}
        found.append(
            Change(
                number, at, on, kind, path, person, role, said.get("name", ""), said.get("reason", ""), undone,
                format_code(code) if code is not None else "", undone is None and transfer is None,
            )
        )  # fmt: skip
    return found
