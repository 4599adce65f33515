"""In which office somebody acted: what a page writes beside a signature instead of the number of an account."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from lianfang.base.access.accounts import role_words
from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.vault.api import system_box
from lianfang.kernel.divisions import short_name


@dataclass(frozen=True, slots=True)
class Office:
    """Role and place of an account's latest grant; name is empty for who may not see members by name."""

    account_id: int
    role: str
    path: str
    place: str
    name: str

    @property
    def words(self) -> str:
        """Place, role and, where it may be seen, the name."""
        office = " ".join(part for part in (short_name(self.place), role_words(self.role)) if part)
        return f"{self.name} · {office}" if self.name else office


def offices_of(accounts: Iterable[int | None]) -> dict[int, Office]:
    """Account number → office, for accounts of the reader's area and of those above it; one statement."""
    wanted = sorted({number for number in accounts if number is not None})
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("select account_id, role, path, place, name_sealed from access_offices(%s)", [wanted])
        rows = cursor.fetchall()
    box = system_box()
    return {
        number: Office(number, role, path, place, box.open(bytes(sealed), _NAME_COLUMN).decode() if sealed else "")
        for number, role, path, place, sealed in rows
    }


def signature(account: int | None, known: dict[int, Office]) -> str:
    """The words for who signed: the office where it may be told, else the number of the account; '' for nobody."""
    if account is None:
        return ""
    return known[account].words if account in known else f"№ {account}"
