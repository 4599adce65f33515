"""The rows of an import that were not taken, as an Excel file with reasons, ready to be corrected and sent again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.domain.residents.import_reads import PAGE, ImportFile, rows_of
from lianfang.domain.residents.reading import REGISTERS
from lianfang.domain.residents.rules import Verdict
from lianfang.exchange.tables import Refused, write_refused
from lianfang.exchange.tables import Verdict as CellVerdict
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import Language

NOT_TAKEN = (Verdict.REFUSED.value, Verdict.NEEDS_PERSON.value)


def refused_file(file: ImportFile, actor: Actor, language: Language, *, drill: bool) -> tuple[bytes, int]:
    """The rows not taken as an .xlsx in the register's columns; returns it with its number of rows."""
    columns = REGISTERS[file.register]
    at = {spec.name: number for number, spec in enumerate(columns)}

    def rows() -> Iterator[Refused]:
        after = 0
        while found := rows_of(file, NOT_TAKEN, after=after, limit=10 * PAGE):
            for row in found:
                verdicts = [
                    CellVerdict(
                        row.row, at.get(reason.column, 0) + 1, reason.column or None, reason.code, reason.values
                    )
                    for reason in row.reasons
                ]
                yield Refused(row.row, row.values, verdicts)
            after = found[-1].row

    target = io.BytesIO()
    mark = "演练 " if drill else ""
    count = write_refused(
        target, columns=columns, refused=rows(), title=f"{mark}{file.area} {file.name}",
        watermark=f"{actor.name} {actor.role_label} {_clock(timezone.now())}", language=language,
    )  # fmt: skip
    return target.getvalue(), count


def _clock(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
