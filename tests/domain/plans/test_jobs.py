"""Computations as programs of their own: started by the steward, killed, noticed, started again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lianfang.domain.plans import jobs, services
from lianfang.domain.plans.selectors import plan_by_id
from tests.support.world import COUNTY

if TYPE_CHECKING:
    from lianfang.domain.plans.models import Plan
    from tests.support.plans_desk import Desk

pytestmark = pytest.mark.row("B4")
LONGEST = 120


def state(desk: Desk, number: int) -> Plan:
    found: Plan = desk.act(lambda _actor: plan_by_id(number))
    return found


def wait(done: object, what: str) -> None:
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        if done():  # type: ignore[operator]
            return
        time.sleep(0.2)
    raise AssertionError(f"{what} did not happen within {LONGEST} s")


def test_a_program_is_killed_noticed_and_another_finishes(desk: Desk) -> None:
    number = desk.act(lambda actor: services.propose(actor=actor, kind="deployment", path=COUNTY, params={}))
    assert jobs.run_waiting() == 1
    jobs._RUNNING[number].kill()
    jobs._RUNNING[number].wait()
    jobs.run_waiting()
    assert jobs.progress_of(number).state == "failed"
    assert "计算中断" in jobs.progress_of(number).sentence
    assert [one.state for one in jobs.standings()] == ["broke_off"]
    assert state(desk, number).state == "solving", "nothing is half-written"
    desk.act(lambda actor: services.restart(actor=actor, plan=plan_by_id(number)))
    jobs.run_waiting()
    wait(lambda: jobs.run_waiting() == 0, "the end of the program")
    plan = state(desk, number)
    assert plan.state == "proposed", (plan.reasons, jobs.progress_of(number))
    assert list(jobs.standings()) == []


def test_a_steward_that_comes_back_finds_what_waits(desk: Desk) -> None:
    number = desk.act(lambda actor: services.propose(actor=actor, kind="deployment", path=COUNTY, params={}))
    jobs.say(number, jobs.Progress("running", "pricing"))  # as the program left it when the machine went down
    assert jobs.progress_of(number).state == "failed"
    assert [one.state for one in jobs.standings()] == ["waiting"]
    assert jobs.run_waiting() == 1
    wait(lambda: jobs.run_waiting() == 0, "the end of the program")
    assert state(desk, number).state == "proposed"
