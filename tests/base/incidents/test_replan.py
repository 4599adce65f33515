"""Zones at a change of edition: the newer level is ready as a proposal, and two people put it in force; nothing by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.incidents import replanning
from lianfang.base.incidents.models import Zone
from lianfang.base.incidents.replanning import approve_replan, propose_replan, replan_of, withdraw_replan
from lianfang.kernel.errors import LianfangError
from tests.support.world import COUNTY, HOME, World, build_world

pytestmark = pytest.mark.row("A3")
JULY = datetime(2022, 7, 5, 4, tzinfo=UTC)
"""The ninth edition is in force."""
MAY = datetime(2022, 5, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(database: Any) -> World:
    made = build_world()
    with connections["owner"].cursor() as cursor:  # a real incident follows the calendar; a drill keeps its edition
        cursor.execute("update incidents_incident set drill = false")
    return made


@pytest.fixture
def zone(world: World) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from incidents_zone")
        cursor.execute(
            "insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, approved_by, from_at) "
            "values (%s, %s, 'lockdown', '第八版划定', 'live', 1, 2, '2022-06-20T00:00:00Z') returning id",
            [world.incident, HOME],
        )
        return int(cursor.fetchone()[0])


def stored(number: int) -> Zone:
    return Zone.objects.using("owner").get(id=number)


def refused(code: str, world: World, role: str, step: Any, **given: Any) -> None:
    with pytest.raises(LianfangError) as caught, transaction.atomic():
        step(actor=world.enter(role, COUNTY), **given)
    assert caught.value.code == code


def test_one_proposes_another_accepts_and_the_days_served_count(world: World, zone: int) -> None:
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        plan = propose_replan(actor=actor, zone_id=zone, now=JULY)
    assert plan.words("zh").endswith("自2022-06-28起施行：封控区改划为高风险区，仍从2022-06-20起算")
    assert "counted from 2022-06-20 as before" in plan.words("en")
    held = stored(zone)
    assert (held.state, held.level, held.replan_to) == ("live", "lockdown", "high")  # nothing changed yet
    refused("incident.replan_waits", world, "county_dispatcher", propose_replan, zone_id=zone, now=JULY)
    refused("access.refused", world, "county_dispatcher", approve_replan, zone_id=zone)
    with transaction.atomic():
        made = approve_replan(actor=world.enter("command", COUNTY), zone_id=zone)
    old, new = stored(zone), stored(made)
    assert (old.state, old.level, old.lift_to) == ("lifted", "lockdown", "high")  # the record keeps its edition's words
    assert (new.state, new.level, new.from_at) == ("live", "high", held.from_at)
    assert new.proposed_by != new.approved_by
    assert new.reason == plan.words("zh")
    assert replan_of(new, now=JULY) is None
    refused("incident.replan_needless", world, "county_dispatcher", propose_replan, zone_id=made, now=JULY)


def test_before_the_day_and_without_zones_nothing_is_planned(world: World, zone: int) -> None:
    refused("incident.replan_needless", world, "county_dispatcher", propose_replan, zone_id=zone, now=MAY)
    later = datetime(2023, 2, 1, tzinfo=UTC)  # class B: no zones any more
    refused("incident.replan_no_zones", world, "county_dispatcher", propose_replan, zone_id=zone, now=later)
    refused("incident.replan_none", world, "command", approve_replan, zone_id=zone)


def test_a_proposal_is_taken_back(world: World, zone: int) -> None:
    with transaction.atomic():
        propose_replan(actor=world.enter("county_dispatcher", COUNTY), zone_id=zone, now=JULY)
    with transaction.atomic():
        withdraw_replan(actor=world.enter("county_dispatcher", COUNTY), zone_id=zone)
    assert (stored(zone).replan_to, stored(zone).replan_by) == ("", None)


@pytest.mark.parametrize(("language", "button"), [("zh-hans", "按此方案提出改划"), ("en", "Propose this plan")])
def test_the_page_has_the_plan_ready(
    world: World, zone: int, monkeypatch: pytest.MonkeyPatch, language: str, button: str
) -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    kept = replanning.beijing_day
    monkeypatch.setattr(replanning, "beijing_day", lambda at: kept(min(at, JULY)))

    def browser(role: str) -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, COUNTY)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    desk, command = browser("county_dispatcher"), browser("command")
    assert button in desk.get(f"/incidents/zones/{zone}/").content.decode()
    assert desk.post(f"/incidents/zones/{zone}/replan/").status_code == 303
    page = command.get(f"/incidents/zones/{zone}/").content.decode()
    assert page.count(f"/incidents/zones/{zone}/replan/approve/") == 1
    assert desk.post(f"/incidents/zones/{zone}/replan/approve/").status_code == 404
    answer = command.post(f"/incidents/zones/{zone}/replan/approve/")
    assert answer.status_code == 303
    assert command.get(answer["Location"]).status_code == 200
