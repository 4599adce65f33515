"""Bar 1: tubes of ten over HTTP against raw 10-row pgbench transactions, and a sync of 100 tubes against indexed COPY.

Full size runs on the loaded city (`LIANFANG_BENCH_DATA`, see `city_load`); quick runs on 600,000 people of its own. Both
sides write into tables of the same length with the same key, in the same round: 7.3 million rows each. What is sent is
made before the clock runs, on both sides. A tube holds ten neighbours, as a queue at a site does. Tubes sent one by one
arrive mixed from all communities; a sync is what one phone kept while it had no network, the tubes of one queue. A sync
whose tubes come from a hundred places is measured beside it. Beside the ratio of rates stands that of CPU-seconds of
everything that takes part: load generator, workers, steward, server. wrk, pgbench, server and database share the cores.
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
from array import array
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.support.cpu import Meter
from benchmarks.support.measure import PAIRS, interleave, median_ratio, percentile, row
from lianfang.base.database.binaries import program
from lianfang.base.database.connect import ADMIN
from lianfang.cli import runtime, serve
from lianfang.kernel.ids import format_code, uuid7

LUA = Path(__file__).parent / "support" / "post.lua"
SECONDS, QUICK_SECONDS = 6, 3
SAMPLES, QUICK_PEOPLE = 7_300_000, 600_000
CONNECTIONS, SYNC_CONNECTIONS = 128, 32
"""Callers at once: with single tubes, with syncs (a queue that waits lets the door merge as much as it may)."""
TUBE, SYNC = 10, 100
"""People in a tube, tubes in a sync."""
MIXED, OUTBOX = "mixed", "outbox"
"""Tubes in any order, or as one queue after the other filled them."""
MOST = {1: 5000, SYNC: 25_000}
"""Tubes a second that bodies are made for, by tubes a call; a run that needs more is refused."""
COPY_ROWS, COPY_MOST = 1000, 600_000
"""Rows of one COPY transaction (a sync of 100 tubes), and rows a second that are made beforehand."""
PACKED_SECONDS = 120
"""How long the steward may take to pack the communities before anything is measured (assumption)."""
RUSH_PEOPLE = 725
"""People a second in the busiest minute (Tianjin, January 2022)."""
PORT = 8399
RAW = """
insert into raw_sample (incident, round_id, person, path, tube, at)
select %d, %d, (random() * 9.2e18)::bigint, '411621001001000' || g %% 10 || '01001', gen_random_uuid(), now()
from generate_series(1, 10) g
"""


class Stage:
    """A database with people and a sample table of full length, a server over it, and bodies to post."""

    def __init__(self, target: Any, folder: Path, seconds: float) -> None:
        self.owner = psycopg.connect(target.conninfo(ADMIN), autocommit=True)
        self.target, self.folder, self.seconds = target, folder, seconds
        self.rows = itertools.count(random.randrange(10**9, 10**11))
        self.city, self.incident, self.round, self.token = "", 0, 0, ""
        self.queues: dict[str, list[tuple[str, int]]] = {}  # community and place of its first person, tube by tube
        self.codes = array("q")
        self.next_tube = {MIXED: 0, OUTBOX: 0}
        self.meter = Meter(target)
        self.cpu: dict[str, list[float]] = {}

    def settle(self, people: int, samples: int) -> None:
        """People if there are none, an incident, a full sample table, its raw twin, an account that samples."""
        from lianfang.base.access.services import create_account, create_grant, open_session

        run = self.owner.execute
        if not run("select 1 from residents_person limit 1").fetchone():
            _small_city(self.owner, people)
        someone = run("select left(path, 4) from residents_person limit 1").fetchone()
        self.city = str(someone[0]) if someone else ""
        self.incident = _incident(self.city)
        self.new_round()
        part = f"rounds_sample_i{self.incident}"
        run("drop table if exists raw_sample")
        run(
            f"insert into {part} (incident, round_id, person, path, tube, at) select %s, %s, hashint8extended(g, 3), "
            "'411621001001000101001', gen_random_uuid(), now() from generate_series(1, %s) g",
            [self.incident, self.round, samples],
        )
        run("create table raw_sample (like rounds_sample including defaults, primary key (incident, round_id, person))")
        # row by row, as the other grew: an index built whole is tighter
        run(f"insert into raw_sample select * from {part}")
        run(f"vacuum analyze {part}, raw_sample")
        run("checkpoint")
        account = create_account(username=f"bench-{uuid7()}", name="bench", password="not-used")
        create_grant(account_id=account, role="sampler", path=self.city)
        self.token = open_session(account)
        self._line_up()

    def _line_up(self) -> None:
        """Everybody of the city in tubes of ten from one community: half of them mixed, half as the outboxes of phones."""
        self.codes, queue = array("q"), list[tuple[str, int]]()
        with self.owner.transaction(), self.owner.cursor(name="everybody") as cursor:
            cursor.itersize = 50_000
            cursor.execute(
                "select left(path, 12), code from residents_person where path like %s order by path", [self.city + "%"]
            )
            for community, people in itertools.groupby(cursor, key=lambda found: found[0]):
                codes = [code for _, code in people]
                for first in range(0, len(codes) - TUBE + 1, TUBE):
                    queue.append((community, len(self.codes)))
                    self.codes.extend(codes[first : first + TUBE])
        phones = [queue[first : first + SYNC] for first in range(0, len(queue) - SYNC + 1, SYNC)]
        random.shuffle(phones)
        half = len(phones) // 2
        mixed = [tube for phone in phones[:half] for tube in phone]
        random.shuffle(mixed)
        self.queues = {MIXED: mixed, OUTBOX: [tube for phone in phones[half:] for tube in phone]}

    def new_round(self) -> None:
        """A fresh round over the city, so that everybody may be sampled again."""
        found = self.owner.execute(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, state, opened_by) "
            "values (%s, 'testing', 'bench', %s, 10, '', 'open', 1) returning id",
            [self.incident, self.city],
        ).fetchone()
        self.round, self.next_tube = int(found[0]) if found else 0, {MIXED: 0, OUTBOX: 0}

    def bodies(self, per_call: int, calls: int, order: str) -> Path:
        """Prepared request bodies, one a line, of people who were not sampled yet."""
        if self.next_tube[order] + calls * per_call > len(self.queues[order]):
            self.new_round()  # a quick run has too few people for one round
        now = datetime.now(UTC).isoformat()
        tubes = itertools.islice(self.queues[order], self.next_tube[order], None)
        with (self.folder / "bodies.1").open("w") as out:
            for _ in range(calls):
                out.write(json.dumps([self._tube(now, *tube) for tube in itertools.islice(tubes, per_call)]) + "\n")
        return self.folder / "bodies"

    def _tube(self, now: str, community: str, first: int) -> dict[str, Any]:
        members = [format_code(code) for code in self.codes[first : first + TUBE]]
        payload = {"round": self.round, "tube": format_code(next(self.rows)), "people": members, "site": 1, "desk": 2}
        return {
            "id": str(uuid7()),
            "kind": "rounds.tube_filled/1",
            "area": community,
            "recorded_at": now,
            "payload": payload,
        }

    def wait_until_packed(self) -> None:
        """Until the steward has packed the communities of the open round (`residents_pack`), as it has when a round begins."""
        from lianfang.domain.residents.api import packs

        deadline = time.monotonic() + PACKED_SECONDS
        while packs.missing([self.city], 1):
            if time.monotonic() > deadline:
                raise RuntimeError("not a fair run: the communities are not packed")
            time.sleep(0.5)

    def metered(self, name: str, work: Callable[[], float]) -> float:
        """Run one measurement that returns units a second, and note its CPU-seconds a unit.

        Each begins right after a checkpoint, so that every page is logged whole when it is first touched, on both sides.
        """
        self.owner.execute("checkpoint")
        before = self.meter.seconds()
        rate = work()
        self.cpu.setdefault(name, []).append((self.meter.seconds() - before) / (rate * self.seconds))
        return rate

    def wrk(self, per_call: int, connections: int, order: str = MIXED) -> float:
        """One run of the load generator; tubes accepted a second."""
        most = min(int(self.seconds * MOST[per_call]), len(self.queues[order]))
        bodies = self.bodies(per_call, most // per_call, order)
        shape = ["-t1", f"-c{connections}", f"-d{self.seconds:.0f}s", "-s", str(LUA)]
        command = ["wrk", *shape, f"http://127.0.0.1:{PORT}", "--", str(bodies), self.token]

        def work() -> float:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found = json.loads(re.search(r"RESULT (\{.*\})", done.stdout).group(1))  # type: ignore[union-attr]
            if found["other"] or found["spent"]:
                raise RuntimeError(f"not a fair run: {found}: {done.stdout[-400:]}")
            under_way = connections * per_call  # at the end: these count as used
            self.next_tube[order] += int(found["accepted"]) + under_way
            return float(found["accepted"]) / float(found["seconds"])

        return self.metered(f"door {per_call} {order}", work)

    def pgbench(self) -> float:
        """Raw transactions a second: one insert of ten rows, no policy, no log, fsync on."""
        script = self.folder / "raw.sql"
        script.write_text((RAW % (self.incident, self.round)).replace("\n", " ") + ";\n")
        where = ["-h", self.target.host, "-p", str(self.target.port), "-U", self.target.admin, self.target.database]
        shape = ["-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", f"{self.seconds:.0f}", "-f", str(script)]
        environment = {**os.environ, "PGPASSFILE": str(self.target.passfile)}

        def work() -> float:
            done = subprocess.run(
                [program("pgbench"), *shape, *where], capture_output=True, text=True, check=True, env=environment
            )
            return float(re.search(r"tps = ([0-9.]+)", done.stdout).group(1))  # type: ignore[union-attr]

        return self.metered("pgbench", work)

    def copy(self) -> float:
        """Tubes' worth of rows a second by COPY into the indexed twin, 1,000 rows a transaction, two connections."""
        blocks = [self._block() for _ in range(int(self.seconds * COPY_MOST) // COPY_ROWS)]
        return self.metered("copy", lambda: self._copy(iter(blocks)))

    def _block(self) -> str:
        place = "411621001001000101001"
        return "".join(
            f"{self.incident}\t{self.round}\t{random.getrandbits(63)}\t{place}\t{uuid7()}\t2026-01-01 00:00:00+08\n"
            for _ in range(COPY_ROWS)
        )

    def _copy(self, blocks: Any) -> float:
        made = [0, 0]
        stop = time.monotonic() + self.seconds

        def work(which: int) -> None:
            with psycopg.connect(self.target.conninfo(ADMIN), autocommit=True) as connection:
                while time.monotonic() < stop:
                    with connection.cursor().copy(
                        "copy raw_sample (incident, round_id, person, path, tube, at) from stdin"
                    ) as out:
                        out.write(next(blocks, ""))
                    made[which] += COPY_ROWS

        workers = [threading.Thread(target=work, args=[which]) for which in (0, 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if next(blocks, None) is None:
            raise RuntimeError("not a fair run: COPY had no more rows to write")
        return sum(made) / TUBE / self.seconds


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
            with serve.serving("127.0.0.1", PORT, log=folder / "server.log") as children:
                stage.meter.watch(children)
                return _measure(stage, 3 if quick else PAIRS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(stage: Stage, pairs: int) -> list[dict[str, Any]]:
    stage.wait_until_packed()
    stage.wrk(1, CONNECTIONS)  # warm
    stage.cpu.clear()
    single = interleave(lambda: stage.wrk(1, CONNECTIONS), stage.pgbench, pairs)
    sync = interleave(lambda: stage.wrk(SYNC, SYNC_CONNECTIONS, OUTBOX), stage.copy, pairs)
    cheap = [_frugality(stage, "pgbench", f"door 1 {MIXED}"), _frugality(stage, "copy", f"door {SYNC} {OUTBOX}")]
    strangers = interleave(lambda: stage.wrk(SYNC, SYNC_CONNECTIONS, MIXED), stage.copy, max(3, pairs // 3))
    waits = asyncio.run(_rush(stage, seconds=stage.seconds * 2))
    persons, raw = sorted(TUBE * a for a, _ in single)[pairs // 2], sorted(b for _, b in single)[pairs // 2]
    copied = sorted(TUBE * b for _, b in sync)[pairs // 2]
    p99 = percentile(waits, 0.99) * 1000
    return [
        _ratio("tubes of ten over HTTP / raw pgbench transactions", single, 0.35),
        _ratio("the same in CPU-seconds (pgbench's / ours)", cheap[0], None),
        row("1", "people a second over HTTP, load generator included (median)", persons, "persons/s", "≥ 10,000", persons >= 10_000),
        row("1", "raw pgbench transactions of ten rows (median)", raw, "tx/s", "–", None),
        _ratio("sync of 100 tubes a call / indexed COPY, rows", sync, 0.60),
        _ratio("the same in CPU-seconds (COPY's / ours)", cheap[1], None),
        _ratio("a sync whose tubes come from 100 places / indexed COPY, rows", strangers, None),
        row("1", "indexed COPY, two connections (median)", copied, "rows/s", "–", None),
        row("1", f"p99 at {RUSH_PEOPLE} people a second, open loop, {len(waits)} calls", p99, "ms", "≤ 100", p99 <= 100),
    ]  # fmt: skip


def _ratio(what: str, pairs: list[tuple[float, float]], bar: float | None) -> dict[str, Any]:
    ratio, low, high = median_ratio(pairs)
    target, holds = ("–", None) if bar is None else (f"≥ {bar:.2f}", ratio >= bar)
    return row("1", f"{what} (90 % {low:.2f}–{high:.2f})", ratio, "ratio", target, holds)


def _frugality(stage: Stage, raw: str, ours: str) -> list[tuple[float, float]]:
    """CPU-seconds a tube of the raw side and of ours, pair by pair."""
    return list(zip(stage.cpu[raw], stage.cpu[ours], strict=True))


async def _rush(stage: Stage, seconds: float) -> list[float]:
    """Post tubes at a fixed rate whatever the answers do; returns the wait of each call in seconds."""
    calls = int(seconds * RUSH_PEOPLE / 10)
    stage.bodies(1, calls, MIXED)
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


def _incident(path: str) -> int:
    from django.db import connections

    from lianfang.base.vault.api import keystore

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
            "values ('bench', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id",
            [path],
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
