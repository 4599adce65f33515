"""People are packed where testing rounds are open, and nowhere else."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connections

from lianfang.base.database import connect
from lianfang.base.jobs import api
from lianfang.domain.rounds import packing
from tests.support.world import HOME, NEXT, World, build_world

pytestmark = pytest.mark.row("D1")


@pytest.fixture(scope="module")
def world(database: connect.Target) -> World:
    """Two communities with people."""
    return build_world()


def owner(sql: str, *parameters: object) -> list[tuple[object, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


def packed() -> list[object]:
    """Communities that have a pack now."""
    return [community for (community,) in owner("select community from residents_pack order by 1")]


def open_round(world: World, path: str, kind: str = "testing") -> object:
    return owner(
        "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
        "values (%s, %s, '一', %s, 10, '', 'open', 1) returning id", world.incident, kind, path,
    )[0][0]  # fmt: skip


def test_packs_come_with_a_testing_round_and_go_with_it(world: World) -> None:
    assert (packing.build_missing(), packed()) == (0, [])
    open_round(world, HOME, "screening")
    assert (packing.build_missing(), packed()) == (0, [])
    building = open_round(world, NEXT + "0001")
    assert (packing.build_missing(), packed()) == (1, [NEXT])
    county = open_round(world, HOME[:6])
    assert (packing.build_missing(), packed()) == (1, [HOME, NEXT])
    assert (packing.build_missing(), packing.drop_others()) == (0, 0)
    owner("update residents_person set stay_path = %s where id = %s", NEXT + "000101001", world.people[HOME][0].id)
    assert packed() == []
    assert packing.build_missing() == 2
    owner("update rounds_round set state = 'closed' where id = %s", county)
    assert (packing.drop_others(), packed()) == (1, [NEXT])
    owner("update rounds_round set state = 'closed' where id = %s", building)
    assert (packing.build_missing(), packing.drop_others(), packed()) == (0, 1, [])


def test_a_call_ends_in_time_and_the_next_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    number = open_round(world, HOME[:9])
    monkeypatch.setattr(packing, "AT_A_TIME", 1)
    monkeypatch.setattr(packing, "SECONDS", 0)
    assert packing.build_missing() == 1
    assert packing.build_missing() == 1
    assert packed() == [HOME, NEXT]
    owner("update rounds_round set state = 'closed' where id = %s", number)


def test_nobody_is_waited_for(world: World, database: connect.Target) -> None:
    """While a writer of the ledger ends, nothing is built; the next call does it."""
    number = open_round(world, HOME)
    owner("delete from residents_pack")
    with psycopg.connect(database.conninfo(connect.ADMIN)) as writer:
        writer.execute("update residents_person set stay_path = %s where id = %s", [NEXT, world.people[NEXT][0].id])
        writer.execute("set constraints all immediate")
        assert packing.build_missing() == 0
    assert packing.build_missing() == 1
    owner("update rounds_round set state = 'closed' where id = %s", number)


def test_the_steward_knows_these_jobs() -> None:
    assert packing.build_missing in api.second_jobs()
    assert packing.drop_others in api.minute_jobs()
