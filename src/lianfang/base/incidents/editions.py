"""What changes for whom when an open incident moves from one edition of its control plan to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.incidents.rules import lift_rule
from lianfang.base.incidents.selectors import playbook_of, zones
from lianfang.base.playbooks.api import Edition, Playbook, Watch, ZoneModel


@dataclass(frozen=True)
class WatchChange:
    """One group of people whose watch differs. before, after: None where an edition does not watch them."""

    group: str
    before: Watch | None
    after: Watch | None

    @property
    def days(self) -> tuple[int, int]:
        """Days of confinement and monitoring in all, before and after."""
        return days_of(self.before), days_of(self.after)


@dataclass(frozen=True)
class ZoneChange:
    """A zone in force. known: its level still exists; suggested: the level of the same rank in the new model, '' for none.

    lifts: whether the new edition says how a zone of its level ends; without that it can't be lifted until it is proposed anew.
    """

    zone: Zone
    known: bool
    suggested: str
    lifts: bool


@dataclass(frozen=True)
class Comparison:
    """Everything that changes on the day the newer edition comes into force."""

    before: Edition
    after: Edition
    watches: tuple[WatchChange, ...]
    zones: tuple[ZoneChange, ...]


def days_of(watch: Watch | None) -> int:
    """Days of all stages of a watch."""
    return sum(stage.days for stage in watch.stages) if watch is not None else 0


def next_edition(one: Incident, day: date) -> Edition | None:
    """The edition that follows the one in force on a day; None when the playbook knows none. A drill keeps its own."""
    if one.drill:
        return None
    editions = sorted(playbook_of(one).editions, key=lambda edition: edition.valid_from)
    return next((edition for edition in editions if edition.valid_from > day), None)


def compare(book: Playbook, before: Edition, after: Edition, in_force: Sequence[Zone] = ()) -> Comparison:
    """What differs between two editions: watches by group, and what becomes of zones in force."""
    groups = dict.fromkeys([*before.watches, *after.watches])
    changed = [
        WatchChange(group, before.watches.get(group), after.watches.get(group))
        for group in groups
        if before.watches.get(group) != after.watches.get(group)
    ]
    old, new = (book.zone_models[edition.zones] if edition.zones else None for edition in (before, after))
    return Comparison(before, after, tuple(changed), tuple(_zone(zone, old, new) for zone in in_force))


def comparison_of(one: Incident, before: Edition, after: Edition) -> Comparison:
    """What the change means for one incident, its zones in force inside the entered scope among it."""
    return compare(playbook_of(one), before, after, zones(one.path, incident_id=one.id))


def change_of_zone(book: Playbook, after: Edition, zone: Zone) -> ZoneChange:
    """What an edition makes of one zone, whichever edition its level is from."""
    old = next((model for model in book.zone_models.values() if zone.level in model.levels), None)
    return _zone(zone, old, book.zone_models[after.zones] if after.zones else None)


def _zone(zone: Zone, old: ZoneModel | None, new: ZoneModel | None) -> ZoneChange:
    known = new is not None and zone.level in new.levels
    if known or new is None:
        lifts = new is not None and lift_rule(new, zone.level, zone.lowered_from) is not None
        return ZoneChange(zone, known, zone.level if known else "", lifts)
    levels, ranks = list(new.levels), list(old.levels) if old is not None else []
    rank = ranks.index(zone.level) if zone.level in ranks else 0
    return ZoneChange(zone, False, levels[min(rank, len(levels) - 1)], False)
