"""What is sealed where: one column name each, JSON inside, the key of the county the person lives in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from lianfang.base.vault.api import Box, standing_box, system_box

PERSON: Final = b"residents_person.sealed"
"""{name, relation, care: [words], phone: masked}"""
SECRET: Final = b"residents_secret.sealed"
"""{paper, number, birth, phone, registered, home, employer, trade, note}"""
HOUSEHOLD: Final = b"residents_household.sealed"
"""{door}"""
ROW: Final = b"residents_import_row.sealed"
"""The cells of a row by name of the column; dates as ISO text."""
WHY: Final = b"residents_import_row.why"
"""[[column, code, values], …]"""


class Said(msgspec.Struct, frozen=True):
    """What a list shows of a person: the value sealed under PERSON, with its words where there are none."""

    name: str = ""
    relation: str | None = None
    care: tuple[str, ...] | None = ()
    phone: str | None = None


class Named(msgspec.Struct, frozen=True):
    """Only the name of what is sealed under PERSON."""

    name: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_said = msgspec.json.Decoder(Said).decode
_named = msgspec.json.Decoder(Named).decode


def seal(box: Box, value: object, column: bytes) -> bytes:
    """A value as JSON, sealed for a column."""
    return box.seal(_encode(value), column)


def unseal(box: Box, sealed: bytes | memoryview, column: bytes) -> Any:
    """The value behind a seal; raises BadSeal when it was changed or belongs to another column."""
    return _decode(box.open(sealed, column))


class Opener:
    """Opens the sealed values of long lists: one box a county, one function a column."""

    def __init__(self) -> None:
        self._boxes: dict[str, Box] = {}
        self._openers: dict[tuple[str, bytes], Callable[[bytes], bytes]] = {}
        self._doors: dict[tuple[str, bytes], str] = {}

    def _open(self, path: str, column: bytes) -> Callable[[bytes], bytes]:
        key = (path[:6], column)
        found = self._openers.get(key)
        if found is None:
            found = self._openers[key] = box_of(path, self._boxes).opener(column)
        return found

    def person(self, path: str, sealed: bytes) -> Said:
        """What a list shows of somebody whose home is at a path; raises BadSeal."""
        return _said(self._open(path, PERSON)(sealed))

    def name(self, path: str, sealed: bytes) -> str:
        """The name alone; raises BadSeal."""
        return _named(self._open(path, PERSON)(sealed)).name

    def door(self, path: str, sealed: bytes) -> str:
        """The door of a household, opened once for all who live behind it; raises BadSeal."""
        known = self._doors.get((path, sealed))
        if known is None:
            known = self._doors[path, sealed] = str(_decode(self._open(path, HOUSEHOLD)(sealed)).get("door", ""))
        return known


def identity_blinder() -> Callable[[str], bytes]:
    """A function from a paper's number to its blind index (16 bytes): one key for the whole installation, so that a move
    from one county to another is noticed."""
    blind = system_box().blind
    return lambda number: blind(f"identity:{number}")


def box_of(path: str, cache: dict[str, Box]) -> Box:
    """The standing box of a path's county, kept in a dictionary of the caller."""
    county = path[:6]
    box = cache.get(county)
    if box is None:
        box = cache[county] = standing_box(county)
    return box


def without_blanks(values: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row that hold something."""
    return {name: value for name, value in values.items() if value not in (None, "", ())}
