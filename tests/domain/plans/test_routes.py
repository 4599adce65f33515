"""Tours from door to door: every building once, within the shift; a stop goes to another team; printed and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from lianfang.domain.plans import services
from lianfang.domain.plans.kinds.routes import teams_for
from lianfang.domain.plans.pages import reasons_of
from lianfang.domain.plans.registry import kind_of
from tests.support.world import HOME, TOWN, build_world, fold

if TYPE_CHECKING:
    from lianfang.base.database.connect import Target
    from tests.support.plans_desk import Desk

pytestmark = pytest.mark.row("D2")


@pytest.fixture(scope="module")
def desk(database: Target) -> Desk:
    """A community with nine inhabited buildings."""
    from tests.support.plans_desk import Desk

    world = build_world(homes=(HOME,), buildings=9)
    fold()
    return Desk(world)


def test_every_building_is_visited_once_within_the_shift(desk: Desk) -> None:
    plan = desk.propose("routes", TOWN, "township_dispatcher", teams="3", minutes="20", hours="1.5", seconds=3.0)
    assert plan.state == "proposed", plan.reasons
    lines = desk.lines(plan.id)
    assert len({line.subject for line in lines}) == len(lines) == 9
    assert {line.values["order"] for line in lines} <= set(range(1, 10))
    figures = {one["key"]: one["plan"] for one in plan.summary["figures"]}
    assert figures["figure.hours"] <= 1.5
    load = {f"team:{team}": sum(line.target == f"team:{team}" for line in lines) for team in (1, 2, 3)}
    choice = min(load, key=lambda team: load[team])
    n = next(n for n, line in enumerate(lines) if line.target != choice)
    changed = desk.act(
        lambda actor: services.edit_line(actor=actor, plan_id=plan.id, n=n, choice=choice, version=plan.version),
        "township_dispatcher", TOWN,
    )  # fmt: skip
    after = desk.lines(plan.id)
    assert after[n].target == choice
    assert after[n].pinned
    for team in {line.target for line in after}:
        orders = sorted(line.values["order"] for line in after if line.target == team)
        assert orders == list(range(1, len(orders) + 1)), "both tours are numbered and timed anew"
    again = desk.compute(
        desk.act(lambda actor: services.replan(actor=actor, plan=changed), "township_dispatcher", TOWN),
        "township_dispatcher",
        TOWN,
    )
    assert again.state == "proposed", again.reasons
    second = desk.lines(again.id)
    team = next(line.target for line in second if line.subject == after[n].subject)
    kept = {line.subject for line in second if line.target == team}
    assert kept == {line.subject for line in after if line.target == choice}, (
        "the tour with the pinned stop stays whole"
    )
    assert desk.act(lambda actor: services.adopt(actor=actor, plan_id=again.id), "township_dispatcher", TOWN) >= 1
    page = Client()
    page.cookies[settings.SESSION_COOKIE] = desk.world.token("township_dispatcher", TOWN)
    printed = page.get(f"/plans/{again.id}/tours/").content.decode()
    assert "第1队" in printed
    assert "9号楼" in printed
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from worklist_item where what = 'plans.tour' and path = %s", [HOME])
        assert cursor.fetchone()[0] >= 1


def test_more_work_than_hours_is_said(desk: Desk) -> None:
    plan = desk.propose("routes", TOWN, "township_dispatcher", teams="1", minutes="60", hours="1", seconds=3.0)
    assert plan.state == "failed"
    assert plan.reasons[0]["code"] == "plans.infeasible"


def test_too_few_teams_for_the_doors_alone_are_counted_at_once(desk: Desk) -> None:
    plan = desk.propose("routes", TOWN, "township_dispatcher", teams="1", minutes="20", hours="1.5", seconds=3.0)
    assert plan.state == "failed"
    [told] = plan.reasons[0]["engine"]["why"]
    assert told["code"] == "why.too_few"
    needed = int(told["values"]["needed"])
    assert needed > 1
    assert f"至少要{needed}个队" in reasons_of(plan)[0]
    assert plan.seconds is None or plan.seconds < 1.0


def test_the_teams_offered_can_do_it(desk: Desk) -> None:
    offered = desk.act(lambda actor: kind_of("routes").fields(actor, TOWN)[0].default, "township_dispatcher", TOWN)
    plan = desk.propose("routes", TOWN, "township_dispatcher", teams=str(offered), seconds=3.0)
    assert plan.state == "proposed", plan.reasons


@pytest.mark.parametrize(("hours", "teams"), [([4, 4, 4], 3), ([2, 2, 2], 1), ([2, 2, 4.5], 2), ([], 1)])
def test_two_large_buildings_do_not_fit_into_one_shift(hours: list[float], teams: int) -> None:
    assert teams_for(np.array(hours) * 3600, 7.5 * 3600) == teams
