"""Reading an office's table: one call to look at it, one to read it in batches of columns."""

from __future__ import annotations

import itertools
import math
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lianfang.exchange.tables.cells import READERS, clean
from lianfang.exchange.tables.columns import ColumnSpec, letters, place
from lianfang.exchange.tables.header import (
    HEADER_ROWS,
    ColumnMapping,
    Confidence,
    Guess,
    Header,
    find_header,
    map_columns,
)
from lianfang.exchange.tables.limits import Limits
from lianfang.exchange.tables.parser import Row
from lianfang.exchange.tables.sheetscan import COLUMN_SHIFT
from lianfang.exchange.tables.sources import Sheet, Source, open_source
from lianfang.kernel.errors import Language, LianfangError, Value, problem

_HEAD: Final = HEADER_ROWS + 50
_BATCH: Final = 5_000
_FOOTER = re.compile(r"(合计|总计|小计|共计|填表人|填报人|制表|审核人|负责人|备注|注|说明)\s*[:：]?.*|本页.*")
_DETAILS: Final = 20  # notes of one kind that are told one by one


@dataclass(frozen=True)
class Note:
    """Something done without being asked. values fill the sentence of the code."""

    code: str
    values: Mapping[str, Value]

    def sentence(self, language: Language = "zh") -> str:
        """The note for a person."""
        return problem(self.code).sentence(self.values, language)


@dataclass(frozen=True)
class Verdict:
    """What is wrong with one cell, or with a whole row (name None). row and column are counted from 1, as shown."""

    row: int
    column: int
    name: str | None
    code: str
    values: Mapping[str, Value]

    def sentence(self, language: Language = "zh") -> str:
        """The verdict for a person; it names the cell."""
        return problem(self.code).sentence(self.values, language)


@dataclass(frozen=True)
class Batch:
    """Some rows as columns. rows: row numbers from 1 as the spreadsheet shows them; columns: by name of the spec, one
    value a row, None for blank, refused and absent ones; verdicts: by row, then column."""

    rows: tuple[int, ...]
    columns: Mapping[str, list[object]]
    verdicts: tuple[Verdict, ...]


@dataclass
class Table:
    """A table whose header is understood. `batches` reads it; `notes` is complete when the last batch was taken.

    Used in a `with` it gives the file back at the end, otherwise when it is forgotten.
    """

    sha256: str
    format: str
    sheet: str
    sheet_names: tuple[str, ...]
    header_row: int | None
    guesses: tuple[Guess, ...]
    notes: list[Note]
    _sheet: Sheet = field(repr=False)
    _header: Header | None = field(repr=False)
    _columns: tuple[ColumnSpec, ...] = field(repr=False)
    _date_1904: bool = field(repr=False)
    _opening: int | None = field(default=None, repr=False)

    def __enter__(self) -> Table:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; nothing can be read afterwards."""
        self._sheet.close()

    def batches(self, size: int = _BATCH) -> Iterator[Batch]:
        """The rows in order, `size` at a time. Raises tables.no_rows when there is none, and the refusals that only
        show on the way (a text file that breaks off, an oversized cell)."""
        return _Reading(self, size).run()

    def read_all(self) -> Batch:
        """The whole table as one batch."""
        batches = list(self.batches())
        columns = {spec.name: [v for b in batches for v in b.columns[spec.name]] for spec in self._columns}
        rows = tuple(row for batch in batches for row in batch.rows)
        return Batch(rows, columns, tuple(verdict for batch in batches for verdict in batch.verdicts))


def read_table(
    source: str | Path | bytes,
    *,
    columns: Sequence[ColumnSpec],
    filename: str = "",
    sheet: str | None = None,
    mapping: Mapping[str, int] | None = None,
    limits: Limits | None = None,
    require: bool = True,
) -> Table:
    """Open a .xlsx, .xls or .csv, find its header and tell its columns; rows are read by `Table.batches`.

    filename: as sent, for its extension. sheet: which one to read; otherwise the first with a known header. mapping:
    column (from 0) by name of the spec, as a person decided. require=False looks at a file without asking for its
    required columns. Raises the file refusals of `errors`.
    """
    specs = tuple(columns)
    bounds = limits or Limits()
    wanted = [spec.exact_words | spec.synonym_words for spec in specs]
    opened = open_source(source, filename=filename, wanted=wanted, limits=bounds)
    chosen, header, head = _choose_sheet(opened, sheet, specs)
    first_data = header.first_data if header else 0
    sample = [row for row in head[first_data:] if any(cell not in ("", None) for cell in row)]
    found = map_columns(header, sample, chosen.first_column, specs, mapping)
    if header is None and not any(guess.name for guess in found.guesses):
        named = "、".join(spec.zh for spec in specs[:6])
        raise LianfangError("tables.not_a_table", rows=HEADER_ROWS, wanted=named)
    missing = [spec for spec in specs if spec.required and spec.name not in found.columns_by_name()]
    if require and missing:
        present = "、".join(guess.header or guess.letters for guess in found.guesses if guess.header or guess.samples)
        raise LianfangError("tables.column_missing", missing="、".join(spec.zh for spec in missing), found=present)
    notes = _notes(opened, chosen, header, found, specs)
    header_row = header.top + 1 if header else None
    return Table(
        opened.sha256, opened.format, chosen.name, opened.sheet_names, header_row, found.guesses, notes,
        chosen, header, specs, opened.date_1904,
    )  # fmt: skip


def _choose_sheet(
    opened: Source, wanted: str | None, columns: Sequence[ColumnSpec]
) -> tuple[Sheet, Header | None, list[Row]]:
    if wanted is not None and wanted not in opened.sheet_names:
        raise LianfangError("tables.no_such_sheet", sheet=wanted, found="、".join(opened.sheet_names))
    if not opened.sheet_names:
        raise LianfangError("tables.no_rows")
    first: tuple[Sheet, Header | None, list[Row]] | None = None
    for name in (wanted,) if wanted is not None else opened.sheet_names:
        sheet = opened.load(name)
        head = list(itertools.islice(sheet.rows(), _HEAD))
        header = find_header(head, sheet.merges, sheet.first_column, columns)
        if header is not None:
            return sheet, header, head
        first = first or (sheet, None, head)
    if first is None:
        raise LianfangError("tables.no_rows")
    return first


def _notes(
    opened: Source, sheet: Sheet, header: Header | None, found: ColumnMapping, columns: Sequence[ColumnSpec]
) -> list[Note]:
    notes = [Note(code, values) for code, values in opened.notes]
    titles = {spec.name: spec.zh for spec in columns}
    others = [name for name in opened.sheet_names if name != sheet.name]
    if others:
        notes.append(Note("tables.note_other_sheets", {"sheet": sheet.name, "others": "、".join(others)}))
    if header is None:
        notes.append(Note("tables.note_no_header", {}))
    elif header.top > 0:
        notes.append(Note("tables.note_title_rows", {"row": header.top + 1, "count": header.top}))
    for guess in found.guesses:
        values: dict[str, Value] = {"header": guess.header, "column": guess.letters}
        if guess.confidence is Confidence.VALUES and guess.name is not None:
            notes.append(Note("tables.note_by_values", {**values, "name": titles[guess.name]}))
        elif guess.name is None and (guess.header or guess.samples):
            notes.append(Note("tables.note_column_unused", values))
    for name, taken, rest in found.twice:
        more = "、".join(letters(column) for column in rest)
        notes.append(Note("tables.note_column_twice", {"name": titles[name], "taken": letters(taken), "others": more}))
    formulas = sheet.facts.formulas
    if formulas:
        first = place(formulas[0] >> COLUMN_SHIFT, formulas[0] & ((1 << COLUMN_SHIFT) - 1))
        notes.append(Note("tables.note_formulas", {"count": len(formulas), "cell": first}))
    return notes


class _Reading:
    """One pass over the rows of a table."""

    def __init__(self, table: Table, size: int) -> None:
        self.table = table
        self.size = size
        self.sheet = table._sheet
        self.header = table._header
        offset = self.sheet.first_column
        by_name = {guess.name: guess.column - offset for guess in table.guesses if guess.name is not None}
        self.mapped = [(spec, by_name.get(spec.name)) for spec in table._columns]
        self.width = len(self.header.names) if self.header else max(len(table.guesses), 1)
        self.opening_notes = len(table.notes) if table._opening is None else table._opening
        table._opening = self.opening_notes
        self.skipped = 0
        self.verdicts: list[Verdict] = []
        first_data = self.header.first_data if self.header else 0
        self.fills = sorted(
            (r0, r1, c0 - offset) for (r0, c0), (r1, c1) in self.sheet.merges if r1 > r0 >= first_data
        )  # fmt: skip
        self.wide = {r0: c1 - c0 + 1 for (r0, c0), (_, c1) in self.sheet.merges if c1 > c0}
        self.active: list[tuple[int, int, object]] = []
        self.next_fill = self.filled = 0

    def run(self) -> Iterator[Batch]:
        del self.table.notes[self.opening_notes :]  # of an earlier pass
        rows: list[Row] = []
        numbers: list[int] = []
        any_row = False
        for number, row in self._data_rows():
            rows.append(row)
            numbers.append(number)
            if len(rows) == self.size:
                any_row = True
                yield self._batch(numbers, rows)
                rows, numbers = [], []
        if rows:
            any_row = True
            yield self._batch(numbers, rows)
        if self.skipped > _DETAILS:
            self.table.notes.append(Note("tables.note_more_skipped", {"count": self.skipped - _DETAILS}))
        if self.filled:
            self.table.notes.append(Note("tables.note_merged", {"count": self.filled}))
        if not any_row:
            raise LianfangError("tables.no_rows")

    def _data_rows(self) -> Iterator[tuple[int, Row]]:
        heading: Row | None = None
        for number, row in enumerate(self.sheet.rows()):
            if self.header and number < self.header.first_data:
                heading = list(row) if number == self.header.top else heading
                continue
            blank = row.count("") + row.count(None)
            if blank == len(row):
                continue
            if row == heading or (len(row) - blank <= 2 and self._is_remark(number, row, len(row) - blank)):
                self._skip(number, row)
                continue
            if self.fills:
                self._fill(number, row)
            if len(row) != self.width:
                self._fit(number, row)
            yield number, row

    def _is_remark(self, number: int, row: Row, filled: int) -> bool:
        """Footers and the merged lines that part a list into sections are no data."""
        text = next((clean(cell) for cell in row if isinstance(cell, str) and cell.strip()), "")
        across = filled == 1 and self.wide.get(number, 0) * 2 > self.width
        return across or (bool(text) and _FOOTER.fullmatch(text) is not None)

    def _skip(self, number: int, row: Row) -> None:
        self.skipped += 1
        if self.skipped <= _DETAILS:
            text = next((clean(str(cell)) for cell in row if cell not in ("", None)), "")[:_DETAILS]
            self.table.notes.append(Note("tables.note_row_skipped", {"row": number + 1, "text": text}))

    def _fill(self, number: int, row: Row) -> None:
        """Cells merged downward hold their value only in the first row: give it to the others."""
        while self.next_fill < len(self.fills) and self.fills[self.next_fill][0] <= number:
            start, last, column = self.fills[self.next_fill]
            if start == number and 0 <= column < len(row):
                self.active.append((last, column, row[column]))
                self.filled += 1
            self.next_fill += 1
        for _, column, value in self.active:
            if row[column] == "":
                row[column] = value
        self.active = [fill for fill in self.active if fill[0] > number]

    def _fit(self, number: int, row: Row) -> None:
        """Make a row of a text file as wide as the header; values beyond it are a verdict on the row."""
        if any(cell not in ("", None) for cell in row[self.width :]):
            column = self.width
            values = {"cell": place(number, column)}
            self.verdicts.append(Verdict(number + 1, column + 1, None, "tables.row_too_wide", values))
        del row[self.width :]
        row.extend([""] * (self.width - len(row)))

    def _batch(self, numbers: list[int], rows: list[Row]) -> Batch:
        turned = list(zip(*rows, strict=True))
        columns: dict[str, list[object]] = {}
        for spec, column in self.mapped:
            if column is None or column >= len(turned):
                columns[spec.name] = [None] * len(rows)
                continue
            columns[spec.name] = self._column(spec, column, numbers, turned[column])
        verdicts = tuple(sorted(self.verdicts, key=lambda verdict: (verdict.row, verdict.column)))
        self.verdicts = []
        return Batch(tuple(number + 1 for number in numbers), columns, verdicts)

    def _column(self, spec: ColumnSpec, column: int, numbers: list[int], values: Sequence[object]) -> list[object]:
        at = column + self.sheet.first_column
        refused: set[int] = set()

        def refuse(index: int, code: str, /, **more: str | int) -> None:
            refused.add(index)
            found: dict[str, Value] = {"cell": place(numbers[index], at), **more}
            self.verdicts.append(Verdict(numbers[index] + 1, at + 1, spec.name, code, found))

        cleared = list(values)
        for marks, code in self._marks():
            for index in _marked(marks, numbers, at):
                cleared[index] = None
                if index not in refused:
                    refuse(index, code)
        for index, value in enumerate(cleared):
            if type(value) is float and not math.isfinite(value):
                cleared[index] = None
                refuse(index, "tables.cell_error")
        if self.table.format == "csv":
            for index, value in enumerate(cleared):
                if isinstance(value, str) and value[:1] == "=" and len(value) > 1 and value[1] != '"':
                    cleared[index] = None
                    refuse(index, "tables.formula_without_value")
        return READERS[spec.kind](cleared, refuse, self.table._date_1904)

    def _marks(self) -> tuple[tuple[array[int], str], ...]:
        facts = self.sheet.facts
        return ((facts.errors, "tables.cell_error"), (facts.uncached, "tables.formula_without_value"))


def _marked(marks: array[int], numbers: list[int], column: int) -> Iterator[int]:
    """Indexes into `numbers` of the rows whose cell in this column is marked. marks and numbers ascend."""
    low = bisect_left(marks, numbers[0] << COLUMN_SHIFT)
    high = bisect_right(marks, (numbers[-1] + 1) << COLUMN_SHIFT)
    for mark in marks[low:high]:
        if mark & ((1 << COLUMN_SHIFT) - 1) == column:
            index = bisect_left(numbers, mark >> COLUMN_SHIFT)
            if index < len(numbers) and numbers[index] == mark >> COLUMN_SHIFT:
                yield index
