"""Writes to the tree of areas that are not facts: loading a division list of one edition."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

from django.db import connections, transaction

from lianfang.base.areas.rules import Change, Kind, compare_editions
from lianfang.kernel.divisions import Level, path_of
from lianfang.kernel.errors import LianfangError, define

define(
    "areas.unknown",
    status=404,
    zh="没有路径为“{path}”的在用区域。请核对代码。",
    en="There is no live area with the path '{path}'. Check the code.",
)
define(
    "areas.decision_wrong",
    status=422,
    zh="对代码{code}的处理不成立：去向的数目与处理方式不符，或代码不存在。请核对。",
    en="The decision about the code {code} does not hold: kind and number of successors differ, or a code is unknown.",
)
define(
    "areas.list_unreadable",
    status=422,
    zh="区划文件第{row}行不对：{reason}。需要列code、name、level、parent_code。",
    en="Row {row} of the division list is not right: {reason}. The columns code, name, level, parent_code are needed.",
)

SHIPPED = ("fugou", "cangzhou", "tangshan")


@dataclass(frozen=True)
class Division:
    """One row of a division list: 12-digit code, name, level 1…5, code of the parent."""

    code: str
    name: str
    level: int
    parent_code: str


def read_divisions(source: Path | bytes) -> list[Division]:
    """Read a division list (CSV or CSV in gzip; columns code, name, level, parent_code), in the order of the file.

    Raises areas.list_unreadable with the row.
    """
    raw = source if isinstance(source, bytes) else source.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    found: list[Division] = []
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            one = Division(row["code"], row["name"], int(row["level"]), row["parent_code"])
            path_of(one.code, Level(one.level))
        except (KeyError, TypeError, ValueError, LianfangError) as error:
            raise LianfangError("areas.list_unreadable", row=number, reason=str(error)[:80]) from None
        found.append(one)
    return found


def shipped_divisions(name: str, edition: int = 2020) -> list[Division]:
    """A division list that comes with the package: fugou, cangzhou or tangshan, edition 2018, 2019 or 2020."""
    return read_divisions(files("lianfang.base.areas").joinpath("data", f"{name}_{edition}.csv.gz").read_bytes())


def load_divisions(rows: Iterable[Division], *, edition: int) -> int:
    """Write one edition of a division list as the owner; rows of the same code are brought up to date; returns the count.

    Codes of the same county-level units that the list no longer has keep standing; `record_edition` tells what became of
    them and ends them.
    """
    ordered = sorted(rows, key=lambda row: row.code)
    columns = [
        [row.code for row in ordered],
        [path_of(row.code, Level(row.level)) for row in ordered],
        [row.level for row in ordered],
        [row.name for row in ordered],
        [path_of(row.parent_code, Level(row.level - 1)) if row.level > 1 else "" for row in ordered],
    ]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_area (code, path, level, name, parent_path, edition, note) "
            "select c, p, l, n, pp, %s, '' from unnest(%s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[]) "
            "as t(c, p, l, n, pp) on conflict (code) do update set name = excluded.name, edition = excluded.edition, "
            "parent_path = excluded.parent_path, ended_on = null where areas_area.edition <= excluded.edition",
            [edition, *columns],
        )
    return len(ordered)


def record_edition(
    old: Sequence[Division], new: Sequence[Division], *, years: tuple[int, int], on: date
) -> list[Change]:
    """Load the newer list and write down what became of every code of the older one; returns all fates.

    Codes without a successor under their own number end on the given day; their rows stay, so that old records still
    find a name. What rules can't tell stays undecided until `decide_change`. Fates that a person decided are kept.
    """
    changes = compare_editions(old, new)
    load_divisions(old, edition=years[0])
    load_divisions(new, edition=years[1])
    kept = {row.code for row in new}
    gone = [row.code for row in old if row.code not in kept]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "delete from areas_code_change where edition_from = %s and edition_to = %s and decided_by = 'rule' "
            "and old_code = any(%s) or edition_from = %s and edition_to = %s and decided_by = 'rule' and old_code = '' "
            "and new_code = any(%s)",
            [*years, [row.code for row in old], *years, [row.code for row in new]],
        )
        cursor.execute(
            "insert into areas_code_change (old_code, new_code, kind, edition_from, edition_to, decided_by, note) "
            "select o, n, k, %s, %s, 'rule', t.note from unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as t(o, n, k, note) "
            "where not exists (select 1 from areas_code_change c where c.edition_from = %s and c.edition_to = %s "
            "and c.decided_by <> 'rule' and c.old_code = t.o and t.o <> '') on conflict do nothing",
            [*years, *_fates(changes), *years],
        )
        cursor.execute("update areas_area set ended_on = %s where code = any(%s) and ended_on is null", [on, gone])
    return changes


def _fates(changes: Sequence[Change]) -> list[list[str]]:
    return [
        [change.old_code for change in changes],
        [change.new_code for change in changes],
        [change.kind.value for change in changes],
        [change.note for change in changes],
    ]


def decide_change(
    *, old_code: str, kind: Kind, new_codes: Sequence[str], years: tuple[int, int], decided_by: str, note: str = ""
) -> None:
    """Write down a person's decision about one code: one row for each code it became ('' when it ended).

    Raises areas.decision_wrong when the kind and the number of codes don't fit, or a code is unknown.
    """
    wanted = {Kind.ENDED: 0, Kind.MOVED: 1, Kind.MERGED: 1, Kind.RENAMED: 1, Kind.SAME: 1}.get(kind)
    fits = len(new_codes) == wanted if wanted is not None else kind is Kind.SPLIT and len(new_codes) > 1
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from areas_area where code = any(%s)", [[old_code, *new_codes]])
        if not fits or cursor.fetchone()[0] != len({old_code, *new_codes}):
            raise LianfangError("areas.decision_wrong", code=old_code)
        cursor.execute(
            "delete from areas_code_change where old_code = %s and edition_from = %s and edition_to = %s",
            [old_code, *years],
        )
        for new_code in new_codes or ("",):
            cursor.execute(
                "insert into areas_code_change (old_code, new_code, kind, edition_from, edition_to, decided_by, note) "
                "values (%s, %s, %s, %s, %s, %s, %s) on conflict (edition_from, edition_to, old_code, new_code) do nothing",
                [old_code, new_code, kind.value, *years, decided_by, note],
            )


def close_area(*, path: str, into: Sequence[tuple[str, str]], on: date, decided_by: str) -> None:
    """Close an area between editions: into one (merged), into several (split), or into none (ended).

    into: (12-digit code, name) of the successors; those that don't exist yet are made at the same level beside it.
    Raises areas.unknown.
    """
    kind = Kind.ENDED if not into else Kind.MERGED if len(into) == 1 else Kind.SPLIT
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "select code, level, parent_path, edition from areas_area where path = %s and ended_on is null", [path]
        )
        row = cursor.fetchone()
        if row is None:
            raise LianfangError("areas.unknown", path=path)
        code, level, parent, edition = row
        for new_code, name in into:
            cursor.execute(
                "insert into areas_area (code, path, level, name, parent_path, edition, started_on, note) "
                "values (%s, %s, %s, %s, %s, %s, %s, '') on conflict (code) do nothing",
                [new_code, path_of(new_code, Level(level)), level, name, parent, edition, on],
            )
        cursor.execute("update areas_area set ended_on = %s where code = %s", [on, code])
        for new_code, _ in into or (("", ""),):
            cursor.execute(
                "insert into areas_code_change (old_code, new_code, kind, edition_from, edition_to, decided_by, note) "
                "values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
                [code, new_code, kind.value, edition, edition, decided_by, on.isoformat()],
            )


def add_denominator(*, path: str, what: str, value: int, counted_on: date, source: str) -> None:
    """Write down a published count with its date and source, beside those that are there; the same one twice is once."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_denominator (path, what, value, counted_on, source) values (%s, %s, %s, %s, %s) "
            "on conflict (path, what, counted_on, source) do update set value = excluded.value",
            [path, what, value, counted_on, source],
        )
