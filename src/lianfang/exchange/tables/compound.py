"""The compound file around an .xls: which streams it holds, and a first look at the records of its sheets.

Sources: [MS-CFB] for the container, [MS-XLS] for the records.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lianfang.exchange.tables.sheetscan import COLUMN_SHIFT, SheetFacts
from lianfang.kernel.errors import LianfangError

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END: Final = 0xFFFFFFFA  # this and higher values are no sector numbers ([MS-CFB] 2.1)
_HEADER_FAT_ENTRIES: Final = 109

_FORMULA, _BOOL_ERROR, _MULTI_RK, _MULTI_BLANK = 0x0006, 0x0205, 0x00BD, 0x00BE
_ONE_CELL: Final = frozenset({_FORMULA, 0x0203, 0x0204, 0x00FD, 0x027E, 0x0201, _BOOL_ERROR, 0x00D6})
_FILE_PASSWORD, _SHEET_NAME, _BEGIN, _DATE_MODE = 0x002F, 0x0085, 0x0809, 0x0022
_RESULT_ERROR, _RESULT_EMPTY = 2, 3


@dataclass
class Compound:
    """Names of the streams and storages, and the bytes of the workbook stream (empty when there is none)."""

    names: frozenset[str]
    workbook: bytes


def open_compound(data: bytes) -> Compound:
    """Read the directory and the workbook stream. Raises tables.damaged."""
    try:
        return _open(data)
    except (struct.error, IndexError, ValueError) as error:
        raise LianfangError("tables.damaged", detail="OLE") from error


def _open(data: bytes) -> Compound:
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    mini_sector = 1 << struct.unpack_from("<H", data, 32)[0]
    directory_start, mini_cutoff, mini_start = (struct.unpack_from("<I", data, at)[0] for at in (48, 56, 60))
    if sector not in (512, 4096) or mini_sector != 64:
        raise ValueError("sector size")
    fat = _fat(data, sector)
    directory = _chain(data, fat, directory_start, sector)
    names: set[str] = set()
    workbook: tuple[int, int] | None = None
    root = (0, 0)
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", directory, at + 116)
        names.add(name)
        if directory[at + 66] == 5:
            root = (start, size)
        if name in ("Workbook", "Book") and (workbook is None or name == "Workbook"):
            workbook = (start, size)
    stream = b""
    if workbook is not None and workbook[1] >= mini_cutoff:
        stream = _chain(data, fat, workbook[0], sector)[: workbook[1]]
    elif workbook is not None:
        mini = _chain(data, fat, root[0], sector)
        mini_table = _chain(data, fat, mini_start, sector)
        mini_fat = struct.unpack(f"<{len(mini_table) // 4}I", mini_table)
        stream = _chain(mini, mini_fat, workbook[0], 64, offset=0)[: workbook[1]]
    if workbook is not None and len(stream) < workbook[1]:
        raise ValueError("truncated")
    return Compound(frozenset(names), stream)


def _fat(data: bytes, sector: int) -> tuple[int, ...]:
    """The allocation table: the sectors that hold it are listed in the header, then in a chain of their own."""
    holders = [s for s in struct.unpack_from(f"<{_HEADER_FAT_ENTRIES}I", data, 76) if s < _END]
    following = struct.unpack_from("<I", data, 68)[0]
    per_sector = sector // 4
    seen: set[int] = set()
    while following < _END and following not in seen:
        seen.add(following)
        block = struct.unpack_from(f"<{per_sector}I", data, (following + 1) * sector)
        holders += [s for s in block[:-1] if s < _END]
        following = block[-1]
    table: list[int] = []
    for holder in holders:
        table += struct.unpack_from(f"<{per_sector}I", data, (holder + 1) * sector)
    return tuple(table)


def _chain(data: bytes, fat: tuple[int, ...], start: int, size: int, *, offset: int = 1) -> bytes:
    """The bytes of a chain of sectors; raises ValueError for a chain that loops or leaves the file."""
    pieces: list[bytes] = []
    current = start
    while current < _END:
        piece = data[(current + offset) * size : (current + offset + 1) * size]
        if not piece or len(pieces) > len(fat):
            raise ValueError("chain")
        pieces.append(piece)
        current = fat[current]
    return b"".join(pieces)


@dataclass
class Book:
    """Facts of each sheet by name, in the order of the file."""

    encrypted: bool = False
    date_1904: bool = False
    sheets: dict[str, SheetFacts] = field(default_factory=dict)


def scan_book(stream: bytes) -> Book:
    """Look through the records of a workbook stream: size, formulas and errors of each sheet. Raises tables.damaged."""
    book = Book()
    offsets: dict[int, str] = {}
    facts: SheetFacts | None = None
    try:
        for at, kind, body in _records(stream):
            if kind == _FILE_PASSWORD:
                book.encrypted = True
                return book
            if kind == _DATE_MODE:
                book.date_1904 = body[:2] == b"\x01\x00"
            elif kind == _SHEET_NAME:
                offsets[struct.unpack_from("<I", body)[0]] = _sheet_name(body)
            elif kind == _BEGIN and at in offsets:
                facts = book.sheets[offsets[at]] = SheetFacts()
            elif facts is not None and (kind in _ONE_CELL or kind in (_MULTI_RK, _MULTI_BLANK)):
                _note_cell(facts, kind, body)
    except (struct.error, IndexError) as error:
        raise LianfangError("tables.damaged", detail="BIFF") from error
    for sheet in book.sheets.values():
        if len(sheet.uncached) < len(sheet.formulas):
            # Excel stores an empty text for formulas such as =IF(A1="","",A1). Only when every formula of a sheet is
            # empty did the writing program leave them all uncalculated.
            del sheet.uncached[:]
    return book


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _sheet_name(body: bytes) -> str:
    count, wide = body[6], body[7]
    if wide & 1:
        return body[8 : 8 + 2 * count].decode("utf-16-le", "replace")
    return body[8 : 8 + count].decode("latin-1")


def _note_cell(facts: SheetFacts, kind: int, body: bytes) -> None:
    row, column = struct.unpack_from("<HH", body)
    last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in (_MULTI_RK, _MULTI_BLANK) else column
    facts.cells += 1
    facts.last_row = max(facts.last_row, row)
    facts.last_column = max(facts.last_column, last)
    at = row << COLUMN_SHIFT | column
    if kind == _BOOL_ERROR and body[7]:
        facts.errors.append(at)
    if kind == _FORMULA:
        facts.formulas.append(at)
        special = body[12:14] == b"\xff\xff"
        if special and body[6] == _RESULT_ERROR:
            facts.errors.append(at)
        if special and body[6] == _RESULT_EMPTY:
            facts.uncached.append(at)
