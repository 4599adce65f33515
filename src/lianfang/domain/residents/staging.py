"""The staging rows of an import: one sealed row each, with its verdict and the sealed reasons."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from lianfang.base.database.select import run
from lianfang.base.vault.api import Box
from lianfang.domain.residents import sealing
from lianfang.domain.residents.judging import Judge, Outcome
from lianfang.domain.residents.ledger import Ledger
from lianfang.domain.residents.reading import Reason, Refusal, read_row
from lianfang.domain.residents.rules import Verdict
from lianfang.exchange.tables import Batch, Table
from lianfang.kernel.errors import LianfangError

BATCH = 5_000
"""Rows handled at a time: arrays of some megabytes (measured: 2,000 to 10,000 make no difference in time)."""


@dataclass(frozen=True)
class File:
    """One imported file as the later steps need it."""

    id: int
    path: str
    register: str
    rows: int


@dataclass(slots=True)
class Row:
    """A staged row before it is written: outcome None when it was refused while reading."""

    row: int
    path: str
    values: dict[str, Any]
    verdict: Verdict
    reasons: list[Reason]
    outcome: Outcome | None = None


def add_file(*, sha256: str, path: str, register: str, name: str, account_id: int, mapping: dict[str, int]) -> int:
    """Begin an import; an earlier staging of the same bytes for the same area by this account is replaced."""
    digest = bytes.fromhex(sha256)
    old = run(
        "select id from residents_import_file where sha256 = %b and path = %b and state = 'staged' and account_id = %b",
        [digest, path, account_id],
    )
    for (number,) in old:
        drop(number)
    rows = run(
        "insert into residents_import_file (sha256, path, register, name, mapping, rows, state, counts, account_id) "
        "values (%b, %b, %b, %b, %b, 0, 'staged', '{}', %b) returning id",
        [digest, path, register, name, Jsonb(mapping), account_id],
    )
    return int(rows[0][0])


def drop(file_id: int) -> None:
    """Delete a file and its rows."""
    run("delete from residents_import_row where file_id = %b", [file_id])
    run("delete from residents_import_file where id = %b", [file_id])


def stage(
    file_id: int, table: Table, ledger: Ledger, *, register: str, today: date, synthetic_allowed: bool,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> dict[str, int]:  # fmt: skip
    """Read, judge and keep all rows of a table; returns how many rows have which verdict. on_rows: told how many are done."""
    judge = Judge(ledger, register=register)
    counts: Counter[str] = Counter()
    for batch in table.batches(BATCH):
        rows = [
            _understand(number, values, reasons, ledger, register, today, synthetic_allowed)
            for number, values, reasons in read_batch(batch)
        ]
        judge_rows(judge, rows)
        counts.update(row.verdict.value for row in rows)
        _insert(file_id, ledger, rows)
        on_rows(counts.total())
    return dict(counts)


def judge_rows(judge: Judge, rows: Sequence[Row]) -> None:
    """Give every readable row of a batch its verdict."""
    outcomes = [row.outcome for row in rows if row.outcome is not None]
    judged = iter(judge.judge([outcome.record for outcome in outcomes]))
    for row in rows:
        if row.outcome is not None:
            row.outcome = next(judged)
            row.verdict, row.reasons = row.outcome.verdict, row.outcome.reasons


def read_batch(batch: Batch) -> Iterator[tuple[int, dict[str, Any], list[Reason]]]:
    """The rows of a batch: number, cells that hold something by column, what was refused while reading."""
    refused: dict[int, list[Reason]] = {}
    for verdict in batch.verdicts:
        refused.setdefault(verdict.row, []).append(Reason(verdict.name or "", verdict.code, verdict.values))
    names = list(batch.columns)
    for number, cells in zip(batch.rows, zip(*batch.columns.values(), strict=True), strict=True):
        values = {name: cell for name, cell in zip(names, cells, strict=True) if cell not in (None, "", ())}
        yield number, values, refused.get(number, [])


def _understand(
    number: int,
    values: dict[str, Any],
    reasons: list[Reason],
    ledger: Ledger,
    register: str,
    today: date,
    synthetic: bool,
) -> Row:
    try:
        community = community_of(values, ledger, register)
    except Refusal as refusal:
        return Row(number, ledger.area_path, values, Verdict.REFUSED, reasons + refusal.reasons)
    if reasons:
        return Row(number, community, values, Verdict.REFUSED, reasons)
    try:
        record = read_row(
            number, values, register=register, community=community, today=today, synthetic_allowed=synthetic
        )
    except Refusal as refusal:
        return Row(number, community, values, Verdict.REFUSED, refusal.reasons)
    return Row(number, community, values, Verdict.NEW, [], Outcome(record, Verdict.NEW))


def community_of(values: dict[str, Any], ledger: Ledger, register: str) -> str:
    """The community a row belongs to: the one it names, else the only one of the import; raises Refusal."""
    column = "village" if register == "returnee" else "community"
    word = values.get(column)
    if word:
        path = ledger.community_of(str(word))
        if path:
            return path
        raise Refusal([Reason(column, "residents.community_unknown", {"text": str(word)[:30]})])
    if ledger.area_path in ledger.community_paths:
        return ledger.area_path
    raise Refusal([Reason(column, "residents.community_missing")])


def _insert(file_id: int, ledger: Ledger, rows: Sequence[Row]) -> None:
    columns: list[list[Any]] = [[], [], [], [], [], [], [], []]
    for row in rows:
        box = ledger.box(row.path)
        outcome = row.outcome
        known = outcome.known if outcome else None
        cells = (
            row.row, row.path, row.verdict.value, seal_reasons(box, row.reasons), sealing.seal(box, row.values, sealing.ROW),
            outcome.blind if outcome else None, known.person_id if known else None, (outcome.home if outcome else None) or "",
        )  # fmt: skip
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    run(
        'insert into residents_import_row (file_id, "row", path, verdict, why, sealed, identity_blind, person_id, household_path, '
        "new_household, taken, undone) select %b, r, p, v, w, s, b, i, h, false, false, '' from "
        "unnest(%b::int4[], %b::text[], %b::text[], %b::bytea[], %b::bytea[], %b::bytea[], %b::int8[], %b::text[]) "
        "as t(r, p, v, w, s, b, i, h)",
        [file_id, *columns],
    )


def seal_reasons(box: Box, reasons: Sequence[Reason]) -> bytes | None:
    """Reasons sealed, None when there are none."""
    if not reasons:
        return None
    return sealing.seal(box, [[r.column, r.code, dict(r.values)] for r in reasons], sealing.WHY)


def unseal_reasons(box: Box, sealed: bytes | None) -> list[Reason]:
    """The reasons behind a seal."""
    return [] if sealed is None else [Reason(*reason) for reason in sealing.unseal(box, sealed, sealing.WHY)]


def unseal_values(box: Box, sealed: bytes) -> dict[str, Any]:
    """The cells of a staged row with days as dates and lists as tuples again."""
    values: dict[str, Any] = sealing.unseal(box, sealed, sealing.ROW)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = tuple(value)
        elif name in _DAYS and isinstance(value, str):
            values[name] = datetime.date.fromisoformat(value)
    return values


_DAYS = frozenset({"birth_date", "return_date", "reported_on"})


def set_counts(file_id: int, rows: int, counts: dict[str, int]) -> None:
    """Keep how many rows have which verdict."""
    run("update residents_import_file set rows = %b, counts = %b where id = %b", [rows, Jsonb(counts), file_id])


def lock_file(file_id: int, state: str) -> File:
    """The file, locked against a second taking; raises residents.import_unknown, residents.import_wrong_state."""
    rows = run("select id, path, register, rows, state from residents_import_file where id = %b for update", [file_id])
    if not rows:
        raise LianfangError("residents.import_unknown", number=file_id)
    number, path, register, count, found = rows[0]
    if found != state:
        raise LianfangError("residents.import_wrong_state", number=file_id, state=found)
    return File(number, path, register, count)


def finish(file_id: int, taken: int) -> dict[str, int]:
    """Mark a file as taken and count its verdicts anew; returns the counts."""
    counts = dict(
        run("select verdict, count(*) from residents_import_row where file_id = %b group by verdict", [file_id])
    )
    run(
        "update residents_import_file set state = 'taken', taken_at = now(), counts = %b where id = %b",
        [Jsonb({**counts, "taken": taken}), file_id],
    )
    return counts
