"""Purge of an incident with seven million samples, its log and its looks, against the bare drop of the same tables."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.measure import row
from lianfang.base.database.connect import ADMIN
from lianfang.cli import runtime

SAMPLES, QUICK_SAMPLES = 7_000_000, 200_000
TUBE = 10
"""People in a tube, so that there is one fact in the log for ten samples."""
SEALS = 5_000
SECONDS = 120.0
COUNTY = "411621"
FACTS = """
insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed)
select %s, gen_random_uuid(), 'rounds.tube_filled/1', '411621001001', now(), 1, 1, sha256(int4send(g)), repeat('x', 700)::bytea
from generate_series(%s::int, %s::int) g
"""
LOOKS = """
insert into vault_look (account_id, role, person_id, path, purpose, fields)
select 1, 'medic', g, '4116210010010001', 'visit', 'x' from generate_series(1, %s::int) g
"""
DECIDED = """
update retirement_retirement set asked_by = 1, asked_at = now(), approved_by = 2, approved_at = now() where incident_id = %s
"""


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Fill, seal, purge, verify; returns the rows of the table of bars."""
    folder = Path(tempfile.mkdtemp(prefix="lianfang-purge-"))
    folder.chmod(0o711)
    os.environ["LIANFANG_DRILL"] = "1"
    try:
        with runtime.database(folder / "data") as target:
            runtime.prepare(target)
            return _measure(target, QUICK_SAMPLES if quick else SAMPLES)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(target: Any, samples: int) -> list[dict[str, Any]]:
    from lianfang.base.facts.seal import verify
    from lianfang.base.retirement.api import carry_out
    from lianfang.base.vault.api import keystore

    with psycopg.connect(target.conninfo(ADMIN), autocommit=True) as owner:
        number = _fill(owner, samples)
        keystore().make(f"incident-{number}")
        bytes_held = owner.execute("select pg_database_size(current_database())").fetchone()
        began = time.monotonic()
        signed = carry_out(target, number, keystore())
        seconds = time.monotonic() - began
        left = owner.execute("select count(*) from rounds_sample").fetchone()
        verdict = verify(owner)
    if signed is None or verdict.broken_at is not None or left != (0,):
        raise RuntimeError(f"not purged: {verdict}")
    limit = SECONDS * samples / SAMPLES
    size = (bytes_held[0] if bytes_held else 0) / 2**30
    what = f"purge: {samples:,} samples, {signed['body']['log']['facts']:,} facts, {size:.1f} GiB; the chain of seals still holds"
    return [row("purge", what, seconds, "s", f"≤ {limit:.0f}", seconds <= limit)]


def _fill(owner: psycopg.Connection[Any], samples: int) -> int:
    from lianfang.base.facts.seal import seal_once

    found = owner.execute(
        "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
        "values ('bench', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id", [COUNTY],
    ).fetchone()  # fmt: skip
    number = int(found[0]) if found else 0
    owner.execute("select incidents_make_partitions(%s::smallint)", [number])
    owner.execute(
        "insert into rounds_sample (incident, round_id, person, path, tube, at) select %s, 1, hashint8extended(g, 3), "
        "'411621001001' || lpad((g %% 9000)::text, 4, '0') || '01001', gen_random_uuid(), now() from generate_series(1, %s) g",
        [number, samples],
    )
    facts = samples // TUBE
    for first in range(0, facts, max(1, facts // SEALS * 100)):  # each seal of a real round covers a second
        last = min(facts, first + max(1, facts // SEALS * 100))
        owner.execute(
            FACTS,
            [number, first + 1, last],
        )
        seal_once(owner)
    owner.execute(LOOKS, [samples // 100])
    owner.execute("update incidents_incident set state = 'closed', closed_at = now() where id = %s", [number])
    owner.execute(DECIDED, [number])
    owner.execute("checkpoint")
    return number
