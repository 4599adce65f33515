"""What is sealed under which name, JSON inside, the key of the county that the call or offer lies in."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from lianfang.base.vault.api import standing_box, system_box

PERSON: Final = b"volunteers.person"
"""{name, phone, address, words} of an answer or of a person's offer (so that an offer can become an answer as it is); {words,
contact} of a unit's offer."""
WORDS: Final = b"volunteers.words"
"""Thanks to somebody, and what they write to the office."""


def seal(path: str, value: object, column: bytes = PERSON) -> bytes:
    """A value as JSON, sealed with the standing key of the county that a path lies in."""
    return standing_box(path).seal(msgspec.json.encode(value), column)


def unseal(path: str, sealed: bytes | memoryview | None, column: bytes = PERSON) -> Any:
    """The value behind a seal; None when it was destroyed. Raises BadSeal when it was changed."""
    return None if sealed is None else msgspec.json.decode(standing_box(path).open(bytes(sealed), column))


def phone_blind(phone: str) -> bytes:
    """A keyed hash of a telephone, by which one telephone answers a call once."""
    return system_box().blind(f"volunteers:{phone}")
