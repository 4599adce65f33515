"""Reads of imported lists within the caller's scope: the files, their rows by verdict, what an undo left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lianfang.base.database.select import run
from lianfang.base.vault.api import Box, standing_box
from lianfang.domain.residents.api import Reason, StagedFile
from lianfang.domain.workforce import sealing
from lianfang.domain.workforce.importing import unseal_reasons
from lianfang.kernel.errors import LianfangError

PAGE: Final = 100
KEPT: Final = "kept"
_FILE: Final = (
    "select id, path, register, name, rows, state, counts::text, account_id, created_at, taken_at, undone_at "
    "from workforce_import_file "
)


@dataclass(frozen=True)
class Row:
    """One row: its number in the file, verdict, name, the organisations it names, the reasons, and whom it became."""

    row: int
    verdict: str
    name: str
    units: tuple[str, ...]
    reasons: Sequence[Reason]
    taken: bool
    undone: str
    member_id: int | None


def files(*, limit: int) -> list[StagedFile]:
    """The lists of the caller's scope, newest first."""
    return [_file(row) for row in run(_FILE + "order by id desc limit %b", [limit])]


def file(number: int) -> StagedFile:
    """One list; raises workforce.import_unknown."""
    found = run(_FILE + "where id = %b", [number])
    if not found:
        raise LianfangError("workforce.import_unknown", number=number)
    return _file(found[0])


def rows(one: StagedFile, verdict: str, *, after: int = 0) -> list[Row]:
    """Rows with a verdict (or KEPT: left by an undo), in the order of the file, a page and one more."""
    names = dict(run("select number, name from workforce_import_unit where file_id = %b", [one.id]))
    found = run(
        'select "row", verdict, key_path, sealed, shown, why, units, taken, undone, member_id from workforce_import_row '
        'where file_id = %b and "row" > %b and (verdict = %b or undone = %b and %b = \'kept\') order by "row" limit %b',
        [one.id, after, verdict, verdict, verdict, PAGE + 1],
    )
    boxes: dict[str, Box] = {}
    made = []
    for number, said, key, sealed, shown, why, units, taken, undone_, member in found:
        box = boxes.setdefault(key, standing_box(key))
        named = sealing.unseal(box, shown, sealing.MEMBER) if shown else sealing.unseal(box, sealed, sealing.ROW)
        made.append(
            Row(number, said, str(named.get("name", "")), tuple(names.get(unit, "") for unit in units), unseal_reasons(key, why),
                taken, undone_, member)
        )  # fmt: skip
    return made


def undone(one: StagedFile) -> dict[str, int]:
    """What became of the taken rows when the list was taken back: rows taken back, and rows kept."""
    found = dict(
        run("select undone, count(*) from workforce_import_row where file_id = %b and taken group by undone", [one.id])
    )
    return {"removed": found.get("removed", 0), "kept": found.get(KEPT, 0)}


def _file(row: tuple[Any, ...]) -> StagedFile:
    number, path, register, name, count, state, counts, *rest = row
    return StagedFile(number, path, register, name, count, state, json.loads(counts), *rest)
