"""Reads of imports: the files of an area, their rows with reasons, and the sheet of rows that were not taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.vault.api import Box
from lianfang.domain.residents import sealing, staging
from lianfang.domain.residents.reading import REGISTERS, Reason
from lianfang.exchange.tables import Refused, write_refused
from lianfang.exchange.tables import Verdict as CellVerdict
from lianfang.kernel.errors import Language, LianfangError, problem


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One imported file. counts: rows by verdict, and 'taken' once it was taken."""

    id: int
    path: str
    register: str
    name: str
    rows: int
    state: str
    counts: dict[str, int]
    created_at: datetime
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of an imported file: its number, verdict, reasons and cells by name of the column."""

    row: int
    verdict: str
    reasons: tuple[Reason, ...]
    values: dict[str, Any]
    taken: bool
    undone: str

    def sentences(self, language: Language = "zh") -> list[str]:
        """The reasons for a person."""
        return [problem(reason.code).sentence(reason.values, language) for reason in self.reasons]


def import_line(file_id: int) -> ImportLine:
    """One import; raises residents.import_unknown."""
    rows = run(
        "select id, path, register, name, rows, state, counts::text, created_at, taken_at from residents_import_file where id = %b",
        [file_id],
    )
    if not rows:
        raise LianfangError("residents.import_unknown", number=file_id)
    return _line(rows[0])


def _line(row: tuple[Any, ...]) -> ImportLine:
    number, path, register, name, rows, state, counts, created_at, taken_at = row
    return ImportLine(number, path, register, name, rows, state, json.loads(counts), created_at, taken_at)


def rows_of(
    file_id: int, *, verdicts: tuple[str, ...] = (), after: int = 0, limit: int | None = None, kept_only: bool = False
) -> tuple[RowLine, ...]:
    """Rows of a file in their order, of some verdicts only, by keyset on the row number. kept_only: those that an undo left."""
    rows = run(
        'select "row", path, verdict, why, sealed, taken, undone from residents_import_row where file_id = %b and "row" > %b '
        "and (%b::text[] = '{}' or verdict = any(%b::text[])) and (not %b or undone = 'kept') order by \"row\" limit %b",
        [file_id, after, list(verdicts), list(verdicts), kept_only, limit],
    )
    boxes: dict[str, Box] = {}
    found = []
    for number, path, verdict, why, sealed, taken, undone in rows:
        box = sealing.box_of(path, boxes)
        reasons = tuple(staging.unseal_reasons(box, why))
        found.append(RowLine(number, verdict, reasons, staging.unseal_values(box, sealed), taken, undone))
    return tuple(found)


def write_refused_rows(*, actor: Actor, file_id: int, target: str | Path | IO[bytes], language: Language = "zh") -> int:
    """Write the rows that were refused or need a person as .xlsx, with original row number and reasons; returns how many.

    Raises residents.import_unknown.
    """
    with scoped(actor):
        file = import_line(file_id)
        return write_refused(
            target, columns=REGISTERS[file.register], refused=_refused(file_id), title=file.name, language=language
        )


def _refused(file_id: int) -> Iterator[Refused]:
    last = 0
    while lines := rows_of(file_id, verdicts=("refused", "needs_person"), after=last, limit=2_000):
        last = lines[-1].row
        for line in lines:
            told = [
                CellVerdict(line.row, 0, reason.column or None, reason.code, reason.values) for reason in line.reasons
            ]
            yield Refused(line.row, line.values, told)
