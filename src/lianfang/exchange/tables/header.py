"""Finding the header under the title rows, and telling which column is which: by heading, by synonym, by values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lianfang.exchange.tables.cells import clean, day_of_text, plain_number
from lianfang.exchange.tables.columns import ColumnSpec, Kind, fold, letters
from lianfang.kernel.errors import LianfangError

HEADER_ROWS: Final = 30
"""How many rows are searched for a header (assumption: title, unit, date and notes of a form take fewer)."""
SAMPLES: Final = 5
_ENOUGH: Final = 0.8  # share of the values that must look like the kind (assumption)
_LEAST_VALUES: Final = 3
_IDENTITY = re.compile(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-3][0-9]{4}[0-9Xx]")
_PHONE = re.compile(r"1[3-9][0-9]{9}")

Merge = tuple[tuple[int, int], tuple[int, int]]


class Confidence(StrEnum):
    """How sure the assistant is of a column, from surest to not at all."""

    GIVEN = "given"
    EXACT = "exact"
    SYNONYM = "synonym"
    VALUES = "values"
    NONE = "none"


@dataclass(frozen=True)
class Guess:
    """What the assistant thinks of one column of the file.

    column: counted from 0 in the sheet. name: of the ColumnSpec, or None. samples: the first values, as shown.
    """

    column: int
    header: str
    name: str | None
    confidence: Confidence
    samples: tuple[str, ...]

    @property
    def letters(self) -> str:
        """The spreadsheet name of the column."""
        return letters(self.column)


@dataclass(frozen=True)
class Header:
    """Rows counted from 0; first_data is the row after the header. names: candidate headings of each cell, best first.

    top and bottom are -1 when the sheet has no header.
    """

    top: int
    bottom: int
    names: tuple[tuple[str, ...], ...]

    @property
    def first_data(self) -> int:
        """The row below the header."""
        return self.bottom + 1


def find_header(
    head: Sequence[Sequence[object]], merges: Sequence[Merge], first_column: int, columns: Sequence[ColumnSpec]
) -> Header | None:
    """The header with most known headings among the first rows; None when no row has enough of them."""
    best: Header | None = None
    best_hits = 0
    for row in range(min(len(head), HEADER_ROWS)):
        header = _header_at(row, head, merges, first_column)
        hits = len(_by_heading(header.names, columns))
        if hits > best_hits:
            best, best_hits = header, hits
    return best if best_hits >= min(2, len(columns)) else None


def _header_at(row: int, head: Sequence[Sequence[object]], merges: Sequence[Merge], first_column: int) -> Header:
    """The header that has its main line in `row`, with the sub-headings below that its merged cells leave room for."""
    bottom = row
    width = len(head[row])
    above: dict[int, tuple[int, int]] = {}
    for (r0, c0), (r1, c1) in merges:
        if r0 == row and r1 > row and r1 < len(head) and c0 == c1:
            bottom = max(bottom, r1)
        if r0 <= row <= r1:
            for column in range(c0 - first_column, min(c1 - first_column + 1, width)):
                above[column] = (r0, c0 - first_column)
    names = []
    for column in range(width):
        upper = _text(head, row, column)
        if not upper and column in above:
            upper = _text(head, *above[column])
        lower = [_text(head, below, column) for below in range(row + 1, bottom + 1)]
        parts = [part for part in (upper, *lower) if part]
        joined = "".join(parts)
        candidates = (joined, *reversed(parts)) if len(parts) > 1 else tuple(parts)
        names.append(candidates)
    return Header(row, bottom, tuple(names))


def _text(head: Sequence[Sequence[object]], row: int, column: int) -> str:
    if row < 0 or row >= len(head) or not 0 <= column < len(head[row]):
        return ""
    value = head[row][column]
    return clean(value) if isinstance(value, str) else ""


def _by_heading(
    names: Sequence[Sequence[str]], columns: Sequence[ColumnSpec]
) -> dict[str, tuple[int, Confidence, tuple[int, ...]]]:
    """By name of the spec: its column, how it matched, and further columns that match as well."""
    found: dict[str, tuple[int, Confidence, tuple[int, ...]]] = {}
    folded = [[fold(candidate) for candidate in candidates] for candidates in names]
    taken: set[int] = set()
    for confidence in (Confidence.EXACT, Confidence.SYNONYM):
        for spec in columns:
            words = spec.exact_words if confidence is Confidence.EXACT else spec.synonym_words
            hits = [c for c, candidates in enumerate(folded) if c not in taken and not words.isdisjoint(candidates)]
            if hits and spec.name in found:
                found[spec.name] = (*found[spec.name][:2], (*found[spec.name][2], *hits))
            elif hits:
                found[spec.name] = (hits[0], confidence, tuple(hits[1:]))
                taken.add(hits[0])
    return found


@dataclass(frozen=True)
class ColumnMapping:
    """Guesses for every column of the file, and the columns that another of the same meaning was preferred to."""

    guesses: tuple[Guess, ...]
    twice: tuple[tuple[str, int, tuple[int, ...]], ...] = ()

    def columns_by_name(self) -> dict[str, int]:
        """Column (from 0 in the sheet) of each recognised spec."""
        return {guess.name: guess.column for guess in self.guesses if guess.name is not None}


def map_columns(
    header: Header | None,
    sample: Sequence[Sequence[object]],
    first_column: int,
    columns: Sequence[ColumnSpec],
    given: Mapping[str, int] | None = None,
) -> ColumnMapping:
    """Tell which column of the file is which spec.

    sample: rows of data. given: column (from 0 in the sheet) by name of the spec, as a person decided; the assistant
    then adds nothing of its own. Raises tables.mapping_unknown for a decision that fits neither specs nor sheet.
    """
    width = max((len(row) for row in sample), default=0)
    names = header.names if header else ((),) * width
    width = max(width, len(names))
    names = (*names, *((),) * (width - len(names)))
    chosen: dict[int, tuple[str, Confidence]] = {}
    twice: list[tuple[str, int, tuple[int, ...]]] = []
    if given is not None:
        chosen = _decided(given, columns, first_column, width)
    else:
        for name, (column, confidence, others) in _by_heading(names, columns).items():
            chosen[column] = (name, confidence)
            if others:
                twice.append((name, column + first_column, tuple(c + first_column for c in others)))
        others_taken = {column - first_column for _, _, others in twice for column in others}
        free = [column for column in range(width) if column not in chosen and column not in others_taken]
        open_specs = [spec for spec in columns if spec.name not in {name for name, _ in chosen.values()}]
        chosen.update(_by_values(sample, free, open_specs))
    guesses = []
    for column in range(width):
        known = chosen.get(column)
        spec_name, confidence = (known[0], known[1]) if known else (None, Confidence.NONE)
        header_text = names[column][0] if names[column] else ""
        guesses.append(Guess(column + first_column, header_text, spec_name, confidence, _samples(sample, column)))
    return ColumnMapping(tuple(guesses), tuple(twice))


def _decided(
    given: Mapping[str, int], columns: Sequence[ColumnSpec], first_column: int, width: int
) -> dict[int, tuple[str, Confidence]]:
    known = {spec.name for spec in columns}
    chosen: dict[int, tuple[str, Confidence]] = {}
    for name, column in given.items():
        at = column - first_column
        if name not in known or not 0 <= at < width or at in chosen:
            raise LianfangError("tables.mapping_unknown", detail=f"{name} = {letters(max(column, 0))}")
        chosen[at] = (name, Confidence.GIVEN)
    return chosen


def _by_values(
    sample: Sequence[Sequence[object]], free: Sequence[int], columns: Sequence[ColumnSpec]
) -> dict[int, tuple[str, Confidence]]:
    """Columns whose values give them away, one spec and one column at a time; nothing when two would fit."""
    fits: dict[int, list[str]] = {}
    for column in free:
        values = [text for row in sample if column < len(row) and (text := _as_text(row[column]))]
        names = [spec.name for spec in columns if len(values) >= _LEAST_VALUES and _looks_like(spec, values)]
        if names:
            fits[column] = names
    result: dict[int, tuple[str, Confidence]] = {}
    for column, names in fits.items():
        rivals = [other for other, theirs in fits.items() if other != column and names[0] in theirs]
        if len(names) == 1 and not rivals:
            result[column] = (names[0], Confidence.VALUES)
    return result


def _looks_like(spec: ColumnSpec, values: Sequence[str]) -> bool:
    if spec.values:
        hits = [value for value in values if value in spec.values]
        return len(hits) >= _ENOUGH * len(values) and len(set(hits)) > 1
    tests = {
        Kind.ID: lambda v: _IDENTITY.fullmatch(v) is not None,
        Kind.PHONE: lambda v: _PHONE.fullmatch(v) is not None,
        Kind.DATE: lambda v: day_of_text(v) is not None and len(v) >= 8,
    }
    test = tests.get(spec.kind)
    return test is not None and sum(map(test, values)) >= _ENOUGH * len(values)


def _as_text(value: object) -> str:
    if isinstance(value, float):
        return plain_number(value)
    return clean(str(value)) if value is not None else ""


def _samples(sample: Sequence[Sequence[object]], column: int) -> tuple[str, ...]:
    texts = (_as_text(row[column]) for row in sample if column < len(row))
    return tuple([text for text in texts if text][:SAMPLES])
