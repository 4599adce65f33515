"""The two crypto providers: `intl` (AES-256, HMAC-SHA-256) and `gm` (SM4, HMAC-SM3).

Both work on one 32-byte data key, from which every purpose gets a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import ClassVar

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as openssl_hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import SM4  # type: ignore[attr-defined]  # newer releases moved it
except ImportError:
    from cryptography.hazmat.primitives.ciphers.algorithms import SM4

NONCE_BYTES = 12
TAG_BYTES = 16
BLIND_BYTES = 16
_SIGN = 1 << 63
HASHED, ENCIPHERED = "hashed", "enciphered"
"""How a key makes pseudonyms. Keys of the first releases hash each code by itself and go on doing so, for their pseudonyms stand
in databases; a key made since enciphers the code as one block, thousands in one call (ADR 7)."""


class BadSeal(ValueError):
    """A sealed value was changed, cut, or belongs to another key or another column."""


class Box(ABC):
    """Seals, opens, blinds and pseudonymises under one data key."""

    mark: ClassVar[bytes]

    def __init__(self, key: bytes, pseudonyms: str = HASHED) -> None:
        if len(key) != 32:
            raise ValueError("a data key has 32 bytes")
        if pseudonyms not in {HASHED, ENCIPHERED}:
            raise ValueError(f"{pseudonyms!r}: pseudonyms are {HASHED} or {ENCIPHERED}")
        self._enciphers = pseudonyms == ENCIPHERED
        self._blind_key = _derive(key, b"blind")
        self._pseudonym_key = _derive(key, b"pseudonym")
        self._set_seal_key(_derive(key, b"seal"))

    @abstractmethod
    def _set_seal_key(self, key: bytes) -> None: ...

    @abstractmethod
    def seal(self, plain: bytes, column: bytes) -> bytes:
        """Encrypt one value for one column; a value moved to another column does not open."""

    @abstractmethod
    def _open(self, body: bytes, column: bytes) -> bytes: ...

    @abstractmethod
    def blind(self, value: str) -> bytes:
        """A keyed hash (16 bytes) for exact look-up of a normalised value."""

    @abstractmethod
    def _hash(self, numbers: Iterable[int]) -> list[int]:
        """The first 8 bytes of each code's keyed hash, less 2^63."""

    @abstractmethod
    def _block_cipher(self, key: bytes) -> Cipher[modes.ECB]: ...

    def pseudonym(self, number: int) -> int:
        """A signed 64-bit pseudonym of a public code; without the key nobody can tell whose it is."""
        return self.pseudonyms([number])[0]

    def seal_all(self, plains: Iterable[bytes], column: bytes) -> list[bytes]:
        """`seal` for many values of one column."""
        return [self.seal(plain, column) for plain in plains]

    def pseudonyms(self, numbers: Iterable[int]) -> list[int]:
        """`pseudonym` for many codes."""
        if self._enciphers:
            return self._encipher(np.fromiter(numbers, np.uint64)).tolist()
        return self._hash(numbers)

    def pseudonym_array(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """`pseudonym` for an array of codes, in its order."""
        if self._enciphers:
            return self._encipher(numbers)
        return np.array(self._hash(numbers.tolist()), np.int64)

    def _encipher(self, numbers: NDArray[np.integer]) -> NDArray[np.int64]:
        """The first half of each code's block (8 zero bytes, the code). One block is one code and no two codes are equal, so
        that equal blocks look equal, which is wrong for messages, is what a pseudonym is for."""
        blocks = np.zeros((len(numbers), 2), ">u8")
        blocks[:, 1] = numbers
        enciphered = self._block_cipher(self._pseudonym_key).encryptor().update(blocks.tobytes())
        return np.frombuffer(enciphered, ">i8")[::2].astype(np.int64)

    def open(self, sealed: bytes | memoryview, column: bytes) -> bytes:
        """Decrypt one value; raises BadSeal when it was changed or belongs elsewhere."""
        raw = bytes(sealed)
        if raw[:1] != self.mark or len(raw) < 1 + NONCE_BYTES + TAG_BYTES:
            raise BadSeal("sealed by another provider, cut short, or not sealed at all")
        try:
            return self._open(raw[1:], column)
        except InvalidTag as error:
            raise BadSeal("the seal is broken: another key, another column, or changed bytes") from error

    def opener(self, column: bytes) -> Callable[[bytes], bytes]:
        """`open` for many values of one column."""
        return lambda sealed: self.open(sealed, column)


class IntlBox(Box):
    """AES-256-GCM with random 96-bit nonces; HMAC-SHA-256 for look-ups, AES-256 (first: keyed BLAKE2b) for pseudonyms."""

    mark = b"\x01"

    def _set_seal_key(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, column: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return self.mark + nonce + self._aead.encrypt(nonce, plain, column)

    def seal_all(self, plains: Iterable[bytes], column: bytes) -> list[bytes]:
        given = list(plains)
        nonces = os.urandom(NONCE_BYTES * len(given))  # asking the system once costs a fraction of asking each time
        encrypt, found = self._aead.encrypt, []
        for place, plain in enumerate(given):
            nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
            found.append(self.mark + nonce + encrypt(nonce, plain, column))
        return found

    def _open(self, body: bytes, column: bytes) -> bytes:
        return self._aead.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], column)

    def opener(self, column: bytes) -> Callable[[bytes], bytes]:
        mark, least, decrypt = self.mark[0], 1 + NONCE_BYTES + TAG_BYTES, self._aead.decrypt
        slow = super().opener(column)

        def open_one(sealed: bytes) -> bytes:
            if len(sealed) < least or sealed[0] != mark:
                return slow(sealed)  # says what is wrong
            try:
                return decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], column)
            except InvalidTag:
                return slow(sealed)

        return open_one

    def blind(self, value: str) -> bytes:
        return hmac.digest(self._blind_key, value.encode(), "sha256")[:BLIND_BYTES]

    def _hash(self, numbers: Iterable[int]) -> list[int]:
        keyed = hashlib.blake2b(digest_size=8, key=self._pseudonym_key).copy
        digests = []
        for number in numbers:
            one = keyed()
            one.update(number.to_bytes(8, "big"))
            digests.append(one.digest())
        return [value - _SIGN for value in struct.unpack(f">{len(digests)}Q", b"".join(digests))]

    def _block_cipher(self, key: bytes) -> Cipher[modes.ECB]:
        return Cipher(AES(key), modes.ECB())  # noqa: S305  (one block, see _encipher)


class GmBox(Box):
    """SM4 and HMAC-SM3 (GB/T 32907-2016, GB/T 32905-2016) for counties that must use national algorithms."""

    mark = b"\x02"

    def _set_seal_key(self, key: bytes) -> None:
        self._key = key[:16]

    def seal(self, plain: bytes, column: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        encryptor = Cipher(SM4(self._key), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(column)
        return self.mark + nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag

    def _open(self, body: bytes, column: bytes) -> bytes:
        nonce, text, tag = body[:NONCE_BYTES], body[NONCE_BYTES:-TAG_BYTES], body[-TAG_BYTES:]
        if len(tag) < TAG_BYTES:
            raise InvalidTag
        decryptor = Cipher(SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(column)
        return decryptor.update(text) + decryptor.finalize()

    def _mac(self, key: bytes, value: bytes) -> bytes:
        mac = openssl_hmac.HMAC(key, hashes.SM3())
        mac.update(value)
        return mac.finalize()

    def blind(self, value: str) -> bytes:
        return self._mac(self._blind_key, value.encode())[:BLIND_BYTES]

    def _hash(self, numbers: Iterable[int]) -> list[int]:
        macs = (self._mac(self._pseudonym_key, number.to_bytes(8, "big")) for number in numbers)
        return [int.from_bytes(mac[:8], "big") - _SIGN for mac in macs]

    def _block_cipher(self, key: bytes) -> Cipher[modes.ECB]:
        return Cipher(SM4(key[:16]), modes.ECB())  # noqa: S305  (one block, see _encipher)


PROVIDERS: dict[str, type[Box]] = {"intl": IntlBox, "gm": GmBox}


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lianfang/" + purpose).derive(key)


def key_fingerprint(key: bytes) -> str:
    """16 hex digits that recognise a data key and tell nothing of it."""
    return _derive(key, b"fingerprint")[:8].hex()
