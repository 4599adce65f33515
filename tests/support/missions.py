"""Two counties of a city with their offices, units with people, two communities that may need help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.domain.missions import services
from lianfang.kernel.clock import beijing_day
from tests.support.workforce import make_members, make_unit
from tests.support.world import COUNTY, HOME, NEXT, World

CITY, OTHER, FAR = "4116", "411622", "411622100001"


def owner(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """One statement as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


@dataclass
class Stage:
    """Handles, and what each office does."""

    world: World
    units: dict[str, int] = field(default_factory=dict)
    members: dict[str, list[int]] = field(default_factory=dict)

    @contextmanager
    def acting(self, role: str, path: str) -> Iterator[Actor]:
        """Somebody of an office, in one transaction."""
        with transaction.atomic():
            yield self.world.enter(role, path)

    def unit(self, name: str, people: int, *, path: str = COUNTY, **more: Any) -> int:
        """A unit with members, made once."""
        if name not in self.units:
            self.units[name] = make_unit(name, path=path, kind=more.pop("kind", "office"))
            self.members[name] = make_members(self.units[name], people, **more)
        return self.units[name]

    def team(self, name: str, people: int, *, path: str = COUNTY, **more: Any) -> int:
        """A team of all of a unit."""
        skills = more.get("skills", ())
        unit = self.unit(name, people, path=path, **more)
        with self.acting("county_dispatcher" if len(path) > 4 else "command", path) as actor:
            kind = "medical" if skills else "reserve"
            return services.found_team(actor=actor, unit=unit, name=name, people=people, kind=kind, skills=skills)

    def need(self, path: str = HOME, *, people: int = 3, severity: int = 2, days: int = 6, **more: Any) -> int:
        """A need of a community."""
        with self.acting("community_clerk" if len(path) == 12 else "county_dispatcher", path) as actor:
            today = beijing_day(timezone.now())
            given = {"kind": "reserve", "purpose": "gates"} | more
            need = services.NewNeed(
                path=path,
                people=people,
                severity=severity,
                from_on=today,
                until_on=today + timedelta(days=days),
                **given,
            )
            return services.raise_need(actor=actor, need=need)

    def propose(
        self, need: int, team: int, *, by: tuple[str, str] = ("county_dispatcher", COUNTY), relieves: int | None = None
    ) -> int:
        """One line adopted."""
        with self.acting(*by) as actor:
            why = {"metres": 1000.0, "severity": 2.0, "missing": 3.0}
            return services.propose(actor=actor, lines=[services.Line(need, team, why, relieves)])[0]

    def sent(self, need: int, team: int, to: str = HOME, **more: Any) -> int:
        """A mission that both sides agreed to and that has left."""
        number = self.propose(need, team, **{key: more.pop(key) for key in ("relieves",) if key in more})
        with self.acting("county_dispatcher", COUNTY) as actor:
            services.agree(actor=actor, mission=number, side="sender")
        with self.acting("community_clerk", to) as actor:
            assert services.agree(actor=actor, mission=number, side="receiver") == "accepted"
        with self.acting("county_dispatcher", COUNTY) as actor:
            services.send(actor=actor, mission=number, **more)
        return number

    def desk(self, role: str, path: str) -> Client:
        """Somebody signed in."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = self.world.token(role, path)
        return client


def today() -> date:
    """The Beijing day."""
    return beijing_day(timezone.now())


def build_stage() -> Stage:
    """The stage."""
    from tests.support.world import build_world

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    world = build_world(homes=(HOME, NEXT), buildings=1, per_building=2)
    town = OTHER + "100"
    for path, name, level, above in (
        (CITY, "周口市", 2, "41"),
        (OTHER, "西华县", 3, CITY),
        (town, "城关镇", 4, OTHER),
        (FAR, "北关社区", 5, town),
    ):
        owner(
            "insert into areas_area (code, path, level, name, parent_path, edition, note) values (%s, %s, %s, %s, %s, 2020, '') "
            "on conflict do nothing", path.ljust(12, "0"), path, level, name, above,
        )  # fmt: skip
    return Stage(world)


def clear() -> None:
    """No team, need, mission, post or item of another test; members stay, free of teams."""
    owner(
        "truncate missions_team, missions_need, missions_seat, duty_post, worklist_item, workforce_availability cascade"
    )
    owner("delete from workforce_presence where why = 4")
    owner("delete from metrics_delta where starts_with(name, 'missions.')")
    owner("delete from metrics_value where starts_with(name, 'missions.')")
