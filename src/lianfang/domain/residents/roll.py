"""The roll of a place: everybody who is to be found there, with door and code, as rounds and printed sheets need them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from lianfang.base.database.select import select
from lianfang.base.facts.api import literal
from lianfang.domain.residents.rules import range_of_place
from lianfang.domain.residents.sealing import Opener, Said
from lianfang.kernel.ids import format_code

_AT: Final = "r.path >= %s and r.path < %s"
_ROLL: Final = """
select p.id, p.code, r.path, p.path, p.present and r.why < 3, p.sex, p.born_year, p.tags, p.sealed, h.sealed
from residents_presence r
join residents_person p on p.id = r.person_id
join residents_household h on h.path = r.path
"""
_PEOPLE: Final = f"{_ROLL} where {_AT} order by r.path, p.id"
_SOME: Final = f"{_ROLL} where {_AT} and p.id = any (%s::bigint[]) order by r.path, p.id"
_PRESENT: Final = f"""
select r.path, p.id, p.code from residents_presence r join residents_person p on p.id = r.person_id
where {_AT} and r.why < 3 and p.present order by r.path, p.id
"""
_DOORS: Final = "select path, sealed from residents_household where path = any (%s::text[])"
_LIVED_IN: Final = (
    "select path, sealed from residents_household where path >= %s and path < %s and state = 'lived_in' order by path"
)
_BUILDINGS: Final = "select path, name from areas_building where path >= %s and path < %s order by path"


class Resident:
    """One resident of a roll. number: of the printed code; path: of the home where this row finds them; door, name: in full;
    phone: masked. present: to be found there (who stays elsewhere or is away is in the roll of their home, not present).

    Name, phone and door stay sealed until they are asked for: most lists name a few of the many they count.
    """

    __slots__ = (
        "_door",
        "_home",
        "_opener",
        "_said",
        "_sealed",
        "born_year",
        "id",
        "number",
        "path",
        "present",
        "sex",
        "tags",
    )

    def __init__(self, row: tuple[Any, ...], opener: Opener) -> None:
        self.id: int = row[0]
        self.number: int = row[1]
        self.path: str = row[2]
        self._home: str = row[3]
        self.present: bool = row[4]
        self.sex: int = row[5]
        self.born_year: int = row[6]
        self.tags: tuple[int, ...] = tuple(row[7] or ())
        self._sealed: bytes = row[8]
        self._door: bytes = row[9]
        self._opener = opener
        self._said: Said | None = None

    def _open(self) -> Said:
        if self._said is None:
            self._said = self._opener.person(self._home, self._sealed)
        return self._said

    @property
    def name(self) -> str:
        """The full name."""
        return self._open().name

    @property
    def door(self) -> str:
        """The door of the home where this row finds them."""
        return self._opener.door(self.path, self._door)

    @property
    def phone(self) -> str:
        """The masked phone, '' when none is known."""
        return self._open().phone or ""

    @property
    def code(self) -> str:
        """The printed code."""
        return format_code(self.number)


def people_of(path: str) -> list[Resident]:
    """Everybody whose presence lies at a path (community, building, unit or household), in the order of the doors.

    Whoever may not read lists of residents gets none; names are in full, the page masks them as the role demands.
    """
    opener = Opener()
    return [Resident(row, opener) for row in select(_PEOPLE, range_of_place(path))]


def present_at(path: str) -> list[tuple[str, int, int]]:
    """Who is to be found at a path, in the order of the doors: (path of the home, ledger number, number of the code).

    For lists that count many and name a few; `some_of` reads those few.
    """
    return select(_PRESENT, range_of_place(path))


def some_of(path: str, ids: Sequence[int]) -> list[Resident]:
    """Those of the given people (ledger numbers) whose presence lies at a path, as `people_of` would list them."""
    opener = Opener()
    return [Resident(row, opener) for row in select(_SOME, [*range_of_place(path), literal(ids)])] if ids else []


def doors_of(homes: Iterable[str]) -> dict[str, str]:
    """Path of a home → its door, for the homes that the reader may see."""
    opener = Opener()
    return {path: opener.door(path, sealed) for path, sealed in select(_DOORS, [list(homes)])}


def doors_lived_in(path: str) -> dict[str, str]:
    """Path of a home → its door, for every home lived in at a path, in the order of the doors."""
    opener = Opener()
    return {home: opener.door(home, sealed) for home, sealed in select(_LIVED_IN, range_of_place(path))}


def building_names(path: str) -> dict[str, str]:
    """Path → name of the buildings within an area."""
    return dict(select(_BUILDINGS, range_of_place(path)))
