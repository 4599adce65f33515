"""`lianfang prepare`: roles, schema and policies of a database (embedded, or the server of DATABASE_URL)."""

from __future__ import annotations

import argparse

from lianfang.cli import runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("prepare", help="prepare roles, schema and policies of the database")
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Prepare and say where."""
    with runtime.database(args.data, say=print) as target:
        runtime.prepare(target)
        print(f"prepared {target.database} at {target.host}")
    return 0
