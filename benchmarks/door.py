"""Bar 1: tubes of ten over HTTP against raw 10-row pgbench transactions, and a sync of 100 tubes against indexed COPY.

Full size runs on the loaded city (`LIANFANG_BENCH_DATA`, see `city_load`), its sample table filled with 7.3 million rows
first; quick runs on 200,000 people of its own. wrk (the load generator), pgbench, server and database share the cores.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.measure import PAIRS, interleave, median_ratio, percentile, row
from lianfang.base.database.binaries import program
from lianfang.base.database.connect import ADMIN
from lianfang.cli import runtime, serve
from lianfang.kernel.ids import format_code, uuid7

LUA = Path(__file__).parent / "support" / "post.lua"
SECONDS, QUICK_SECONDS = 6, 3
SAMPLES, QUICK_PEOPLE = 7_300_000, 200_000
CONNECTIONS = 128
RUSH_PEOPLE = 725
"""People a second in the busiest minute (Tianjin, January 2022)."""
PORT = 8399
RAW = """
insert into raw_sample (incident, round_id, person, path, tube, at)
select 1, 2, (random() * 9.2e18)::bigint, '411621001001000' || g % 10 || '01001', gen_random_uuid(), now()
from generate_series(1, 10) g
"""


class Stage:
    """A database with people and a sample table of full length, a server over it, and bodies to post."""

    def __init__(self, target: Any, folder: Path, seconds: float) -> None:
        self.owner = psycopg.connect(target.conninfo(ADMIN), autocommit=True)
        self.target, self.folder, self.seconds = target, folder, seconds
        self.rows = itertools.count(random.randrange(10**9, 10**11))
        self.county, self.incident, self.token = "", 0, ""

    def settle(self, people: int, samples: int) -> None:
        """People if there are none, an incident, a full sample table, its raw twin, an account that samples."""
        from lianfang.base.access.services import create_account, create_grant, open_session

        run = self.owner.execute
        if not run("select 1 from residents_person limit 1").fetchone():
            _small_city(self.owner, people)
        self.county = str(run("select left(path, 6) from residents_person limit 1").fetchone()[0])
        self.incident = _incident(self.county)
        part = f"rounds_sample_i{self.incident}"
        run("drop table if exists raw_sample")
        run(
            f"insert into {part} (incident, round_id, person, path, tube, at) select %s, 0, hashint8extended(g, 3), "
            "'411621001001000101001', gen_random_uuid(), now() from generate_series(1, %s) g",
            [self.incident, samples],
        )
        run("create table raw_sample (like rounds_sample including defaults)")
        run(f"insert into raw_sample select 1, 2, person, path, tube, at from {part}")
        run("alter table raw_sample add primary key (incident, round_id, person)")
        run("checkpoint")
        account = create_account(username=f"bench-{uuid7()}", name="bench", password="not-used")
        create_grant(account_id=account, role="sampler", path=self.county[:4])
        self.token = open_session(account)
        self.codes = [
            r[0]
            for r in run(
                "select code from residents_person where path like %s limit 400000", [self.county + "%"]
            ).fetchall()
        ]

    def new_round(self) -> int:
        """A fresh round over the county, so that everybody may be sampled again."""
        found = self.owner.execute(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
            "values (%s, 'testing', 'bench', %s, 10, '', 'open', 1) returning id",
            [self.incident, self.county],
        ).fetchone()
        return int(found[0]) if found else 0

    def bodies(self, per_call: int, calls: int) -> Path:
        """Prepared request bodies, one a line, of a fresh round."""
        number, now = self.new_round(), datetime.now(UTC).isoformat()
        random.shuffle(self.codes)
        people = itertools.cycle(self.codes)
        path = self.folder / "bodies"
        with (self.folder / "bodies.1").open("w") as out:
            for _ in range(calls):
                out.write(
                    json.dumps([_tube(number, self.county, now, next(self.rows), people) for _ in range(per_call)])
                    + "\n"
                )
        return path

    def wrk(self, per_call: int, connections: int) -> dict[str, float]:
        """One run of the load generator; facts a second, and what wrk measured of latency."""
        bodies = self.bodies(per_call, int(self.seconds * (6000 if per_call == 1 else 120)))
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{self.seconds:.0f}s",
            "-s",
            str(LUA),
            f"http://127.0.0.1:{PORT}",
            "--",
            str(bodies),
            self.token,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(re.search(r"RESULT (\{.*\})", done.stdout).group(1))  # type: ignore[union-attr]
        if found["other"]:
            raise RuntimeError(f"{found['other']} calls were not accepted: {done.stdout[-400:]}")
        return {**found, "per_second": found["accepted"] / found["seconds"]}

    def pgbench(self) -> float:
        """Raw transactions a second: one insert of ten rows, no policy, no log, fsync on."""
        script = self.folder / "raw.sql"
        script.write_text(RAW.replace("\n", " ") + ";\n")
        where = ["-h", self.target.host, "-p", str(self.target.port), "-U", self.target.admin, self.target.database]
        shape = ["-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", f"{self.seconds:.0f}", "-f", str(script)]
        command = [program("pgbench"), *shape, *where]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PGPASSFILE": str(self.target.passfile)},
        )
        return float(re.search(r"tps = ([0-9.]+)", done.stdout).group(1))  # type: ignore[union-attr]

    def copy(self) -> float:
        """Rows a second of COPY into the indexed twin, 1,000 rows a transaction, two connections."""
        made = [0, 0]
        stop = time.monotonic() + self.seconds

        def work(which: int) -> None:
            with psycopg.connect(self.target.conninfo(ADMIN), autocommit=True) as connection:
                while time.monotonic() < stop:
                    block = "".join(
                        f"1\t2\t{random.getrandbits(63)}\t411621001001000101001\t{uuid7()}\t2026-01-01 00:00:00+08\n"
                        for _ in range(1000)
                    )
                    with connection.cursor().copy(
                        "copy raw_sample (incident, round_id, person, path, tube, at) from stdin"
                    ) as out:
                        out.write(block)
                    made[which] += 1000

        workers = [threading.Thread(target=work, args=[which]) for which in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return sum(made) / self.seconds


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Measure and return the rows of the table of bars."""
    kept = os.environ.get("LIANFANG_BENCH_DATA", "")
    folder = Path(tempfile.mkdtemp(prefix="lianfang-door-"))
    folder.chmod(0o711)
    os.environ["LIANFANG_DRILL"] = "1"
    try:
        with runtime.database(Path(kept) if kept else folder / "data") as target:
            runtime.prepare(target)
            stage = Stage(target, folder, QUICK_SECONDS if quick else SECONDS)
            people = int(stage.owner.execute("select count(*) from residents_person").fetchone()[0]) or QUICK_PEOPLE  # type: ignore[index]
            stage.settle(QUICK_PEOPLE, people if quick else max(people, SAMPLES))
            with serve.serving("127.0.0.1", PORT, log=folder / "server.log"):
                return _measure(stage, 3 if quick else PAIRS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(stage: Stage, pairs: int) -> list[dict[str, Any]]:
    stage.wrk(1, CONNECTIONS)  # warm
    single = interleave(lambda: stage.wrk(1, CONNECTIONS)["per_second"], stage.pgbench, pairs)
    ratio, low, high = median_ratio(single)
    persons = sorted(10 * a for a, _ in single)[pairs // 2]
    sync = interleave(lambda: 10 * stage.wrk(100, 8)["per_second"], stage.copy, pairs)
    sync_ratio, sync_low, sync_high = median_ratio(sync)
    waits = asyncio.run(_rush(stage, seconds=stage.seconds * 2))
    p99 = percentile(waits, 0.99) * 1000
    return [
        row("1", f"tubes of ten over HTTP / raw pgbench transactions (90 % {low:.2f}–{high:.2f})", ratio, "ratio", "≥ 0.35", ratio >= 0.35),
        row("1", "people a second over HTTP, load generator included (median)", persons, "persons/s", "≥ 10,000", persons >= 10_000),
        row("1", "raw pgbench transactions of ten rows (median)", sorted(b for _, b in single)[pairs // 2], "tx/s", "–", None),
        row("1", f"sync of 100 tubes a call / indexed COPY, rows (90 % {sync_low:.2f}–{sync_high:.2f})", sync_ratio, "ratio",
            "≥ 0.60", sync_ratio >= 0.6),
        row("1", f"p99 at {RUSH_PEOPLE} people a second, open loop, {len(waits)} calls", p99, "ms", "≤ 100", p99 <= 100),
    ]  # fmt: skip


async def _rush(stage: Stage, seconds: float) -> list[float]:
    """Post tubes at a fixed rate whatever the answers do; returns the wait of each call in seconds."""
    calls = int(seconds * RUSH_PEOPLE / 10)
    stage.bodies(1, calls)
    lines = (stage.folder / "bodies.1").read_text().splitlines()
    waits: list[float] = []
    began = asyncio.get_running_loop().time()

    async def one(number: int, body: bytes) -> None:
        due = began + number * 10 / RUSH_PEOPLE
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        lines = [
            "POST /api/facts HTTP/1.1",
            "Host: x",
            f"Authorization: Bearer {stage.token}",
            f"Content-Length: {len(body)}",
        ]
        writer.write("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)
        answer = await reader.read()
        writer.close()
        if b'"accepted"' not in answer:
            raise RuntimeError(answer[-300:].decode(errors="replace"))
        waits.append(asyncio.get_running_loop().time() - due)

    await asyncio.gather(*(one(number, line.encode()) for number, line in enumerate(lines)))
    return waits


def _tube(number: int, county: str, now: str, code: int, people: Any) -> dict[str, Any]:
    members = [format_code(next(people)) for _ in range(10)]
    payload = {"round": number, "tube": format_code(code), "people": members, "site": 1, "desk": 2}
    return {
        "id": str(uuid7()),
        "kind": "rounds.tube_filled/1",
        "area": county.ljust(12, "0"),
        "recorded_at": now,
        "payload": payload,
    }


def _incident(county: str) -> int:
    from django.db import connections

    from lianfang.base.vault.api import keystore

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
            "values ('bench', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id",
            [county],
        )
        number = int(cursor.fetchone()[0])
        cursor.execute("select incidents_make_partitions(%s::smallint)", [number])
    keystore().make(f"incident-{number}")
    return number


_HOME = (
    "'4116210010' || lpad((g / 3000 %% 100)::text, 2, '0') || lpad((g %% 3000 / 100)::text, 4, '0') "
    "|| '01' || lpad((g %% 100 / 3)::text, 3, '0')"
)


def _small_city(owner: psycopg.Connection[Any], people: int) -> None:
    owner.execute(
        f"insert into residents_household (path, sealed, state) select distinct {_HOME}, '\\x00'::bytea, 'lived_in' "
        "from generate_series(1, %s) g",
        [people],
    )
    owner.execute(
        "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
        "select 1000000 + p.g::bigint * 7919, h.id, h.path, '\\x00', 1, 1980, 1, '{}', true "
        f"from (select g, {_HOME} as path from generate_series(1, %s) g) p join residents_household h using (path)",
        [people],
    )
    owner.execute("vacuum analyze residents_person")
