"""What is sealed where: one column name each, JSON inside, the key of the county that keeps the member."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from lianfang.base.vault.api import Box, standing_box, system_box

MEMBER: Final = b"workforce_member.sealed"
"""{name, phone: masked}"""
SECRET: Final = b"workforce_secret.sealed"
"""{paper, number, phone, address, contact}"""
ROW: Final = b"workforce_import_row.sealed"
WHY: Final = b"workforce_import_row.why"
UNIT: Final = b"workforce_organisation.sealed"
"""{contact, phone} of whoever answers for an organisation."""


class Shown(msgspec.Struct, frozen=True):
    """What a list shows of a member: the value sealed under MEMBER."""

    name: str = ""
    phone: str = ""


_encode = msgspec.json.Encoder().encode
_shown = msgspec.json.Decoder(Shown).decode


def seal(box: Box, value: object, column: bytes) -> bytes:
    """A value as JSON, sealed for a column."""
    return box.seal(_encode(value), column)


def unseal(box: Box, sealed: bytes | memoryview, column: bytes) -> Any:
    """The value behind a seal; raises BadSeal when it was changed or belongs to another column."""
    return msgspec.json.decode(box.open(sealed, column))


class Opener:
    """Opens what lists show of members: one box a county."""

    def __init__(self) -> None:
        self._open: dict[str, Callable[[bytes], bytes]] = {}

    def member(self, key_path: str, sealed: bytes) -> Shown:
        """Name and masked telephone of a member sealed under a county's key; raises BadSeal."""
        found = self._open.get(key_path)
        if found is None:
            found = self._open[key_path] = standing_box(key_path).opener(MEMBER)
        return _shown(found(sealed))


def identity_blinder() -> Callable[[str], bytes]:
    """A function from a paper's number to its blind index: the one of the residents' ledger, so that both meet."""
    blind = system_box().blind
    return lambda number: blind(f"identity:{number}")


def contact_blinder() -> Callable[[str, str], bytes]:
    """A function from name and telephone to a blind index, for people whose list brings no paper."""
    blind = system_box().blind
    return lambda name, phone: blind(f"contact:{name}:{phone}")
