"""Disease control by edition: measures, watch protocols, zones and how they are lifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lianfang.base.playbooks.model.common import Dated, Key, Named, OneOrMany, Sourced, Words

DayRule = Literal["contact", "gap_fill"]


class Measure(Named, frozen=True, kw_only=True):
    """A degree of confinement. monitor_per_day: temperature and symptoms, times a day. strictness: 1 is strictest."""

    strictness: int
    monitor_per_day: int
    may_leave: Literal["never", "on_request", "work_school_home", "free"]
    cohabitants: Literal["", "confined_too", "local_rule"] = ""
    sampling: Literal["", "at_home"] = ""


class Fever(Sourced, frozen=True, kw_only=True):
    """From which temperature somebody is feverish; alternatives that places used, for the choice on site."""

    threshold_c: float
    alternatives_c: tuple[float, ...] = ()


class Symptom(msgspec.Struct, frozen=True, kw_only=True):
    """A symptom offered on forms."""

    key: Key
    zh: str
    en: str


class Symptoms(Sourced, frozen=True, kw_only=True):
    """The list of symptoms to offer, in the order of the form."""

    items: tuple[Symptom, ...]


class DayCounting(Named, frozen=True, kw_only=True):
    """How days of a watch are counted. Day 0 is the last exposure, or the day of leaving the risk area."""

    day_zero: Literal["last_exposure", "left_risk_area"]
    rule: Words


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a watch: a measure for so many days; pcr_days count from the stage's own first day as 1."""

    measure: Key
    days: int
    pcr_days: tuple[int, ...] = ()
    swab: Literal["", "nasopharyngeal", "oropharyngeal"] = ""
    coded: bool = False


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be shown before somebody is released."""

    double_swab: bool = False
    different_reagents: bool = False
    different_labs: Literal["", "preferred", "required"] = ""


class PcrWithin(msgspec.Struct, frozen=True, kw_only=True):
    """So many tests within so many days, without confinement."""

    count: int
    within_days: int


class Watch(Sourced, frozen=True, kw_only=True):
    """What happens to one group of people under an edition.

    same_as names another watch of the edition; `ended` states that the group is not determined any more.
    """

    day_rule: DayRule = "contact"
    stages: tuple[Stage, ...] = ()
    pcr: PcrWithin | None = None
    release: Release | None = None
    pcr_before_flight_h: int | None = None
    positive_if_ct_below: int | None = None
    pcr_daily: bool = False
    same_as: Key | None = None
    ended: bool = False


class Lookback(Sourced, frozen=True, kw_only=True):
    """How many days before onset or sampling contacts count; alternatives used by some cities."""

    days: int
    alternatives: tuple[int, ...] = ()


class Edition(Dated, frozen=True, kw_only=True):
    """One edition of the control plan. zones: a key of `zone_models`; watches by group of people."""

    zones: Key | None = None
    lookback: Lookback | None = None
    lookback_travel_days: int | None = None
    watches: Mapping[str, Watch] = {}
    obligations: Literal["some", "none"] = "some"
    on_activate: Literal["", "close_open_obligations_then_start_retention_clock"] = ""

    def watch(self, group: str) -> Watch | None:
        """The watch of a group with `same_as` followed; None when this edition says nothing about the group."""
        found = self.watches.get(group)
        if found is not None and found.same_as is not None:
            return self.watches[found.same_as]
        return found


class LiftCondition(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must hold before a zone is lowered; days counts whole days, as the kind says.

    authority_confirms: something that no data of ours tells; `words` say what, and a person states the evidence.
    """

    kind: Literal[
        "no_new_case_days",
        "last_contact_exposure_over_days",
        "last_contact_transferred_over_days",
        "full_round_negative_within_days_before",
        "round_negative_on_day",
        "all_stricter_zones_lifted",
        "authority_confirms",
    ]
    days: int | None = None
    words: Words | None = None


class LiftRule(Sourced, frozen=True, kw_only=True):
    """When a zone may be lowered, and to what; after_level: applies to zones that were lowered from there before."""

    to: Key | None
    all_of: tuple[LiftCondition, ...]
    after_level: Key | None = None
    local: Words | None = None


class ZoneLevel(Named, frozen=True, kw_only=True):
    """One level of risk zones, strictest first in its model. rest_of_county: whatever is in no stricter zone."""

    rule: Words | None = None
    colour: Literal["red", "orange", "yellow", "blue", "green"]
    stay: Literal["indoors", "inside_zone", "free"]
    rest_of_county: bool = False
    first_screen_h: int | None = None
    pcr_days: tuple[int, ...] = ()
    leave_requires_pcr_h: int | None = None
    on_positive: Key | None = None
    lift: tuple[LiftRule, ...] = ()


class ZoneModel(Named, frozen=True, kw_only=True):
    """The levels of zones, the smallest units they may be drawn by, and who has to agree before lifting."""

    units: OneOrMany
    levels: Mapping[str, ZoneLevel]
    lift_workflow: tuple[Named, ...] = ()
    new_case_in_zone: Words | None = None


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """One way of having been close to a case."""

    key: Key
    zh: str
    en: str


class ContactDefinition(Sourced, frozen=True, kw_only=True):
    """Who counts as a close contact: near a case without effective protection in one of these situations."""

    situations: tuple[Situation, ...]


class AlertRule(Named, frozen=True, kw_only=True):
    """So many alike within so many days in one place raise an alert; count is the least number that does."""

    key: Key
    place: Literal["class", "school", "meal"]
    count: int
    within_days: int
    illness: str = ""


class Clock(Named, frozen=True, kw_only=True):
    """A time limit in hours."""

    hours: int
