"""The staging rows of a list of members: read, judged and kept, one row each with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
from django.conf import settings

from lianfang.base.database.select import run
from lianfang.domain.residents.api import Reason, Verdict, read_batch
from lianfang.domain.workforce import rules, sealing
from lianfang.domain.workforce.directory import Directory
from lianfang.domain.workforce.judging import Judge, Row
from lianfang.domain.workforce.lists import read_row
from lianfang.exchange.tables import Table
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError

BATCH: Final = 5_000
"""Rows judged at a time."""


def stage(
    file_id: int, table: Table, directory: Directory, register: str, on_rows: Callable[[int], None]
) -> dict[str, int]:
    """Read, judge and keep every row of a list; returns how many have which verdict. on_rows: told how many are done."""
    judge = Judge(directory)
    counts: Counter[str] = Counter()
    today, synthetic = beijing_day(datetime.now(UTC)), bool(settings.DRILL)
    for batch in table.batches(BATCH):
        rows = [
            _understand(number, values, reasons, directory, register, today, synthetic)
            for number, values, reasons in read_batch(batch)
        ]
        judge.judge(rows)
        counts.update(row.verdict.value for row in rows)
        _insert(file_id, directory, judge, rows)
        on_rows(counts.total())
    units = directory.numbered
    run(
        "insert into workforce_import_unit (file_id, number, path, name, kind, temporary, above, organisation_id, made) "
        "select %b, n, p, w, k, t, a, o, false from "
        "unnest(%b::int4[], %b::text[], %b::text[], %b::text[], %b::bool[], %b::int4[], %b::int8[]) as x(n, p, w, k, t, a, o)",
        [file_id, [u.number for u in units], [u.path for u in units], [u.name for u in units], [u.kind for u in units],
         [u.temporary for u in units], [u.above for u in units], [u.organisation_id for u in units]],
    )  # fmt: skip
    return dict(counts)


def _understand(
    number: int, values: dict[str, Any], reasons: list[Reason], directory: Directory, register: str, today: date, synthetic: bool
) -> Row:  # fmt: skip
    record, found = read_row(
        number, values, register=register, today=today, synthetic_allowed=synthetic, own_unit=directory.own_unit
    )
    reasons = reasons + found
    word = str(values.get("community") or "")
    if word:
        record.community = directory.community(word, str(values.get("township") or ""))
        if not record.community:
            reasons.append(Reason("community", "workforce.community_unknown", {"text": word[:30]}))
    elif directory.single and register != "unit":
        record.community = directory.single
    row = Row(number, values, Verdict.REFUSED if reasons else Verdict.NEW, reasons, record)
    if reasons:
        return row
    for named, duty in record.belongs:
        try:
            unit = directory.unit(named, record.community)
        except LianfangError as error:
            row.verdict = Verdict.REFUSED
            row.reasons.append(Reason("above" if named.above else "community", error.code))
            return row
        row.units.append(unit)
        row.nets.append(rules.net_of(named.kind))
        row.duties.append(duty)
    return row


_COLUMNS: Final = (
    ('"row"', "int4"), ("path", "text"), ("first_row", "int4"), ("key_path", "text"), ("verdict", "text"), ("why", "bytea"),
    ("sealed", "bytea"),     ("shown", "bytea"), ("hidden", "bytea"), ("identity_blind", "bytea"),
    ("contact_blind", "bytea"), ("home_path", "text"),
    ("kind", "text"), ("sex", "int2"), ("born_year", "int2"), ("skills", "text"), ("units", "text"), ("nets", "text"),
    ("duties", "text"), ("member_id", "int8"), ("foreign", "bool"),
)  # fmt: skip
_CASTS: Final = {"skills": "text[]", "units": "int4[]", "nets": "text[]", "duties": "text[]"}
_INSERT: Final = (
    "insert into workforce_import_row (file_id, {names}, taken, made, undone) select %b, {picks}, false, false, '' "
    "from unnest({arrays}) as t({short})"
).format(
    names=", ".join(f'"{name}"' if name == "foreign" else name for name, _ in _COLUMNS),
    picks=", ".join(f"c{at}::{_CASTS[name]}" if name in _CASTS else f"c{at}" for at, (name, _) in enumerate(_COLUMNS)),
    arrays=", ".join(f"%b::{kind}[]" for _, kind in _COLUMNS),
    short=", ".join(f"c{at}" for at in range(len(_COLUMNS))),
)


def _insert(file_id: int, directory: Directory, judge: Judge, rows: Sequence[Row]) -> None:
    encode = msgspec.json.Encoder(enc_hook=str).encode
    columns: list[list[Any]] = [[] for _ in _COLUMNS]
    for row in rows:
        key = row.key_path or rules.key_path(directory.office)
        box, record = judge.box(key), row.record
        why = encode([[r.column, r.code, dict(r.values)] for r in row.reasons]) if row.reasons else None
        plain = row.verdict in (Verdict.NEW, Verdict.SAME) and row.shown is not None
        cells = (
            row.row, directory.path, row.first_row or row.row, key, row.verdict.value, why and box.seal(why, sealing.WHY),
            b"" if plain else box.seal(encode(row.values), sealing.ROW), row.shown, row.hidden,
            row.identity, row.contact,
            record.community, record.kind, record.sex, record.born_year, _array(row.skills), _array(row.units),
            _array(row.nets), _array(row.duties),
            row.member_id, row.foreign,
        )  # fmt: skip
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    run(_INSERT, [file_id, *columns])


def _array(values: Sequence[object]) -> str:
    """A PostgreSQL array literal of plain words and numbers."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"
