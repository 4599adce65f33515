"""Keys as files: made once, also by several processes at the same moment; destroyed for good."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lianfang.base.vault import api
from lianfang.base.vault.crypto import ENCIPHERED, HASHED, BadSeal, GmBox, IntlBox
from lianfang.base.vault.keystore import FRESH_SECONDS, Keystore
from lianfang.kernel.errors import LianfangError

COLUMN = b"trial.column"
pytestmark = pytest.mark.row("B3")

RACE = """
import sys, time
from pathlib import Path
from lianfang.base.vault.keystore import FRESH_SECONDS, Keystore
while time.time() < float(sys.argv[2]):
    pass
for number in range(20):
    print(Keystore(Path(sys.argv[1])).make(f"incident-{number}").blind("A").hex())
"""


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    first = Keystore(tmp_path / "keys").make("system")
    again = Keystore(tmp_path / "keys")
    assert again.make("system").open(first.seal(b"x", COLUMN), COLUMN) == b"x"
    assert again.has("system")
    assert not again.has("incident-1")


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    Keystore(tmp_path / "keys").make("standing-411621")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    [key] = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_several_processes_get_one_key(tmp_path: Path) -> None:
    """Whoever is first makes it; everybody else seals with the same, and no draft is left behind."""
    import time

    start = str(time.time() + 0.8)
    running = [
        subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), start], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [one.communicate(timeout=60)[0].split() for one in running]
    assert [one.returncode for one in running] == [0] * 4
    assert len(told[0]) == 20
    assert told.count(told[0]) == 4
    assert len(set(told[0])) == 20
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"incident-{number}.key" for number in range(20))


def test_a_destroyed_key_is_gone(tmp_path: Path) -> None:
    store = Keystore(tmp_path)
    sealed = store.make("incident-7").seal(b"x", COLUMN)
    store.destroy("incident-7")
    with pytest.raises(LianfangError) as caught:
        store.box("incident-7")
    assert caught.value.code == "vault.key_missing"
    assert "incident-7" in caught.value.render("zh")
    assert [path.name for path in tmp_path.iterdir()] == ["destroyed.json"]
    with pytest.raises(LianfangError, match="missing"):  # a destroyed key never comes back under its name
        store.make("incident-7")
    with pytest.raises(BadSeal):
        store.make("incident-9").open(sealed, COLUMN)
    store.destroy("incident-8")
    assert set(store.destroyed()) == {"incident-7"}


def test_a_key_destroyed_by_another_process_leaves_this_one(tmp_path: Path) -> None:
    here, there = Keystore(tmp_path), Keystore(tmp_path)
    here.make("incident-7")
    there.destroy("incident-7")
    time.sleep(FRESH_SECONDS + 0.05)
    with pytest.raises(LianfangError, match="missing"):
        here.box("incident-7")


def test_a_broken_key_file_is_a_sentence(tmp_path: Path) -> None:
    store = Keystore(tmp_path)
    store.make("system")
    (tmp_path / "system.key").write_text('{"provider": "in')
    with pytest.raises(LianfangError) as caught:
        Keystore(tmp_path).box("system")
    assert caught.value.code == "vault.key_broken"


def test_the_file_is_overwritten_before_it_is_removed(tmp_path: Path) -> None:
    """A second name for the file shows what was left on disk."""
    store = Keystore(tmp_path / "keys")
    store.make("incident-7")
    spy = tmp_path / "spy"
    spy.hardlink_to(tmp_path / "keys" / "incident-7.key")
    before = spy.read_bytes()
    store.destroy("incident-7")
    assert len(spy.read_bytes()) == len(before)
    assert spy.read_bytes() != before
    assert b"provider" not in spy.read_bytes()


@pytest.mark.parametrize(
    "name", ["", "incident-", "incident-1/../../x", "standing-41", "master", "incident-123456", "system "]
)
def test_only_known_classes_of_keys(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no class of keys"):
        Keystore(tmp_path).make(name)
    assert list(tmp_path.iterdir()) == []


def test_the_provider_stays_with_the_key(tmp_path: Path) -> None:
    """A county that changes its provider still reads what it sealed before."""
    assert isinstance(Keystore(tmp_path, "gm").make("system"), GmBox)
    assert isinstance(Keystore(tmp_path, "intl").make("system"), GmBox)
    assert isinstance(Keystore(tmp_path, "intl").make("standing-411621"), IntlBox)


def test_how_pseudonyms_are_made_stays_with_the_key(tmp_path: Path) -> None:
    """Those of a key of the first releases stand in databases: they are made as they were, and a copy of the key knows."""
    fresh = Keystore(tmp_path / "keys").make("incident-7")
    file = tmp_path / "keys" / "incident-7.key"
    body = json.loads(file.read_text())
    key = base64.b64decode(body["key"])
    assert fresh.pseudonym(5) == IntlBox(key, ENCIPHERED).pseudonym(5)
    del body["pseudonyms"]
    file.write_text(json.dumps(body))
    assert Keystore(tmp_path / "keys").box("incident-7").pseudonym(5) == IntlBox(key, HASHED).pseudonym(5)


def test_boxes_by_path_and_incident(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANFANG_KEYS", str(tmp_path))
    monkeypatch.setenv("LIANFANG_CRYPTO", "gm")
    sealed = api.standing_box("4116210010010001").seal(b"x", COLUMN)
    assert api.standing_box("411621").open(sealed, COLUMN) == b"x"
    with pytest.raises(BadSeal):
        api.standing_box("411622").open(sealed, COLUMN)
    with pytest.raises(BadSeal):
        api.system_box().open(sealed, COLUMN)
    with pytest.raises(LianfangError):
        api.incident_box(3)
    assert {path.name for path in tmp_path.iterdir()} == {"standing-411621.key", "standing-411622.key", "system.key"}


def test_a_city_and_a_province_have_a_box_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANFANG_KEYS", str(tmp_path))
    sealed = api.standing_box("1309").seal("全市部署".encode(), COLUMN)
    assert api.standing_box("1309").open(sealed, COLUMN) == "全市部署".encode()
    assert api.standing_box("130900").open(sealed, COLUMN)  # written with its six digits
    with pytest.raises(BadSeal):
        api.standing_box("130921").open(sealed, COLUMN)
