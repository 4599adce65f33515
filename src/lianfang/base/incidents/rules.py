"""When a zone may be lifted or lowered: the playbook's rule against the evidence, as a pure decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from lianfang.base.playbooks.api import ZoneModel
from lianfang.base.playbooks.model.disease import LiftCondition, LiftRule

Standing = Literal["met", "not_met", "unknown"]

_WORDS = {
    "no_new_case_days": ("连续{days}天无新增感染者", "no new case for {days} days"),
    "last_contact_exposure_over_days": (
        "最后一名密接暴露已满{days}天",
        "{days} days since the last contact's exposure",
    ),
    "last_contact_transferred_over_days": ("最后一名密接转运已满{days}天", "{days} days since the last contact left"),
    "full_round_negative_within_days_before": (
        "解除前{days}天内完成一轮全员检测且均为阴性",
        "a full negative round within the last {days} days",
    ),
    "round_negative_on_day": ("第{days}天检测均为阴性", "a negative round on day {days}"),
    "authority_confirms": ("主管部门确认", "the authority confirms it"),
    "all_stricter_zones_lifted": ("更严格的风险区均已解除", "all stricter zones are lifted"),
}


@dataclass(frozen=True)
class Evidence:
    """What is known about one condition: whether it holds (None = nobody can tell from the data), and from where.

    detail: the figures behind it in both languages (Chinese, English), for the one who decides.
    """

    holds: bool | None
    source: str = ""
    detail: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class ConditionVerdict:
    """One condition of a lift rule and where it stands; statement: what a person declared where data cannot tell."""

    condition: LiftCondition
    standing: Standing
    source: str = ""
    statement: str = ""
    detail: tuple[str, str] = ("", "")

    def words(self, language: Literal["zh", "en"]) -> str:
        """The condition as words."""
        if self.condition.words is not None:
            return self.condition.words.zh if language == "zh" else self.condition.words.en
        zh, en = _WORDS[self.condition.kind]
        return (zh if language == "zh" else en).format(days=self.condition.days or 0)


def lift_rule(model: ZoneModel, level: str, lowered_from: str = "") -> LiftRule | None:
    """The rule for a zone of this level: the one for its history if there is one, else the general one.

    A rule that one city used is an example of the source, not ours to apply.
    """
    rules = [rule for rule in model.levels[level].lift if rule.local is None]
    special = [rule for rule in rules if rule.after_level and rule.after_level == lowered_from]
    general = [rule for rule in rules if not rule.after_level]
    return next(iter(special + general), None)


def judge(
    rule: LiftRule, evidence: Mapping[str, Evidence], statements: Mapping[str, str]
) -> tuple[ConditionVerdict, ...]:
    """Every condition of a rule: met, not met, or unknown where neither data nor a person says anything.

    A statement of a person counts only where the data cannot tell; it never outweighs data.
    """
    found = []
    for condition in rule.all_of:
        known = evidence.get(condition.kind, Evidence(None))
        statement = statements.get(condition.kind, "").strip()
        if known.holds is None:
            standing: Standing = "met" if statement else "unknown"
        else:
            standing = "met" if known.holds else "not_met"
        found.append(
            ConditionVerdict(condition, standing, known.source, statement if known.holds is None else "", known.detail)
        )
    return tuple(found)


def days_in_force(from_at: datetime | None, now: datetime) -> int:
    """Whole days that a zone has been in force."""
    return 0 if from_at is None else (now - from_at) // timedelta(days=1)


def by_clock(condition: LiftCondition, from_at: datetime | None, now: datetime) -> Evidence:
    """What the calendar alone says: a condition of so many days cannot hold in a zone younger than that."""
    too_young = condition.days is not None and days_in_force(from_at, now) < condition.days
    if condition.kind == "no_new_case_days" and too_young:
        return Evidence(False, "zone")
    return Evidence(None)


def together(found: Sequence[Evidence]) -> Evidence:
    """Several sources on one condition: one that knows it fails decides, then one that knows it holds; figures of all."""
    decided = [one for one in found if one.holds is False] or [one for one in found if one.holds] or list(found)
    told = [one for one in found if any(one.detail)]
    detail = ("；".join(one.detail[0] for one in told), "; ".join(one.detail[1] for one in told))
    return Evidence(decided[0].holds, decided[0].source or next((one.source for one in told), ""), detail)
