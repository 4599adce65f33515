"""The words of rosters: why somebody stands somewhere, what binds, and the names of the planner's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianfang.kernel.errors import Language

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "why.nobody_free": ("没有休息够、有空的人", "nobody free and rested"),
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
    return (zh if language == "zh" else en).format_map({key: value for key, value in values.items() if key != "text"})
