"""Division codes of twelve digits, and the area path that every table is cut and searched by.

A code has groups for province (2 digits), prefecture (2), county (2), township (3) and community (3); a group of zeros
means "not this deep". The path is the code cut after the group of its level, and goes on below the community with
building, unit and door. A path is compared as bytes (`COLLATE "C"`): everything below an area is one range.
"""

from __future__ import annotations

import re
from enum import IntEnum

from lianfang.kernel.errors import LianfangError, define


class Level(IntEnum):
    """Depth in the area tree; the numbers are those of the statistical tables, buildings and below are ours."""

    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWNSHIP = 4
    COMMUNITY = 5
    BUILDING = 6
    UNIT = 7
    DOOR = 8

    @property
    def zh(self) -> str:
        """The level's name on Chinese pages."""
        return _LEVEL_WORDS[self][0]

    @property
    def en(self) -> str:
        """The level's name on English pages."""
        return _LEVEL_WORDS[self][1]


_LEVEL_WORDS = {
    Level.PROVINCE: ("省", "province"),
    Level.PREFECTURE: ("设区市", "city"),
    Level.COUNTY: ("县市区", "county"),
    Level.TOWNSHIP: ("乡镇街道", "township"),
    Level.COMMUNITY: ("村社区", "community"),
    Level.BUILDING: ("楼栋", "building"),
    Level.UNIT: ("单元", "unit"),
    Level.DOOR: ("户", "household"),
}

CODE_LENGTH = 12
PATH_LENGTH = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.COMMUNITY: 12,
    Level.BUILDING: 16,
    Level.UNIT: 18,
    Level.DOOR: 24,  # six places for a door is our assumption; nothing below a unit is ever cut by range
}
"""Characters of a path by level; between two levels lie 2, 2, 2, 3, 3, 4, 2, 6 characters."""
_EXTENSION = {Level.COMMUNITY: 4, Level.BUILDING: 2, Level.UNIT: 6}
_NARROW_DIGITS = {code + 0xFEE0: code for code in range(0x30, 0x3A)}  # full-width forms
_LEVEL_OF_LENGTH = {length: level for level, length in PATH_LENGTH.items()}
_GROUPS = ((0, 2), (2, 4), (4, 6), (6, 9), (9, 12))
ABOVE_ALL = "~"
"""Sorts after every character of a path, in bytes; the exclusive upper end of a range."""
SYNTHETIC_PROVINCE = "99"

_PROVINCES = frozenset(
    str(prefix)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for prefix in range(first, last + 1)
) | {SYNTHETIC_PROVINCE}  # GB/T 2260, and 99 for drills

define(
    "division.code_malformed",
    status=422,
    zh="区划代码“{code}”不对：应为2、4、6、9或12位数字。请核对国家统计局12位代码。",
    en="The division code '{code}' is not right: 2, 4, 6, 9 or 12 digits are needed. Check the statistical code.",
)
define(
    "division.province_unknown",
    status=422,
    zh="区划代码“{code}”的前两位不是省级代码。请核对国家统计局12位代码。",
    en="The first two digits of the division code '{code}' are no province. Check the statistical code.",
)
define(
    "division.level_wrong",
    status=422,
    zh="区划代码“{code}”与所填层级{level}不符。请核对代码和层级。",
    en="The division code '{code}' does not fit the stated level {level}. Check the code and the level.",
)
define(
    "division.path_malformed",
    status=422,
    zh="区域路径“{path}”不对：长度或字符不符合任何层级。请核对后重试。",
    en="The area path '{path}' is not right: its length or a character fits no level. Check it and try again.",
)
define(
    "division.path_part_wrong",
    status=422,
    zh="不能在“{path}”下编“{part}”：楼栋至多4位、单元2位、户6位字母或数字。请改正。",
    en="'{part}' cannot follow '{path}': a building has 4, a unit 2, a door 6 letters or digits at most. Correct it.",
)


def normalise_code(text: str) -> str:
    """Twelve digits from a code as offices write it: 2, 4, 6, 9 or 12 digits, blanks, full-width digits.

    Raises division.code_malformed or division.province_unknown.
    """
    digits = "".join(text.translate(_NARROW_DIGITS).split())
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) not in (2, 4, 6, 9, 12):
        raise LianfangError("division.code_malformed", code=text[:40])
    code = digits.ljust(CODE_LENGTH, "0")
    level_of(code)
    return code


def level_of(code: str) -> Level:
    """The level of a twelve-digit code: its deepest group that is not zero.

    Groups in between may be zero: townships of a prefecture without counties (Dongguan 4419 00 003), counties run by
    the province (Xiantao 42 90 04). Raises division.code_malformed or division.province_unknown.
    """
    if not re.fullmatch(r"[0-9]{12}", code):
        raise LianfangError("division.code_malformed", code=code[:40])
    if code[:2] not in _PROVINCES:
        raise LianfangError("division.province_unknown", code=code)
    for level in (Level.COMMUNITY, Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE):
        start, end = _GROUPS[level - 1]
        if int(code[start:end]):
            return level
    return Level.PROVINCE


def path_of(code: str, level: Level | None = None) -> str:
    """The path of a twelve-digit code: cut after the group of its level, never by stripping zeros.

    level: as the register states it; worked out from the code when not given. Raises division.level_wrong when
    digits below the stated level are not zero.
    """
    found = level_of(code)
    if level is None:
        level = found
    if level > Level.COMMUNITY or found > level:
        raise LianfangError("division.level_wrong", code=code, level=int(level))
    return code[: PATH_LENGTH[level]]


def code_of(path: str) -> str:
    """The twelve-digit code of a path; of the community for a building, unit or door."""
    level_of_path(path)
    return path[:CODE_LENGTH].ljust(CODE_LENGTH, "0")


def level_of_path(path: str) -> Level:
    """The level by the length of a path; raises division.path_malformed for other lengths or characters."""
    level = _LEVEL_OF_LENGTH.get(len(path))
    if level is None or not re.fullmatch(r"[0-9]{1,12}[0-9A-Z]*", path):
        raise LianfangError("division.path_malformed", path=path[:40])
    return level


def parent_path(path: str) -> str | None:
    """The path one step up that really exists, skipping groups of zeros; None above a province."""
    level = level_of_path(path)
    for above in range(level - 1, 0, -1):
        candidate = path[: PATH_LENGTH[Level(above)]]
        if above > Level.COMMUNITY or above == Level.PROVINCE:
            return candidate
        start, end = _GROUPS[above - 1]
        if int(candidate[start:end]):
            return candidate
    return None


def parent_code(code: str) -> str | None:
    """The twelve-digit code of the area above; None above a province."""
    above = parent_path(path_of(code))
    return None if above is None else code_of(above)


def ancestor_paths(path: str) -> tuple[str, ...]:
    """The paths above, from the province down, without the path itself."""
    found: list[str] = []
    above = parent_path(path)
    while above is not None:
        found.append(above)
        above = parent_path(above)
    return tuple(reversed(found))


def extend_path(path: str, part: str) -> str:
    """The path of a building in a community, a unit in a building or a door in a unit.

    part: letters A–Z and digits, filled up with zeros on the left; '' stands for "no unit here". Raises
    division.path_part_wrong when it does not fit or the path ends at another level.
    """
    level = level_of_path(path)
    tidy = part.strip().upper()
    room = _EXTENSION.get(level, 0)
    if not room or len(tidy) > room or not re.fullmatch(r"[0-9A-Z]*", tidy):
        raise LianfangError("division.path_part_wrong", path=path, part=part[:20])
    return path + tidy.rjust(room, "0")


def range_of(path: str) -> tuple[str, str]:
    """(low, high) so that low ≤ p < high holds, in bytes, exactly for the path itself and everything below it."""
    level_of_path(path)
    return path, path + ABOVE_ALL


def contains(outer: str, inner: str) -> bool:
    """Whether one path is the other or lies above it."""
    low, high = range_of(outer)
    return low <= inner < high


# --------------------------------------------------------------------------------------------------------- words

_TOWN_KINDS = ((1, 99, "街道", "street"), (100, 199, "镇", "town"), (200, 399, "乡", "township"))
_VILLAGE_KINDS = (
    (1, 199, "社区", "community"),
    (200, 399, "村", "village"),
    (400, 499, "类似社区", "quasi-community"),
    (500, 599, "类似村", "quasi-village"),
)
_TOWN_ENTERPRISE = (400, 599, "类似乡镇", "quasi-township")


def kind_words(code: str) -> tuple[str, str]:
    """What a code's number block says about its kind, in Chinese and English; the level's word where it says nothing.

    Township: 001–099 street, 100–199 town, 200–399 township, 400–599 enterprise or zone. Community: 001–199 residents'
    committee, 200–399 village committee, 400–499 and 500–599 likenesses of the two (statistical code rules of 2009).
    """
    level = level_of(code)
    blocks: tuple[tuple[int, int, str, str], ...] = ()
    if level is Level.TOWNSHIP:
        blocks = (*_TOWN_KINDS, _TOWN_ENTERPRISE)
    elif level is Level.COMMUNITY:
        blocks = _VILLAGE_KINDS
    number = int(code[slice(*_GROUPS[level - 1])])
    for first, last, zh, en in blocks:
        if first <= number <= last:
            return zh, en
    return level.zh, level.en


_ENDINGS = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("社区委员会", "社区"),
    ("村村民委员会", "村"),
    ("村民委员会", "村"),
    ("村村委会", "村"),
    ("村委会", "村"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("街道办事处", "街道"),
    ("办事处", "街道"),
)


def short_name(name: str) -> str:
    """The everyday name behind the register's: 益民园社区居委会 → 益民园社区, 大李庄村委会 → 大李庄村."""
    name = name.strip()
    for long, short in _ENDINGS:
        if name.endswith(long) and len(name) > len(long):
            stem = name.removesuffix(long)
            return stem if stem.endswith(short) else stem + short
    return name
