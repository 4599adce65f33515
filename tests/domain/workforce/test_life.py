# ruff: noqa: E501 - tables of statements
"""Members and organisations one at a time: entered once, edited, moved, registered at home, available, gone."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from lianfang.base.metrics.api import recompute
from lianfang.domain.workforce import api
from lianfang.domain.workforce.life import _ON_LEAVE
from lianfang.kernel.identity import check_character
from tests.domain.workforce.conftest import refused
from tests.support.workforce import lineage_of, make_members, make_unit, run
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, fold, total

pytestmark = [pytest.mark.row("B3"), pytest.mark.pg15]
PAPER = "99000019900101001" + check_character("99000019900101001")


@pytest.fixture(scope="module")
def unit(world: World) -> int:
    """A county office."""
    return make_unit("县税务局", path=COUNTY)


def figures() -> tuple[int, ...]:
    """Members and registrations of the county and of both communities."""
    fold()
    return tuple(
        total(name, "", path) for name in ("workforce.members", "workforce.registered") for path in (COUNTY, HOME, NEXT)
    )


def test_a_registration_is_live_once_and_seen_by_both_units(world: World, unit: int) -> None:
    away = make_members(unit, ["王双报", "李双报"], home=["", NEXT])
    before = figures()
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        assert api.member_lines(away) == {}
        with refused("not_found"):
            api.register(
                actor=clerk, member=away[0], path=HOME
            )  # the office does not see them: they report by the code
    with transaction.atomic():
        county = world.enter("county_dispatcher", COUNTY)
        for member in away:
            api.register(actor=county, member=member, path=HOME)
        with refused("registered_already"):
            api.register(actor=county, member=away[0], path=HOME)
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        assert sorted(api.member_lines(away)) == away  # the home community sees who reported
    after = figures()
    assert after[0] == before[0], "nobody is counted twice in the county"
    assert after[1] == before[1] + 1, "who has no home on record is counted where they registered"
    assert after[3:] == (before[3] + 2, before[4] + 2, before[5])
    with transaction.atomic():
        county = world.enter("county_dispatcher", COUNTY)
        api.register(actor=county, member=away[0], path=NEXT)
        api.unregister(actor=county, member=away[1])
        with refused("not_registered"):
            api.unregister(actor=county, member=away[1])
    assert figures() == (before[0], before[1], before[2] + 1, before[3] + 1, before[4], before[5] + 1)
    assert recompute(["workforce.members", "workforce.registered"]) == []
    assert run("select count(*) from workforce_registration where member_id = %s", away[0]) == [(2,)]


def test_one_person_is_entered_once_whoever_enters_them(world: World, unit: int) -> None:
    branch = make_unit("南关党支部", path=HOME, kind="party_branch")
    with transaction.atomic():
        county = world.enter("county_dispatcher", COUNTY)
        one, known = api.add_member(actor=county, unit=unit, who=api.NewMember("赵一人", PAPER, "15400001111", HOME))
        assert not known
        with refused("member_here"):
            api.add_member(actor=county, unit=unit, who=api.NewMember("赵一人", PAPER))
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        again, known = api.add_member(
            actor=clerk, unit=branch, who=api.NewMember("赵一人", "", "15400001111"), net="party"
        )
        assert (again, known) == (one, True)
        without, known = api.add_member(actor=clerk, unit=branch, who=api.NewMember("钱无证"), net="party")
        assert not known and without != one
        with refused("phone_wrong"):
            api.add_member(actor=clerk, unit=branch, who=api.NewMember("孙电话", phone="123"))
        with refused("person_name_missing"):
            api.add_member(actor=clerk, unit=branch, who=api.NewMember("李"))
        api.edit_member(
            actor=clerk, member=one, name="赵一人", phone="15400002222", home=HOME, kind="medic", skills=["护理"]
        )
        line = api.member_lines([one])[one]
        assert (line.kind, line.skills, line.phone) == ("medic", ("护理",), "154****2222")
        assert api.open_contact(actor=clerk, member=one, purpose="call_person").phone == "15400002222"
        with refused("no_phone"):
            api.open_contact(actor=clerk, member=without, purpose="call_person")


def test_units_move_with_everybody_and_circles_are_refused(world: World) -> None:
    with transaction.atomic():
        county = world.enter("county_dispatcher", COUNTY)
        above = api.write_unit(
            actor=county, name="县委组织部", kind="office", path=COUNTY, contact="办公室", phone="15400003333"
        )
        other = api.write_unit(actor=county, name="县委宣传部", kind="office", path=COUNTY)
        below = api.write_unit(actor=county, name="文明办", kind="office", path=TOWN, parent=other)
        with refused("unit_exists"):
            api.write_unit(actor=county, name="县委组织部", kind="office", path=COUNTY)
        with refused("name_missing"):
            api.write_unit(actor=county, name="  ", kind="office", path=COUNTY)
    people = make_members(below, 3, home=HOME)
    with transaction.atomic():
        county = world.enter("county_dispatcher", COUNTY)
        api.write_unit(actor=county, unit=below, name="文明办", kind="office", path=TOWN, parent=above)
        with refused("circular_parent"):
            api.write_unit(actor=county, unit=above, name="县委组织部", kind="office", path=COUNTY, parent=below)
    seen = run("select distinct path from workforce_presence where member_id = %s and why = 3", people[0])
    assert seen == [("U" + lineage_of(below),)]
    assert lineage_of(below).startswith(lineage_of(above))
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        with refused("not_found"):
            api.write_unit(actor=clerk, unit=below, name="别人的单位", kind="office", path=TOWN)


def test_who_leaves_is_out_of_every_net_and_what_they_had_falls_open(world: World, unit: int) -> None:
    [one] = make_members(unit, ["周离开"], home=HOME)
    told: list[int] = []

    @api.on_leave
    def _duty(_actor: object, member: int) -> list[str]:
        told.append(member)
        return ["7:30 的班次已空出，已告知值班负责人。"]

    before = figures()
    try:
        with transaction.atomic():
            clerk = world.enter("community_clerk", HOME)
            api.register(actor=clerk, member=one, path=HOME)
            assert api.leave(actor=clerk, member=one) == ["7:30 的班次已空出，已告知值班负责人。"]
    finally:
        _ON_LEAVE.remove(_duty)
    assert told == [one]
    assert figures() == (before[0] - 1, before[1] - 1, *before[2:])
    assert run("select count(*) from workforce_membership where member_id = %s and to_on is null", one) == [(0,)]
    assert run("select count(*) from workforce_membership where member_id = %s", one) == [(1,)]
    assert recompute(["workforce.members", "workforce.registered"]) == []
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        with refused("not_found"):
            api.leave(actor=clerk, member=one)


def test_availability_is_the_members_own_statement(world: World, unit: int) -> None:
    [one, silent] = make_members(unit, ["吴有空", "郑没说"], home=HOME)
    monday = date(2026, 11, 23)
    said = [api.Stated(8 * 60, 12 * 60, weekday=0), api.Stated(20 * 60, 30 * 60, weekday=2),
            api.Stated(9 * 60, 10 * 60, weekday=0, can_work=False), api.Stated(0, 1440, on_day=date(2026, 11, 25), can_work=False)]  # fmt: skip
    with transaction.atomic():
        clerk = world.enter("community_clerk", HOME)
        api.state_availability(actor=clerk, member=one, stated=said)
        found = api.availability_of([one, silent], monday, 7)
        assert silent not in found
        assert [(w.starts_at.hour, w.ends_at.hour) for w in found[one]] == [(8, 9), (10, 12)]
        later = api.availability_of([one], date(2026, 12, 2), 1)[one]
        assert [(w.starts_at.day, w.starts_at.hour, w.ends_at.day, w.ends_at.hour) for w in later] == [(2, 20, 3, 6)]
        for wrong in (api.Stated(60, 60, weekday=0), api.Stated(0, 3000, weekday=0), api.Stated(0, 60)):
            with refused("hours_wrong"):
                api.state_availability(actor=clerk, member=one, stated=[wrong])
        api.state_availability(actor=clerk, member=one, stated=[])
        assert api.availability_of([one], monday, 7) == {}
    with transaction.atomic():
        stranger = world.enter("community_clerk", NEXT)
        with refused("not_found"):
            api.state_availability(actor=stranger, member=one, stated=said)
