"""The keystore: one file a data key, in a folder outside the database and outside its backups.

Classes of keys: `standing-<county>` (resident ledger, accounts; rotated), `incident-<number>` (tests, watches, looks;
destroyed when the incident ends) and `system` (what belongs to no county). Destroying a key is what makes data unreadable.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import threading
from pathlib import Path

from lianfang.base.vault.crypto import PROVIDERS, Box
from lianfang.kernel.errors import LianfangError, define

define(
    "vault.key_missing",
    status=503,
    zh="找不到密钥“{name}”。请联系系统管理员检查密钥目录；已记录的数据没有丢失。",
    en="The key '{name}' is missing. Ask the system administrator to check the key folder; recorded data is not lost.",
)
_NAME = re.compile(r"(system|standing-[0-9]{6}|incident-[0-9]{1,5})")


class Keystore:
    """Reads and makes data keys in one folder; keeps opened boxes in memory of this process."""

    def __init__(self, folder: Path, provider: str = "intl") -> None:
        self.folder = folder
        self.provider = provider
        self._boxes: dict[str, Box] = {}
        self._lock = threading.Lock()

    def make(self, name: str) -> Box:
        """The box of a key, made now if it does not exist yet; several processes may race."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no class of keys")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(name)
        if not path.exists():
            body = {"provider": self.provider, "key": base64.b64encode(secrets.token_bytes(32)).decode()}
            draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                json.dump(body, out)
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(draft, path)  # the first one wins
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return self.box(name)

    def box(self, name: str) -> Box:
        """The box of an existing key; raises vault.key_missing once it was destroyed."""
        found = self._boxes.get(name)
        if found is not None:
            return found
        with self._lock:
            try:
                body = json.loads(self._path(name).read_text())
            except FileNotFoundError:
                raise LianfangError("vault.key_missing", name=name) from None
            box = PROVIDERS[body["provider"]](base64.b64decode(body["key"]))
            self._boxes[name] = box
            return box

    def has(self, name: str) -> bool:
        """Whether the key exists."""
        return self._path(name).exists()

    def destroy(self, name: str) -> None:
        """Overwrite and remove a key; what it sealed can't be read any more by anybody without a copy of the key."""
        path = self._path(name)
        self._boxes.pop(name, None)
        if path.exists():
            with path.open("r+b") as out:
                out.write(os.urandom(path.stat().st_size))
                out.flush()
                os.fsync(out.fileno())
            path.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.key"
