"""Zones at a change of edition: the level a zone gets under the newer edition, proposed by one person, accepted by another.

Nothing changes by itself: a zone keeps its old level and its rules until two people have put the new one in force. The
new zone goes on from the day the old one began, so that days already served count (assumption: the editions do not say).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.base.database.select import ask
from lianfang.base.incidents.editions import change_of_zone
from lianfang.base.incidents.models import Zone
from lianfang.base.incidents.selectors import edition_of, playbook_of, zone
from lianfang.base.playbooks.api import Edition, Playbook
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import Language, LianfangError


@dataclass(frozen=True)
class Replan:
    """What the edition in force asks of a zone: the level it should have, and the edition with its day."""

    zone: Zone
    level: str
    edition: Edition
    book: Playbook

    def words(self, language: Language) -> str:
        """The reason as a sentence: which edition since when, from which level to which, since when the zone counts."""
        old, new = self._named(self.zone.level, language), self._named(self.level, language)
        name = self.edition.zh if language == "zh" else self.edition.en
        day = self.edition.valid_from.isoformat()
        began = beijing_day(self.zone.from_at).isoformat() if self.zone.from_at else "–"
        if language == "zh":
            return f"{name}自{day}起施行：{old}改划为{new}，仍从{began}起算"
        return f"{name}, in force since {day}: {old} becomes {new}, counted from {began} as before"

    def _named(self, level: str, language: Language) -> str:
        for model in self.book.zone_models.values():
            if level in model.levels:
                return model.levels[level].zh if language == "zh" else model.levels[level].en
        return level


def replan_of(found: Zone, *, now: datetime | None = None) -> Replan | None:
    """The plan for a zone whose level the edition in force does not know; None where it needs none, or has no zones any more."""
    book = playbook_of(found.incident)
    edition = edition_of(found.incident, beijing_day(now or timezone.now()))
    change = change_of_zone(book, edition, found)
    return None if change.known or not change.suggested else Replan(found, change.suggested, edition, book)


def propose_replan(*, actor: Actor, zone_id: int, now: datetime | None = None) -> Replan:
    """Propose the level that the edition in force gives a zone; nothing changes until another person accepts.

    Raises access.not_found, access.refused, incident.replan_needless, incident.replan_no_zones, incident.replan_waits.
    """
    found = zone(zone_id)
    if found is None:
        raise LianfangError("access.not_found")
    plan = replan_of(found, now=now)
    if plan is None:
        has_zones = edition_of(found.incident, beijing_day(now or timezone.now())).zones
        raise LianfangError("incident.replan_needless" if has_zones else "incident.replan_no_zones")
    ask("incidents_propose_replan(%s, %s, %s)", zone_id, plan.level, plan.words("zh"))
    return plan


def approve_replan(*, actor: Actor, zone_id: int) -> int:
    """Put the proposed level in force as the second person; returns the zone that follows.

    Raises access.refused, incident.replan_none, incident.zone_state, incident.same_person.
    """
    return int(ask("incidents_approve_replan(%s)", zone_id))


def withdraw_replan(*, actor: Actor, zone_id: int) -> None:
    """Drop a proposed level before it was accepted; raises access.refused, incident.replan_none."""
    ask("incidents_withdraw_replan(%s)", zone_id)
