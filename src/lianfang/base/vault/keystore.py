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
import time
from datetime import UTC, datetime
from pathlib import Path

from lianfang.base.vault.crypto import ENCIPHERED, HASHED, PROVIDERS, Box, key_fingerprint
from lianfang.kernel.errors import LianfangError, define

define(
    "vault.key_missing",
    status=503,
    zh="找不到密钥“{name}”。请联系系统管理员检查密钥目录；已记录的数据没有丢失。",
    en="The key '{name}' is missing. Ask the system administrator to check the key folder; recorded data is not lost.",
)
define(
    "vault.key_broken",
    status=503,
    zh="密钥“{name}”的文件已损坏。请系统管理员用两人保管的密钥备份恢复；已记录的数据没有丢失。",
    en="The file of the key '{name}' is broken. Restore it from the keys backed up by two people; recorded data is not lost.",
)
_NAME = re.compile(r"(system|standing-[0-9]{6}|incident-[0-9]{1,5}|signing)")
FRESH_SECONDS = 0.5
"""How long a process may go on with a key that another process has destroyed."""
DESTROYED = "destroyed.json"
"""Which keys were destroyed and when: a key that is named here never comes back, also not out of a backup of keys."""


class Keystore:
    """Reads and makes data keys in one folder; keeps opened boxes in memory of this process."""

    def __init__(self, folder: Path, provider: str = "intl") -> None:
        self.folder = folder
        self.provider = provider
        self._boxes: dict[str, Box] = {}
        self._stamp = 0
        self._looked = 0.0
        self._lock = threading.Lock()

    def make(self, name: str) -> Box:
        """The box of a key, made now if it does not exist yet; several processes may race."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no class of keys")
        self._make_file(name)
        return self.box(name)

    def _make_file(self, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(name)
        if not path.exists():
            if name in self.destroyed():
                raise LianfangError("vault.key_missing", name=name)
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            body = {"provider": self.provider, "key": key, "pseudonyms": ENCIPHERED}
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

    def box(self, name: str) -> Box:
        """The box of an existing key; raises vault.key_missing once it was destroyed."""
        self._forget_destroyed()
        found = self._boxes.get(name)
        if found is not None:
            return found
        with self._lock:
            body = self._read(name)
            box = PROVIDERS[body["provider"]](base64.b64decode(body["key"]), body.get("pseudonyms", HASHED))
            self._boxes[name] = box
            return box

    def _read(self, name: str) -> dict[str, str]:
        try:
            body: dict[str, str] = json.loads(self._path(name).read_text())
        except FileNotFoundError:
            raise LianfangError("vault.key_missing", name=name) from None
        except ValueError:
            raise LianfangError("vault.key_broken", name=name) from None
        return body

    def _forget_destroyed(self) -> None:
        """Drop every opened box when the folder changed: a key destroyed by another process must not live on here."""
        now = time.monotonic()
        if now - self._looked < FRESH_SECONDS:
            return
        self._looked = now
        try:
            stamp = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            stamp = 0
        if stamp != self._stamp:
            self._stamp = stamp
            self._boxes.clear()

    def secret(self, name: str) -> bytes:
        """The 32 bytes of a key that is no box (the signing key), made now if it does not exist yet."""
        self._make_file(name)
        return base64.b64decode(self._read(name)["key"])

    def put(self, keys: dict[str, dict[str, str]]) -> None:
        """Write keys that come from a backup of keys; those that are here, and those destroyed, stay as they are."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        gone = self.destroyed()
        for name, body in keys.items():
            path = self._path(name)
            if not _NAME.fullmatch(name) or name in gone or path.exists():
                continue
            path.touch(mode=0o600)
            with path.open("w") as out:
                json.dump(body, out)
                out.flush()
                os.fsync(out.fileno())

    def names(self) -> list[str]:
        """The keys that exist, in order."""
        return sorted(path.stem for path in self.folder.glob("*.key") if _NAME.fullmatch(path.stem))

    def fingerprint(self, name: str) -> str:
        """16 hex digits by which a key is recognised; they tell nothing of the key. Raises vault.key_missing."""
        return key_fingerprint(base64.b64decode(self._read(name)["key"]))

    def destroyed(self) -> dict[str, dict[str, str]]:
        """Keys that were destroyed: name → fingerprint and time."""
        try:
            found: dict[str, dict[str, str]] = json.loads((self.folder / DESTROYED).read_text())
        except FileNotFoundError:
            return {}
        return found

    def remember_destroyed(self, gone: dict[str, dict[str, str]]) -> None:
        """Add to the list of destroyed keys, durably; keys on it are removed if they are here."""
        held = {**gone, **self.destroyed()}
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f"{DESTROYED}.{os.getpid()}"
        with draft.open("w") as out:
            json.dump(held, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self.folder / DESTROYED)
        for name in held:
            self._shred(name)

    def has(self, name: str) -> bool:
        """Whether the key exists."""
        return self._path(name).exists()

    def destroy(self, name: str) -> None:
        """Overwrite and remove a key, and remember that; what it sealed can't be read any more without a copy of the key."""
        if self.has(name):
            stamp = datetime.now(UTC).isoformat(timespec="seconds")
            self.remember_destroyed({name: {"fingerprint": self.fingerprint(name), "at": stamp}})

    def _shred(self, name: str) -> None:
        path = self._path(name)
        self._boxes.pop(name, None)
        if path.exists():
            with path.open("r+b") as out:
                out.write(os.urandom(path.stat().st_size))
                out.flush()
                os.fsync(out.fileno())
            path.unlink()
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.key"
