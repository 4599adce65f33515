"""Two places of the size of documents: a county with 57 units for 78 communities, two of them without a near office; and the
districts of Cangzhou with 110 units, 4,220 people and more than 800 compounds for 113 communities."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.exchange.synthetic.compounds import compounds
from tests.support.plans_desk import Desk
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY, World, build_world

UNITS = 57
COMMUNITIES = 78
CITY, CITY_OFFICES, CITY_UNITS, CITY_PEOPLE, CITY_COMMUNITIES, CITY_COMPOUNDS = "1309", 84, 110, 4_220, 113, 820
"""84 offices and 26 firms; the document says more than 800 compounds."""


def make_organisations() -> Desk:
    """Fugou's first 78 communities with compounds in a third of them, and 57 units of 4 to 40 people in all its townships.

    The communities after the 78th are closed, as after a merger, so that the county counts what the document counts.
    """
    shutil.rmtree(Path(settings.DATA) / "plans", ignore_errors=True)
    desk = Desk(build_world(homes=(), buildings=0))
    paths = [
        path
        for (path,) in run("select path from areas_area where level = 5 and path like %s order by path", COUNTY + "%")
    ]
    step = len(paths) / COMMUNITIES
    kept = [paths[int(at * step)] for at in range(COMMUNITIES)]
    run(
        "update areas_area set ended_on = current_date - 1 where level = 5 and path like %s and not (path = any (%s))",
        COUNTY + "%",
        kept,
    )
    towns = sorted({path[:9] for path in kept})
    for number in range(UNITS):
        unit = make_unit(f"县直单位{number + 1:02d}", path=towns[number * 7 % len(towns)])
        desk.units.append(unit)
        desk.members += make_members(unit, 4 + number * 13 % 37)
    for number, path in enumerate(kept[::3]):
        run("insert into areas_compound (path, name, gates, has_manager) values (%s, %s, %s, %s)",
            path, f"小区{number}", 1 + number % 6, number % 2 == 0)  # fmt: skip
    return desk


def make_districts() -> Desk:
    """Cangzhou's two districts: 84 offices and 26 firms of the city with 4,220 people, 113 residents' committees with 820 compounds.

    Its districts have 119 committees in the list of divisions; the last six are closed, so that they are as many as the document counts.
    """
    shutil.rmtree(Path(settings.DATA) / "plans", ignore_errors=True)
    load_divisions(shipped_divisions("cangzhou"), edition=2020)
    desk = Desk(World())
    towns = [code for code in _committees() if int(code[9:]) < 200]
    run("update areas_area set ended_on = current_date - 1 where path = any (%s)", towns[CITY_COMMUNITIES:])
    made = compounds(towns[:CITY_COMMUNITIES], CITY_COMPOUNDS, 113)
    columns = zip(*((one.community, one.name, one.gates, one.managed) for one in made), strict=True)
    run(
        "insert into areas_compound (path, name, gates, has_manager) "
        "select * from unnest(%s::text[], %s::text[], %s::smallint[], %s::bool[])",
        *map(list, columns),
    )
    people = [CITY_PEOPLE // CITY_UNITS + (at % 21 - 10) for at in range(CITY_UNITS)]
    people[-1] += CITY_PEOPLE - sum(people)
    for at, count in enumerate(people):
        office = at < CITY_OFFICES
        name = f"市直单位{at + 1:03d}" if office else f"驻沧企业{at + 1 - CITY_OFFICES:02d}"
        unit = make_unit(name, path=CITY, kind="office" if office else "company")
        desk.units.append(unit)
        desk.members += make_members(unit, count)
    return desk


def _committees() -> list[str]:
    rows = run(
        "select path from areas_area where level = 5 and (path like '130902%%' or path like '130903%%') order by path"
    )
    return [path for (path,) in rows]


__all__ = [
    "CITY",
    "CITY_COMMUNITIES",
    "CITY_PEOPLE",
    "CITY_UNITS",
    "COMMUNITIES",
    "UNITS",
    "make_districts",
    "make_organisations",
]
