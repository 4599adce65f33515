"""The installation's signature: an Ed25519 key in the keystore, whose public half anybody may hold.

What is signed is the canonical form of a JSON object (sorted names, no spaces, UTF-8), so that a certificate can be
checked with any Ed25519 program.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lianfang.base.vault.keystore import Keystore

KEY = "signing"


def canonical(body: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _private(store: Keystore) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(store.secret(KEY))


def public_key(store: Keystore) -> str:
    """The public key in base64 (32 bytes); the pair is made at the first call."""
    raw = _private(store).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def fingerprint(public: str) -> str:
    """A short name of a public key, to compare by eye: 16 hex digits of its SHA-256 in groups of four."""
    digest = hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]
    return "-".join(digest[at : at + 4] for at in range(0, 16, 4))


def sign(store: Keystore, body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with `signature` and `public_key` beside it."""
    signature = _private(store).sign(canonical(body))
    return {
        "body": dict(body),
        "public_key": public_key(store),
        "signature": base64.b64encode(signature).decode(),
    }


def holds(signed: Mapping[str, Any], *, public: str | None = None) -> bool:
    """Whether a signature fits its body, and was made by the given key if one is given."""
    try:
        key = str(signed["public_key"])
        if public is not None and public != key:
            return False
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(
            base64.b64decode(signed["signature"]), canonical(signed["body"])
        )
    except (InvalidSignature, KeyError, ValueError, TypeError):
        return False
    return True
