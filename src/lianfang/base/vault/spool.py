"""What somebody sends, kept while it is taken in: a little in memory, more on disk under a key that dies with the request."""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, Final

from lianfang.base.vault.crypto import NONCE_BYTES, PROVIDERS, TAG_BYTES, Box

BLOCK: Final = 1 << 20
"""Bytes sealed at a time, and the most that is held in memory twice."""
_SEALED: Final = 1 + NONCE_BYTES + TAG_BYTES + BLOCK
"""Bytes of a whole block on disk: provider's mark, nonce, text, tag."""


class Spool(io.RawIOBase):
    """A file to write from start to end and then to read anywhere. Beyond one block it lies in a nameless file, sealed block by
    block with a key that nothing but this object knows: after a crash nobody can read it, and the disk forgets it by itself.

    most: bytes that are kept; of more, nothing is (`overflowed`), and the spool is empty.
    """

    def __init__(self, folder: Path, most: int | None = None) -> None:
        super().__init__()
        self._folder, self._most = folder, most
        self._box: Box | None = None
        self._file: Any = None
        self._tail = bytearray()
        self._blocks = self._at = 0
        self._opened: tuple[int, bytes] = (-1, b"")
        self.overflowed = False

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._blocks * BLOCK + len(self._tail)

    def write(self, data: Any, /) -> int:
        """Add to the end; what goes beyond `most` empties the spool and marks it."""
        view = memoryview(data).cast("B")
        if self.overflowed or (self._most is not None and self.size + len(view) > self._most):
            self._drop()
            return len(view)
        for start in range(0, len(view), BLOCK):
            self._tail += view[start : start + BLOCK]
            while len(self._tail) > BLOCK:
                self._seal_block()
        return len(view)

    def readable(self) -> bool:
        """Always."""
        return True

    def writable(self) -> bool:
        """Always, at the end."""
        return True

    def seekable(self) -> bool:
        """Always, for reading."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Read from there on."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer up to the end of the block that is read; 0 at the end. Raises BadSeal for a block changed on disk."""
        number, within = divmod(self._at, BLOCK)
        found = self._block(number)[within : within + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def readall(self) -> bytes:
        """The rest, a block at a time. Raises BadSeal as readinto does."""
        first = self._at // BLOCK
        rest = b"".join(self._block(number) for number in range(first, self._blocks + 1))[self._at - first * BLOCK :]
        self._at = max(self._at, self.size)
        return rest

    def close(self) -> None:
        """Forget everything."""
        self._drop_file()
        super().close()

    def _seal_block(self) -> None:
        if self._box is None:
            self._box = PROVIDERS[os.environ.get("LIANFANG_CRYPTO", "intl")](secrets.token_bytes(32))
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the spool
        self._file.write(self._box.seal(bytes(self._tail[:BLOCK]), str(self._blocks).encode()))
        del self._tail[:BLOCK]
        self._blocks += 1

    def _block(self, number: int) -> bytes:
        if number >= self._blocks:
            return bytes(self._tail) if number == self._blocks else b""
        if self._opened[0] != number and self._box is not None:
            self._file.seek(number * _SEALED)
            self._opened = (number, self._box.open(self._file.read(_SEALED), str(number).encode()))
        return self._opened[1]

    def _drop(self) -> None:
        self.overflowed = True
        self._drop_file()
        self._tail.clear()
        self._blocks = 0

    def _drop_file(self) -> None:
        self._opened = (-1, b"")
        if self._file is not None:
            self._file.close()
            self._file = None
