"""The second factor: an authenticator's six digits (RFC 6238), or a recovery code once.

Thirty seconds a step, one step of drift either way; a step counts once. Wrong codes are counted with wrong passwords.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connections, transaction

from lianfang.base.access.words import ALPHABET, normal_code
from lianfang.base.vault.api import system_box
from lianfang.kernel.errors import LianfangError, define

LOCK_AFTER: Final = 5
"""Failures before a name is locked (security level 3, suggested value)."""
LOCK_MINUTES: Final = 30
STEP_SECONDS: Final = 30
DRIFT: Final = 1
"""Steps a phone's clock may be off, either way (RFC 6238, section 5.2, recommends one)."""
SECRET_BYTES: Final = 20
"""RFC 4226, section 4: 160 bits are recommended."""
RECOVERY_CODES: Final = 8
RECOVERY_LETTERS: Final = 10
"""50 bits each: an assumption."""
_COLUMN: Final = b"access_second_factor.secret_sealed"

define(
    "second.code_wrong",
    status=401,
    zh="验证码不对，或已经用过。请等待下一组6位数字后重新输入；手机丢失可输入恢复码。",
    en="The code is wrong or was used already. Wait for the next six digits; with a lost phone, enter a recovery code.",
)
define(
    "second.missing",
    status=403,
    zh="您的岗位登录时需要验证器。请在浏览器中登录并按提示设置。",
    en="Your role signs in with an authenticator. Sign in with a browser and set it up there.",
)
define(
    "second.needed",
    status=409,
    zh="您的岗位必须使用验证器，不能关闭。更换手机请选择“更换验证器”。",
    en="Your role must use an authenticator; it cannot be switched off. To change phones, replace it.",
)


@dataclass(frozen=True)
class Draft:
    """A secret that waits for its first code. uri: what the QR says; letters: the same for typing."""

    secret: bytes
    uri: str
    letters: str


def draft(username: str, secret: bytes | None = None) -> Draft:
    """A new secret for somebody (or the given one again), as an authenticator takes it."""
    secret = secret or secrets.token_bytes(SECRET_BYTES)
    letters = base64.b32encode(secret).decode()
    label = quote(f"Lianfang:{username}")
    return Draft(secret, f"otpauth://totp/{label}?secret={letters}&issuer=Lianfang", letters)


def matching_step(secret: bytes, code: str, *, now: float | None = None) -> int | None:
    """The time step a code belongs to, the current one or a neighbour; None when it belongs to none."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    machine = TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303  (SHA-1, because authenticators in the field know no other)
    current = int(time.time() if now is None else now) // STEP_SECONDS
    for step in (current, *(current + off for drift in range(1, DRIFT + 1) for off in (-drift, drift))):
        if secrets.compare_digest(machine.generate(step * STEP_SECONDS), digits.encode()):
            return step
    return None


def enrol(account_id: int, secret: bytes, code: str) -> list[str]:
    """Set the authenticator of an account after its first code; returns new recovery codes, shown once.

    Raises second.code_wrong.
    """
    step = matching_step(secret, code)
    if step is None:
        raise LianfangError("second.code_wrong")
    box = system_box()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LETTERS)) for _ in range(RECOVERY_CODES)]
    with connections["door"].cursor() as cursor:
        cursor.execute(
            "select access_second_set(%s, %s, %s, %s::bytea[])",
            [account_id, box.seal(secret, _COLUMN), step, [box.blind(_recovery(account_id, one)) for one in codes]],
        )
    return [f"{one[:5]}-{one[5:]}" for one in codes]


def drop(account_id: int) -> None:
    """Switch the second factor of an account off."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select access_second_drop(%s)", [account_id])


def check_code(account_id: int, username: str, code: str) -> None:
    """Check six digits or a recovery code; raises second.code_wrong or session.locked, and counts the failure."""
    with transaction.atomic(using="door"), connections["door"].cursor() as cursor:
        cursor.execute("select coalesce(locked_until > now(), false) from access_account_find(%s)", [account_id])
        row = cursor.fetchone()
        locked = row is None or row[0]
        good = not locked and _good(cursor, account_id, code)
        if not locked and not good:
            cursor.execute("select access_login_failed(%s, %s, %s)", [username, LOCK_AFTER, LOCK_MINUTES])
    if locked:
        raise LianfangError("session.locked", minutes=LOCK_MINUTES)
    if not good:
        raise LianfangError("second.code_wrong")


def _good(cursor: object, account_id: int, code: str) -> bool:
    run = cursor.execute  # type: ignore[attr-defined]
    letters = normal_code(code)
    if len(letters) == RECOVERY_LETTERS:
        run("select access_recovery_use(%s, %s)", [account_id, system_box().blind(_recovery(account_id, letters))])
        return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]
    run("select secret_sealed from access_second_find(%s)", [account_id])
    row = cursor.fetchone()  # type: ignore[attr-defined]
    step = matching_step(system_box().open(row[0], _COLUMN), code) if row else None
    if step is None:
        return False
    run("select access_second_use(%s, %s)", [account_id, step])
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _recovery(account_id: int, letters: str) -> str:
    return f"recovery {account_id} {letters}"
