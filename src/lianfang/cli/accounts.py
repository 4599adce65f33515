"""`lianfang accounts`: what only the operator of the server does: list accounts, and print a slip for anybody.

Each slip is on record as made by the operator.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from lianfang.cli import papers, phrases, runtime


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command."""
    parser = subparsers.add_parser("accounts", help="list accounts, print a slip (at the server itself)")
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    listing = what.add_parser("list", help="user names, roles and states")
    runtime.add_data_option(listing)
    slip = what.add_parser("slip", help="a new one-time slip for an account")
    slip.add_argument("username", metavar="USER")
    slip.add_argument("--for", dest="purpose", choices=("start", "password", "device"), default="start")
    slip.add_argument("--slips", type=Path, metavar="FILE", help="write it to print as .html as well")
    runtime.add_data_option(slip)
    return parser


def run(args: argparse.Namespace) -> int:
    """Run the sub-command."""
    phrases.require_data(args.data.resolve())
    with runtime.database(args.data) as target:
        runtime.prepare(target)
        return _list() if args.what == "list" else _slip(args)


def _slip(args: argparse.Namespace) -> int:
    from lianfang.base.access.slips import issue_as_operator

    paper, address = papers.reserve(args.slips), papers.address_of(args.data.resolve())
    try:
        made = issue_as_operator(args.username, args.purpose)
    except BaseException:
        if paper is not None:
            paper.unlink()
        raise
    papers.tell([replace(made, role=args.purpose)], address)
    if paper is not None:
        papers.write(paper, [made], address)
    return 0


def _list() -> int:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select a.username, string_agg(g.role || coalesce(' ' || nullif(g.path, ''), ''), ', ' order by g.id), "
            "starts_with(a.password, '!'), a.active from access_account a left join access_grant g on g.account_id = a.id "
            "and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()) group by a.id order by a.username"
        )
        for username, grants, waiting, active in cursor.fetchall():
            state = "off" if not active else "not begun" if waiting else "active"
            print(f"{username}\t{state}\t{grants or '-'}")
    return 0
