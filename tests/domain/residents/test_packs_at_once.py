"""Packs while several write at once, in stricter transactions, and for roles that have no business with them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import psycopg
import pytest

from lianfang.base.access.api import Actor
from lianfang.base.database import connect
from lianfang.domain.residents.api import packs
from tests.domain.residents.ledger import HERE, THERE, settle
from tests.domain.residents.offices import owner

pytestmark = [pytest.mark.usefixtures("empty"), pytest.mark.row("D1"), pytest.mark.pg15]
MOVE = "update residents_person set stay_path = (select max(path) from residents_household) where id = %s"
SAY = "update residents_person set sealed = sealed where id = %s"
BUILD = "select residents_pack_build(%s)"
NOW = "set constraints residents_pack_settled immediate"
"""What the end of a transaction does, without ending it."""


@pytest.fixture
def people(clerk: Actor, tmp_path: Path) -> list[int]:
    """Eight people in two homes of a packed community."""
    found = settle(clerk, tmp_path, 8)
    assert packs.build([HERE]) == 1
    return found


@pytest.fixture
def links(database: connect.Target) -> Iterator[Any]:
    """Connections of any role, each in a transaction."""
    made: list[psycopg.Connection] = []

    def link(role: str = connect.ADMIN) -> psycopg.Connection:
        made.append(psycopg.connect(database.conninfo(role)))
        made[-1].execute("set lock_timeout = '2s'")
        return made[-1]

    yield link
    for one in made:
        one.close()


def packed() -> list[str]:
    """Communities that have a pack now."""
    return [community for (community,) in owner("select community from residents_pack order by 1")]


def right() -> bool:
    """Whether the pack of the community says what its people are."""
    [(held,)] = owner("select encode(codes || places, 'hex') from residents_pack where community = %s", HERE)
    [(wanted,)] = owner(
        "select encode(string_agg(int8send(code), '' order by code) || convert_to(string_agg(rpad(substr(home, 13), 9), '' order by code), "
        "'UTF8'), 'hex') from (select code, coalesce(stay_path, path) as home from residents_person) as everybody"
    )
    return bool(held == wanted)


def test_a_writer_finds_what_was_built_while_it_wrote(people: list[int], links: Any) -> None:
    writer = links()
    assert packs.keep([]) == 1
    writer.execute(MOVE, [people[0]])
    assert packs.build([HERE]) == 1, "of what was committed"
    assert right()
    writer.commit()
    assert packed() == []
    assert packs.build([HERE]) == 1
    assert right()


def test_nothing_is_built_while_a_writer_ends(people: list[int], links: Any) -> None:
    writer = links()
    writer.execute(MOVE, [people[0]])
    writer.execute(NOW)
    assert packed() == [HERE], "the writer may still be taken back"
    assert packs.build([THERE]) == 0
    writer.commit()
    assert packed() == []
    assert packs.build([HERE, THERE]) == 2
    assert right()


def test_a_writer_that_ends_while_something_is_built_waits_and_finds_it(people: list[int], links: Any) -> None:
    builder, writer = links(connect.DOOR), links()
    assert packs.keep([]) == 1
    assert builder.execute(BUILD, [[HERE]]).fetchone() == (1,)
    writer.execute(MOVE, [people[0]])
    with ThreadPoolExecutor(1) as aside:
        ending = aside.submit(writer.commit)
        sleep(0.3)
        assert not ending.done()
        builder.commit()
        ending.result()
    assert packed() == []


def test_two_who_write_to_one_community_do_not_wait_for_each_other(people: list[int], links: Any) -> None:
    first, second = links(), links()
    first.execute(MOVE, [people[0]])
    second.execute("set lock_timeout = '200ms'")
    second.execute(MOVE, [people[1]])
    second.commit()
    assert packed() == []
    first.commit()


def test_what_is_taken_back_leaves_the_pack(people: list[int], links: Any) -> None:
    writer = links()
    writer.execute(MOVE, [people[0]])
    writer.rollback()
    assert packed() == [HERE]
    with writer.transaction(force_rollback=True):
        writer.execute(MOVE, [people[0]])
    writer.execute(SAY, [people[1]])
    writer.commit()
    assert packed() == [HERE]
    assert right()
    assert owner("select count(*) from residents_pack_due") == [(0,)]


def test_written_after_an_early_end_is_noticed_too(people: list[int], links: Any) -> None:
    writer = links()
    writer.execute(NOW)
    writer.execute(SAY, [people[0]])
    writer.execute(MOVE, [people[0]])
    writer.commit()
    assert packed() == []


@pytest.mark.parametrize("level", [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE])
def test_no_transaction_with_an_old_view_writes_or_builds(people: list[int], links: Any, level: Any) -> None:
    """It would neither see what was built since it began, nor read what was written since."""
    for role, statement in ((connect.ADMIN, (MOVE, [people[0]])), (connect.ADMIN, ("truncate residents_person cascade",)),
                            (connect.DOOR, (BUILD, [[THERE]]))):  # fmt: skip
        strict = links(role)
        strict.commit()
        strict.isolation_level = level
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            strict.execute(*statement)
    assert packed() == [HERE]


@pytest.mark.parametrize("statement", [
    "select count(*) from residents_pack", "select * from residents_pack_due", "select residents_pack_build('{411621001001}')",
    "select * from residents_pack_missing('{41}', 9)", "select residents_pack_keep('{}')", "delete from residents_pack",
    "insert into residents_pack_due values ('3', '411621001001')",
])  # fmt: skip
def test_pages_have_no_business_with_packs(people: list[int], links: Any, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        links(connect.APP).execute(statement)


@pytest.mark.parametrize("statement", [
    "delete from residents_pack", "update residents_pack set places = ''", "truncate residents_pack",
    "insert into residents_pack (community, people, codes, places) values ('411621001002', 0, '', '')",
    "select * from residents_pack_due",
])  # fmt: skip
def test_the_door_reads_packs_and_writes_none(people: list[int], links: Any, statement: str) -> None:
    door = links(connect.DOOR)
    assert door.execute("select people from residents_pack").fetchall() == [(8,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        door.execute(statement)
