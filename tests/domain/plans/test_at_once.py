"""Two people adopt two plans over the same people at the same moment: one is carried out, the other is told whose was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from lianfang.domain.plans import services
from lianfang.kernel.errors import LianfangError
from tests.support.plans_desk import Desk
from tests.support.workforce import run
from tests.support.world import TOWN

pytestmark = [pytest.mark.row("B4"), pytest.mark.row("A1")]


def test_of_two_plans_adopted_at_once_one_is_carried_out_and_the_other_says_why(desk: Desk) -> None:
    town = desk.propose(path=TOWN, role="township_dispatcher", leads="lead")
    county = desk.propose(leads="lead")
    desk.world.token("county_dispatcher", "411621")
    ready = Barrier(2)

    def adopt(which: tuple[int, str, str]) -> str:
        number, role, path = which
        try:
            ready.wait(30)
            desk.act(lambda actor: services.adopt(actor=actor, plan_id=number), role, path)
        except LianfangError as error:
            assert error.render("zh")
            assert error.render("en")
            return error.code
        finally:
            connections.close_all()
        return "adopted"

    with ThreadPoolExecutor(2) as both:
        told = list(
            both.map(adopt, [(town.id, "township_dispatcher", TOWN), (county.id, "county_dispatcher", "411621")])
        )
    assert sorted(told) == ["adopted", "plans.adopted_meanwhile"]
    won = (town, county)[told.index("adopted")]
    placed = [line for line in desk.lines(won.id) if line.target]
    parts = run(
        "select member_id, count(*) from pairings_part where member_id is not null and ended_on is null group by 1"
    )
    assert {count for _, count in parts} == {1}
    assert len(parts) == len(placed)
    assert run("select state, count(*) from plans_plan group by 1 order by 1") == [("adopted", 1), ("proposed", 1)]
