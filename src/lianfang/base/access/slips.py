"""One-time slips: a printed code with which somebody sets a first password, a new one, or a new authenticator.

Only a keyed digest is kept, so a slip is shown when it is made and never again; a lost one is replaced by a new one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Final, Literal

import segno
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction
from django.utils import timezone

from lianfang.base.access.models import Account
from lianfang.base.access.second import LOCK_AFTER, LOCK_MINUTES
from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.access.words import ALPHABET, normal_code
from lianfang.base.database.errors import refusals
from lianfang.base.vault.api import system_box
from lianfang.kernel.errors import LianfangError, define

Purpose = Literal["start", "password", "device"]
LETTERS: Final = 12
"""60 bits: an assumption."""
HOURS: Final = 7 * 24
"""How long a slip waits: an assumption, a week for papers to reach every village."""

define(
    "slip.unknown",
    status=422,
    zh="没有这个登录码。请对照纸条重新输入；12位，不分大小写。",
    en="There is no such code. Type it again from the slip: twelve letters and digits, large or small.",
)
define(
    "slip.used",
    status=409,
    zh="这张纸条已经用过。如果不是您本人使用的，请立即告诉安全管理员；需要时请他另打一张。",
    en="This slip was used already. If it was not you, tell the security administrator now; they can print a new one.",
)
define(
    "slip.replaced",
    status=409,
    zh="这张纸条已被新的一张代替。请使用最新的纸条。",
    en="A newer slip took the place of this one. Use the newest.",
)
define(
    "slip.expired",
    status=409,
    zh="这张纸条已过期。请安全管理员另打一张。",
    en="This slip has expired. Ask the security administrator for a new one.",
)
define(
    "access.admin_slip",
    status=403,
    zh="管理员账号的纸条只能在服务器上打印：lianfang accounts slip。",
    en="Slips of administrators are printed at the server only: lianfang accounts slip.",
)
define(
    "password.too_short",
    status=422,
    zh="口令太短，至少要{least}位。几个词连起来既好记又安全。",
    en="The password is too short; it needs at least {least} characters. A few words in a row are easy to remember.",
)
define(
    "password.too_common",
    status=422,
    zh="这个口令太常见，很容易被猜到。请另想一个。",
    en="This password is among the most common ones and quickly guessed. Think of another.",
)
define(
    "password.only_digits",
    status=422,
    zh="口令不能全是数字，例如生日或电话号码。请加上字母或汉字。",
    en="A password of digits only, such as a birthday, is quickly guessed. Add letters.",
)
define(
    "password.like_name",
    status=422,
    zh="口令与账号或姓名太相近。请另想一个。",
    en="The password is too much like the user name or the name. Think of another.",
)
PASSWORD_LETTERS: Final = 10
"""Least length of a password: an assumption between the eight of the level-3 baseline and long phrases."""
_RULES: Final = (
    ("password.too_short", MinimumLengthValidator(PASSWORD_LETTERS)),
    ("password.only_digits", NumericPasswordValidator()),
    ("password.too_common", CommonPasswordValidator()),
    ("password.like_name", UserAttributeSimilarityValidator(("username",))),
)


@dataclass(frozen=True)
class Slip:
    """A slip that was just made. code: in groups of four, shown this once."""

    username: str
    name: str
    code: str
    purpose: Purpose
    until: datetime
    place: str = ""
    role: str = ""


@dataclass(frozen=True)
class Holder:
    """Whom a slip belongs to, while it is good."""

    account_id: int
    username: str
    name: str
    purpose: Purpose


def new_code() -> str:
    """A new code in groups of four letters."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, LETTERS, 4))


def digest_of(code: str) -> bytes:
    """What the database keeps of a code; useless without the installation's key."""
    return system_box().blind(f"slip {normal_code(code)}")


def issue(*, account_id: int, username: str, name: str, purpose: Purpose, place: str = "", role: str = "") -> Slip:
    """Make a slip as the entered security administrator; earlier slips of the account stop working.

    Raises access.not_found, access.not_to_self, access.admin_slip, access.above_own_area.
    """
    code = new_code()
    with refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select access_slip_issue(%s, %s, %s, %s)", [account_id, digest_of(code), purpose, HOURS])
        until = cursor.fetchone()[0]
    return Slip(username, name, code, purpose, until, place, role)


def issue_as_operator(username: str, purpose: Purpose = "start") -> Slip:
    """Make a slip at the server itself, as the owner of the database; raises access.not_found."""
    until, code = timezone.now() + timedelta(hours=HOURS), new_code()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select id, name_sealed from access_account where username = %s and active", [username])
        row = cursor.fetchone()
        if row is None:
            raise LianfangError("access.not_found")
        cursor.execute("select access_slip_put(%s, %s, %s, %s, null)", [row[0], digest_of(code), purpose, until])
    return Slip(username, system_box().open(row[1], _NAME_COLUMN).decode(), code, purpose, until)


def holder_of(code: str) -> Holder:
    """Whom a good slip belongs to; raises slip.unknown, slip.used, slip.replaced, slip.expired."""
    return _find(code)[0]


def _find(code: str) -> tuple[Holder, str]:
    if len(normal_code(code)) != LETTERS:
        raise LianfangError("slip.unknown")
    with connections["door"].cursor() as cursor:
        cursor.execute(
            "select account_id, username, name_sealed, password, purpose, state from access_slip_find(%s)",
            [digest_of(code)],
        )
        row = cursor.fetchone()
    if row is None:
        raise LianfangError("slip.unknown")
    account, username, sealed, encoded, purpose, state = row
    if state != "good":
        raise LianfangError({"used": "slip.used", "expired": "slip.expired"}.get(state, "slip.replaced"))
    return Holder(account, username, system_box().open(sealed, _NAME_COLUMN).decode(), purpose), encoded


def use(code: str, password: str) -> Holder:
    """Use a slip: set the new password, or with the known one let go of a lost authenticator; returns whose it was.

    Raises what `holder_of` raises, a refusal of `check_strength`, session.credentials_wrong and session.locked.
    """
    holder, encoded = _find(code)
    if holder.purpose == "device":
        _require_known(holder, password, encoded)
        made = None
    else:
        check_strength(password, holder.username, holder.name)
        made = make_password(password)
    with refusals(), transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        cursor.execute("select access_slip_use(%s, %s)", [digest_of(code), made])
    return holder


def _require_known(holder: Holder, password: str, encoded: str) -> None:
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        cursor.execute("select coalesce(locked_until > now(), false) from access_login_find(%s)", [holder.username])
        locked = cursor.fetchone()[0]
        good = check_password(password, encoded)
        if not locked and not good:
            cursor.execute("select access_login_failed(%s, %s, %s)", [holder.username, LOCK_AFTER, LOCK_MINUTES])
    if locked:
        raise LianfangError("session.locked", minutes=LOCK_MINUTES)
    if not good:
        raise LianfangError("session.credentials_wrong")


def check_strength(password: str, username: str, name: str) -> None:
    """Refuse a short, all-digit, common or self-naming password.

    Raises password.too_short, password.only_digits, password.too_common, password.like_name.
    """
    for (code, rule), whose in product(_RULES, (username, name)):
        try:
            rule.validate(password, Account(username=whose))
        except ValidationError:
            raise LianfangError(code, **({"least": PASSWORD_LETTERS} if code == "password.too_short" else {})) from None


def qr(text: str, *, scale: int = 4) -> str:
    """A QR code as inline SVG: quiet zone 4, error correction M."""
    return str(
        segno.make(text, error="m", micro=False).svg_inline(
            scale=scale, border=4, omitsize=True, svgclass="qr", lineclass=None
        )
    )
