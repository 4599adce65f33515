"""The floor plan of a building as a grid of doors: by floor and entrance, each door with its state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianfang.domain.residents.api import doors_of
from lianfang.domain.rounds.homes import HomesList
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.playbook import excused
from lianfang.domain.rounds.selectors import MissingList


@dataclass(frozen=True)
class Door:
    """One door of the plan: path of the home, its number, state, how many are left, words, and where it leads."""

    path: str
    name: str
    state: str
    left: int
    word: str
    href: str


def plan_of_people(one: Round, name: str, found: MissingList) -> dict[str, Any]:
    """The doors of a testing round: how many people of each are sampled, how many are left."""
    names, settled = doors_of(found.doors), excused(one)
    reasons: dict[str, list[str]] = defaultdict(list)
    for missing in found.people:
        reasons[missing.resident.path].append(missing.reason)
    doors = []
    for path, (expected, done) in found.doors.items():
        left = reasons[path]
        state = "act" if "" in left else ("watch" if set(left) - settled else "good")
        doors.append(
            Door(path, names.get(path, ""), state, len(left), f"{done}/{expected}", f"#door-{path}" if left else "")
        )
    return layout(name, doors)


def plan_of_homes(name: str, found: HomesList, words: Mapping[str, str]) -> dict[str, Any]:
    """The doors of a screening round: settled, visited in vain, not visited."""
    doors = []
    for home in found.homes:
        state = "good" if home.done else ("watch" if home.outcome else "act")
        word = words.get(home.outcome, home.outcome)
        doors.append(Door(home.path, home.door, state, 0, word, "" if home.done else f"#door-{home.path}"))
    return layout(name, doors)


def layout(name: str, doors: Sequence[Door]) -> dict[str, Any]:
    """Doors put into rows of floors, highest first, and columns of entrances, as the door grid of the shell wants them."""
    units = sorted({door.path[16:18] for door in doors})
    by_floor: dict[int, dict[str, list[Door]]] = defaultdict(lambda: defaultdict(list))
    for door in doors:
        by_floor[floor_of(door.name)][door.path[16:18]].append(door)
    width = {unit: max((len(floor[unit]) for floor in by_floor.values()), default=1) or 1 for unit in units}
    floors = []
    for number in sorted(by_floor, reverse=True):
        cells: list[Door | None] = []
        for unit in units:
            row = sorted(by_floor[number][unit], key=lambda door: (door.name, door.path))
            cells += [*row, *[None] * (width[unit] - len(row))]
        floors.append({"name": _("Floor %(n)s") % {"n": number} if number else "–", "doors": cells})
    entrances = [
        {"name": _("Entrance %(n)s") % {"n": int(unit) if unit.isdigit() else unit}, "width": width[unit]}
        for unit in units
    ]
    return {
        "floors": floors,
        "entrances": entrances,
        "caption": _("%(name)s: doors by floor and entrance") % {"name": name},
    }


def floor_of(door: str) -> int:
    """The floor a door number speaks of: 1203 → 12, 301 → 3, 2 → 1 (assumption: the last two digits count doors)."""
    digits = "".join(character for character in door if character.isdigit())
    return int(digits[:-2]) if len(digits) > 2 else (1 if digits else 0)
