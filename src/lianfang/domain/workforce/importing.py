"""Lists of members: read and judged into staging, taken by sets, taken back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Self

from psycopg.types.json import Jsonb

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.vault.api import standing_box
from lianfang.domain.residents.api import ImportReport, Reason, UndoReport, in_one_go
from lianfang.domain.workforce import sealing
from lianfang.domain.workforce.directory import Directory
from lianfang.domain.workforce.lists import REGISTERS
from lianfang.domain.workforce.staging import stage
from lianfang.exchange.tables import Limits, read_table
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import Language, LianfangError, define

TAKEN_AT_A_TIME: Final = 20_000
"""Rows written by one statement: some tens of megabytes."""
_LOCK: Final = 410_624
"""The advisory lock of taking lists: one after the other, so that two lists of one person meet."""
_TOUCHED: Final[list[Callable[[Sequence[int]], Sequence[int]]]] = []

define(
    "workforce.register_unknown",
    status=422,
    zh="没有名为“{name}”的名单格式。可选：unit（单位花名册）、volunteer（党员志愿者）、sampling_team（采样小组）。",
    en="There is no kind of list called '{name}'. Choose unit, volunteer or sampling_team.",
)
define(
    "workforce.import_unknown",
    status=404,
    zh="没有第{number}号导入。请核对编号。",
    en="There is no import number {number}. Check the number.",
)
define(
    "workforce.import_wrong_state",
    status=409,
    zh="第{number}号导入的状态是“{state}”，不能这样操作。请重新打开页面。",
    en="Import {number} is in the state '{state}', so this can't be done. Open the page again.",
)
define(
    "workforce.import_repeated",
    status=200,
    zh="同一份文件已于{day}导入（第{number}号），没有再写入。",
    en="The same file was imported on {day} (number {number}); nothing was written again.",
)


@dataclass
class MembersReport(ImportReport):
    """What an import of members did. units_made: organisations that it founded."""

    units_made: int = 0

    def add(self, taken: Self) -> None:
        """What taking the staged rows did."""
        super().add(taken)
        self.units_made = taken.units_made


def knows_members(function: Callable[[Sequence[int]], Sequence[int]]) -> Callable[[Sequence[int]], Sequence[int]]:
    """Register who knows members: called with numbers, it returns those that its rows refer to (they are never removed)."""
    _TOUCHED.append(function)
    return function


def stage_members(
    *, actor: Actor, source: str | Path | bytes, area_path: str, register: str = "unit", filename: str = "", sheet: str | None = None,
    mapping: dict[str, int] | None = None, limits: Limits | None = None, language: Language = "zh",
    on_rows: Callable[[int], None] = lambda rows: None,
) -> MembersReport:  # fmt: skip
    """Read a list into staging with a verdict for each row; nothing is written yet. area_path: the area it is about; for a sending
    unit's officer the list is their unit's, whatever the area. Raises the file refusals of `exchange.tables`,
    workforce.register_unknown, access.not_found."""
    started = time.monotonic()
    columns = REGISTERS.get(register)
    if columns is None:
        raise LianfangError("workforce.register_unknown", name=register[:40])
    with scoped(actor):
        directory = destination(actor, area_path)
        name = filename or (Path(source).name if isinstance(source, str | Path) else "")
        with read_table(source, columns=columns, filename=name, sheet=sheet, mapping=mapping, limits=limits) as table:
            known = _repeated(table.sha256, directory.path)
            if known is not None:
                known.seconds = time.monotonic() - started
                return known
            file_id = _add_file(table.sha256, directory.path, register, name, actor)
            counts = stage(file_id, table, directory.load(), register, on_rows)
            notes = [note.sentence(language) for note in table.notes]
        rows = sum(counts.values())
        run("update workforce_import_file set rows = %b, counts = %b where id = %b", [rows, Jsonb(counts), file_id])
    return MembersReport(file_id, register, rows, counts, notes=notes, seconds=time.monotonic() - started)


def take_members(
    *, actor: Actor, file_id: int, on_rows: Callable[[int], None] = lambda rows: None
) -> MembersReport:  # fmt: skip
    """Write the new and changed rows of a staged list, with the organisations it names. People whom another list brought meanwhile
    are met, not doubled. Raises workforce.import_unknown, workforce.import_wrong_state."""
    started = time.monotonic()
    with scoped(actor):
        register, rows = _lock(file_id, "staged")
        run("select pg_advisory_xact_lock(%b)", [_LOCK])
        made = run("select workforce_import_units(%b::int8)", [file_id])[0][0]
        numbers = run(
            "select min(\"row\"), max(\"row\") from workforce_import_row where file_id = %b and verdict in ('new', 'changed')",
            [file_id],
        )
        low, high = numbers[0]
        taken = 0
        while low is not None and low <= high:
            taken += run(
                "select workforce_import_take(%b::int8, %b::int4, %b::int4)", [file_id, low, low + TAKEN_AT_A_TIME - 1]
            )[0][0]
            low += TAKEN_AT_A_TIME
            on_rows(taken)
        run("select workforce_import_place(%b::int8)", [file_id])
        counts = _counts(file_id)
        run(
            "update workforce_import_file set state = 'taken', taken_at = now(), counts = %b where id = %b",
            [Jsonb({**counts, "taken": taken}), file_id],
        )
    return MembersReport(
        file_id, register, rows, counts, taken=taken, units_made=made, seconds=time.monotonic() - started
    )


def import_members(
    *, actor: Actor, path_to_file: str | Path | bytes, area_path: str, register: str = "unit", dry_run: bool = False, filename: str = ""
) -> MembersReport:  # fmt: skip
    """Read a list, judge its rows and take the new and changed ones; a dry run keeps nothing at all. Either the whole list is in or
    nothing of it. Raises what `stage_members` raises."""
    read = partial(
        stage_members, actor=actor, source=path_to_file, area_path=area_path, register=register, filename=filename
    )
    return in_one_go(actor, read, lambda number: take_members(actor=actor, file_id=number), dry_run=dry_run)


def undo_import(*, actor: Actor, file_id: int) -> UndoReport:
    """Take a list back: remove or restore everybody whom nothing touched since; the other rows are kept and listed. Raises
    workforce.import_unknown, workforce.import_wrong_state."""
    with scoped(actor):
        _lock(file_id, "taken")
        members = [
            row[0]
            for row in run(
                "select distinct member_id from workforce_import_row where file_id = %b and taken and member_id is not null",
                [file_id],
            )
        ]
        touched = sorted({member for knows in _TOUCHED for member in knows(members)})
        removed, restored, kept = run("select * from workforce_import_undo(%b::int8, %b::int8[])", [file_id, touched])[
            0
        ]
    return UndoReport(file_id, removed, restored, kept)


def discard_import(*, actor: Actor, file_id: int) -> None:
    """Drop a staged list with its rows (a person decided not to take it)."""
    with scoped(actor):
        _lock(file_id, "staged")
        _drop(file_id)


def destination(actor: Actor, area_path: str) -> Directory:
    """Where a list of this person goes: the area, or their own unit for a sending unit's officer. Raises access.not_found."""
    directory = Directory(area_path, area_path)
    if actor.scope == "organisation":
        rows = run("select path, name from workforce_organisation where lineage = %b", [actor.unit])
        if not rows or not actor.unit:
            raise LianfangError("access.not_found")
        directory = Directory(f"U{actor.unit}", rows[0][0], rows[0][1])
    run("select workforce_import_check(%b)", [directory.path])
    return directory


def unseal_reasons(key_path: str, sealed: bytes | None) -> list[Reason]:
    """The reasons behind a seal."""
    if sealed is None:
        return []
    return [Reason(*reason) for reason in sealing.unseal(standing_box(key_path), sealed, sealing.WHY)]


# ------------------------------------------------------------------------------------------------------- pieces


def _add_file(sha256: str, path: str, register: str, name: str, actor: Actor) -> int:
    digest = bytes.fromhex(sha256)
    for (old,) in run(
        "select id from workforce_import_file where sha256 = %b and path = %b and state = 'staged' and account_id = %b",
        [digest, path, actor.account_id],
    ):
        _drop(old)
    rows = run(
        "insert into workforce_import_file (sha256, path, register, name, rows, state, counts, account_id) "
        "values (%b, %b, %b, %b, 0, 'staged', '{}', %b) returning id",
        [digest, path, register, name, actor.account_id],
    )
    return int(rows[0][0])


def _drop(file_id: int) -> None:
    for table in ("workforce_import_row", "workforce_import_unit"):
        run(f"delete from {table} where file_id = %b", [file_id])
    run("delete from workforce_import_file where id = %b", [file_id])


def _lock(file_id: int, state: str) -> tuple[str, int]:
    rows = run("select register, rows, state from workforce_import_file where id = %b for update", [file_id])
    if not rows:
        raise LianfangError("workforce.import_unknown", number=file_id)
    register, count, found = rows[0]
    if found != state:
        raise LianfangError("workforce.import_wrong_state", number=file_id, state=found)
    return register, count


def _counts(file_id: int) -> dict[str, int]:
    return dict(
        run("select verdict, count(*) from workforce_import_row where file_id = %b group by verdict", [file_id])
    )


def _repeated(sha256: str, path: str) -> MembersReport | None:
    rows = run(
        "select id, register, rows, counts::text, taken_at from workforce_import_file where sha256 = %b and path = %b "
        "and state = 'taken' order by id desc limit 1",
        [bytes.fromhex(sha256), path],
    )
    if not rows:
        return None
    file_id, register, count, raw, taken_at = rows[0]
    counts = json.loads(raw)
    note = LianfangError("workforce.import_repeated", day=beijing_day(taken_at).isoformat(), number=file_id).render()
    left = {key: counts[key] for key in ("refused", "needs_person") if counts.get(key)}
    return MembersReport(
        file_id, register, count, {"same": count - sum(left.values()), **left}, repeated=True, notes=[note]
    )
