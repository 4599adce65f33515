"""Several statements to PostgreSQL and all their rows back in one round trip, with nothing in between.

A merged transaction used to spend more on waiting and on wrapping parameters than on its rows, so the door speaks to
libpq itself. What goes in one trip is one transaction: PostgreSQL commits it when the trip ends, or undoes all of it
when a statement fails.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection, pq
from psycopg.adapt import Transformer

Statement = tuple[str, Mapping[str, Any]]
"""SQL with `%(name)s` for each parameter, cast where it stands; a value is text, or bytes in PostgreSQL's binary form."""
Rows = list[tuple[Any, ...]]

_PARAMETER = re.compile(r"%\((\w+)\)s")
_names = count()
_FAILED = {pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.PIPELINE_ABORTED}


class Wire:
    """A connection that makes round trips of prepared statements; for one task at a time."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._libpq.enter_pipeline_mode()
        self._transformer = Transformer(connection)
        self._prepared: set[bytes] = set()

    @classmethod
    async def connect(cls, conninfo: str) -> Self:
        """Open a connection; raises psycopg.OperationalError."""
        return cls(await AsyncConnection.connect(conninfo, autocommit=True))

    @property
    def closed(self) -> bool:
        """Whether it can't be used any more."""
        return self._connection.closed

    async def close(self) -> None:
        """Close the connection; the server undoes a trip that is under way."""
        await self._connection.close()

    async def trip(self, work: Sequence[Statement]) -> list[Rows]:
        """Run statements as one transaction; returns the rows of each (none for those that return nothing).

        Raises the psycopg.Error of the first statement that failed; nothing of the trip is kept then.
        """
        if not work:
            return []
        sent: list[bytes] = []  # the name of each statement to prepare, b"" for each one to run
        for text, values in work:
            self._send(text, values, sent)
        self._libpq.pipeline_sync()
        results = await self._results()
        for name, result in zip(sent, results, strict=False):
            if name and result.status == pq.ExecStatus.COMMAND_OK:
                self._prepared.add(name)
        failed = next((result for result in results if result.status in _FAILED), None)
        if failed is not None:
            raise psycopg.errors.error_from_result(failed)
        return [self._rows(result) for name, result in zip(sent, results, strict=True) if not name]

    def _send(self, text: str, values: Mapping[str, Any], sent: list[bytes]) -> None:
        name, numbered, order = _numbered(text)
        if name not in self._prepared and name not in sent:
            self._libpq.send_prepare(name, numbered)
            sent.append(name)
        given = [values[key] for key in order]
        self._libpq.send_query_prepared(
            name,
            [value.encode() if isinstance(value, str) else value for value in given],
            param_formats=[pq.Format.BINARY if isinstance(value, bytes) else pq.Format.TEXT for value in given],
            result_format=pq.Format.BINARY,
        )
        sent.append(b"")

    async def _results(self) -> list[pq.abc.PGresult]:
        """Everything up to the end of the trip, in order."""
        while self._libpq.flush():
            await self._ready(writing=True)
        found: list[pq.abc.PGresult] = []
        while True:
            while self._libpq.is_busy():
                await self._ready()
            result = self._libpq.get_result()
            if result is None:  # the end of one statement, or of everything
                if self._libpq.status == pq.ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection to the database broke")
                continue
            if result.status == pq.ExecStatus.PIPELINE_SYNC:
                return found
            found.append(result)

    async def _ready(self, *, writing: bool = False) -> None:
        """Wait until the socket has something for us (or takes something from us), and read what there is."""
        loop, number = asyncio.get_running_loop(), self._libpq.socket
        ready = loop.create_future()
        loop.add_reader(number, _wake, ready)
        if writing:
            loop.add_writer(number, _wake, ready)
        try:
            await ready
        finally:
            loop.remove_reader(number)
            if writing:
                loop.remove_writer(number)
        self._libpq.consume_input()

    def _rows(self, result: pq.abc.PGresult) -> Rows:
        if not result.ntuples:
            return []
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


@cache
def _numbered(text: str) -> tuple[bytes, bytes, tuple[str, ...]]:
    """A statement with `%(name)s` as a name of its own, the same with `$1`, `$2`…, and the parameters in that order."""
    order = tuple(dict.fromkeys(_PARAMETER.findall(text)))
    numbered = _PARAMETER.sub(lambda found: f"${order.index(found[1]) + 1}", text)
    return f"door_{next(_names)}".encode(), numbered.encode(), order
