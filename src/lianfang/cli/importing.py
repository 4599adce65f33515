"""`lianfang import …`: divisions, boundaries, buildings, compounds, residents and members from a file.

Divisions and boundaries are public data and set up by the operator of the machine. What stands in communities is written by
somebody who may: `--as USER` names the account; without it the account whose live grant is nearest to the area is taken.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from lianfang.cli import accounts_table, members, results
from lianfang.cli.actors import actor_for
from lianfang.kernel.divisions import normalise_code, path_of
from lianfang.kernel.errors import LianfangError, define

define(
    "import.file_missing",
    status=422,
    zh="找不到文件“{path}”。请核对路径。",
    en="There is no file '{path}'. Check the path.",
)
WHAT = ("divisions", "boundaries", "buildings", "compounds", "residents", "members", "results", "accounts")


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `import` to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser("import", help="bring a file into the database")
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("file", nargs="?", metavar="FILE")
    parser.add_argument("--area", metavar="CODE", help="the area the file is about, by its statistical code")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and keep nothing")
    parser.add_argument("--round", type=int, metavar="N", help="the testing round of laboratory results")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when any row was not taken")
    parser.add_argument("--undo", type=int, metavar="ID", help="take an earlier import back")
    parser.add_argument("--as", dest="account", metavar="USER", help="the account that imports")
    parser.add_argument(
        "--register",
        choices=("household", "returnee", "unit", "volunteer", "sampling_team"),
        help="which kind of list it is",
    )
    parser.add_argument("--edition", type=int, help="year of a division list")
    parser.add_argument("--refused", metavar="FILE", help="write the rows that were not taken, with reasons, as .xlsx")
    parser.add_argument(
        "--coordinates", choices=("wgs84", "gcj02"), help="coordinate system of boundaries or buildings"
    )
    parser.add_argument(
        "--slips", type=Path, metavar="FILE", help="where the slips of new accounts are written (.html)"
    )
    parser.add_argument("--source", default="", help="where a public file comes from, kept beside the data")
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the command; Django is set up and the database runs. Returns 0, 1 (refused) or 2 (wrong usage)."""
    if args.undo is None and not args.file:
        print("FILE or --undo ID is needed", file=sys.stderr)
        return 2
    if args.file and args.undo is None and not Path(args.file).is_file():
        return _refuse(LianfangError("import.file_missing", path=args.file))
    try:
        return _RUNNERS[args.what](args)
    except LianfangError as error:
        return _refuse(error)


def _refuse(error: LianfangError) -> int:
    print(f"{error.render('zh')}\n{error.render('en')}", file=sys.stderr)
    return 1


def _area(args: argparse.Namespace) -> str:
    if not args.area:
        raise LianfangError("request.malformed", field="--area", value="", reason="a statistical code is needed")
    return path_of(normalise_code(args.area))


def _residents(args: argparse.Namespace) -> int:
    from lianfang.domain.residents.api import import_residents, undo_import, write_refused_rows

    if args.undo is not None:
        undone = undo_import(actor=actor_for(args.account, _area_of_import(args.undo)), file_id=args.undo)
        print(f"removed {undone.removed}, put back {undone.restored}, kept {undone.kept} that something touched since")
        return 1 if args.strict and undone.kept else 0
    area = _area(args)
    actor = actor_for(args.account, area)
    report = import_residents(
        actor=actor,
        path_to_file=Path(args.file),
        area_path=area,
        dry_run=args.dry_run,
        register=args.register or "household",
    )
    for note in report.notes:
        print(note)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(report.counts.items()))
    number = f"import {report.file_id}: " if report.file_id is not None else "dry run: "
    print(f"{number}{report.rows} rows, {counts}; {report.taken} written in {report.seconds:.1f} s")
    if args.refused and report.file_id is not None:
        write_refused_rows(actor=actor, file_id=report.file_id, target=Path(args.refused))
    left = report.counts.get("refused", 0) + report.counts.get("needs_person", 0)
    if args.strict and left:
        return 1
    return 1 if report.rows and left == report.rows else 0


def _area_of_import(file_id: int) -> str:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from residents_import_file where id = %s", [file_id])
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("residents.import_unknown", number=file_id)
    return str(row[0])


def _divisions(args: argparse.Namespace) -> int:
    from lianfang.base.areas.api import load_divisions, read_divisions

    if args.edition is None:
        raise LianfangError("request.malformed", field="--edition", value="", reason="the year of the list is needed")
    rows = read_divisions(Path(args.file))
    if args.dry_run:
        print(f"dry run: {len(rows)} divisions of the edition {args.edition}")
        return 0
    print(f"{load_divisions(rows, edition=args.edition)} divisions of the edition {args.edition}")
    return 0


def _boundaries(args: argparse.Namespace) -> int:
    from lianfang.base.areas.api import load_boundaries, read_boundaries

    raw = Path(args.file).read_bytes()
    if args.dry_run:
        print(f"dry run: {len(read_boundaries(raw, coordinates=args.coordinates))} outlines")
        return 0
    count, unknown = load_boundaries(raw, coordinates=args.coordinates, source=args.source or Path(args.file).name)
    print(f"{count} outlines; {len(unknown)} of areas that are not in the division list: {' '.join(unknown[:10])}")
    return 1 if (args.strict and unknown) or not count else 0


def _places(args: argparse.Namespace) -> int:
    from lianfang.cli import places  # reads the areas: Django is ready only now

    area = _area(args)
    return places.run(args, area, actor_for(args.account, area))


_RUNNERS = {
    "divisions": _divisions,
    "boundaries": _boundaries,
    "buildings": _places,
    "compounds": _places,
    "residents": _residents,
    "members": members.run,
    "results": results.run,
    "accounts": accounts_table.run,
}
