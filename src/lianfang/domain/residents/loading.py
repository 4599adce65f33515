"""Loading a whole synthetic city into an empty ledger, as the owner: generated, sealed, copied, then indexed.

Workers make and seal communities and copy them into tables that carry no index; keys and indexes are built at the end.
Only for drills, benchmarks and demonstrations: real people come in through the import.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import psycopg

from lianfang.base.database.connect import ADMIN, from_environment
from lianfang.base.vault.api import standing_box
from lianfang.domain.residents import bulk
from lianfang.exchange.synthetic import allocate, community
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.ids import CODE_BITS

define(
    "residents.ledger_not_empty",
    status=409,
    zh="台账里已有人员，不能整体装入。请在空的演练库中操作。",
    en="The ledger already holds people, so a whole city can't be loaded. Use an empty drill database.",
)
_TASK_PEOPLE: Final = 40_000
"""People made, sealed and copied at a time by a worker: about 30 MB of rows."""
_INDEXED: Final = ("residents_household", "residents_person", "residents_secret", "residents_presence")


@dataclass(frozen=True)
class Unit:
    """One community to make: how many people, family homes and dormitory places, and its reserved numbers."""

    code: str
    people: int
    households: int
    collective: int
    person: int
    household: int
    building: int
    grid: int


@dataclass
class LoadReport:
    """What a load did: counts, seconds by step, bytes of the tables with their indexes."""

    communities: int = 0
    people: int = 0
    households: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    disk_bytes: int = 0
    worker_peak_bytes: int = 0

    @property
    def total_seconds(self) -> float:
        """Seconds of all steps."""
        return sum(self.seconds.values())


def load_city(
    county_codes: Sequence[str],
    *,
    day: date,
    seed: int = 0,
    fraction: float = 1.0,
    workers: int = 2,
    on_progress: Callable[[str], None] | None = None,
) -> LoadReport:
    """Fill an empty ledger with the synthetic people of whole counties, with homes, buildings, grids, secrets and metrics.

    county_codes: six digits each, whose divisions are loaded. fraction: of the people of every community. Raises
    residents.ledger_not_empty.
    """
    say = on_progress or (lambda _text: None)
    report = LoadReport()
    conninfo = from_environment().conninfo(ADMIN)
    with psycopg.connect(conninfo, autocommit=True) as owner:
        if owner.execute(
            "select exists (select 1 from residents_household) or exists (select 1 from areas_building)"
        ).fetchone() != (False,):
            raise LianfangError("residents.ledger_not_empty")
        started = time.monotonic()
        units = list(plan_units(county_codes, seed=seed, fraction=fraction))
        codes = _public_codes(sum(unit.people for unit in units))
        report.communities = len(units)
        restore = _drop_indexes(owner)
        try:
            started = _lap(report, "prepare", started)
            _fill(report, units, codes, conninfo, day=day, seed=seed, workers=workers, say=say)
            started = _lap(report, "generate, seal, copy", started)
        finally:
            _follow_again(owner)
            say("building keys and indexes")
            _restore_indexes(restore, conninfo)
        started = _lap(report, "index", started)
        _finish(owner)
        _lap(report, "metrics, sequences, analyse", started)
        report.disk_bytes = _disk(owner)
    return report


def plan_units(county_codes: Sequence[str], *, seed: int, fraction: float) -> Iterator[Unit]:
    """Every community of the counties with its share of the census and its reserved numbers."""
    person = household = building = grid = 1
    for county in county_codes:
        spread = allocate(county, seed=seed)
        for code, people, collective, households in zip(
            spread.codes, spread.people.tolist(), spread.collective.tolist(), spread.households.tolist(), strict=True
        ):
            family = max(1, round((people - collective) * fraction))
            homes = min(family, max(1, round(households * fraction), -(-family // 9)))
            shared = round(collective * fraction)
            yield Unit(code, family + shared, homes, shared, person, household, building, grid)
            rooms = homes + shared  # dormitory rooms are fewer than their people: an upper bound for numbers
            person += family + shared
            household += rooms
            building += rooms
            grid += bulk.grids_of(rooms)


def _public_codes(count: int) -> npt.NDArray[np.int64]:
    """So many different random numbers of forty bits, in random order."""
    drawn = np.zeros(0, dtype=np.int64)
    while drawn.size < count:
        missing = count - drawn.size
        raw = np.frombuffer(os.urandom(8 * (missing + 1000)), dtype=np.int64) & ((1 << CODE_BITS) - 1)
        drawn = np.unique(np.concatenate([drawn, raw]))
    rng = np.random.default_rng(int.from_bytes(os.urandom(16), "big"))
    return rng.permutation(drawn)[:count]


def _lap(report: LoadReport, step: str, started: float) -> float:
    now = time.monotonic()
    report.seconds[step] = now - started
    return now


def _tasks(units: Sequence[Unit], codes: npt.NDArray[np.int64]) -> Iterator[tuple[list[Unit], npt.NDArray[np.int64]]]:
    batch: list[Unit] = []
    for unit in units:
        batch.append(unit)
        if sum(one.people for one in batch) >= _TASK_PEOPLE:
            yield batch, _codes_of(batch, codes)
            batch = []
    if batch:
        yield batch, _codes_of(batch, codes)


def _codes_of(batch: list[Unit], codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return codes[batch[0].person - 1 : batch[-1].person - 1 + batch[-1].people]


def _fill(
    report: LoadReport, units: Sequence[Unit], codes: npt.NDArray[np.int64], conninfo: str, *, day: date, seed: int,
    workers: int, say: Callable[[str], None],
) -> None:  # fmt: skip
    for county in {unit.code[:6] for unit in units}:
        standing_box(county)  # the keys exist before workers race for them
    context = multiprocessing.get_context("spawn")
    total = sum(unit.people for unit in units)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        done = pool.map(_work, ((batch, part, conninfo, day, seed) for batch, part in _tasks(units, codes)))
        for people, households, peak in done:
            report.people += people
            report.households += households
            report.worker_peak_bytes = max(report.worker_peak_bytes, peak)
            say(f"{report.people:,} of {total:,} people")


def _work(task: tuple[list[Unit], npt.NDArray[np.int64], str, date, int]) -> tuple[int, int, int]:
    """In a worker: make, seal and copy some communities."""
    units, codes, conninfo, day, seed = task
    rows = bulk.Rows()
    first = units[0].person
    for unit in units:
        made = community(unit.code, unit.people, unit.households, collective=unit.collective, seed=seed)
        part = codes[unit.person - first : unit.person - first + unit.people]
        numbers = bulk.Numbers(unit.person, unit.household, unit.building, unit.grid, part)
        bulk.add_community(rows, made, numbers, standing_box(unit.code), day=day, urban=int(unit.code[9:]) < 200)
    with psycopg.connect(conninfo) as connection:
        connection.execute("set synchronous_commit = off")
        for table, parts in rows.parts.items():
            copy_rows(connection, table, parts)
    return rows.people, rows.households, _peak_bytes()


def copy_rows(connection: psycopg.Connection[Any], table: str, parts: Sequence[bytes]) -> None:
    """Copy binary rows into a table."""
    with connection.cursor().copy(f"copy {table} ({bulk.COLUMNS[table]}) from stdin (format binary)") as copy:
        copy.write(bulk.HEADER)
        for part in parts:
            copy.write(part)
        copy.write(bulk.TRAILER)


def _peak_bytes() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# -- keys and indexes ---------------------------------------------------------------------------------------------------


def _drop_indexes(owner: psycopg.Connection[Any]) -> list[list[str]]:
    """Drop keys and indexes of the large tables; returns the statements that make them again, in steps."""
    names = list(_INDEXED)
    keys = owner.execute(
        "select conname, conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) from pg_constraint "
        "where (conrelid::regclass::text = any(%s) or confrelid::regclass::text = any(%s)) and contype in ('p', 'u', 'f')",
        [names, names],
    ).fetchall()
    plain = owner.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i "
        "where i.indrelid::regclass::text = any(%s) and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid "
        "and c.contype in ('p', 'u'))",
        [names],
    ).fetchall()
    for wanted in ("f", "u", "p"):
        for name, table, kind, _ in keys:
            if kind == wanted:
                owner.execute(f'alter table {table} drop constraint "{name}"')
    for name, _ in plain:
        owner.execute(f"drop index {name}")
    owner.execute("alter table areas_grid_building disable trigger residents_follow_grid")
    owner.execute("alter table residents_person disable trigger residents_pack_inserted")
    made = [f'alter table {table} add constraint "{name}" {body}' for name, table, kind, body in keys if kind != "f"]
    foreign = [f'alter table {table} add constraint "{name}" {body}' for name, table, kind, body in keys if kind == "f"]
    return [made, [body for _, body in plain], foreign]


def _follow_again(owner: psycopg.Connection[Any]) -> None:
    """From now on grids and packs follow their rows again; packs built meanwhile go."""
    owner.execute("alter table areas_grid_building enable trigger residents_follow_grid")
    owner.execute("alter table residents_person enable trigger residents_pack_inserted")
    owner.execute("select residents_pack_keep('{}')")


def _restore_indexes(steps: list[list[str]], conninfo: str) -> None:
    """Keys first (one table at a time for each connection), then indexes, then foreign keys; two at a time."""
    from concurrent.futures import ThreadPoolExecutor

    for statements in steps:
        by_table: dict[str, list[str]] = {}
        for statement in statements:
            words = statement.split()
            table = words[2] if words[0] == "alter" else words[words.index("ON") + 1]
            by_table.setdefault(table.removeprefix("public."), []).append(statement)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda group: _build(conninfo, group), by_table.values()))


def _build(conninfo: str, statements: Sequence[str]) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("set maintenance_work_mem = '512MB'")
        connection.execute("set max_parallel_maintenance_workers = 1")
        for statement in statements:
            connection.execute(statement)


def _finish(owner: psycopg.Connection[Any]) -> None:
    for table in ("residents_person", "residents_household", "areas_building", "areas_grid"):
        owner.execute(
            "select setval(pg_get_serial_sequence(%s, 'id'), (select coalesce(max(id), 1) from " + table + "))", [table]
        )
    owner.execute("select metrics_fold()")
    for table in (*_INDEXED, "areas_building", "areas_grid", "areas_grid_building", "metrics_value"):
        owner.execute(f"vacuum (analyze) {table}")


def _disk(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute(
        "select sum(pg_total_relation_size(t::regclass)) from unnest(%s::text[]) as t", [list(_INDEXED)]
    ).fetchone()
    return int(row[0]) if row else 0
