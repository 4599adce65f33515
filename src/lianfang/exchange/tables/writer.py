"""Writing an office's table: official headings, streamed, and safe to open."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import xlsxwriter

from lianfang.exchange.tables.columns import ColumnSpec, Kind
from lianfang.exchange.tables.limits import EXCEL_CELL_CHARACTERS, EXCEL_ROWS
from lianfang.exchange.tables.reader import Verdict
from lianfang.kernel.errors import Language

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet run a text as a formula. Source: OWASP, CSV Injection."""
_WIDTHS: Final = {Kind.ID: 21, Kind.PHONE: 14, Kind.DATE: 12, Kind.ADDRESS: 36, Kind.INT: 8, Kind.DECIMAL: 8}
_OTHER_WIDTH: Final = 14
_TEXT_FORMAT: Final = "@"
_A4: Final = 9

ORIGINAL_ROW: Final = ColumnSpec("original_row", "原行号", "Original row", Kind.INT)
REASON: Final = ColumnSpec("reason", "原因", "Reason", Kind.ADDRESS)

Target = str | Path | IO[bytes]


@dataclass(frozen=True)
class Refused:
    """A row that was not taken: its number in the file as sent, its values by name of the spec, and why."""

    row: int
    values: Mapping[str, object]
    verdicts: Sequence[Verdict]


def write_table(
    target: Target,
    *,
    columns: Sequence[ColumnSpec],
    rows: Iterable[Sequence[object]],
    title: str = "",
    watermark: str = "",
    sheet: str = "",
    language: Language = "zh",
) -> int:
    """Write rows (values in the order of `columns`) as an .xlsx and return how many there were.

    title: a merged line above the header. watermark: a line below it that says who exported what and when, or that it
    is a drill. Memory does not grow with the rows; more rows than a sheet holds go on to further sheets.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    with xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options) as book:
        name = sheet or ("数据" if language == "zh" else "Data")
        writer = _Writer(book, columns, lines=(title, watermark), sheet=name, language=language)
        for row in rows:
            writer.write(row)
        writer.finish()
    return writer.count


def write_refused(
    target: Target,
    *,
    columns: Sequence[ColumnSpec],
    refused: Iterable[Refused],
    title: str = "",
    watermark: str = "",
    language: Language = "zh",
) -> int:
    """Write the rows that were not taken, with their original row number and the reasons, ready to be corrected and
    sent again (the reader leaves the two extra columns aside). Returns how many there were."""

    def lines() -> Iterable[Sequence[object]]:
        for row in refused:
            reason = "\n".join(verdict.sentence(language) for verdict in row.verdicts)
            yield [row.row, reason, *(row.values.get(spec.name) for spec in columns)]

    return write_table(
        target,
        columns=[ORIGINAL_ROW, REASON, *columns],
        rows=lines(),
        title=title,
        watermark=watermark,
        sheet="退回" if language == "zh" else "Refused",
        language=language,
    )


class _Writer:
    def __init__(
        self, book: Any, columns: Sequence[ColumnSpec], *, lines: tuple[str, str], sheet: str, language: Language
    ) -> None:
        self.book = book
        self.columns = columns
        self.lines = [line for line in lines if line]
        self.titled = bool(lines[0])
        self.sheet_name = sheet
        self.language = language
        self.count = 0
        self.sheets = 0
        border = {"border": 1, "border_color": "#BFBFBF", "valign": "vcenter"}
        self.title_format = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.mark_format = book.add_format({"italic": True, "font_color": "#7F7F7F", "align": "left"})
        self.head_format = book.add_format(
            {**border, "bold": True, "bg_color": "#E7EEF7", "align": "center", "text_wrap": True}
        )
        self.text_format = book.add_format({**border, "num_format": _TEXT_FORMAT})
        self.quoted_format = book.add_format({**border, "num_format": _TEXT_FORMAT, "quote_prefix": True})
        self.date_format = book.add_format({**border, "num_format": "yyyy-mm-dd"})
        self.number_format = book.add_format(border)
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self.sheets += 1
        suffix = "" if self.sheets == 1 else f" ({self.sheets})"
        sheet = self.book.add_worksheet(f"{self.sheet_name}{suffix}")
        last = len(self.columns) - 1
        sheet.hide_gridlines(0)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        for at, spec in enumerate(self.columns):
            sheet.set_column(at, at, _WIDTHS.get(spec.kind, _OTHER_WIDTH))
        for line, text in enumerate(self.lines):
            style = self.title_format if line == 0 and self.titled else self.mark_format
            if last:
                sheet.merge_range(line, 0, line, last, "", style)
            sheet.write_string(line, 0, text, style)
        head = len(self.lines)
        for at, spec in enumerate(self.columns):
            sheet.write_string(head, at, spec.heading(self.language), self.head_format)
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)
        self.sheet = sheet
        self.row = head + 1

    def write(self, values: Sequence[object]) -> None:
        """One row; raises ValueError when its length is not that of the columns (a programming mistake)."""
        if self.row == EXCEL_ROWS:
            self._close_sheet()
            self._begin_sheet()
        for at, (spec, value) in enumerate(zip(self.columns, values, strict=True)):
            self._cell(at, spec, value)
        self.row += 1
        self.count += 1

    def _cell(self, at: int, spec: ColumnSpec, value: object) -> None:
        sheet, row = self.sheet, self.row
        if value is None or value == "":
            sheet.write_blank(row, at, None, self.text_format)
        elif isinstance(value, datetime.date):
            sheet.write_datetime(row, at, value, self.date_format)
        elif isinstance(value, int | float) and spec.kind in (Kind.INT, Kind.DECIMAL):
            sheet.write_number(row, at, value, self.number_format)
        else:
            text = "、".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
            if len(text) > EXCEL_CELL_CHARACTERS:
                raise ValueError(f"{spec.name}: a text of {len(text)} characters does not fit into a cell")
            style = self.quoted_format if text.startswith(_RISKY) else self.text_format
            sheet.write_string(row, at, text, style)

    def _close_sheet(self) -> None:
        head = len(self.lines)
        self.sheet.autofilter(head, 0, max(self.row - 1, head), len(self.columns) - 1)

    def finish(self) -> None:
        """Close the last sheet."""
        self._close_sheet()
