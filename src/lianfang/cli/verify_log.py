"""`lianfang verify-log`: check the chain of seals over the log of facts."""

from __future__ import annotations

import argparse
import sys

import psycopg

from lianfang.base.database.connect import ADMIN
from lianfang.cli import phrases, runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser(
        "verify-log", help="check that no fact was changed, added or removed after it was sealed"
    )
    runtime.add_data_option(parser)
    return parser


def run(args: argparse.Namespace) -> int:
    """Verify; 0 when every seal holds, 1 with the first that does not."""
    from lianfang.base.facts.seal import verify

    phrases.require_data(args.data.resolve())
    with runtime.database(args.data) as target, psycopg.connect(target.conninfo(ADMIN)) as connection:
        verdict = verify(connection)
    if verdict.broken_at is None:
        print(f"{verdict.seals} seals over {verdict.rows} facts hold")
        return 0
    print(f"seal {verdict.broken_at} does not hold: {verdict.reason}", file=sys.stderr)
    return 1
