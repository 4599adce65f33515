"""The chain over the log: a changed, added or removed row is found, and so is a changed, added or removed seal."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lianfang.base.database import connect
from lianfang.base.facts.seal import chain, leaf, merkle_root, seal_once, verify

pytestmark = [pytest.mark.row("D3"), pytest.mark.pg15]
ZONES = [UTC, timezone(timedelta(hours=8)), timezone(-timedelta(hours=9, minutes=30))]
STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
INSERT = (
    "insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
    "select 1, gen_random_uuid(), 'trial.kind/1', '411621001001', now(), %s, 1, sha256('d'), sha256('s') "
    "from generate_series(1, %s)"
)


@pytest.fixture
def owner(database: connect.Target) -> Any:
    """An owner's connection to an empty log with four seals over nine rows."""
    with psycopg.connect(database.conninfo(connect.ADMIN), autocommit=True) as connection:
        connection.execute("truncate facts_log, facts_seal")
        with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
            for rows in (3, 1, 4, 1):
                door.execute(INSERT, [rows, rows])
                assert seal_once(door) == rows
        yield connection


def test_an_untouched_log_holds(owner: Any) -> None:
    verdict = verify(owner)
    assert (verdict.seals, verdict.rows, verdict.broken_at) == (4, 9, None)


def test_nothing_new_adds_no_seal(owner: Any, database: connect.Target) -> None:
    with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
        assert seal_once(door) == 0
    assert verify(owner).seals == 4


def change(column: str, value: str) -> Callable[[Any], None]:
    """A change of one column of the one row of the second seal."""

    def act(owner: Any) -> None:
        statement = (
            f"update facts_log set {column} = {value} where xid >= (select from_xid from facts_seal where number = 2) "
        )
        done = owner.execute(statement + "and xid < (select to_xid from facts_seal where number = 2)")
        assert done.rowcount == 1

    return act


CHANGES = {
    "kind": "'trial.other/1'", "area": "'411621001002'", "recorded_at": "recorded_at + interval '1 microsecond'",
    "account_id": "account_id + 1", "digest": "sha256('e')", "sealed": "sha256('t')", "id": "gen_random_uuid()",
    "incident": "2",
}  # fmt: skip


@pytest.mark.parametrize("column", CHANGES)
def test_every_changed_column_is_found(owner: Any, column: str) -> None:
    change(column, CHANGES[column])(owner)
    verdict = verify(owner)
    assert (verdict.seals, verdict.broken_at, verdict.reason) == (1, 2, "a row was changed")


def test_a_removed_row_is_found(owner: Any) -> None:
    owner.execute(
        "delete from facts_log where account_id = 4 and id = (select min(id::text)::uuid from facts_log where account_id = 4)"
    )
    verdict = verify(owner)
    assert (verdict.broken_at, verdict.reason) == (3, "3 rows instead of 4")


def test_an_added_row_is_found(owner: Any) -> None:
    owner.execute(
        "insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed, xid) "
        "select incident, gen_random_uuid(), kind, area, recorded_at, account_id, grant_id, digest, sealed, xid "
        "from facts_log where account_id = 3 limit 1"
    )
    verdict = verify(owner)
    assert (verdict.broken_at, verdict.reason) == (1, "4 rows instead of 3")


@pytest.mark.parametrize(
    ("statement", "at", "reason"),
    [
        ("delete from facts_seal where number = 2", 2, "missing seal"),
        ("update facts_seal set root = sha256('x') where number = 3", 3, "a row was changed"),
        ("update facts_seal set chain = sha256('x') where number = 3", 3, "the chain is broken"),
        ("update facts_seal set rows = 5 where number = 3", 3, "4 rows instead of 5"),
    ],
)
def test_a_changed_seal_is_found(owner: Any, statement: str, at: int, reason: str) -> None:
    owner.execute(statement)
    verdict = verify(owner)
    assert (verdict.broken_at, verdict.reason) == (at, reason)


def test_a_change_that_also_mends_its_own_seal_breaks_the_chain_after_it(owner: Any) -> None:
    """Who rewrites a row and its root still has to rewrite every later seal, and those were printed."""
    change("sealed", "sha256('t')")(owner)
    rows = owner.execute(
        "select incident, id, kind, area, recorded_at, account_id, digest, sealed from facts_log where account_id = 1 "
        "and xid < (select to_xid from facts_seal where number = 2) order by incident, id"
    ).fetchall()
    previous = owner.execute("select chain from facts_seal where number = 1").fetchone()[0]
    root = merkle_root(leaf(row) for row in rows)
    owner.execute(
        "update facts_seal set root = %s, chain = %s where number = 2", [root, chain(bytes(previous), root, 2)]
    )
    verdict = verify(owner)
    assert (verdict.seals, verdict.broken_at, verdict.reason) == (2, 3, "the chain is broken")


def test_a_running_transaction_is_waited_for(owner: Any, database: connect.Target) -> None:
    """Rows of a transaction that commits late fall into a later seal: none is missed, none sealed twice."""
    with psycopg.connect(database.conninfo(connect.DOOR)) as slow, psycopg.connect(
        database.conninfo(connect.DOOR), autocommit=True
    ) as door:  # fmt: skip
        slow.execute(INSERT, [70, 2])
        door.execute(INSERT, [71, 5])
        assert seal_once(door) == 0
        slow.commit()
        assert seal_once(door) == 7
    assert verify(owner).broken_at is None
    assert verify(owner).rows == 16


def test_two_sealers_at_once_seal_each_row_once(owner: Any, database: connect.Target) -> None:
    def work() -> None:
        with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
            for number in range(15):
                door.execute(INSERT, [100 + number, 2])
                seal_once(door)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
        seal_once(door)
    verdict = verify(owner)
    assert (verdict.broken_at, verdict.rows) == (None, 9 + 90)


@pytest.mark.parametrize("count", range(9))
def test_the_root_is_a_merkle_tree_of_rfc_6962(count: int) -> None:
    """Against the recursive definition of the standard (section 2.1), written independently."""

    def standard(leaves: list[bytes]) -> bytes:
        if not leaves:
            return hashlib.sha256(b"").digest()
        if len(leaves) == 1:
            return leaves[0]
        half = 1
        while half * 2 < len(leaves):
            half *= 2
        return hashlib.sha256(b"\x01" + standard(leaves[:half]) + standard(leaves[half:])).digest()

    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(count)]
    assert merkle_root(leaves) == standard(leaves)


ROWS_OF_ANY_KIND = st.tuples(
    st.integers(-(2**15), 2**15 - 1), st.uuids(), STORABLE, STORABLE,
    st.datetimes(datetime(1970, 1, 1), datetime(9998, 1, 1), timezones=st.sampled_from(ZONES)),
    st.integers(-(2**63), 2**63 - 1), st.binary(max_size=40), st.binary(max_size=40),
)  # fmt: skip


@given(rows=st.lists(ROWS_OF_ANY_KIND, max_size=20))
@example(rows=[(1, UUID(int=0), "", "", datetime(2000, 1, 1, tzinfo=UTC), 1, b"d", b"")])
def test_the_database_hashes_what_the_checker_hashes(database: connect.Target, rows: list[tuple[Any, ...]]) -> None:
    """Two writings of one definition, for any row: the sealer uses the one in SQL, every check the one in Python."""
    statement = "select facts_leaf(%s::smallint, %s, %s, %s, %s, %s::bigint, %s, %s)"
    with psycopg.connect(database.conninfo(connect.ADMIN), autocommit=True) as owner:
        found = [owner.execute(statement, row).fetchone() for row in rows]
    assert [bytes(one[0]) for one in found if one] == [leaf(row) for row in rows]


def test_the_log_is_append_only_for_the_door(owner: Any, database: connect.Target) -> None:
    with psycopg.connect(database.conninfo(connect.DOOR), autocommit=True) as door:
        for statement in (
            "update facts_log set kind = 'x'", "delete from facts_log", "truncate facts_log", "select sealed from facts_log",
            "update facts_seal set root = ''", "delete from facts_seal", "insert into facts_seal values (9, now(), '1', '2', 1, '', '')",
        ):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                door.execute(statement)
