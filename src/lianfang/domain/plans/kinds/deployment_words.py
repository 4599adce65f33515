"""The words of a deployment: reasons of lines, remarks, figures, roles, broken rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lianfang.kernel.errors import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    "role.lead": ("带队", "lead"),
    "role.deputy": ("副带队", "deputy"),
    "role.member": ("成员", "member"),
    "why.home": ("住在本村（社区）", "lives in this community"),
    "why.same_community": ("单位就在本村（社区）", "the unit's office is in this community"),
    "why.same_township": ("{from_zh}在本乡镇（街道），最近的空缺", "{from_en} in this township, the nearest open seat"),
    "why.same_county": ("{from_zh}在本县（市、区），乡镇内已满", "{from_en} in this county; the own township is full"),
    "why.same_city": ("{from_zh}在本市外县，支援本县", "{from_en} in another county of the city; sent to help"),
    "why.far": ("{from_zh}不在本市，按需要安排", "{from_en} outside the city; sent where needed"),
    "why.by_hand": ("由人工调整", "set by hand"),
    "why.no_seat": ("各处名额已满，留作后备", "every seat is filled; kept in reserve"),
    "why.no_skill": ("剩余空缺需要带队资格，留作后备", "the seats left ask for a lead; kept in reserve"),
    "counted.communities": ("社区", "communities"),
    "counted.villages": ("村", "villages"),
    "counted.compounds": ("小区", "compounds"),
    "from.home": ("家", "home"),
    "from.office": ("单位", "the unit"),
    "figure.placed": ("已安排", "placed"),
    "figure.unplaced": ("留作后备", "in reserve"),
    "figure.empty": ("空缺名额", "seats empty"),
    "figure.without_lead": ("没有带队人的地方", "places without a lead"),
    "figure.at_home": ("在本村（社区）服务", "serve where they live"),
    "figure.in_township": ("不出本乡镇", "stay in their township"),
    "figure.km": ("平均距离", "mean distance"),
    "figure.together": ("同单位同一地点的平均人数", "people of one unit at one place, mean"),
    "remark.denominator": (
        "区划名单中有{listed:,}个村（社区）；文件记载：{published}。按区划名单安排。",
        "The list of divisions has {listed:,} villages and communities; documents count {published}. The plan goes by the list.",
    ),
    "remark.compounds": (
        "登记了{registered:,}个小区；文件记载：{published}。按登记的小区安排。",
        "{registered:,} compounds are registered; documents count {published}. The plan goes by those registered.",
    ),
    "remark.compounds_apart": (
        "登记了{registered:,}个小区；文件记载：{published}。本方案只到村（社区）。",
        "{registered:,} compounds are registered; documents count {published}. This plan goes to communities only.",
    ),
    "remark.left_out": (
        "已有包联的{count}处不再安排。",
        "{count} places that somebody answers for already are left out.",
    ),
    "remark.widened": (
        "单位负责人只有{heads:,}名，少于{places:,}处：干部和党员也可带队（假定，可改）。",
        "There are {heads:,} heads of units for {places:,} places: cadres and party members may lead as well (assumption).",
    ),
    "remark.short": (
        "{role}缺{missing}名：没有更多符合条件的人。",
        "{missing} seats for a {role} stay empty: nobody else qualifies.",
    ),
    "remark.full": ("名额全部填满，{reserve}人留作后备。", "Every seat is filled; {reserve} people are in reserve."),
    "remark.one_more": (
        "再多一个人，最该去{place}（缺{missing}名，权重{weight}）。",
        "One more person would help most at {place} (short of {missing}, weight {weight}).",
    ),
    "remark.tree": (
        "没有村界数据：远近按“本村、本乡镇、本县”判断，不显示公里数。",
        "No outlines were given: nearness is judged by community, township, county; no kilometres are shown.",
    ),
    "remark.proven": ("已证明：没有更好的安排。", "Proven: no other plan is better."),
    "remark.within": ("距离理论最优不超过{percent}%。", "At most {percent} % from the proven bound."),
    "assignment.seats": ("该处名额已满", "more people than seats at a place"),
    "assignment.skill": ("此人不符合该角色的条件", "somebody cannot fill that role"),
    "assignment.seat": ("角色与地点不匹配", "a place without a role"),
    "assignment.objective": ("方案的数值对不上", "the figures of the plan do not add up"),
    "assignment.unmet": ("缺额统计对不上", "the missing people are not counted right"),
    "assignment.people": ("人员名单已变", "the list of people is another one"),
    "assignment.pin.seats": ("固定的人数超过该处名额", "more people are pinned to a place than it has seats"),
    "assignment.empty": ("没有人员或没有地点", "there is nobody to place, or no place"),
}


def sentence(code: str, values: Mapping[str, Any], language: Language) -> str:
    """A code in words; the engine's own sentence where there are none."""
    zh, en = WORDS.get(code, ("", ""))
    words = (zh if language == "zh" else en) or str(values.get("text", code))
    filled = dict(values)
    if "from" in values:
        filled["from_zh"], filled["from_en"] = WORDS[f"from.{values['from']}"]
    if "role" in values:
        filled["role"] = sentence(f"role.{values['role']}", {}, language)
    if "counted" in values:
        filled["published"] = _counted(values["counted"], language)
    text = words.format_map(_Blank(filled))
    if "km" in values and code.startswith("why."):
        text += f"（{values['km']} 公里）" if language == "zh" else f" ({values['km']} km)"
    return text


def _counted(counted: Sequence[tuple[str, int, str, str]], language: Language) -> str:
    """Published counts (what, value, day, source) by source, so that each source is named once."""
    by_source: dict[tuple[str, str], list[str]] = {}
    for what, value, day, source in counted:
        word = sentence(f"counted.{what}", {}, language)
        by_source.setdefault((day, source), []).append(f"{word}{value:,}" if language == "zh" else f"{value:,} {word}")
    if language == "zh":
        return "；".join(f"{'、'.join(told)}（{source}，{day}）" for (day, source), told in by_source.items())
    return "; ".join(f"{', '.join(told)} ({source}, {day})" for (day, source), told in by_source.items())


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""
