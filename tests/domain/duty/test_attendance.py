"""Who came: check-in, no-show and replacement, somebody who cannot come, swap, handover, a member who leaves, key units."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from lianfang.base.metrics.api import recompute
from lianfang.domain.duty import attendance, key_units
from lianfang.domain.duty.api import book, create_post, create_shifts, slots_of
from lianfang.domain.duty.rules import NewShift
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.kernel.errors import LianfangError
from tests.support.duty import HOME, MONDAY, TOWN, Stage, run, shift

pytestmark = pytest.mark.row("B9")
NOW = datetime.now(BEIJING).replace(second=0, microsecond=0)
TODAY = beijing_day(NOW)
METRICS = [
    f"duty.{name}" for name in ("posts", "places", "filled", "present", "on_duty", "no_shows", "rest_breaches", "hours")
]


def code_of(call: Callable[[], object]) -> str:
    """The code of the refusal that a call ends in."""
    with pytest.raises(LianfangError) as caught:
        call()
    return caught.value.code


def running(
    stage: Stage, *, since_hours: float = 1, wanted: int = 1, members: list[int] | None = None, name: str = "东关卡点"
) -> tuple[int, int, int]:
    """A post with a shift that began so many hours ago, and one member in it: (post, shift, slot)."""
    start = NOW - timedelta(hours=since_hours)
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name=name)
        (one,) = create_shifts(
            actor=actor, post=post, shifts=[NewShift(start, start + timedelta(hours=8), wanted)], publish=True
        )
        [booked] = book(actor=actor, shift=one, members=(members or stage.members[:1])[:1])
    assert booked.slot is not None
    return post, one, booked.slot


def test_a_member_checks_in_and_out_by_the_server_s_clock(stage: Stage, fresh: None) -> None:
    post, _, slot = running(stage)
    me, other = stage.members[:2]
    printed = run("select code from duty_post where id = %s", post)[0][0]
    with stage.as_member(me):
        assert attendance.post_at(printed).slot == slot
        assert attendance.check_in_at(printed, place="东关路口") == slot
        first = attendance.check_in(
            actor=None, slot=slot, at=NOW - timedelta(days=3)
        )  # a phone's clock says nothing here
        assert attendance.check_in(actor=None, slot=slot) == first  # a second tap changes nothing
        attendance.check_out(actor=None, slot=slot)
    with stage.as_member(other):
        assert code_of(lambda: attendance.check_in(actor=None, slot=slot)) == "access.not_found"
        assert code_of(lambda: attendance.check_in_at(printed)) == "duty.no_slot_here"
    assert run("select state, via, first_of_day from duty_slot") == [("left", "post", True)]
    assert recompute(METRICS) == []


def test_a_list_on_paper_is_entered_by_the_office_with_its_times(stage: Stage, fresh: None) -> None:
    _, _, slot = running(stage, since_hours=6)
    with stage.as_role("community_clerk", HOME) as actor:
        assert code_of(lambda: attendance.check_out(actor=actor, slot=slot)) == "duty.not_there"
        assert (
            code_of(lambda: attendance.check_in(actor=actor, slot=slot, at=NOW - timedelta(days=1))) == "duty.not_now"
        )
        attendance.check_in(actor=actor, slot=slot, at=NOW - timedelta(hours=6))
        attendance.check_out(actor=actor, slot=slot, at=NOW - timedelta(hours=1))
    assert run("select sum(value) from metrics_delta where name = 'duty.hours'") == [(5,)]
    assert recompute(METRICS) == []


def test_an_alarm_for_who_is_late_and_somebody_rested_and_near_steps_in(stage: Stage, fresh: None) -> None:
    run("delete from worklist_item")
    _, one, slot = running(stage)
    attendance.watch()
    attendance.watch()
    assert run("select what, subject, urgency, done_at is null from worklist_item") == [
        ("duty.no_show", str(slot), 2, True)
    ]
    tired = stage.members[3]
    with stage.as_role() as actor:
        elsewhere = create_post(actor=actor, path=HOME, kind="gate", name="南门")
        (night,) = create_shifts(
            actor=actor, post=elsewhere, shifts=[NewShift(NOW + timedelta(hours=9), NOW + timedelta(hours=15), 1)]
        )
        book(actor=actor, shift=night, members=[tired])
        found = attendance.candidates(actor=actor, slot=slot)
        assert found[0].can
        assert found[0].near == 12
        assert [each.problem for each in found if each.member == tired] == ["duty.rest_short"]
        assert stage.members[0] not in {each.member for each in found}
        new = attendance.replace(actor=actor, slot=slot, member=found[0].member)
        assert (
            code_of(lambda: attendance.replace(actor=actor, slot=slot, member=found[1].member))
            == "duty.replaced_already"
        )
    assert run("select state from duty_slot where id = %s", slot) == [("no_show",)]
    assert run("select source, replaces, shift_id from duty_slot where id = %s", new) == [("replacement", slot, one)]
    assert run("select done_at is not null from worklist_item where what = 'duty.no_show'") == [(True,)]
    with stage.as_member(stage.members[0]):
        assert code_of(lambda: attendance.check_in(actor=None, slot=slot)) == "duty.not_expected"
    assert recompute(METRICS) == []


def test_who_cannot_come_says_so_and_the_office_hears_it(stage: Stage, fresh: None) -> None:
    run("delete from worklist_item")
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        (one,) = create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 16, 1)], publish=True)
        [booked] = book(actor=actor, shift=one, members=stage.members[:1])
    assert booked.slot
    with stage.as_member(stage.members[0]):
        attendance.excuse(actor=None, slot=booked.slot)
        assert code_of(lambda: attendance.excuse(actor=None, slot=booked.slot or 0)) == "duty.not_expected"
    assert run("select what from worklist_item where done_at is null") == [("duty.cannot_come",)]
    with stage.as_role() as actor:
        attendance.replace(actor=actor, slot=booked.slot, member=stage.members[1])
        assert len(slots_of(stage.members[1], MONDAY, 1)) == 1


def test_a_shift_that_ends_settles_itself(stage: Stage, fresh: None) -> None:
    _, _, missed = running(stage)
    _, _, forgot = running(stage, members=stage.members[1:2], name="西关卡点")
    run("update duty_slot set starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day'")
    run("update duty_slot set state = 'present', checked_in_at = starts_at, first_of_day = true where id = %s", forgot)
    attendance.watch()
    assert run("select state from duty_slot where id = %s", missed) == [("no_show",)]
    assert run("select state, checked_out_at = ends_at from duty_slot where id = %s", forgot) == [("left", True)]
    assert recompute(METRICS) == []


def test_a_swap_takes_both_and_the_rest_of_both(stage: Stage, fresh: None) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        early, late, next_early = create_shifts(
            actor=actor,
            post=post,
            shifts=[shift(MONDAY, 6, 14, 2), shift(MONDAY, 14, 22, 2), shift(tuesday, 6, 14, 2)],
            publish=True,
        )
        one, two, three = stage.members[:3]
        [a] = book(actor=actor, shift=early, members=[one])
        [b] = book(actor=actor, shift=late, members=[two])
        book(actor=actor, shift=next_early, members=[one])
        book(actor=actor, shift=early, members=[three])
    assert a.slot
    assert b.slot
    with stage.as_member(one):
        assert {mate.member for mate in attendance.mates(a.slot)} == {two}
        offer = attendance.offer_swap(slot=a.slot, to=two, back=b.slot)
        assert code_of(lambda: attendance.offer_swap(slot=a.slot or 0, to=three)) == "duty.swap_waits"
        assert code_of(lambda: attendance.answer_swap(swap=offer, answer="accepted")) == "access.not_found"
    with stage.as_member(two):
        assert [(each.id, each.mine, each.state) for each in attendance.swaps()] == [(offer, False, "offered")]
        # the other would stand 14-22 and again at 6 the next morning: both are checked
        assert code_of(lambda: attendance.accept_swap(swap=offer)) == "duty.rest_short"
    assert run("select count(*) from duty_slot where state = 'published'") == [(4,)]
    with stage.as_role() as actor:
        attendance.excuse(actor=actor, slot=run("select id from duty_slot where shift_id = %s", next_early)[0][0])
    with stage.as_member(two):
        assert attendance.accept_swap(swap=offer)
        assert [each.shift_id for each in slots_of(two, MONDAY, 1) if each.state == "published"] == [early]
    assert run("select member_id from duty_slot where shift_id = %s and state = 'published'", late) == [(one,)]


def test_the_next_crew_reads_what_the_last_one_left(stage: Stage, fresh: None) -> None:
    post, _, slot = running(stage)
    with stage.as_member(stage.members[0]):
        attendance.check_in(actor=None, slot=slot)
        attendance.write_handover(actor=None, post=post, words="测温枪二号没电，已报镇里")
    with stage.as_role() as actor:
        [note] = attendance.handovers(post)
        attendance.handover_seen(note.id)
        assert note.words == "测温枪二号没电，已报镇里"
        assert code_of(lambda: attendance.write_handover(actor=actor, post=post, words=" ")) == "duty.words_missing"
    assert b"\xe6\xb5\x8b" not in bytes(run("select sealed from duty_handover")[0][0])
    with stage.as_member(stage.members[5]):
        assert code_of(lambda: attendance.handovers(post)) == "access.not_found"


def test_a_member_who_leaves_in_the_middle_is_missed_at_once(stage: Stage, fresh: None) -> None:
    run("delete from worklist_item")
    gone = stage.others[-1]
    with stage.as_role("county_dispatcher", "411621") as actor:
        post = create_post(actor=actor, path=HOME, kind="gate", name="北门")
        (now_on,) = create_shifts(
            actor=actor,
            post=post,
            shifts=[NewShift(NOW - timedelta(hours=1), NOW + timedelta(hours=2), 1)],
            publish=True,
        )
        (later,) = create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 16, 1)], publish=True)
        [first] = book(actor=actor, shift=now_on, members=[gone])
        book(actor=actor, shift=later, members=[gone])
        attendance.check_in(actor=actor, slot=first.slot or 0)
    run("update workforce_member set left_on = current_date where id = %s", gone)
    assert run("select state, count(*) from duty_slot group by 1 order by 1") == [("left", 1), ("released", 1)]
    assert run("select count(*) from worklist_item where what = 'duty.cannot_come'") == [(2,)]
    with stage.as_role("county_dispatcher", "411621") as actor:
        assert code_of(lambda: book(actor=actor, shift=later, members=[gone])) == "duty.member_gone"
    run("update workforce_member set left_on = null where id = %s", gone)
    assert recompute(METRICS) == []


@pytest.mark.row("B10")
def test_a_key_unit_confirms_its_day_and_keeps_a_reserve(stage: Stage, fresh: None) -> None:
    """70 % attendance, a leader round the clock, a reserve of 100: what lacks is said."""
    from tests.support.workforce import make_members

    ready = make_members(stage.units[1], 100, home=HOME)
    with stage.as_role("county_dispatcher", "411621") as actor:
        post = create_post(
            actor=actor, path=HOME, kind="key_unit", name="县医院", organisation=stage.units[1], reserve=100
        )
        leaders = [
            shift(TODAY, 0, 8, 1, leader=True),
            shift(TODAY, 8, 16, 1, leader=True),
            shift(TODAY, 16, 24, 1, leader=True),
        ]
        ids = create_shifts(actor=actor, post=post, shifts=[one for one in leaders if one.ends_at > NOW], publish=True)
        [unit] = key_units.key_units(TOWN, TODAY)
        assert (unit.state, unit.share) == ("unknown", None)
        assert unit.leader_gaps.startswith("00")
        assert (
            code_of(lambda: key_units.attend(actor=actor, post=post, day=TODAY, staff=10, present=11, leader=True))
            == "duty.attendance_unsound"
        )
        key_units.attend(actor=actor, post=post, day=TODAY, staff=100, present=69, leader=True)
        assert key_units.key_units(TOWN, TODAY)[0].state == "act"
        key_units.attend(actor=actor, post=post, day=TODAY, staff=100, present=70, leader=True)
        assert key_units.key_units(TOWN, TODAY)[0].state == "watch"  # the reserve lacks
        assert key_units.change_reserve(actor=actor, post=post, members=ready) == 100
        assert key_units.key_units(TOWN, TODAY)[0].state == "good"
        [booked] = book(actor=actor, shift=ids[-1], members=stage.members[:1])
        attendance.excuse(actor=actor, slot=booked.slot or 0)
        assert attendance.candidates(actor=actor, slot=booked.slot or 0)[0].ready  # the reserve is asked first
    assert run("select count(*) from duty_attendance") == [(1,)]


@pytest.mark.row("B10")
def test_thirty_people_keep_the_equipment_of_ten_hospitals_going(stage: Stage, fresh: None) -> None:
    from tests.support.workforce import make_members, make_unit

    maker = make_unit("医疗设备厂", path=TOWN, kind="company")
    crew = make_members(maker, 30, home=HOME)
    hospitals = [make_unit(f"第{n}医院", path=HOME, kind="hospital") for n in range(1, 11)]
    with stage.as_role() as actor:
        for at, one in enumerate(crew):
            key_units.put_upkeep(
                actor=actor, path=HOME, organisation=hospitals[at % 10], member=one, equipment="呼吸机"
            )
        lines = key_units.upkeep_of(TOWN)
        assert (len(lines), len({line.unit for line in lines}), {line.of for line in lines}) == (30, 10, {"医疗设备厂"})
        key_units.put_upkeep(
            actor=actor, path=HOME, organisation=hospitals[0], member=crew[0], equipment="呼吸机", holds=False
        )
        assert len(key_units.upkeep_of(TOWN)) == 29
    connections.close_all()


def test_when_the_incident_ends_posts_are_given_up_and_rows_go(stage: Stage, fresh: None) -> None:
    """Counts by township and kind are all that stays."""
    _, _, slot = running(stage)
    with stage.as_member(stage.members[0]):
        attendance.check_in(actor=None, slot=slot)

    def told(step: str) -> Any:
        return json.loads(run(f"select duty_end_{step}(%s::smallint)::text", stage.world.incident)[0][0])

    assert told("release") == {"posts": 1, "slots": 0}
    [kept] = told("record")
    assert (kept["area"], kept["kind"], kept["places"], kept["present"]) == (TOWN, "checkpoint", 1, 1)
    assert told("forget") == {"posts": 1, "slots": 1}
    assert run(
        "select (select count(*) from duty_post) + (select count(*) from duty_slot) + (select count(*) from duty_shift)"
    ) == [(0,)]
    assert recompute(METRICS) == []
