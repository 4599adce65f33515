"""Backups rehearsed: taken while work goes on, verified, restored elsewhere to the end and to a moment; bad input refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from lianfang.base.database import archive
from lianfang.base.database.binaries import program
from lianfang.base.database.supervisor import EmbeddedServer
from lianfang.base.keeping import keys, state, sums
from lianfang.base.keeping.backup import Wish, applied_migrations, back_up, keep_only
from lianfang.base.keeping.manifest import NAME, Backup, file_digest, whole_backups
from lianfang.base.keeping.restore import Restored, check, choose, parse_until, restore
from lianfang.base.vault import chest
from lianfang.base.vault.api import Keystore, sign
from lianfang.kernel.errors import LianfangError
from tests.base.keeping.house import House, build, command, known_migrations, new_folder, opened

PHRASES = ("correct horse battery", "staple in the morning")
WORDS = "赵钱孙李周吴郑王"


@dataclass
class Kept:
    """A house, its folder of backups, and what was true at which moment."""

    house: House
    to: Path
    first: Backup
    moment: datetime
    at_moment: int
    chest: Path


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """Facts before the backup, facts after it, a moment, and more facts; the service is stopped then."""
    house, to = build(new_folder()), new_folder()
    apart = new_folder()
    try:
        house.add_facts(200)
        made = back_up(house.folder, house.server.target(), house.store, Wish(to / "b"))
        moment = house.add_facts(120)
        time.sleep(0.05)
        house.add_facts(77)
        house.archive_everything(to / "b" / "wal")
        sealed = chest.pack(house.store, {"secret": "s"}, PHRASES, cost=2**10)
        (apart / "keys").write_bytes(sealed)
        yield Kept(house, to / "b", made, moment, 320, apart / "keys")
    finally:
        house.server.stop()
        for folder in (house.folder, to, apart, house.server.socket_folder):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty() -> Iterator[Path]:
    """An empty folder to restore into."""
    folder = new_folder()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def refusal(call: object) -> LianfangError:
    """The refusal that a call ends in."""
    with pytest.raises(LianfangError) as caught:
        call()  # type: ignore[operator]
    assert "nothing" in caught.value.render("en") or caught.value.status >= 400
    return caught.value


def facts_in(folder: Path) -> int:
    """Facts of a restored folder, read by starting it as the service would."""
    house = opened(folder)
    try:
        return house.count()
    finally:
        house.server.stop()
        shutil.rmtree(house.server.socket_folder, ignore_errors=True)


@pytest.mark.row("A3")
def test_restored_to_the_end_everything_is_there(kept: Kept, empty: Path) -> None:
    opened_chest = keys.open_chest(kept.chest, PHRASES)
    back = restore(kept.to, empty, Keystore(empty / "keys"), known=known_migrations(), chest=opened_chest)
    assert (back.facts, back.dropped) == (397, ())
    assert facts_in(empty) == kept.house.count() == 397
    assert Keystore(empty / "keys").names() == kept.house.store.names()
    sealed = opened(empty)
    try:
        with sealed.connect() as connection:
            [one] = connection.execute("select sealed from facts_log limit 1").fetchone() or [b""]
            assert sealed.store.box("incident-1").open(one, b"x").decode() == WORDS
    finally:
        sealed.server.stop()


def test_restored_to_a_moment_nothing_later_is_there(kept: Kept, empty: Path) -> None:
    back = restore(kept.to, empty, kept.house.store, known=known_migrations(), until=kept.moment)
    assert back.facts == kept.at_moment
    assert back.until is not None
    assert back.until <= kept.moment
    assert facts_in(empty) == kept.at_moment


def test_the_backup_names_nobody_and_holds_no_key(kept: Kept) -> None:
    marks = [
        json.loads((kept.house.store.folder / f"{name}.key").read_text())["key"].encode()
        for name in kept.house.store.names()
    ]
    marks += [WORDS.encode(), (kept.house.folder / "pgpass").read_text().split(":")[-1].strip().encode()]
    looked = 0
    for path in kept.to.rglob("*"):
        if path.is_file():
            text = path.read_bytes()
            looked += 1
            assert not path.name.endswith(".key")
            assert [mark for mark in marks if mark in text] == [], path
    assert looked > 1000


def test_a_moment_before_or_after_the_archive_is_a_sentence(kept: Kept, empty: Path) -> None:
    early = refusal(lambda: choose(kept.to, kept.moment - timedelta(days=1)))
    assert early.code == "restore.too_early"
    assert refusal(lambda: parse_until("gestern")).code == "restore.time_unreadable"
    assert parse_until("2026-11-22 20:30").isoformat() == "2026-11-22T20:30:00+08:00"


def test_a_moment_out_of_reach_leaves_nothing_and_names_one_within(kept: Kept, empty: Path) -> None:
    """Nothing of the attempt stays, also no key; the instant that the sentence names is the first out of reach."""
    source, target = empty / "b", empty / "here"
    source.mkdir()
    (source / "base").symlink_to(kept.to / "base")
    shutil.copytree(kept.to / "wal", source / "wal")  # the archive itself goes on
    target.mkdir()
    (target / "mine").write_text("somebody else's")
    opened_chest = keys.open_chest(kept.chest, PHRASES)
    gone = replace(opened_chest, destroyed={"incident-9": {"fingerprint": "0", "at": "2026-11-22"}})

    def to(until: datetime, data: Path) -> Restored:
        return restore(source, data, Keystore(data / "keys"), known=known_migrations(), until=until, chest=gone)

    late = refusal(lambda: to(kept.moment + timedelta(hours=1), target))
    assert late.code == "restore.too_late"
    assert [path.name for path in target.iterdir()] == ["mine"]
    last = parse_until(str(late.values["last"]))
    new = empty / "a" / "new"
    assert refusal(lambda: to(last, new)).values["last"] == late.values["last"]
    assert not (empty / "a").exists(), "folders made for it stayed behind"
    assert not EmbeddedServer(new).socket_folder.exists()
    back = to(last - timedelta(milliseconds=1), new)
    assert back.facts >= kept.at_moment
    assert Keystore(new / "keys").destroyed() == gone.destroyed


def test_a_server_that_answers_and_ends_is_the_same_sentence(
    kept: Kept, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovery may end between the first answer of the server and the next question to it."""

    def answered_before(server: EmbeddedServer) -> None:
        while server.alive():
            time.sleep(0.01)

    monkeypatch.setattr(EmbeddedServer, "_wait_ready", answered_before)
    until, store = kept.moment + timedelta(hours=1), kept.house.store
    told = refusal(lambda: restore(kept.to, empty / "new", store, known=known_migrations(), until=until))
    assert told.code == "restore.too_late"
    assert list(empty.iterdir()) == []


def test_a_damaged_backup_is_refused_before_anything_is_written(kept: Kept, empty: Path) -> None:
    """Cut short, changed by one byte, with a file less, with a manifest that says otherwise: each is named."""
    copy = empty / "b"
    shutil.copytree(kept.to, copy)
    one = whole_backups(copy)[0]
    biggest = max(
        (path for path in (one.folder / "base").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    segment = next(path for path in (one.folder / "pg_wal").iterdir() if path.is_file())
    lists = (one.folder / NAME, one.folder / "backup_manifest", one.folder / sums.NAME)
    whole = {path: path.read_bytes() for path in (biggest, segment, *lists)}

    def broken() -> LianfangError:
        return refusal(lambda: restore(copy, empty / "new", kept.house.store, known=known_migrations()))

    for path, text in (
        (biggest, whole[biggest][:-8192]),
        (biggest, whole[biggest][:100] + bytes([whole[biggest][100] ^ 1]) + whole[biggest][101:]),
        (segment, whole[segment][: len(whole[segment]) // 2]),
        (one.folder / "backup_manifest", whole[one.folder / "backup_manifest"].replace(b"base/", b"bas3/", 1)),
        (one.folder / NAME, whole[one.folder / NAME].replace(b'"drill": false', b'"drill": true')),
        (one.folder / sums.NAME, whole[one.folder / sums.NAME].replace(b'"base/1/', b'"base/2/', 1)),
    ):
        assert text != whole[path]
        path.write_bytes(text)
        assert broken().code == "restore.damaged", path
        path.write_bytes(whole[path])
    foreign = segment.with_name("0" * 24)
    foreign.write_bytes(whole[segment])
    assert f"{foreign.name} does not belong to it" in broken().render("en")
    foreign.unlink()
    biggest.unlink()
    assert "missing" in broken().render("en")
    assert not (empty / "new" / "postgres").exists()


def first_form(house: House, to: Path, at: datetime) -> Backup:
    """A backup as releases before our own list of files wrote it: the server's SHA-256, the segments apart."""
    folder = to / "base" / at.strftime("%Y%m%dT%H%M%SZ")
    target = house.server.target()
    subprocess.run(
        [program("pg_basebackup"), "-D", str(folder), "-X", "stream", "-c", "fast", "--manifest-checksums=SHA256", "-w",
         "-h", target.host, "-U", target.admin],
        check=True, env={**os.environ, "PGPASSFILE": str(target.passfile)},
    )  # fmt: skip
    body = {
        "version": 1, "release": "0.1.0", "postgres": 18, "drill": False, "started_at": at.isoformat(), "ended_at": at.isoformat(),
        "first_segment": (folder / "backup_label").read_text().split("(file ", 1)[1].split(")", 1)[0],
        "migrations": applied_migrations(target), "seals": 1, "bytes": 1,
        "fingerprints": {name: house.store.fingerprint(name) for name in ("system", "incident-1")},
        "wal": {path.name: file_digest(path) for path in (folder / "pg_wal").iterdir() if path.is_file()},
        "files": file_digest(folder / "backup_manifest"),
    }  # fmt: skip
    (folder / NAME).write_text(json.dumps(sign(house.store, body)))
    return whole_backups(to)[-1]


def test_a_backup_of_the_first_form_is_still_restored_and_still_refused(kept: Kept, empty: Path) -> None:
    old = first_form(kept.house, empty / "b", kept.moment)
    (empty / "b" / "wal").mkdir()
    back = restore(empty / "b", empty / "new", kept.house.store, known=known_migrations())
    assert back.facts == kept.house.count() == 397
    assert not (empty / "new" / "postgres" / NAME).exists()
    segment = next(path for path in (old.folder / "pg_wal").iterdir() if path.is_file())
    table = max((old.folder / "base").rglob("[0-9]*[0-9]"), key=lambda path: path.stat().st_size * path.is_file())
    for path in (segment, table, old.folder / "backup_manifest"):
        whole = path.read_bytes()
        path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
        assert refusal(lambda: check(old, known_migrations())).code == "restore.damaged", path
        path.write_bytes(whole)
    check(old, known_migrations())


def test_what_arrives_changed_gets_no_name(kept: Kept, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte that differs from what the server sent: the backup is refused, nothing stays, earlier ones do."""
    read = sums.read_sum

    def flipped(path: Path) -> sums.Sum:
        if path.name == "PG_VERSION" and path.parent.name.endswith(".part"):
            path.write_bytes(b"81\n")
        return read(path)

    monkeypatch.setattr(sums, "read_sum", flipped)
    wish = Wish(empty / "b", archiving=False)
    failed = refusal(lambda: back_up(kept.house.folder, kept.house.server.target(), kept.house.store, wish))
    assert failed.code == "backup.failed"
    assert "PG_VERSION was changed" in failed.render("en")
    assert list((empty / "b" / "base").iterdir()) == []


def test_keys_of_another_installation_or_none_are_refused(kept: Kept, empty: Path) -> None:
    missing = refusal(lambda: restore(kept.to, empty, Keystore(empty / "keys"), known=known_migrations()))
    assert missing.code == "restore.keys_missing"
    stranger = Keystore(empty / "stranger")
    for name in kept.house.store.names():
        stranger.make(name)
    other = refusal(lambda: restore(kept.to, empty, stranger, known=known_migrations()))
    assert other.code == "restore.other_key"
    assert not (empty / "postgres").exists()


def test_a_newer_schema_is_refused(kept: Kept, empty: Path) -> None:
    older = [name for name in known_migrations() if not name.startswith("areas.0003")]
    newer = refusal(lambda: restore(kept.to, empty, kept.house.store, known=older))
    assert newer.code == "restore.newer_schema"
    assert "areas.0003" in newer.render("zh")


def test_a_folder_with_data_or_in_use_is_left_alone(kept: Kept) -> None:
    running = refusal(lambda: restore(kept.to, kept.house.folder, kept.house.store, known=known_migrations()))
    assert running.code == "restore.running"
    assert kept.house.count() == 397
    filled = new_folder()
    (filled / "postgres").mkdir()
    try:
        code = refusal(lambda: restore(kept.to, filled, kept.house.store, known=known_migrations())).code
        assert code == "restore.target_not_empty"
    finally:
        shutil.rmtree(filled)


def test_an_empty_folder_is_no_backup(empty: Path) -> None:
    assert refusal(lambda: choose(empty, None)).code == "restore.no_backup"
    (empty / "base" / "20260101T000000Z.part").mkdir(parents=True)
    assert refusal(lambda: choose(empty, None)).code == "restore.no_backup"


def test_backups_where_they_protect_nothing_are_refused(kept: Kept, empty: Path) -> None:
    target, store = kept.house.server.target(), kept.house.store
    inside = refusal(lambda: back_up(kept.house.folder, target, store, Wish(kept.house.folder / "postgres" / "b")))
    assert inside.code == "backup.folder_unusable"
    (empty / "file").touch()
    assert (
        refusal(lambda: back_up(kept.house.folder, target, store, Wish(empty / "file"))).code
        == "backup.folder_unusable"
    )
    for place in (kept.house.folder / "k", kept.to / "k", kept.to / "base" / "k"):
        assert (
            refusal(lambda place=place: keys.back_up_keys(kept.house.folder, store, place, PHRASES)).code
            == "backup.keys_beside_data"
        )
    assert refusal(lambda: keys.back_up_keys(kept.house.folder, store, kept.chest, PHRASES)).code == "backup.exists"


def test_the_hook_copies_elsewhere_and_its_failure_is_told(kept: Kept, empty: Path) -> None:
    target, store = kept.house.server.target(), kept.house.store
    (empty / "off").mkdir()
    wish = Wish(empty / "b", archiving=False, hook=f"cp -r --target-directory={empty}/off", keep=1)
    made = back_up(kept.house.folder, target, store, wish)
    assert (empty / "off" / made.name / NAME).exists()
    last = state.last(kept.house.folder, "backup")
    assert last is not None
    assert (last["name"], last["to"]) == (made.name, str(empty / "b"))
    failed = refusal(
        lambda: back_up(kept.house.folder, target, store, Wish(empty / "b", archiving=False, hook="false", keep=1))
    )
    assert failed.code == "backup.hook_failed"
    left = whole_backups(empty / "b")
    assert len(left) == 1, "only the latest is kept"
    assert left[0].name != made.name
    check(left[0], known_migrations())
    assert archive.read(kept.house.folder) == archive.Archive(kept.to / "wal"), "archiving goes on where it was"


def test_what_no_backup_needs_leaves_the_archive(kept: Kept, empty: Path) -> None:
    shutil.copytree(kept.to, empty / "b")
    early = empty / "b" / "wal" / ("0" * 24 + ".gz")
    early.touch()
    assert keep_only(empty / "b", 3) == []
    assert not early.exists()
    assert len(archive.segments(empty / "b" / "wal")) >= 1


def test_a_full_archive_loses_no_service_and_says_so(empty: Path) -> None:
    """The bound is reached: the segment is dropped, its name kept, and the server goes on."""
    segment = empty / "segment"
    segment.write_bytes(b"x" * 2_000_000)
    (empty / "wal").mkdir()
    (empty / "wal" / "older").write_bytes(b"y" * 3_000_000)
    (empty / "archive.sh").write_text(archive.SCRIPT)

    def hand_over(name: str, most: int) -> int:
        return subprocess.run(
            ["sh", "archive.sh", str(segment), name, str(empty / "wal"), str(most)], cwd=empty, check=False
        ).returncode

    first, second = "000000010000000000000001", "000000010000000000000002"
    assert hand_over(first, 100) == 0
    assert [path.name for path in archive.segments(empty / "wal")] == [f"{first}.gz"]
    assert hand_over(first, 100) == 0, "the same again is well"
    assert hand_over(second, 2) == 0
    assert archive.gap(empty / "wal") == [second]
    segment.write_bytes(b"z" * 2_000_000)
    assert hand_over(first, 100) != 0, "another segment under a taken name is never overwritten"


def test_two_people_and_one_command_line(kept: Kept, empty: Path) -> None:
    """The same through `lianfang`, with passphrases from a pipe."""
    told = command(
        "backup", "--keys", "--to", str(empty / "keys"), folder=kept.house.folder, text="\n".join([*PHRASES, ""])
    )
    assert told.returncode == 0, told.stderr
    assert PHRASES[0] not in (empty / "keys").read_text()
    checked = command("restore", "--from", str(kept.to), "--check", folder=empty / "x")
    assert checked.returncode == 0, checked.stderr
    wrong = command("restore", "--from", str(kept.to), "--keys", str(empty / "keys"), folder=empty / "x", text="a\nb\n")
    assert (wrong.returncode, "vault.chest_locked" in wrong.stderr, "Traceback" in wrong.stderr) == (1, True, False)
    back = command(
        "restore",
        "--from",
        str(kept.to),
        "--keys",
        str(empty / "keys"),
        folder=empty / "x",
        text="\n".join([*PHRASES, ""]),
    )
    assert back.returncode == 0, back.stderr
    assert "397 facts hold" in back.stdout
    nowhere = command("backup", "--to", str(empty / "b"), folder=empty / "nothing")
    assert (nowhere.returncode, "keeping.no_data" in nowhere.stderr) == (1, True)
