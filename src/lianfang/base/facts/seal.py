"""Seal the log: second by second a Merkle root over new rows, each root chained to the one before.

Rows are taken by transaction number below the oldest running transaction, so none is missed and none sealed twice. At
most the last two seconds before a crash are not yet covered; the rows themselves are durable.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

WINDOW = "select from_xid::text, to_xid::text, previous, number from facts_seal_window()"
ROWS = "select incident, id, kind, area, recorded_at, account_id, digest, sealed from facts_seal_rows(%s::text::xid8, %s::text::xid8)"
LEAVES = "select rows, leaves from facts_seal_leaves(%s::text::xid8, %s::text::xid8)"
ADD = "select facts_seal_add(%s, %s::text::xid8, %s::text::xid8, %s, %s, %s)"


def leaf(row: tuple[Any, ...]) -> bytes:
    """The hash of one log row: everything that stands in it, the payload as ciphertext (`facts_leaf` in SQL is the same)."""
    incident, number, kind, area, recorded_at, account, digest, sealed = row
    stamp: datetime = recorded_at.astimezone(UTC)
    head = f"{incident}|{number}|{kind}|{area}|{stamp.isoformat()}|{account}|".encode()
    return hashlib.sha256(b"\x00" + head + bytes(digest) + bytes(sealed)).digest()


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The root of a binary Merkle tree (RFC 6962 domain separation; an odd node moves up unchanged)."""
    level = list(leaves)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        paired = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0]


def chain(previous: bytes, root: bytes, number: int) -> bytes:
    """The link from one seal to the next."""
    return hashlib.sha256(b"\x02" + previous + root + number.to_bytes(8, "big")).digest()


def seal_once(connection: psycopg.Connection[Any]) -> int:
    """Seal what is finished since the last seal; returns the number of rows (0 adds no seal)."""
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(7316)")
        from_xid, to_xid, previous, number = connection.execute(WINDOW).fetchone() or ("0", "0", b"", 1)
        rows, leaves = connection.execute(LEAVES, [from_xid, to_xid], binary=True).fetchone() or (0, b"")
        if rows:
            root = merkle_root(leaves[at : at + 32] for at in range(0, len(leaves), 32))
            link = chain(bytes(previous), root, number)
            connection.execute(ADD, [number, from_xid, to_xid, rows, root, link])
        return int(rows)


@dataclass(frozen=True)
class Verdict:
    """What a check of the whole chain found: how many seals and rows hold, and the first seal that does not."""

    seals: int
    rows: int
    broken_at: int | None
    reason: str = ""


def gone_leaves(connection: psycopg.Connection[Any]) -> dict[int, dict[int, list[bytes]]]:
    """Seal → incident → hashes of rows that were destroyed with their incident; empty before the first destruction."""
    known = connection.execute("select to_regclass('facts_seal_gone') is not null").fetchone()
    found: dict[int, dict[int, list[bytes]]] = {}
    if known and known[0]:
        for seal, incident, leaves in connection.execute("select seal, incident, leaves from facts_seal_gone"):
            found.setdefault(seal, {})[incident] = [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    return found


def leaves_of(rows: list[tuple[Any, ...]], gone: dict[int, list[bytes]]) -> list[bytes]:
    """The hashes under one seal in their order: by incident, within it by id; destroyed incidents by what is kept of them."""
    held: dict[int, list[bytes]] = {incident: list(leaves) for incident, leaves in gone.items()}
    for row in rows:
        held.setdefault(row[0], []).append(leaf(row))
    return [one for incident in sorted(held) for one in held[incident]]


def verify(connection: psycopg.Connection[Any]) -> Verdict:
    """Check every seal against the rows, as the owner; a changed, added or removed row is found."""
    previous, expected, total = b"", 1, 0
    destroyed = gone_leaves(connection)
    seals = connection.execute(
        "select number, from_xid::text, to_xid::text, rows, root, chain from facts_seal order by number"
    ).fetchall()
    for number, from_xid, to_xid, rows, root, link in seals:
        found = leaves_of(connection.execute(ROWS, [from_xid, to_xid]).fetchall(), destroyed.get(number, {}))
        if number != expected:
            return Verdict(expected - 1, total, expected, "missing seal")
        if len(found) != rows:
            return Verdict(expected - 1, total, number, f"{len(found)} rows instead of {rows}")
        if merkle_root(found) != bytes(root):
            return Verdict(expected - 1, total, number, "a row was changed")
        if chain(previous, bytes(root), number) != bytes(link):
            return Verdict(expected - 1, total, number, "the chain is broken")
        previous, expected, total = bytes(link), number + 1, total + rows
    return Verdict(len(seals), total, None)
