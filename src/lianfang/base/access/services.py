"""Signing in, sessions, accounts and grants."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, connections, transaction

import lianfang.kernel.errors_catalogue  # noqa: F401  (defines the codes used here)
from lianfang.base.access import second
from lianfang.base.access.actor import Actor
from lianfang.base.access.rules import AREA_FACTS, ROLES, needs_second
from lianfang.base.access.second import LOCK_AFTER, LOCK_MINUTES
from lianfang.base.database.errors import refusals
from lianfang.base.vault.api import system_box
from lianfang.kernel.errors import LianfangError, define

SESSION_HOURS = 12
"""assumption: one long shift."""
DEVICE_HOURS = 24 * 30
"""assumption: an enrolled phone stays signed in for a month, because it must work offline."""
_NAME_COLUMN = b"access_account.name"

define(
    "sign_in.no_grant",
    status=422,
    zh="账号没有有效的授权。请联系安全管理员。",
    en="The account holds no live grant. Ask the security administrator.",
)


def token_digest(token: str) -> bytes:
    """What the database keeps of a session token."""
    return hashlib.sha256(token.encode()).digest()


def enter(digest: bytes) -> Actor | None:
    """Enter the scope of a session for the running transaction; None when the session or its grant is not live."""
    with connection.cursor() as cursor:
        cursor.execute("select * from access_enter(%s)", [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    account, grant, role, scope, path, grids, unit, username, sealed, language, kind, _ = row
    return Actor(
        account_id=account, grant_id=grant, role=role, scope=scope, path=path, grids=tuple(grids or ()), username=username,
        name=system_box().open(sealed, _NAME_COLUMN).decode(), language=language, kind=kind, token_digest=digest, unit=unit,
    )  # fmt: skip


@contextmanager
def scoped(actor: Actor | None) -> Iterator[None]:
    """A transaction in an actor's scope (inside the transaction of a request a savepoint of it), with refusals of the
    database as errors of the catalogue. Without an actor: in the scope that was entered already. Raises session.expired."""
    with refusals(), transaction.atomic():
        if actor is not None and enter(actor.token_digest) is None:
            raise LianfangError("session.expired")
        yield


def with_area_name(actor: Actor, name: str) -> Actor:
    """The same actor with the name of its area for the page head."""
    return replace(actor, area_name=name)


@dataclass(frozen=True)
class Known:
    """Somebody whose password was right. second: has an authenticator; needs_second: the policy asks for one."""

    account_id: int
    username: str
    second: bool
    needs_second: bool


def check_credentials(username: str, password: str) -> Known:
    """Check a password without opening a session yet; raises session.credentials_wrong or session.locked.

    A name that nobody has is counted and locked like any other, and costs the same password check.
    """
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        cursor.execute(
            "select account_id, password, coalesce(locked_until > now(), false), second from access_login_find(%s)",
            [username],
        )
        account, encoded, locked, second = cursor.fetchone()
        good = check_password(password, encoded if account is not None else _dummy()) and account is not None
        if not locked and not good:
            cursor.execute("select access_login_failed(%s, %s, %s)", [username, LOCK_AFTER, LOCK_MINUTES])
    if locked:  # raised outside, so that the counted failure is kept
        raise LianfangError("session.locked", minutes=LOCK_MINUTES)
    if not good:
        raise LianfangError("session.credentials_wrong")
    return Known(account, username, second, _policy_asks(account))


def known_account(account_id: int) -> Known | None:
    """Somebody who has proven who they are by a slip or an earlier step; None when the account is closed."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select username, second from access_account_find(%s)", [account_id])
        row = cursor.fetchone()
    return None if row is None else Known(account_id, row[0], row[1], _policy_asks(account_id))


def _policy_asks(account: int) -> bool:
    return settings.SECOND_FACTOR and any(needs_second(role) for _, role, _, _ in grants_to_work_under(account))


def grants_to_work_under(account: int) -> list[tuple[int, str, str, str]]:
    """The live grants of an account as (number, role, scope, path), the newest first."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select grant_id, role, scope, path from access_login_grants(%s)", [account])
        return list(cursor.fetchall())


def sign_in(username: str, password: str, *, grant_id: int | None = None, code: str | None = None) -> str:
    """Check a password, and a code where one is needed, and open a web session; returns its token.

    Raises session.credentials_wrong, session.locked, sign_in.no_grant, second.code_wrong, or second.missing when the
    policy asks for a second factor that was never set.
    """
    known = check_credentials(username, password)
    if known.second:
        second.check_code(known.account_id, known.username, code or "")
    elif known.needs_second:
        raise LianfangError("second.missing")
    return open_web_session(known.account_id, grant_id=grant_id)


def open_web_session(account_id: int, *, grant_id: int | None = None) -> str:
    """Open a browser session for somebody who has proven who they are; returns its token. Raises sign_in.no_grant."""
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        return _open(cursor, account_id, grant_id, "web", "", SESSION_HOURS)


@cache
def _dummy() -> str:
    """A password hash nobody knows, so that an unknown user name takes as long as a wrong password."""
    return make_password(secrets.token_urlsafe(16))


def open_session(account_id: int, *, grant_id: int | None = None, kind: str = "device", device: str = "") -> str:
    """Open a session without a password (enrolling a phone from a signed-in desk, tests); returns its token."""
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        return _open(cursor, account_id, grant_id, kind, device, DEVICE_HOURS)


def _open(cursor: object, account: int, grant_id: int | None, kind: str, device: str, hours: int) -> str:
    run = cursor.execute  # type: ignore[attr-defined]
    if grant_id is None:
        run("select grant_id from access_login_grants(%s) limit 1", [account])
        row = cursor.fetchone()  # type: ignore[attr-defined]
        if row is None:
            raise LianfangError("sign_in.no_grant")
        grant_id = row[0]
    token = secrets.token_urlsafe(32)
    run(
        "select access_login_done(%s, %s, %s, %s, %s, %s)",
        [account, grant_id, token_digest(token), kind, device, hours],
    )
    if not cursor.fetchone()[0]:  # type: ignore[attr-defined]
        raise LianfangError("sign_in.no_grant")
    return token


def end_session(digest: bytes) -> None:
    """End a session at once, also on phones that still hold its token."""
    with connection.cursor() as cursor:
        cursor.execute("select access_end_session(%s)", [digest])


# -- set-up, as the owner -----------------------------------------------------------------------------------------------


def create_account(*, username: str, name: str, password: str) -> int:
    """Create an account (set-up and security administration, as the owner role); returns its number."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into access_account (username, name_sealed, password, language, active, failed) "
            "values (%s, %s, %s, '', true, 0) returning id",
            [username, system_box().seal(name.encode(), _NAME_COLUMN), make_password(password)],
        )
        return int(cursor.fetchone()[0])


def create_grant(
    *, account_id: int, role: str, path: str = "", scope: str | None = None, grids: list[int] | None = None,
    ends_at: datetime | None = None,
) -> int:  # fmt: skip
    """Give a role in a scope (as the owner role); the kind of scope is the role's own unless narrowed; returns its number."""
    if role not in ROLES:
        raise ValueError(f"unknown role {role!r}")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into access_grant (account_id, role, scope, path, grids, unit, ends_at) "
            "values (%s, %s, %s, %s, %s, '', %s) returning id",
            [account_id, role, scope or ROLES[role].scope, path, grids or [], ends_at],
        )
        return int(cursor.fetchone()[0])


def load_rights() -> int:
    """Write the access policy into the database, so that policies and functions can ask it; returns the number of lines."""
    rows: set[tuple[str, str, str, str]] = set()
    for role in ROLES.values():
        rows |= {(role.name, *right) for right in role.rights}
        if ("record", "all_facts_of_area", "") in role.rights:
            rows |= {(role.name, "record", verb, "") for verb in AREA_FACTS}
    ordered = sorted(rows)
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into access_role (name, scope, highest) select * from unnest(%s::text[], %s::text[], %s::smallint[]) "
            "on conflict (name) do update set scope = excluded.scope, highest = excluded.highest",
            [[r.name for r in ROLES.values()], [r.scope for r in ROLES.values()], [r.highest for r in ROLES.values()]],
        )
        cursor.execute("delete from access_right")
        cursor.execute(
            "insert into access_right (role, kind, object, level) select * from unnest(%s::text[], %s::text[], %s::text[], %s::text[])",
            [list(column) for column in zip(*ordered, strict=True)],
        )
    return len(ordered)
