"""Importing office tables into the ledger: stage, judge, take, undo. Every write happens in the caller's scope."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import transaction

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.residents import staging
from lianfang.domain.residents.ledger import Ledger
from lianfang.domain.residents.reading import REGISTERS
from lianfang.domain.residents.rules import Verdict
from lianfang.domain.residents.taking import take_rows
from lianfang.exchange.tables import Limits, read_table
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import Language, LianfangError, define

define(
    "residents.register_unknown",
    status=422,
    zh="没有名为“{name}”的登记表可导入。请选择户籍台账（household）或返乡登记表（returnee）。",
    en="There is no register '{name}' to import. Choose household or returnee.",
)
define(
    "residents.import_unknown",
    status=404,
    zh="没有编号为{number}的导入，或它不在您的工作范围内。请核对编号。",
    en="There is no import {number}, or it lies outside your scope. Check the number.",
)
define(
    "residents.import_wrong_state",
    status=409,
    zh="编号为{number}的导入状态是“{state}”，不能这样做。",
    en="The import {number} is in the state '{state}', so this can't be done.",
)
define(
    "residents.import_repeated",
    status=200,
    zh="同一文件已于{day}导入本区域（编号{number}），没有重复登记。",
    en="The same file was imported into this area on {day} (number {number}); nothing was registered twice.",
)

Touched = Callable[[Collection[int]], Collection[int]]
_TOUCHED: list[Touched] = []
"""Engines above register here whom they know, so that an undo leaves those people in the ledger."""


@dataclass
class ImportReport:
    """What an import did, or would do. counts: rows by verdict; taken: rows written; notes: sentences about the file."""

    file_id: int | None
    register: str
    rows: int
    counts: dict[str, int]
    taken: int = 0
    dry_run: bool = False
    repeated: bool = False
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, taken: Self) -> None:
        """What taking the staged rows did."""
        self.counts, self.taken = taken.counts, taken.taken
        self.seconds += taken.seconds


Report = TypeVar("Report", bound=ImportReport)


@dataclass(frozen=True)
class UndoReport:
    """What an undo did: people removed, people put back to what they were, and rows left because something touched them."""

    file_id: int
    removed: int
    restored: int
    kept: int


def knows_people(function: Touched) -> Touched:
    """Register a function that tells which of the given people (ids) an engine has records of."""
    _TOUCHED.append(function)
    return function


def stage_residents(
    *,
    actor: Actor,
    source: str | Path | bytes,
    area_path: str,
    register: str = "household",
    filename: str = "",
    sheet: str | None = None,
    mapping: dict[str, int] | None = None,
    limits: Limits | None = None,
    language: Language = "zh",
    on_rows: Callable[[int], None] = lambda rows: None,
) -> ImportReport:
    """Read a file into the staging rows with a verdict each; nothing reaches the ledger yet. on_rows: told how many are
    done.

    Raises the file refusals of `exchange.tables`, access.refused, fact.area_unknown.
    """
    started = time.monotonic()
    columns = REGISTERS.get(register)
    if columns is None:
        raise LianfangError("residents.register_unknown", name=register)
    with scoped(actor):
        run("select residents_import_check(%b)", [area_path])
        ledger = Ledger(area_path)
        name = filename or (Path(source).name if isinstance(source, str | Path) else "")
        table = read_table(source, columns=columns, filename=name, sheet=sheet, mapping=mapping, limits=limits)
        known = _repeated(table.sha256, area_path)
        if known is not None:
            known.seconds = time.monotonic() - started
            return known
        file_id = staging.add_file(
            sha256=table.sha256, path=area_path, register=register, name=name, account_id=actor.account_id,
            mapping={guess.name: guess.column for guess in table.guesses if guess.name},
        )  # fmt: skip
        counts = staging.stage(
            file_id,
            table,
            ledger,
            register=register,
            today=today(),
            synthetic_allowed=bool(settings.DRILL),
            on_rows=on_rows,
        )
        rows = sum(counts.values())
        staging.set_counts(file_id, rows, counts)
        notes = [note.sentence(language) for note in table.notes]
    return ImportReport(file_id, register, rows, counts, notes=notes, seconds=time.monotonic() - started)


def take_residents(
    *,
    actor: Actor,
    file_id: int,
    rows: Collection[int] | None = None,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> ImportReport:
    """Write the new and changed rows of a staged file into the ledger; each is judged again first.

    rows: only these row numbers; None means all. A row that meanwhile met somebody else's entry is left for a person.
    Raises residents.import_unknown, residents.import_wrong_state.
    """
    started = time.monotonic()
    with scoped(actor):
        file = staging.lock_file(file_id, "staged")
        ledger = Ledger(file.path)
        taken = take_rows(
            file, ledger, rows=rows, today=today(), synthetic_allowed=bool(settings.DRILL), on_rows=on_rows
        )
        counts = staging.finish(file_id, taken)
    return ImportReport(file_id, file.register, file.rows, counts, taken=taken, seconds=time.monotonic() - started)


def import_residents(
    *,
    actor: Actor,
    path_to_file: str | Path | bytes,
    area_path: str,
    dry_run: bool = False,
    register: str = "household",
    filename: str = "",
) -> ImportReport:
    """Read a file, judge its rows and take the new and changed ones; a dry run keeps nothing at all.

    Raises what `stage_residents` raises; either the whole file is in or nothing of it.
    """
    stage = partial(
        stage_residents, actor=actor, source=path_to_file, area_path=area_path, register=register, filename=filename
    )
    return in_one_go(actor, stage, lambda number: take_residents(actor=actor, file_id=number), dry_run=dry_run)


def in_one_go(actor: Actor, stage: Callable[[], Report], take: Callable[[int], Report], *, dry_run: bool) -> Report:
    """Stage a file and take its new and changed rows, all or nothing; a dry run keeps nothing, a file known before is not taken again."""
    with scoped(actor):
        report = stage()
        if dry_run:
            transaction.set_rollback(True)  # nothing of it stays
        elif not report.repeated and report.file_id is not None:
            report.add(take(report.file_id))
    if dry_run:
        report.dry_run = True
        report.file_id = report.file_id if report.repeated else None
    return report


def undo_import(*, actor: Actor, file_id: int) -> UndoReport:
    """Take an import back: remove or restore each person whom nothing touched since; the other rows are kept and listed
    by `selectors.kept_rows`. Raises residents.import_unknown, residents.import_wrong_state."""
    with scoped(actor):
        file = staging.lock_file(file_id, "taken")
        people = [
            row[0]
            for row in run(
                "select person_id from residents_import_row where file_id = %b and taken and person_id is not null",
                [file.id],
            )
        ]
        touched = sorted({person for knows in _TOUCHED for person in knows(people)})
        removed, restored, kept = run(
            "select * from residents_import_undo(%b, %b::int8[], %b)", [file.id, touched, today()]
        )[0]
        run("select residents_import_forget_returns(%b)", [file.id])
    return UndoReport(file_id, removed, restored, kept)


def discard_import(*, actor: Actor, file_id: int) -> None:
    """Drop a staged file with its rows (a person decided not to take it)."""
    with scoped(actor):
        staging.lock_file(file_id, "staged")
        staging.drop(file_id)


def fact_of_import(file_id: int) -> dict[str, Any]:
    """The payload of the one fact that an import is in the log: file, digest, area, register and counts; no person."""
    rows = run(
        "select encode(sha256, 'hex'), path, register, rows, counts::text, state from residents_import_file where id = %b",
        [file_id],
    )
    if not rows:
        raise LianfangError("residents.import_unknown", number=file_id)
    digest, path, register, count, counts, state = rows[0]
    return {
        "file": file_id,
        "sha256": digest,
        "area": path,
        "register": register,
        "rows": count,
        "counts": json.loads(counts),
        "state": state,
    }


def today() -> date:
    """The Beijing day now."""
    return beijing_day(datetime.now(UTC))


def _repeated(sha256: str, area_path: str) -> ImportReport | None:
    rows = run(
        "select id, register, rows, counts::text, taken_at from residents_import_file where sha256 = %b and path = %b and state = 'taken' "
        "order by id desc limit 1",
        [bytes.fromhex(sha256), area_path],
    )
    if not rows:
        return None
    file_id, register, count, raw, taken_at = rows[0]
    counts = json.loads(raw)
    day = beijing_day(taken_at).isoformat()
    note = LianfangError("residents.import_repeated", day=day, number=file_id).render()
    same = {Verdict.SAME.value: count - counts.get("refused", 0) - counts.get("needs_person", 0)}
    same |= {key: counts[key] for key in ("refused", "needs_person") if counts.get(key)}
    return ImportReport(file_id, register, count, same, repeated=True, notes=[note])
