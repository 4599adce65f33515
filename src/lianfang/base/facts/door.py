"""The door: facts of many callers, merged into few transactions.

A fact is answered only after the transaction that holds it is durable. One bad fact never fails its neighbours: when a
merged transaction fails, it is halved and tried again, down to the single fact.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from lianfang.base.facts.envelope import Fact
from lianfang.base.facts.registry import Batch, find
from lianfang.base.facts.sqltext import literal, literal_bytes
from lianfang.base.vault.api import incident_box, system_box
from lianfang.kernel.errors import LianfangError

log = logging.getLogger(__name__)

MERGE_FACTS = 192
"""Facts in one merged transaction (measured: 128–192 keep p99 under 60 ms and the database busy)."""
FLUSHERS = 2
"""Connections of one worker: while one waits for the disk, the other gathers."""
QUEUE_FACTS = 4000
"""Facts waiting in one worker before new callers are asked to come back."""
RETRY_SECONDS = 2
RACES = 5
"""How often a batch is run again after losing a race before it is tried fact by fact."""

ADMIT = """
select i, account_id, grant_id, role, state, reach, grids
from facts_admit(%(tokens)s::bytea[], %(paths)s::text[], %(verbs)s::text[])
"""
LOG = """
insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed)
select * from unnest(%(incident)s::smallint[], %(id)s::uuid[], %(kind)s::text[], %(area)s::text[], %(at)s::timestamptz[],
    %(account)s::bigint[], %(grant)s::bigint[], %(digest)s::bytea[], %(sealed)s::bytea[])
on conflict do nothing returning id
"""
DIGESTS = "select id, digest from facts_log where id = any (%(ids)s::uuid[])"
QUARANTINE = """
insert into facts_quarantine (fact_id, kind, outcome, code, path, account_id, digest, sealed)
select * from unnest(%(id)s::uuid[], %(kind)s::text[], %(outcome)s::text[], %(code)s::text[], %(path)s::text[],
    %(account)s::bigint[], %(digest)s::bytea[], %(sealed)s::bytea[])
on conflict do nothing
"""
LOG_COLUMN = b"facts_log.sealed"
QUARANTINE_COLUMN = b"facts_quarantine.sealed"


class LostRace(Exception):
    """Another transaction was faster; the batch must look again."""


class SignedOut(Exception):
    """The caller's session is not live: nothing of the call is kept, the phone keeps it."""


@dataclass(slots=True)
class Call:
    """The facts of one HTTP request and the promise of their answers."""

    facts: list[Fact]
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    signed_out: bool = False


class Door:
    """One worker's share of the door: a queue and a few flushers, each with a connection of the door role."""

    def __init__(self, conninfo: str, *, flushers: int = FLUSHERS, merge: int = MERGE_FACTS) -> None:
        self._conninfo = conninfo
        self._merge = merge
        self._flushers = flushers
        self._waiting: list[Call] = []
        self._waiting_facts = 0
        self._wake = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing = False

    async def start(self) -> None:
        """Connect and begin to take facts."""
        self._tasks = [asyncio.create_task(self._run(), name=f"door-{number}") for number in range(self._flushers)]

    async def stop(self) -> None:
        """Answer what is waiting, then stop."""
        self._closing = True
        async with self._wake:
            self._wake.notify_all()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def submit(self, facts: list[Fact]) -> None:
        """Take the facts of one call; returns once their answers are final.

        Raises facts.busy when too much is waiting, SignedOut when the session is not live; psycopg.Error when the
        database can't be reached (nothing is acknowledged then).
        """
        if self._waiting_facts + len(facts) > QUEUE_FACTS or self._closing:
            raise LianfangError("facts.busy", seconds=RETRY_SECONDS)
        call = Call(facts)
        self._waiting.append(call)
        self._waiting_facts += len(facts)
        async with self._wake:
            self._wake.notify()
        await call.done
        if call.signed_out:
            raise SignedOut

    async def _run(self) -> None:
        connection: AsyncConnection[Any] | None = None
        while True:
            async with self._wake:
                await self._wake.wait_for(lambda: self._waiting or self._closing)
            calls = self._take()
            if not calls:
                if self._closing:
                    break
                continue
            try:
                if connection is None or connection.closed:
                    connection = await connect(self._conninfo)
                await flush(connection, calls)
            except BaseException as error:  # every caller must hear of it, whatever it was
                for call in calls:
                    if not call.done.done():
                        call.done.set_exception(error if isinstance(error, Exception) else RuntimeError("stopped"))
                if connection is not None:
                    await connection.close()
                if not isinstance(error, Exception):
                    raise
                log.warning("door: %s", type(error).__name__)
        if connection is not None:
            await connection.close()

    def _take(self) -> list[Call]:
        taken: list[Call] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0].facts) <= self._merge):
            call = self._waiting.pop(0)
            size += len(call.facts)
            taken.append(call)
        self._waiting_facts -= size
        return taken


async def connect(conninfo: str) -> AsyncConnection[Any]:
    """A connection of the door role, set up for short merged transactions."""
    connection = await AsyncConnection.connect(conninfo, autocommit=True, row_factory=tuple_row)
    connection.prepare_threshold = 2
    return connection


async def flush(connection: AsyncConnection[Any], calls: Sequence[Call]) -> None:
    """Write the facts of several calls, splitting on failure, and resolve each call."""
    await _flush_facts(connection, [fact for call in calls for fact in call.facts])
    for call in calls:
        call.signed_out = any(
            fact.refusal is not None and fact.refusal.code == "session.expired" for fact in call.facts
        )
        if not call.done.done():
            call.done.set_result(None)


async def _flush_facts(connection: AsyncConnection[Any], facts: list[Fact]) -> None:
    for _ in range(RACES):
        before = [(fact, fact.refusal, fact.duplicate, len(fact.notes)) for fact in facts]
        try:
            await _transaction(connection, facts)
            return
        except (LostRace, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            _restore(before)
        except psycopg.OperationalError:
            raise  # the server is gone: nothing was acknowledged
        except Exception as error:  # also a mistake in one kind's own code: it must not fail its neighbours
            _restore(before)
            if len(facts) == 1:
                log.exception("door: %s", facts[0].kind)
                facts[0].refuse("internal.failure", trace=f"{facts[0].id}")
                facts[0].state = error
                continue
            break
    middle = max(1, len(facts) // 2)
    if len(facts) > 1:
        await _flush_facts(connection, facts[:middle])
        await _flush_facts(connection, facts[middle:])
    else:
        raise LianfangError("facts.busy", seconds=RETRY_SECONDS)


def _restore(before: list[tuple[Fact, Any, bool, int]]) -> None:
    for fact, refusal, duplicate, notes in before:
        fact.refusal, fact.duplicate = refusal, duplicate
        del fact.notes[notes:]


async def _transaction(connection: AsyncConnection[Any], facts: list[Fact]) -> None:
    """One merged transaction: admit and ask, log, apply and commit; a pipeline round trip each."""
    async with connection.transaction():
        batches = _batches(facts)
        asked = [batch.questions() for batch in batches]
        rows = await _run_all(connection, [_admission(facts), *(question for one in asked for question in one)])
        _admit(facts, rows[0])
        position = 1
        for batch, questions in zip(batches, asked, strict=True):
            batch.decide(rows[position : position + len(questions)])
            position += len(questions)
        fresh = await _log(connection, [fact for fact in facts if fact.refusal is None])
        await _apply(connection, batches, fresh, [fact for fact in facts if _to_keep(fact)])


def _to_keep(fact: Fact) -> bool:
    return fact.refusal is not None and fact.account_id != 0


def _batches(facts: list[Fact]) -> list[Batch]:
    grouped: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.refusal is None:
            grouped[fact.kind].append(fact)
    batches: list[Batch] = []
    for name in sorted(grouped):
        found = find(name)
        if found is not None:
            batches.append(found[0].batch(grouped[name]))
    return batches


def _admission(facts: list[Fact]) -> tuple[str, dict[str, Any]]:
    return ADMIT, {
        "tokens": literal_bytes([fact.token for fact in facts]),
        "paths": literal([fact.path for fact in facts]),
        "verbs": literal([fact.verb or "-" for fact in facts]),
    }


def _admit(facts: list[Fact], rows: list[tuple[Any, ...]]) -> None:
    for number, account, grant, role, state, reach, grids in rows:
        fact = facts[number - 1]
        fact.account_id, fact.grant_id, fact.role = account or 0, grant or 0, role or ""
        fact.reach, fact.grids = reach or "", None if grids is None else frozenset(grids)
        if state == "session":
            fact.refusal = None
            fact.refuse("session.expired")
        elif fact.refusal is None:
            if state in {"grant", "verb"}:
                fact.refuse("access.not_allowed", action=fact.kind)
            elif state == "area":
                fact.refuse("fact.area_outside", area=fact.area)


async def _log(connection: AsyncConnection[Any], facts: list[Fact]) -> list[Fact]:
    """Write the log rows; what was there already becomes a duplicate or a conflict. Returns the new facts."""
    if not facts:
        return []
    unique: dict[Any, Fact] = {}
    again: list[Fact] = []
    for fact in facts:
        (again.append(fact) if fact.id in unique else unique.setdefault(fact.id, fact))
    ordered = sorted(unique.values(), key=lambda fact: fact.id.int)
    [rows] = await _run_all(
        connection,
        [
            (
                LOG,
                {
                    "incident": literal([fact.incident_id for fact in ordered]),
                    "id": literal([fact.id for fact in ordered]),
                    "kind": literal([fact.kind for fact in ordered]),
                    "area": literal([fact.path for fact in ordered]),
                    "at": literal([fact.recorded_at.isoformat() for fact in ordered]),
                    "account": literal([fact.account_id for fact in ordered]),
                    "grant": literal([fact.grant_id for fact in ordered]),
                    "digest": literal_bytes([fact.digest for fact in ordered]),
                    "sealed": literal_bytes(
                        [incident_box(fact.incident_id).seal(fact.raw, LOG_COLUMN) for fact in ordered]
                    ),
                },
            )
        ],
    )
    written = {row[0] for row in rows}
    known = [fact for fact in ordered if fact.id not in written] + again
    if known:
        await _compare(connection, known, unique)
    return [fact for fact in ordered if fact.id in written]


async def _compare(connection: AsyncConnection[Any], known: list[Fact], unique: dict[Any, Fact]) -> None:
    [rows] = await _run_all(connection, [(DIGESTS, {"ids": literal([fact.id for fact in known])})])
    stored = {number: bytes(digest) for number, digest in rows}
    for fact in known:
        digest = stored.get(fact.id) or unique[fact.id].digest
        if digest == fact.digest:
            fact.duplicate = True
        else:
            fact.refuse("fact.id_reused", outcome="conflict", id=str(fact.id), area=fact.area)


async def _apply(connection: AsyncConnection[Any], batches: list[Batch], fresh: list[Fact], kept: list[Fact]) -> None:
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in fresh:
        by_kind[fact.kind].append(fact)
    planned = [(batch, mine, batch.statements(mine)) for batch in batches if (mine := by_kind.get(batch.facts[0].kind))]
    work = [statement for _, _, statements in planned for statement in statements]
    if kept:
        work.append(_quarantine(kept))
    rows = await _run_all(connection, work)
    position = 0
    for batch, mine, statements in planned:
        if not batch.noted(mine, rows[position : position + len(statements)]):
            raise LostRace
        position += len(statements)


def _quarantine(facts: list[Fact]) -> tuple[str, dict[str, Any]]:
    box = system_box()
    return QUARANTINE, {
        "id": literal([fact.id for fact in facts]),
        "kind": literal([fact.kind or "-" for fact in facts]),
        "outcome": literal([fact.refusal.outcome for fact in facts if fact.refusal]),
        "code": literal([fact.refusal.code for fact in facts if fact.refusal]),
        "path": literal([fact.path or "-" for fact in facts]),
        "account": literal([fact.account_id for fact in facts]),
        "digest": literal_bytes([fact.digest for fact in facts]),
        "sealed": literal_bytes([box.seal(fact.raw, QUARANTINE_COLUMN) for fact in facts]),
    }


async def _run_all(
    connection: AsyncConnection[Any], work: list[tuple[str, dict[str, Any]]]
) -> list[list[tuple[Any, ...]]]:
    """Send statements in one pipeline and fetch what each returned (an empty list for those that return nothing)."""
    if not work:
        return []
    async with connection.pipeline() as pipeline:
        cursors = []
        for statement, parameters in work:
            cursor = connection.cursor(binary=True)
            await cursor.execute(statement, parameters)
            cursors.append(cursor)
        await pipeline.sync()
        return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]
