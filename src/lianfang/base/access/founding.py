"""The first three accounts of an installation: system, security and audit administration, each held by a person of its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connections, transaction

from lianfang.base.access.accounts import checked_name, checked_username
from lianfang.base.access.rules import ADMINISTRATORS, ROLES
from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.access.slips import Slip, issue_as_operator
from lianfang.base.vault.api import system_box
from lianfang.kernel.errors import LianfangError, define

TOLD: Final = "the operator of the server"

define(
    "founding.same_person",
    status=422,
    zh="系统、安全、审计三个管理员须是三个不同的人：{first}与{second}的姓名或账号相同。请换一个人。",
    en="System, security and audit administration need three people: {first} and {second} share a name or a user name. "
    "Name somebody else.",
)
define(
    "founding.done_already",
    status=409,
    zh="这里已有账号，不再初始化；原有数据没有改动。管理员的纸条丢失时，请用 lianfang accounts slip。",
    en="There are accounts here already; nothing was changed. If an administrator's slip is lost, use lianfang accounts slip.",
)


@dataclass(frozen=True)
class Founder:
    """One of the three. role: system_admin, security_admin or audit_admin."""

    role: str
    name: str
    username: str


def checked(founders: Sequence[Founder]) -> list[Founder]:
    """The three as they are kept; raises founding.same_person and what names and user names can be refused for."""
    made = [Founder(one.role, checked_name(one.name), checked_username(one.username)) for one in founders]
    if sorted(one.role for one in made) != sorted(ADMINISTRATORS):
        raise ValueError("one founder for each of the three administrations")
    for at, one in enumerate(made):
        for other in made[:at]:
            if _same(one.name, other.name) or one.username == other.username:
                raise LianfangError("founding.same_person", first=_words(other), second=_words(one))
    return made


def founded() -> bool:
    """Whether this installation has accounts."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select exists (select 1 from access_account)")
        return bool(cursor.fetchone()[0])


def found(founders: Sequence[Founder]) -> list[Slip]:
    """Make the three accounts with their slips, all or none; raises founding.done_already and what `checked` raises."""
    ready, box, made = checked(founders), system_box(), []
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("lock table access_account in share row exclusive mode")
        if founded():
            raise LianfangError("founding.done_already")
        for one in ready:
            cursor.execute(
                "insert into access_account (username, name_sealed, password, language, active, failed) "
                "values (%s, %s, '!', '', true, 0) returning id",
                [one.username, box.seal(one.name.encode(), _NAME_COLUMN)],
            )
            account = cursor.fetchone()[0]
            cursor.execute(
                "insert into access_grant (account_id, role, scope, path, grids, unit) values (%s, %s, %s, '', '{}', '') "
                "returning id",
                [account, one.role, ROLES[one.role].scope],
            )
            cursor.execute(
                "insert into access_event (what, account_id, detail) values ('granted', %s, %s)",
                [account, f"grant {cursor.fetchone()[0]}, {one.role} at everywhere, by {TOLD}"],
            )
            made.append(issue_as_operator(one.username))
    return made


def _same(one: str, other: str) -> bool:
    plain = ["".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other)]
    return plain[0] == plain[1]


def _words(one: Founder) -> str:
    return f"{one.name}({one.username})"
