"""The end of an incident: people released, the record kept, two people, a wait, no open duty; then nothing is left of it."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction

from lianfang.base.access.services import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.database.connect import ADMIN, Target
from lianfang.base.facts.seal import seal_once, verify
from lianfang.base.incidents.api import close_incident
from lianfang.base.keeping.backup import Wish, back_up
from lianfang.base.keeping.restore import restore
from lianfang.base.retirement import certificate
from lianfang.base.retirement.api import approve_purge, ask_purge, carry_out, duties, retirement, withdraw_purge
from lianfang.base.vault.api import BadSeal, Keystore, incident_box, keystore, system_box
from lianfang.domain.rounds.services import open_round
from lianfang.kernel.errors import LianfangError
from tests.base.keeping.house import known_migrations, new_folder, opened
from tests.support.world import COUNTY, HOME, World, build_world

pytestmark = pytest.mark.row("A3")
SAID = ["欧阳寻踪", "门牌甲子七零九", "13900887766", "说胸口发闷想回老家"]
"""A name, a door, a telephone and free words that occur nowhere else: they are looked for in every file."""


class Stage:
    """An open incident with everything that one leaves behind."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.world: World = build_world(homes=(HOME,))
        self.number = self.world.incident
        self.people = [self._hire(f"command-{number}") for number in (1, 2)]
        with transaction.atomic():
            actor = self.world.enter("county_dispatcher", COUNTY)
            self.round = open_round(actor=actor, incident_id=self.number, name="第一轮", path=COUNTY, tube_size=10).id
        self.fill()

    def _hire(self, name: str) -> str:
        account = create_account(username=name, name=SAID[0], password="right-horse")
        create_grant(account_id=account, role="command", path=COUNTY[:4])
        return open_session(account)

    def act(self, which: int, step: Any) -> Any:
        """One of the two acts in a transaction of their own."""
        with transaction.atomic():
            actor = enter(token_digest(self.people[which]))
            assert actor is not None
            return step(actor=actor, incident_id=self.number)

    def see(self, read: Any) -> Any:
        """What the first of the two reads."""
        with transaction.atomic():
            assert enter(token_digest(self.people[0])) is not None
            return read(self.number)

    def owner(self, statement: str, *values: Any) -> Any:
        """The first value of a statement of the owner."""
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, list(values))
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def fill(self) -> None:
        """Facts, samples, an isolated person, a visit with free words, a look, a held fact, a work item, figures."""
        box, run = incident_box(self.number), self.owner
        for person in self.world.people[HOME]:
            raw = json.dumps({"person": person.code, "said": SAID}, ensure_ascii=False).encode()
            run("insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
                "values (%s, %s, 'trial/1', %s, now(), 1, 1, %s, %s)",
                self.number, uuid.uuid4(), HOME, os.urandom(32), box.seal(raw, b"facts_log.sealed"))  # fmt: skip
            run("insert into rounds_sample values (%s, %s, %s, %s, %s, now())",
                self.number, self.round, box.pseudonym(person.number), person.path, uuid.uuid4())  # fmt: skip
        first = self.world.people[HOME][0]
        run("insert into rounds_isolation (incident, round_id, person, path, pool, since) values (%s, %s, %s, %s, %s, now())",
            self.number, self.round, box.pseudonym(first.number), first.path, uuid.uuid4())  # fmt: skip
        run("insert into rounds_visit (incident, round_id, household, path, outcome, people, sealed, at, account_id) "
            "values (%s, %s, 7, %s, 'answered', 2, %s, now(), 1)",
            self.number, self.round, first.path, box.seal(SAID[3].encode(), b"rounds_visit.sealed"))  # fmt: skip
        run("insert into vault_look (account_id, role, person_id, path, purpose, fields) values (1, 'medic', %s, %s, 'visit', 'phone')",
            first.id, first.path)  # fmt: skip
        run("insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency) "
            "values (%s, %s, '', 'rounds.isolate_pool', 'x', 'rounds', '', 2)", self.number, HOME)  # fmt: skip
        run("insert into metrics_value values ('rounds.sampled', %s, 'infinity', 6, %s, 24), ('rounds.sampled', %s, 'infinity', 16, %s, 3)",
            str(self.round), COUNTY, str(self.round), HOME + "0001")  # fmt: skip
        with psycopg.connect(self.target.conninfo(ADMIN), autocommit=True) as connection:
            seal_once(connection)

    def hold(self) -> None:
        """A fact that could not be taken and that nobody has settled."""
        self.owner(
            "insert into facts_quarantine (kind, outcome, code, path, account_id, digest, sealed) "
            "values ('trial/1', 'refused', 'round.closed', %s, 1, %s, %s)",
            HOME, os.urandom(32), system_box().seal(SAID[0].encode(), b"facts_quarantine.sealed"),
        )  # fmt: skip


@pytest.fixture(scope="module")
def stage(database: Target) -> Iterator[Stage]:
    """The stage; the keystore of the run forgets what was destroyed, because later modules count incidents from 1 again."""
    (keystore().folder / "destroyed.json").unlink(missing_ok=True)
    yield Stage(database)
    (keystore().folder / "destroyed.json").unlink(missing_ok=True)


def code_of(call: Any) -> str:
    """The code of a refusal."""
    with pytest.raises(LianfangError) as caught:
        call()
    assert caught.value.render("zh")
    return caught.value.code


def found_in(folder: Path) -> list[str]:
    """Files in which a seeded word stands, in any of the encodings an office uses."""
    marks = [word.encode(code) for word in SAID for code in ("utf-8", "gb18030", "utf-16-le")]
    held = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".key":
            try:
                text = path.read_bytes()
            except FileNotFoundError:
                continue
            held += [path.name for mark in marks if mark in text]
    return held


def test_before_it_is_closed_nobody_can_ask(stage: Stage) -> None:
    assert stage.see(retirement) is None
    assert code_of(lambda: stage.act(0, ask_purge)) == "access.not_found"


def test_open_or_afterwards_no_word_of_anybody_stands_in_clear(stage: Stage) -> None:
    """Data folder, log of the server, write-ahead log and a base backup, while the incident is open."""
    data, to = Path(os.environ["LIANFANG_DATA"]), new_folder()
    try:
        stage.owner("checkpoint")
        back_up(data, stage.target, keystore(), Wish(to / "b", archiving=False))
        assert found_in(data) == []
        assert found_in(to) == []
    finally:
        shutil.rmtree(to)


def test_closing_releases_people_and_keeps_the_record(stage: Stage) -> None:
    assert stage.act(0, close_incident) == "closing"
    assert stage.owner("select count(*) from rounds_isolation where state = 'isolated'") == 1, "one person ends nothing"
    assert stage.act(1, close_incident) == "closed"
    one = stage.see(retirement)
    assert {part: one.released[part] for part in ("base", "rounds")} == {
        "base": {"work_items": 1, "zones": 0},
        "rounds": {"rounds": 1, "isolations": 1},
    }
    assert stage.owner("select string_agg(distinct state, ',') from rounds_isolation") == "released"
    assert stage.owner("select count(*) from worklist_item where done_at is null") == 0
    figures = one.record["rounds"][0]["figures"]
    assert {"name": "rounds.sampled", "dim": str(stage.round), "area": COUNTY, "value": 24} in figures
    assert not any(len(line["area"]) > 12 for line in figures), "no figure of a building is kept"
    assert [word for word in SAID if word in json.dumps(one.record, ensure_ascii=False)] == []


def test_the_wait_and_every_duty_come_first(stage: Stage) -> None:
    stage.owner("update retirement_retirement set wait_days = 30")
    assert code_of(lambda: stage.act(0, ask_purge)) == "retirement.too_early"
    stage.owner("update retirement_retirement set wait_days = 0")
    stage.hold()
    [duty] = stage.see(duties)
    assert (duty.code, duty.count) == ("retirement.duty_quarantine", 1)
    assert "1" in duty.words("zh")
    assert code_of(lambda: stage.act(0, ask_purge)) == "retirement.duties_open"
    stage.owner("update facts_quarantine set resolved_at = now(), resolution = 'mistake'")
    assert stage.see(duties) == []


def test_two_people_and_nobody_else(stage: Stage) -> None:
    assert code_of(lambda: stage.act(0, approve_purge)) == "retirement.not_asked"
    for role, path in (("county_dispatcher", COUNTY), ("community_clerk", HOME)):
        with transaction.atomic():
            actor = stage.world.enter(role, path)
            assert retirement(stage.number) is None
            assert code_of(lambda actor=actor: _in_savepoint(actor, stage.number)) == "access.not_found"
    stage.act(0, ask_purge)
    assert code_of(lambda: stage.act(1, ask_purge)) == "retirement.asked_already"
    assert code_of(lambda: stage.act(0, approve_purge)) == "retirement.same_person"
    stage.act(1, withdraw_purge)
    stage.act(0, ask_purge)
    assert carry_out(stage.target, stage.number, keystore()) is None, "one person is not enough"
    assert keystore().has(f"incident-{stage.number}")
    stage.act(1, approve_purge)
    assert code_of(lambda: stage.act(0, withdraw_purge)) == "retirement.not_asked"


def _in_savepoint(actor: Any, number: int) -> None:
    with transaction.atomic():
        ask_purge(actor=actor, incident_id=number)


def test_destroyed_nothing_opens_and_the_chain_still_holds(stage: Stage) -> None:
    to = new_folder()
    data, store = Path(os.environ["LIANFANG_DATA"]), keystore()
    [sealed] = [stage.owner("select sealed from facts_log limit 1")]
    people = len(stage.world.people[HOME])
    try:
        back_up(data, stage.target, store, Wish(to / "before", archiving=False))
        signed = carry_out(stage.target, stage.number, store)
        assert signed is not None
        certificate.check(signed, public=signed["public_key"])
        body = signed["body"]
        assert body["destroyed"]["rows"] == {
            "facts_log": people, "rounds_isolation": 1, "rounds_not_sampled": 0, "rounds_repeat": 0, "rounds_sample": people,
            "rounds_tube": 0, "rounds_visit": 1, "residents_return": 0,
        }  # fmt: skip
        assert body["destroyed"]["further"]["base"]["looks"] == {"medic": 1}
        assert body["log"]["facts"] == people
        assert len(body["proves"]) >= 4
        assert len(body["cannot_prove"]) >= 6
        assert not store.has(f"incident-{stage.number}")
        assert code_of(lambda: Keystore(store.folder).box(f"incident-{stage.number}")) == "vault.key_missing"
        for other in ("system", f"standing-{COUNTY}"):
            with pytest.raises(BadSeal):
                store.box(other).open(sealed, b"facts_log.sealed")
        for table in ("facts_log", "rounds_sample", "rounds_round", "vault_look", "worklist_item", "facts_quarantine"):
            assert stage.owner(f"select count(*) from {table}") == 0, table
        assert stage.owner("select count(*) from residents_person") == people, "the standing ledger stays"
        with psycopg.connect(stage.target.conninfo(ADMIN)) as connection:
            verdict = verify(connection)
        assert (verdict.broken_at, verdict.rows) == (None, people)
        back_up(data, stage.target, store, Wish(to / "after", archiving=False))
        assert found_in(data) == []
        assert found_in(to) == []
        assert carry_out(stage.target, stage.number, store) is None, "it is done once"
        _old_backup_brings_nothing_back(stage, to, store)
    finally:
        shutil.rmtree(to)


def _old_backup_brings_nothing_back(stage: Stage, to: Path, store: Keystore) -> None:
    """A backup of before, restored: the incident stays destroyed, its number is not given again, the chain holds."""
    place = new_folder()
    try:
        back = restore(to / "before", place, store, known=known_migrations())
        assert back.dropped == (stage.number,)
        house = opened(place)
        try:
            assert house.count() == 0
            with house.connect() as connection:
                assert verify(connection).broken_at is None
                [after] = connection.execute(
                    "select nextval(pg_get_serial_sequence('incidents_incident', 'id'))"
                ).fetchone() or [0]
            assert after > stage.number
        finally:
            house.server.stop()
    finally:
        shutil.rmtree(place)


def test_a_kept_hash_that_is_changed_breaks_the_chain(stage: Stage) -> None:
    with psycopg.connect(stage.target.conninfo(ADMIN)) as connection:
        connection.execute("update facts_seal_gone set leaves = set_byte(leaves, 0, 255 - get_byte(leaves, 0))")
        assert verify(connection).reason == "a row was changed"
        connection.rollback()
        connection.execute("delete from facts_seal_gone")
        assert verify(connection).broken_at == 1
        connection.rollback()


def test_certificates_that_were_changed_are_no_certificates(stage: Stage, tmp_path: Path) -> None:
    signed = json.loads(json.dumps(stage.see(retirement).certificate))
    certificate.check(signed)
    changed = json.loads(json.dumps(signed))
    changed["body"]["destroyed"]["rows"]["facts_log"] += 1
    assert code_of(lambda: certificate.check(changed)) == "retirement.certificate_broken"
    assert code_of(lambda: certificate.check(signed, public="AAAA")) == "retirement.certificate_broken"
    for text in ("", "{}", "[]", '{"body": {"kind": "x"}}'):
        (tmp_path / "c.json").write_text(text)
        assert code_of(lambda: certificate.read(tmp_path / "c.json")) == "retirement.certificate_unreadable"
    (tmp_path / "c.json").write_text(json.dumps(signed))
    assert certificate.read(tmp_path / "c.json") == signed
