"""Taking staged rows into the ledger, a few thousand at a time, under a lock for each community."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any

from lianfang.base.database.select import run
from lianfang.domain.residents import rules, sealing
from lianfang.domain.residents.judging import Judge, Outcome
from lianfang.domain.residents.ledger import Ledger
from lianfang.domain.residents.reading import Record, Refusal, read_row
from lianfang.domain.residents.returns import record_returns
from lianfang.domain.residents.rules import Verdict
from lianfang.domain.residents.staging import (
    BATCH,
    File,
    Row,
    community_of,
    judge_rows,
    seal_reasons,
    unseal_values,
)

_LOCK_SPACE = 410_623
"""First key of our advisory locks on communities; any number that no other lock of the application uses."""


def take_rows(
    file: File, ledger: Ledger, *, rows: Collection[int] | None, today: date, synthetic_allowed: bool,
    on_rows: Callable[[int], None] = lambda rows: None,
) -> int:  # fmt: skip
    """Judge the staged rows again and write the new and changed ones; returns how many were written.

    Communities are locked in the order of their paths, so that two imports of one community follow each other.
    """
    run(
        "select pg_advisory_xact_lock(%b, hashtext(path)) from (select distinct path from residents_import_row "
        "where file_id = %b order by path) as communities",
        [_LOCK_SPACE, file.id],
    )
    judge = Judge(ledger, register=file.register)
    wanted = None if rows is None else frozenset(rows)
    taken = done = 0
    for batch in _batches(file, ledger, wanted, today, synthetic_allowed):
        judge_rows(judge, batch)
        _make_buildings(file, ledger, batch, today)
        taken += _write(file, ledger, batch, today)
        _update_verdicts(file, ledger, batch)
        if file.register == "returnee":
            record_returns(file.id, [row.outcome for row in batch if row.outcome is not None], today=today)
        done += len(batch)
        on_rows(done)
    return taken


def _batches(
    file: File, ledger: Ledger, wanted: frozenset[int] | None, today: date, synthetic_allowed: bool
) -> Iterator[list[Row]]:
    last = -1
    while True:
        found = run(
            'select "row", path, verdict, sealed from residents_import_row where file_id = %b and "row" > %b '
            "and verdict in ('new', 'changed', 'same', 'needs_person') order by \"row\" limit %b",
            [file.id, last, BATCH],
        )
        if not found:
            return
        last = found[-1][0]
        rows = []
        for number, path, verdict, sealed in found:
            if wanted is not None and number not in wanted:
                continue
            values = unseal_values(ledger.box(path), sealed)
            rows.append(_reread(number, path, verdict, values, file, ledger, today, synthetic_allowed))
        yield rows


def _reread(
    number: int,
    path: str,
    verdict: str,
    values: dict[str, Any],
    file: File,
    ledger: Ledger,
    today: date,
    synthetic: bool,
) -> Row:
    try:
        record = read_row(
            number, values, register=file.register, community=community_of(values, ledger, file.register), today=today,
            synthetic_allowed=synthetic,
        )  # fmt: skip
    except Refusal as refusal:  # the rules or the tree changed since the file was staged
        return Row(number, path, values, Verdict.REFUSED, refusal.reasons)
    return Row(number, path, values, Verdict(verdict), [], Outcome(record, Verdict(verdict)))


def _make_buildings(file: File, ledger: Ledger, batch: Sequence[Row], today: date) -> None:
    wanted: dict[tuple[str, str, str], str] = {}
    unnamed: set[str] = set()
    for row in batch:
        outcome = row.outcome
        if outcome is None or outcome.verdict not in (Verdict.NEW, Verdict.CHANGED):
            continue
        record = outcome.record
        if not record.building:
            unnamed.add(record.community)
        elif outcome.building is None:
            wanted.setdefault((record.community, record.compound, record.building), record.grid)
    made = ledger.add_buildings(wanted, on=today)
    if made:
        run("update residents_import_file set buildings = buildings || %b::text[] where id = %b", [made, file.id])
    if unnamed:
        run(
            "insert into areas_building (path, name) select p || %b, '未编楼栋' from unnest(%b::text[]) as t(p) "
            "on conflict (path) do nothing",
            [rules.NO_BUILDING, sorted(unnamed)],
        )


def _write(file: File, ledger: Ledger, batch: Sequence[Row], today: date) -> int:
    chosen = [row.outcome for row in batch if row.outcome and row.outcome.verdict in (Verdict.NEW, Verdict.CHANGED)]
    made = _make_homes(file, ledger, chosen, today)
    fresh = [outcome for outcome in chosen if outcome.verdict is Verdict.NEW and not outcome.record.empty_home]
    other = [outcome for outcome in chosen if outcome.verdict is Verdict.CHANGED]
    taken = {outcome.record.row for outcome in chosen if outcome.record.empty_home}
    if fresh:
        numbers = [o.record.row for o in fresh]
        taken |= _column(run(
            "select residents_import_add(%b, %b::int4[], %b::bytea[], %b::text[], %b::bytea[], %b::bytea[], %b::int2[], %b::int2[], "
            "%b::int2[], %b::text[], %b)",
            [file.id, numbers, [o.blind for o in fresh], *_arrays(ledger, fresh), today],
        ))  # fmt: skip
        lost = set(numbers) - taken
        _claimed_elsewhere([row for row in batch if row.row in lost])
    if other:
        taken |= _column(run(
            "select residents_import_change(%b, %b::int4[], %b::int8[], %b::text[], %b::bytea[], %b::bytea[], %b::int2[], %b::int2[], "
            "%b::int2[], %b::text[], %b)",
            [file.id, [o.record.row for o in other], [o.known.person_id for o in other if o.known], *_arrays(ledger, other), today],
        ))  # fmt: skip
    _mark_homes(file, chosen, made)
    homes = {outcome.home for outcome in fresh + other if outcome.home} - made
    if homes:  # a vacant home that somebody moved into is lived in from now on
        run("select residents_homes_follow(%b::text[], %b)", [sorted(homes), today])
    return len(taken)


def _column(rows: list[tuple[Any, ...]]) -> set[int]:
    return {row[0] for row in rows}


def _claimed_elsewhere(rows: Sequence[Row]) -> None:
    """Another office claimed these identities while we were at it."""
    for row in rows:
        if row.outcome is not None:
            Judge._say(row.outcome, Verdict.NEEDS_PERSON, "id_no", "residents.identity_to_check")
            row.verdict, row.reasons = row.outcome.verdict, row.outcome.reasons


def _make_homes(file: File, ledger: Ledger, chosen: Sequence[Outcome], today: date) -> set[str]:
    """Give every chosen outcome its home; the new ones are written first, with their metric."""
    paths: dict[str, tuple[bytes, str]] = {}
    for outcome in chosen:
        if outcome.home is not None:
            continue
        record = outcome.record
        building = ledger.building(record.community, record.compound, record.building)
        if building is None:
            raise RuntimeError("buildings are made before homes")
        home = ledger.home(record.community, building, record.entrance, record.door)
        if home is None:
            home = ledger.new_home(record.community, building, record.entrance, record.door)
            sealed = sealing.seal(ledger.box(home), {"door": record.door}, sealing.HOUSEHOLD)
            paths[home] = (sealed, "empty" if record.empty_home else "lived_in")
        outcome.home = home
    if paths:
        run(
            "select residents_import_households(%b, %b::text[], %b::bytea[], %b::text[], %b)",
            [
                file.id,
                list(paths),
                [sealed for sealed, _ in paths.values()],
                [state for _, state in paths.values()],
                today,
            ],
        )
    return set(paths)


def _mark_homes(file: File, chosen: Sequence[Outcome], made: set[str]) -> None:
    """Note which rows brought their home into the ledger, and take the rows of empty homes."""
    marked = [(o.record.row, o.home, o.record.empty_home) for o in chosen if o.home in made or o.record.empty_home]
    if marked:
        run(
            "update residents_import_row r set household_path = t.h, new_household = true, taken = r.taken or t.e "
            'from unnest(%b::int4[], %b::text[], %b::bool[]) as t(n, h, e) where r.file_id = %b and r."row" = t.n',
            [*(list(column) for column in zip(*marked, strict=True)), file.id],
        )


def _arrays(ledger: Ledger, outcomes: Sequence[Outcome]) -> list[list[Any]]:
    """Columns path, person, secret, sex, born, kind, tags of what is to be written; what a row leaves out stays as it was."""
    columns: list[list[Any]] = [[], [], [], [], [], [], []]
    for outcome in outcomes:
        record, known = outcome.record, outcome.known
        box = ledger.box(record.community)
        opened = {**known.open, **record.open} if known else record.open
        hidden = {**known.secret, **record.secret} if known else record.secret
        tags = record.tags or (known.tags if known else ())
        cells = (
            outcome.home, sealing.seal(box, opened, sealing.PERSON), sealing.seal(box, hidden, sealing.SECRET),
            record.sex or (known.sex if known else 0), _born(record, outcome), _kind(record, outcome),
            "{" + ",".join(map(str, tags)) + "}",
        )  # fmt: skip
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    return columns


def _born(record: Record, outcome: Outcome) -> int:
    if record.birth is not None:
        return record.birth.year
    return outcome.known.born_year if outcome.known else 0


def _kind(record: Record, outcome: Outcome) -> int:
    if outcome.known is not None and (not record.kind or record.kind == rules.KINDS["返乡"]):
        return outcome.known.kind
    return record.kind or rules.KINDS["常住"]


def _update_verdicts(file: File, ledger: Ledger, batch: Sequence[Row]) -> None:
    if not batch:
        return
    whys = [seal_reasons(ledger.box(row.path), row.reasons) for row in batch]
    run(
        "update residents_import_row r set verdict = t.v, why = t.w from unnest(%b::int4[], %b::text[], %b::bytea[]) "
        'as t(n, v, w) where r.file_id = %b and r."row" = t.n '
        "and (r.verdict <> t.v or (r.why is null) <> (t.w is null))",
        [[row.row for row in batch], [row.verdict.value for row in batch], whys, file.id],
    )
