"""With the keys goes the local authority: devices that trust it trust the restored service; nothing that is there is replaced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from lianfang.base.keeping import figures, keys, state
from lianfang.base.vault.api import Keystore
from lianfang.cli import authority
from tests.base.keeping.test_operations import WELL

PHRASES = ("correct horse battery", "staple in the morning")
NAMES = ["10.1.2.3", "lianfang.local"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with keys, a secret and an authority of its own."""
    folder = tmp_path / "data"
    Keystore(folder / "keys").make("system")
    (folder / "secret").write_text("s" * 64)
    authority.ensure(folder / "tls", NAMES)
    return folder


@pytest.mark.row("A3")
def test_phones_trust_the_restored_service(data: Path, tmp_path: Path) -> None:
    told = keys.back_up_keys(data, Keystore(data / "keys"), tmp_path / "chest", PHRASES)
    assert told == ["system", *keys.authority_names(data)]
    secret = (data / "tls" / "ca.key").read_text()
    assert secret.splitlines()[1] not in (tmp_path / "chest").read_text()
    opened, new = keys.open_chest(tmp_path / "chest", PHRASES), tmp_path / "new"
    keys.put_others(new, opened)
    made = authority.ensure(new / "tls", NAMES)
    assert made.renewed, "the certificate of the service itself is made anew"
    trusted = x509.load_pem_x509_certificate((data / "tls" / "ca.crt").read_bytes())
    x509.load_pem_x509_certificate(made.server.read_bytes()).verify_directly_issued_by(trusted)
    assert authority.fingerprint(made.root) == authority.fingerprint(data / "tls" / "ca.crt")
    assert {path.stat().st_mode & 0o777 for path in (made.root_key, new / "secret")} == {0o600}
    assert (new / "secret").read_text() == "s" * 64


def test_an_authority_that_is_there_stays(data: Path, tmp_path: Path) -> None:
    keys.back_up_keys(data, Keystore(data / "keys"), tmp_path / "chest", PHRASES)
    opened, other = keys.open_chest(tmp_path / "chest", PHRASES), tmp_path / "other"
    before = authority.ensure(other / "tls", NAMES).root.read_bytes()
    keys.put_others(other, opened)
    assert (other / "tls" / "ca.crt").read_bytes() == before
    without = replace(opened, others={"secret": "x"})  # a file of keys from before the authority went with them
    keys.put_others(tmp_path / "bare", without)
    assert [path.name for path in (tmp_path / "bare").iterdir()] == ["secret"]


def test_an_authority_newer_than_the_file_of_keys_is_told(data: Path, tmp_path: Path) -> None:
    store = Keystore(data / "keys")
    keys.back_up_keys(data, store, tmp_path / "chest", PHRASES)

    def line() -> figures.Line:
        machine = replace(WELL, keys=state.last(data, "keys"), key_names=tuple(keys.names(data, store)))
        return next(one for one in figures.lines(machine) if one.key.startswith("keys"))

    assert (line().key, line().state) == ("keys", "good")
    authority.ensure(data / "tls", NAMES, anew=True)
    assert (line().key, line().state, line().values["count"]) == ("keys_newer", "act", 1)
