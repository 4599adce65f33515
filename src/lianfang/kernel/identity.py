"""Chinese identity numbers (GB 11643) and the other papers people show: checking, reading, masking.

The check needs no network and tells only whether a number is well formed, not whether the person exists.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from lianfang.kernel.errors import LianfangError, define

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
CHECK_CHARACTERS = "10X98765432"  # by Σ weight·digit mod 11 (ISO 7064 MOD 11-2)
SYNTHETIC_PREFIX = "99"
"""GB/T 2260 assigns no region 99; numbers with it are drills and only a database marked synthetic takes them."""
EARLIEST_BIRTH = date(1880, 1, 1)  # assumption: nobody alive is older
_REGIONS = frozenset(
    str(prefix)
    for block in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83), (91, 96))
    for prefix in range(block[0], block[1] + 1)
)
"""First two digits in use: provinces of GB/T 2260; 81-83 residence permits for people of Hong Kong, Macao, Taiwan;
91-96 foreign permanent residents (9 and the province's first digit; the last two groups are assumptions)."""

Sex = Literal["male", "female"]


class IdType(StrEnum):
    """The papers a person can be registered with. The order is the order of choice on a form."""

    RESIDENT = "resident"
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    NONE_YET = "none_yet"

    @property
    def zh(self) -> str:
        """The name on Chinese forms."""
        return _TYPE_NAMES[self][0]

    @property
    def en(self) -> str:
        """The name on English forms."""
        return _TYPE_NAMES[self][1]

    @property
    def label(self) -> str:
        """Both names, for a sentence that carries its values in either language."""
        return f"{self.zh} {self.en}"


_TYPE_NAMES = {
    IdType.RESIDENT: ("居民身份证", "identity card"),
    IdType.PASSPORT: ("护照", "passport"),
    IdType.HK_MACAO_PERMIT: ("港澳居民来往内地通行证", "permit for residents of Hong Kong and Macao"),
    IdType.TAIWAN_PERMIT: ("台湾居民来往大陆通行证", "permit for residents of Taiwan"),
    IdType.NONE_YET: ("暂无证件", "no paper yet"),
}

# Shapes of the other papers as usually issued: assumptions, wide on purpose, so that no real paper is turned away.
_SHAPES = {
    IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,17}"),
    IdType.HK_MACAO_PERMIT: re.compile(r"[HM]([0-9]{8}|[0-9]{10})"),
    IdType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
}

_DIGITS = re.compile(r"[0-9]+")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_TIDY: dict[int, int | None] = {code + 0xFEE0: code for code in range(0x21, 0x7F)}  # full-width forms
_TIDY.update(dict.fromkeys(map(ord, "'’`-–—·－＇"), None))

define(
    "identity.malformed",
    status=422,
    zh="证件号码“{masked}”不符合所选证件类型（{paper}）的格式。请核对证件类型和号码。",
    en="The number '{masked}' does not have the shape of the chosen paper ({paper}). Check the kind and the number.",
)
define(
    "identity.check_failed",
    status=422,
    zh="身份证号“{masked}”最后一位校验不通过，可能输错一位。请对照证件重新输入。",
    en="The identity number '{masked}' fails its last-digit check; a digit is wrong. Type it again from the card.",
)
define(
    "identity.region_unknown",
    status=422,
    zh="身份证号“{masked}”的前两位不是行政区划代码。请对照证件重新输入。",
    en="The first two digits of the identity number '{masked}' are no region. Type it again from the card.",
)
define(
    "identity.birth_impossible",
    status=422,
    zh="身份证号“{masked}”中的出生日期不存在或晚于今天。请对照证件重新输入。",
    en="The birth date inside the identity number '{masked}' does not exist or lies ahead. Type it again.",
)
define(
    "identity.synthetic_refused",
    status=422,
    zh="“{masked}”是演练用号码，正式库不接收。请使用真实证件，或在演练库中操作。",
    en="'{masked}' is a drill number; a real database does not take it. Use the real paper, or work in a drill.",
)


@dataclass(frozen=True)
class Identity:
    """A checked paper. For types other than RESIDENT only `id_type` and `number` are known."""

    id_type: IdType
    number: str
    region: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    synthetic: bool = False
    from_old_number: bool = False


def check_character(first_seventeen: str) -> str:
    """The eighteenth character for seventeen digits; raises ValueError for anything else."""
    if not re.fullmatch(r"[0-9]{17}", first_seventeen):
        raise ValueError("seventeen digits are needed")
    return _check_character(first_seventeen)


def _check_character(number: str) -> str:
    return CHECK_CHARACTERS[sum(map(operator.mul, WEIGHTS, map(int, number[:17]))) % 11]


def tidy(text: str) -> str:
    """A number as typed or pasted from Excel without blanks, hyphens, quotes; full-width made narrow; upper case."""
    return "".join(text.translate(_TIDY).split()).upper()


def parse_resident_number(text: str, *, today: date, synthetic_allowed: bool = False) -> Identity:
    """A GB 11643 number read and checked; old numbers of fifteen digits come back with eighteen.

    today bounds the birth date. Raises identity.malformed, .check_failed, .region_unknown, .birth_impossible or
    .synthetic_refused; sentences show the number masked only.
    """
    number = tidy(text)
    old = len(number) == 15 and _DIGITS.fullmatch(number) is not None
    if old:
        number = _lengthen(number)
    if not _EIGHTEEN.fullmatch(number):
        raise LianfangError("identity.malformed", masked=mask_number(number), paper=IdType.RESIDENT.label)
    if _check_character(number) != number[17]:
        raise LianfangError("identity.check_failed", masked=mask_number(number))
    synthetic = number.startswith(SYNTHETIC_PREFIX)
    if synthetic and not synthetic_allowed:
        raise LianfangError("identity.synthetic_refused", masked=mask_number(number))
    if not synthetic and number[:2] not in _REGIONS:
        raise LianfangError("identity.region_unknown", masked=mask_number(number))
    return Identity(
        id_type=IdType.RESIDENT,
        number=number,
        region=number[:6],
        birth_date=_birth_date(number, today),
        sex="male" if int(number[16]) % 2 else "female",
        synthetic=synthetic,
        from_old_number=old,
    )


def parse_identity(id_type: IdType, text: str, *, today: date, synthetic_allowed: bool = False) -> Identity:
    """Any paper, checked as far as its kind allows; a person without papers yet has the number ''.

    Raises the same errors as `parse_resident_number`; for other papers identity.malformed.
    """
    if id_type is IdType.RESIDENT:
        return parse_resident_number(text, today=today, synthetic_allowed=synthetic_allowed)
    number = tidy(text)
    fits = not number if id_type is IdType.NONE_YET else _SHAPES[id_type].fullmatch(number) is not None
    if not fits:
        raise LianfangError("identity.malformed", masked=mask_number(number), paper=id_type.label)
    return Identity(id_type=id_type, number=number)


def synthetic_number(region_digits: str, birth: date, serial: int) -> str:
    """A drill number: prefix 99, four digits, birth date, serial 0…999 (odd = male), correct check character."""
    if not re.fullmatch(r"[0-9]{4}", region_digits) or not 0 <= serial <= 999:
        raise ValueError("four region digits and a serial from 0 to 999 are needed")
    first = f"{SYNTHETIC_PREFIX}{region_digits}{birth:%Y%m%d}{serial:03d}"
    return first + check_character(first)


def mask_name(name: str) -> str:
    """张三 → 张*, 张三丰 → 张**; at most two stars, so that a long name is not told by its length."""
    name = name.strip()
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * min(len(name) - 1, 2)


def mask_phone(phone: str) -> str:
    """13812340000 → 138****0000; shorter numbers keep only the last two digits."""
    digits = re.sub(r"[^0-9]", "", phone)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 11:
        return f"{digits[:3]}****{digits[7:]}"
    return "*" * max(len(digits) - 2, 0) + digits[-2:] if len(digits) > 4 else "*" * len(digits)


def mask_number(number: str) -> str:
    """A paper's number with its first three and last two characters: enough to compare with the card in the hand."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


def _lengthen(fifteen: str) -> str:
    """Old numbers have a two-digit year of the 1900s and no check character (GB 11643-1989)."""
    first = f"{fifteen[:6]}19{fifteen[6:]}"
    return first + check_character(first)


def _birth_date(number: str, today: date) -> date:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        birth = date.max
    if not EARLIEST_BIRTH <= birth <= today:
        raise LianfangError("identity.birth_impossible", masked=mask_number(number))
    return birth
