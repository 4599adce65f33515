# ruff: noqa: E501 - tables of rows
"""Lists of members: verdicts, overlaps of lists, the same file twice, undo, people without paper or telephone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.db import transaction

from lianfang.base.access.services import create_account, create_grant, open_session
from lianfang.base.metrics.api import recompute
from lianfang.domain.workforce import api
from lianfang.domain.workforce.importing import _TOUCHED, import_members, knows_members, undo_import
from lianfang.domain.workforce.sealing import identity_blinder
from lianfang.exchange import synthetic
from lianfang.exchange.synthetic.workforce import unit_list_xlsx
from lianfang.kernel.identity import check_character
from tests.domain.workforce.conftest import actor_of, refused
from tests.domain.workforce.lists import SAMPLING, UNIT, VOLUNTEER, sheet
from tests.support.workforce import lineage_of, make_unit, run
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, fold, total

pytestmark = [pytest.mark.row("B1"), pytest.mark.pg15]
ONE, TWO, THREE = "990000199001010011", "990000198503120022", "99000019790607003X"


def number(digits: str) -> str:
    """A synthetic number with the right check character."""
    return digits[:17] + check_character(digits[:17])


A, B, C = number(ONE), number(TWO), number(THREE)


def members_in(unit: str) -> int:
    """Live members of an organisation by its name."""
    return int(run("select count(*) from workforce_membership s join workforce_organisation o on o.id = s.organisation_id "
                   "where o.name = %s and s.to_on is null", unit)[0][0])  # fmt: skip


def test_two_lists_of_the_same_people_meet_in_one_member_with_several_memberships(world: World) -> None:
    county, clerk = actor_of(world, "county_dispatcher", COUNTY), actor_of(world, "community_clerk", HOME)
    first = import_members(
        actor=county, area_path=COUNTY, filename="单位.xlsx",
        path_to_file=sheet(UNIT, ("县财政局", "", "王一建", A, "15400000001", HOME, "驾驶", "副局长"),
                           ("县财政局", "", "李二红", B, "15400000002", HOME, "", ""),
                           ("县财政局预算股", "县财政局", "张三丰", "", "15400000003", NEXT, "采样", "")),
    )  # fmt: skip
    assert (first.counts, first.taken, first.units_made) == ({"new": 3}, 3, 2)
    second = import_members(
        actor=clerk, area_path=HOME, register="volunteer", filename="志愿者.xlsx",
        path_to_file=sheet(VOLUNTEER, ("", "", "一网格", "王一建", "男", "", A, 36, "1号楼", "南关第一支部", "第一党小组", "先锋服务队", "", "正式党员", ""),
                           ("", "", "", "张三丰", "", "15400000003", "", 40, "", "", "", "先锋服务队", "护楼突击队", "", "")),
    )  # fmt: skip
    assert second.counts == {"changed": 1, "new": 1}  # the second lives elsewhere and is met without a word about them
    assert run("select count(*) from workforce_member") == [(3,)]
    nets = run("select s.net from workforce_membership s join workforce_secret x on x.member_id = s.member_id "
               "group by s.net order by 1")  # fmt: skip
    assert [net for (net,) in nets] == ["party", "volunteer", "work"]
    fold()
    assert total("workforce.members", "", COUNTY) == 3
    assert total("workforce.members", "", HOME) == 2
    assert recompute(["workforce.members", "workforce.teams"]) == []
    assert run("select b.name from workforce_organisation a join workforce_organisation b on b.id = a.parent_id "
               "where a.name = '县财政局预算股'") == [("县财政局",)]  # fmt: skip
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        lines = api.member_lines([row[0] for row in run("select id from workforce_member")])
        assert sorted(one.name for one in lines.values()) == ["张三丰", "李二红", "王一建"]


def test_the_same_file_twice_writes_nothing_and_a_changed_one_says_what(world: World) -> None:
    county = actor_of(world, "county_dispatcher", COUNTY)
    data = sheet(UNIT, ("县司法局", "", "赵四海", number("99000019880808013"), "15400000011", HOME, "", ""))
    assert import_members(actor=county, area_path=COUNTY, path_to_file=data, filename="a.xlsx").taken == 1
    again = import_members(actor=county, area_path=COUNTY, path_to_file=data, filename="a.xlsx")
    assert (again.repeated, again.taken, again.counts) == (True, 0, {"same": 1})
    other = sheet(UNIT, ("县司法局", "", "赵四海", number("99000019880808013"), "15400000012", HOME, "驾驶", ""),
                  ("县司法局", "", "赵五洲", number("99000019880808013"), "15400000012", HOME, "驾驶", ""),
                  ("县司法局", "", "赵四海", number("99000019880808013"), "15400000012", HOME, "", ""))  # fmt: skip
    dry = import_members(actor=county, area_path=COUNTY, path_to_file=other, filename="b.xlsx", dry_run=True)
    assert (dry.counts, dry.file_id) == ({"changed": 1, "refused": 2}, None)
    assert run("select count(*) from workforce_import_file where name = 'b.xlsx'") == [(0,)]


def test_bad_rows_are_refused_with_their_reason_and_the_others_taken(world: World) -> None:
    clerk = actor_of(world, "community_clerk", HOME)
    report = import_members(
        actor=clerk, area_path=HOME, filename="c.xlsx",
        path_to_file=sheet(UNIT, ("社区居委会", "", "钱", A, "", "", "", ""), ("社区居委会", "", "孙六一", A[:17] + ("0" if A[17] != "0" else "1"), "", "", "", ""),
                           ("", "", "周七", "", "", "", "", ""), ("社区居委会", "", "吴八方", "", "", "没有的社区", "", ""),
                           ("社区居委会", "", "郑九如", "", "", "", "", ""), ("社区居委会", "", "王改名", A, "", "", "", "")),
    )  # fmt: skip
    assert report.counts == {"refused": 4, "new": 1, "needs_person": 1}
    assert report.taken == 1
    assert members_in("社区居委会") == 1
    same = import_members(actor=clerk, area_path=HOME, filename="d.xlsx",
                          path_to_file=sheet(UNIT, ("社区居委会", "", "郑九如", "", "", "", "", ""), ("社区居委会", "", "冯十全", "", "", "", "", "")))  # fmt: skip
    assert same.counts == {"same": 1, "new": 1}  # without paper and telephone, known by name in the unit


def test_undo_takes_back_what_nothing_touched(world: World) -> None:
    county = actor_of(world, "county_dispatcher", COUNTY)
    fold()
    before = (run("select count(*) from workforce_member"), run("select count(*) from workforce_organisation"),
              total("workforce.members", "", COUNTY))  # fmt: skip
    rows = [
        ("县水务局", "", f"员工{at:02d}号", number(f"9900001990020{at % 9 + 1:01d}{at:03d}"), "", HOME, "", "")
        for at in range(10, 30)
    ]
    rows.append(("县水务局", "", "王一建", A, "15400009999", NEXT, "", ""))
    report = import_members(actor=county, area_path=COUNTY, path_to_file=sheet(UNIT, *rows), filename="e.xlsx")
    assert report.taken == 21 and report.file_id is not None
    kept = [
        row[0]
        for row in run(
            "select member_id from workforce_import_row where file_id = %s and made order by 1 limit 2", report.file_id
        )
    ]

    @knows_members
    def _known(members: Sequence[int]) -> Sequence[int]:
        return [one for one in members if one in kept]

    try:
        undone = undo_import(actor=county, file_id=report.file_id)
    finally:
        _TOUCHED.remove(_known)
    assert (undone.removed, undone.restored, undone.kept) == (18, 1, 2)
    fold()
    assert total("workforce.members", "", COUNTY) == before[2] + 2
    assert recompute(["workforce.members", "workforce.teams"]) == []
    assert run("select count(*) from workforce_member") == [(before[0][0][0] + 2,)]
    assert run("select home_path from workforce_member m join workforce_secret s on s.member_id = m.id "
               "where s.identity_blind = %s", _blind(A)) == [(HOME,)]  # fmt: skip
    with refused("import_wrong_state"):
        undo_import(actor=county, file_id=report.file_id)


def _blind(paper: str) -> bytes:
    return identity_blinder()(paper)


def test_a_sending_unit_imports_its_own_people_below_itself_only(world: World) -> None:
    unit = make_unit("县卫健委", path=COUNTY)
    account = create_account(username="health", name="卫健委办公室", password="right-horse")
    grant = create_grant(account_id=account, role="sending_unit_officer", path="")
    run("update access_grant set unit = %s, scope = 'organisation' where id = %s", lineage_of(unit), grant)
    world.tokens["sending_unit_officer@health"] = open_session(account)
    officer = actor_of(world, "sending_unit_officer", "health")
    report = import_members(
        actor=officer, area_path="", filename="f.xlsx",
        path_to_file=sheet(UNIT, ("", "", "陈护士", "", "15400000021", HOME, "护理", ""), ("县财政局", "", "褚冒名", "", "15400000022", HOME, "", ""),
                           ("县疾控中心", "", "卫医生", "", "15400000023", NEXT, "采样", "主任")),
    )  # fmt: skip
    assert report.counts == {"new": 3}
    below = run("select name, parent_id from workforce_organisation where lineage > %s and lineage < %s || '~' order by name",
                lineage_of(unit), lineage_of(unit))  # fmt: skip
    assert below == [("县疾控中心", unit), ("县财政局", unit)]  # a unit of that name elsewhere is another unit
    assert len(run("select 1 from workforce_organisation where name = '县财政局'")) == 2
    kinds = run("select m.kind from workforce_membership s join workforce_member m on m.id = s.member_id "
                "join workforce_organisation o on o.id = s.organisation_id where o.lineage like %s || '%%' group by m.kind", lineage_of(unit))  # fmt: skip
    assert ("medic",) in kinds


def test_nobody_else_imports(world: World) -> None:
    volunteer = actor_of(world, "volunteer", HOME)
    with refused("not_found"):
        import_members(
            actor=volunteer,
            area_path=HOME,
            path_to_file=sheet(UNIT, ("某局", "", "甲乙丙", "", "", "", "", "")),
            filename="g.xlsx",
        )
    clerk = actor_of(world, "community_clerk", HOME)
    with refused("not_found"):
        import_members(
            actor=clerk,
            area_path=NEXT,
            path_to_file=sheet(UNIT, ("某局", "", "甲乙丙", "", "", "", "", "")),
            filename="g.xlsx",
        )


def test_a_synthetic_list_of_a_city_comes_in_whole(world: World, tmp_path: Path) -> None:
    codes = [row[0] for row in run("select path from areas_area where level = 5 and starts_with(path, '411621')")]
    names = dict(run("select rpad(path, 12, '0'), name from areas_area where level < 5"))
    made = synthetic.units(codes, 600, 24, 3, place_names=names)
    county = actor_of(world, "county_dispatcher", COUNTY)
    fold()
    before = total("workforce.members", "", COUNTY)
    report = import_members(actor=county, area_path=COUNTY, path_to_file=unit_list_xlsx(made), filename="全县.xlsx")
    assert (report.counts, report.taken, report.units_made) == ({"new": 600}, 600, 24)
    fold()
    assert total("workforce.members", "", COUNTY) == before + 600
    assert recompute(["workforce.members"]) == []


def test_volunteers_and_sampling_teams_come_in_their_official_columns(world: World) -> None:
    township = actor_of(world, "township_dispatcher", TOWN)
    volunteers = import_members(
        actor=township, area_path=TOWN, register="volunteer", filename="v.xlsx",
        path_to_file=sheet(VOLUNTEER, ("", HOME, "二网格", "秦志愿", "女", "15400007701", "", 28, "2号楼", "", "", "", "护楼突击队", "群众", "阳光社工站"),
                           ("", "", "", "尤没写", "男", "15400007702", "", 30, "", "", "", "夜巡队", "", "", ""),
                           ("", HOME, "", "许没队", "男", "15400007703", "", 30, "", "", "", "", "", "", "")),
    )  # fmt: skip
    assert volunteers.counts == {"new": 1, "refused": 2}  # one names no community, one no organisation
    teams = import_members(
        actor=township, area_path=TOWN, register="sampling_team", filename="s.xlsx",
        path_to_file=sheet(SAMPLING, ("一号采样点", "何点长", "15400007711", 6, 2, 2, 1, "", HOME, "一网格", "小区东门"),
                           ("二号采样点", "吕点长", "", 6, 2, 2, 1, "", NEXT, "", "")),
    )  # fmt: skip
    assert teams.counts == {"new": 2}
    fold()
    assert total("workforce.teams", "sampling_team", COUNTY) == 2
    assert recompute(["workforce.teams", "workforce.members"]) == []
    assert run("select s.duty, s.net from workforce_membership s join workforce_organisation o on o.id = s.organisation_id "
               "where o.name = '一号采样点'") == [("head", "community")]  # fmt: skip
    kinds = dict(
        run(
            "select o.name, o.kind from workforce_organisation o where o.name in ('护楼突击队', '阳光社工站') and o.path = %s",
            HOME,
        )
    )
    assert kinds == {"护楼突击队": "squad", "阳光社工站": "social"}
