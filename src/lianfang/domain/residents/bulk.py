"""Rows of the ledger as PostgreSQL's binary COPY format, made for whole communities at once with NumPy.

Sealed values are padded to one length for each table, so that every row of a table has the same width and one array holds
all rows of a community. Format: PostgreSQL documentation, COPY, "Binary Format".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lianfang.base.vault.api import Box
from lianfang.domain.residents import rules, sealing
from lianfang.exchange.synthetic import RELATIONS_ZH, Community
from lianfang.kernel.numbers import ceil_divide

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
HOUSEHOLDS_A_GRID: Final = 400
"""Middle of the 300 to 500 households of a grid (DECISIONS, rounding)."""
_PERSON_BYTES: Final = 80
_SECRET_BYTES: Final = 96
_DOOR_BYTES: Final = 16
_SEAL: Final = 29  # mark, nonce, tag
_EPOCH: Final = date(2000, 1, 1)
_EMPTY_ARRAY: Final = (0).to_bytes(4, "big") * 2 + (21).to_bytes(4, "big")  # no dimension, no null, int2

COLUMNS: Final = {
    "areas_grid": "id, net, path, code, name, started_on, ended_on",
    "areas_building": "id, path, compound_id, name, floors, entrances",
    "areas_grid_building": "grid_id, net, building_id, path, from_on, to_on",
    "residents_household": "id, path, sealed, state",
    "residents_person": "id, code, household_id, path, sealed, sex, born_year, kind, tags, present, confirmed_on",
    "residents_secret": "person_id, identity_blind, sealed",
    "residents_presence": "path, person_id, why, grid_id",
    "metrics_delta": "name, dim, day, path, value",
}
"""What each table gets, in the order of the binary rows."""


@dataclass
class Rows:
    """Binary rows by table, without header and trailer, ready to be copied; people, households: how many."""

    parts: dict[str, list[bytes]] = field(default_factory=lambda: {table: [] for table in COLUMNS})
    people: int = 0
    households: int = 0


@dataclass(frozen=True)
class Numbers:
    """First free number of each kind, reserved for one community; codes: one public code a person."""

    person: int
    household: int
    building: int
    grid: int
    codes: npt.NDArray[np.int64]


def _rows(count: int, **columns: tuple[str, Any]) -> bytes:
    """Rows of fixed width: each column is (NumPy type, values)."""
    spec: list[tuple[str, str]] = [("_n", ">i2")]
    for name, (kind, _) in columns.items():
        spec += [(f"_{name}", ">i4"), (name, kind)]
    made = np.zeros(count, dtype=spec)
    made["_n"] = len(columns)
    for name, (kind, values) in columns.items():
        made[f"_{name}"] = np.dtype(kind).itemsize
        made[name] = values
    return made.tobytes()


def _loose(*cells: object) -> bytes:
    """One row of any width: int4 for int, int8 for a 1-tuple of int, days for dates, text otherwise, null for None."""
    out = [len(cells).to_bytes(2, "big")]
    for cell in cells:
        if cell is None:
            out.append(b"\xff\xff\xff\xff")
            continue
        if isinstance(cell, tuple):
            raw = int(cell[0]).to_bytes(8, "big", signed=True)
        elif isinstance(cell, int):
            raw = cell.to_bytes(4, "big", signed=True)
        elif isinstance(cell, date):
            raw = (cell - _EPOCH).days.to_bytes(4, "big", signed=True)
        else:
            raw = str(cell).encode()
        out += [len(raw).to_bytes(4, "big"), raw]
    return b"".join(out)


def _sealed(box: Box, plain: list[bytes], column: bytes, width: int) -> npt.NDArray[np.void]:
    seal = box.seal
    return np.frombuffer(b"".join([seal(text.ljust(width), column) for text in plain]), dtype=f"V{width + _SEAL}")


def grids_of(households: int) -> int:
    """How many grids a community of so many households is cut into."""
    return max(1, ceil_divide(households, HOUSEHOLDS_A_GRID))


def add_community(rows: Rows, made: Community, numbers: Numbers, box: Box, *, day: date, urban: bool) -> None:
    """Add all rows of one community: homes, people, presences, secrets, buildings, grids and metric deltas."""
    homes, people = made.households, made.people
    base = made.code
    count = homes.size.size
    place = homes.building.astype(np.int64) * 1000 + homes.entrance
    first = np.searchsorted(place, place, side="left")
    units = [
        f"{base}{b:04d}{rules.numbered_entrance(e)}"
        for b, e in zip(homes.building.tolist(), homes.entrance.tolist(), strict=True)
    ]
    paths = np.array(
        [
            unit + rules.household_number(rank)
            for unit, rank in zip(units, (np.arange(count) - first).tolist(), strict=True)
        ],
        dtype="S21",
    )
    grid_count = grids_of(count)
    buildings, start, sizes = np.unique(homes.building, return_index=True, return_counts=True)
    grid_of_building = numbers.grid + np.minimum(start * grid_count // max(count, 1), grid_count - 1)
    _add_places(rows, base, buildings, grid_of_building, numbers, grid_count, urban, day)
    doors = [b'{"door":"%d"}' % door for door in homes.door.tolist()]
    rows.parts["residents_household"].append(
        _rows(
            count,
            id=(">i8", numbers.household + np.arange(count)),
            path=("S21", paths),
            sealed=(f"V{_DOOR_BYTES + _SEAL}", _sealed(box, doors, sealing.HOUSEHOLD, _DOOR_BYTES)),
            state=("S8", b"lived_in"),
        )
    )
    at = people.household
    grid = np.repeat(grid_of_building, sizes)[at]
    _add_people(rows, made, numbers, box, paths[at], grid, day)
    present = np.bincount(np.repeat(np.arange(buildings.size), sizes)[at], minlength=buildings.size)
    for number, there, lived_in in zip(buildings.tolist(), present.tolist(), sizes.tolist(), strict=True):
        path = f"{base}{number:04d}"
        rows.parts["metrics_delta"].append(_loose("residents.present", "", day, path, (there,)))
        rows.parts["metrics_delta"].append(_loose("residents.households", "", day, path, (lived_in,)))
    rows.people += at.size
    rows.households += count


def _add_places(
    rows: Rows,
    base: str,
    buildings: Any,
    grid_of_building: Any,
    numbers: Numbers,
    grid_count: int,
    urban: bool,
    day: date,
) -> None:
    for offset in range(grid_count):
        code = f"{base}-{offset + 1:02d}"
        rows.parts["areas_grid"].append(
            _loose(numbers.grid + offset, "community", base, code, f"第{offset + 1}网格", day, None)
        )
    word = "号楼" if urban else "组"
    for index, (number, grid) in enumerate(zip(buildings.tolist(), grid_of_building.tolist(), strict=True)):
        path = f"{base}{number:04d}"
        rows.parts["areas_building"].append(
            _loose((numbers.building + index,), path, None, f"{number}{word}", None, None)
        )
        rows.parts["areas_grid_building"].append(
            _loose(grid, "community", (numbers.building + index,), path, day, None)
        )


def _add_people(rows: Rows, made: Community, numbers: Numbers, box: Box, paths: Any, grid: Any, day: date) -> None:
    people = made.people
    count = people.household.size
    births = np.datetime_as_string(people.birth_date).tolist()
    papers = people.id_no.tolist()
    phones = people.phone.tolist()
    opened = [
        f'{{"name":"{name}","relation":"{RELATIONS_ZH[relation]}","phone":"{_masked(phone)}"}}'.encode()
        for name, relation, phone in zip(people.name.tolist(), people.relation.tolist(), phones, strict=True)
    ]
    hidden = [
        b'{"paper":"resident","number":"%b","birth":"%b","phone":"%b"}' % (paper, birth.encode(), phone)
        for paper, birth, phone in zip(papers, births, phones, strict=True)
    ]
    blind = sealing.identity_blinder()
    blinds = np.frombuffer(b"".join([blind(paper.decode()) for paper in papers]), dtype="V16")
    ids = numbers.person + np.arange(count)
    rows.parts["residents_person"].append(
        _rows(
            count,
            id=(">i8", ids),
            code=(">i8", numbers.codes),
            household=(">i8", numbers.household + people.household),
            path=("S21", paths),
            sealed=(f"V{_PERSON_BYTES + _SEAL}", _sealed(box, opened, sealing.PERSON, _PERSON_BYTES)),
            sex=(">i2", np.where(people.male, 1, 2)),
            born=(">i2", people.birth_date.astype("datetime64[Y]").astype(np.int64) + 1970),
            kind=(">i2", 1),
            tags=("V12", np.void(_EMPTY_ARRAY)),
            present=("u1", 1),
            confirmed=(">i4", (day - _EPOCH).days),
        )
    )
    rows.parts["residents_secret"].append(
        _rows(
            count,
            person=(">i8", ids),
            blind=("V16", blinds),
            sealed=(f"V{_SECRET_BYTES + _SEAL}", _sealed(box, hidden, sealing.SECRET, _SECRET_BYTES)),
        )
    )
    rows.parts["residents_presence"].append(
        _rows(count, path=("S21", paths), person=(">i8", ids), why=(">i2", 1), grid=(">i4", grid))
    )


def _masked(phone: bytes) -> str:
    return f"{phone[:3].decode()}****{phone[7:].decode()}" if phone else ""
