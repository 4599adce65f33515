"""Reads of imports within the caller's scope: the files, their rows by verdict, what an undo left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from lianfang.base.vault.api import Box
from lianfang.domain.residents.reading import Reason
from lianfang.domain.residents.rules import Verdict
from lianfang.domain.residents.sealing import box_of
from lianfang.domain.residents.staging import unseal_reasons, unseal_values
from lianfang.kernel.errors import LianfangError

PAGE: Final = 100
"""Rows of a file on one page: an assumption, few enough to read on."""
FILES: Final = 20
KEPT: Final = "kept"
"""The filter for rows that an undo left in the ledger, beside the verdicts."""

_FILES: Final = """
select f.id, f.path, f.register, f.name, f.rows, f.state, f.counts::text, f.account_id, f.created_at, f.taken_at,
    f.undone_at, coalesce(a.name, '')
from residents_import_file f left join areas_area a on a.path = f.path
"""
_ROWS: Final = """
select r."row", r.path, r.verdict, r.why, r.sealed, r.taken, r.undone, p.code
from residents_import_row r left join residents_person p on p.id = r.person_id
where r.file_id = %(file)s and r."row" > %(after)s and (r.verdict = any (%(verdicts)s::text[]) or r.undone = %(undone)s)
order by r."row" limit %(limit)s
"""
_UNDONE: Final = """
select undone, verdict, count(*) from residents_import_row
where file_id = %s and taken and undone <> '' group by undone, verdict
"""


@dataclass(frozen=True)
class StagedFile:
    """One list that was read into staging. counts: rows by verdict; taken: rows written so far."""

    id: int
    path: str
    register: str
    name: str
    rows: int
    state: str
    counts: Mapping[str, int]
    account_id: int
    created_at: datetime
    taken_at: datetime | None
    undone_at: datetime | None

    @property
    def taken(self) -> int:
        """Rows that were written."""
        return self.counts.get("taken", 0)

    @property
    def to_take(self) -> int:
        """Rows that taking the list would write."""
        return self.counts.get(Verdict.NEW, 0) + self.counts.get(Verdict.CHANGED, 0)

    @property
    def left(self) -> int:
        """Rows that stay outside until a person deals with them."""
        return self.counts.get(Verdict.REFUSED, 0) + self.counts.get(Verdict.NEEDS_PERSON, 0)


@dataclass(frozen=True)
class ImportFile(StagedFile):
    """One import into the ledger. area: the name of the place it is about."""

    area: str


@dataclass(frozen=True)
class ImportRow:
    """One row of an import. values: by name of the register's column; number: of the person's printed code, or None."""

    row: int
    verdict: str
    values: Mapping[str, Any]
    reasons: Sequence[Reason]
    taken: bool
    undone: str
    number: int | None


@dataclass(frozen=True)
class Undone:
    """What an undo did to the rows of a file."""

    removed: int
    restored: int
    kept: int


def imports(*, before: int | None = None, limit: int = FILES) -> list[ImportFile]:
    """The imports into the caller's area, newest first. before: only those with a smaller number."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FILES + "where %s::bigint is null or f.id < %s order by f.id desc limit %s", [before, before, limit]
        )
        return [_file(row) for row in cursor.fetchall()]


def import_by_id(file_id: int) -> ImportFile:
    """One import; raises residents.import_unknown."""
    with connection.cursor() as cursor:
        cursor.execute(_FILES + "where f.id = %s", [file_id])
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("residents.import_unknown", number=file_id)
    return _file(row)


def rows_of(file: ImportFile, chosen: Sequence[str], *, after: int = 0, limit: int = PAGE) -> list[ImportRow]:
    """Rows with one of the verdicts (or KEPT: left by an undo), in the order of the file, opened."""
    parameters = {
        "file": file.id, "after": after, "limit": limit, "verdicts": [one for one in chosen if one != KEPT],
        "undone": KEPT if KEPT in chosen else "-",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, parameters)
        found = cursor.fetchall()
    boxes: dict[str, Box] = {}
    rows = []
    for number, path, verdict, why, sealed, taken, undone, code in found:
        box = box_of(path, boxes)
        rows.append(
            ImportRow(number, verdict, unseal_values(box, sealed), unseal_reasons(box, why), taken, undone, code)
        )
    return rows


def undone_of(file: ImportFile) -> Undone:
    """What became of the taken rows when the import was taken back."""
    removed = restored = kept = 0
    with connection.cursor() as cursor:
        cursor.execute(_UNDONE, [file.id])
        for undone, verdict, count in cursor.fetchall():
            if undone == KEPT:
                kept += count
            elif verdict == Verdict.CHANGED:
                restored += count
            else:
                removed += count
    return Undone(removed, restored, kept)


def _file(row: tuple[Any, ...]) -> ImportFile:
    number, path, register, name, rows, state, counts, *rest = row
    return ImportFile(number, path, register, name, rows, state, json.loads(counts), *rest)
