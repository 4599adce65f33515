"""A whole city at the documents' own size: units list their people, the command plans for every village and community, and adopts."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db import connections, transaction

from lianfang.base.access.api import create_account, create_grant, open_session
from lianfang.base.areas.api import (
    Division,
    add_denominator,
    load_boundaries,
    load_divisions,
    shipped_divisions,
    subtree,
)
from lianfang.base.incidents.api import open_incident, propose_incident
from lianfang.cli.demo.cast import PASSWORD, enter_as
from lianfang.cli.demo.deployment import deploy, import_list, since
from lianfang.cli.demo.stage import Stage, edition_of_story
from lianfang.cli.places import import_compounds
from lianfang.exchange.synthetic.compounds import compound_list_xlsx, compounds
from lianfang.exchange.synthetic.workforce import LEVELS, Workforce, unit_list_xlsx, units
from lianfang.kernel.divisions import short_name

SECONDS: Final = 300.0
"""The stop rule for a whole city on a busy machine (assumption); the search ends as soon as its plan is near enough to the bound. Printed
with the gap that is left."""
_CANGZHOU: Final = ("2020-03-19", "长城网：沧州下基层干部发挥“五员”作用")
_TANGSHAN: Final = ("2022-03-31", "河北日报：唐山5.9万名党员干部下沉一线")
COUNTED: Final = (
    ("1309", "communities", 339, *_CANGZHOU),
    ("1309", "compounds", 2_982, *_CANGZHOU),
    ("1309", "villages", 5_663, *_CANGZHOU),
    ("1302", "villages", 5_390, *_TANGSHAN),
    ("1302", "communities", 630, *_TANGSHAN),
)
"""path, what, value, day, source: what the documents count where the plan goes by the list of divisions."""


@dataclass(frozen=True)
class City:
    """A city of the documents. key: its shipped list of divisions; people: the documents' number; units: an assumption, about 32 people
    each; compounds: how many the documents count, registered for the drill and sent to as well; counties: six digits of those that take
    part, all of them where there is none named."""

    key: str
    path: str
    people: int
    units: int
    compounds: int = 0
    counties: tuple[str, ...] = ()


CITIES: Final = {
    "cangzhou": City("cangzhou", "1309", 38_050, 1_200, 2_982),
    "tangshan": City("tangshan", "1302", 59_000, 1_800),
}


def load_outlines(path: str) -> int:
    """Load the public outlines of a city's counties where LIANFANG_SHARED names a folder with them (no licence lets us ship them).

    Returns how many areas have one now; the others are shown as tiles.
    """
    folder = os.environ.get("LIANFANG_SHARED", "")
    file = Path(folder) / "data" / "boundaries" / f"{path}00_full.json"
    if not folder or not file.is_file():
        return 0
    return load_boundaries(file.read_bytes(), coordinates="gcj02", source="DataV GeoAtlas")[0]


def whole_city(stage: Stage, city: City) -> None:
    """Divisions and accounts, an incident, the lists of all units, the plan, its adoption; kept for the summary with every time."""
    clock = time.monotonic()
    load_divisions(_divisions(city), edition=2020)
    load_outlines(city.path)
    counted = [one for one in COUNTED if one[0] == city.path]
    for path, what, value, day, source in counted:
        add_denominator(path=path, what=what, value=value, counted_on=date.fromisoformat(day), source=source)
    tokens = _cast(city.path)
    _open(stage, city.path, tokens)
    areas = subtree(city.path)
    listed = [area.code for area in areas if area.level == 5]
    names = {area.code: short_name(area.name) for area in areas}
    counties = {area.path: names[area.code] for area in areas if area.level == 3}
    stage.say(f"{len(listed):,} villages and communities in {len({code[:6] for code in listed})} counties")
    made = units(listed, city.people, city.units, int(city.path), place_names=names)
    told: dict[str, Any] = {
        "city": city.key, "people": city.people, "units": city.units, "listed": len(listed), "names": counties,
        "documents": [list(one[1:]) for one in counted], "prepared": since(clock),
    }  # fmt: skip
    if city.compounds:
        told |= _register(stage, city, listed, tokens["dispatcher"])
    told["import"] = _take_lists(stage, city.path, made, tokens["dispatcher"])
    places = "compounds" if city.compounds else "communities"
    stage.told["city"] = told | deploy(stage, tokens["command"], city.path, seconds=SECONDS, places=places)


def _register(stage: Stage, city: City, listed: Sequence[str], token: str) -> dict[str, Any]:
    """The housing office's list of compounds, as `lianfang import compounds` takes it."""
    clock = time.monotonic()
    data = compound_list_xlsx(compounds(listed, city.compounds, int(city.path)))
    with transaction.atomic():
        actor = enter_as(token)
    took = import_compounds(actor, city.path, data)
    stage.say(f"list of compounds: {took.new:,} of {city.compounds:,} registered, {since(clock)} s")
    return {"compounds": took.new, "compounds_refused": len(took.refused), "registered": since(clock)}


def _divisions(city: City) -> Sequence[Division]:
    """The shipped list; of the named counties only, where some are named."""
    rows = shipped_divisions(city.key)
    return [row for row in rows if row.level < 3 or not city.counties or row.code[:6] in city.counties]


def _take_lists(stage: Stage, path: str, made: Workforce, token: str) -> dict[str, Any]:
    """The city's own units send one list, those of each county another; taken by the city's dispatcher, with verdicts added up."""
    clock, taken, founded = time.monotonic(), 0, 0
    verdicts: Counter[str] = Counter()
    for at, rows in _lists(path, made):
        with transaction.atomic():
            done = import_list(enter_as(token), at, unit_list_xlsx(_some(made, rows)))
        taken += done["taken"]
        founded += done["units"]
        verdicts.update(done["verdicts"])
        stage.say(f"list of {at}: {done['taken']:,} of {rows.size:,} people, {done['seconds']} s")
    return {"taken": taken, "units": founded, "seconds": since(clock), "verdicts": dict(verdicts)}


def _lists(path: str, made: Workforce) -> Iterator[tuple[str, np.ndarray]]:
    """Area of a list and the people on it: the city first, so that its units are known when a county names one as superior."""
    of_city = made.unit_level == LEVELS.index("city")
    county = np.where(of_city, path, made.unit_area.astype("U6"))
    for at in np.unique(county).tolist():
        rows = np.flatnonzero((county == at)[made.unit])
        if rows.size:
            yield at, rows


def _some(made: Workforce, rows: np.ndarray) -> Workforce:
    """Some of the people, with all units."""
    columns = {field.name: getattr(made, field.name) for field in fields(made)}
    return Workforce(**{name: column if name.startswith("unit_") else column[rows] for name, column in columns.items()})


def _cast(path: str) -> dict[str, str]:
    """Two of the city's command, its dispatcher, and a dispatcher for each county; tokens of the first three."""
    tokens = {}
    parts = (
        ("command", "市指挥部", "command"),
        ("command2", "市指挥部乙", "command"),
        ("dispatcher", "市级调度", "county_dispatcher"),
    )
    for name, shown, role in parts:
        account = create_account(username=f"{name}-{path}", name=shown, password=PASSWORD)
        create_grant(account_id=account, role=role, path=path)
        tokens[name] = open_session(account)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select path, name from areas_area where level = 3 and path like %s order by path", [path + "%"])
        counties = cursor.fetchall()
    for county, name in counties:
        account = create_account(username=f"county-{county}", name=f"{name}调度", password=PASSWORD)
        create_grant(account_id=account, role="county_dispatcher", path=county)
    return tokens


def _open(stage: Stage, path: str, tokens: dict[str, str]) -> None:
    """An incident over the city, opened by two people."""
    with transaction.atomic():
        number = propose_incident(
            actor=enter_as(tokens["command"]), name=f"演练：全市{stage.book.incident.zh}处置", path=path, playbook=stage.book.playbook,
            drill=True, edition=edition_of_story(stage.book).id,
        )  # fmt: skip
    with transaction.atomic():
        open_incident(actor=enter_as(tokens["command2"]), incident_id=number)


__all__ = ["CITIES", "City", "whole_city"]
