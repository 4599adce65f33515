"""Pure rules of the ledger: words and numbers of a row, doors and their paths, and what differs between two records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from lianfang.kernel.divisions import ABOVE_ALL, range_of
from lianfang.kernel.errors import define
from lianfang.kernel.identity import IdType, mask_name


class Verdict(StrEnum):
    """What an import says about one row."""

    NEW = "new"
    SAME = "same"
    CHANGED = "changed"
    REFUSED = "refused"
    NEEDS_PERSON = "needs_person"


KINDS: Final = {"常住": 1, "流动": 2, "寄宿": 3, "返乡": 4}
"""Kinds of residence by their word in the register; 返乡 comes from the returnee register."""
EMPTY_HOME: Final = "空户"
TAGS: Final = {"独居": 1, "残疾": 2, "低保": 3, "孕产": 4, "透析": 5, "儿童独自": 6}
"""Care tags of the household register, which lists may filter by; other words stay sealed words of the person."""
SEXES: Final = {"男": 1, "女": 2, "M": 1, "F": 2, "MALE": 1, "FEMALE": 2, "男性": 1, "女性": 2}
"""GB/T 2261.1: 1 male, 2 female; 0 unknown."""
ID_TYPES: Final = {
    "身份证": IdType.RESIDENT, "居民身份证": IdType.RESIDENT, "二代身份证": IdType.RESIDENT, "户口簿": IdType.RESIDENT,
    "护照": IdType.PASSPORT, "港澳居民来往内地通行证": IdType.HK_MACAO_PERMIT, "回乡证": IdType.HK_MACAO_PERMIT,
    "港澳通行证": IdType.HK_MACAO_PERMIT, "台湾居民来往大陆通行证": IdType.TAIWAN_PERMIT, "台胞证": IdType.TAIWAN_PERMIT,
    "暂无证件": IdType.NONE_YET, "暂无": IdType.NONE_YET, "无": IdType.NONE_YET,
}  # fmt: skip
HOUSEHOLD_PATH: Final = 21
"""Characters of a household's path: community 12, building 4, unit 2, running number 3."""
NO_BUILDING: Final = "0000"
"""Four digits of the path where a register names no building (addresses of returnees)."""
HOUSEHOLDS_A_UNIT: Final = 1000 + 26 * 36 * 36
"""Households that three characters can number below one unit: 000 … 999, then A00 … ZZZ."""
_BASE36: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COMPASS: Final = {"东": "E", "西": "W", "南": "S", "北": "N", "中": "C"}
_CARDINAL: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10,
                    "甲": 1, "乙": 2, "丙": 3, "丁": 4, "戊": 5}  # fmt: skip
_BUILDING_TAIL = re.compile(r"(号楼|号院|号房|楼栋|楼|栋|幢|座|#|号)+$")
_ENTRANCE_TAIL = re.compile(r"(单元|门栋|门|梯|#|号)+$")
_DOOR_TAIL = re.compile(r"(室|户|号|房)+$")

define(
    "residents.name_missing",
    status=422,
    zh="姓名为空。请填写姓名；无人居住的户请在“居住类型”填“空户”。",
    en="The name is blank. Enter it; for a home where nobody lives, put 空户 into the kind of residence.",
)
define(
    "residents.name_not_a_name",
    status=422,
    zh="“{text}”不像姓名：应为2至40个字。请对照证件填写。",
    en="'{text}' does not look like a name: 2 to 40 characters are needed. Copy it from the paper.",
)
define(
    "residents.door_missing",
    status=422,
    zh="楼栋或户室为空，不知道住在哪一户。请补全楼栋和户室。",
    en="Building or door is blank, so the home is not known. Enter both.",
)
define(
    "residents.address_missing",
    status=422,
    zh="居住地为空。请填写返乡后住在哪里。",
    en="The home address is blank. Enter where the person stays now.",
)
define(
    "residents.entrance_unreadable",
    status=422,
    zh="单元“{text}”不清楚：应为1至99，或东、西、南、北、中。请改正。",
    en="The entrance '{text}' is not clear: 1 to 99, or east, west, south, north, middle. Correct it.",
)
define(
    "residents.id_type_unknown",
    status=422,
    zh="证件类型“{text}”不认识。请填居民身份证、护照、港澳居民来往内地通行证、台湾居民来往大陆通行证或暂无证件。",
    en="The kind of paper '{text}' is unknown. Use identity card, passport, a permit, or 'no paper yet'.",
)
define(
    "residents.id_missing",
    status=422,
    zh="选择了证件类型“{paper}”，但没有号码。请填写号码，或改为“暂无证件”。",
    en="The paper '{paper}' is chosen but no number given. Enter it, or choose 'no paper yet'.",
)
define(
    "residents.birth_differs",
    status=422,
    zh="出生日期与身份证号中的日期不一致。请对照证件改正。",
    en="The birth date differs from the one inside the identity number. Correct it from the card.",
)
define(
    "residents.sex_differs",
    status=422,
    zh="性别与身份证号不一致。请对照证件改正。",
    en="The sex differs from the one inside the identity number. Correct it from the card.",
)
define(
    "residents.sex_unknown",
    status=422,
    zh="性别“{text}”不认识。请填男或女。",
    en="The sex '{text}' is unknown. Enter 男 or 女.",
)
define(
    "residents.birth_needed",
    status=422,
    zh="没有身份证号时，出生日期和性别必须填写。请补填。",
    en="Without an identity number, birth date and sex are needed. Enter them.",
)
define(
    "residents.birth_impossible",
    status=422,
    zh="出生日期晚于今天或早于1880年。请改正。",
    en="The birth date lies ahead or before 1880. Correct it.",
)
define(
    "residents.kind_unknown",
    status=422,
    zh="居住类型“{text}”不认识。请填常住、流动、空户或寄宿。",
    en="The kind of residence '{text}' is unknown. Use 常住, 流动, 空户 or 寄宿.",
)
define(
    "residents.phone_wrong",
    status=422,
    zh="电话“{text}”位数不对。请填11位手机号或带区号的座机号。",
    en="The phone '{text}' has a wrong number of digits. Enter a mobile of 11 digits or a landline with area code.",
)
define(
    "residents.community_unknown",
    status=422,
    zh="“{text}”不是本次导入范围内的村或社区。请核对名称；同名的请写12位代码。",
    en="'{text}' is no community within this import. Check the name; where names repeat, write the 12-digit code.",
)
define(
    "residents.community_missing",
    status=422,
    zh="导入范围包含多个村社区，这一行没有写明是哪一个。请填写村社区。",
    en="The import covers several communities and this row names none. Enter the community.",
)
define(
    "residents.twice_in_file",
    status=422,
    zh="与第{row}行是同一人（证件号码相同，或同户同名同生日）。请保留一行。",
    en="The same person as in row {row} (same number, or same home, name and birth date). Keep one of them.",
)
define(
    "residents.identity_to_check",
    status=422,
    zh="这个证件号码须由人核实后才能登记。请核对证件；确已迁来的，可申请转入。",
    en="A person has to check this number before it can be taken. Compare the paper; if they moved here, ask for a transfer.",
)
define(
    "residents.name_differs",
    status=422,
    zh="证件号码已登记，但姓名不同。请对照证件核实是否改名或抄错。",
    en="The number is registered with another name. Compare the paper: a new name, or a slip?",
)
define(
    "residents.moved_community",
    status=422,
    zh="此人登记在您辖区内的另一个村社区。迁移须双方确认，请由人办理转入。",
    en="The person is registered in another community of your area. A move needs both sides: do it as a transfer.",
)
define(
    "residents.perhaps_known",
    status=422,
    zh="同一户已有同名、同年出生的人。请核实是否同一人，再补证件号码。",
    en="The same home already has somebody of that name and year of birth. Check whether it is the same person.",
)
define(
    "residents.differs",
    status=200,
    zh="“{fields}”与台账不同，将更新。",
    en="'{fields}' differs from the ledger and will be brought up to date.",
)
define(
    "residents.unit_full",
    status=422,
    zh="这个单元登记的户数超过{limit}户。请核对楼栋和单元。",
    en="More than {limit} homes are registered below this entrance. Check building and entrance.",
)


def range_of_place(path: str) -> tuple[str, str]:
    """(low, high) of an area, a building, a unit or a household (whose path of 21 characters is no level of the tree).

    Raises division.path_malformed.
    """
    if len(path) == HOUSEHOLD_PATH and path[:12].isdigit() and path.isalnum():
        return path, path + ABOVE_ALL
    return range_of(path)


def fold_text(text: str) -> str:
    """A text for comparing: narrow characters, no blanks, upper case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def building_key(name: str) -> str:
    """A building's name for comparing: 3号楼, 3#, ３栋 and 03 are the same building."""
    bare = fold_text(name)
    stem = _BUILDING_TAIL.sub("", bare) or bare
    return stem.lstrip("0") or "0"


def building_label(name: str) -> str:
    """A building's name for people: a bare number becomes 3号楼, anything else stays as the office wrote it."""
    bare = fold_text(name)
    stem = _BUILDING_TAIL.sub("", bare)
    return f"{stem.lstrip('0') or '0'}号楼" if stem.isdigit() and stem.isascii() else name.strip()


def door_key(text: str) -> str:
    """A door for comparing: 301室, 0301 and ３０１ are the same door."""
    bare = fold_text(text)
    stem = _DOOR_TAIL.sub("", bare) or bare
    return stem.lstrip("0") or "0"


def numbered_entrance(number: int) -> str:
    """The two characters of a path for a numbered entrance: 00 … 99, then A0 … ZZ (a dormitory may have that many)."""
    if 0 <= number < 100:
        return f"{number:02d}"
    beyond = number - 100
    if not 0 <= beyond < 26 * 36:
        raise ValueError("a building has at most 1,036 entrances")
    return _BASE36[10 + beyond // 36] + _BASE36[beyond % 36]


def entrance_code(text: str) -> str | None:
    """The two characters of a path for an entrance: 1单元 → 01, 东单元 → 0E, blank → 00; None when it is not clear."""
    bare = fold_text(text)
    stem = _ENTRANCE_TAIL.sub("", bare)
    if not bare:
        return "00"
    if stem in _COMPASS:
        return "0" + _COMPASS[stem]
    if stem in _CARDINAL:
        return f"{_CARDINAL[stem]:02d}"
    if stem.isascii() and stem.isalnum():
        stem = stem.lstrip("0") or "0"
        return stem.rjust(2, "0") if len(stem) <= 2 else None
    return None


def entrance_label(code: str) -> str:
    """An entrance for people from the two characters of a path: 01 → 1单元, 0E → 东单元, 00 → ''."""
    if code in ("", "00"):
        return ""
    stem = code.lstrip("0")
    compass = {letter: word for word, letter in _COMPASS.items()}
    return f"{compass.get(stem, stem)}单元"


def masked_name(name: str) -> str:
    """A name for lists of roles that see masked people only."""
    return mask_name(name)


def household_number(number: int) -> str:
    """Three characters for the running number of a household below a unit: 000 … 999, then A00 … ZZZ.

    Raises ValueError outside 0 … HOUSEHOLDS_A_UNIT - 1.
    """
    if 0 <= number < 1000:
        return f"{number:03d}"
    beyond = number - 1000
    if not 0 <= beyond < HOUSEHOLDS_A_UNIT - 1000:
        raise ValueError(f"a unit holds at most {HOUSEHOLDS_A_UNIT} households")
    first, rest = divmod(beyond, 36 * 36)
    return _BASE36[10 + first] + _BASE36[rest // 36] + _BASE36[rest % 36]


def household_rank(characters: str) -> int:
    """The running number behind three characters of a path; the inverse of `household_number`."""
    if characters.isdigit():
        return int(characters)
    return 1000 + (_BASE36.index(characters[0]) - 10) * 36 * 36 + int(characters[1:], 36)


def tag_numbers(words: Iterable[str]) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Known care words as numbers in ascending order, and the words that are not in the register's list."""
    known: set[int] = set()
    other: list[str] = []
    for word in words:
        number = next((n for tag, n in TAGS.items() if tag in word), None)
        if number is None:
            other.append(word)
        else:
            known.add(number)
    return tuple(sorted(known)), tuple(other)


def phone_digits(text: str) -> str | None:
    """A phone as digits; None when their number fits neither a mobile (11) nor a landline (7 to 12, with extension 16)."""
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return digits if 7 <= len(digits) <= 16 and (len(digits) != 11 or digits[0] in "01") else None


def changed_fields(old: dict[str, object], new: dict[str, object]) -> list[str]:
    """Names of what a new record says otherwise than the old one, in the new one's order; what it leaves out is no change."""
    return [name for name, value in new.items() if value not in (None, "", ()) and old.get(name) != value]
