"""What goes wrong with lists: circles, the same people in files and nets that overlap, two desks at once; nothing lost, each a sentence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from lianfang.base.access.actor import Actor
from lianfang.base.metrics.api import recompute
from lianfang.domain.workforce import imports_read
from lianfang.domain.workforce.importing import MembersReport, import_members, stage_members, take_members
from lianfang.kernel.errors import problem
from tests.domain.workforce.conftest import actor_of
from tests.domain.workforce.lists import UNIT, VOLUNTEER, sheet
from tests.support.workforce import run
from tests.support.world import COUNTY, HOME, World, fold, total

pytestmark = [pytest.mark.row("B1"), pytest.mark.row("A6")]


def unit_row(unit: str, above: str, name: str, phone: str = "") -> tuple[str, ...]:
    return (unit, above, name, "", phone, HOME, "", "")


def volunteer_row(name: str, phone: str, team: str, squad: str = "") -> tuple[str, ...]:
    return ("", "", "", name, "", phone, "", "", "", "", "", team, squad, "", "")


def sentences(world: World, file_id: int, verdict: str = "refused") -> list[tuple[int, str]]:
    """Rows of a list with a verdict: number and sentence."""
    with transaction.atomic():
        world.enter("county_dispatcher", COUNTY)
        found = imports_read.rows(imports_read.file(file_id), verdict)
        return [(row.row, problem(row.reasons[0].code).sentence(row.reasons[0].values, "zh")) for row in found]


def test_units_that_stand_above_each_other_are_refused_row_by_row(world: World) -> None:
    county = actor_of(world, "county_dispatcher", COUNTY)
    first = import_members(
        actor=county, area_path=COUNTY, filename="圈.xlsx",
        path_to_file=sheet(UNIT, unit_row("甲局", "", "王甲一"), unit_row("乙科", "甲局", "王乙一"), unit_row("甲局", "乙科", "王甲二"),
                           unit_row("丙股", "丙股", "王丙一")),
    )  # fmt: skip
    assert first.counts == {"new": 2, "refused": 2}
    assert first.file_id is not None
    assert [row for row, _ in sentences(world, first.file_id)] == [5, 6]
    assert all("上级单位不能是它自己或它的下级单位" in words for _, words in sentences(world, first.file_id))
    later = import_members(
        actor=county,
        area_path=COUNTY,
        filename="圈2.xlsx",
        path_to_file=sheet(UNIT, unit_row("甲局", "乙科", "王甲三")),
    )  # the circle closes over what another list brought
    assert later.counts == {"refused": 1}
    assert run("select name, count(*) from workforce_organisation where name in ('甲局', '乙科', '丙股') group by name order by 1") == [
        ("乙科", 1), ("甲局", 1),
    ]  # fmt: skip


def test_the_same_person_twice_in_a_file_in_two_files_and_in_two_nets_is_one_member(world: World) -> None:
    county, clerk = actor_of(world, "county_dispatcher", COUNTY), actor_of(world, "community_clerk", HOME)
    fold()
    before = total("workforce.members", "", COUNTY)
    unit = import_members(
        actor=county, area_path=COUNTY, filename="单位甲.xlsx",
        path_to_file=sheet(UNIT, unit_row("丁局", "", "赵重一", "15400008001"), unit_row("丁局", "", "赵重一", "15400008001"),
                           unit_row("戊局", "", "赵重一", "15400008001")),
    )  # fmt: skip
    assert unit.counts == {"new": 2, "refused": 1}  # once in each unit; the repeated row says so
    assert unit.file_id is not None
    assert "3" in sentences(world, unit.file_id)[0][1]
    nets = import_members(
        actor=clerk, area_path=HOME, register="volunteer", filename="志愿.xlsx",
        path_to_file=sheet(VOLUNTEER, volunteer_row("赵重一", "15400008001", "先锋队", "夜巡队"),
                           volunteer_row("赵重一", "15400008001", "先锋队")),
    )  # fmt: skip
    assert nets.counts == {"changed": 1, "refused": 1}
    people = run("select distinct s.member_id from workforce_membership s join workforce_organisation o on o.id = s.organisation_id "
                 "where o.name in ('丁局', '戊局', '先锋队', '夜巡队')")  # fmt: skip
    assert len(people) == 1
    nets_of = run("select net from workforce_membership where member_id = %s order by 1", people[0][0])
    assert [net for (net,) in nets_of] == ["volunteer", "volunteer", "work", "work"]
    fold()
    assert total("workforce.members", "", COUNTY) == before + 1
    assert recompute(["workforce.members"]) == []


def test_two_desks_take_lists_of_the_same_people_at_the_same_moment(world: World) -> None:
    county, clerk = actor_of(world, "county_dispatcher", COUNTY), actor_of(world, "community_clerk", HOME)
    names = [(f"钱同{at:02d}", f"154000091{at:02d}") for at in range(40)]
    fold()
    before = total("workforce.members", "", COUNTY)
    unit = stage_members(actor=county, area_path=COUNTY, filename="甲.xlsx",
                         source=sheet(UNIT, *[unit_row("己局", "", name, phone) for name, phone in names]))  # fmt: skip
    team = stage_members(actor=clerk, area_path=HOME, register="volunteer", filename="乙.xlsx",
                         source=sheet(VOLUNTEER, *[volunteer_row(name, phone, "同心队") for name, phone in names]))  # fmt: skip
    assert unit.counts == team.counts == {"new": 40}  # neither knows of the other yet

    def take(which: tuple[Actor, MembersReport]) -> int:
        try:
            assert which[1].file_id is not None
            return take_members(actor=which[0], file_id=which[1].file_id).taken
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(take, [(county, unit), (clerk, team)])) == [40, 40]
    met = run("select count(distinct s.member_id), count(*) from workforce_membership s join workforce_organisation o "
              "on o.id = s.organisation_id where o.name in ('己局', '同心队')")  # fmt: skip
    assert met == [(40, 80)]
    fold()
    assert total("workforce.members", "", COUNTY) == before + 40
    assert recompute(["workforce.members"]) == []
