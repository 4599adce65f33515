"""`lianfang import buildings|compounds FILE --area CODE`: what stands in communities, from an office's table."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from lianfang.base.access.api import Actor, enter
from lianfang.base.areas.api import NewBuilding, NewCompound, add_buildings, add_compounds, subtree
from lianfang.exchange.tables import ColumnSpec, Kind, read_table
from lianfang.kernel.errors import LianfangError, define

define(
    "places.not_known",
    status=422,
    zh="第{row}行：没有写名称，或找不到所属的村（社区），或有同名。请写名称和村（社区）的统计代码。",
    en="Row {row}: it has no name, or its community is not known, or two have that name. Write the name and the community's code.",
)
define(
    "places.gates_wrong",
    status=422,
    zh="第{row}行：出入口数是{gates}。请写1至{most}之间的数。",
    en="Row {row}: {gates} gates. Write a number from 1 to {most}.",
)

COMMUNITY: Final = ColumnSpec(
    "community", "村社区", "Community", Kind.REGION, ("社区", "村", "所属社区", "社区代码", "村社区代码")
)
BUILDINGS: Final = (
    COMMUNITY,
    ColumnSpec("compound", "小区", "Compound", synonyms=("小区或自然村", "小区名称", "自然村")),
    ColumnSpec("building", "楼栋", "Building", synonyms=("楼号", "栋号", "楼"), required=True),
    ColumnSpec("floors", "层数", "Floors", Kind.INT, ("楼层数",)),
    ColumnSpec("entrances", "单元数", "Entrances", Kind.INT),
)
COMPOUNDS: Final = (
    COMMUNITY,
    ColumnSpec("compound", "小区", "Compound", synonyms=("小区名称", "小区或自然村", "自然村", "楼院"), required=True),
    ColumnSpec("gates", "出入口数", "Gates", Kind.INT, ("出入口", "大门数", "门岗数")),
    ColumnSpec("manager", "有无物业", "Property manager", synonyms=("物业", "物业公司", "物业服务企业")),
)
"""A list of compounds as a housing office keeps it: gates and manager weigh where people are sent."""
UNMANAGED: Final = frozenset({"无", "没有", "无物业", "否", "开放式", "自管", "no", "none"})
"""Words of the column for the manager that say there is none; an empty cell says nothing, and one is assumed."""
MOST_GATES: Final = 99
"""More gates than any compound has (assumption): a higher number is a slip of the keyboard."""


@dataclass(frozen=True)
class Told:
    """What became of a list: rows that could be used, how many were new, and a sentence in both languages for each row that could not."""

    rows: int
    new: int
    refused: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    number: int
    community: str | None
    cells: dict[str, Any]


def import_compounds(actor: Actor, area: str, source: Path | bytes, *, dry_run: bool = False) -> Told:
    """Register the compounds of a list in the actor's scope: gates and managers of known ones are brought up to date."""
    rows, bad = _read(area, source, COMPOUNDS)
    found = []
    for row in rows:
        gates = row.cells["gates"] if row.cells["gates"] is not None else 1
        if row.community is None or not row.cells["compound"]:
            bad.setdefault(row.number, _said("places.not_known", row=row.number))
        elif not 1 <= gates <= MOST_GATES:
            bad.setdefault(row.number, _said("places.gates_wrong", row=row.number, gates=gates, most=MOST_GATES))
        elif row.number not in bad:
            managed = str(row.cells["manager"] or "").strip().lower() not in UNMANAGED
            found.append(NewCompound(row.community, str(row.cells["compound"]), gates, managed))
    return _written(actor, found, add_compounds, bad, dry_run)


def import_buildings(actor: Actor, area: str, source: Path | bytes, *, dry_run: bool = False) -> Told:
    """Write the buildings of a list in the actor's scope, with the compounds they stand in."""
    rows, bad = _read(area, source, BUILDINGS)
    found = []
    for row in rows:
        if row.community is None or not row.cells["building"]:
            bad.setdefault(row.number, _said("places.not_known", row=row.number))
        elif row.number not in bad:
            cells = row.cells
            found.append(NewBuilding(
                row.community, str(cells["compound"] or ""), str(cells["building"]), cells["floors"], cells["entrances"]))  # fmt: skip
    return _written(actor, found, add_buildings, bad, dry_run)


def _read(area: str, source: Path | bytes, columns: tuple[ColumnSpec, ...]) -> tuple[list[_Row], dict[int, str]]:
    """The rows with the path of their community (None: not known, or two have this name), and what the reader refused."""
    batch = read_table(source, columns=columns).read_all()
    by_word = _communities(area)
    own = area if len(area) == 12 else None
    bad = {verdict.row: f"{verdict.sentence('zh')} {verdict.sentence('en')}" for verdict in batch.verdicts}
    rows = []
    for at, number in enumerate(batch.rows):
        cells = {spec.name: batch.columns[spec.name][at] for spec in columns}
        said = cells["community"]
        rows.append(_Row(number, by_word.get(str(said)) if said else own, cells))
    return rows, bad


def _said(code: str, **values: int) -> str:
    """A sentence in both languages: who sits at the machine is not known here."""
    error = LianfangError(code, **values)
    return f"{error.render('zh')} {error.render('en')}"


def _communities(area: str) -> dict[str, str]:
    """Paths of communities by code, and by each name that only one of them has."""
    lines = subtree(area, level=5)
    named = Counter(word for line in lines for word in {line.name, line.short})
    found = {word: line.path for line in lines for word in (line.name, line.short) if named[word] == 1}
    return found | {line.code: line.path for line in lines}


def _written(actor: Actor, found: list[Any], write: Any, bad: dict[int, str], dry_run: bool) -> Told:
    with transaction.atomic():
        enter(actor.token_digest)
        made = write(found)
        if dry_run:
            transaction.set_rollback(True)
    return Told(len(found), made, tuple(bad.values()))


def run(args: argparse.Namespace, area: str, actor: Actor) -> int:
    """Import a list of buildings or compounds; returns 0, or 1 when nothing was taken (with --strict: anything left)."""
    work = import_compounds if args.what == "compounds" else import_buildings
    told = work(actor, area, Path(args.file), dry_run=args.dry_run)
    for sentence in told.refused:
        print(sentence, file=sys.stderr)
    mark = "dry run: " if args.dry_run else ""
    print(f"{mark}{told.new} new {args.what} of {told.rows}; {len(told.refused)} rows refused")
    return 1 if not told.rows or (args.strict and told.refused) else 0


__all__ = ["BUILDINGS", "COMPOUNDS", "Told", "import_buildings", "import_compounds", "run"]
