"""The printed code of somebody's own page: random bits, the last day it works, and a signature, in 24 characters."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lianfang.base.vault.api import system_box
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.ids import ALPHABET

EPOCH: Final = date(2020, 1, 1)
RANDOM_BYTES: Final = 8
"""64 random bits: with five tries and a signature, guessing one of seven million codes is out of reach."""
DAY_BYTES: Final = 2
SIGN_BYTES: Final = 5
LENGTH: Final = (RANDOM_BYTES + DAY_BYTES + SIGN_BYTES) * 8 // 5
_DIGIT = {character: digit for digit, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}

define(
    "selfview.code_unknown",
    status=404,
    zh="编码不对，或者已经失效。请对照纸上的编码，或请社区重新打印一张。",
    en="This code is not right, or it has ended. Compare it with the sheet, or ask your community for a new one.",
)
define(
    "selfview.locked",
    status=429,
    zh="输错次数太多，请半小时后再试，或联系社区。",
    en="Too many wrong answers. Try again in half an hour, or ask your community.",
)
define(
    "selfview.answer_wrong",
    status=422,
    zh="不对。请输入证件号码最后四位，或出生日期八位数字（如19800131）。",
    en="That is not right. Enter the last four signs of your paper's number, or your birth date as eight digits (19800131).",
)
define(
    "selfview.enough_open",
    status=409,
    zh="您已有五条意见在等答复。请等社区答复后再写。",
    en="Five of your questions wait for an answer already. Please wait for the office to answer.",
)
define(
    "selfview.words_missing",
    status=422,
    zh="请写明哪里不对，或想问什么（500字以内）。",
    en="Say what is wrong or what you want to know, in at most 500 characters.",
)


@dataclass(frozen=True)
class CodeKind:
    """What a code opens: its name goes into signature and digest, so that no code opens another kind of page.

    unknown: the code of the catalogue for one that is not right.
    """

    name: str
    unknown: str


RESIDENT: Final = CodeKind("selfview", "selfview.code_unknown")


def new_code(ends_on: date, kind: CodeKind = RESIDENT) -> str:
    """A fresh code that works until the end of a day."""
    body = secrets.token_bytes(RANDOM_BYTES) + (ends_on - EPOCH).days.to_bytes(DAY_BYTES, "big")
    number = int.from_bytes(body + _sign(body, kind), "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def digest_of(text: str, *, today: date, kind: CodeKind = RESIDENT) -> bytes:
    """What the database keeps of a code as somebody typed or scanned it.

    Raises the kind's error for one that was mistyped, made up, or has ended: no look-up is spent on it.
    """
    plain = "".join(character for character in text.upper() if character not in " -\u3000")
    digits = [_DIGIT.get(character, -1) for character in plain]
    if len(digits) != LENGTH or -1 in digits:
        raise LianfangError(kind.unknown)
    number = 0
    for digit in digits:
        number = number << 5 | digit
    raw = number.to_bytes(RANDOM_BYTES + DAY_BYTES + SIGN_BYTES, "big")
    body, signature = raw[:-SIGN_BYTES], raw[-SIGN_BYTES:]
    ends_on = EPOCH + timedelta(days=int.from_bytes(body[RANDOM_BYTES:], "big"))
    if not hmac.compare_digest(signature, _sign(body, kind)) or ends_on < today:
        raise LianfangError(kind.unknown)
    return hashlib.sha256(f"{kind.name}|".encode() + raw).digest()


def grouped(code: str) -> str:
    """A code in six groups of four for reading aloud and for print."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _sign(body: bytes, kind: CodeKind) -> bytes:
    return system_box().blind(f"{kind.name}:{body.hex()}")[:SIGN_BYTES]
