"""The roster as a kind of plan: proposed, edited by a person, held, computed again, published."""

from __future__ import annotations

import pytest

from lianfang.domain.duty.api import create_post, create_shifts, rolled_out, round_the_clock
from lianfang.domain.plans import services, worker
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id, result_of
from lianfang.kernel.errors import LianfangError
from tests.support.duty import HOME, MONDAY, TOWN, Stage, run

pytestmark = pytest.mark.row("B9")


def proposed(stage: Stage, **params: object) -> int:
    """A roster asked for by the township and computed."""
    with stage.as_role() as actor:
        number = services.propose(actor=actor, kind="roster", path=TOWN, params={"near": "any", **params}, seconds=2)
    worker.run_job(number)
    return number


def test_proposed_edited_computed_again_and_published(stage: Stage, fresh: None) -> None:
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        create_shifts(actor=actor, post=post, shifts=rolled_out(round_the_clock(3, 1), MONDAY, 5))
        today = run("select (now() at time zone 'Asia/Shanghai')::date")[0][0]
    number = proposed(stage, ahead=(MONDAY - today).days, days=5)
    with stage.as_role() as actor:
        plan = plan_by_id(number)
        assert plan.state == "proposed", plan.reasons
        lines, built, kind = lines_of(number), built_of(plan), kind_of("roster")
        assert [line.target == "" for line in lines] == [False] * 15
        assert kind.check(built, kind.result_of(built, lines)) == []
        assert kind.result_of(built, lines).objective == result_of(plan).objective
        offered = kind.choices(built, lines, 4)
        assert offered[0] == ("", "空缺")
        choice = offered[-1][0]
        edited = services.edit_line(actor=actor, plan_id=number, n=4, choice=choice, version=plan.version)
        assert lines_of(number)[4].target == choice
        with pytest.raises(LianfangError) as caught:  # whoever works already that day is not offered
            services.edit_line(actor=actor, plan_id=number, n=3, choice=choice, version=edited.version)
        assert caught.value.code == "plans.choice_wrong"
        words = kind.names(plan, {line.subject for line in lines}, {line.target for line in lines})
        assert words[lines[0].subject].words.endswith("00:00–08:00 · 东关卡点")
        again = services.replan(actor=actor, plan=plan_by_id(number))
    worker.run_job(again)
    with stage.as_role() as actor:
        second = lines_of(again)
        assert second[4].target == choice
        assert sum(one.target != two.target for one, two in zip(second, lines_of(number), strict=True)) == 0
        written = services.adopt(actor=actor, plan_id=again, version=plan_by_id(again).version)
    assert written == 15
    assert run("select count(*) from duty_slot where state = 'published'") == [(15,)]
    assert run("select count(*) from duty_slot where pinned") == [(1,)]


def test_no_shifts_to_fill_is_said(stage: Stage, fresh: None) -> None:
    number = proposed(stage)
    with stage.as_role():
        plan = plan_by_id(number)
        assert (plan.state, plan.reasons[0]["code"]) == ("failed", "duty.no_shifts")
