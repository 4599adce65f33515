"""The child process in which the workbook parser runs; started as a script, it imports nothing of this project.

The parser is native code: on some damaged .xls files it aborts the whole process, and a hostile file may make it ask
for all memory. Here it may do so. Requests are lines of JSON, answers are MessagePack behind an 8-byte length:
["sheets"] → [[name, visible], …]; ["open", name] → [first column, merges]; ["rewind"] → null; ["rows", n] → n rows.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import itertools
import json
import resource
import struct
import sys
from collections.abc import Iterator, Sequence

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

_PLAIN = (str, float, int, bool)
_LENGTH = struct.Struct("<Q")


def _packed(value: object) -> object:
    """Dates and times cross the pipe as extensions; their type must survive."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, datetime.datetime):
        return msgspec.msgpack.Ext(1, value.isoformat().encode())
    if isinstance(value, datetime.date):
        return msgspec.msgpack.Ext(2, value.isoformat().encode())
    return msgspec.msgpack.Ext(3, str(value).encode())


def _answer(message: object) -> None:
    data = msgspec.msgpack.encode(message)
    sys.stdout.buffer.write(_LENGTH.pack(len(data)) + data)
    sys.stdout.buffer.flush()


def main(memory: int, seconds: int) -> None:
    """Serve one workbook: an 8-byte length, its bytes, then requests until the pipe closes."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    size = _LENGTH.unpack(sys.stdin.buffer.read(_LENGTH.size))[0]
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read(size)))
    sheet: CalamineSheet | None = None
    rows: Iterator[Sequence[object]] = iter(())
    for line in sys.stdin.buffer:
        match json.loads(line):
            case ["sheets"]:
                _answer([[s.name, s.visible == SheetVisibleEnum.Visible] for s in book.sheets_metadata])
            case ["open", name]:
                sheet = book.get_sheet_by_name(name)
                _answer([sheet.start[1] if sheet.start else 0, sheet.merged_cell_ranges or []])
            case ["rewind"] if sheet is not None:
                rows = sheet.iter_rows()
                _answer(None)
            case ["rows", count]:
                _answer([[_packed(cell) for cell in row] for row in itertools.islice(rows, count)])


if __name__ == "__main__":
    # A workbook that cannot be read ends the process; the closed pipe is the answer.
    with contextlib.suppress(CalamineError, MemoryError, BrokenPipeError, KeyboardInterrupt):
        main(int(sys.argv[1]), int(sys.argv[2]))
