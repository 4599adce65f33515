"""Accounts and their grants for the security administrator: reads, giving, lending, ending. The database decides each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from lianfang.base.access.pages import reader_language
from lianfang.base.access.rules import ROLES
from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.database.errors import refusals
from lianfang.base.vault.api import system_box
from lianfang.kernel.divisions import PATH_LENGTH, Level, path_of
from lianfang.kernel.errors import LianfangError, define

PAGE: Final = 50
"""Accounts on one page: an assumption."""
PHONE_COLUMN: Final = b"access_account.phone_sealed"
_USERNAME: Final = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9._@\u4e00-\u9fff-]{1,59}")
NOT_GIVEN: Final = frozenset({"resident"})
"""Roles that nobody gives: a resident has no account."""

define(
    "access.not_to_self",
    status=403,
    zh="不能更改自己的授权和会话。请由另一位安全管理员办理。",
    en="Nobody changes their own grants or sessions. Ask another security administrator.",
)
define(
    "access.above_own_area",
    status=403,
    zh="不能授予超出自己管辖区域的权限。请由上级安全管理员办理。",
    en="Nothing above your own area can be granted. Ask the security administrator above you.",
)
define(
    "access.role_unknown",
    status=422,
    zh="没有这个岗位。请从列表中选择。",
    en="There is no such role. Choose one from the list.",
)
define(
    "access.area_unknown",
    status=422,
    zh="找不到这个区划或楼栋。请核对12位区划代码，或16位楼栋编号。",
    en="There is no such area or building. Check the twelve digits of the area, or the sixteen of the building.",
)
define(
    "access.area_too_wide",
    status=422,
    zh="这个岗位不能管这么大的范围。请选择下一级的区划或楼栋。",
    en="This role is not given for so wide an area. Choose one further down, or a building.",
)
define(
    "access.username_wrong",
    status=422,
    zh="账号由2至60位小写字母、数字、汉字或 . _ @ - 组成，以字母、数字或汉字开头。",
    en="A user name has 2 to 60 small letters, digits, Chinese characters or . _ @ -, and does not begin with a sign.",
)
define(
    "access.username_taken",
    status=409,
    zh="这个账号已有人使用。请另取一个。",
    en="This user name is taken. Choose another.",
)
define(
    "access.name_wrong",
    status=422,
    zh="姓名应为2至40个字，不含数字。",
    en="A name has 2 to 40 characters and no digits.",
)
define(
    "access.phone_wrong",
    status=422,
    zh="电话号码不对。请填写11位手机号，或带区号的座机号；没有可留空。",
    en="The telephone number is not right. Give eleven digits, or a landline with its area code; or leave it blank.",
)
define(
    "access.end_past",
    status=422,
    zh="到期时间已过，或早于开始时间。请填写以后的时间。",
    en="The end lies in the past or before the beginning. Enter a later time.",
)
define(
    "access.admin_apart",
    status=409,
    zh="系统、安全、审计管理员须由不同账号担任，也不能兼任其他岗位。请先结束原有授权，或使用另一个账号。",
    en="System, security and audit administration each need an account without any other role. "
    "End the other grant first, or take another account.",
)
define(
    "access.granted_already",
    status=409,
    zh="这个账号在该区域已有同样的授权。",
    en="The account holds this grant for this area already.",
)
define(
    "access.grid_unknown",
    status=422,
    zh="请填写该村社区现有网格的名称，多个用顿号分开。",
    en="Name the grids of this community as they stand now, separated by commas.",
)
define(
    "access.grant_ended",
    status=409,
    zh="这项授权已经结束。",
    en="This grant has ended already.",
)


@dataclass(frozen=True)
class Account:
    """One account in reach. sessions: how many are live; waiting: no password was set yet; second: has an authenticator."""

    id: int
    username: str
    name: str
    active: bool
    locked_until: datetime | None
    sessions: int
    waiting: bool = False
    second: bool = False


@dataclass(frozen=True)
class Grant:
    """One grant in reach. place: name of its area or building; grids: names of its grids."""

    id: int
    account_id: int
    role: str
    scope: str
    path: str
    place: str
    grids: str
    starts_at: datetime
    ends_at: datetime | None
    live: bool


@dataclass(frozen=True)
class Session:
    """One live session. handle: how pages name it; kind: web, device, cli."""

    handle: str
    grant_id: int
    role: str
    kind: str
    device: str
    created_at: datetime
    expires_at: datetime


def role_words(role: str) -> str:
    """A role in the reader's language."""
    if reader_language() == "en":
        return role.replace("_", " ").capitalize()
    return ROLES[role].label if role in ROLES else role


def accounts(*, word: str = "", after: str = "", limit: int = PAGE) -> list[Account]:
    """Accounts in the caller's reach whose user name begins with a word, by user name. after: the last one seen."""
    return [_account(row) for row in _rows("select * from access_accounts(%s, %s, %s, null)", [word, after, limit])]


def account(number: int) -> Account:
    """One account in reach; raises access.not_found."""
    rows = _rows("select * from access_accounts('', '', 1, %s)", [number])
    if not rows:
        raise LianfangError("access.not_found")
    return _account(rows[0])


def grants_of(numbers: Sequence[int]) -> list[Grant]:
    """The grants of some accounts, as far as they are in reach, oldest first."""
    return [Grant(*row) for row in _rows("select * from access_grants_of(%s::bigint[])", [list(numbers)])]


def sessions_of(number: int) -> list[Session]:
    """The live sessions of an account, newest first."""
    return [Session(*row) for row in _rows("select * from access_sessions_of(%s)", [number])]


def give(
    *, account_id: int, role: str, code: str, grids: Sequence[str] = (), starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> int:  # fmt: skip
    """Give a role in an area, or lend it until `ends_at`; returns the grant's number.

    code: twelve digits, sixteen for a building, '' for the whole installation. The kind of scope is the role's own.
    Raises access.not_to_self, access.above_own_area, access.role_unknown, access.area_unknown, access.area_too_wide,
    access.grid_unknown, access.end_past, access.admin_apart, access.granted_already.
    """
    if role not in ROLES or role in NOT_GIVEN:
        raise LianfangError("access.role_unknown")
    return int(
        _change(
            "select access_grant_give(%s, %s, %s, %s::text[], %s, %s)",
            [account_id, role, _path(code), list(grids), starts_at, ends_at],
        )
    )


def end_grant(number: int) -> None:
    """End a grant and its sessions at once; raises access.not_found, access.not_to_self, access.grant_ended."""
    _change("select access_grant_end(%s)", [number])


def end_sessions(account_id: int) -> int:
    """End the live sessions of an account; returns how many. Raises access.not_found, access.not_to_self."""
    return int(_change("select access_sessions_close(%s)", [account_id]))


def end_session(account_id: int, handle: str) -> None:
    """End one session, of oneself or of somebody in reach; raises access.not_found."""
    _change("select access_session_close(%s, %s)", [account_id, handle])


def make_account(*, username: str, name: str, phone: str = "") -> int:
    """Make an account without a password, as the entered security administrator; returns its number.

    Raises access.username_wrong, access.username_taken, access.name_wrong, access.phone_wrong.
    """
    box = system_box()
    username, name, phone = checked_username(username), checked_name(name), checked_phone(phone)
    sealed = box.seal(phone.encode(), PHONE_COLUMN) if phone else None
    return int(
        _change("select access_account_make(%s, %s, %s)", [username, box.seal(name.encode(), _NAME_COLUMN), sealed])
    )


def checked_username(text: str) -> str:
    """A user name as it is kept; raises access.username_wrong."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not _USERNAME.fullmatch(plain):
        raise LianfangError("access.username_wrong")
    return plain


def checked_name(text: str) -> str:
    """A person's name as it is kept: two to forty characters, no digits; raises access.name_wrong."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    if not 2 <= len(plain) <= 40 or any(sign.isdigit() or not sign.isprintable() for sign in plain):
        raise LianfangError("access.name_wrong")
    return plain


def checked_phone(text: str) -> str:
    """A mobile or landline number as it is kept, '' when there is none; raises access.phone_wrong."""
    plain = re.sub(r"[\s()（）-]", "", unicodedata.normalize("NFKC", text)).removeprefix("+86")
    if plain and not re.fullmatch(r"1[3-9][0-9]{9}|0[0-9]{9,11}|[2-9][0-9]{6,7}", plain):
        raise LianfangError("access.phone_wrong")
    return plain


def _path(code: str) -> str:
    if not code:
        return ""
    if len(code) == PATH_LENGTH[Level.BUILDING] and code.isascii() and code.isdigit():
        return code
    try:
        return path_of(code)
    except LianfangError:
        raise LianfangError("access.area_unknown") from None


def _account(row: tuple[Any, ...]) -> Account:
    number, username, sealed, *rest = row
    return Account(number, username, system_box().open(sealed, _NAME_COLUMN).decode(), *rest)


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _change(sql: str, parameters: Sequence[Any]) -> Any:
    with refusals(), transaction.atomic():
        return _rows(sql, parameters)[0][0]
