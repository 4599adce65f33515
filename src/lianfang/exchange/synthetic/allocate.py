"""How the people of a county spread over its real village-level units: the county's totals are kept exactly.

No census figure below the county is public for most places, so the spread is an assumption: sizes vary log-normally, a
residents' committee holds four times a village, units that stand in for a committee or a village hold less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from lianfang.exchange.synthetic.census import CENSUS_DAY, county, village_units
from lianfang.exchange.synthetic.community import Community, community
from lianfang.exchange.synthetic.places import is_urban
from lianfang.exchange.synthetic.pool import LARGEST
from lianfang.kernel.errors import LianfangError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_SPREAD: Final = 0.6  # standard deviation of the logarithm of a size
_COMMITTEE: Final = 4.0
_STAND_IN: Final = 0.3
_STAND_INS_FROM: Final = 400  # last three digits of units like committees and villages
_MEAN_SPREAD: Final = 0.06  # of the logarithm of the people in a household
_COLLECTIVE_SPREAD: Final = 0.8
_COLLECTIVE_MOST: Final = 0.6  # of a unit's people
_FEWEST: Final = 20  # people in a unit


@dataclass(frozen=True)
class Allocation:
    """Per unit, in the order of `codes`: people, of them in dormitories, and family households."""

    codes: tuple[str, ...]
    people: Ints
    collective: Ints
    households: Ints


def share_out(total: int, weights: Floats, least: Ints, most: Ints) -> Ints:
    """Whole numbers that sum to `total`, near weights × a common factor, each between its bounds.

    The factor is found by bisection, the rest goes to the largest remainders. Raises ValueError when the bounds leave
    no room.
    """
    if not int(least.sum()) <= total <= int(most.sum()):
        raise ValueError(f"{total} is not between {int(least.sum())} and {int(most.sum())}")
    low, high = 0.0, float(most.max() + 1) / float(weights[weights > 0].min())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(weights * middle, least, most).sum() < total else (low, middle)
    exact = np.clip(weights * high, least, most)
    whole = np.floor(exact).astype(np.int64)
    while rest := total - int(whole.sum()):
        step = 1 if rest > 0 else -1
        free = np.flatnonzero(whole < most) if rest > 0 else np.flatnonzero(whole > least)
        order = np.argsort(-step * (exact - whole)[free], kind="stable")
        whole[free[order[: abs(rest)]]] += step
    return whole


def allocate(county_code: str, *, units: Sequence[str] | None = None, seed: int = 0) -> Allocation:
    """Spread the census population of a county over its village-level units (the shipped ones by default).

    People, people in dormitories and family households each sum to the census. Raises synthetic.county_unknown,
    synthetic.no_units.
    """
    where = county(county_code)
    codes = tuple(units) if units is not None else tuple(u for u in village_units() if u[:6] == where.code)
    if not codes:
        raise LianfangError("synthetic.no_units", code=where.code)
    rng = np.random.default_rng([seed, int(where.code), len(codes)])
    level = np.array([_level(code) for code in codes])
    weights = level * rng.lognormal(0, _SPREAD, len(codes))
    fewest = min(_FEWEST, where.population // len(codes))
    none = np.zeros(len(codes), dtype=np.int64)
    people = share_out(where.population, weights, none + fewest, none + where.population)
    most = np.minimum((people * _COLLECTIVE_MOST).astype(np.int64), people - 1)
    drawn = people * level * rng.lognormal(0, _COLLECTIVE_SPREAD, len(codes))
    collective = share_out(where.collective, drawn, none, most)
    family = people - collective
    households = share_out(
        where.family_households,
        family / rng.lognormal(0, _MEAN_SPREAD, len(codes)),
        np.maximum(-(-family // LARGEST), 1),
        family,
    )
    return Allocation(codes, people, collective, households)


def _level(code: str) -> float:
    if int(code[9:]) >= _STAND_INS_FROM:
        return _STAND_IN
    return _COMMITTEE if is_urban(code) else 1.0


def communities(
    county_codes: Sequence[str], *, seed: int = 0, on: date = CENSUS_DAY, fraction: float = 1.0
) -> Iterator[Community]:
    """All communities of these counties, one after the other; only one is in memory.

    fraction: of the people and households of every community, for smaller databases of the same shape.
    """
    for code in county_codes:
        spread = allocate(code, seed=seed)
        rows = zip(spread.codes, spread.people, spread.collective, spread.households, strict=True)
        for unit, people, collective, households in rows:
            family = max(1, round(int(people - collective) * fraction))
            homes = min(family, max(1, round(int(households) * fraction), -(-family // LARGEST)))
            shared = round(int(collective) * fraction)
            yield community(unit, family + shared, homes, collective=shared, seed=seed, on=on)


def people(
    county_code: str, *, n: int | None = None, households: int | None = None, seed: int = 0, on: date = CENSUS_DAY
) -> Community:
    """n people, or the people of so many households, of a county's make-up, in one community without a real code.

    The other number follows from the county's mean. Raises synthetic.county_unknown, synthetic.sizes_impossible,
    synthetic.numbers_exhausted; ValueError when neither number is given.
    """
    where = county(county_code)
    if n is None and households is None:
        raise ValueError("either n or households is needed")
    if n is None:
        n = round((households or 0) * where.household_size)
    if households is None:
        households = max(round(n / where.household_size), min(n, 1))
    return community(f"{where.code}999001", n, households, seed=seed, on=on)
