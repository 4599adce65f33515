"""The roll of a place: everybody who is to be found there, with door and code, as rounds and printed sheets need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from lianfang.base.vault.api import Box
from lianfang.domain.residents.rules import range_of_place
from lianfang.domain.residents.sealing import HOUSEHOLD, PERSON, box_of, unseal
from lianfang.kernel.ids import format_code

_PEOPLE: Final = """
select p.id, p.code, p.path, p.present, p.sex, p.born_year, p.tags, p.sealed, h.sealed
from residents_presence r
join residents_person p on p.id = r.person_id
join residents_household h on h.id = p.household_id
where r.path >= %s and r.path < %s
order by r.path, p.id
"""
_BUILDINGS: Final = "select path, name from areas_building where path >= %s and path < %s order by path"


@dataclass(frozen=True)
class Resident:
    """One resident of a roll. number: of the printed code; path: of the household; door, name: in full; phone: masked."""

    id: int
    number: int
    path: str
    present: bool
    sex: int
    born_year: int
    tags: tuple[int, ...]
    name: str
    door: str
    phone: str = ""

    @property
    def code(self) -> str:
        """The printed code."""
        return format_code(self.number)


def people_of(path: str) -> list[Resident]:
    """Everybody whose presence lies at a path (community, building, unit or household), in the order of the doors.

    Whoever may not read lists of residents gets none; names are in full, the page masks them as the role demands.
    """
    boxes: dict[str, Box] = {}
    doors: dict[bytes, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, range_of_place(path))
        rows = cursor.fetchall()
    found = []
    for number, code, home, present, sex, born, tags, sealed, door_sealed in rows:
        box = box_of(home, boxes)
        raw = bytes(door_sealed)
        if raw not in doors:
            doors[raw] = str(unseal(box, raw, HOUSEHOLD).get("door", ""))
        person = unseal(box, sealed, PERSON)
        name, phone = person.get("name", ""), person.get("phone", "")
        found.append(Resident(number, code, home, present, sex, born, tuple(tags or ()), name, doors[raw], phone))
    return found


def building_names(path: str) -> dict[str, str]:
    """Path → name of the buildings within an area."""
    with connection.cursor() as cursor:
        cursor.execute(_BUILDINGS, range_of_place(path))
        return dict(cursor.fetchall())
