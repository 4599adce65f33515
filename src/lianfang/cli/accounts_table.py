"""`lianfang import accounts FILE`: accounts of many units from one table, as a security administrator.

The slips of new accounts are written to `--slips FILE` as a page for printing; without it they are shown.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from lianfang.cli import papers
from lianfang.kernel.errors import LianfangError, define

define(
    "accounts.nobody_may",
    status=403,
    zh="没有可以建立账号的安全管理员。请用 --as 指明安全管理员的账号。",
    en="No security administrator may make accounts. Name one with --as.",
)


def run(args: argparse.Namespace) -> int:
    """Judge and, unless it is a dry run, take; 1 when no row was taken, or any was refused with --strict."""
    from django.db import transaction

    from lianfang.base.access import roster
    from lianfang.base.access.api import enter, open_session, token_digest
    from lianfang.web.accounts_table import rows_of

    rows, notes = rows_of(Path(args.file))
    account, grant = _administrator(args.account)
    digest = token_digest(open_session(account, grant_id=grant, kind="cli"))
    paper = None if args.dry_run else papers.reserve(args.slips)
    with transaction.atomic():
        actor = enter(digest)
        if actor is None:
            raise LianfangError("session.expired")
        judged = roster.judge(rows, actor)
        made: list[Any] = []
        if not args.dry_run:
            made, judged = roster.take(judged)
    _say(notes, judged, dry=args.dry_run)
    address = papers.address_of(Path(os.environ["LIANFANG_DATA"]))
    if paper is not None:
        papers.write(paper, made, address)
        print(f"{len(made)} 张纸条 slips: {paper}")
    else:
        papers.tell(made, address)
    refused = sum(one.verdict == "refused" for one in judged)
    return 1 if (args.strict and refused) or (judged and refused == len(judged)) or not judged else 0


def _administrator(username: str | None) -> tuple[int, int]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select a.id, g.id from access_grant g join access_account a on a.id = g.account_id and a.active "
            "where g.role = 'security_admin' and g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()) "
            "and (%s::text is null or a.username = %s) order by length(g.path), g.id limit 1",
            [username, username],
        )
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("accounts.nobody_may")
    return int(row[0]), int(row[1])


def _say(notes: list[str], judged: list[Any], *, dry: bool) -> None:
    for note in notes:
        print(note)
    for one in judged:
        if one.verdict == "refused":
            print(f"{one.row.number}: {one.sentence('zh')} {one.sentence('en')}", file=sys.stderr)
    counts = {word: sum(one.verdict == word for one in judged) for word in ("new", "grant", "same", "refused")}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    print(f"{'dry run: ' if dry else ''}{len(judged)} rows: {told}")
