"""What testing rounds show about a zone: evidence for or against lifting it, with the figures behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from lianfang.base.incidents.api import Evidence, Zone, register_evidence
from lianfang.base.playbooks.model.disease import LiftCondition
from lianfang.kernel.clock import beijing_day

SOURCE = "rounds"


@dataclass(frozen=True)
class RoundFacts:
    """One testing round within a zone: people expected, sampled, not sampled with a reason, without a final result.

    sampled_at: the last swab; positive_at: when the last positive person was found.
    """

    round_id: int
    opened_at: datetime
    closed: bool
    sampled_at: datetime | None
    expected: int
    sampled: int
    explained: int
    undecided: int
    positive: int
    positive_at: datetime | None

    @property
    def unexplained(self) -> int:
        """People expected, not sampled, and nobody wrote why."""
        return max(0, self.expected - self.sampled - self.explained)

    @property
    def clean(self) -> bool:
        """Everybody sampled or accounted for, every result in, nobody positive."""
        return self.sampled > 0 and not (self.unexplained or self.undecided or self.positive)

    def detail(self) -> tuple[str, str]:
        """The round in one line, in both languages."""
        day = beijing_day(self.sampled_at or self.opened_at).isoformat()
        return (
            f"{day}轮次：应检{self.expected}，实采{self.sampled}，有原因未采{self.explained}，无原因未采{self.unexplained}，"
            f"待出结果{self.undecided}，阳性{self.positive}",
            f"round of {day}: {self.expected} expected, {self.sampled} sampled, {self.explained} not sampled with a reason, "
            f"{self.unexplained} without, {self.undecided} results open, {self.positive} positive",
        )


def judge_days_without_case(rounds: Sequence[RoundFacts], days: int, now: datetime) -> Evidence:
    """No positive for so many days: a positive within them fails it; a clean round within them holds it.

    Without a clean round nobody looked, so a person has to say. Rounds newest first.
    """
    since = now - timedelta(days=days)
    found = [one for one in rounds if one.positive_at is not None and one.positive_at > since]
    if found:
        last = max(one.positive_at for one in found if one.positive_at is not None)
        day = beijing_day(last).isoformat()
        return Evidence(False, SOURCE, (f"最近一次检出阳性：{day}", f"last positive found on {day}"))
    clean = [one for one in _sampled_since(rounds, since) if one.clean]
    if not clean:
        return Evidence(None)
    return Evidence(True, SOURCE, (
        f"{days}天内{len(clean)}轮全部阴性，最近：{clean[0].detail()[0]}",
        f"{len(clean)} negative rounds within {days} days, the last: {clean[0].detail()[1]}",
    ))  # fmt: skip


def judge_full_round(rounds: Sequence[RoundFacts], days: int, now: datetime) -> Evidence:
    """A full negative round within the last days: the newest round of them decides; without one a person has to say."""
    recent = _sampled_since(rounds, now - timedelta(days=days))
    return Evidence(recent[0].clean, SOURCE, recent[0].detail()) if recent else Evidence(None)


def judge_round_on_day(rounds: Sequence[RoundFacts], day: int, from_at: datetime | None) -> Evidence:
    """A negative round on that day of the zone or after it; a newer one that is not clean outweighs an older clean one."""
    if from_at is None:
        return Evidence(None)
    late = _sampled_since(rounds, from_at + timedelta(days=day - 1))
    return Evidence(late[0].clean, SOURCE, late[0].detail()) if late else Evidence(None)


def _sampled_since(rounds: Sequence[RoundFacts], since: datetime) -> list[RoundFacts]:
    return [one for one in rounds if one.sampled_at is not None and one.sampled_at > since]


def facts_of(zone: Zone) -> list[RoundFacts]:
    """The testing rounds of a zone's incident that reach the zone, newest first; nothing for who may not see figures."""
    known: dict[str, list[RoundFacts]] = zone.__dict__  # one page asks for several conditions
    if "_round_facts" not in known:
        with connection.cursor() as cursor:
            cursor.execute("select * from rounds_evidence(%s::smallint, %s)", [zone.incident_id, zone.path])
            known["_round_facts"] = [RoundFacts(*row) for row in cursor.fetchall()]
    return known["_round_facts"]


def _days_without_case(zone: Zone, condition: LiftCondition, now: datetime) -> Evidence:
    return judge_days_without_case(facts_of(zone), condition.days or 0, now)


def _full_round(zone: Zone, condition: LiftCondition, now: datetime) -> Evidence:
    return judge_full_round(facts_of(zone), condition.days or 0, now)


def _round_on_day(zone: Zone, condition: LiftCondition, now: datetime) -> Evidence:
    return judge_round_on_day(facts_of(zone), condition.days or 1, zone.from_at)


def register() -> None:
    """Let zones ask rounds."""
    register_evidence("no_new_case_days", _days_without_case)
    register_evidence("full_round_negative_within_days_before", _full_round)
    register_evidence("round_negative_on_day", _round_on_day)
