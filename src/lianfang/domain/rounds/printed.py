"""Printed codes of many swabs at once: what `parse_code` does one by one, for a thousand in the time of ten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lianfang.kernel.ids import ALPHABET, CODE_LENGTH, format_code

_UNKNOWN = len(ALPHABET)
"""Stands for a character that no printed code has."""
WIDTH = CODE_LENGTH + 1
"""A code and the end of its line."""
_NO_CODE = "?" * CODE_LENGTH
NOT_PRINTED = -1
"""Stands for the number of a text that is no code exactly as printed."""


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


def _lines(texts: Sequence[str]) -> bytes:
    """A text a line; a character outside ASCII becomes one question mark."""
    return "\n".join([*texts, ""]).encode("ascii", "replace")


def read_codes(texts: Sequence[str]) -> NDArray[np.int64]:
    """The number behind each code that stands exactly as printed; NOT_PRINTED for what `parse_code` must look at more closely."""
    raw = _lines(texts)
    if len(raw) != WIDTH * len(texts) or raw[CODE_LENGTH::WIDTH] != b"\n" * len(texts) or raw.count(b"\n") > len(texts):
        raw = _lines([text if len(text) == CODE_LENGTH and "\n" not in text else _NO_CODE for text in texts])
    lines = _DIGITS[np.frombuffer(raw, np.uint8)].reshape(-1, WIDTH)
    columns = np.ascontiguousarray(lines.T[:CODE_LENGTH])
    *body, check = columns
    numbers, sums = np.zeros(len(check), np.int64), np.zeros(len(check), np.uint8)
    for digit, table in zip(body, _CHECKS, strict=True):
        numbers <<= 5
        numbers |= digit
        sums ^= table[digit]
    numbers[(sums != check) | (columns.max(axis=0) == _UNKNOWN)] = NOT_PRINTED
    return numbers
