"""Testing rounds: how they are organised by edition, pools, stop rules, reasons for not being sampled."""

from __future__ import annotations

import msgspec

from lianfang.base.playbooks.model.common import Dated, Key, Named, OneOrMany, Sourced, Words


class Duration(msgspec.Struct, frozen=True, kw_only=True):
    """A time limit for one size of city, and the laboratories it keeps in reserve.

    population_over, population_up_to bound the size where the source gives one.
    """

    size: Words
    hours: tuple[int, int]
    population_up_to: int | None = None
    population_over: int | None = None
    reserve_labs: int | None = None


class Frequency(msgspec.Struct, frozen=True, kw_only=True):
    """How often an area is sampled, by what was found there."""

    key: Key
    zh: str
    en: str
    every_days: int


class TestingEdition(Dated, frozen=True, kw_only=True):
    """One edition of the guide for testing everybody in a defined area.

    persons_per_site, persons_per_table: (least, most); people_per_sampler: population ÷ samplers, a reserve norm.
    """

    finish: tuple[Duration, ...]
    persons_per_site: tuple[int, int] | None = None
    persons_per_table: tuple[int, int] | None = None
    people_per_sampler: int | None = None
    site_setup_h: tuple[int, int] | None = None
    queue_spacing_m: float | None = None
    site_unit: str = ""
    outdoors_preferred: bool = False
    one_way: bool = False
    time_slots: bool = False
    first_round_pool_all: int | None = None
    min_rounds_unknown_source: int | None = None
    frequency: tuple[Frequency, ...] = ()
    pool_isolation_and_key: int | None = None
    pool_other: tuple[int, ...] = ()
    one_household_one_tube: OneOrMany = ()


class OnPositiveStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step after a pool is found positive, in order."""

    key: Key
    zh: str
    en: str


class PositivePool(Sourced, frozen=True, kw_only=True):
    """What a positive pool sets off; deadlines are for the re-sampling of its members."""

    steps: tuple[OnPositiveStep, ...]
    resample_single: bool
    resample_within_h: int | None = None


class Pooling(Sourced, frozen=True, kw_only=True):
    """Which numbers of swabs may share a tube. lab_repool_forbidden: tubes are never mixed in the laboratory."""

    sizes_validated: tuple[int, ...]
    default_size: int
    lab_repool_forbidden: bool
    dilution_max_prevalence: float | None = None


class StopRule(Named, frozen=True, kw_only=True):
    """When daily rounds in a region may end: clean rounds in a row, then a wait, then perhaps one last round."""

    scope: Words
    daily: bool = True
    clean_rounds: int
    then_wait_days: int = 0
    final_round: bool = False


class ResultClock(Named, frozen=True, kw_only=True):
    """Hours from sampling to result; target where a shorter one is aimed at."""

    hours: int
    target_hours: int | None = None


class Transport(Sourced, frozen=True, kw_only=True):
    """How long a sample may wait, in hours, at room temperature and cooled."""

    room_temperature_max_h: int
    cold_max_h: int


class ObservedRate(Sourced, frozen=True, kw_only=True):
    """A measured pace for scheduling, beside the reserve norm of the guide."""

    per_sampler_hour: int
    per_group_day: int | None = None


class ServiceCircle(Sourced, frozen=True, kw_only=True):
    """How far and how long people may have to go and wait, in minutes."""

    walk_minutes: int
    queue_minutes: int


class NotSampledReason(Named, frozen=True, kw_only=True):
    """Why an expected person has no sample. follow_up: still to be sampled in this round; excused: not counted open."""

    key: Key
    follow_up: bool
    evidence: Words | None = None


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a testing round needs to know; empty where nobody is tested (`rounds: {}`)."""

    editions: tuple[TestingEdition, ...] = ()
    pooling: Pooling | None = None
    positive_pool: PositivePool | None = None
    stop_rules: tuple[StopRule, ...] = ()
    not_sampled_reasons: tuple[NotSampledReason, ...] = ()
    result_clocks: tuple[ResultClock, ...] = ()
    transport: Transport | None = None
    observed_rate: ObservedRate | None = None
    service_circle: ServiceCircle | None = None
    trace_chain: tuple[str, ...] = ()

    @property
    def tests(self) -> bool:
        """Whether this kind of incident tests people in rounds."""
        return self.pooling is not None
