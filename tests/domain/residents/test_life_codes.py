"""People follow their community's code: merged, split building by building, refused where it is not right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.base.areas.services import close_area
from lianfang.domain.residents import life_codes
from lianfang.domain.residents.api import import_residents, list_people, undo_import
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.offices import acting, figures, office, owner

HERE, THERE, COUNTY = "411621001001", "411621001002", "411621"
DAY = date(2022, 4, 1)
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.row("C1")]


@pytest.fixture(autouse=True)
def ledger(database: object, tmp_path: Path) -> dict[str, Any]:
    """Two communities with people in two buildings each; the codes of both are in use."""
    owner("truncate residents_person, residents_secret, residents_presence, residents_household, residents_import_file, residents_change, "
          "residents_import_row, areas_area, areas_code_change, areas_building, areas_compound, areas_grid, areas_grid_building, "
          "metrics_delta, metrics_value, access_grant, access_session, worklist_item cascade")  # fmt: skip
    load_divisions(shipped_divisions("fugou"), edition=2020)
    clerks = {path: office(path) for path in (HERE, THERE)}
    files = {}
    for at, (path, clerk) in enumerate(clerks.items()):
        rows = [rosters.person(4000 * at + n, grid="第1网格") for n in [*range(8), *range(384, 392)]]
        report = import_residents(
            actor=clerk, path_to_file=rosters.write(tmp_path / f"{at}.xlsx", rows), area_path=path
        )
        assert report.taken == 16
        files[path] = report.file_id
    return {"clerks": clerks, "files": files, "county": office(COUNTY, "county_dispatcher")}


def people(path: str) -> int:
    return owner("select count(*) from residents_presence where path like %s", path + "%")[0][0]


def test_a_merged_community_goes_with_everybody(ledger: dict[str, Any]) -> None:
    county: Actor = ledger["county"]
    close_area(path=HERE, into=[(THERE, "")], on=DAY, decided_by="x")
    with acting(county):
        [one] = life_codes.ended_areas(actor=county)
        assert (one.people, one.buildings, [code for code, _ in one.goes_to]) == (16, 2, [THERE])
        assert life_codes.follow_code(actor=county, old_path=HERE, new_path=THERE) == (2, 16)
        assert life_codes.ended_areas(actor=county) == []
    assert (people(HERE), people(THERE)) == (0, 32)
    assert figures(THERE) == {"residents.present": 32, "residents.households": 8}
    assert not any(figures(HERE).values())
    assert figures(COUNTY) == {"residents.present": 32, "residents.households": 8}
    assert owner("select count(distinct path), count(*) from areas_building") == [(4, 4)]
    assert owner("select count(*) from residents_presence where grid_id is null") == [(0,)]
    clerk: Actor = ledger["clerks"][HERE]
    with acting(clerk) as _entered:
        from lianfang.base.access.api import enter

        now = enter(clerk.token_digest)
        assert now is not None
        assert now.path == THERE, "the office goes on under the new code"
        assert len(list_people(actor=now, path=THERE).lines) == 32
    assert undo_import(actor=now, file_id=ledger["files"][HERE]).removed == 16
    assert figures(THERE) == {"residents.present": 16, "residents.households": 4}


def test_a_split_community_goes_building_by_building(ledger: dict[str, Any]) -> None:
    county: Actor = ledger["county"]
    close_area(path=HERE, into=[("411621001901", "新一社区"), ("411621001902", "新二社区")], on=DAY, decided_by="x")
    buildings = [
        path for (path,) in owner("select path from areas_building where path like %s order by path", HERE + "%")
    ]
    with acting(county):
        [one] = life_codes.ended_areas(actor=county)
        assert len(one.goes_to) == 2
        assert life_codes.follow_code(
            actor=county, old_path=HERE, new_path="411621001901", buildings=buildings[:1]
        ) == (1, 8)
        [left] = life_codes.ended_areas(actor=county)
        assert (left.people, left.buildings) == (8, 1)
        life_codes.follow_code(actor=county, old_path=HERE, new_path="411621001902", buildings=buildings[1:])
    assert [people(path) for path in (HERE, "411621001901", "411621001902")] == [0, 8, 8]
    assert figures(COUNTY) == {"residents.present": 32, "residents.households": 8}


@pytest.mark.parametrize(("old", "new", "code"), [
    (HERE, THERE, "residents.code_not_followed"), (HERE, "411622100001", "access.not_found"),
    ("411621001003", HERE, "residents.code_not_followed"),
])  # fmt: skip
def test_what_does_not_hold_moves_nobody(ledger: dict[str, Any], old: str, new: str, code: str) -> None:
    county: Actor = ledger["county"]
    with acting(county), pytest.raises(LianfangError) as caught:
        life_codes.follow_code(actor=county, old_path=old, new_path=new)
    assert caught.value.code == code
    assert (people(HERE), people(THERE)) == (16, 16)
    clerk: Actor = ledger["clerks"][HERE]
    close_area(path=HERE, into=[(THERE, "")], on=DAY, decided_by="x")
    with acting(clerk), pytest.raises(LianfangError):
        life_codes.follow_code(actor=clerk, old_path=HERE, new_path=THERE)
