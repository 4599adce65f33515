"""Carry out what two people decided: the key goes first, then the rows; what remains is a signed certificate."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import psycopg

from lianfang.base.database.connect import ADMIN, Target, from_environment
from lianfang.base.facts.seal import ROWS, leaf, merkle_root, seal_once
from lianfang.base.jobs.api import each_minute
from lianfang.base.retirement import certificate
from lianfang.base.vault.api import Keystore, keystore

log = logging.getLogger(__name__)

LOCK = 8118
"""Advisory lock of destruction: one at a time."""


def carry_out(target: Target, incident: int, store: Keystore) -> dict[str, Any] | None:
    """Destroy an approved incident and return its certificate; None when it is not approved or another process is at it.

    Repeatable: the key is destroyed before the rows, and whatever is interrupted is finished by the next call.
    """
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        if not _take(connection, incident):
            return None
        fingerprint = _destroy_key(store, incident)
        seal_rest(target)
        leaves, root = keep_leaves(connection, incident)
        gone = _one(connection, "select retirement_call('forget', %s::smallint)", incident)
        rows = _one(connection, "select retirement_drop(%s::smallint)", incident)
        signed = certificate.issue(
            connection, store, incident, fingerprint=fingerprint, rows=rows, gone=gone, leaves=leaves, root=root
        )
        connection.execute(
            "update retirement_retirement set purged_at = now(), certificate = %s, failed = '' where incident_id = %s",
            [json.dumps(signed, ensure_ascii=False), incident],
        )
    _settle(target)
    return signed


def _take(connection: psycopg.Connection[Any], incident: int) -> bool:
    row = connection.execute(
        "select pg_try_advisory_xact_lock(%s) and exists (select 1 from retirement_retirement r join incidents_incident i "
        "on i.id = r.incident_id where r.incident_id = %s and r.approved_at is not null and r.purged_at is null "
        "and i.state = 'closed' and r.asked_by <> r.approved_by)",
        [LOCK, incident],
    ).fetchone()
    return bool(row and row[0])


def _destroy_key(store: Keystore, incident: int) -> str:
    name = f"incident-{incident}"
    store.destroy(name)
    return store.destroyed().get(name, {}).get("fingerprint", "")


def seal_rest(target: Target) -> None:
    """Seal what is not sealed yet: only sealed rows can be proved later to have been there."""
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as connection:
        while seal_once(connection):
            pass


def keep_leaves(connection: psycopg.Connection[Any], incident: int) -> tuple[int, str]:
    """Keep the hash of every log row of the incident beside its seal; returns their number and one root over all."""
    everything: list[bytes] = []
    seals = connection.execute("select number, from_xid::text, to_xid::text from facts_seal order by number").fetchall()
    kept: list[tuple[int, int, bytes]] = []
    for number, from_xid, to_xid in seals:
        rows = connection.execute(
            f"select * from ({ROWS}) r where incident = %s order by id", [from_xid, to_xid, incident]
        )
        leaves = [leaf(row) for row in rows]
        if leaves:
            kept.append((number, incident, b"".join(leaves)))
            everything += leaves
    with connection.cursor() as cursor:
        cursor.executemany("insert into facts_seal_gone values (%s, %s, %s) on conflict do nothing", kept)
    logged = connection.execute("select count(*) from facts_log where incident = %s", [incident]).fetchone()
    if logged and logged[0] > len(everything):
        raise psycopg.OperationalError("facts that are not sealed yet")  # a transaction is still running: the next call
    return len(everything), merkle_root(everything).hex()


def _one(connection: psycopg.Connection[Any], statement: str, incident: int) -> dict[str, Any]:
    row = connection.execute(statement, [incident]).fetchone()
    found: dict[str, Any] = row[0] if row else {}
    return found


def _settle(target: Target) -> None:
    """Let the files of dropped tables leave the disk now, and start a new segment of the log."""
    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as connection:
        connection.execute("checkpoint")
        connection.execute("select pg_switch_wal()")


@each_minute
def carry_out_approved() -> None:
    """The steward's part: whatever two people have approved. A failure is written down and tried again."""
    target = from_environment()
    with psycopg.connect(target.conninfo(ADMIN)) as connection:
        waiting = connection.execute(
            "select incident_id from retirement_retirement where approved_at is not null and purged_at is null"
        ).fetchall()
    for (incident,) in waiting:
        try:
            carry_out(target, incident, keystore())
        except (psycopg.Error, OSError) as error:
            log.warning("destruction of incident %s: %s", incident, type(error).__name__)
            with psycopg.connect(target.conninfo(ADMIN)) as connection:
                text = f"{datetime.now(UTC).isoformat(timespec='seconds')} {type(error).__name__}"
                connection.execute(
                    "update retirement_retirement set failed = %s where incident_id = %s", [text, incident]
                )
