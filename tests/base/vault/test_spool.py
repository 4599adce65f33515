"""What is sent: read back exactly, never open on disk, dropped beyond a size."""

from __future__ import annotations

import asyncio
import gc
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import RequestAborted
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.vault.crypto import BadSeal
from lianfang.base.vault.spool import BLOCK, Spool

SECRET = "王某某 990000199001010011 ".encode()


@given(
    parts=st.lists(st.tuples(st.integers(0, 255), st.sampled_from([0, 1, 7, BLOCK - 1, BLOCK, BLOCK + 3])), max_size=6),
    at=st.floats(0, 1),
)
def test_whatever_is_written_is_read_back_from_any_place(
    parts: list[tuple[int, int]], at: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = b"".join(bytes([value]) * count for value, count in parts)
    with Spool(tmp_path_factory.getbasetemp()) as spool:
        for value, count in parts:
            spool.write(bytes([value]) * count)
        assert spool.size == len(whole)
        assert spool.read() == whole
        assert spool.read(5) == b""
        start = int(at * len(whole))
        spool.seek(start)
        assert spool.read() == whole[start:]
        spool.seek(0)
        assert b"".join(iter(lambda: spool.read(64 * 1024), b"")) == whole


def test_nothing_lies_open_on_disk_and_nothing_is_left(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(SECRET * (2 * BLOCK // len(SECRET) + 1))
    descriptor = spool._file.fileno()
    spool._file.flush()
    on_disk = os.pread(descriptor, 4 * BLOCK, 0)
    assert len(on_disk) > BLOCK
    assert SECRET not in on_disk
    assert list(tmp_path.iterdir()) == []  # nameless from the start
    spool.close()
    del spool
    gc.collect()
    with pytest.raises(OSError, match=r".*"):
        os.fstat(descriptor)


def test_a_block_changed_on_disk_does_not_open(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.write(b"x" * (BLOCK + 10))
        spool._file.flush()
        os.pwrite(spool._file.fileno(), b"y", 500)
        with pytest.raises(BadSeal):
            spool.read()


def test_more_than_it_may_hold_is_dropped_at_once(tmp_path: Path) -> None:
    with Spool(tmp_path, BLOCK * 2) as spool:
        for _ in range(5):
            spool.write(b"z" * BLOCK)
        assert (spool.overflowed, spool.size, spool.read()) == (True, 0, b"")


@pytest.mark.usefixtures("prepared")
def test_a_sender_who_leaves_ends_the_request() -> None:
    from lianfang.web.bodies import read_body

    messages = iter([{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict[str, object]:
        return next(messages)

    with (
        pytest.raises(RequestAborted),
        ThreadPoolExecutor(1) as apart,
    ):  # a browser of another test keeps a loop in this thread
        apart.submit(asyncio.run, read_body(receive)).result()
