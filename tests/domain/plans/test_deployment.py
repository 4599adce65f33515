"""A deployment from the list of people to pairings: placed, explained, edited, pinned, adopted, told; and what must be refused."""

from __future__ import annotations

import pytest
from django.db import connections

from lianfang.domain.plans import jobs, services
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id, result_of
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Stop
from tests.support.plans_desk import Desk
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY, TOWN

pytestmark = [pytest.mark.row("B4"), pytest.mark.row("A1")]


def owner(statement: str, *values: object) -> list[tuple]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def test_everybody_is_placed_or_named_with_the_reason(desk: Desk) -> None:
    plan = desk.propose(path=TOWN, role="township_dispatcher", leads="lead")
    assert plan.state == "proposed", plan.reasons
    lines = desk.lines(plan.id)
    placed = [line for line in lines if line.target]
    free = desk.act(
        lambda actor: run(
            "select count(distinct member_id) from workforce_presence where path like %s and why in (1, 2)", TOWN + "%"
        )
    )
    assert len(lines) == free[0][0]
    assert all(line.reason for line in lines)
    assert len({line.subject for line in lines}) == len(lines)
    at_home = [line for line in placed if line.reason == "why.home"]
    assert at_home, "nobody stays in the own community"
    leads = [line for line in placed if line.role == "lead"]
    assert len({line.target for line in leads}) == len(leads)
    figures = {figure["key"]: figure for figure in plan.summary["figures"]}
    assert figures["figure.placed"]["plan"] == len(placed)
    assert figures["figure.at_home"]["plan"] >= figures["figure.at_home"]["baseline"]


def test_a_replay_gives_the_same_answer(desk: Desk) -> None:
    plan = desk.propose(leads="lead")
    whole = desk.act(lambda _actor: plan_by_id(plan.id, whole=True))
    built, result = desk.act(lambda _actor: (built_of(whole), result_of(whole)))
    kind = kind_of("deployment")
    again = kind.solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed)
    assert again.place_of_person.tolist() == result.place_of_person.tolist()
    assert again.objective == result.objective
    assert kind.check(built, again) == []


def test_a_line_is_sent_elsewhere_and_stays_there_when_computed_again(desk: Desk) -> None:
    plan = desk.propose(path=TOWN, role="township_dispatcher", leads="lead")
    kind = kind_of("deployment")

    def choose(actor):  # type: ignore[no-untyped-def]
        whole = plan_by_id(plan.id, whole=True)
        built, lines = built_of(whole), lines_of(plan.id)
        n = next(n for n, line in enumerate(lines) if line.target and line.role == "member")
        choices = [value for value, _ in kind.choices(built, lines, n) if value.startswith("swap:")]
        return n, lines[n], choices[-1]

    n, before, choice = desk.act(choose, "township_dispatcher", TOWN)
    changed = desk.act(
        lambda actor: services.edit_line(actor=actor, plan_id=plan.id, n=n, choice=choice, version=plan.version),
        "township_dispatcher",
        TOWN,
    )
    after = desk.lines(plan.id)
    assert after[n].target != before.target
    assert after[n].pinned
    assert changed.version == plan.version + 1
    number = desk.act(lambda actor: services.replan(actor=actor, plan=changed), "township_dispatcher", TOWN)
    second = desk.compute(number, "township_dispatcher", TOWN)
    assert second.state == "proposed", second.reasons
    again = {line.subject: line for line in desk.lines(number)}
    assert again[after[n].subject].target == after[n].target
    moved = sum(again[line.subject].target != line.target for line in after if line.subject in again)
    assert moved <= 2, f"{moved} people move although nothing changed"
    assert desk.act(lambda actor: plan_by_id(plan.id), "township_dispatcher", TOWN).state == "superseded"


def test_an_edit_that_breaks_a_rule_is_refused_with_the_rule(desk: Desk) -> None:
    plan = desk.propose(path=TOWN, role="township_dispatcher", leads="lead")
    with pytest.raises(LianfangError) as refused:
        desk.act(
            lambda actor: services.edit_line(actor=actor, plan_id=plan.id, n=0, choice="to:0:99", version=plan.version),
            "township_dispatcher", TOWN,
        )  # fmt: skip
    assert refused.value.code == "plans.choice_wrong"
    with pytest.raises(LianfangError) as refused:
        desk.act(
            lambda actor: services.edit_line(actor=actor, plan_id=plan.id, n=0, choice="", version=plan.version + 5),
            "township_dispatcher", TOWN,
        )  # fmt: skip
    assert refused.value.code == "plans.version"


def test_adopting_writes_pairings_and_tells_people_once(desk: Desk) -> None:
    first = desk.propose(path=TOWN, role="township_dispatcher", leads="lead")
    rival = desk.propose(leads="lead")
    assert first.state == rival.state == "proposed"
    written = desk.act(
        lambda actor: services.adopt(actor=actor, plan_id=first.id, version=first.version), "township_dispatcher", TOWN
    )
    lines = [line for line in desk.lines(first.id) if line.target]
    assert written == len({line.target for line in lines})
    parts = owner("select member_id from pairings_part where member_id is not null and ended_on is null")
    assert sorted(number for (number,) in parts) == sorted(int(line.subject.partition(":")[2]) for line in lines)
    told = owner("select path, for_role from worklist_item where source = 'plans' and for_role = 'community_head'")
    assert {path for path, _ in told} == {line.path for line in lines}
    assert (
        owner("select count(*) from worklist_item where source = 'plans' and for_role = 'sending_unit_officer'")[0][0]
        >= 1
    )
    assert owner("select sum(value) from metrics_delta where name = 'plans.people_placed'")[0][0] == len(lines)

    with pytest.raises(LianfangError) as refused:
        desk.act(lambda actor: services.adopt(actor=actor, plan_id=rival.id, version=rival.version))
    assert refused.value.code == "plans.adopted_meanwhile"
    assert str(first.id) in refused.value.render("zh")
    assert "桐丘" in refused.value.render("zh"), "says whose office adopted it"
    with pytest.raises(LianfangError) as refused:
        desk.act(lambda actor: services.adopt(actor=actor, plan_id=first.id), "township_dispatcher", TOWN)
    assert refused.value.code == "plans.state"

    number = desk.act(lambda actor: services.replan(actor=actor, plan=rival))
    second = desk.compute(number)
    assert second.state == "proposed"
    assert not {line.subject for line in desk.lines(number) if line.target} & {line.subject for line in lines}


def test_a_plan_takes_the_place_of_an_adopted_one(desk: Desk) -> None:
    (adopted,) = owner("select id from plans_plan where state = 'adopted'")[0]
    plan = desk.act(lambda actor: plan_by_id(adopted), "township_dispatcher", TOWN)
    number = desk.act(lambda actor: services.replan(actor=actor, plan=plan), "township_dispatcher", TOWN)
    second = desk.compute(number, "township_dispatcher", TOWN)
    assert second.state == "proposed", second.reasons
    before = {line.subject: line.target for line in desk.lines(adopted)}
    after = {line.subject: line.target for line in desk.lines(number)}
    assert before.keys() == after.keys()
    assert sum(before[subject] != after[subject] for subject in before) == 0
    desk.act(lambda actor: services.adopt(actor=actor, plan_id=number), "township_dispatcher", TOWN)
    assert owner("select state from plans_plan where id = %s", adopted) == [("superseded",)]
    live = owner("select count(*) from pairings_pairing where ended_on is null")[0][0]
    assert live == len({target for target in after.values() if target})
    counted = owner("select sum(value) from metrics_delta where name = 'plans.people_placed'")[0][0]
    assert counted == sum(1 for target in after.values() if target)


def test_nobody_to_send_is_said(desk: Desk) -> None:
    lonely = owner("select path from areas_area where level = 4 and path like '411621%%' order by path desc limit 1")[
        0
    ][0]
    plan = desk.propose(path=lonely, role="township_dispatcher")
    assert plan.state == "failed"
    assert plan.reasons[0]["code"] == "plans.nobody"


def test_people_who_leave_after_the_plan_make_it_stale(desk: Desk) -> None:
    town = owner("select path from areas_area where level = 4 and path like '411621%%' order by path desc limit 1")[0][
        0
    ]
    home = owner("select path from areas_area where level = 5 and path like %s order by path limit 1", town + "%")[0][0]
    members = make_members(make_unit("新单位", path=town), 6, home=home)
    plan = desk.propose(path=town, role="township_dispatcher", leads="lead")
    assert plan.state == "proposed", plan.reasons
    short = [line for line in desk.lines(plan.id) if line.target]
    assert len(short) == 6, "more work than people: everybody is sent, the rest is shown as empty seats"
    figures = {figure["key"]: figure["plan"] for figure in plan.summary["figures"]}
    assert figures["figure.empty"] > 0
    run("update workforce_member set left_on = now() where id = %s", members[0])
    with pytest.raises(LianfangError) as refused:
        desk.act(lambda actor: services.adopt(actor=actor, plan_id=plan.id), "township_dispatcher", town)
    assert refused.value.code == "plans.inputs_changed"


def test_a_cancelled_computation_says_so_and_starts_again(desk: Desk) -> None:
    number = desk.act(lambda actor: services.propose(actor=actor, kind="deployment", path=COUNTY, params={}))
    jobs.cancel(number)
    plan = desk.compute(number)
    assert plan.state == "failed"
    assert plan.reasons[0]["code"] == "plans.cancelled"
    desk.act(lambda actor: services.restart(actor=actor, plan=plan))
    assert desk.compute(number).state == "proposed"


def test_a_killed_program_is_noticed_and_starts_again(desk: Desk) -> None:
    number = desk.act(lambda actor: services.propose(actor=actor, kind="deployment", path=COUNTY, params={}))
    jobs.say(number, jobs.Progress("running", "pricing"))
    assert not jobs.alive(number)
    assert jobs.progress_of(number).state == "failed", "no program holds the lock: the page says that it broke off"
    plan = desk.act(lambda actor: plan_by_id(number))
    assert plan.state == "solving"
    held = jobs.hold(number)
    assert held is not None
    assert jobs.progress_of(number).state == "running"
    held.close()
    desk.act(lambda actor: services.restart(actor=actor, plan=plan))
    assert desk.compute(number).state == "proposed"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"reserve": "91"}, "plans.param_wrong"),
        ({"reserve": "x"}, "plans.param_wrong"),
        ({"leads": "many"}, "plans.choice_wrong"),
    ],
)
def test_wrong_answers_are_refused(desk: Desk, params: dict[str, str], code: str) -> None:
    with pytest.raises(LianfangError) as refused:
        desk.propose(**params)
    assert refused.value.code == code


def test_a_kind_that_does_not_exist_and_an_area_of_others(desk: Desk) -> None:
    for kind, path, code in (("nothing", COUNTY, "plans.kind_unknown"), ("deployment", "411622", "access.not_found")):
        with pytest.raises(LianfangError) as refused:
            desk.act(lambda actor, kind=kind, path=path: services.propose(actor=actor, kind=kind, path=path, params={}))
        assert refused.value.code == code
