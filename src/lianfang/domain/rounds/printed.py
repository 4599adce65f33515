"""Printed codes of many swabs at once: what `parse_code` does one by one, for a thousand in the time of ten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from lianfang.kernel.ids import ALPHABET, CODE_LENGTH, format_code

_UNKNOWN = len(ALPHABET)
"""Stands for a character that no printed code has."""
_NOT_PRINTED = "?" * CODE_LENGTH


def _digits() -> NDArray[np.uint8]:
    digits = np.full(256, _UNKNOWN, np.uint8)
    digits[np.frombuffer(ALPHABET.encode(), np.uint8)] = np.arange(len(ALPHABET))
    return digits


def _checks() -> list[NDArray[np.uint8]]:
    """What each digit adds to the check digit, place by place: the sum is linear over GF(2), so parts add up by XOR."""
    shifts = range(5 * (CODE_LENGTH - 2), -1, -5)  # five bits a character, highest first
    return [
        np.array([*(ALPHABET.index(format_code(digit << shift)[-1]) for digit in range(_UNKNOWN)), 0], np.uint8)
        for shift in shifts
    ]


_DIGITS, _CHECKS = _digits(), _checks()


def read_codes(texts: Sequence[str]) -> list[int | None]:
    """The number behind each code that stands exactly as printed; None for what `parse_code` must look at more closely."""
    if set(map(len, texts)) - {CODE_LENGTH}:
        texts = [text if len(text) == CODE_LENGTH else _NOT_PRINTED for text in texts]
    raw = "".join(texts).encode("ascii", "replace")  # a character outside ASCII becomes one question mark
    digits = _DIGITS[np.frombuffer(raw, np.uint8)].reshape(-1, CODE_LENGTH)
    columns = np.ascontiguousarray(digits.T)
    *body, check = columns
    numbers, sums = np.zeros(len(check), np.int64), np.zeros(len(check), np.uint8)
    for digit, table in zip(body, _CHECKS, strict=True):
        numbers <<= 5
        numbers |= digit
        sums ^= table[digit]
    found = cast(list[int | None], numbers.tolist())
    for place in np.flatnonzero((sums != check) | (columns.max(axis=0) == _UNKNOWN)).tolist():
        found[place] = None
    return found
