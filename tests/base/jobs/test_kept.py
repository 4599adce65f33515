"""What waits on disk for a job: whole or not at all, sealed, and as long as the job."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import pytest

from lianfang.base.jobs import kept
from lianfang.base.vault.api import BadSeal
from lianfang.kernel.errors import LianfangError

NAME = "王某某".encode()


@pytest.fixture
def token(database: object) -> str:
    """A token of a county."""
    return kept.new_token("411621001001")


@pytest.mark.parametrize("size", [0, 1, kept.BLOCK, kept.BLOCK + 1, 3 * kept.BLOCK + 5])
def test_a_stream_is_read_back_and_a_cut_one_is_not(token: str, size: int) -> None:
    data = (NAME * (size // len(NAME) + 1))[:size]
    assert kept.write_stream(token, "file", (data[at : at + 65_536] for at in range(0, size, 65_536)), b"f") == size
    assert kept.read_stream(token, "file", b"f") == data
    at = kept.place(token, "file")
    whole = at.read_bytes()
    assert size < len(NAME) or NAME not in whole
    with pytest.raises(BadSeal):
        kept.read_stream(token, "file", b"other")
    at.write_bytes(whole[:-1])
    with pytest.raises(BadSeal):
        kept.read_stream(token, "file", b"f")
    at.write_bytes(b"")
    with pytest.raises(BadSeal):
        kept.read_stream(token, "file", b"f")
    if size > kept.BLOCK:  # the last block is missing
        at.write_bytes(whole[: 4 + int.from_bytes(whole[:4], "little")])
        with pytest.raises(BadSeal):
            kept.read_stream(token, "file", b"f")


def test_a_sender_that_breaks_off_leaves_nothing(token: str) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * kept.BLOCK * 2
        raise ConnectionError

    with pytest.raises(ConnectionError):
        kept.write_stream(token, "file", broken(), b"f")
    assert not list(kept.folder().glob(f"{token}*"))


def test_a_file_waits_an_hour_and_with_a_job_a_day(token: str) -> None:
    two_hours_ago = time.time() - 2 * 3600
    for part in ("file", "job"):
        kept.write(token, part, b"data", b"f")
        os.utime(kept.place(token, part), (two_hours_ago, two_hours_ago))
    other = kept.new_token("411621")
    kept.write(other, "file", b"data", b"f")
    os.utime(kept.place(other, "file"), (two_hours_ago, two_hours_ago))
    kept.purge()
    assert kept.read(token, "file", b"f") == b"data"
    assert not kept.place(other, "file").exists()
    days_ago = time.time() - 2 * 86_400
    for part in ("file", "job"):
        os.utime(kept.place(token, part), (days_ago, days_ago))
    with pytest.raises(FileNotFoundError):
        kept.read(token, "file", b"f")
    kept.purge()
    assert not list(kept.folder().glob(f"{token}*"))


def test_a_name_that_is_no_token_finds_nothing(database: object) -> None:
    for name in ("../../etc/passwd", "411621", "411621-" + "x" * 23, ""):
        with pytest.raises(LianfangError) as caught:
            kept.place(name, "file")
        assert caught.value.code == "jobs.upload_gone"
