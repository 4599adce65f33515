"""Text files of separated values: encoding and separator by trial, rows with bounds."""

from __future__ import annotations

import codecs
import contextlib
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO, TextIOWrapper
from typing import Final

from lianfang.exchange.tables.columns import fold
from lianfang.exchange.tables.limits import Limits
from lianfang.kernel.errors import LianfangError

_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_TRIAL_ROWS: Final = 30
_CHUNK: Final = 1 << 20
_BINARY: Final = frozenset(range(32)) - {9, 10, 12, 13, 26, 27}
_FIELD_CHARACTERS: Final = 131_072  # the csv module's own bound; it is global to the process, so we keep below it


@dataclass(frozen=True)
class Dialect:
    """encoding: a Python codec name; delimiter: one character."""

    encoding: str
    delimiter: str


def recognise(data: bytes, wanted: tuple[frozenset[str], ...], limits: Limits) -> Dialect:
    """The encoding that reads the whole file and the separator that shows most wanted headings.

    Raises tables.encoding_unknown, tables.wrong_type (binary content).
    """
    encoding = _encoding(data)
    best = Dialect(encoding, ",")
    best_score = (-1, -1)
    words = frozenset().union(*wanted)
    wide = replace(limits, columns=limits.cells)  # the rows read here are few; how wide they may be is asked later
    for delimiter in _DELIMITERS:
        dialect = Dialect(encoding, delimiter)
        head: list[list[object]] = []
        with contextlib.suppress(LianfangError):  # whoever reads with the chosen dialect meets it again
            head.extend(itertools.islice(rows(data, dialect, wide), _TRIAL_ROWS))
        hits = max((sum(fold(str(cell)) in words for cell in row) for row in head), default=0)
        score = (hits, min((len(row) for row in head[1:] if row), default=0))
        if score > best_score:
            best, best_score = dialect, score
    return best


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if not _BINARY.isdisjoint(data[:_CHUNK]):
        raise LianfangError("tables.wrong_type", found="binary")
    position = 0
    for encoding in ("utf-8-sig", "gb18030"):
        bad = _first_bad_byte(data, encoding)
        if bad is None:
            return encoding
        position = max(position, bad)
    raise LianfangError("tables.encoding_unknown", byte=position + 1)


def _first_bad_byte(data: bytes, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def rows(data: bytes, dialect: Dialect, limits: Limits) -> Iterator[list[object]]:
    """The records of the file; an empty line is an empty record, so that record numbers are Excel's row numbers.

    Raises tables.cell_too_large, tables.too_many_columns, tables.damaged (bytes that are no text, quotes left open).
    """
    text = TextIOWrapper(BytesIO(data), encoding=dialect.encoding, newline="")
    number = 0
    reader = csv.reader(_lines(text, limits), delimiter=dialect.delimiter, strict=True)
    cells = 0
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            if len(row) > limits.columns:
                raise LianfangError("tables.too_many_columns", count=len(row), limit=limits.columns)
            if cells > limits.cells:
                raise LianfangError("tables.too_many_cells", last_cell=f"A{number}", count=cells, limit=limits.cells)
            yield row  # type: ignore[misc]
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_large(number + 1, limits) from error
        raise LianfangError("tables.damaged", detail=f"CSV {number + 1}: {error}") from error
    except _LineTooLongError as error:
        raise _too_large(number + 1, limits) from error
    except UnicodeDecodeError as error:
        raise LianfangError("tables.encoding_unknown", byte=error.start + 1) from error


class _LineTooLongError(ValueError):
    """A line is longer than any cell may be."""


def _lines(text: TextIOWrapper, limits: Limits) -> Iterator[str]:
    longest = limits.cell_bytes
    while line := text.readline(longest):
        if len(line) >= longest:
            raise _LineTooLongError
        yield line


def _too_large(row: int, limits: Limits) -> LianfangError:
    limit_kb = min(limits.cell_bytes, _FIELD_CHARACTERS) // 1024
    return LianfangError("tables.cell_too_large", place=f"CSV {row}", limit_kb=limit_kb)
