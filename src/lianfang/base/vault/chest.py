"""Keys backed up apart, by two people: a sealed file that opens only with both passphrases.

A random key seals the content (AES-256-GCM). That key is split in two halves, neither of which tells anything alone;
each half is sealed under a key stretched from one person's passphrase (scrypt). The head of the file is bound to the
seals, so that neither halves nor parameters can be exchanged.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from lianfang.base.vault.keystore import Keystore
from lianfang.kernel.errors import LianfangError, define

VERSION: Final = 1
SCRYPT_N: Final = 2**17
"""Cost of one guess: 128 MB and about half a second (OWASP's password storage guidance, scrypt)."""
SCRYPT_R: Final = 8
MOST_N: Final = 2**20
"""A file asking for more than this is not ours: opening it would take gigabytes."""
SHORTEST: Final = 12
"""Characters of a passphrase at least (assumption: four or five words)."""

define(
    "vault.phrase_short",
    status=422,
    zh="口令太短：每人至少{count}个字符。请用四五个词组成的口令。",
    en="The passphrase is too short: at least {count} characters each. Four or five words are good.",
)
define(
    "vault.phrases_equal",
    status=422,
    zh="两个口令相同：密钥备份须由两个人各持一个口令。请第二个人另设口令。",
    en="Both passphrases are the same: two people each keep one of their own. Let the second person choose another.",
)
define(
    "vault.chest_locked",
    status=422,
    zh="口令不对，或密钥备份被改动过（第{which}人）。请核对口令后重试；没有更改任何数据。",
    en="The passphrase is wrong, or the backup of keys was changed (person {which}). Check and try again; nothing was changed.",
)
define(
    "vault.chest_broken",
    status=422,
    zh="这不是完整的密钥备份文件。请换用另一份备份；没有更改任何数据。",
    en="This is not a whole backup of keys. Use another copy; nothing was changed.",
)


@dataclass(frozen=True)
class Chest:
    """What a sealed file holds: keys by name as the keystore writes them, the list of destroyed ones, and other secrets."""

    made_at: str
    keys: dict[str, dict[str, str]]
    destroyed: dict[str, dict[str, str]]
    others: dict[str, str]


def pack(store: Keystore, others: Mapping[str, str], phrases: tuple[str, str], *, cost: int = SCRYPT_N) -> bytes:
    """Seal every key of the store; raises vault.phrase_short, vault.phrases_equal."""
    for phrase in phrases:
        if len(phrase) < SHORTEST:
            raise LianfangError("vault.phrase_short", count=SHORTEST)
    if phrases[0] == phrases[1]:
        raise LianfangError("vault.phrases_equal")
    content = {
        "keys": {name: json.loads((store.folder / f"{name}.key").read_text()) for name in store.names()},
        "destroyed": store.destroyed(),
        "others": dict(others),
    }
    whole = secrets.token_bytes(32)
    first = secrets.token_bytes(32)
    halves = (first, bytes(a ^ b for a, b in zip(whole, first, strict=True)))
    salts = [secrets.token_bytes(16) for _ in halves]
    head = {
        "lianfang_keys": VERSION, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "n": cost, "r": SCRYPT_R,
        "salts": [_text(salt) for salt in salts], "fingerprints": {name: store.fingerprint(name) for name in store.names()},
    }  # fmt: skip
    bound = _bound(head)
    sealed = [
        _seal(_stretch(phrase, salt, cost, SCRYPT_R), half, bound)
        for phrase, salt, half in zip(phrases, salts, halves, strict=True)
    ]
    body = {"head": head, "halves": sealed, "content": _seal(whole, json.dumps(content).encode(), bound)}
    return json.dumps(body, indent=1).encode()


def unpack(raw: bytes, phrases: tuple[str, str]) -> Chest:
    """Open a sealed file with both passphrases, in either order; raises vault.chest_broken, vault.chest_locked."""
    head, body = _parse(raw)
    bound = _bound(head)
    try:
        return _open(head, body, phrases, bound)
    except LianfangError as error:
        if error.code != "vault.chest_locked":
            raise
        try:
            return _open(head, body, (phrases[1], phrases[0]), bound)
        except LianfangError:
            raise error from None


def fingerprints(raw: bytes) -> dict[str, str]:
    """Which keys a sealed file holds, by name and fingerprint, without opening it; raises vault.chest_broken."""
    return dict(_parse(raw)[0]["fingerprints"])


def _open(head: dict[str, Any], body: dict[str, Any], phrases: tuple[str, str], bound: bytes) -> Chest:
    halves = []
    for which, (phrase, salt, sealed) in enumerate(zip(phrases, head["salts"], body["halves"], strict=True), 1):
        key = _stretch(phrase, base64.b64decode(salt), head["n"], head["r"])
        try:
            halves.append(_unseal(key, sealed, bound))
        except InvalidTag:
            raise LianfangError("vault.chest_locked", which=which) from None
    whole = bytes(a ^ b for a, b in zip(*halves, strict=True))
    try:
        content = json.loads(_unseal(whole, body["content"], bound))
    except (InvalidTag, ValueError):
        raise LianfangError("vault.chest_broken") from None
    return Chest(head["made_at"], content["keys"], content["destroyed"], content["others"])


def _parse(raw: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        body = json.loads(raw)
        head = body["head"]
        right = (
            head["lianfang_keys"] == VERSION
            and len(head["salts"]) == len(body["halves"]) == 2
            and isinstance(head["fingerprints"], dict)
            and 2 <= int(head["n"]) <= MOST_N
            and int(head["n"]).bit_count() == 1
            and head["r"] == SCRYPT_R
            and isinstance(body["content"], str)
            and all(base64.b64decode(salt, validate=True) for salt in head["salts"])
        )
    except (ValueError, KeyError, TypeError):
        right = False
    if not right:
        raise LianfangError("vault.chest_broken")
    return head, body


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _stretch(phrase: str, salt: bytes, n: int, r: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=1).derive(phrase.encode())


def _seal(key: bytes, plain: bytes, bound: bytes) -> str:
    nonce = secrets.token_bytes(12)
    return _text(nonce + AESGCM(key).encrypt(nonce, plain, bound))


def _unseal(key: bytes, sealed: str, bound: bytes) -> bytes:
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise LianfangError("vault.chest_broken") from None
    if len(raw) < 12 + 16:
        raise LianfangError("vault.chest_broken")
    return AESGCM(key).decrypt(raw[:12], raw[12:], bound)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
