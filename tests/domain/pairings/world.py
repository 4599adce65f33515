"""A county with an office, a firm, compounds and members, for tests of pairings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.base.vault.api import keystore
from lianfang.domain.pairings.services import sweep
from lianfang.kernel.errors import LianfangError
from tests.domain.residents.offices import acting, office, owner
from tests.support.workforce import make_members, make_unit

ADD_COMPOUND = "insert into areas_compound (path, name, gates, has_manager) values (%s, %s, %s, %s) returning id"
COUNTY, TOWN, HERE, NEXT = "411621", "411621001", "411621001001", "411621001002"


@dataclass
class County:
    """Handles to what was made."""

    head: Actor
    town: Actor
    community: Actor
    bureau: int
    firm: int
    project: int
    members: list[int]
    compounds: list[int] = field(default_factory=list)
    incident: int = 0


def build_county(members: int = 12) -> County:
    """Fugou's tree, a bureau at the county with members, a firm and a project in a town, two compounds and two buildings."""
    load_divisions(shipped_divisions("fugou"), edition=2020)
    bureau = make_unit("县住建局", path=COUNTY)
    people = make_members(bureau, members)
    firm, project = (
        make_unit("昌茂纺织", path=HERE, kind="company"),
        make_unit("城关供水工程", path=HERE, kind="project"),
    )
    made = [
        owner(ADD_COMPOUND, HERE, name, gates, managed)
        for name, gates, managed in (("阳光花园", 3, False), ("和平小区", 1, True))
    ]  # fmt: skip
    for number in (1, 2):
        owner("insert into areas_building (path, name) values (%s, %s)", f"{HERE}{number:04d}", f"{number}号楼")
    sweep()
    return County(
        office(COUNTY, "county_dispatcher"), office(TOWN, "township_dispatcher"), office(HERE, "community_head"), bureau, firm,
        project, people, [row[0][0] for row in made],
    )  # fmt: skip


def build_county_in_incident() -> County:
    """The county with an open incident and its key."""
    found = build_county()
    number = owner(
        "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
        "values ('演练', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id", COUNTY,
    )[0][0]  # fmt: skip
    keystore().make(f"incident-{number}")
    found.incident = int(number)
    return found


def figures(path: str) -> dict[str, dict[str, int]]:
    """Running totals of pairings at an area, by metric and kind, after folding."""
    owner("select metrics_fold()")
    found: dict[str, dict[str, int]] = {}
    rows = owner(
        "select name, dim, value from metrics_value where path = %s and day = 'infinity' and name like 'pairings.%%'",
        path,
    )
    for name, dim, value in rows:
        found.setdefault(name.removeprefix("pairings."), {})[dim] = value
    return found


def as_actor(actor: Actor) -> Any:
    """A transaction in somebody's scope."""
    return acting(actor)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What happens inside is refused with this code, and with a sentence in both languages."""
    with pytest.raises(LianfangError) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.render("zh") and caught.value.render("en")
