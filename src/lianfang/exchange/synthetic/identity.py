"""Numbers that belong to nobody: identity numbers of region 99 with the right check character, and telephones."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from lianfang.exchange.synthetic.census import village_units
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import CHECK_CHARACTERS, SYNTHETIC_PREFIX, WEIGHTS

Days = npt.NDArray[np.datetime64]
Bytes = npt.NDArray[np.bytes_]

BLOCKS: Final = 100_000
"""Ranges of numbers: four region digits after 99, times ten ranges of the serial. One community uses one block."""
SERIALS: Final = 50
"""Numbers for people of one sex and one day of birth within a block."""
PHONE_PREFIX: Final = b"154"
"""Assumption: no public list of numbering plans shows the range 154 in use."""
_FIRST_DAY: Final = np.datetime64("1880-01-01")
_LAST_DAY: Final = np.datetime64("2100-12-31")
_ZERO: Final = ord("0")


@lru_cache(maxsize=1)
def _block_of_unit() -> dict[str, int]:
    return {code: at for at, code in enumerate(village_units())}


def block_of(code: str) -> int:
    """The block of a community. Shipped village-level units have one each; other codes share what is left."""
    known = _block_of_unit()
    if code in known:
        return known[code]
    return len(known) + zlib.crc32(code.encode()) % (BLOCKS - len(known))


@lru_cache(maxsize=1)
def _day_digits() -> npt.NDArray[np.uint8]:
    """(days, 8) the digits YYYYMMDD of every day."""
    days = np.arange(_FIRST_DAY, _LAST_DAY + 1)
    text = np.char.replace(days.astype("U10"), "-", "")
    return (text.astype("S8").view(np.uint8).reshape(-1, 8) - _ZERO).astype(np.uint8)


def _ranks(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each element, how many equal ones stand before it."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    fresh = np.r_[True, ordered[1:] != ordered[:-1]]
    first = np.maximum.accumulate(np.where(fresh, np.arange(keys.size), 0))
    ranks = np.empty(keys.size, dtype=np.int64)
    ranks[order] = np.arange(keys.size) - first
    return ranks


def identity_numbers(birth: Days, male: npt.NDArray[np.bool_], code: str) -> Bytes:
    """Different numbers (S18) for the people of one community, by birth day and sex.

    Raises synthetic.numbers_exhausted when more than SERIALS people share a day and a sex.
    """
    day = (birth - _FIRST_DAY).astype(np.int64)
    rank = _ranks(day * 2 + male)
    if rank.size and int(rank.max()) >= SERIALS:
        raise LianfangError("synthetic.numbers_exhausted", code=code, limit=SERIALS)
    block = block_of(code)
    serial = block % 10 * 100 + rank * 2 + male
    digits = np.empty((birth.size, 18), dtype=np.uint8)
    digits[:, :6] = np.frombuffer(f"{SYNTHETIC_PREFIX}{block // 10:04d}".encode(), dtype=np.uint8) - _ZERO
    digits[:, 6:14] = _day_digits()[day]
    digits[:, 14] = serial // 100
    digits[:, 15] = serial // 10 % 10
    digits[:, 16] = serial % 10
    total = digits[:, :17].astype(np.int32) @ np.array(WEIGHTS, dtype=np.int32)
    characters = digits + np.uint8(_ZERO)
    characters[:, 17] = np.frombuffer(CHECK_CHARACTERS.encode(), dtype=np.uint8)[total % 11]
    return characters.reshape(-1).view("S18")


def phones(rng: np.random.Generator, has_phone: npt.NDArray[np.bool_]) -> Bytes:
    """Telephones (S11) in a range without subscribers; empty where there is none. Two may agree by chance."""
    digits = rng.integers(_ZERO, _ZERO + 10, (has_phone.size, 11), dtype=np.uint8)
    digits[:, :3] = np.frombuffer(PHONE_PREFIX, dtype=np.uint8)
    digits[~has_phone] = 0
    return digits.reshape(-1).view("S11")
