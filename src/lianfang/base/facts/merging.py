"""Facts of several calls in one transaction, in two round trips: look at everything at once, then write everything at once.

Between the two, Python decides. Whoever was faster meanwhile makes the second trip fail as a whole, by a unique key or by
`facts_race`; then we look again. A batch that fails for another reason is halved and tried again, down to the single fact.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors

from lianfang.base.facts.envelope import Fact
from lianfang.base.facts.registry import Batch, find
from lianfang.base.facts.sqltext import byteas, instants, int4s, int8s, literal, uuids
from lianfang.base.facts.wire import Rows, Statement, Wire
from lianfang.base.vault.api import incident_box, system_box

log = logging.getLogger(__name__)

RACES = 5
"""How often a batch is run again after losing a race before it is tried fact by fact."""
LOST_RACE = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)

NOT_NOW = (psycopg.OperationalError, errors.ReadOnlySqlTransaction)
"""Nobody's mistake: the server is gone, or writes nothing while its disk is full. Phones keep their facts."""

ADMIT = """
select i, account_id, grant_id, role, state, reach, grids
from facts_admit(%(tokens)s::bytea[], %(paths)s::text[], %(verbs)s::text[])
"""
KNOWN = "select id, digest from facts_log where id = any (%(ids)s::uuid[])"
LOG = """
insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed)
select unnest(%(incident)s::int[]), unnest(%(id)s::uuid[]), unnest(%(kind)s::text[]), unnest(%(area)s::text[]),
    unnest(%(at)s::timestamptz[]), unnest(%(account)s::bigint[]), unnest(%(grant)s::bigint[]), unnest(%(digest)s::bytea[]),
    unnest(%(sealed)s::bytea[])
"""
QUARANTINE = """
insert into facts_quarantine (fact_id, kind, outcome, code, path, account_id, digest, sealed)
select * from unnest(%(id)s::uuid[], %(kind)s::text[], %(outcome)s::text[], %(code)s::text[], %(path)s::text[],
    %(account)s::bigint[], %(digest)s::bytea[], %(sealed)s::bytea[])
on conflict do nothing
"""
LOG_COLUMN = b"facts_log.sealed"
QUARANTINE_COLUMN = b"facts_quarantine.sealed"


async def merge(wire: Wire, facts: list[Fact]) -> None:
    """Judge and write facts, splitting on failure; raises one of NOT_NOW when nothing can be written now."""
    before = [(fact, fact.refusal, len(fact.notes)) for fact in facts]
    for _ in range(RACES):
        try:
            await _transaction(wire, facts)
            return
        except LOST_RACE as lost:
            error: Exception = lost
            _restore(before)
        except NOT_NOW:
            raise  # nothing was acknowledged
        except Exception as mistake:  # also in one kind's own code: it must not fail its neighbours
            error = mistake
            _restore(before)
            break
    if len(facts) > 1:
        middle = len(facts) // 2
        await merge(wire, facts[:middle])
        await merge(wire, facts[middle:])
    else:
        await _give_up(wire, facts[0], error)


async def _give_up(wire: Wire, fact: Fact, error: Exception) -> None:
    """Keep a fact that can't be written, for the head of its area and for us."""
    log.error("door: %s", fact.kind, exc_info=error)
    fact.refusal = None
    fact.refuse("internal.failure", trace=f"{fact.id}")
    await _transaction(wire, [fact])


def _restore(before: list[tuple[Fact, Any, int]]) -> None:
    for fact, refusal, notes in before:
        fact.refusal, fact.duplicate = refusal, False
        del fact.notes[notes:]


async def _transaction(wire: Wire, facts: list[Fact]) -> None:
    """One merged transaction."""
    batches = _batches(facts)
    asked = [batch.questions() for batch in batches]
    admission = Admission.of(facts)
    admitted, known, *answers = await wire.trip(
        [admission.question(), _known(facts), *(question for questions in asked for question in questions)]
    )
    admission.settle(admitted)
    told = _shares(asked, answers)
    asked = [batch.more(mine) for batch, mine in zip(batches, told, strict=True)]
    further = _shares(asked, await wire.trip([question for questions in asked for question in questions]))
    for batch, mine, rest in zip(batches, told, further, strict=True):
        batch.decide(mine + rest)
    fresh = _recognise(facts, known)
    try:
        await _write(wire, batches, fresh, [fact for fact in facts if fact.refusal is not None and fact.account_id])
    except LOST_RACE as lost:
        for batch in batches:
            batch.outrun(lost)
        raise


def _shares(asked: Sequence[Sequence[Statement]], answers: list[Rows]) -> list[list[Rows]]:
    """The answers by who asked."""
    left = iter(answers)
    return [list(islice(left, len(questions))) for questions in asked]


def _batches(facts: list[Fact]) -> list[Batch]:
    grouped: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.refusal is None:
            grouped[fact.kind].append(fact)
    found = ((find(name), mine) for name, mine in sorted(grouped.items()))
    return [kind[0].batch(mine) for kind, mine in found if kind is not None]


# ------------------------------------------------------------------------------------------------ who may say this here


@dataclass(slots=True)
class Admission:
    """Facts by who sent them, about which area, under which verb: each combination is asked about once."""

    facts: list[list[Fact]] = field(default_factory=list)
    combinations: list[tuple[bytes, str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> Admission:
        """Group facts."""
        grouped: dict[tuple[bytes, str, str], list[Fact]] = {}
        for fact in facts:
            grouped.setdefault((fact.token, fact.path, fact.verb), []).append(fact)
        return cls(list(grouped.values()), list(grouped))

    def question(self) -> Statement:
        """Who are they, is the grant live, may the role record it, is the area theirs?"""
        return ADMIT, {
            "tokens": byteas(token for token, _, _ in self.combinations),
            "paths": literal(path for _, path, _ in self.combinations),
            "verbs": literal(verb or "-" for _, _, verb in self.combinations),
        }

    def settle(self, rows: Rows) -> None:
        """Put account and grant on each fact, and refuse what is not theirs to say."""
        for number, account, grant, role, state, reach, grids in rows:
            bound = None if grids is None else frozenset(grids)
            for fact in self.facts[number - 1]:
                fact.account_id, fact.grant_id, fact.role = account or 0, grant or 0, role or ""
                fact.reach, fact.grids = reach or "", bound
                if state != "ok":
                    _refuse(fact, state)


def _refuse(fact: Fact, state: str) -> None:
    if state == "session":  # whatever else is wrong with it: sign in first
        fact.refusal = None
        fact.refuse("session.expired")
    elif state == "area":
        fact.refuse("fact.area_outside", area=fact.area)
    else:
        fact.refuse("access.not_allowed", action=fact.kind)


# --------------------------------------------------------------------------------------------------- new or sent again


def _known(facts: list[Fact]) -> Statement:
    return KNOWN, {"ids": uuids(fact.id for fact in facts)}


def _recognise(facts: list[Fact], known: Rows) -> list[Fact]:
    """Tell duplicates and conflicts from what is new; returns the new facts in the order of their ids.

    The order is the same in every transaction, so that two of them never wait for each other in a circle.
    """
    digests: dict[UUID, bytes] = dict(known)
    fresh: list[Fact] = []
    for fact in facts:
        if fact.refusal is not None:
            continue
        first = digests.get(fact.id)
        if first is None:
            digests[fact.id] = fact.digest
            fresh.append(fact)
        elif first == fact.digest:
            fact.duplicate = True
        else:
            fact.refuse("fact.id_reused", outcome="conflict", id=str(fact.id), area=fact.area)
    fresh.sort(key=lambda fact: fact.id.int)
    return fresh


# --------------------------------------------------------------------------------------------------------------- write


async def _write(wire: Wire, batches: list[Batch], fresh: list[Fact], kept: list[Fact]) -> None:
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in fresh:
        by_kind[fact.kind].append(fact)
    planned = [(batch, mine, batch.statements(mine)) for batch in batches if (mine := by_kind.get(batch.facts[0].kind))]
    work = [_log(fresh)] if fresh else []
    for _, _, statements in planned:
        work += statements
    if kept:
        work.append(_quarantine(kept))
    rows = (await wire.trip(work))[1:]
    for batch, mine, statements in planned:
        batch.noted(mine, rows[: len(statements)])
        rows = rows[len(statements) :]


def _log(facts: list[Fact]) -> Statement:
    places: dict[int, list[int]] = defaultdict(list)
    for place, fact in enumerate(facts):
        places[fact.incident_id].append(place)
    sealed = [b""] * len(facts)
    for number, mine in places.items():
        seals = incident_box(number).seal_all((facts[place].raw for place in mine), LOG_COLUMN)
        for place, seal in zip(mine, seals, strict=True):
            sealed[place] = seal
    return LOG, {
        "incident": int4s(fact.incident_id for fact in facts),
        "id": uuids(fact.id for fact in facts),
        "kind": literal(fact.kind for fact in facts),
        "area": literal(fact.path for fact in facts),
        "at": instants(fact.recorded_at for fact in facts),
        "account": int8s(fact.account_id for fact in facts),
        "grant": int8s(fact.grant_id for fact in facts),
        "digest": byteas(fact.digest for fact in facts),
        "sealed": byteas(sealed),
    }


def _quarantine(facts: list[Fact]) -> Statement:
    box = system_box()
    refused = [(fact, fact.refusal) for fact in facts if fact.refusal is not None]
    return QUARANTINE, {
        "id": uuids(fact.id for fact, _ in refused),
        "kind": literal(fact.kind or "-" for fact, _ in refused),
        "outcome": literal(refusal.outcome for _, refusal in refused),
        "code": literal(refusal.code for _, refusal in refused),
        "path": literal(fact.path or "-" for fact, _ in refused),
        "account": int8s(fact.account_id for fact, _ in refused),
        "digest": byteas(fact.digest for fact, _ in refused),
        "sealed": byteas(box.seal_all((fact.raw for fact, _ in refused), QUARANTINE_COLUMN)),
    }
