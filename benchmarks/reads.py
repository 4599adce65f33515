"""Reads during a round in a loaded city (bars 9, 10, 19): pages as the narrowest role, against the bare keyset SQL.

`LIANFANG_BENCH_DATA` names the folder that `city_load` filled and kept; without it (or with quick) a twentieth of one
county is loaded into a temporary one. The round covers the whole city, nine in ten people are sampled.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.city_load import QUICK_COUNTIES, prepare_folder
from benchmarks.support.measure import PAIRS, interleave, median_ratio, percentile, row

ROUND_NAME = "读取基准"
PAGE_MS, OVERVIEW_MS, RATIO, FRESH_SECONDS = 50.0, 150.0, 3.0, 1.0
SCOPE_MEDIAN, SCOPE_WORST = 1.15, 1.5
QUICK_FRACTION = 0.05
TABLES_WITH_POLICIES = """select relname from pg_class
where relrowsecurity and relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"""
PEOPLE_SQL = """select p.id, p.code, p.path, p.present, p.sealed, h.sealed from residents_presence r
join residents_person p on p.id = r.person_id join residents_household h on h.id = p.household_id
where r.path >= %s and r.path < %s order by r.path, p.id"""
PAGE_SQL = """select pr.path, pr.person_id, p.code, p.sealed, h.sealed from residents_presence pr
join residents_person p on p.id = pr.person_id left join residents_household h on h.path = p.path
where pr.path >= %s and pr.path < %s and (pr.path, pr.person_id) > (%s, 0) order by pr.path, pr.person_id limit 51"""
FIGURES_SQL = """select path, name, dim, value from metrics_value where name = any (%s) and day = 'infinity'
and level = %s and path >= %s and path < %s"""
NAMES = ["rounds.expected", "rounds.sampled", "rounds.not_sampled"]
SAMPLED_SQL = """insert into rounds_sample (incident, round_id, person, path, tube, at)
select %s, %s, hashtextextended(code::text, 1), path, gen_random_uuid(), now() from residents_person
where hashtextextended(code::text, 2) %% 10 <> 0 on conflict do nothing"""
SAMPLED_FIGURES = """insert into metrics_delta (name, dim, day, path, value)
select 'rounds.sampled', %s::text, current_date, left(path, 16), count(*) from residents_person
where hashtextextended(code::text, 2) %% 10 <> 0 group by 4"""


@dataclass(frozen=True)
class Route:
    """One page, who opens it, how fast it must be, and the bare SQL for the same rows."""

    name: str
    address: str
    token: str
    limit_ms: float
    bare: tuple[tuple[str, list[Any]], ...]
    read: Callable[[Any], object] | None = None
    """The read behind the page, given the actor."""
    other: str = ""
    """The same page for another place, whose number of statements must be the same."""


@contextmanager
def city(quick: bool) -> Iterator[Any]:
    """The server over the loaded folder; loads a small one when none is kept."""
    kept = "" if quick else os.environ.get("LIANFANG_BENCH_DATA", "")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="lianfang-reads-"))
    server = prepare_folder(folder)
    try:
        from django.db import connections

        from lianfang.base.metrics.api import publish_registry
        from lianfang.domain.residents.loading import load_city

        publish_registry()
        with connections["owner"].cursor() as cursor:
            cursor.execute("select exists (select 1 from residents_person)")
            if not cursor.fetchone()[0]:
                load_city(list(QUICK_COUNTIES), day=date.today(), fraction=QUICK_FRACTION)
        yield server.target()
    finally:
        server.stop()
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


def sample_really(conninfo: str, number: int, community: str) -> list[int]:
    """Samples of nine in ten people of one community under their true pseudonyms; returns everybody's pseudonyms."""
    from lianfang.base.vault.api import incident_box

    with psycopg.connect(conninfo, autocommit=True) as connection:
        [(incident,)] = connection.execute("select incident_id from rounds_round where id = %s", [number]).fetchall()
        people = connection.execute(
            "select code, path from residents_person where path >= %s and path < %s order by path, id",
            [community, community + "~"],
        ).fetchall()
        box = incident_box(incident)
        hidden = [box.pseudonym(code) for code, _ in people]
        kept = [(person, path) for at, (person, (_, path)) in enumerate(zip(hidden, people, strict=True)) if at % 10]
        connection.execute(
            "insert into rounds_sample (incident, round_id, person, path, tube, at) "
            "select %s, %s, person, path, gen_random_uuid(), now() from unnest(%s::int8[], %s::text[]) as t(person, path) "
            "on conflict do nothing",
            [incident, number, [person for person, _ in kept], [path for _, path in kept]],
        )
    return hidden


def routes_of(conninfo: str, number: int) -> list[Route]:
    """The pages under test, for a community of the median size and another one."""
    from lianfang.base.access.api import create_account, create_grant, open_session
    from lianfang.domain.residents.selectors import list_people
    from lianfang.domain.rounds.models import Round
    from lianfang.domain.rounds.selectors import coverage_below, missing_people

    with psycopg.connect(conninfo, autocommit=True) as connection:
        sizes = connection.execute(
            "select path from metrics_value where name = 'rounds.expected' and day = 'infinity' and level = 12 and dim = %s order by value",
            [str(number)],
        ).fetchall()
        [(incident,)] = connection.execute("select incident_id from rounds_round where id = %s", [number]).fetchall()
        here, other = sizes[len(sizes) // 2][0], sizes[len(sizes) // 4][0]
        [(building,)] = connection.execute(
            "select path from areas_building where path >= %s and path < %s order by path limit 1", [here, here + "~"]
        ).fetchall()
    hidden = sample_really(conninfo, number, here)

    def token(role: str, path: str) -> str:
        account = create_account(username=f"{role}-{path}-{time.time_ns()}", name=role, password="only-for-benchmarks")
        create_grant(account_id=account, role=role, path=path)
        return open_session(account)

    clerk, county = token("community_clerk", here), here[:6]
    dispatcher = token("county_dispatcher", county)
    samples = (
        "select person from rounds_sample where incident = %s and round_id = %s and person = any (%s)",
        [incident, number, hidden],
    )
    below = "~"
    one = Round.objects.using("owner").get(id=number)
    rows_of = ((FIGURES_SQL, [NAMES, 16, here, here + below]),)
    return [
        Route("coverage of a community by building", f"/rounds/{number}/{here}/", clerk, PAGE_MS, rows_of,
              lambda _: coverage_below(number, here)),
        Route("coverage of a county by township", f"/rounds/{number}/{county}000000/", dispatcher, PAGE_MS,
              ((FIGURES_SQL, [NAMES, 9, county, county + below]),), lambda _: coverage_below(number, county)),
        Route("missing list of a building", f"/rounds/{number}/{building}/missing/", token("building_lead", building), PAGE_MS,
              ((PEOPLE_SQL, [building, building + below]), samples), lambda _: missing_people(one, building)),
        Route("missing list of a community", f"/rounds/{number}/{here}/missing/", clerk, PAGE_MS,
              ((PEOPLE_SQL, [here, here + below]), samples), lambda _: missing_people(one, here)),
        Route("page of the resident list", f"/residents/area/{here}/", clerk, PAGE_MS, ((PAGE_SQL, [here, here + below, here]),),
              lambda actor: list_people(actor=actor, path=here)),
        Route("county overview", f"/areas/{county}000000/", dispatcher, OVERVIEW_MS,
              ((FIGURES_SQL, [NAMES, 9, county, county + below]),), None, f"/areas/{other[:9]}000/"),
    ]  # fmt: skip


def opened(route: Route) -> Callable[[], float]:
    """A function that opens the page and returns the seconds it took; raises when it is refused."""
    from django.conf import settings
    from django.test import Client

    client = Client(headers={"accept-language": "zh"})
    client.cookies[settings.SESSION_COOKIE] = route.token

    def go() -> float:
        started = time.perf_counter()
        answer = client.get(route.address)
        lap = time.perf_counter() - started
        if answer.status_code != 200:
            raise RuntimeError(f"{route.address}: {answer.status_code}")
        return lap

    return go


def read_of(route: Route) -> Callable[[], float]:
    """A function that runs only the read behind a page, in its scope, and returns the seconds it took."""
    from django.db import transaction

    from lianfang.base.access.api import enter, token_digest

    def go() -> float:
        with transaction.atomic():
            actor = enter(token_digest(route.token))
            started = time.perf_counter()
            if route.read is not None:
                route.read(actor)
            return time.perf_counter() - started

    return go


def bare(connection: psycopg.Connection, route: Route) -> Callable[[], float]:
    """The bare SQL for the same rows, without policies, fetched whole."""

    def go() -> float:
        started = time.perf_counter()
        for statement, values in route.bare:
            connection.execute(statement, values).fetchall()
        return time.perf_counter() - started

    return go


def timings(conninfo: str, routes: list[Route], repeats: int) -> list[dict[str, Any]]:
    """p95 of each page and of the read behind it, and the median ratio of the read to the bare SQL in interleaved pairs."""
    rows = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for route in routes:
            page, sql = opened(route), bare(connection, route)
            page(), sql()
            laps = [page() * 1000 for _ in range(repeats)]
            p95 = percentile(laps, 0.95)
            limit, fast = f"≤ {route.limit_ms:g}", p95 <= route.limit_ms
            rows.append(row("19", f"{route.name}: p95 of the whole page", p95, "ms", limit, fast))
            if route.read is None:
                continue
            read = read_of(route)
            read()
            laps = [read() * 1000 for _ in range(repeats)]
            p95 = percentile(laps, 0.95)
            rows.append(
                row("19", f"{route.name}: p95 of the read", p95, "ms", f"≤ {route.limit_ms:g}", p95 <= route.limit_ms)
            )
            pairs = interleave(read, sql, max(PAIRS, repeats // 4))
            ratio, low, high = median_ratio(pairs)
            what = f"{route.name}: read in scope, opened / bare keyset SQL (90 % {low:.2f}–{high:.2f})"
            rows.append(row("19", what, ratio, "ratio", f"≤ {RATIO:g}", ratio <= RATIO))
            middle = statistics.median(second for _, second in pairs) * 1000
            rows.append(row("19", f"{route.name}: bare keyset SQL", middle, "ms", "–", None))
    return rows


def statements(routes: list[Route]) -> list[dict[str, Any]]:
    """How many statements each page sends; the overview for a second place as well."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    rows = []
    for route in routes:
        with CaptureQueriesContext(connection) as asked:
            opened(route)()
        rows.append(row("19", f"{route.name}: statements", len(asked), "statements", "constant", None))
        if route.other:
            with CaptureQueriesContext(connection) as again:
                opened(Route(route.name, route.other, route.token, 0, ()))()
            same = len(again) == len(asked)
            rows.append(
                row(
                    "19",
                    f"{route.name}: statements for another place",
                    len(again),
                    "statements",
                    f"= {len(asked)}",
                    same,
                )
            )
    return rows


def _cpu(pid: int) -> float:
    """CPU seconds of this process and of its database backend."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def scope_cost(conninfo: str, routes: list[Route], seconds: float) -> list[dict[str, Any]]:
    """CPU of each page with policies over the same page without, in interleaved blocks."""
    from django.db import connection

    with psycopg.connect(conninfo, autocommit=True) as admin:
        tables = [name for (name,) in admin.execute(TABLES_WITH_POLICIES).fetchall()]

        def block(route: Route, scoped: bool, times: int) -> Callable[[], float]:
            def go() -> float:
                word = "enable" if scoped else "disable"
                for table in tables:
                    admin.execute(f'alter table "{table}" {word} row level security')
                page = opened(route)
                page()
                with connection.cursor() as cursor:
                    cursor.execute("select pg_backend_pid()")
                    pid = int(cursor.fetchone()[0])
                before = _cpu(pid)
                for _ in range(times):
                    page()
                return _cpu(pid) - before

            return go

        found = []
        try:
            for route in routes:
                times = max(3, int(seconds / max(opened(route)(), 0.001)))
                ratio, low, high = median_ratio(interleave(block(route, True, times), block(route, False, times)))
                what = f"{route.name}: CPU with policies / without (90 % {low:.2f}–{high:.2f})"
                found.append(row("9", what, ratio, "ratio", f"≤ {SCOPE_WORST:g}", ratio <= SCOPE_WORST))
        finally:
            for table in tables:
                admin.execute(f'alter table "{table}" enable row level security')
    middle = statistics.median(float(each["value"]) for each in found)
    return [
        *found,
        row("9", "scope: median over routes", middle, "ratio", f"≤ {SCOPE_MEDIAN:g}", middle <= SCOPE_MEDIAN),
    ]


def freshness(conninfo: str, number: int, facts: int) -> list[dict[str, Any]]:
    """Seconds from the answer `accepted` to the figure of the city, with the steward at work beside."""
    from django.db import transaction

    from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
    from lianfang.domain.rounds.posting import make_fact, submit
    from lianfang.kernel.ids import format_code, new_code

    account = create_account(username=f"bench-fresh-{time.time_ns()}", name="bench", password="only-for-benchmarks")
    create_grant(account_id=account, role="sampler", path="1309")
    with transaction.atomic():
        actor = enter(token_digest(open_session(account)))
    if actor is None:
        raise RuntimeError("the session of the bench is not live")
    steward = subprocess.Popen(
        [sys.executable, "-m", "lianfang.base.jobs.steward"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    laps = []
    try:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            people = connection.execute(
                "select code, path from residents_person order by random() limit %s", [facts]
            ).fetchall()
            for code, path in people:
                payload = {"round": number, "tube": new_code(), "people": [format_code(code)]}
                total = _tubes(connection, number)
                [fact] = submit(actor, [make_fact("rounds.tube_filled/1", path, payload)])
                if fact.refusal is not None:
                    raise RuntimeError(fact.refusal.code)
                started = time.monotonic()
                while _tubes(connection, number) == total:
                    if time.monotonic() - started > 30:
                        raise RuntimeError("the figure of the city did not move within 30 s")
                    time.sleep(0.005)
                laps.append(time.monotonic() - started)
    finally:
        steward.terminate()
        steward.wait(timeout=15)
    p99 = percentile(laps[1:], 0.99)  # the first waited for the steward to start
    return [
        row("10", f"last fact to city total: p99 of {facts}", p99, "s", f"≤ {FRESH_SECONDS:g}", p99 <= FRESH_SECONDS)
    ]


def _tubes(connection: psycopg.Connection, number: int) -> int:
    found = connection.execute(
        "select value from metrics_value where name = 'rounds.tubes' and dim = %s and day = 'infinity' and level = 4 and path = '1309'",
        [str(number)],
    ).fetchone()
    return int(found[0]) if found else 0


def run(quick: bool = False) -> list[dict[str, Any]]:
    """Every bar of the reads; quick: a small city and few repeats."""
    with city(quick) as target:
        from django.db import connections

        from lianfang.base.database.connect import ADMIN

        Path(os.environ["LIANFANG_DATA"], "static").mkdir(exist_ok=True)
        conninfo = target.conninfo(ADMIN)
        number = open_the_round(conninfo)
        routes = routes_of(conninfo, number)
        rows = timings(conninfo, routes, 20 if quick else 200)
        rows += statements(routes)
        rows += scope_cost(conninfo, routes, 0.15 if quick else 1.0)
        rows += freshness(conninfo, number, 20 if quick else 300)
        connections.close_all()
    return rows
