"""A drill removed beside a real incident: its rows, figures and key go, every other row is byte for byte what it was."""

from __future__ import annotations

import os
import uuid
from typing import Any

import pytest
from django.db import connections, transaction

from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.database.connect import Target
from lianfang.base.incidents.api import close_incident, open_incident, propose_incident
from lianfang.base.retirement.api import approve_purge, ask_purge
from lianfang.base.retirement.purge import carry_out
from lianfang.base.vault.api import incident_box, keystore
from lianfang.domain.rounds.services import open_round
from tests.support.keys import forget_key
from tests.support.world import COUNTY, HOME, NEXT, World, build_world

pytestmark = pytest.mark.row("A3")
BOOKS = ("access_event", "access_session", "retirement_retirement", "incidents_incident", "metrics_delta", "facts_seal")
"""What keeps the books of the removal itself; the incident's row stays closed, its facts' hashes are sealed first."""
TABLES = """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1"""


def owner(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, list(values))
        return list(cursor.fetchall()) if cursor.description else []


def open_another(world: World) -> int:
    """A second incident over the same county, played for real."""
    with transaction.atomic():
        number = propose_incident(
            actor=world.enter("command", COUNTY[:4]), name="真实事件", path=COUNTY, playbook="covid-2022", drill=False
        )
        forget_key(number)
    with transaction.atomic():
        open_incident(actor=world.enter("command", COUNTY), incident_id=number)
    return number


def fill(world: World, incident: int) -> int:
    """A round with samples, a visit, a fact and figures of one incident; the round's number."""
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        number = open_round(actor=actor, incident_id=incident, name="第一轮", path=COUNTY, tube_size=10).id
    box = incident_box(incident)
    for person in world.people[HOME] + world.people[NEXT]:
        owner(
            "insert into rounds_sample values (%s, %s, %s, %s, %s, now())",
            incident,
            number,
            box.pseudonym(person.number),
            person.path,
            uuid.uuid4(),
        )
        owner("insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
              "values (%s, %s, 'trial/1', %s, now(), 1, 1, %s, %s)", incident, uuid.uuid4(), HOME, os.urandom(32),
              box.seal(b"x", b"facts_log.sealed"))  # fmt: skip
    owner("insert into rounds_visit (incident, round_id, household, path, outcome, people, sealed, at, account_id) "
          "values (%s, %s, 7, %s, 'answered', 2, %s, now(), 1)", incident, number, world.people[HOME][0].path,
          box.seal(b"x", b"rounds_visit.sealed"))  # fmt: skip
    owner("insert into metrics_value values ('rounds.sampled', %s, 'infinity', 6, %s, 24)", str(number), COUNTY)
    owner("insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency) "
          "values (%s, %s, '', 'rounds.isolate_pool', %s, 'rounds', '', 2)", incident, HOME, str(number))  # fmt: skip
    owner("select metrics_fold()")
    return number


def others(incident: int, number: int) -> dict[str, tuple[int, str]]:
    """Table → count and digest of every row that is not of this incident."""
    found = {}
    for (table,) in owner(TABLES):
        if table in BOOKS:
            continue
        columns = {
            name
            for (name,) in owner("select attname from pg_attribute where attrelid = %s::regclass and attnum > 0", table)
        }
        where = "true"
        for column in ("incident", "incident_id"):
            where = f"t.{column} is distinct from {incident}" if column in columns else where
        if table == "rounds_round":
            where = f"t.id <> {number}"
        if table == "metrics_value":
            where = f"split_part(t.dim, ':', 1) <> '{number}' or t.name not like 'rounds.%%'"
        [row] = owner(
            f"select count(*), coalesce(md5(string_agg(t::text, chr(10) order by t::text)), '') from \"{table}\" t where {where}"
        )
        found[table] = row
    return found


def test_a_drill_is_removed_and_nothing_else_is_touched(database: Target) -> None:
    (keystore().folder / "destroyed.json").unlink(missing_ok=True)
    world = build_world()
    drill, real = world.incident, open_another(world)
    number, kept = fill(world, drill), fill(world, real)
    people = []
    for name in ("command-1", "command-2"):
        account = create_account(username=name, name="王芳", password="right-horse")
        create_grant(account_id=account, role="command", path=COUNTY[:4])
        people.append(open_session(account))

    def act(which: int, step: Any) -> Any:
        with transaction.atomic():
            actor = enter(token_digest(people[which]))
            return step(actor=actor, incident_id=drill)

    assert owner("select drill from incidents_incident where id = %s", drill) == [(True,)]
    assert [act(0, close_incident), act(1, close_incident)] == ["closing", "closed"]
    before = others(drill, number)
    act(0, ask_purge)  # a drill waits for no thirty days
    act(1, approve_purge)
    assert carry_out(database, drill, keystore()) is not None
    after = others(drill, number)
    assert {table: pair for table, pair in after.items() if before[table] != pair} == {}
    assert before["rounds_sample"][0] == len(world.people[HOME]) + len(world.people[NEXT])
    assert owner("select count(*) from rounds_sample where incident = %s", drill) == [(0,)]
    assert owner("select count(*) from metrics_value where dim = %s", str(number)) == [(0,)]
    assert owner(
        "select value from metrics_value where name = 'rounds.sampled' and dim = %s and level = 6", str(kept)
    ) == [(24,)]
    assert not keystore().has(f"incident-{drill}")
    assert keystore().has(f"incident-{real}")
    (keystore().folder / "destroyed.json").unlink(missing_ok=True)
