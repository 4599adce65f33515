"""Identifiers: time-ordered UUIDs for facts and rows, short public codes for residents and tubes."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime
from uuid import UUID

from lianfang.kernel.errors import LianfangError, define

define(
    "code.malformed",
    status=422,
    zh="编号“{text}”不对：应为9位数字和字母（不含I、L、O、U）。请对照印刷编号重新输入。",
    en="The code '{text}' is not right: it has nine digits and letters (no I, L, O, U). Type it again from the print.",
)
define(
    "code.check_failed",
    status=422,
    zh="编号“{text}”校验不通过，可能输错或换位。请对照印刷编号重新输入。",
    en="The code '{text}' fails its check: a character is wrong or swapped. Type it again from the print.",
)
define(
    "id.not_uuid7",
    status=422,
    zh="编号“{text}”不是第7版UUID。请升级手机端后重新提交。",
    en="The id '{text}' is not a UUID of version 7. Update the field app and send again.",
)

# ----------------------------------------------------------------------------------------------- UUID version 7


class Uuid7Maker:
    """Makes UUIDs of version 7 (RFC 9562, section 5.7) that only grow, whatever the wall clock does.

    Layout: 48 bits of Unix milliseconds, 12 bits `rand_a` and 62 bits `rand_b`. The 74 random bits are a counter
    seeded afresh each millisecond with its top bit clear (RFC 9562, section 6.2, method 2), so that a step back of the
    clock or a burst inside one millisecond still gives a larger value. Safe to share between threads.
    """

    _COUNTER_BITS = 74
    _STEP_BITS = 32

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._milliseconds = -1
        self._counter = 0

    def make(self, now_ms: int | None = None) -> UUID:
        """The next UUID; now_ms: Unix milliseconds, the system clock unless given."""
        if now_ms is None:
            now_ms = time.time_ns() // 1_000_000
        with self._lock:
            if now_ms > self._milliseconds:
                self._milliseconds = now_ms
                self._counter = secrets.randbits(self._COUNTER_BITS - 1)
            else:
                self._counter += 1 + secrets.randbits(self._STEP_BITS)
                if self._counter >> self._COUNTER_BITS:  # used up: borrow the next millisecond
                    self._milliseconds += 1
                    self._counter = secrets.randbits(self._COUNTER_BITS - 1)
            milliseconds, counter = self._milliseconds, self._counter
        rand_a, rand_b = counter >> 62, counter & ((1 << 62) - 1)
        return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


_MAKER = Uuid7Maker()


def uuid7() -> UUID:
    """A new UUID of version 7, larger than every earlier one of this process."""
    return _MAKER.make()


def uuid7_time(value: UUID) -> datetime:
    """The instant (UTC, milliseconds) written in a UUID of version 7; raises id.not_uuid7 for any other."""
    if value.version != 7:
        raise LianfangError("id.not_uuid7", text=str(value))
    milliseconds = value.int >> 80
    try:
        return datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    except (ValueError, OverflowError, OSError):  # 48 bits reach past year 9999
        raise LianfangError("id.not_uuid7", text=str(value)) from None


# ------------------------------------------------------------------------------------------- short public codes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_BITS = 40
CODE_LENGTH = 9  # eight characters of five bits, and one check character
_DIGIT = {character: digit for digit, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_IGNORED = str.maketrans("", "", " \t\u3000-‐‑–—－")
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1, primitive over GF(2): its root has order 31


def _times_root(digit: int) -> int:
    digit <<= 1
    return digit ^ _FIELD_POLYNOMIAL if digit & 32 else digit


def _check_digit(digits: list[int]) -> int:
    """Σ digit·αⁱ over GF(32), by Horner's rule.

    The nine weights are different and none is zero, so any one wrong character and any two swapped characters are
    found; Crockford's own modulo 37 would need five signs that nobody can read out on a telephone.
    """
    check = 0
    for digit in digits:
        check = _times_root(check ^ digit)
    return check


def format_code(number: int) -> str:
    """The nine characters that stand for a number of at most 40 bits; raises ValueError outside that range."""
    if not 0 <= number < 1 << CODE_BITS:
        raise ValueError(f"a public code carries 0 … 2^{CODE_BITS}-1, not {number}")
    digits = [number >> shift & 31 for shift in range(CODE_BITS - 5, -1, -5)]
    return "".join(ALPHABET[digit] for digit in [*digits, _check_digit(digits)])


def parse_code(text: str) -> int:
    """The number behind a code as somebody typed or scanned it.

    Case, spaces, hyphens and full-width characters do not matter; O reads as 0, I and L as 1.
    Raises code.malformed (wrong length or character) or code.check_failed (mistyped).
    """
    printed = _parse_printed(text)
    if printed is not None:
        return printed
    plain = text.translate(_IGNORED).translate(_NARROW).upper()
    digits = [_DIGIT.get(character, -1) for character in plain]
    if len(digits) != CODE_LENGTH or -1 in digits:
        raise LianfangError("code.malformed", text=text[:40])
    *body, check = digits
    if _check_digit(body) != check:
        raise LianfangError("code.check_failed", text=text[:40])
    number = 0
    for digit in body:
        number = number << 5 | digit
    return number


def _parse_printed(text: str) -> int | None:
    """The number behind a code exactly as printed, five times as fast; None for anything that needs a closer look."""
    digits = text.encode(errors="replace").translate(_BASE_32, _NOT_PRINTED)
    if len(digits) != CODE_LENGTH or len(text) != CODE_LENGTH:
        return None
    whole = int(digits, 32)
    number = whole >> 5
    check = _CHECKS[0][number & 1023] ^ _CHECKS[1][number >> 10 & 1023] ^ _CHECKS[2][number >> 20 & 1023]
    return number if check ^ _CHECKS[3][number >> 30] == whole & 31 else None


def _checks(shift: int) -> list[int]:
    """What ten bits of a number, moved up by `shift`, add to its check digit: the sum is linear, so parts add up by XOR."""
    found = [0]
    for bit in range(10):
        number = 1 << shift + bit
        one = _check_digit([number >> place & 31 for place in range(CODE_BITS - 5, -1, -5)])
        found += [known ^ one for known in found]
    return found


_CHECKS = tuple(_checks(shift) for shift in range(0, CODE_BITS, 10))
_BASE_32 = bytes.maketrans(ALPHABET.encode(), b"0123456789abcdefghijklmnopqrstuv")
_NOT_PRINTED = bytes(set(range(256)) - set(ALPHABET.encode()))
_NARROW = {code + 0xFEE0: code for code in range(0x21, 0x7F)}  # full-width forms as an input method leaves them


def new_code() -> str:
    """A fresh public code from 40 random bits; the caller's unique key settles the rare collision."""
    return format_code(secrets.randbits(CODE_BITS))


def group_code(code: str) -> str:
    """A code in three groups of three for reading aloud and for print: `8J2-0KX-9TQ`."""
    return f"{code[:3]}-{code[3:6]}-{code[6:]}"
