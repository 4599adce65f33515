"""A round trip carries every kind of array, is one transaction, and leaves the connection usable when a statement fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest

from lianfang.base.database import connect
from lianfang.base.facts.api import byteas, days, instants, int4s, int8s, literal, texts, uuids
from lianfang.base.facts.wire import Statement, Wire
from lianfang.kernel.ids import uuid7

Work = Callable[[Wire], Awaitable[Any]]
AT = datetime(2022, 4, 6, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=8)))
ADD = "insert into wire_trial select unnest(%(numbers)s::int[]) returning number"


@pytest.fixture
def on_wire(database: connect.Target) -> Any:
    """Run a coroutine function on a wire of its own; `wire_trial` is a table with a key that is empty before each test."""
    with psycopg.connect(database.conninfo(connect.ADMIN), autocommit=True) as owner:
        owner.execute("create table if not exists wire_trial (number int primary key)")
        owner.execute("truncate wire_trial")

    async def alone(work: Work) -> Any:
        wire = await Wire.connect(database.conninfo(connect.ADMIN))
        try:
            return await work(wire)
        finally:
            await wire.close()

    def run(work: Work) -> Any:
        with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
            return aside.submit(asyncio.run, alone(work)).result()

    yield run
    with psycopg.connect(database.conninfo(connect.ADMIN), autocommit=True) as owner:
        owner.execute("drop table wire_trial")


@pytest.mark.parametrize(
    ("kind", "packed", "expected"),
    [
        ("int8", int8s([0, -1, 2**63 - 1, -(2**63)]), [0, -1, 2**63 - 1, -(2**63)]),
        ("int4", int4s(iter([7, -7, 2**31 - 1])), [7, -7, 2**31 - 1]),
        ("int4", int4s([]), []),
        ("uuid", uuids([UUID(int=0), UUID(int=2**128 - 1)]), [UUID(int=0), UUID(int=2**128 - 1)]),
        ("bytea", byteas([b"", b"\x00\xff", b'"\\', bytes(range(256))]), [b"", b"\x00\xff", b'"\\', bytes(range(256))]),
        ("bytea", byteas([b"\x00a", b"bc"]), [b"\x00a", b"bc"]),
        ("int8", int8s(np.arange(-3, 97)[::-1]), list(range(96, -4, -1))),
        ("int4", int4s(np.array([5, -5])), [5, -5]),
        ("date", days([date(1999, 12, 31), date(2022, 4, 6)]), [date(1999, 12, 31), date(2022, 4, 6)]),
        ("timestamptz", instants([AT, datetime(1960, 1, 1, tzinfo=UTC)]), [AT, datetime(1960, 1, 1, tzinfo=UTC)]),
        ("text", literal(['a"b', "王\n芳", ""]), ['a"b', "王\n芳", ""]),
        ("text", literal(["plain", "text"]), ["plain", "text"]),
        ("text", texts(np.array([b"130921001", b"411621002"], "S24")), ["130921001", "411621002"]),
        ("text", texts(np.array([b"1309", b"", "王".encode(), b"41"], "S24")), ["1309", "", "王", "41"]),
        ("text", texts(np.array([b"", b"13"], "S24")), ["", "13"]),
        ("text", texts(np.array([], "S24")), []),
    ],
)
def test_arrays_bring_back_what_went_in(on_wire: Any, kind: str, packed: Any, expected: list[Any]) -> None:
    async def work(wire: Wire) -> Any:
        return await wire.trip([(f"select %(values)s::{kind}[]", {"values": packed})])

    assert on_wire(work) == [[(expected,)]]


def test_a_long_trip_brings_every_answer_in_order(on_wire: Any) -> None:
    """More than the buffers of a socket hold, both ways."""
    blocks = [bytes([number]) * 400_000 for number in range(20)]

    async def work(wire: Wire) -> Any:
        return await wire.trip([("select unnest(%(raw)s::bytea[])", {"raw": byteas([block])}) for block in blocks])

    assert on_wire(work) == [[(block,)] for block in blocks]


def test_a_trip_is_one_transaction(on_wire: Any) -> None:
    async def work(wire: Wire) -> Any:
        with pytest.raises(psycopg.errors.UniqueViolation):
            await wire.trip(
                [(ADD, {"numbers": int4s([1])}), (ADD, {"numbers": int4s([1])}), (ADD, {"numbers": int4s([2])})]
            )
        kept = await wire.trip([("select number from wire_trial", {})])
        return kept, await wire.trip([(ADD, {"numbers": int4s([2, 3])}), ("select count(*) from wire_trial", {})])

    assert on_wire(work) == ([[]], [[(2,), (3,)], [(2,)]])


def test_a_statement_that_is_wrong_fails_alone(on_wire: Any) -> None:
    """What was prepared before the mistake stays prepared, what came after it is prepared again."""

    async def work(wire: Wire) -> Any:
        wrong: list[Statement] = [("select 1", {}), ("select nonsense", {}), ("select 2", {})]
        for _ in range(2):
            with pytest.raises(psycopg.errors.UndefinedColumn):
                await wire.trip(wrong)
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            await wire.trip([("select %(number)s::int", {"number": "one"})])
        return await wire.trip([("select 2", {}), ("select 1", {}), ("select %(number)s::int", {"number": None})])

    assert on_wire(work) == [[(2,)], [(1,)], [(None,)]]


def test_a_server_that_goes_away_is_heard_of(on_wire: Any) -> None:
    async def work(wire: Wire) -> Any:
        with pytest.raises(psycopg.OperationalError):
            await wire.trip([("select pg_terminate_backend(pg_backend_pid())", {}), ("select pg_sleep(5)", {})])
        with pytest.raises(psycopg.OperationalError):
            await wire.trip([("select 1", {})])
        return wire.closed

    assert on_wire(work) is True


def test_ids_of_ours_sort_like_their_rows(on_wire: Any) -> None:
    """The order in which facts are written is the order of the database."""
    made = sorted((uuid7() for _ in range(50)), key=lambda one: one.int)

    async def work(wire: Wire) -> Any:
        return await wire.trip([("select i from unnest(%(ids)s::uuid[]) i order by i", {"ids": uuids(reversed(made))})])

    assert on_wire(work) == [[(one,) for one in made]]
