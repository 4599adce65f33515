"""How many sites, tables, samplers, tubes and grids a testing round of an area needs, by the edition of the guide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from lianfang.planning.result import ProblemError


class Range(NamedTuple):
    """An inclusive range of counts; `low` is the leanest answer the guide allows, `high` the most generous."""

    low: int
    high: int


@dataclass(frozen=True)
class Edition:
    """The staffing rates of one edition of the testing guide.

    persons_per_site, persons_per_table: persons served, smallest and largest allowed load.
    persons_per_sampler: persons a sampler handles in the round.
    households_per_grid: smallest and largest grid.
    """

    name: str
    persons_per_site: tuple[int, int]
    persons_per_table: tuple[int, int]
    persons_per_sampler: int
    households_per_grid: tuple[int, int] = (300, 500)

    def __post_init__(self) -> None:
        for label in ("persons_per_site", "persons_per_table", "households_per_grid"):
            low, high = getattr(self, label)
            if not 0 < low <= high:
                raise ProblemError("pooling.edition_rate", f"{label} must be a positive ordered pair: {low}, {high}.")
        if self.persons_per_sampler <= 0:
            raise ProblemError("pooling.edition_rate", "persons_per_sampler must be positive.")


THIRD_EDITION = Edition("t3", persons_per_site=(2000, 3000), persons_per_table=(600, 800), persons_per_sampler=360)
"""Regional nucleic-acid testing guide (区域核酸检测组织实施指南, 第三版), 22 March 2022; grids as in GB/T 34300."""

EDITIONS = {THIRD_EDITION.name: THIRD_EDITION}
"""Editions whose staffing rates are known; the first two (2021) set pool sizes and days, but no loads per site."""


@dataclass(frozen=True)
class Staffing:
    """What a round over one area needs.

    sites, tables: ranges; samplers: heads; grids: range of grids the households make.
    """

    population: int
    households: int
    edition: Edition
    sites: Range
    tables: Range
    samplers: int
    grids: Range

    def tubes(self, size: int) -> int:
        """Tubes needed when `size` persons share one; raises ProblemError on a size below 1."""
        if size < 1:
            raise ProblemError("pooling.size", f"A tube holds at least one swab, not {size}.")
        return math.ceil(self.population / size)


def staffing(population: int, households: int, edition: Edition | str = THIRD_EDITION) -> Staffing:
    """Work out the sites, tables, samplers, tubes and grids of a round.

    Site and table ranges round up at both ends; grids run from ceil(households / largest) to floor(households /
    smallest), and at least one grid where anybody lives. Raises ProblemError on negative counts or an edition
    without staffing rates. Source of the rates: the edition's own text.
    """
    rates = _edition(edition)
    if population < 0 or households < 0:
        raise ProblemError("pooling.negative_count", "Population and households must not be negative.")
    if households > population:
        raise ProblemError("pooling.households_exceed_people", "More households than people: check the columns.")
    fewest = math.ceil(households / rates.households_per_grid[1])
    most = max(fewest, households // rates.households_per_grid[0])
    return Staffing(
        population=population,
        households=households,
        edition=rates,
        sites=_ceil_range(population, rates.persons_per_site),
        tables=_ceil_range(population, rates.persons_per_table),
        samplers=math.ceil(population / rates.persons_per_sampler),
        grids=Range(fewest, most),
    )


def _ceil_range(persons: int, load: tuple[int, int]) -> Range:
    return Range(math.ceil(persons / load[1]), math.ceil(persons / load[0]))


def _edition(edition: Edition | str) -> Edition:
    if isinstance(edition, Edition):
        return edition
    if edition not in EDITIONS:
        known = ", ".join(sorted(EDITIONS))
        raise ProblemError("pooling.edition_unknown", f"Edition {edition!r} has no staffing rates; known: {known}.")
    return EDITIONS[edition]
