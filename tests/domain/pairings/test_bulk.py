"""A whole city adopted in one transaction: every village and community with its unit, lead, people and papers."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.base.metrics.api import recompute
from lianfang.domain.pairings import api
from lianfang.domain.pairings.api import NewPart, Paper, Target
from lianfang.domain.pairings.metrics import ALL
from lianfang.domain.pairings.services import sweep, today
from tests.domain.pairings.world import figures
from tests.domain.residents.offices import office, owner
from tests.support.workforce import make_members, make_unit

CITY, PEOPLE, UNITS = "1309", 38_050, 110
"""Cangzhou, 2022: people of three levels and units of the city that were sent."""
SHARE = 1 if os.environ.get("LIANFANG_FULL") else 10
"""How much of the city is adopted here; LIANFANG_FULL=1 takes all of it."""


@pytest.mark.row("B4")
@pytest.mark.row("B6")
def test_a_city_is_adopted_in_one_statement(database: object) -> None:
    """Each place has a unit, a first secretary, a team, a promise, a plan and its share of the people; figures agree."""
    load_divisions(shipped_divisions("cangzhou"), edition=2020)
    places = [row[0] for row in owner("select path from areas_area where level = 5 and ended_on is null order by path")]
    places = places[::SHARE]
    units = [make_unit(f"市直单位{at}", path=CITY) for at in range(UNITS // SHARE)]
    members = [one for unit in units for one in make_members(unit, PEOPLE // UNITS)]
    sweep()
    parts = []
    for at in range(len(places)):
        unit = units[at % len(units)]
        parts += [
            NewPart(at, "unit", organisation=unit), NewPart(at, "team", organisation=unit),
            NewPart(at, "equips", text="防护物资到位"), NewPart(at, "plan", paper=Paper("驻村计划")),
        ]  # fmt: skip
    for at, member in enumerate(members):
        item = "first_secretary" if at < len(places) else "people"
        parts.append(NewPart(at % len(places), item, member=member))
    command = office(CITY, "command")
    started = time.perf_counter()
    numbers = api.adopt_pairings(
        actor=command, template="first_secretary", targets=[Target("community", path) for path in places], parts=parts,
        from_on=today(), until_on=today() + timedelta(90),
    )  # fmt: skip
    seconds = time.perf_counter() - started
    print(f"\n{len(places)} places, {len(parts)} parts, {len(members)} people: {seconds:.2f} s")
    assert len(numbers) == len(places)
    assert len({*numbers}) == len(places)
    assert owner("select count(*) from pairings_part")[0][0] == len(parts)
    assert owner("select lacks from pairings_pairing group by 1") == [(["family"],)]
    assert owner("select count(*) from workforce_presence where why = 4")[0][0] == len(members)
    found = figures(CITY)
    assert found["people"] == {"": len(members)}
    assert found["incomplete"]["community"] == len(places)
    assert recompute(list(ALL)) == []
    assert seconds < 60 / SHARE + 5
