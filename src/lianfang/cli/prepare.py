"""`lianfang prepare`: roles, schema and policies of a database (embedded, or the server of DATABASE_URL).

Only with `--create` is a database made where there is none, so that a mistyped folder makes none.
"""

from __future__ import annotations

import argparse

from lianfang.cli import runtime
from lianfang.cli.phrases import require_data


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("prepare", help="prepare roles, schema and policies of the database")
    parser.add_argument("--create", action="store_true", help="make the database when the data folder holds none")
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Prepare and say where; raises keeping.no_data."""
    if not args.create:
        require_data(args.data.resolve())
    with runtime.database(args.data, say=print) as target:
        runtime.prepare(target)
        print(f"prepared {target.database} at {target.host}")
    return 0
