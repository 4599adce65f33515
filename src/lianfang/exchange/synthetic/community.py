"""The people of one community: households drawn from the weighted pool, placed, named and numbered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lianfang.exchange.synthetic import identity, names, places
from lianfang.exchange.synthetic.census import CENSUS_DAY, county
from lianfang.exchange.synthetic.pool import LARGEST, OLDEST, Relation, pool
from lianfang.exchange.synthetic.weights import household_weights
from lianfang.kernel.errors import LianfangError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PHONE_AGES: Final = (14, 82)  # assumption: who has a telephone of their own
_TILT_STEPS: Final = 60
_NOT_OF_THE_FAMILY: Final = np.isin(
    np.arange(len(Relation)),
    [Relation.MOTHER, Relation.DAUGHTER_IN_LAW, Relation.SON_IN_LAW, Relation.COLLECTIVE],
)


@dataclass(frozen=True)
class Households:
    """One entry a household, by building, entrance, floor and door (int32). size: people; collective: dormitories."""

    building: npt.NDArray[np.int32]
    entrance: npt.NDArray[np.int32]
    floor: npt.NDArray[np.int32]
    door: npt.NDArray[np.int32]
    size: Ints
    collective: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """One entry a person, by household, the head first.

    household: index into Households; relation: Relation; birth_date: datetime64[D]; name U3; phone S11 (empty: none);
    id_no S18, region 99.
    """

    household: Ints
    relation: npt.NDArray[np.int8]
    male: npt.NDArray[np.bool_]
    birth_date: npt.NDArray[np.datetime64]
    name: npt.NDArray[np.str_]
    phone: npt.NDArray[np.bytes_]
    id_no: npt.NDArray[np.bytes_]


@dataclass(frozen=True)
class Community:
    """A synthetic community. Nobody in it exists."""

    code: str
    households: Households
    people: People

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Everything per person, by name: the place of each person's household beside the person's own values."""
        at = self.people.household
        place = {key: getattr(self.households, key)[at] for key in ("building", "entrance", "floor", "door")}
        own = {key: getattr(self.people, key) for key in People.__dataclass_fields__}
        return {**place, **own}


@dataclass(frozen=True)
class _Sampler:
    """A county's pool by size of household: members of `of_size[s]` with their cumulative weights."""

    of_size: tuple[Ints, ...]
    cumulative: tuple[Floats, ...]
    size_shares: Floats
    collective: Ints
    collective_cumulative: Floats


@lru_cache(maxsize=256)
def _sampler(code: str) -> _Sampler:
    p, weights = pool(), household_weights(code)
    family = p.generations > 0
    of_size = tuple(np.flatnonzero(family & (p.size == size)) for size in range(LARGEST + 1))
    totals = np.array([weights[members].sum() for members in of_size])
    shared = np.flatnonzero(~family)
    return _Sampler(
        of_size,
        tuple(np.cumsum(weights[members]) for members in of_size),
        totals / totals.sum(),
        shared,
        np.cumsum(weights[shared]),
    )


def size_counts(shares: Floats, people: int, households: int, rng: np.random.Generator) -> Ints:
    """How many households of each size (index) hold exactly `people`: the shares, tilted to the mean by the least.

    The tilt is exponential in the size, which keeps the relative entropy to the shares smallest. Raises
    synthetic.sizes_impossible.
    """
    if not households <= people <= LARGEST * households or (people > 0) != (households > 0):
        raise LianfangError("synthetic.sizes_impossible", people=people, households=households, largest=LARGEST)
    sizes = np.arange(LARGEST + 1)
    if not households:
        return np.zeros(LARGEST + 1, dtype=np.int64)
    # Sizes the county does not show stay possible, so that any mean between 1 and LARGEST can be met.
    base = np.where(sizes > 0, np.maximum(shares, 1e-9), 0.0)
    low, high = -40.0, 40.0
    tilted = base
    for _ in range(_TILT_STEPS):
        middle = (low + high) / 2
        logarithms = np.log(base[1:]) + middle * sizes[1:]
        tilted = np.r_[0.0, np.exp(logarithms - logarithms.max())]
        tilted /= tilted.sum()
        low, high = (middle, high) if tilted @ sizes < people / households else (low, middle)
    edges = np.cumsum(tilted) * households
    marks = np.searchsorted(edges, np.arange(households) + rng.random(), side="right").clip(1, LARGEST)
    counts = np.bincount(marks, minlength=LARGEST + 1)
    while missing := people - int(counts @ sizes):
        step = 1 if missing > 0 else -1
        source = np.flatnonzero((counts > 0) & (sizes + step >= 1) & (sizes + step <= LARGEST))
        chosen = rng.choice(source, p=counts[source] / counts[source].sum())
        moved = min(abs(missing), int(counts[chosen]), max(1, abs(missing) // 2))
        counts[chosen] -= moved
        counts[chosen + step] += moved
    return counts


def _systematic(members: Ints, cumulative: Floats, count: int, rng: np.random.Generator) -> Ints:
    """`count` members with chances by weight and as little noise as possible: equal steps from a random start."""
    marks = (np.arange(count) + rng.random()) * (cumulative[-1] / count)
    chosen: Ints = members[np.searchsorted(cumulative, marks, side="right").clip(max=members.size - 1)]
    return chosen


def _households(sampler: _Sampler, people: int, households: int, rng: np.random.Generator) -> Ints:
    """Indexes into the pool of the family households, in random order."""
    counts = size_counts(sampler.size_shares, people, households, rng)
    picks = [
        _systematic(sampler.of_size[size], sampler.cumulative[size], int(counts[size]), rng)
        for size in np.flatnonzero(counts)
    ]
    return rng.permutation(np.concatenate(picks)) if picks else np.zeros(0, dtype=np.int64)


@lru_cache(maxsize=16)
def _birthdays(on: date) -> npt.NDArray[np.datetime64]:
    """Entry a: the day on which somebody was born who turns a on `on`; 29 February counts as 28 in common years."""

    def shifted(years: int) -> date:
        try:
            return on.replace(year=on.year - years)
        except ValueError:
            return on.replace(year=on.year - years, day=28)

    return np.array([shifted(years) for years in range(OLDEST + 2)], dtype="datetime64[D]")


def community(
    code: str,
    people: int,
    households: int,
    *,
    collective: int = 0,
    seed: int = 0,
    buildings: int | None = None,
    on: date = CENSUS_DAY,
) -> Community:
    """Exactly `people` people in exactly `households` family households, `collective` of them in dormitories beside.

    code: 12 digits; its first six name the census county. buildings: how many (flats) or lanes (villages). on: the day
    at which ages agree with the census. The same arguments give the same people. Raises synthetic.county_unknown,
    synthetic.sizes_impossible, synthetic.numbers_exhausted.
    """
    sampler = _sampler(county(code).code)
    rng = np.random.default_rng([seed, int(code), people, households])
    p = pool()
    picks = _households(sampler, people - collective, households, rng)
    rooms = np.zeros(0, dtype=np.int64)
    if collective:
        shared = _systematic(sampler.collective, sampler.collective_cumulative, collective, rng)
        picks = np.concatenate([picks, rng.permutation(shared)])
        rooms = np.bincount(np.arange(collective) // places.ROOM)
    each = p.size[picks]
    member = np.repeat(p.start[picks] - (np.cumsum(each) - each), each) + np.arange(each.sum())
    sizes = np.concatenate([each[:households], rooms])
    relation, male = p.relation[member], p.male[member]
    turned = _birthdays(on)
    latest, earliest = turned[p.age[member]], turned[p.age[member] + 1]
    span = (latest - earliest).astype(np.int64)
    birth = earliest + 1 + (rng.random(member.size) * span).astype(np.int64)
    owner = np.repeat(np.arange(sizes.size), sizes)
    age = p.age[member]
    has_phone = (age >= _PHONE_AGES[0]) & (age <= _PHONE_AGES[1])
    built = People(
        household=owner,
        relation=relation,
        male=male,
        birth_date=birth,
        name=names.full_names(rng, _surnames(rng, owner, relation, male, sizes.size), male, birth),
        phone=identity.phones(rng, has_phone),
        id_no=identity.identity_numbers(birth, male, code),
    )
    return Community(code, _place(code, households, sizes, buildings, rng), built)


def _surnames(
    rng: np.random.Generator, owner: Ints, relation: npt.NDArray[np.int8], male: npt.NDArray[np.bool_], households: int
) -> npt.NDArray[np.uint32]:
    """The family's surname for its own people; another for those who married in."""
    family = names.surnames(rng, households)[owner]
    married_in = _NOT_OF_THE_FAMILY[relation] | ((relation == Relation.SPOUSE) & ~male)
    return np.where(married_in, names.surnames(rng, owner.size), family)


def _place(code: str, family: int, sizes: Ints, buildings: int | None, rng: np.random.Generator) -> Households:
    parts = places.flats(rng, family, buildings) if places.is_urban(code) else places.lanes(family, buildings)
    rooms = sizes.size - family
    if rooms:
        dormitory = places.flats(rng, rooms, 1)
        last = int(parts[0].max()) if family else 0
        moved = (dormitory[0] + last, *dormitory[1:])
        parts = tuple(np.concatenate(pair) for pair in zip(parts, moved, strict=True))  # type: ignore[assignment]
    collective = np.arange(sizes.size) >= family
    return Households(parts[0], parts[1], parts[2], parts[3], sizes, collective)
