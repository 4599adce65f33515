"""Posts where nobody stands alone: planned in pairs beside posts for one, empty rather than alone, with the reason; edited in pairs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from lianfang.domain.duty.api import book, create_post, create_shifts
from lianfang.domain.plans import services, worker
from lianfang.domain.plans.pages import reasons_of, remark_groups
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id
from tests.support.duty import HOME, MONDAY, TOWN, Stage, run, shift

pytestmark = [pytest.mark.row("B9"), pytest.mark.row("B5")]


def posts(stage: Stage, singles: int) -> tuple[int, int]:
    """A post for two and a post for one, with shifts in the same hours of one Monday."""
    with stage.as_role() as actor:
        two = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点", two_person=True)
        one = create_post(actor=actor, path=HOME, kind="lookout", name="瞭望哨")
        create_shifts(actor=actor, post=two, shifts=[shift(MONDAY, 8, 16, 2)])
        create_shifts(actor=actor, post=one, shifts=[shift(MONDAY, 8, 16, singles)])
    return two, one


def proposed(stage: Stage) -> int:
    """A roster of that Monday."""
    today = run("select (now() at time zone 'Asia/Shanghai')::date")[0][0]
    with stage.as_role() as actor:
        params = {"near": "any", "ahead": (MONDAY - today).days, "days": 1}
        number = services.propose(actor=actor, kind="roster", path=TOWN, params=params, seconds=2)
    worker.run_job(number)
    return number


def only(stage: Stage, many: int) -> None:
    """All but a few have the day off."""
    everybody = [*stage.members, *stage.others]
    for member in everybody[many:]:
        run("insert into workforce_availability (member_id, on_day, from_minute, to_minute, can_work) values (%s, %s, 0, 1440, false)",
            member, MONDAY)  # fmt: skip


def test_two_stand_together_and_one_stands_alone_where_that_is_allowed(stage: Stage, fresh: None) -> None:
    two, one = posts(stage, 1)
    number = proposed(stage)
    with stage.as_role():
        plan, lines = plan_by_id(number), lines_of(number)
        assert plan.state == "proposed", plan.reasons
        built = built_of(plan)
        assert built.problem.rules.two_person_posts == {str(two)}
        assert all(line.target for line in lines)
        groups = dict(remark_groups(plan))
        assert len(groups) >= 2
        codes = [remark["code"] for remark in plan.summary["remarks"]]
        assert codes[:2] == ["binds.nothing", "buys.nothing"], "nothing binds, and it is said"
    assert one != two


def test_an_empty_pair_is_left_rather_than_one_alone_and_says_why(stage: Stage, fresh: None) -> None:
    posts(stage, 2)
    only(stage, 3)
    number = proposed(stage)
    with stage.as_role():
        plan, lines = plan_by_id(number), lines_of(number)
        staffed = Counter(line.subject for line in lines if line.target)
        assert sorted(staffed.values()) in ([2], [1, 2]), (
            "three people: two together, one at the post for one or all there"
        )
        assert kind_of("roster").check(built_of(plan), kind_of("roster").result_of(built_of(plan), lines)) == []
        buys = next(one for one in plan.summary["remarks"] if one["code"] == "buys.person")
        assert 0 < buys["values"]["n"] <= buys["values"]["of"]
    run("delete from workforce_availability")
    only(stage, 1)
    number = proposed(stage)
    with stage.as_role() as actor:
        plan, lines = plan_by_id(number), lines_of(number)
        reasons = Counter(line.reason for line in lines if not line.target)
        assert reasons["why.no_pair"] == 2, reasons
        assert "binds.pairs" in [one["code"] for one in plan.summary["remarks"]]
        _head, told = remark_groups(plan)[0]
        assert any("两人" in line or "two people" in line for line in told)
        services.adopt(actor=actor, plan_id=number)


def test_a_pair_is_taken_away_and_put_back_by_hand_as_two(stage: Stage, fresh: None) -> None:
    posts(stage, 1)
    number = proposed(stage)
    kind = kind_of("roster")
    with stage.as_role() as actor:
        plan = plan_by_id(number)
        many = Counter(line.subject for line in lines_of(number))
        pairs = [n for n, line in enumerate(lines_of(number)) if many[line.subject] == 2]
        plan = services.edit_line(actor=actor, plan_id=number, n=pairs[0], choice="", version=plan.version)
        assert [lines_of(number)[n].target for n in pairs] == ["", ""], "one alone is not left behind"
        offered = [
            value for value, _ in kind.choices(built_of(plan_by_id(number, whole=True)), lines_of(number), pairs[0])
        ]
        assert all(value == "" or value.startswith("pair:") for value in offered)
        services.edit_line(actor=actor, plan_id=number, n=pairs[0], choice=offered[1], version=plan.version)
        assert all(lines_of(number)[n].target and lines_of(number)[n].pinned for n in pairs)
        services.adopt(actor=actor, plan_id=number)
    assert run("select count(*) from duty_slot where state = 'published'") == [(3,)]


def test_somebody_held_alone_without_a_second_is_said(stage: Stage, fresh: None) -> None:
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点", two_person=True)
        [first] = create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 16, 2)], publish=True)
        create_shifts(actor=actor, post=post, shifts=[shift(MONDAY + timedelta(days=1), 8, 16, 2)])
    with stage.as_member(stage.members[0]):
        book(actor=None, shift=first, members=[stage.members[0]], source="claim")
    only(stage, 1)
    number = proposed(stage)
    with stage.as_role():
        plan = plan_by_id(number)
        assert (plan.state, plan.reasons[0]["code"]) == ("failed", "plans.held_alone")
        assert "08:00" in reasons_of(plan)[0]
