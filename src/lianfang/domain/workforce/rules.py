"""Words of the workforce: kinds of organisation and member, nets, duties; data that an office may add to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_SKILL: Final = 20
"""Characters of one skill (assumption: 核酸采样, 心理疏导 and the like have a quarter of it)."""


@dataclass(frozen=True)
class Word:
    """One word in two languages."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """The word in a language."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class Kind(Word):
    """A kind of organisation. net: what belonging to it means; temporary: founded at the front line and dissolved."""

    net: str = "work"
    temporary: bool = False


NETS: Final = {
    "work": Word("单位", "work"),
    "community": Word("社区网", "community net"),
    "party": Word("党建网", "party net"),
    "volunteer": Word("志愿网", "volunteer net"),
}
KINDS: Final = {
    "office": Kind("机关单位", "office"),
    "company": Kind("企业", "company"),
    "hospital": Kind("医院", "hospital"),
    "school": Kind("学校", "school"),
    "project": Kind("项目", "project"),
    "public_place": Kind("重点场所", "public place"),
    "village": Kind("村（社区）", "village or community office"),
    "social": Kind("社会组织", "social organisation", "volunteer"),
    "party_branch": Kind("党支部", "party branch", "party"),
    "party_group": Kind("党小组", "party group", "party"),
    "service_team": Kind("服务队", "service team", "volunteer"),
    "grid_team": Kind("网格队伍", "grid team", "community"),
    "temporary_branch": Kind("临时党支部", "temporary branch", "party", True),
    "temporary_group": Kind("临时党小组（工作组）", "temporary group", "party", True),
    "squad": Kind("突击队", "squad", "volunteer", True),
    "sampling_team": Kind("采样小组", "sampling team", "community", True),
    "reserve_team": Kind("预备队", "reserve team", "work", True),
    "medical_team": Kind("医疗队", "medical team", "work", True),
    "other": Kind("其他组织", "other"),
}
"""Kinds the product knows words for; any other word that an office uses is kept and shown as it is."""
MEMBER_KINDS: Final = {
    "cadre": Word("干部", "cadre"),
    "party_member": Word("党员", "party member"),
    "volunteer": Word("志愿者", "volunteer"),
    "medic": Word("医务人员", "medic"),
    "worker": Word("职工", "employee"),
    "grid_worker": Word("网格员", "grid worker"),
    "building_lead": Word("楼长", "building lead"),
}
DUTIES: Final = {
    "member": Word("成员", "member"),
    "head": Word("负责人", "head"),
    "deputy": Word("副职", "deputy"),
    "secretary": Word("书记", "secretary"),
    "contact": Word("联系人", "contact"),
}
WHYS: Final = {
    1: Word("住在这里", "lives here"),
    2: Word("单位在这里", "works in a unit here"),
    3: Word("本单位", "of the unit"),
    4: Word("在此服务", "serves here"),
    5: Word("已来报到", "registered here"),
}
VIAS: Final = {
    "code": Word("扫码", "scanned code"), "link": Word("链接", "link"), "office": Word("社区代录", "entered by the office"),
}  # fmt: skip
TIED: Final = {
    "post": Word("岗位", "post"), "site": Word("点位", "site"), "building": Word("楼栋", "building"), "zone": Word("管控区", "zone"),
    "compound": Word("小区", "compound"), "grid": Word("网格", "grid"),
}  # fmt: skip
_COUNTY: Final = 6
_TIE = re.compile(rf"({'|'.join(TIED)}):([0-9A-Za-z]{{1,40}})")


def kind_word(kind: str, language: str) -> str:
    """A kind of organisation in words."""
    return KINDS[kind].say(language) if kind in KINDS else kind


def word(words: dict[str, Word], key: str, language: str) -> str:
    """A key in words, the key itself where an office added it."""
    return words[key].say(language) if key in words else key


def net_of(kind: str) -> str:
    """The net that belonging to an organisation of this kind means."""
    return KINDS[kind].net if kind in KINDS else "work"


def tie(text: str) -> tuple[str, str] | None:
    """What a team is tied to as (what, number or path); None for a team tied to nothing or malformed."""
    found = _TIE.fullmatch(text)
    return (found[1], found[2]) if found else None


def key_path(path: str) -> str:
    """The six digits that name the standing key for something at a path (a city's office has the key of its own number)."""
    return path[:_COUNTY].ljust(_COUNTY, "0")
