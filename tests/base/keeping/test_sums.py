"""Sums taken while a folder is still being filled: nothing is missed, nothing stale is kept, CRC-32C as the server writes it."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest

from lianfang.base.keeping import sums
from lianfang.kernel.errors import LianfangError


def test_a_file_that_changes_after_it_was_read_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    early, late = tmp_path / "base" / "1", tmp_path / "base" / "2"
    early.write_bytes(b"a" * 3_000_000)
    passing = tmp_path / "base" / "passing"
    passing.touch()
    follower = sums.Follower(tmp_path)
    follower.look()
    follower.look()  # at rest: begun
    passing.unlink()
    read_once = follower.finish()
    time.sleep(0.02)
    early.write_bytes(b"b" * 3_000_000)
    late.write_bytes(b"c")
    again = follower.finish()
    follower.close()
    assert read_once["base/1"].sha256 == hashlib.sha256(b"a" * 3_000_000).hexdigest()
    assert again["base/1"] == sums.read_sum(early)
    assert again["base/1"].sha256 == hashlib.sha256(b"b" * 3_000_000).hexdigest()
    assert (again["base/2"].size, sorted(again)) == (1, ["base/1", "base/2"])


def test_the_sums_of_a_file_are_the_published_ones(tmp_path: Path) -> None:
    """RFC 3720, B.4: the CRC-32C of 32 zero bytes is aa 36 91 8a, the first byte first as PostgreSQL writes it."""
    (tmp_path / "zeros").write_bytes(bytes(32))
    found = sums.read_sum(tmp_path / "zeros")
    assert found == sums.Sum(32, hashlib.sha256(bytes(32)).hexdigest(), "aa36918a")


def test_a_list_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    for text in ("", "[]", "{", '{"a": 1}', '{"a": []}'):
        (tmp_path / sums.NAME).write_text(text)
        (tmp_path / "a").touch()
        with pytest.raises(LianfangError) as caught:
            sums.verify(tmp_path, "x")
        assert caught.value.code == "restore.damaged", text
