"""Keys backed up by two people: both passphrases open, anything less is a sentence and tells nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.base.vault import chest, signing
from lianfang.base.vault.keystore import Keystore
from lianfang.kernel.errors import LianfangError

FIRST, SECOND = "correct horse battery", "十二个汉字做口令也是可以的呀"
COST = 2**10


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Keystore:
    """A keystore with keys of every class, one of them destroyed."""
    made = Keystore(tmp_path_factory.mktemp("keys"))
    for name in ("system", "standing-411621", "incident-1", "incident-2"):
        made.make(name)
    signing.public_key(made)
    made.destroy("incident-2")
    return made


@pytest.fixture(scope="module")
def packed(store: Keystore) -> bytes:
    """Its backup."""
    return chest.pack(store, {"secret": "of the pages"}, (FIRST, SECOND), cost=COST)


def code_of(raw: bytes, first: str, second: str) -> str:
    """The refusal when a backup is opened."""
    with pytest.raises(LianfangError) as caught:
        chest.unpack(raw, (first, second))
    return caught.value.code


def test_both_open_it_in_either_order(store: Keystore, packed: bytes) -> None:
    for phrases in ((FIRST, SECOND), (SECOND, FIRST)):
        opened = chest.unpack(packed, phrases)
        assert sorted(opened.keys) == store.names() == ["incident-1", "signing", "standing-411621", "system"]
        assert opened.others == {"secret": "of the pages"}
        assert set(opened.destroyed) == {"incident-2"}
    assert chest.fingerprints(packed)["system"] == store.fingerprint("system")


def test_one_person_alone_opens_nothing(packed: bytes) -> None:
    for first, second in ((FIRST, "something else"), ("something else", SECOND), (FIRST, FIRST), (SECOND, SECOND)):
        assert code_of(packed, first, second) == "vault.chest_locked"


def test_no_key_stands_in_the_file(store: Keystore, packed: bytes) -> None:
    for name in store.names():
        key = json.loads((store.folder / f"{name}.key").read_text())["key"]
        assert key.encode() not in packed


def test_phrases_that_protect_nothing_are_refused(store: Keystore) -> None:
    for phrases, code in (((FIRST, "short"), "vault.phrase_short"), ((FIRST, FIRST), "vault.phrases_equal")):
        with pytest.raises(LianfangError) as caught:
            chest.pack(store, {}, phrases, cost=COST)
        assert caught.value.code == code


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_cut_or_changed_file_is_a_sentence(packed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(packed) - 1))
    if data.draw(st.booleans()):
        broken = packed[:at]
    else:
        broken = packed[:at] + bytes([packed[at] ^ data.draw(st.integers(1, 255))]) + packed[at + 1 :]
    try:
        opened = chest.unpack(broken, (FIRST, SECOND))
    except LianfangError as error:
        assert error.code in {"vault.chest_broken", "vault.chest_locked"}
    else:  # white space between members means nothing
        assert opened == chest.unpack(packed, (FIRST, SECOND))


@pytest.mark.parametrize("salt", ["cpVUt", "*", "", 7, None])
def test_a_salt_that_is_none_is_a_sentence(packed: bytes, salt: object) -> None:
    body = json.loads(packed)
    body["head"]["salts"][0] = salt
    assert code_of(json.dumps(body).encode(), FIRST, SECOND) == "vault.chest_broken"


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"head": 1}', b"PK\x03\x04"])
def test_other_files_are_not_backups_of_keys(raw: bytes) -> None:
    assert code_of(raw, FIRST, SECOND) == "vault.chest_broken"


def test_a_file_that_asks_for_gigabytes_is_refused(packed: bytes) -> None:
    body = json.loads(packed)
    body["head"]["n"] = 2**40
    assert code_of(json.dumps(body).encode(), FIRST, SECOND) == "vault.chest_broken"


def test_a_signature_holds_for_its_body_and_key_only(store: Keystore, tmp_path: Path) -> None:
    signed = signing.sign(store, {"incident": 1, "name": "演练"})
    assert signing.holds(signed)
    assert signing.holds(json.loads(json.dumps(signed)), public=signing.public_key(store))
    assert not signing.holds({**signed, "body": {"incident": 2, "name": "演练"}})
    assert not signing.holds(signed, public=signing.public_key(Keystore(tmp_path)))
    for wrong in ({}, {"body": {}}, {**signed, "signature": "?"}, {**signed, "public_key": "AAAA"}):
        assert not signing.holds(wrong)
    assert len(signing.fingerprint(signed["public_key"])) == 19
