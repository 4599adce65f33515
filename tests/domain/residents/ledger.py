"""People in the ledger for tests, where they stand, and the figures of an area against its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lianfang.base.access.api import Actor
from lianfang.domain.residents.api import import_residents
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.offices import figures, owner

HERE, THERE, OTHER_COUNTY = "411621001001", "411621001002", "411622100001"


def settle(actor: Actor, folder: Path, count: int = 8, first: int = 0, **changes: Any) -> list[int]:
    """People of a roster in the ledger, in the order of their rows."""
    file = rosters.write(
        folder / f"{actor.path}-{first}.xlsx", [rosters.person(n, **changes) for n in range(first, first + count)]
    )
    report = import_residents(actor=actor, path_to_file=file, area_path=actor.path)
    assert report.taken == count, report.counts
    return [row[0] for row in owner(
        'select person_id from residents_import_row where file_id = %s order by "row"', report.file_id)]  # fmt: skip


def place_of(person: int) -> list[tuple[Any, ...]]:
    """Where somebody is to be found, and why."""
    return owner("select path, why from residents_presence where person_id = %s order by why", person)


def counted(path: str) -> tuple[int, int]:
    """People to be found and homes lived in, counted from the rows and equal to the folded figures."""
    people = owner("select count(*) from residents_presence where path like %s and why < 3", path + "%")[0][0]
    homes = owner("select count(*) from residents_household where path like %s and state = 'lived_in'", path + "%")[0][
        0
    ]
    found = figures(path)
    assert (found.get("residents.present", 0), found.get("residents.households", 0)) == (people, homes)
    return people, homes


def refused(code: str) -> Any:
    """A block that is refused with this code."""
    return pytest.raises(LianfangError, check=lambda error: error.code == code)


def home_of(person: int) -> str:
    """Where somebody is registered."""
    return str(owner("select path from residents_person where id = %s", person)[0][0])
