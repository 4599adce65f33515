"""`lianfang import results FILE --round N`: laboratory results from a table, through the door like the page does."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lianfang.kernel.errors import LianfangError, define

define(
    "results.nobody_may",
    status=403,
    zh="没有可以上报检测结果的账号。请用 --as 指定检测机构的账号，或先由安全管理员授权。",
    en="No account may report results. Name a laboratory's account with --as, or let the security administrator grant it first.",
)
define(
    "results.round_unknown",
    status=422,
    zh="没有进行中的检测轮次{round}。进行中的有：{known}。",
    en="There is no open testing round {round}. Open are: {known}.",
)


def run(args: argparse.Namespace) -> int:
    """Report a file; Django is set up and the database runs. args: file, round, account, strict, refused.

    Returns 0 when any row was taken or known, 1 when none was (or, with strict, when some row was not).
    """
    from django.db import transaction

    from lianfang.base.access.api import enter, token_digest
    from lianfang.domain.rounds import results_file

    with transaction.atomic():
        actor = enter(token_digest(_session(args.account)))
        if actor is None:
            raise LianfangError("session.expired")
        rounds = {one.id: one for one in results_file.open_rounds()}
        one = rounds.get(int(args.round or 0)) or (
            next(iter(rounds.values())) if len(rounds) == 1 and not args.round else None
        )
        if one is None:
            known = "、".join(f"{each.id} {each.name}" for each in rounds.values()) or "–"
            raise LianfangError("results.round_unknown", round=str(args.round or "–"), known=known)
        path = Path(args.file)
        report = results_file.import_results(actor=actor, source=path.read_bytes(), filename=path.name, one=one)
    for note in report.notes:
        print(note)
    for line in report.left:
        print(line.sentence("zh"), line.sentence("en"), file=sys.stderr)
    if args.refused and report.left:
        Path(args.refused).write_bytes(results_file.refused_rows(report, "zh"))
    counts = report.counts
    print(f"{len(report.lines)} rows: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    good = counts["taken"] + counts["duplicate"]
    return 1 if (args.strict and report.left) or (report.lines and not good) else 0


def _session(username: str | None) -> str:
    """A session of the named account, or of the first that may report results."""
    from django.db import connections

    from lianfang.base.access.api import may, open_session

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select a.id, g.id, g.role from access_grant g join access_account a on a.id = g.account_id and a.active "
            "where g.starts_at <= now() and (g.ends_at is null or g.ends_at > now()) "
            "and (%s::text is null or a.username = %s) order by g.role <> 'laboratory', g.id",
            [username, username],
        )
        found = next(
            ((account, grant) for account, grant, role in cursor.fetchall() if may(role, "record", "result")), None
        )
    if found is None:
        raise LianfangError("results.nobody_may")
    return open_session(found[0], grant_id=found[1], kind="cli")
