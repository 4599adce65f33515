"""The sums of a base backup: every file is read once, while the copy goes on, for our list and for the server's.

The server sends its own list with CRC-32C: without OpenSSL in its build, SHA-256 takes it several times as long as reading.
Our list (`sums.json`, size and SHA-256 of every file) is what the signed manifest covers and what a restore compares with.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import google_crc32c

from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.kernel.errors import LianfangError

NAME = "sums.json"
SERVERS = "backup_manifest"
"""The list that the server writes at the end of a base backup (PostgreSQL, "Backup Manifest Format")."""
LOG = "pg_wal"
"""Segments are laid out at full size and filled afterwards, and the server's list does not name them."""
MANIFEST = "lianfang.json"
OURS = (NAME, MANIFEST)
"""Written last, by us; neither stands in the list."""
THREADS = 2
"""Hashing leaves Python's lock, so two files are read at a time (assumption: a machine has two cores)."""
CHUNK = 2**20
LOOK_SECONDS = 0.5
"""A file that did not change between two looks is taken as finished; if it changes later it is read again."""


class Sum(NamedTuple):
    """What one file was when it was read: bytes, SHA-256 in hex, CRC-32C as the server writes it in hex."""

    size: int
    sha256: str
    crc32c: str


class _Mark(NamedTuple):
    inode: int
    size: int
    changed_ns: int


def read_sum(path: Path) -> Sum:
    """Read a file once, for both sums."""
    whole, check, size = hashlib.sha256(), 0, 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            whole.update(chunk)
            check = google_crc32c.extend(check, chunk)
            size += len(chunk)
    return Sum(size, whole.hexdigest(), check.to_bytes(4, sys.byteorder).hex())  # type: ignore[no-untyped-call,unused-ignore]


class Follower:
    """Reads the files of a folder while another program still fills it, each as soon as it is at rest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = ThreadPoolExecutor(THREADS)
        self._before: dict[str, _Mark] = {}
        self._begun: dict[str, tuple[_Mark, Future[Sum]]] = {}

    def look(self) -> None:
        """Begin to read what did not change since the last look; call it while the other program writes."""
        marks = {name: mark for name, mark in _walk(self._folder) if not name.startswith((f"{LOG}/", SERVERS))}
        for name, mark in marks.items():
            if self._before.get(name) == mark:
                self._begin(name, mark)
        self._before = marks

    def finish(self) -> dict[str, Sum]:
        """Path → sums of every file, once the other program has ended; raises OSError when a file can't be read."""
        there = dict(_walk(self._folder))
        for name, mark in there.items():
            self._begin(name, mark)
        return {name: self._begun[name][1].result() for name in sorted(there)}

    def close(self) -> None:
        """Give up what was not begun, wait for what was."""
        self._pool.shutdown(cancel_futures=True)

    def _begin(self, name: str, mark: _Mark) -> None:
        begun = self._begun.get(name)
        if begun is None or begun[0] != mark:
            self._begun[name] = (mark, self._pool.submit(read_sum, self._folder / name))


def compare_with_server(folder: Path, name: str, found: Mapping[str, Sum]) -> None:
    """Compare what lies there with what the server says it sent; raises restore.damaged with the first differences.

    The server's list carries a sum of itself. The wheel's own `pg_verifybackup` crashes (PostgreSQL 18.4).
    """
    wrong = []
    for line in _servers_list(folder, name, "CRC32C"):
        there = found.get(line["Path"])
        if there is None:
            wrong.append(f"{line['Path']} is missing")
        elif (there.size, there.crc32c) != (line["Size"], line["Checksum"]):
            wrong.append(_changed(line["Path"], there.size, line["Size"]))
    _refuse(name, wrong)


def write(folder: Path, found: Mapping[str, Sum]) -> str:
    """Write our list, durably; returns its own SHA-256, which the manifest signs."""
    text = json.dumps({path: [one.size, one.sha256] for path, one in found.items()}, indent=0).encode()
    with (folder / NAME).open("wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return hashlib.sha256(text).hexdigest()


def verify(folder: Path, name: str) -> None:
    """Compare every file of a backup with our list; raises restore.damaged: missing, cut, changed, or not of this backup."""
    try:
        wanted: dict[str, list[Any]] = json.loads((folder / NAME).read_bytes())
        there = {path: mark.size for path, mark in _walk(folder)}
        wrong = [f"{path} is missing" for path in wanted if path not in there]
        wrong += [f"{path} does not belong to it" for path in there if path not in wanted]
        wrong += [
            _changed(path, there[path], size) for path, (size, _) in wanted.items() if there.get(path, size) != size
        ]
        if not wrong:
            with ThreadPoolExecutor(THREADS) as pool:
                sums = pool.map(lambda path: _sha256(folder / path), wanted)
                wrong = [
                    _changed(path, 0, 0) for path, found in zip(wanted, sums, strict=True) if found != wanted[path][1]
                ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LianfangError("restore.damaged", name=name, reason=str(error)[:200]) from None
    _refuse(name, wrong)


def verify_first_form(folder: Path, name: str) -> None:
    """The same for a backup whose sums are the server's SHA-256 (manifests of version 1); raises restore.damaged."""
    lines = _servers_list(folder, name, "SHA256")
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            wrong = [one for one in pool.map(lambda line: _difference(folder, line), lines) if one]
    except (OSError, KeyError) as error:
        raise LianfangError("restore.damaged", name=name, reason=str(error)[:200]) from None
    _refuse(name, wrong)


# -- steps ---------------------------------------------------------------------------------------------------------


def _walk(folder: Path) -> Iterator[tuple[str, _Mark]]:
    """Path below the folder and mark of every file but our own two; what vanishes meanwhile is passed over."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            below = os.path.relpath(path, folder)
            if below in OURS:
                continue
            try:
                found = os.lstat(path)
            except FileNotFoundError:
                continue
            yield below, _Mark(found.st_ino, found.st_size, found.st_mtime_ns)


def _servers_list(folder: Path, name: str, algorithm: str) -> list[dict[str, Any]]:
    """The lines of the server's list, once its own sum holds and it speaks of the sums wanted; raises restore.damaged."""
    try:
        text = (folder / SERVERS).read_bytes()
        head, mark, _ = text.rpartition(b'"Manifest-Checksum"')
        wanted = json.loads(text)
        lines: list[dict[str, Any]] = wanted["Files"]
        whole = mark and hashlib.sha256(head).hexdigest() == wanted["Manifest-Checksum"]
        if not whole or any(line["Checksum-Algorithm"] != algorithm for line in lines):
            raise LianfangError("restore.damaged", name=name, reason=SERVERS)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LianfangError("restore.damaged", name=name, reason=str(error)[:200]) from None
    return lines


def _difference(folder: Path, line: dict[str, Any]) -> str:
    """What is wrong with one file of the server's list, in words; empty when it is as it was."""
    path = folder / line["Path"]
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return f"{line['Path']} is missing"
    if size == line["Size"] and _sha256(path) == line["Checksum"]:
        return ""
    return _changed(line["Path"], size, line["Size"])


def _changed(path: str, size: int, wanted: int) -> str:
    return f"{path} was changed" if size == wanted else f"{path} has {size} bytes instead of {wanted}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse(name: str, wrong: list[str]) -> None:
    if wrong:
        raise LianfangError("restore.damaged", name=name, reason="; ".join(wrong[:3]))
