"""Sealing, opening, blinding and pseudonyms, with both providers."""

from __future__ import annotations

import hashlib
import hmac
from itertools import product
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.vault.crypto import ENCIPHERED, HASHED, PROVIDERS, SM4, BadSeal, Box, GmBox, IntlBox

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
COLUMN = b"residents_person.sealed"
pytestmark = [pytest.mark.row("B3"), pytest.mark.pg15]


@pytest.fixture(params=sorted(PROVIDERS))
def box(request: pytest.FixtureRequest) -> Box:
    """A box of each provider."""
    return PROVIDERS[request.param](KEY)


@given(plain=st.binary(max_size=300))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    for kind in PROVIDERS.values():
        sealed = kind(KEY).seal(plain, COLUMN)
        assert kind(KEY).open(sealed, COLUMN) == plain
        assert kind(KEY).open(memoryview(sealed), COLUMN) == plain
        assert len(plain) < 4 or plain not in sealed


def test_equal_values_look_different(box: Box) -> None:
    """Nobody reads from two rows that they hold the same name, and no nonce comes twice."""
    seals = {box.seal("王芳".encode(), COLUMN) for _ in range(500)}
    assert len(seals) == 500
    assert len({sealed[:13] for sealed in seals}) == 500


def test_every_changed_byte_is_noticed(box: Box) -> None:
    sealed = box.seal(b"13800000000", COLUMN)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x01
        with pytest.raises(BadSeal):
            box.open(bytes(changed), COLUMN)


def test_every_cut_is_noticed(box: Box) -> None:
    sealed = box.seal("三单元".encode(), COLUMN)
    for length in (0, *range(9, len(sealed))):
        with pytest.raises(BadSeal):
            box.open(sealed[:length], COLUMN)
    with pytest.raises(BadSeal):
        box.open(sealed + b"\x00", COLUMN)


def test_a_value_does_not_open_in_another_column_or_under_another_key(box: Box) -> None:
    sealed = box.seal("王芳".encode(), COLUMN)
    with pytest.raises(BadSeal):
        box.open(sealed, b"residents_secret.sealed")
    with pytest.raises(BadSeal):
        type(box)(OTHER).open(sealed, COLUMN)


def test_providers_do_not_read_each_other() -> None:
    for writer, reader in ((IntlBox, GmBox), (GmBox, IntlBox)):
        with pytest.raises(BadSeal, match="another provider"):
            reader(KEY).open(writer(KEY).seal(b"x", COLUMN), COLUMN)


def test_blind_index_is_keyed_and_exact(box: Box) -> None:
    number = "990000199001010011"
    assert box.blind(number) == type(box)(KEY).blind(number)
    assert len(box.blind(number)) == 16
    assert box.blind(number) != box.blind(number[:-1] + "2")
    assert box.blind(number) != type(box)(OTHER).blind(number)
    assert box.blind(number) != hashlib.sha256(number.encode()).digest()[:16]


@pytest.mark.parametrize("way", [HASHED, ENCIPHERED])
def test_pseudonyms_are_keyed_distinct_and_fit_a_bigint(box: Box, way: str) -> None:
    made = set(type(box)(KEY, way).pseudonyms(range(5000)))
    assert len(made) == 5000
    assert all(-(2**63) <= one < 2**63 for one in made)
    assert min(made) < 0 < max(made)
    assert not made & set(type(box)(OTHER, way).pseudonyms(range(5000)))


@pytest.mark.parametrize(("kind", "cipher"), [(IntlBox, AES), (GmBox, lambda key: SM4(key[:16]))])
def test_a_pseudonym_is_half_a_block_of_the_cipher(kind: type[Box], cipher: Any) -> None:
    """An independent reading: eight zero bytes and the code, enciphered under the key derived for pseudonyms alone."""
    encryptor = Cipher(cipher(derived(b"pseudonym")), modes.ECB()).encryptor()
    block = encryptor.update(bytes(8) + (123_456_789).to_bytes(8, "big"))
    assert kind(KEY, ENCIPHERED).pseudonym(123_456_789) == int.from_bytes(block[:8], "big", signed=True)


def test_no_other_way_of_making_pseudonyms() -> None:
    with pytest.raises(ValueError, match="hashed or enciphered"):
        IntlBox(KEY, "plain")


def derived(purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"lianfang/" + purpose).derive(KEY)


def test_intl_is_aes_gcm_and_hmac_as_published() -> None:
    """An independent reading of the format: mark, nonce, AES-256-GCM under a key derived for sealing alone."""
    sealed = IntlBox(KEY).seal(b"plain", COLUMN)
    assert sealed[:1] == b"\x01"
    assert AESGCM(derived(b"seal")).decrypt(sealed[1:13], sealed[13:], COLUMN) == b"plain"
    assert IntlBox(KEY).blind("A") == hmac.new(derived(b"blind"), b"A", "sha256").digest()[:16]


@pytest.mark.parametrize(
    ("kind", "blind", "hashed", "enciphered"),
    [
        (IntlBox, "76d6f3eafa8f7350014359bbbac3b43b", 8682930008306240252, -1897210327445810383),
        (GmBox, "adf4f8ea2498a25673f64d2ff017b7db", -4827131231877543686, -8664663760110453758),
    ],
)
def test_look_ups_never_change_between_releases(kind: type[Box], blind: str, hashed: int, enciphered: int) -> None:
    """They stand in databases: another value would lose every person. Recorded from the first release that had each."""
    assert (kind(KEY).blind("A").hex(), kind(KEY).pseudonym(7)) == (blind, hashed)
    assert kind(KEY, ENCIPHERED).pseudonym(7) == enciphered


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_32_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        IntlBox(b"k" * length)


@given(
    plains=st.lists(st.binary(max_size=40), max_size=12), numbers=st.lists(st.integers(0, (1 << 64) - 1), max_size=12)
)
def test_many_at_once_are_what_each_alone_is(plains: list[bytes], numbers: list[int]) -> None:
    for kind, way in product(PROVIDERS.values(), (HASHED, ENCIPHERED)):
        box = kind(KEY, way)
        sealed = box.seal_all(iter(plains), COLUMN)
        assert [box.open(one, COLUMN) for one in sealed] == plains
        alone = [box.pseudonym(number) for number in numbers]
        assert box.pseudonyms(iter(numbers)) == box.pseudonym_array(np.array(numbers, np.uint64)).tolist() == alone


def test_equal_values_sealed_together_look_different(box: Box) -> None:
    assert len(set(box.seal_all(["王芳".encode()] * 500, COLUMN))) == 500
