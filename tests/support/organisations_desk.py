"""A county of the size of documents: 57 units for 78 communities, two of them without a near office."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from tests.support.plans_desk import Desk
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY, build_world

UNITS = 57
COMMUNITIES = 78


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


__all__ = ["COMMUNITIES", "UNITS", "make_organisations"]
