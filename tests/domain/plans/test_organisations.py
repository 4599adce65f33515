"""57 units for 78 communities: every community a unit, every unit a community; changed, pinned, adopted, told, redone, refused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from lianfang.base.database import connect
from lianfang.domain.plans import services
from lianfang.domain.plans.pages import remark_groups
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id, result_of
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Status, Stop
from tests.support.organisations_desk import COMMUNITIES, UNITS, make_organisations
from tests.support.workforce import make_members, make_unit, run
from tests.support.world import COUNTY

if TYPE_CHECKING:
    from tests.support.plans_desk import Desk

pytestmark = [pytest.mark.row("B4"), pytest.mark.row("A4")]


@pytest.fixture(scope="module")
def county(database: connect.Target) -> Desk:
    """A county of the documented size."""
    return make_organisations()


@pytest.fixture(scope="module")
def plan(county: Desk) -> Any:
    """A plan of the whole county."""
    return county.propose("organisations", seconds=240.0)


def test_every_community_has_a_unit_and_every_unit_a_community(county: Desk, plan: Any) -> None:
    assert plan.state == "proposed", plan.reasons
    lines = county.lines(plan.id)
    assert len({line.target for line in lines}) == COMMUNITIES
    units = Counter(line.subject for line in lines)
    assert len(units) == UNITS
    assert max(units.values()) <= 3
    assert all(line.reason and line.amount >= 0 for line in lines)
    figures = {figure["key"]: figure for figure in plan.summary["figures"]}
    assert figures["figure.links"]["plan"] == len(lines)
    assert figures["figure.in_township"]["plan"] > figures["figure.in_township"]["baseline"]
    whole = county.act(lambda _actor: plan_by_id(plan.id, whole=True))
    built = county.act(lambda _actor: built_of(whole))
    need = built.problem.need
    gates = dict(run("select path, gates from areas_compound where not has_manager"))
    hard = [int(need[built.labels["paths"].index(path)]) for path, n in gates.items() if n >= 4]
    assert min(hard) > int(need.min()), "gates without a manager ask for more people"


def test_what_binds_and_what_one_more_would_buy_is_said(plan: Any) -> None:
    codes = [one["code"] for one in plan.summary["remarks"]]
    assert "binds.units" in codes
    assert [code for code in codes if code.startswith("buys.person")]
    assert [code for code in codes if code.startswith(("buys.unit", "buys.link", "buys.unproven"))]
    groups = remark_groups(plan)
    assert len(groups) == 3
    assert all("{" not in line and line for _head, lines in groups for line in lines)


def test_a_replay_gives_the_same_links(county: Desk, plan: Any) -> None:
    whole = county.act(lambda _actor: plan_by_id(plan.id, whole=True))
    built, result = county.act(lambda _actor: (built_of(whole), result_of(whole)))
    again = kind_of("organisations").solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed)
    assert result.status is Status.OPTIMAL, "57 and 78 are proven within the time offered"
    assert again.objective == result.objective
    links = [
        [(line.subject, line.target) for line in kind_of("organisations").lines(built, one)] for one in (again, result)
    ]
    assert links[0] == links[1]


def test_a_link_is_changed_and_stays_when_computed_again(county: Desk) -> None:
    first = county.propose("organisations", seconds=240.0)

    def change(actor: Any) -> tuple[Any, int]:
        whole = plan_by_id(first.id, whole=True)
        built, lines = built_of(whole), lines_of(first.id)
        kind = kind_of("organisations")
        busy = Counter(line.subject for line in lines)
        n = next(n for n, line in enumerate(lines) if busy[line.subject] > 1)
        offered = [value for value, _words in kind.choices(built, lines, n)]
        assert any(value.startswith("swap:") for value in offered)
        choice = next(value for value in offered if value.startswith("unit:"))
        return services.edit_line(actor=actor, plan_id=first.id, n=n, choice=choice, version=first.version), n

    changed, n = county.act(change)
    assert len({line.target for line in county.lines(first.id)}) == COMMUNITIES

    def swap(actor: Any) -> Any:
        built, lines = built_of(plan_by_id(first.id, whole=True)), lines_of(first.id)
        at = next(at for at, line in enumerate(lines) if not line.pinned)
        choice = next(v for v, _ in kind_of("organisations").choices(built, lines, at) if v.startswith("swap:"))
        return services.edit_line(actor=actor, plan_id=first.id, n=at, choice=choice, version=changed.version)

    changed = county.act(swap)
    assert sum(line.edited for line in county.lines(first.id)) == 3
    assert len({line.target for line in county.lines(first.id)}) == COMMUNITIES
    after = county.lines(first.id)
    assert after[n].pinned
    assert after[n].edited
    assert "buys.edited" in [one["code"] for one in changed.summary["remarks"]], (
        "after a change it is not known, and said"
    )
    number = county.act(lambda actor: services.replan(actor=actor, plan=changed))
    second = county.compute(number)
    assert second.state == "proposed", second.reasons
    links = {(line.subject, line.target) for line in county.lines(number)}
    assert (after[n].subject, after[n].target) in links
    moved = {(line.subject, line.target) for line in after} - links
    assert len(moved) <= 4, f"{len(moved)} links change although one was asked for"


def test_adoption_writes_pairings_and_tells_both_sides(county: Desk, plan: Any) -> None:
    (rival,) = run("select max(id) from plans_plan where state = 'proposed'")[0]
    assert rival != plan.id
    account = run("select id from access_account order by id limit 1")[0][0]
    run("update workforce_membership set duty = 'contact' where member_id = %s", county.members[0])
    run("update workforce_member set account_id = %s where id = %s", account, county.members[0])
    written = county.act(lambda actor: services.adopt(actor=actor, plan_id=plan.id, version=plan.version))
    lines = county.lines(plan.id)
    assert written == len(lines)
    rows = run(
        "select q.organisation_id, q.path from pairings_part q join pairings_pairing p on p.id = q.pairing_id "
        "where q.ended_on is null and p.template = 'unit_community'"
    )
    assert sorted((f"unit:{unit}", f"area:{path}") for unit, path in rows) == sorted(
        (line.subject, line.target) for line in lines
    )
    told = run(
        "select for_role, count(*) from worklist_item where source = 'plans' and subject like %s group by 1",
        f"{plan.id}:%",
    )
    assert dict(told)["community_head"] == COMMUNITIES
    assert dict(told)["sending_unit_officer"] == UNITS
    assert run(
        "select count(*) from worklist_item where for_account = %s and what = 'plans.our_communities'", account
    ) == [(1,)]
    with pytest.raises(LianfangError) as refused:
        county.act(lambda actor: services.adopt(actor=actor, plan_id=rival))
    assert refused.value.code == "plans.adopted_meanwhile"
    late = county.propose("organisations")
    assert late.state == "failed"
    assert late.reasons[0]["code"] == "plans.no_units"


def test_a_new_plan_takes_the_place_of_the_adopted_one_and_changes_little(county: Desk) -> None:
    (number,) = run("select id from plans_plan where state = 'adopted'")[0]
    before = {row[0] for row in run("select id from pairings_part where kind = 'unit' and ended_on is null")}
    unit = make_unit("新单位", path=COUNTY + "001")
    make_members(unit, 30)
    plan = county.act(lambda _actor: plan_by_id(number))
    again = county.act(lambda actor: services.replan(actor=actor, plan=plan))
    second = county.compute(again)
    assert second.state == "proposed", second.reasons
    assert f"unit:{unit}" in {line.subject for line in county.lines(again)}
    county.act(lambda actor: services.adopt(actor=actor, plan_id=again))
    after = {row[0] for row in run("select id from pairings_part where kind = 'unit' and ended_on is null")}
    assert len(after) == len(county.lines(again))
    assert len(before - after) <= 6, "few parts end"
    assert run("select state from plans_plan where id = %s", number) == [("superseded",)]
    assert run("select count(*) from pairings_pairing where ended_on is null and template = 'unit_community'") == [
        (COMMUNITIES,)
    ]


def test_too_many_units_for_the_template_are_refused(county: Desk) -> None:
    path = run(
        "select left(path, 9) from areas_area where level = 5 and ended_on is null and path like %s order by 1 limit 1",
        COUNTY + "%",
    )[0][0]
    run("update areas_area set ended_on = current_date - 1 where level = 5 and path like %s and path <> (select min(path) from areas_area "
        "where level = 5 and ended_on is null and path like %s)", path + "%", path + "%")  # fmt: skip
    for at in range(3):
        make_members(make_unit(f"多余单位{at}", path=path), 3)
    plan = county.propose("organisations", path=path, role="township_dispatcher", template="first_secretary")
    assert plan.state == "failed"
    assert plan.reasons[0]["code"] == "plans.too_few_seats"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"share": "0"}, "plans.param_wrong"),
        ({"most": "x"}, "plans.param_wrong"),
        ({"units": "circus"}, "plans.choice_wrong"),
    ],
)
def test_wrong_answers_are_refused(county: Desk, params: dict[str, str], code: str) -> None:
    with pytest.raises(LianfangError) as refused:
        county.propose("organisations", **params)
    assert refused.value.code == code
