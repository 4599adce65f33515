"""Reads during a round in a loaded city (bars 9, 10, 19): pages as the narrowest role, against the bare keyset SQL.

Pages are opened over HTTP from the real server (Granian, two workers, steward beside) while tubes are posted at the rate
of the busiest hour; the load generator shares the cores. Reads are timed in this process, in the reader's scope and in
turn with the bare SQL for the same rows, which runs as the owner, prepared, without policies. Statements are counted and
plans looked at in this process. `LIANFANG_BENCH_DATA` names the folder that `city_load` filled and kept; without it (or
with quick) a twentieth of one county is loaded into a temporary one. The round covers the city, nine in ten are sampled.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.city_load import QUICK_COUNTIES
from benchmarks.support.browser import Browser, cpu_seconds, descendants
from benchmarks.support.measure import PAIRS, interleave, median_ratio, percentile, row
from benchmarks.support.plans import unfit_scans
from benchmarks.support.readers import CITY, Route, routes, token

ROUND_NAME = "读取基准"
RATIO, FRESH_SECONDS = 3.0, 1.0
SCOPE_MEDIAN, SCOPE_WORST = 1.15, 1.5
PORT = 8398
QUICK_FRACTION = 0.05
TABLES_WITH_POLICIES = """select relname from pg_class
where relrowsecurity and relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"""
SAMPLED_SQL = """insert into rounds_sample (incident, round_id, person, path, tube, at)
select %s, %s, hashtextextended(code::text, 1), path, gen_random_uuid(), now() from residents_person
where hashtextextended(code::text, 2) %% 10 <> 0 on conflict do nothing"""
SAMPLED_FIGURES = """insert into metrics_delta (name, dim, day, path, value)
select 'rounds.sampled', %s::text, current_date, left(path, 16), count(*) from residents_person
where hashtextextended(code::text, 2) %% 10 <> 0 group by 4"""


@contextmanager
def city(quick: bool) -> Iterator[Any]:
    """The database of the loaded folder, brought to this release; loads a small one when none is kept."""
    from lianfang.cli import runtime

    kept = "" if quick else os.environ.get("LIANFANG_BENCH_DATA", "")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="lianfang-reads-"))
    folder.chmod(0o711)
    os.environ["LIANFANG_DRILL"] = "1"
    try:
        with runtime.database(folder) as target:
            runtime.collect_static(folder)
            runtime.prepare(target)
            from django.db import connections

            from lianfang.base.areas.api import load_divisions, shipped_divisions
            from lianfang.domain.residents.loading import load_city

            with connections["owner"].cursor() as cursor:
                cursor.execute("select exists (select 1 from residents_person)")
                if not cursor.fetchone()[0]:
                    load_divisions(shipped_divisions("cangzhou"), edition=2020)
                    load_city(list(QUICK_COUNTIES), day=date.today(), fraction=QUICK_FRACTION)
            yield target
            connections.close_all()
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def open_the_round(conninfo: str) -> int:
    """The round over the city with its samples and figures (made once a folder); its number."""
    from django.db import connections, transaction

    from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
    from lianfang.base.vault.api import keystore
    from lianfang.domain.rounds.services import open_round

    with connections["owner"].cursor() as cursor:
        cursor.execute("select id from rounds_round where name = %s", [ROUND_NAME])
        if found := cursor.fetchone():
            return int(found[0])
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
            "values ('bench', '1309', 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id"
        )
        incident = int(cursor.fetchone()[0])
        cursor.execute("select incidents_make_partitions(%s::smallint)", [incident])
    keystore().make(f"incident-{incident}")
    account = create_account(username="bench-open", name="bench", password="only-for-benchmarks")
    create_grant(account_id=account, role="county_dispatcher", path="1309")
    with transaction.atomic():
        actor = enter(token_digest(open_session(account)))
        if actor is None:
            raise RuntimeError("the session of the bench is not live")
        number = open_round(actor=actor, incident_id=incident, name=ROUND_NAME, path="1309").id
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SAMPLED_SQL, [incident, number])
        connection.execute(SAMPLED_FIGURES, [number])
        connection.execute("select metrics_fold()")
        connection.execute("vacuum (analyze)")
    return number


@contextmanager
def posting(conninfo: str, number: int) -> Iterator[dict[str, Any]]:
    """Tubes posted beside what is measured; afterwards holds what the poster saw."""
    given = {"conninfo": conninfo, "port": PORT, "token": token("sampler", CITY), "number": number}
    command = [sys.executable, "-m", "benchmarks.support.poster"]
    environment = {**os.environ, "LIANFANG_POSTER": json.dumps(given)}
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    seen: dict[str, Any] = {}
    try:
        time.sleep(3)  # people are read first
        yield seen
    finally:
        out, _ = child.communicate("")
        seen.update(json.loads(out.splitlines()[-1]))


def page_of(browser: Browser, route: Route) -> Callable[[], float]:
    """A function that opens a page over HTTP and returns the seconds it took."""
    if route.form:
        return lambda: browser.post(route.address, route.form)[0]
    return lambda: browser.get(route.address)[0]


def pages(chosen: list[Route], repeats: int) -> list[dict[str, Any]]:
    """p95 of each page over HTTP, from the request to its last byte."""
    rows = []
    for route in chosen:
        browser = Browser(PORT, route.token)
        page = page_of(browser, route)
        for _ in range(8):
            page()
        laps = [page() * 1000 for _ in range(repeats)]
        browser.close()
        p95 = percentile(laps, 0.95)
        what = f"{route.name}: page over HTTP, p95 of {repeats} (median {statistics.median(laps):.0f})"
        rows.append(row("19", what, p95, "ms", f"≤ {route.limit_ms:g}", p95 <= route.limit_ms))
    return rows


def reads(conninfo: str, chosen: list[Route], repeats: int) -> list[dict[str, Any]]:
    """p95 of the read behind each page in its scope, and its median ratio to the bare SQL in interleaved pairs."""
    from django.db import transaction

    from lianfang.base.access.api import enter, token_digest

    rows = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for route in chosen:
            if route.read is None:
                continue
            read, bare = _timed(route.read), _timed(lambda route=route: _bare(connection, route))
            with transaction.atomic():
                enter(token_digest(route.token))
                for _ in range(8):
                    read(), bare()
                pairs = interleave(read, bare, max(PAIRS, repeats))
            p95 = percentile([first * 1000 for first, _ in pairs], 0.95)
            ratio, low, high = median_ratio(pairs)
            middle = statistics.median(second for _, second in pairs) * 1000
            rows.append(
                row(
                    "19", f"{route.name}: read in scope, p95", p95, "ms", f"≤ {route.limit_ms:g}", p95 <= route.limit_ms
                )
            )
            what = (
                f"{route.name}: read in scope, opened / bare keyset SQL of {middle:.2f} ms (90 % {low:.2f}–{high:.2f})"
            )
            rows.append(row("19", what, ratio, "ratio", f"≤ {RATIO:g}", ratio <= RATIO))
    return rows


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def go() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return go


def _bare(connection: psycopg.Connection[Any], route: Route) -> None:
    for statement, values in route.bare:
        connection.execute(statement, values).fetchall()


def statements(chosen: list[Route]) -> list[dict[str, Any]]:
    """Statements of each page: as many for another place, each by an index or reading little more than it returns."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    def asked(address: str, who: str, form: tuple[tuple[str, str], ...] = ()) -> list[str]:
        client = Client(headers={"accept-language": "zh", "cookie": f"lf_session={who}"})
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(address, dict(form)) if form else client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return [one["sql"] for one in queries.captured_queries]

    rows, bad = [], []
    for route in chosen:
        found = asked(route.address, route.token, route.form)
        bad += [f"{route.name}: {scan}" for scan in unfit_scans(found, route.token)]
        if route.other[0]:
            again = len(asked(*route.other))
            what = f"{route.name}: statements, here {len(found)}, at another place"
            rows.append(row("19", what, again, "statements", f"= {len(found)}", again == len(found)))
        else:
            rows.append(row("19", f"{route.name}: statements", len(found), "statements", "–", None))
    what = "scans without an index that read over 10 × the rows they pass on" + "".join(f"; {one}" for one in bad[:5])
    return [*rows, row("9", what, len(bad), "scans", "0", not bad)]


def scope_cost(conninfo: str, server: int, chosen: list[Route], seconds: float, pairs: int) -> list[dict[str, Any]]:
    """CPU of the server's workers and their database backends for each page with policies over the same without."""
    workers = descendants(server)
    with psycopg.connect(conninfo, autocommit=True) as admin:
        tables = [name for (name,) in admin.execute(TABLES_WITH_POLICIES).fetchall()]

        def cpu() -> float:
            backends = admin.execute("select pid from pg_stat_activity where usename = 'lianfang_app'").fetchall()
            return cpu_seconds(workers + [pid for (pid,) in backends])

        def switch(word: str) -> None:
            for table in tables:
                admin.execute(f'alter table "{table}" {word} row level security')

        def block(page: Callable[[], float], scoped: bool, times: int) -> Callable[[], float]:
            def go() -> float:
                switch("enable" if scoped else "disable")
                for _ in range(12):
                    page()
                before = cpu()
                for _ in range(times):
                    page()
                return cpu() - before

            return go

        found = []
        try:
            for route in chosen:
                browser = Browser(PORT, route.token)
                page = page_of(browser, route)
                page()
                times = max(5, int(seconds / page()))
                laps = interleave(block(page, True, times), block(page, False, times), pairs)
                ratio, low, high = median_ratio(laps)
                what = f"{route.name}: CPU of server and database with policies / without (90 % {low:.2f}–{high:.2f})"
                found.append(row("9", what, ratio, "ratio", f"≤ {SCOPE_WORST:g}", ratio <= SCOPE_WORST))
                browser.close()
        finally:
            switch("enable")
    middle = statistics.median(float(each["value"]) for each in found)
    return [
        *found,
        row("9", "scope: median over routes", middle, "ratio", f"≤ {SCOPE_MEDIAN:g}", middle <= SCOPE_MEDIAN),
    ]


def freshness(seen: dict[str, Any]) -> list[dict[str, Any]]:
    """How long facts took to reach the total of the city, and how long their answers."""
    laps, waits = seen["laps"], seen["waits"]
    p99 = percentile(laps, 0.99)
    what = f"fact accepted to city total, p99 of {len(laps)} tubes of ten, {10 * len(waits)} people in all"
    return [
        row("10", what, p99, "s", f"≤ {FRESH_SECONDS:g}", p99 <= FRESH_SECONDS),
        row("10", "accepted tubes that never reached the total", len(waits) - len(laps), "tubes", "0", len(waits) == len(laps)),
        row("10", "tubes in the city total at the end beyond those accepted", seen["shown"] - len(waits), "tubes", "0",
            seen["shown"] == len(waits)),
        row("1", "tubes posted beside the pages: p99 of the answer", percentile(waits, 0.99) * 1000, "ms", "≤ 100",
            percentile(waits, 0.99) <= 0.1),
        row("10", f"calls not accepted {seen['problem'] or ''}", seen["problems"], "calls", "0", not seen["problems"]),
    ]  # fmt: skip


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Every bar of the reads; quick: a small city and few repeats."""
    with city(quick) as target:
        from lianfang.base.database.connect import ADMIN
        from lianfang.cli import serve

        conninfo = target.conninfo(ADMIN)
        number = open_the_round(conninfo)
        chosen = routes(conninfo, number)
        with serve.serving("127.0.0.1", PORT) as children:
            with posting(conninfo, number) as seen:
                rows = pages(chosen, 20 if quick else 200)
                rows += reads(conninfo, chosen, 15 if quick else 60)
            rows += freshness(seen)
            rows += statements(chosen)
            rows += scope_cost(conninfo, children[0].pid, chosen, 0.1 if quick else 0.4, 3 if quick else PAIRS)
    return rows
