"""The words of rosters: why somebody stands somewhere, what binds, and the names of the planner's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianfang.kernel.errors import Language

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "why.nobody_free": ("没有休息够、有空的人", "nobody free and rested"),
    "why.no_pair": (
        "本岗位须两人以上，凑不齐两人，整班空缺",
        "at least two must stand here and no two were found, so nobody does",
    ),
    "why.held": ("已认领或已固定", "claimed or held already"),
    "why.skill": ("具备所需技能", "has the skill asked for"),
    "why.home": ("住在本村（社区）", "lives in this community"),
    "why.town": ("住在本乡镇", "lives in this township"),
    "why.rested": ("休息够、工时最少", "rested, fewest hours"),
    "why.chosen": ("由人指定", "chosen by hand"),
    "figure.open": ("空缺位置", "places open"),
    "figure.hours": ("工时最多与最少相差（小时）", "most hours less fewest"),
    "figure.nights": ("夜班最多与最少相差（个）", "most nights less fewest"),
    "remark.short": ("{hours}开始的班还缺{n}人次", "shifts from {hours} lack {n} people"),
    "binds.nothing": (
        "没有限制卡住：每个位置都有人，休息和工时都在规定内。",
        "Nothing binds: every place has somebody, within rest and hours.",
    ),
    "binds.people": (
        "看了{of}个空缺中的{places}个，逐人核对：{why}。",
        "Looked at {places} of {of} open places, person by person: {why}.",
    ),
    "binds.pairs": (
        "{n}个班须两人以上，凑不齐两人，整班空缺（不排单人）。",
        "{n} shifts need two people and no two were found: they stay empty, nobody stands there alone.",
    ),
    "buys.nothing": (
        "再多一个人或一小时：不会有改变（0），没有空缺。",
        "One more person or hour: changes nothing (0); no place is open.",
    ),
    "buys.person": (
        "再多一个人（技能齐全、随时能来）：{of}个空缺中可再填{n}个。",
        "One more person with the skills and all their time: fills {n} of {of} open places.",
    ),
    "stop.post": ("不能去该岗位{n}人次", "{n} may not stand there"),
    "stop.skill": ("缺技能{n}人次", "{n} lack the skill"),
    "stop.hours": ("请假、不在本人时间内或在别处值守{n}人次", "{n} are away, on duty elsewhere or outside their hours"),
    "stop.busy": ("当天已有班{n}人次", "{n} have a shift that day"),
    "stop.rest": ("休息、夜班或工时会超限{n}人次", "{n} would break rest, nights or hours"),
    "stop.free": (
        "有空但计算未用{n}人次（可延长计算或手工安排）",
        "{n} are free but were not used (compute longer, or place by hand)",
    ),
    "remark.elsewhere": ("已计入在别处的{n}个班", "{n} shifts elsewhere are counted in"),
    "rostering.leave": ("此人当天不能值守", "not to be had that day"),
    "rostering.skill": ("缺少所需技能", "lacks the skill"),
    "rostering.post": ("不能去这个岗位", "may not stand at that post"),
    "rostering.rest": ("班次之间休息不足", "too little rest between shifts"),
    "rostering.run": ("连续工作天数过多", "too many days in a row"),
    "rostering.nights": ("连续夜班过多", "too many nights in a row"),
    "rostering.week": ("一周工时超过上限", "hours of the week are over the limit"),
    "rostering.crowd": ("这一班人数超过所需", "more people than the shift wants"),
    "rostering.alone": ("只剩一人值守", "one person would stand alone"),
    "rostering.shift_length": ("单班时间过长", "the shift is too long"),
}


def sentence(code: str, values: Mapping[str, Any], language: Language) -> str:
    """The words of a code; the planner's own text where it has none."""
    zh, en = _WORDS.get(code, (str(values.get("text", code)),) * 2)
    filled = {key: value for key, value in values.items() if key != "text"}
    if "why" in filled:
        filled["why"] = ("，" if language == "zh" else ", ").join(
            sentence(why, {"n": n}, language) for why, n in filled["why"]
        )
    return (zh if language == "zh" else en).format_map(filled)
