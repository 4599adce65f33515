"""Sent tables and the jobs about them, sealed on disk until they are dealt with. Nothing kept lies open.

A token names what belongs together: the six digits of the county whose key seals it, and 24 characters nobody guesses.
"""

from __future__ import annotations

import re
import secrets
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from lianfang.base.vault.api import BadSeal, Box, standing_box
from lianfang.kernel.errors import LianfangError, define

KEPT_SECONDS: Final = 3600
"""How long a file waits for a decision: an assumption, longer than anybody looks at one page."""
JOB_SECONDS: Final = 24 * 3600
"""How long a file waits that a job was asked for: an assumption, longer than a server is down."""
BLOCK: Final = 1 << 20
_TOKEN = re.compile(r"[0-9]{2,6}-[A-Za-z0-9_-]{24}")
_LENGTH: Final = struct.Struct("<I")

define(
    "jobs.upload_gone",
    status=404,
    zh="上传的文件已超过一小时或已处理，不再保留。请重新上传。",
    en="The file was sent more than an hour ago or is dealt with already, and is no longer kept. Send it again.",
)


def new_token(path: str) -> str:
    """A token for something of an area."""
    return f"{path[:6]}-{secrets.token_urlsafe(18)}"


def number_token(path: str, word: str, number: int) -> str:
    """The token that belongs to a number alone: what is asked for twice is the same."""
    return f"{path[:6]}-{word + str(number):_>24.24}"


def folder() -> Path:
    """Where everything kept lies."""
    return Path(settings.DATA) / "uploads"


def place(token: str, part: str) -> Path:
    """Where a part lies; raises jobs.upload_gone for what is no token."""
    if not _TOKEN.fullmatch(token):
        raise LianfangError("jobs.upload_gone")
    return folder() / f"{token}.{part}"


def write(token: str, part: str, data: bytes, column: bytes) -> None:
    """Keep a small part sealed; it is there whole or not at all."""
    put(token, part, [_box(token).seal(data, column)])


def read(token: str, part: str, column: bytes) -> bytes:
    """Open a small part in time; raises OSError, BadSeal."""
    sealed = _in_time(token, part).read_bytes()
    return _box(token).open(sealed, column)


def write_stream(token: str, part: str, chunks: Iterable[bytes], column: bytes) -> int:
    """Keep a large part sealed, a block at a time; it is there whole or not at all. Returns its bytes."""
    box, size = _box(token), 0

    def blocks() -> Iterator[bytes]:
        nonlocal size
        held, number = bytearray(), 0
        for chunk in chunks:
            held += chunk
            while len(held) > BLOCK:
                yield _framed(box.seal(bytes(held[:BLOCK]), _name(column, number, last=False)))
                del held[:BLOCK]
                number, size = number + 1, size + BLOCK
        size += len(held)
        yield _framed(box.seal(bytes(held), _name(column, number, last=True)))

    put(token, part, blocks())
    return size


def read_stream(token: str, part: str, column: bytes) -> bytes:
    """The whole of a large part in time; raises OSError, and BadSeal for one that was cut or changed."""
    at, found, number = _in_time(token, part), bytearray(), 0
    box = _box(token)
    with at.open("rb") as file:
        while head := file.read(_LENGTH.size):
            sealed = file.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
            last = not file.peek(1)
            found += box.open(sealed, _name(column, number, last=last))
            number += 1
    if not number:
        raise BadSeal("cut short")
    return bytes(found)


def put(token: str, part: str, blocks: Iterable[bytes]) -> None:
    """Write bytes as they are: whole or not at all."""
    at = place(token, part)
    at.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = at.with_suffix(f".{secrets.token_hex(4)}.draft")
    try:
        with draft.open("wb") as file:
            file.writelines(blocks)
        draft.replace(at)
    finally:
        draft.unlink(missing_ok=True)


def forget(token: str, *parts: str) -> None:
    """Delete parts."""
    for part in parts:
        place(token, part).unlink(missing_ok=True)


def purge() -> None:
    """Delete what nobody decided on; what a job waits for stays a day."""
    now = time.time()
    for old in folder().iterdir() if folder().is_dir() else ():
        try:
            if old.stat().st_mtime < now - _patience(old.name.partition(".")[0]):
                old.unlink()
        except FileNotFoundError:  # another worker was faster
            continue


def _patience(token: str) -> int:
    asked = (folder() / f"{token}.job").exists()
    return JOB_SECONDS if asked or (folder() / f"{token}.progress").exists() else KEPT_SECONDS


def _in_time(token: str, part: str) -> Path:
    at = place(token, part)
    if at.stat().st_mtime < time.time() - _patience(token):
        raise FileNotFoundError(at)
    return at


def _box(token: str) -> Box:
    return standing_box(token.partition("-")[0])


def _framed(sealed: bytes) -> bytes:
    return _LENGTH.pack(len(sealed)) + sealed


def _name(column: bytes, number: int, *, last: bool) -> bytes:
    return column + b"#%d%s" % (number, b"." if last else b"")
