"""`lianfang export NAME --area CODE --out FILE.xlsx`: lists as office tables, in the scope of the account that exports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lianfang.cli.actors import actor_for
from lianfang.kernel.divisions import normalise_code, path_of
from lianfang.kernel.errors import LianfangError

Exporter = Callable[[argparse.Namespace, str, Path], int]
_OTHERS: dict[str, Exporter] = {}


def exporter(name: str) -> Callable[[Exporter], Exporter]:
    """Register another list (missing, report, …): a function of arguments, area path and target that returns the rows."""

    def keep(function: Exporter) -> Exporter:
        _OTHERS[name] = function
        return function

    return keep


def add_parser(subparsers: Any) -> argparse.ArgumentParser:
    """Add `export` to the command line."""
    parser: argparse.ArgumentParser = subparsers.add_parser("export", help="write a list as .xlsx")
    parser.add_argument("name", choices=sorted({"residents", "divisions", *_OTHERS}))
    parser.add_argument("--area", metavar="CODE", required=True)
    parser.add_argument("--day", metavar="D", help="YYYY-MM-DD, for lists of a day")
    parser.add_argument(
        "--round", type=int, metavar="N", help="the testing round of a missing list (default: the open one)"
    )
    parser.add_argument("--out", metavar="FILE", required=True)
    parser.add_argument("--as", dest="account", metavar="USER", help="the account that exports")
    parser.set_defaults(run=run)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the command; returns 0, or 1 with the reason on stderr."""
    target = Path(args.out)
    try:
        path = path_of(normalise_code(args.area))
        count = {"residents": _residents, "divisions": _divisions, **_OTHERS}[args.name](args, path, target)
    except LianfangError as error:
        target.unlink(missing_ok=True)
        print(f"{error.render('zh')}\n{error.render('en')}", file=sys.stderr)
        return 1
    print(f"{count} rows → {target}")
    return 0


def _residents(args: argparse.Namespace, path: str, target: Path) -> int:
    from lianfang.domain.residents.api import write_roll

    stamp = datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    return write_roll(actor=actor_for(args.account, path), path=path, target=target, stamp=stamp)


@exporter("missing")
def _missing(args: argparse.Namespace, path: str, target: Path) -> int:
    from lianfang.domain.rounds.export import write_missing

    actor = actor_for(args.account, path, verb="export_small")
    return write_missing(actor=actor, path=path, target=target, number=args.round)


def _divisions(_args: argparse.Namespace, path: str, target: Path) -> int:
    from lianfang.base.areas.api import subtree
    from lianfang.exchange.tables import ColumnSpec, write_table

    columns = [
        ColumnSpec("code", "区划代码", "Code"),
        ColumnSpec("name", "名称", "Name"),
        ColumnSpec("level", "层级", "Level"),
    ]
    lines = subtree(path)
    return write_table(target, columns=columns, rows=((line.code, line.name, str(line.level)) for line in lines))
