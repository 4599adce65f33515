"""Codes that people copy from paper: letters without look-alikes, in groups, read back however they were typed."""

from __future__ import annotations

import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def normal_code(text: str) -> str:
    """What was typed, as the code was made: wide letters, small letters, blanks, dashes and look-alikes are forgiven."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_READ_AS)
    return "".join(letter for letter in plain if letter in ALPHABET)
