"""Facts from a desk: the same door as a phone's, called from a page or a file instead of over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec

from lianfang.base.access.api import Actor
from lianfang.base.database.connect import DOOR, from_environment
from lianfang.base.facts.api import Fact
from lianfang.base.facts.door import MERGE_FACTS
from lianfang.base.facts.merging import merge
from lianfang.base.facts.reading import read_body
from lianfang.base.facts.wire import Wire
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import uuid7


def make_fact(kind: str, path: str, payload: dict[str, Any], *, recorded_at: datetime | None = None) -> dict[str, Any]:
    """A fact as a phone would write it; path: where it happened."""
    at = recorded_at or datetime.now(UTC)
    return {
        "id": str(uuid7()),
        "kind": kind,
        "area": path[:12].ljust(12, "0"),
        "recorded_at": at.isoformat(),
        "payload": payload,
    }


def submit(actor: Actor, facts: Sequence[dict[str, Any]]) -> list[Fact]:
    """Hand facts to the door in the actor's name, one transaction for each batch; returns them judged, in order.

    The door has its own connection: what it accepted stays, whatever becomes of the page. Raises session.expired.
    """
    received = datetime.now(UTC)
    judged: list[Fact] = []
    for start in range(0, len(facts), MERGE_FACTS):
        body = msgspec.json.encode(list(facts[start : start + MERGE_FACTS]))
        judged += read_body(body, token=actor.token_digest, received_at=received)
    with ThreadPoolExecutor(1) as other_thread:  # this thread may run an event loop of its own
        other_thread.submit(asyncio.run, _flush(judged)).result()
    if any(fact.refusal is not None and fact.refusal.code == "session.expired" for fact in judged):
        raise LianfangError("session.expired")
    return judged


async def _flush(facts: Sequence[Fact]) -> None:
    wire = await Wire.connect(from_environment().conninfo(DOOR))
    try:
        for start in range(0, len(facts), MERGE_FACTS):
            await merge(wire, list(facts[start : start + MERGE_FACTS]))
    finally:
        await wire.close()
