"""A first look at the XML of a worksheet, chunk by chunk and in bounded memory, before any parser sees it.

The parser that follows allocates the whole rectangle between the first and the last cell, so a file of 1 kB can ask for
terabytes; and it tells neither which cells are formulas nor which are errors. This scan finds all three.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field

from lianfang.exchange.tables.columns import place
from lianfang.exchange.tables.limits import Limits
from lianfang.kernel.errors import LianfangError

_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,8})[\"']")
_ROW_OPENS = re.compile(rb"<(?:\w+:)?row\b")
_CELL_OPENS = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<])?")
_IS_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_IS_STRING = re.compile(rb"\st\s*=\s*[\"']str[\"']")
_ENDS = (b"</row>", b"</c>", b":row>", b":c>", b"/>")
_TYPE = b"<!DOCTYPE"
COLUMN_SHIFT = 14
"""A cell is one number: row << 14 | column, both from 0 (Excel has 2^14 columns)."""


def column_number(name: bytes) -> int:
    """b"A" → 0, b"AA" → 26."""
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number - 1


@dataclass
class SheetFacts:
    """What the scan found. formulas, uncached, errors: cells as row << 14 | column; uncached is part of formulas.
    All three ascend."""

    cells: int = 0
    last_row: int = -1
    last_column: int = -1
    formulas: array[int] = field(default_factory=lambda: array("q"))
    uncached: array[int] = field(default_factory=lambda: array("q"))
    errors: array[int] = field(default_factory=lambda: array("q"))

    def check(self, limits: Limits) -> None:
        """Raise tables.too_many_columns or tables.too_many_cells when the rectangle is beyond the limits."""
        if self.last_column >= limits.columns:
            raise LianfangError("tables.too_many_columns", count=self.last_column + 1, limit=limits.columns)
        area = (self.last_row + 1) * (self.last_column + 1)
        if area > limits.cells:
            last = place(self.last_row, self.last_column)
            raise LianfangError("tables.too_many_cells", last_cell=last, count=area, limit=limits.cells)


class SheetScan:
    """Takes the bytes of one worksheet in chunks; `facts` is complete after `finish`.

    Raises tables.cell_too_large, tables.too_many_columns, tables.too_many_cells and, for document type declarations
    (which no spreadsheet program writes), tables.damaged.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.facts = SheetFacts()
        self._limits = limits
        self._rest = b""
        self._last_reference = "A1"
        self._cells_in_row = 0
        self._rows = 0

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        text = self._rest + chunk
        cut = max(text.rfind(end) for end in _ENDS)
        cut = text.find(b">", cut) + 1 if cut >= 0 else 0
        self._look(text[:cut])
        self._rest = text[cut:]
        if len(self._rest) > self._limits.cell_bytes + len(chunk):
            references = _REFERENCE.findall(self._rest[:4096])
            where = (references[0][0] + references[0][1]).decode() if references else self._last_reference
            limit_kb = self._limits.cell_bytes // 1024
            raise LianfangError("tables.cell_too_large", place=f"{self.name}!{where}", limit_kb=limit_kb)

    def finish(self) -> SheetFacts:
        """Look at what is left and hand back the facts."""
        self._look(self._rest)
        self._rest = b""
        facts = self.facts
        facts.check(self._limits)
        facts.formulas, facts.uncached, facts.errors = (
            array("q", sorted(marks)) for marks in (facts.formulas, facts.uncached, facts.errors)
        )
        return facts

    def _look(self, text: bytes) -> None:
        if _TYPE in text:
            raise LianfangError("tables.damaged", detail="DOCTYPE")
        references = _REFERENCE.findall(text)
        facts = self.facts
        if references:
            facts.last_column = max(facts.last_column, *map(column_number, {name for name, _ in references}))
            facts.last_row = max(facts.last_row, *(int(row) - 1 for row in {row for _, row in references}))
            self._last_reference = (references[-1][0] + references[-1][1]).decode()
        cells = len(_CELL_OPENS.findall(text))
        facts.cells += cells
        if cells > len(references):
            self._count_unnamed(text)
        facts.check(self._limits)
        if _FORMULA.search(text) or _IS_ERROR.search(text):
            self._look_into_cells(text)

    def _count_unnamed(self, text: bytes) -> None:
        """Cells without a reference stand one after the other: the longest row bounds the columns."""
        for number, row in enumerate(_ROW_OPENS.split(text)):
            if number:
                self._cells_in_row = 0
                self._rows += 1
            self._cells_in_row += len(_CELL_OPENS.findall(row))
            self.facts.last_column = max(self.facts.last_column, self._cells_in_row - 1)
        self.facts.last_row = max(self.facts.last_row, self._rows - 1)

    def _look_into_cells(self, text: bytes) -> None:
        for cell in _CELL_OPENS.split(text)[1:]:
            head = cell[: cell.find(b">") + 1]
            formula = _FORMULA.search(cell)
            error = _IS_ERROR.search(head)
            if not formula and not error:
                continue
            reference = _REFERENCE.search(head)
            if reference is None:
                continue
            at = (int(reference[2]) - 1) << COLUMN_SHIFT | column_number(reference[1])
            if error:
                self.facts.errors.append(at)
            if formula:
                self.facts.formulas.append(at)
                value = _VALUE.search(cell)
                if value is None or (value[1] is None and not _IS_STRING.search(head)):
                    self.facts.uncached.append(at)
