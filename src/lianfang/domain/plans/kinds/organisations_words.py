"""The words of a pairing of units: reasons of lines, figures, what binds, what one more would buy, broken rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lianfang.kernel.errors import Language

WORDS: Final[dict[str, tuple[str, str]]] = {
    "near.same_community": ("单位就在本村（社区）", "the unit's office is in this community"),
    "near.same_township": ("单位在本乡镇（街道）", "the unit's office is in this township"),
    "near.same_county": ("单位在本县（市、区）", "the unit's office is in this county"),
    "near.same_city": ("单位在本市", "the unit's office is in this city"),
    "near.far": ("单位在外地", "the unit's office is elsewhere"),
    "why.nearest": ("{near_zh}，是最近的单位", "{near_en}; it is the nearest unit"),
    "why.rank": (
        "{near_zh}，是第{rank}近的单位；更近的要包联别处",
        "{near_en}; number {rank} by distance, the nearer ones are needed elsewhere",
    ),
    "why.alike": (
        "各单位离这里一样远，按人数搭配",
        "every unit is equally far from here; matched by its people",
    ),
    "of_unit": ("该单位共包联{of_unit}处", "this unit answers for {of_unit} communities"),
    "of_place": ("这里共有{of_place}个单位", "{of_place} units answer here"),
    "why.by_hand": ("由人工调整；{near_zh}，第{rank}近", "set by hand; {near_en}, number {rank} by distance"),
    "figure.units": ("参加的单位", "units"),
    "figure.places": ("有单位的村（社区）", "communities with a unit"),
    "figure.links": ("包联关系", "links"),
    "figure.several": ("包联多处的单位", "units with several communities"),
    "figure.placed": ("去的人数", "people sent"),
    "figure.missing": ("仍缺人数", "people missing"),
    "figure.km": ("平均距离", "mean distance"),
    "figure.far": ("最远", "farthest"),
    "figure.in_township": ("不出本乡镇的包联", "links within the township"),
    "binds.nothing": (
        "没有限制卡住：每处都有单位，人数都够，没有单位达到包联上限。",
        "Nothing binds: every community has its unit and its people, and no unit is at its limit.",
    ),
    "binds.units": (
        "单位比村（社区）少：{units}个单位对{places}处，{several}个单位要包联多处。",
        "There are fewer units than communities: {units} for {places}, so {several} units answer for several.",
    ),
    "binds.most": (
        "{units}个单位已到上限（每个单位最多{most}处）。",
        "{units} units are at their limit of {most} communities each.",
    ),
    "binds.short": (
        "共缺{missing}人，缺得最多的：{names}。别处单位还有{spare}人可派，但为此拆散单位或走得更远不合算。",
        "{missing} people are missing, most at {names}. Units elsewhere have {spare} more, but splitting them or going farther costs more.",
    ),
    "buys.person": (
        "再多一个人：给包联{place}的单位，就少缺一人。",
        "One more person: given to the unit of {place}, one less is missing.",
    ),
    "buys.person_none": (
        "再多一个人：不会有改变（0），各处人数都够。",
        "One more person: changes nothing (0); everybody wanted is there.",
    ),
    "buys.unit": ("再多一个单位（设在路最远处）：{gain_zh}。", "One more unit, where the way is longest: {gain_en}."),
    "buys.link": ("每个单位可多包联一处：{gain_zh}。", "One community more for each unit: {gain_en}."),
    "buys.unit_unknown": (
        "再多一个单位能换来多少：在给定时间内没有证明出来，不作估计。延长计算时间即可知道。",
        "What one more unit would buy was not proven in the time given, so it is not guessed. Allow more seconds to know.",
    ),
    "buys.link_unknown": (
        "放宽上限能换来多少：在给定时间内没有证明出来，不作估计。",
        "What a higher limit would buy was not proven in the time given, so it is not guessed.",
    ),
    "buys.unproven": (
        "再多一个单位能换来多少：本方案未证明最优，或有固定的行，无从比较，不作估计。",
        "What one more unit would buy is not known: the plan is not proven best, or lines are pinned, so nothing compares with it.",
    ),
    "buys.edited": (
        "再多一个单位能换来多少：方案改动后未重算，重新计算后可知。",
        "What one more unit would buy is not known after a change by hand; compute again to know.",
    ),
    "remark.by_gates": (
        "各处需要的人数按小区、出入口和有无物业分摊。",
        "People are shared by compounds, their gates, and whether a manager looks after them.",
    ),
    "remark.by_residents": ("各处需要的人数按居民人数分摊。", "People are shared by the number of residents."),
    "remark.by_equal": (
        "没有小区和居民数据：各处需要的人数平均分摊。",
        "Neither compounds nor residents are known: people are shared evenly.",
    ),
    "remark.left_out": (
        "已有包联的{units}个单位、{places}个村（社区）不再安排。",
        "{units} units and {places} communities that are paired already are left out.",
    ),
    "remark.most_raised": (
        "每个单位最多{asked}处不够分，已按{most}处计算。",
        "{asked} communities a unit are too few to serve all; {most} were allowed.",
    ),
    "remark.tree": (
        "没有村界数据：远近按“本村、本乡镇、本县”判断，不显示公里数。",
        "No outlines were given: nearness is judged by community, township, county; no kilometres are shown.",
    ),
    "remark.proven": ("已证明：没有更好的安排。", "Proven: no other plan is better."),
    "remark.within": ("距离理论最优不超过{percent}%。", "At most {percent} % from the proven bound."),
    "assignment.too_few_links": (
        "单位太少，按每个单位的上限分不完所有村（社区）",
        "too few units for all communities under their limit",
    ),
    "assignment.too_few_seats": ("单位太多，按每处的上限放不下", "too many units for what communities take"),
    "assignment.pin.conflict": ("固定的行互相矛盾", "the pinned lines leave no plan"),
    "assignment.link": ("同一单位两次包联同一处", "a unit is paired with the same community twice"),
    "assignment.size": ("派出的人多于单位可派的人", "a unit sends more people than it can"),
    "assignment.links": ("有单位没有包联任何一处，或超过上限", "a unit has no community, or more than its limit"),
    "assignment.unserved": ("有村（社区）没有单位", "a community is left without a unit"),
    "assignment.crowded": ("一处的单位多于模板允许", "a community has more units than its template takes"),
    "assignment.unmet": ("缺额统计对不上", "the missing people are not counted right"),
    "assignment.amount": ("人数有误", "a number of people is not right"),
    "assignment.objective": ("方案的数值对不上", "the figures of the plan do not add up"),
}


def sentence(code: str, values: Mapping[str, Any], language: Language) -> str:
    """A code in words; the engine's own sentence where there are none."""
    zh, en = WORDS.get(code, ("", ""))
    filled = dict(values)
    if "near" in values:
        filled["near_zh"], filled["near_en"] = WORDS[f"near.{values['near']}"]
    if code in ("buys.unit", "buys.link"):
        filled["gain_zh"], filled["gain_en"] = _gain(values)
    if "names" in values:
        filled["names"] = ("、" if language == "zh" else ", ").join(
            f"{name} {count}" for name, count in values["names"]
        )
    words = (zh if language == "zh" else en) or str(values.get("text", code))
    text = words.format_map(filled)
    if "km" in values and code.startswith("why."):
        text += f"（{values['km']} 公里）" if language == "zh" else f" ({values['km']} km)"
    for key in ("of_unit", "of_place"):
        if key in values and code.startswith("why."):
            text += ("；" if language == "zh" else "; ") + WORDS[key][language == "en"].format_map(filled)
    return text


def _gain(values: Mapping[str, Any]) -> tuple[str, str]:
    """What changes for those who are there now: kilometres where they are known, and people."""
    km, people = float(values["km"]), int(values["people"])
    zh, en = [], []
    if values["real"] and km:
        zh.append(f"各单位共{'少' if km > 0 else '多'}走{abs(km)}公里")
        en.append(f"the others' ways get {abs(km)} km {'shorter' if km > 0 else 'longer'}")
    if people:
        zh.append(f"{'少' if people > 0 else '多'}缺{abs(people)}人")
        en.append(f"{abs(people)} {'fewer' if people > 0 else 'more'} people are missing")
    return ("，".join(zh), ", ".join(en)) if zh else ("不会有改变（0）", "nothing changes (0)")


__all__ = ["WORDS", "sentence"]
