"""Where households live within a community: buildings, entrances, floors and doors. All sizes are assumptions."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

_FLOORS: Final = np.array([6, 6, 11, 18])
_PER_LANDING: Final = 2
_PER_BUILDING: Final = 96
_PER_LANE: Final = 40
ROOM: Final = 6
"""People in one room of a dormitory."""
_COMMITTEES: Final = range(1, 200)
"""Last three digits of residents' committees (居委会) in the statistical codes."""

Ints = npt.NDArray[np.int32]
Doors = tuple[Ints, Ints, Ints, Ints]


def is_urban(code: str) -> bool:
    """Whether the community is a residents' committee, which lives in blocks of flats."""
    return len(code) == 12 and int(code[9:]) in _COMMITTEES


def flats(rng: np.random.Generator, households: int, buildings: int | None) -> Doors:
    """Building, entrance, floor and door of each household in blocks of flats, in that order.

    Households are spread evenly over the buildings; door = 100 × floor + number on the landing.
    """
    count = buildings or max(1, -(-households // _PER_BUILDING))
    index = np.arange(households)
    building = index * count // max(households, 1)
    within = index - np.searchsorted(building, building, side="left")
    floors = _FLOORS[rng.integers(0, _FLOORS.size, count)][building]
    per_entrance = floors * _PER_LANDING
    place = within % per_entrance
    floor = place // _PER_LANDING + 1
    door = floor * 100 + place % _PER_LANDING + 1
    parts = (building + 1, within // per_entrance + 1, floor, door)
    return parts[0].astype(np.int32), parts[1].astype(np.int32), parts[2].astype(np.int32), parts[3].astype(np.int32)


def lanes(households: int, buildings: int | None) -> Doors:
    """The same for the houses of a village: building = lane (村民小组), no entrance, one floor, door = house number."""
    count = buildings or max(1, -(-households // _PER_LANE))
    index = np.arange(households)
    lane = index * count // max(households, 1)
    door = index - np.searchsorted(lane, lane, side="left") + 1
    return (
        (lane + 1).astype(np.int32),
        np.zeros(households, dtype=np.int32),
        np.ones(households, dtype=np.int32),
        door.astype(np.int32),
    )
