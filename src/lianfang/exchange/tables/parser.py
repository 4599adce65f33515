"""The parent's side of the workbook parser: a child process answers for one workbook, and may die without harm."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import struct
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from lianfang.exchange.tables.limits import Limits
from lianfang.kernel.errors import LianfangError

log = logging.getLogger(__name__)

_SCRIPT: Final = Path(__file__).with_name("parser_process.py")
_LENGTH: Final = struct.Struct("<Q")
_ROWS_AT_A_TIME: Final = 5_000
_PATIENCE: Final = 5  # seconds a child may take to end once its pipe is closed (assumption)

Row = list[object]
Merge = tuple[tuple[int, int], tuple[int, int]]


class ParserProcess:
    """One workbook in a child process. It ends with this object.

    Every method raises tables.damaged when the child died or could not read what was asked for.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        command = [sys.executable, "-I", str(_SCRIPT), str(limits.parser_bytes), str(limits.parser_seconds)]
        self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and script, numbers as arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._end = weakref.finalize(self, _end, self._child)
        self._decoder = msgspec.msgpack.Decoder(ext_hook=_unpacked)
        self._open: str | None = None
        self._send(_LENGTH.pack(len(data)) + data)

    def sheets(self) -> list[tuple[str, bool]]:
        """Name of each sheet and whether it is visible, in the order of the file."""
        return [(name, visible) for name, visible in self._ask("sheets")]

    def open(self, name: str) -> tuple[int, tuple[Merge, ...]]:
        """Load a sheet: its first column with content, and its merged ranges, counted from 0."""
        first_column, merges = self._ask("open", name)
        self._open = name
        return first_column, tuple(((r0, c0), (r1, c1)) for (r0, c0), (r1, c1) in merges)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of the sheet that was opened last, from the top."""
        if self._open != name:
            self.open(name)
        self._ask("rewind")
        while block := self._ask("rows", _ROWS_AT_A_TIME):
            yield from block

    def close(self) -> None:
        """End the child."""
        self._end()

    def _ask(self, *request: object) -> Any:
        if not self._end.alive:
            raise LianfangError("tables.damaged", detail=str(request[-1]))
        self._send(json.dumps(request).encode() + b"\n")
        out = self._child.stdout
        head = out.read(_LENGTH.size) if out is not None else b""
        length = _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else -1
        body = out.read(length) if out is not None and length >= 0 else b""
        if len(body) != length:
            self._end()
            log.info("the workbook parser ended with status %s", self._child.returncode)
            raise LianfangError("tables.damaged", detail=str(request[-1]))
        return self._decoder.decode(body)

    def _send(self, data: bytes) -> None:
        pipe = self._child.stdin
        with contextlib.suppress(BrokenPipeError):
            if pipe is not None:
                pipe.write(data)
                pipe.flush()


def _unpacked(code: int, data: memoryview) -> object:
    text = str(data, "utf-8")
    if code == 1:
        return datetime.datetime.fromisoformat(text)
    if code == 2:
        return datetime.date.fromisoformat(text)
    return _TimeOfDay(text)


class _TimeOfDay(datetime.timedelta):
    """A time or duration cell. Only its text matters: no column asks for one."""

    text: str

    def __new__(cls, text: str) -> _TimeOfDay:
        self = super().__new__(cls)
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        with contextlib.suppress(BrokenPipeError):
            if pipe is not None:
                pipe.close()
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
