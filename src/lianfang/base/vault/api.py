"""The door of the vault: boxes by class of key, for everybody above."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lianfang.base.vault.crypto import BadSeal, Box
from lianfang.base.vault.keystore import Keystore
from lianfang.base.vault.signing import holds, public_key, sign

__all__ = [
    "BadSeal",
    "Box",
    "Keystore",
    "holds",
    "incident_box",
    "keystore",
    "public_key",
    "sign",
    "standing_box",
    "system_box",
]


@cache
def _keystore(folder: str, provider: str) -> Keystore:
    return Keystore(Path(folder), provider)


def keystore() -> Keystore:
    """The keystore of this installation (`LIANFANG_KEYS`, else `keys` in the data folder)."""
    data = os.environ.get("LIANFANG_DATA", ".lianfang")
    folder = os.environ.get("LIANFANG_KEYS") or str(Path(data) / "keys")
    return _keystore(folder, os.environ.get("LIANFANG_CRYPTO", "intl"))


def standing_box(path: str) -> Box:
    """The box for standing data of the county that `path` lies in (its first six digits), or of the city or province it is."""
    return keystore().make(f"standing-{path[:6].ljust(6, '0')}")


def incident_box(incident_id: int) -> Box:
    """The box of an incident; raises vault.key_missing after its data was destroyed."""
    return keystore().box(f"incident-{incident_id}")


def system_box() -> Box:
    """The box for what belongs to no county, such as names of accounts."""
    return keystore().make("system")
