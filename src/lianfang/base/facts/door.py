"""The door: facts of many callers, merged into few transactions.

A fact is answered only after the transaction that holds it is durable (`merging` writes it), and one bad fact never fails
its neighbours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from lianfang.base.facts.envelope import Fact
from lianfang.base.facts.merging import merge
from lianfang.base.facts.wire import Wire
from lianfang.kernel.errors import LianfangError

log = logging.getLogger(__name__)

MERGE_FACTS = 800
"""Facts in one merged transaction: eight syncs of a hundred share its trips, plans and commit (docs/methods/door.md)."""
FLUSHERS = 1
"""Connections of one worker. A second one gathers while the first waits for the disk, but makes merges smaller; on two busy
cores neither was measurably better (docs/methods/door.md), so the simpler stands."""
QUEUE_FACTS = 4000
"""Facts waiting in one worker before new callers are asked to come back."""
RETRY_SECONDS = 2


class SignedOut(Exception):
    """The caller's session is not live: nothing of the call is kept, the phone keeps it."""


@dataclass(slots=True)
class Call:
    """The facts of one HTTP request and the promise of their answers."""

    facts: list[Fact]
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    signed_out: bool = False


class Door:
    """One worker's share of the door: a queue and its flushers, each with a connection of the door role."""

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
        wire: Wire | None = None
        while True:
            async with self._wake:
                await self._wake.wait_for(lambda: self._waiting or self._closing)
            calls = self._take()
            if not calls:
                if self._closing:
                    break
                continue
            try:
                if wire is None or wire.closed:
                    wire = await Wire.connect(self._conninfo)
                await flush(wire, calls)
            except BaseException as error:  # every caller must hear of it, whatever it was
                for call in calls:
                    if not call.done.done():
                        call.done.set_exception(error if isinstance(error, Exception) else RuntimeError("stopped"))
                if wire is not None:
                    await wire.close()
                if not isinstance(error, Exception):
                    raise
                log.warning("door: %s", type(error).__name__)
        if wire is not None:
            await wire.close()

    def _take(self) -> list[Call]:
        taken: list[Call] = []
        size = 0
        while self._waiting and (not taken or size + len(self._waiting[0].facts) <= self._merge):
            call = self._waiting.pop(0)
            size += len(call.facts)
            taken.append(call)
        self._waiting_facts -= size
        return taken


async def flush(wire: Wire, calls: Sequence[Call]) -> None:
    """Write the facts of several calls and resolve each call."""
    await merge(wire, [fact for call in calls for fact in call.facts])
    for call in calls:
        call.signed_out = any(
            fact.refusal is not None and fact.refusal.code == "session.expired" for fact in call.facts
        )
        if not call.done.done():
            call.done.set_result(None)
