"""Codes of plans in the reader's language: both languages say something, values fill it, what was kept before still reads."""

from __future__ import annotations

import pytest

from lianfang.base.access.pages import speaking
from lianfang.domain.plans import binding
from lianfang.domain.plans.binding import proof_of
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.pages import reasons_of
from lianfang.domain.plans.registry import kind_of, kinds
from lianfang.planning import Result, Status

KM = {"from": "office", "km": 3.2}
SAID = [
    ("deployment", "why.same_county", KM, "单位在本县（市、区），乡镇内已满（3.2 公里）",
     "the unit in this county; the own township is full (3.2 km)"),
    ("organisations", "why.nearest", {"near": "same_township", "rank": 1}, "单位在本乡镇（街道），是最近的单位",
     "the unit's office is in this township; it is the nearest unit"),
    ("organisations", "buys.unit", {"km": 2.5, "people": -3, "real": 1}, "再多一个单位（设在路最远处）：各单位共少走2.5公里，多缺3人。",
     "One more unit, where the way is longest: the others' ways get 2.5 km shorter, 3 more people are missing."),
    ("organisations", "binds.short", {"missing": 3, "names": [["东街", 2], ["西街", 1]], "spare": 4},
     "共缺3人，缺得最多的：东街 2、西街 1。别处单位还有4人可派，但为此拆散单位或走得更远不合算。",
     "3 people are missing, most at 东街 2, 西街 1. Units elsewhere have 4 more, but splitting them or going farther costs more."),
    ("grids", "remark.changed", {"count": 2, "of": 9, "names": ["第1网格", "new:411621001001-2"]},
     "与现有网格相比，有变动的2个（共9个）：第1网格、新网格2。其余网格不变。",
     "Beside today's grids 2 of 9 change: 第1网格, New grid 2. The others stay as they are."),
    ("roster", "binds.people", {"places": 1, "of": 2, "why": [["stop.rest", 3], ["stop.skill", 1]]},
     "看了2个空缺中的1个，逐人核对：休息、夜班或工时会超限3人次，缺技能1人次。",
     "Looked at 1 of 2 open places, person by person: 3 would break rest, nights or hours, 1 lack the skill."),
    ("routes", "why.stop", {"order": 2, "at": "08:10", "homes": 12, "minutes": 36}, "第2站，08:10到，12户约36分钟",
     "stop 2, at 08:10, 12 homes, about 36 minutes"),
    ("sites", "why.nearest", {"m": 80}, "最近的采样点（80 米）", "the nearest site (80 m)"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "values", "chinese", "english"), SAID)
def test_a_code_is_said_in_the_language_of_the_reader(
    kind: str, code: str, values: dict[str, object], chinese: str, english: str
) -> None:
    for language, words in (("zh", chinese), ("en", english)):
        with speaking(language):  # type: ignore[arg-type]
            assert kind_of(kind).sentence(code, values) == words


def test_an_unknown_code_says_what_the_engine_said() -> None:
    for kind in kinds():
        assert kind.sentence("engine.new_rule", {"text": "A rule {of} tomorrow."}) == "A rule {of} tomorrow."


def test_why_there_is_no_plan_is_worded_for_the_reader_and_older_plans_keep_their_sentence() -> None:
    told = [{"code": "assignment.too_few_seats", "values": {"text": "Too many units."}}]
    fresh = {"code": "plans.infeasible", "values": {"why": "Too many units."}, "engine": {"why": told}}
    older = {"code": "plans.infeasible", "values": {"why": "单位太多，按每处的上限放不下"}}
    plan = Plan(kind="organisations", reasons=[fresh, older])
    chinese, kept = reasons_of(plan)
    assert "单位太多，按每处的上限放不下" in chinese and kept == chinese
    with speaking("en"):
        english, kept = reasons_of(plan)
    assert "too many units for what communities take" in english
    assert "单位太多" in kept


def test_nothing_binds_is_said_in_both_languages() -> None:
    assert binding.sentence("buys.none").startswith("再多一个人")
    with speaking("en"):
        assert binding.sentence("buys.none") == "One more person, unit or hour: changes nothing (0)."
    assert binding.sentence("remark.short") == ""


@pytest.mark.parametrize(
    ("status", "bound", "code"),
    [
        (Status.OPTIMAL, 100.0, "remark.proven"),
        (Status.FEASIBLE, 95.0, "remark.within"),
        (Status.FEASIBLE, 1.0, "remark.open"),
    ],
)
def test_how_far_a_plan_is_proven_is_said_only_where_it_tells_something(
    status: Status, bound: float, code: str
) -> None:
    found = proof_of(Result(status=status, objective=100.0, bound=bound, seconds=1.0))
    assert [one.code for one in found] == [code]
    assert proof_of(Result(status=Status.FEASIBLE, objective=100.0, bound=None, seconds=1.0)) == []
