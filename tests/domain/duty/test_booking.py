"""Booking: one place at a time, rest and availability in every net, rights, figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections

from lianfang.base.metrics.api import recompute
from lianfang.domain.duty.api import book, create_post, create_shifts, open_shifts, slots_of
from lianfang.kernel.errors import LianfangError
from tests.support.duty import COUNTY, HOME, MONDAY, NEXT, TOWN, Stage, run, shift

pytestmark = pytest.mark.row("B9")


def code_of(call: Callable[[], object]) -> str:
    """The code of the refusal that a call ends in."""
    with pytest.raises(LianfangError) as caught:
        call()
    return caught.value.code


@pytest.fixture
def post(stage: Stage, fresh: None) -> int:
    """One checkpoint at a community."""
    with stage.as_role() as actor:
        return create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")


def made(stage: Stage, post: int, *shifts: object, publish: bool = True) -> list[int]:
    """Shifts at a post, made by the township."""
    with stage.as_role() as actor:
        return create_shifts(actor=actor, post=post, shifts=list(shifts), publish=publish)  # type: ignore[arg-type]


def test_a_post_a_shift_over_midnight_and_the_people_in_it(stage: Stage, post: int) -> None:
    day, night = made(stage, post, shift(MONDAY, 8, 16), shift(MONDAY, 22, 30))
    with stage.as_role() as actor:
        told = book(actor=actor, shift=night, members=stage.members[:2])
        assert [one.problem for one in told] == ["", ""]
        mine = slots_of(stage.members[0], MONDAY, 1)
        assert [(one.post, one.ends_at - one.starts_at, one.mates) for one in mine] == [
            ("东关卡点", timedelta(hours=8), 1)
        ]
        still = open_shifts(TOWN, MONDAY, 1)
        assert [(one.id, one.wanted, one.held) for one in still] == [(day, 2, 0)]
        assert code_of(lambda: book(actor=actor, shift=night, members=[stage.members[2]])) == "duty.full"


def test_nobody_stands_in_two_places_also_when_two_townships_book(stage: Stage, post: int) -> None:
    (here,) = made(stage, post, shift(MONDAY, 8, 16))
    with stage.as_role("county_dispatcher", COUNTY) as actor:
        there = create_post(actor=actor, path=NEXT, kind="gate", name="南门")
        (gate,) = create_shifts(actor=actor, post=there, shifts=[shift(MONDAY, 12, 20)], publish=True)
        book(actor=actor, shift=here, members=stage.members[:1])
        assert (
            code_of(lambda: book(actor=actor, shift=gate, members=stage.members[:1], force=True))
            == "duty.double_booked"
        )


def test_rest_hours_and_nights_hold_over_all_nets_and_are_set_aside_only_on_record(stage: Stage, post: int) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(5)]
    late, early, *nights = made(
        stage, post, shift(days[0], 14, 22, 5), shift(days[1], 6, 14, 5), *[shift(d, 22, 30, 5) for d in days[1:5]]
    )
    one, two = stage.members[:2]
    with stage.as_role() as actor:
        book(actor=actor, shift=late, members=[one])
        assert code_of(lambda: book(actor=actor, shift=early, members=[one])) == "duty.rest_short"
        [set_aside] = book(actor=actor, shift=early, members=[one], force=True)
        assert set_aside.slot is not None
        for night in nights[:3]:
            book(actor=actor, shift=night, members=[two])
        assert code_of(lambda: book(actor=actor, shift=nights[3], members=[two])) == "duty.nights_in_row"
    assert run("select breach from duty_slot where breach <> ''") == [("duty.rest_short",)]
    assert not recompute(["duty.rest_breaches"])
    assert run("select sum(value) from metrics_delta where name = 'duty.rest_breaches'")[0][0] >= 1


def test_hours_of_a_week_are_counted_from_monday_to_sunday(stage: Stage, post: int) -> None:
    days = made(
        stage,
        post,
        *[shift(MONDAY + timedelta(days=n), 8, 18, 5) for n in range(6)],
        shift(MONDAY + timedelta(days=7), 8, 18),
    )
    one = stage.members[0]
    with stage.as_role() as actor:
        for each in days[:4]:
            book(actor=actor, shift=each, members=[one])
        assert code_of(lambda: book(actor=actor, shift=days[5], members=[one])) == "duty.week_full"
        assert book(actor=actor, shift=days[6], members=[one])[0].slot


@pytest.mark.row("B3")
def test_shifts_stay_inside_the_hours_somebody_offered(stage: Stage, post: int) -> None:
    tuesday = MONDAY + timedelta(days=1)
    day, evening, next_day = made(
        stage, post, shift(MONDAY, 8, 14, 9), shift(MONDAY, 18, 24, 9), shift(tuesday, 8, 14, 9)
    )
    some, off, two = stage.members[:3]
    say = (
        "insert into workforce_availability (member_id, weekday, on_day, from_minute, to_minute, can_work) "
        "values (%s, %s, %s, %s, %s, %s)"
    )
    run(say, some, 0, None, 480, 900, True)
    run(say, off, None, MONDAY, 0, 1440, False)
    run(say, two, 0, None, 1080, 1260, True)
    run(say, two, 0, None, 1260, 1500, True)
    with stage.as_role() as actor:
        assert book(actor=actor, shift=day, members=[some])[0].slot
        assert code_of(lambda: book(actor=actor, shift=next_day, members=[some])) == "duty.not_available"
        assert code_of(lambda: book(actor=actor, shift=day, members=[off], force=True)) == "duty.not_available"
        assert book(actor=actor, shift=next_day, members=[off])[0].slot
        assert book(actor=actor, shift=evening, members=[two])[0].slot
        assert code_of(lambda: book(actor=actor, shift=day, members=[two])) == "duty.not_available"


@pytest.mark.row("B1")
def test_a_member_claims_a_published_shift_for_themself_and_nobody_else(stage: Stage, post: int) -> None:
    (free,) = made(stage, post, shift(MONDAY, 8, 16))
    (draft,) = made(stage, post, shift(MONDAY, 16, 24), publish=False)
    me, other = stage.members[:2]
    with stage.as_member(me):
        assert [one.id for one in open_shifts(COUNTY, MONDAY, 2)] == [free]
        [mine] = book(actor=None, shift=free, members=[me], source="claim")
        assert [one.id for one in slots_of(me, MONDAY, 1)] == [mine.slot]
        assert code_of(lambda: book(actor=None, shift=free, members=[other], source="claim")) == "access.not_found"
        assert code_of(lambda: book(actor=None, shift=draft, members=[me], source="claim")) == "access.not_found"
        assert code_of(lambda: slots_of(other, MONDAY, 1)) == "access.not_found"
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "select (select count(*) from duty_slot) + (select count(*) from duty_shift) + (select count(*) from duty_post)"
            )
            assert cursor.fetchone()[0] == 0


def test_an_office_writes_only_at_home_and_only_with_its_right(stage: Stage, post: int) -> None:
    (one,) = made(stage, post, shift(MONDAY, 8, 16))
    with stage.as_role("community_head", NEXT) as actor:
        assert (
            code_of(lambda: create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 1, 2)])) == "access.not_found"
        )
        assert code_of(lambda: book(actor=actor, shift=one, members=stage.others[:1])) == "access.not_found"
        assert code_of(lambda: create_post(actor=actor, path=HOME, kind="gate", name="北门")) == "access.not_found"
        assert code_of(lambda: book(actor=actor, shift=10**9, members=stage.others[:1])) == "access.not_found"
    with stage.as_role("grid_worker", HOME) as actor:
        assert code_of(lambda: create_post(actor=actor, path=HOME, kind="gate", name="北门")) == "access.not_found"
    with stage.as_role("community_head", HOME) as actor:
        assert code_of(lambda: book(actor=actor, shift=one, members=stage.others[:1])) == "access.not_found"


def test_mistakes_are_told_as_sentences(stage: Stage, post: int) -> None:
    with stage.as_role() as actor:
        assert code_of(lambda: create_post(actor=actor, path=HOME, kind="tower", name="x")) == "duty.kind_unknown"
        assert code_of(lambda: create_post(actor=actor, path=HOME, kind="gate", name=" ")) == "duty.post_unsound"
        assert code_of(lambda: create_post(actor=actor, path=HOME, kind="gate", name="东关卡点")) == "duty.post_once"
        assert (
            code_of(lambda: create_post(actor=actor, path=HOME + "9999", kind="gate", name="x")) == "access.not_found"
        )
        assert (
            code_of(lambda: create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 33)]))
            == "duty.shift_unsound"
        )


def test_every_figure_can_be_counted_again(stage: Stage, post: int) -> None:
    ids = made(stage, post, shift(MONDAY, 0, 8), shift(MONDAY, 8, 16), shift(MONDAY, 16, 24))
    with stage.as_role() as actor:
        for at, one in enumerate(ids):
            book(actor=actor, shift=one, members=stage.members[at * 2 : at * 2 + 2])
    for name in ("posts", "places", "filled", "present", "on_duty", "no_shows", "rest_breaches", "hours"):
        assert recompute([f"duty.{name}"]) == [], name
    assert run("select count(*) from duty_slot")[0][0] == 6
