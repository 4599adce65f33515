"""In whose name the command line works: a named account, or the nearest one that may."""

from __future__ import annotations

from typing import Any

from lianfang.kernel.errors import LianfangError, define

define(
    "import.nobody_may",
    status=403,
    zh="没有可以向{area}导入的账号。请用 --as 指定账号，或先由安全管理员授权。",
    en="No account may import into {area}. Name one with --as, or let the security administrator grant it first.",
)
define(
    "export.nobody_may",
    status=403,
    zh="没有可以从{area}导出这份名单的账号。请用 --as 指定账号，或先由安全管理员授权。",
    en="No account may take this list of {area} away. Name one with --as, or let the security administrator grant it first.",
)


def actor_for(username: str | None, area_path: str, *, verb: str = "import") -> Any:
    """An actor for work at the command line: the named account, else the nearest one that may do this in the area.

    The session it opens is a real one (kind cli) and ends with its usual time. Raises import.nobody_may or, for another
    verb than import, export.nobody_may.
    """
    from django.db import connections, transaction

    from lianfang.base.access.api import enter, may, open_session, token_digest

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select a.id, g.id, g.role from access_grant g join access_account a on a.id = g.account_id and a.active "
            "where starts_with(%s, g.path) and g.path <> '' and g.scope = 'area' and g.starts_at <= now() "
            "and (g.ends_at is null or g.ends_at > now()) and (%s::text is null or a.username = %s) "
            "order by length(g.path) desc, g.id",
            [area_path, username, username],
        )
        found = next(((account, grant) for account, grant, role in cursor.fetchall() if may(role, "other", verb)), None)
    if found is None:
        brings = verb in ("import", "keep_members")
        raise LianfangError("import.nobody_may" if brings else "export.nobody_may", area=area_path)
    token = open_session(found[0], grant_id=found[1], kind="cli")
    with transaction.atomic():
        actor = enter(token_digest(token))
    if actor is None:
        raise LianfangError("session.expired")
    return actor
