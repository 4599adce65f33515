"""A county with two units of people who can stand at posts, and offices by role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from lianfang.base.access.actor import Actor
from lianfang.domain.duty.api import NewShift
from lianfang.kernel.clock import BEIJING, beijing_day
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, build_world

MONDAY = beijing_day(datetime.now(BEIJING)) + timedelta(days=7 - datetime.now(BEIJING).weekday())
"""The Monday of next week, so that weeks are whole and nothing is over."""


def at(day: date, hour: float) -> datetime:
    """An instant of a Beijing day; hours may go beyond 24."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(hours=hour)


def shift(day: date, start: float, end: float, wanted: int = 2, **more: Any) -> NewShift:
    """A shift by hours of a day."""
    return NewShift(at(day, start), at(day, end), wanted, **more)


@dataclass
class Stage:
    """The world with people who can stand at posts. office, health: two units; members by unit."""

    world: World
    units: tuple[int, int]
    members: list[int]
    others: list[int]

    @contextmanager
    def as_role(self, role: str = "township_dispatcher", path: str = TOWN) -> Iterator[Actor]:
        """The entered scope of an office, in one transaction."""
        with transaction.atomic():
            yield self.world.enter(role, path)

    @contextmanager
    def as_member(self, member: int) -> Iterator[None]:
        """The scope of a member's own page."""
        code = f"code-{member}".encode()
        run(
            "insert into workforce_link (code_hash, member_id, made_by, ends_on) values (sha256(%s), %s, 1, current_date + 90) "
            "on conflict (code_hash) do nothing", code, member,
        )  # fmt: skip
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute("select workforce_enter(sha256(%s))", [code])
            assert cursor.fetchone()[0]
            yield


def build_stage() -> Stage:
    """Twelve people of a town office, eight of a health centre in the next community."""
    world = build_world(buildings=1, per_building=2)
    office = make_unit("王沟岗镇政府", path=TOWN)
    health = make_unit("城关卫生院", path=NEXT, kind="hospital")
    members = make_members(office, 12, home=HOME)
    others = make_members(health, 8, home=NEXT, skills=["nurse"])
    return Stage(world, (office, health), members, others)


__all__ = ["COUNTY", "HOME", "MONDAY", "NEXT", "TOWN", "Stage", "at", "build_stage", "run", "shift"]
