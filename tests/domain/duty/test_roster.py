"""Rosters: asked from the books, solved, published all or nothing, never against rest, hours offered or a second place."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.domain.duty.api import Rest, book, create_post, create_shifts, rolled_out, round_the_clock
from lianfang.domain.duty.rostering import Ask, RosterLine, Stand, adopt_roster, move, read
from lianfang.domain.plans.kinds.roster_problem import Seat, build, seats
from lianfang.kernel.errors import LianfangError
from lianfang.planning import Stop, rostering
from tests.support.duty import HOME, MONDAY, NEXT, TOWN, Stage, at, run, shift
from tests.support.workforce import make_members, make_unit

pytestmark = pytest.mark.row("B9")


def solved(stand: Stand, seconds: float = 2.0) -> list[Seat]:
    """The places of a roster by the real planner; the independent checker has nothing to say."""
    made = build(stand)
    found = rostering.solve(made.problem, stop=Stop(seconds=seconds, gap=0.01), seed=1, pins=made.pins)
    assert found.status in ("optimal", "feasible"), found.reasons
    assert rostering.check(made.problem, found) == []
    return seats(found, made.problem.members, made.shift_of, [place.shift for place in stand.places])


def publish(stage: Stage, stand: Stand, lines: list[Seat]) -> int:
    """Publish as the township."""
    with stage.as_role() as actor:
        return adopt_roster(
            actor=actor, shifts=[place.shift for place in stand.places], rest=stand.rest,
            lines=[RosterLine(one.shift, one.member) for one in lines if one.member is not None],
        )  # fmt: skip


def broken_rules(rest: Rest) -> list[str]:
    """What the published slots break, read from the table by other code than the database's functions."""
    rows = run(
        "select member_id, starts_at, ends_at, breach from duty_slot where state in ('published', 'present', 'left') order by 1, 2"
    )
    said = run("select member_id, on_day, from_minute, to_minute from workforce_availability where not can_work")
    wrong, by_member = [], {}
    for member, start, end, breach in rows:
        by_member.setdefault(member, []).append((start, end, breach))
    for member, slots in by_member.items():
        for (_, end, _), (start, _, breach) in pairwise(slots):
            if start < end:
                wrong.append(f"{member}: two places at once")
            elif start - end < timedelta(minutes=rest.rest) and not breach:
                wrong.append(f"{member}: rests {start - end}")
        weeks: dict[tuple[int, int], float] = {}
        for start, end, _ in slots:
            local = start.astimezone(at(MONDAY, 0).tzinfo)
            key = local.isocalendar()[:2]
            weeks[key] = weeks.get(key, 0) + (end - start).total_seconds() / 60
        wrong += [f"{member}: {minutes} in {week}" for week, minutes in weeks.items() if minutes > rest.week]
        for who, day, low, high in said:
            off = at(day, low / 60), at(day, high / 60)
            wrong += [
                f"{member}: not offered" for start, end, _ in slots if who == member and start < off[1] and end > off[0]
            ]
    return wrong


def test_a_roster_round_the_clock_is_read_solved_and_published(stage: Stage, fresh: None) -> None:
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点", two_person=True)
        create_shifts(actor=actor, post=post, shifts=rolled_out(round_the_clock(3, 2), MONDAY, 7))
        stand = read(actor=actor, ask=Ask(TOWN, MONDAY, 7, near=False))
    lines = solved(stand)
    assert [one for one in lines if one.member is None] == []
    assert publish(stage, stand, lines) == 42
    assert broken_rules(stand.rest) == []
    assert run("select count(*) from duty_shift where state = 'published'") == [(21,)]
    assert publish(stage, stand, lines) == 0  # the same roster again changes nothing


def test_duty_in_another_net_and_hours_offered_bind_the_planner_too(stage: Stage, fresh: None) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with stage.as_role() as actor:
        elsewhere = create_post(actor=actor, path=NEXT, kind="gate", name="南门")
        nights = create_shifts(actor=actor, post=elsewhere, shifts=[shift(MONDAY, 22, 30, 9)], publish=True)
        book(actor=actor, shift=nights[0], members=stage.members[:6])
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        create_shifts(actor=actor, post=post, shifts=[shift(tuesday, 8, 16, 7)])
    run("insert into workforce_availability (member_id, on_day, from_minute, to_minute, can_work) values (%s, %s, 0, 1440, false)",
        stage.members[6], tuesday)  # fmt: skip
    with stage.as_role() as actor:
        stand = read(actor=actor, ask=Ask(TOWN, MONDAY, 7, posts=(post,), units=stage.units[:1], near=False))
    lines = solved(stand, 1.0)
    chosen = {one.member for one in lines if one.member is not None}
    assert chosen == set(stage.members[7:])  # six rest after their night at the other post, one is off
    assert sum(one.member is None for one in lines) == 2
    publish(stage, stand, lines)
    assert broken_rules(stand.rest) == []


def test_a_broken_line_keeps_the_whole_roster_back(stage: Stage, fresh: None) -> None:
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="lookout", name="瞭望哨", two_person=True)
        one, two = create_shifts(actor=actor, post=post, shifts=[shift(MONDAY, 8, 16), shift(MONDAY, 20, 24)])
        a, b = stage.members[:2]

        def refused(*lines: RosterLine) -> str:
            with pytest.raises(LianfangError) as caught:
                adopt_roster(actor=actor, shifts=[one, two], lines=lines, rest=Rest())
            return caught.value.code

        assert (
            refused(RosterLine(one, a), RosterLine(one, b), RosterLine(two, a), RosterLine(two, b))
            == "duty.roster_broken"
        )
        assert refused(RosterLine(one, a)) == "duty.alone"
        assert refused(RosterLine(one, a), RosterLine(one, b), RosterLine(one, stage.members[2])) == "duty.full"
        assert refused(RosterLine(10**9, a)) == "access.not_found"
    assert run("select count(*) from duty_slot") == [(0,)]


def test_planning_again_keeps_what_was_claimed_or_moved_by_hand(stage: Stage, fresh: None) -> None:
    with stage.as_role() as actor:
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        ids = create_shifts(actor=actor, post=post, shifts=rolled_out(round_the_clock(3, 1), MONDAY, 3), publish=True)
    with stage.as_member(stage.members[11]):
        book(actor=None, shift=ids[1], members=[stage.members[11]], source="claim")
    with stage.as_role() as actor:
        stand = read(actor=actor, ask=Ask(TOWN, MONDAY, 3, near=False))
    publish(stage, stand, solved(stand, 1.0))
    [(slot, member)] = run("select id, member_id from duty_slot where shift_id = %s and state = 'published'", ids[4])
    free = next(m for m in stage.members if not run("select 1 from duty_slot where member_id = %s", m) and m != member)
    with stage.as_role() as actor:
        moved = move(actor=actor, slot=slot, shift=ids[4], member=free)
        again = read(actor=actor, ask=Ask(TOWN, MONDAY, 3, near=False))
    lines = {one.shift: one.member for one in solved(again, 1.0)}
    assert lines[ids[1]] == stage.members[11]
    assert lines[ids[4]] == free
    assert run("select member_id, pinned from duty_slot where id = %s", moved) == [(free, True)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    crews=st.sampled_from([2, 3, 4]), wanted=st.integers(1, 3), days=st.integers(1, 5), off=st.sets(st.integers(0, 11), max_size=5),
    busy_nights=st.sets(st.integers(0, 11), max_size=5),
)  # fmt: skip
def test_no_published_roster_breaks_rest_hours_or_one_place(
    stage: Stage, fresh: None, crews: int, wanted: int, days: int, off: set[int], busy_nights: set[int]
) -> None:
    run("truncate duty_post cascade")
    run("delete from workforce_availability")
    for one in off:
        run("insert into workforce_availability (member_id, on_day, from_minute, to_minute, can_work) values (%s, %s, 360, 900, false)",
            stage.members[one], MONDAY + timedelta(days=one % days))  # fmt: skip
    with stage.as_role() as actor:
        gate = create_post(actor=actor, path=NEXT, kind="gate", name="南门")
        (night,) = create_shifts(actor=actor, post=gate, shifts=[shift(MONDAY, 20, 30, 9)], publish=True)
        book(actor=actor, shift=night, members=[stage.members[one] for one in sorted(busy_nights)], strict=False)
        post = create_post(actor=actor, path=HOME, kind="checkpoint", name="东关卡点")
        create_shifts(actor=actor, post=post, shifts=rolled_out(round_the_clock(crews, wanted), MONDAY, days))
        stand = read(actor=actor, ask=Ask(TOWN, MONDAY, days, posts=(post,), near=False))
    publish(stage, stand, solved(stand, 0.5))
    assert broken_rules(stand.rest) == []


def counted(first: date, days: int) -> list[tuple[datetime, int]]:
    """Published slots by day."""
    return [tuple(row) for row in run(
        "select (starts_at at time zone 'Asia/Shanghai')::date, count(*) from duty_slot where state = 'published' "
        "and starts_at >= %s and starts_at < %s group by 1 order by 1", at(first, 0), at(first, 24 * days),
    )]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_43_posts_of_a_county_round_the_clock_for_two_weeks(stage: Stage, fresh: None) -> None:
    """Fugou's size: 43 posts, 150 people a day, 14 days, from 220 people; asked, solved and published within seconds."""
    town = make_unit("值守队", path="411621")
    crew = make_members(town, 220, home=HOME)
    posts = []
    with stage.as_role("county_dispatcher", "411621") as actor:
        for number in range(43):
            posts.append(
                create_post(actor=actor, path=(HOME, NEXT)[number % 2], kind="checkpoint", name=f"卡点{number + 1}")
            )
            day = round_the_clock(3, 1)
            pattern = [
                day[0].__class__(one.start, one.length, 2 if number < 21 and at_ == 0 else 1)
                for at_, one in enumerate(day)
            ]
            create_shifts(actor=actor, post=posts[-1], shifts=rolled_out(pattern, MONDAY, 14))
        started = time.monotonic()
        stand = read(actor=actor, ask=Ask("411621", MONDAY, 14, units=(town,), near=False))
        read_in = time.monotonic() - started
        lines = solved(stand, 8.0)
        solved_in = time.monotonic() - started - read_in
        adopt_roster(
            actor=actor, shifts=[place.shift for place in stand.places], rest=stand.rest,
            lines=[RosterLine(one.shift, one.member) for one in lines if one.member is not None],
        )  # fmt: skip
        done_in = time.monotonic() - started
    print(f"43 posts x 14 days: read {read_in:.1f} s, solved {solved_in:.1f} s, all {done_in:.1f} s")
    assert sum(place.wanted for place in stand.places) == 150 * 14
    assert len(crew) == 220
    assert [one for one in lines if one.member is None] == []
    assert counted(MONDAY, 14) == [(MONDAY + timedelta(days=n), 150) for n in range(14)]
    assert broken_rules(stand.rest) == []
    assert done_in < 45


def test_510_teams_from_door_to_door_for_twelve_days(stage: Stage, fresh: None) -> None:
    """510 teams of two, 07:30-15:00 for 12 days, from 1,240 people: read, solved and published; what stays open is said."""
    town = make_unit("驻村工作队", path="411621")
    make_members(town, 1240, home=HOME)
    run(
        "insert into duty_post (path, kind, name, code, started_on, made_by, from_minute, to_minute, least) "
        "select %s, 'team', '工作队' || n, 900000 + n, %s, 1, 450, 900, 1 from generate_series(1, 510) as n", HOME, MONDAY,
    )  # fmt: skip
    run(
        "insert into duty_shift (post_id, path, starts_at, ends_at, wanted) select p.id, p.path, %s + d * interval '1 day', "
        "%s + d * interval '1 day', 2 from duty_post p, generate_series(0, 11) as d", at(MONDAY, 7.5), at(MONDAY, 15),
    )  # fmt: skip
    with stage.as_role("county_dispatcher", "411621") as actor:
        started = time.monotonic()
        stand = read(actor=actor, ask=Ask("411621", MONDAY, 12, units=(town,), near=False))
        lines = solved(stand, 60.0)  # ends by itself long before; a busy machine gets the same answer
        solved_in = time.monotonic() - started
        written = adopt_roster(
            actor=actor, shifts=[place.shift for place in stand.places], rest=stand.rest,
            lines=[RosterLine(one.shift, one.member) for one in lines if one.member is not None],
        )  # fmt: skip
        done_in = time.monotonic() - started
    print(
        f"510 teams x 12 days: {written} of {len(lines)} places, read and solved {solved_in:.1f} s, all {done_in:.1f} s"
    )
    assert len(lines) == 510 * 12 * 2
    assert written >= 0.99 * len(lines)
    assert broken_rules(stand.rest) == []
