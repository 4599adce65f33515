"""A world with an open round, and a way to send facts through the real door code."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.database import connect
from lianfang.base.facts.door import Door
from lianfang.base.facts.reading import read_body
from lianfang.kernel.ids import format_code, uuid7
from tests.support.world import COUNTY, HOME, World, build_world, fold

Answer = dict[str, Any]


@dataclass
class Station:
    """A world with one round, and helpers that make and send its facts."""

    world: World
    round: int
    send: Callable[..., list[Answer]]
    grid: int = 0

    def fact(
        self, kind: str, payload: dict[str, Any], *, area: str = HOME, at: str | None = None, id: Any = None
    ) -> dict[str, Any]:
        """A fact as a phone would write it."""
        return {
            "id": str(id or uuid7()),
            "kind": kind,
            "area": area.ljust(12, "0"),
            "recorded_at": at or datetime.now(UTC).isoformat(),
            "payload": {"round": self.round, **payload},
        }

    def tube(self, number: int, people: list[str], **more: Any) -> dict[str, Any]:
        """A filled tube."""
        return self.fact("rounds.tube_filled/1", {"tube": format_code(number), "people": people}, **more)

    def result(self, number: int, result: str, **more: Any) -> dict[str, Any]:
        """A result of a tube."""
        return self.fact("rounds.result_reported/1", {"tube": format_code(number), "result": result}, **more)


@pytest.fixture(scope="module")
def station(database: connect.Target) -> Station:
    """The world with an open round over the county."""
    from lianfang.domain.rounds.services import open_round  # models: not before Django is set up

    world = build_world()
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        opened = open_round(actor=actor, incident_id=world.incident, name="第一轮", path=COUNTY, tube_size=10)
    fold()

    def send(
        facts: list[dict[str, Any]] | bytes, *, role: str = "sampler", path: str = COUNTY, token: str | None = None
    ) -> list[Answer]:
        bearer = token or world.token(role, path)
        body = facts if isinstance(facts, bytes) else msgspec.json.encode(facts)
        with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
            return aside.submit(asyncio.run, _submit(database, body, bearer)).result()

    return Station(world, opened.id, send)


async def _submit(target: connect.Target, body: bytes, bearer: str) -> list[Answer]:
    door = Door(target.conninfo(connect.DOOR))
    await door.start()
    try:
        facts = read_body(body, token=hashlib.sha256(bearer.encode()).digest(), received_at=datetime.now(UTC))
        await door.submit(facts)
        return [fact.answer("zh") for fact in facts]
    finally:
        await door.stop()


BUILDING = HOME + "0001"


@pytest.fixture(scope="module")
def told(station: Station) -> Station:
    """Some are sampled, some have a reason, one pool is positive, one round is a screening."""
    people = station.world.people[HOME]
    station.send([station.tube(101, [person.code for person in people[:10]])])
    away = station.fact("rounds.not_sampled/1", {"person": people[10].code, "reason": "away"})
    moved = station.fact("rounds.not_sampled/1", {"person": people[12].code, "reason": "moved_out"})
    assert [a["status"] for a in station.send([away, moved], role="community_clerk", path=HOME)] == ["accepted"] * 2
    station.send([station.result(101, "positive")], role="laboratory", path="")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_grid (net, path, code, name, started_on) "
            "values ('community', %s, 'G1', '一号网格', current_date) returning id",
            [HOME],
        )
        station.grid = cursor.fetchone()[0]
        cursor.execute(
            "insert into areas_grid_building (grid_id, net, building_id, path, from_on) select %s, 'community', id, path, current_date "
            "from areas_building where path = %s", [station.grid, BUILDING],
        )  # fmt: skip
        cursor.execute(
            "update residents_presence set grid_id = %s where starts_with(path, %s)", [station.grid, BUILDING]
        )
    fold()
    return station


@pytest.fixture
def browse(told: Station) -> Any:
    """A browser of somebody who is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of a folder that is not there

    def sign_in(role: str, path: str, language: str = "zh-hans", **more: Any) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = told.world.token(role, path, **more)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in
