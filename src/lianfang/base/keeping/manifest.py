"""The manifest of a base backup: what it is, whose keys it needs, which release wrote it; signed by the installation."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lianfang.base.keeping import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.base.keeping import sums
from lianfang.base.vault.api import Keystore, holds, sign
from lianfang.kernel.errors import LianfangError

NAME = sums.MANIFEST
VERSION = 2
"""1: the server's list of files with SHA-256 and the segments apart; 2: our own list (`sums.json`)."""
_STAMP = re.compile(r"[0-9]{8}T[0-9]{6}(-[0-9]+)?Z")


@dataclass(frozen=True)
class Backup:
    """One whole base backup."""

    folder: Path
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """The stamp that names it."""
        return self.folder.name

    @property
    def ended_at(self) -> datetime:
        """From this moment on it can be restored to any time of the archive."""
        return datetime.fromisoformat(self.body["ended_at"])

    @property
    def first_segment(self) -> str:
        """The first segment of the log that it needs."""
        return str(self.body["first_segment"])


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, store: Keystore, body: dict[str, Any]) -> None:
    """Sign and write the manifest of a backup, durably."""
    with (folder / NAME).open("w") as out:
        json.dump(sign(store, {"version": VERSION, **body}), out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())


def whole_backups(to: Path) -> list[Backup]:
    """Every finished backup of a folder, oldest first; what was cut off carries another name and is not one."""
    base = to / "base"
    names = sorted(path for path in base.iterdir() if _STAMP.fullmatch(path.name)) if base.is_dir() else []
    found = []
    for folder in names:
        try:
            signed = json.loads((folder / NAME).read_text())
            found.append(Backup(folder, signed["body"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def check_signature(backup: Backup) -> None:
    """Raise restore.damaged unless the manifest is as it was signed, and fits the list of files beside it."""
    try:
        signed = json.loads((backup.folder / NAME).read_text())
        listed = sums.NAME if signed["body"].get("list") == sums.NAME else sums.SERVERS
        fits = holds(signed) and file_digest(backup.folder / listed) == signed["body"]["files"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise LianfangError("restore.damaged", name=backup.name, reason="manifest")


def check_schema(backup: Backup, known: Iterable[str]) -> None:
    """Raise restore.newer_schema when the backup holds migrations that this release does not know."""
    unknown = sorted(set(backup.body["migrations"]) - set(known))
    if unknown:
        raise LianfangError(
            "restore.newer_schema", name=backup.name, release=backup.body["release"], unknown=", ".join(unknown[:3])
        )


def check_keys(backup: Backup, held: dict[str, str], destroyed: Iterable[str]) -> None:
    """Raise restore.keys_missing or restore.other_key unless the keys fit; those destroyed since are not missed."""
    wanted = {name: mark for name, mark in backup.body["fingerprints"].items() if name not in set(destroyed)}
    if not held:
        raise LianfangError("restore.keys_missing")
    wrong = sorted(name for name, mark in wanted.items() if held.get(name) != mark)
    if wrong:
        raise LianfangError("restore.other_key", name=backup.name, keys=", ".join(wrong[:3]))
