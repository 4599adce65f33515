"""Sampling sites of a round: as many as asked, whole buildings, desks by the guide; adopted into the round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connections, transaction

from lianfang.domain.plans import services
from lianfang.domain.rounds.api import open_round
from lianfang.kernel.errors import LianfangError
from tests.support.world import COUNTY, HOME, TOWN, build_world, fold

if TYPE_CHECKING:
    from lianfang.base.database.connect import Target
    from tests.support.plans_desk import Desk

pytestmark = pytest.mark.row("D2")


@pytest.fixture(scope="module")
def desk(database: Target) -> Desk:
    """A community with six buildings of twelve people and an open round."""
    from tests.support.plans_desk import Desk

    world = build_world(homes=(HOME,), buildings=6)
    fold()
    return Desk(world)


def open_one(desk: Desk) -> int:
    with transaction.atomic():
        actor = desk.world.enter("county_dispatcher", COUNTY)
        return open_round(actor=actor, incident_id=desk.world.incident, name="第一轮", path=HOME).id


def test_no_round_is_said(desk: Desk) -> None:
    with pytest.raises(LianfangError) as refused:
        desk.propose("sites", TOWN, "township_dispatcher", round="7")
    assert refused.value.code == "plans.choice_wrong"


def test_sites_are_planned_changed_and_adopted_into_the_round(desk: Desk) -> None:
    number = open_one(desk)
    plan = desk.propose("sites", TOWN, "township_dispatcher", round=str(number), count="2")
    assert plan.state == "proposed", plan.reasons
    lines = desk.lines(plan.id)
    assert len(lines) == 6
    sites = {line.target for line in lines}
    assert len(sites) == 2
    assert sum(line.amount for line in lines) == 72
    moved = next(n for n, line in enumerate(lines) if line.reason != "why.at_site")
    other = next(site for site in sites if site != lines[moved].target)

    def edit(actor):  # type: ignore[no-untyped-def]
        return services.edit_line(actor=actor, plan_id=plan.id, n=moved, choice=other, version=plan.version)

    loads = {site: sum(line.amount for line in lines if line.target == site) for site in sites}
    if loads[other] + lines[moved].amount > 42:  # 72 people at two sites, 15 % room
        with pytest.raises(LianfangError) as refused:
            desk.act(edit, "township_dispatcher", TOWN)
        assert refused.value.code == "plans.edit_breaks"
    with pytest.raises(LianfangError) as refused:
        desk.act(lambda actor: services.adopt(actor=actor, plan_id=plan.id), "township_dispatcher", "411621003")
    assert refused.value.code == "access.not_found"
    number_again = desk.act(
        lambda actor: services.propose(
            actor=actor, kind="sites", path=TOWN, params={"round": str(number), "count": "2"}
        )
    )
    again = desk.compute(number_again)
    assert desk.act(lambda actor: services.adopt(actor=actor, plan_id=again.id)) == 2
    with connections["owner"].cursor() as cursor:
        cursor.execute("select name, desks, samplers, path from rounds_site where round_id = %s", [number])
        made = cursor.fetchall()
        cursor.execute("select count(*) from worklist_item where what = 'plans.sites_set' and path = %s", [HOME])
        told = cursor.fetchone()[0]
    assert len(made) == 2
    assert told == 1
    assert all(desks >= 1 and samplers >= 1 and path == HOME for _name, desks, samplers, path in made)
    with pytest.raises(LianfangError) as refused:
        desk.act(lambda actor: services.adopt(actor=actor, plan_id=plan.id))
    assert refused.value.code == "plans.adopted_meanwhile"
