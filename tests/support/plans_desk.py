"""Fugou's tree with units and members, and a way to let a plan be computed as the steward does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from lianfang.base.access.api import Actor
from lianfang.domain.plans import services, worker
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.selectors import lines_of, plan_by_id
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY, World, build_world

TOWNS = ("411621001", "411621002", "411621003")


@dataclass
class Desk:
    """A world with a workforce; plans are proposed and computed by one call."""

    world: World
    units: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)

    def act(self, do: Callable[[Actor], Any], role: str = "county_dispatcher", path: str = COUNTY) -> Any:
        """Do something as a role, in one transaction."""
        with transaction.atomic():
            return do(self.world.enter(role, path))

    def propose(
        self, kind: str = "deployment", path: str = COUNTY, role: str = "county_dispatcher", **params: Any
    ) -> Plan:
        """Propose and compute; the plan as the page would read it."""
        seconds = params.pop("seconds", 30.0)
        number = self.act(
            lambda actor: services.propose(actor=actor, kind=kind, path=path, params=params, seconds=seconds),
            role,
            path,
        )
        return self.compute(number, role, path)

    def compute(self, number: int, role: str = "county_dispatcher", path: str = COUNTY) -> Plan:
        """Run the job that waits, and read the plan."""
        worker.run_job(number)
        return self.act(lambda _actor: plan_by_id(number), role, path)

    def lines(self, number: int) -> list[Any]:
        """The lines of a plan."""
        return list(self.act(lambda _actor: lines_of(number)))


def make_desk() -> Desk:
    """Three units of the county with 60 people; half of them live in communities of the first township."""
    shutil.rmtree(Path(settings.DATA) / "plans", ignore_errors=True)
    desk = Desk(build_world(homes=(), buildings=0))
    homes = [
        path for (path,) in run("select path from areas_area where path like '411621001%%' and level = 5 order by path")
    ]
    for number, town in enumerate(TOWNS):
        unit = make_unit(f"单位{number}", path=town)
        desk.units.append(unit)
        live = [homes[at % len(homes)] if at % 2 == 0 else "" for at in range(20)]
        desk.members += make_members(unit, 20, home=live)
    run("update workforce_membership set duty = 'head' where member_id = any (%s)", desk.members[::4])
    return desk
