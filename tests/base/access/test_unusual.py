"""Unusual looking: accounts that copy a register are flagged within twenty look-ups, ordinary days almost never.

The days are simulated from a fixed seed (the model of an ordinary day is an assumption, written down below) and judged by the
same statement that the auditor's page runs.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.access import looks
from lianfang.base.facts.log_check import check_newest, log_state
from lianfang.base.facts.seal import seal_once
from lianfang.kernel.clock import BEIJING
from tests.support.world import COUNTY, HOME, World

pytestmark = pytest.mark.usefixtures("database")
DAYS = 12_000
"""Ordinary user-days, enough to tell one false alarm in a thousand from one in ten thousand."""
BUILDINGS, HOMES = 60, 40
"""A community of 6,500 people: about sixty buildings with some forty homes each."""
Looking = tuple[int, datetime, int, str]


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """Fugou's tree without people."""
    from tests.support.world import build_world

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return build_world(homes=())


def home(building: int, door: int) -> str:
    return f"{HOME}{building:04d}01{door:03d}"


def ordinary_day(chance: random.Random, account: int, morning: datetime) -> list[Looking]:
    """Nine people in ten open a few (mean 3), one in ten is the busy one at the counter (mean 9), over ten hours; after one
    look in three the next one is at somebody of the same home or of the next door within minutes."""
    mean = 9 if chance.random() < 0.1 else 3
    count = sum(chance.random() < mean / 40 for _ in range(40))
    at, found = morning, []
    building, door = chance.randint(1, BUILDINGS), chance.randint(1, HOMES)
    for number in range(count):
        if found and chance.random() < 1 / 3:
            at += timedelta(seconds=chance.randint(20, 240))
            door = min(HOMES, door + chance.randint(0, 1))
        else:
            at += timedelta(minutes=chance.expovariate(max(count, 1) / 540))
            building, door = chance.randint(1, BUILDINGS), chance.randint(1, HOMES)
        found.append((account, at, account * 100 + number, home(building, door)))
    return found


def scraper(kind: str, chance: random.Random, account: int, morning: datetime) -> list[Looking]:
    """Twenty look-ups of somebody who copies the register."""
    found = []
    for number in range(20):
        if kind == "fast, at random":
            at, path = (
                morning + timedelta(seconds=40 * number),
                home(chance.randint(1, BUILDINGS), chance.randint(1, HOMES)),
            )
        elif kind == "fast, down the list":
            at, path = morning + timedelta(seconds=15 * number), home(7, number // 3 + 1)
        else:  # slow, a door at a time, never more than ten an hour
            at, path = morning + timedelta(minutes=6.5 * number), home(7, number // 3 + 1)
        found.append((account, at, account * 100 + number, path))
    return found


def put(found: list[Looking]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate vault_look")
        cursor.execute(
            "insert into vault_look (account_id, role, at, person_id, path, purpose, fields) "
            "select a, 'community_clerk', t, p, h, 'call_person', 'identity' from unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], "
            "%s::text[]) as u(a, t, p, h)", [list(column) for column in zip(*found, strict=True)],
        )  # fmt: skip


def flagged(world: World) -> set[int]:
    with transaction.atomic():
        world.enter("audit_admin", "")
        return {one.account_id for one in looks.unusual(looks.Span(hours=72))}


def morning_of() -> datetime:
    return (datetime.now(BEIJING) - timedelta(days=1)).replace(hour=8, minute=0)


@pytest.mark.parametrize("kind", ["fast, at random", "fast, down the list", "slow, down the list"])
def test_who_copies_the_register_is_flagged_within_twenty(world: World, kind: str) -> None:
    chance = random.Random(20)
    accounts = range(1, 201)
    put([one for account in accounts for one in scraper(kind, chance, account, morning_of())])
    assert flagged(world) == set(accounts)


def test_ordinary_days_are_left_alone(world: World) -> None:
    chance = random.Random(1000)
    found = [one for account in range(1, DAYS + 1) for one in ordinary_day(chance, account, morning_of())]
    put(found)
    alarms = len(flagged(world))
    print(f"{alarms} false alarms in {DAYS} user-days, {len(found)} look-ups")
    assert alarms / DAYS <= 1 / 1000


def test_refusals_are_on_record_and_many_are_unusual(world: World) -> None:
    clerk, auditor = Client(), Client()
    clerk.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    auditor.cookies[settings.SESSION_COOKIE] = world.token("audit_admin", "")
    for number in range(31):
        assert clerk.get(f"/residents/area/{COUNTY}{number:06d}/").status_code == 404
    page = auditor.get("/looks/").content.decode()
    assert "residents-area" in page
    assert "31" in page
    assert "一小时内被拒绝31次" in page
    assert f"{COUNTY}000001" not in page, "which record it was is not the auditor's to see"


def test_the_auditor_checks_the_log_and_sees_what_was_touched(world: World, database: Any) -> None:
    import psycopg

    auditor = Client()
    auditor.cookies[settings.SESSION_COOKIE] = world.token("audit_admin", "")
    with connections["owner"].cursor() as cursor:
        for _ in range(3):
            cursor.execute(
                "insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
                "values (%s, gen_random_uuid(), 'k', '41', now(), 1, 1, '\\x01', '\\x02')", [world.incident],
            )  # fmt: skip
            with psycopg.connect(database.conninfo("lianfang_door")) as door:
                seal_once(door)
    with transaction.atomic():
        world.enter("audit_admin", "")
        assert (log_state().seals, check_newest().seals, check_newest(1).first) == (3, 3, 3)
    assert "3道封印" in auditor.post("/looks/log/").content.decode()
    with connections["owner"].cursor() as cursor:
        cursor.execute("update facts_log set account_id = 2 where xid = (select min(xid) from facts_log)")
    page = auditor.post("/looks/log/").content.decode()
    assert "第1道封印不成立" in page
    assert "有记录被改动" in page
    other = Client()
    other.cookies[settings.SESSION_COOKIE] = world.token("community_head", HOME)
    assert other.get("/looks/log/").status_code == 404
