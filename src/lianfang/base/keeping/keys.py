"""Keys backed up apart from the data, and brought back, each by two people."""

from __future__ import annotations

import os
from pathlib import Path

from lianfang.base.database import archive
from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.keeping import state
from lianfang.base.vault.api import Keystore
from lianfang.base.vault.chest import Chest, pack, unpack
from lianfang.kernel.errors import LianfangError


def back_up_keys(data: Path, store: Keystore, to: Path, phrases: tuple[str, str]) -> list[str]:
    """Write a sealed file with every key; returns their names.

    Raises backup.keys_beside_data, backup.exists, backup.folder_unusable, restore.keys_missing, vault.phrase_short,
    vault.phrases_equal.
    """
    _require_apart(data, to)
    names = store.names()
    if not names:
        raise LianfangError("restore.keys_missing")
    if to.exists():
        raise LianfangError("backup.exists", file=str(to))
    secret = data / "secret"
    raw = pack(store, {"secret": secret.read_text()} if secret.exists() else {}, phrases)
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
    state.note(data, "keys", file=to.name, names=names)
    return names


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
