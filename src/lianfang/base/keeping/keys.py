"""Keys backed up apart from the data, and brought back, each by two people.

With the keys go the secret of the pages and the root of the local authority (`tls/`), so that devices that trust it trust the
restored service too. Its certificates for the service itself are made anew.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from lianfang.base.database import archive
from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.keeping import state
from lianfang.base.vault.api import Keystore
from lianfang.base.vault.chest import Chest, pack, unpack
from lianfang.kernel.errors import LianfangError

AUTHORITY = ("tls/ca.crt", "tls/ca.key")
"""The root of `serve --tls` in the data folder: certificate and key (PEM)."""


def back_up_keys(data: Path, store: Keystore, to: Path, phrases: tuple[str, str]) -> list[str]:
    """Write a sealed file with every key and the local authority, if there is one; returns their names.

    Raises backup.keys_beside_data, backup.exists, backup.folder_unusable, restore.keys_missing, vault.phrase_short,
    vault.phrases_equal.
    """
    _require_apart(data, to)
    names = store.names()
    if not names:
        raise LianfangError("restore.keys_missing")
    if to.exists():
        raise LianfangError("backup.exists", file=str(to))
    kept = authority_names(data)
    raw = pack(
        store, {name: (data / name).read_text() for name in ("secret", *AUTHORITY) if (data / name).exists()}, phrases
    )
    try:
        descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise LianfangError(
            "backup.folder_unusable", folder=str(to.parent), reason=error.strerror or str(error)
        ) from None
    state.note(data, "keys", file=to.name, names=names + kept)
    return names + kept


def names(data: Path, store: Keystore) -> list[str]:
    """What a backup of keys made now would hold, by name; another authority has another name."""
    return store.names() + authority_names(data)


def authority_names(data: Path) -> list[str]:
    """The local authority's name with 16 digits of its certificate's SHA-256; empty without an authority."""
    try:
        return ["authority-" + hashlib.sha256((data / AUTHORITY[0]).read_bytes()).hexdigest()[:16]]
    except OSError:
        return []


def put_others(data: Path, chest: Chest) -> None:
    """Write secret and authority of an opened file where there is none; what is here stays as it is."""
    for group in (("secret",), AUTHORITY):
        if not all(name in chest.others for name in group) or any((data / name).exists() for name in group):
            continue
        for name in group:
            path = data / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(chest.others[name])


def open_chest(path: Path, phrases: tuple[str, str]) -> Chest:
    """The content of a sealed file; raises vault.chest_broken, vault.chest_locked."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise LianfangError("vault.chest_broken") from None
    return unpack(raw, phrases)


def _require_apart(data: Path, to: Path) -> None:
    above = to.resolve().parents
    held = archive.read(data)
    backups = [held.folder.parent.resolve()] if held else []
    if any(place in above for place in (data.resolve(), *backups)) or any(
        (place / "base").is_dir() for place in above[:1]
    ):
        raise LianfangError("backup.keys_beside_data")
