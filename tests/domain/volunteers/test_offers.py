"""Offers to serve of units and people, where they would help, both sides' yes, and open claiming of free posts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connections, transaction

from lianfang.base.metrics.api import recompute
from lianfang.domain.volunteers import offers, services
from lianfang.domain.volunteers.api import claim, claimable_for
from lianfang.domain.volunteers.matching import Offered, Wanted, propose, steps_between
from lianfang.domain.volunteers.offers import NewOffer
from lianfang.domain.volunteers.public_reads import asked, my_offer
from lianfang.domain.volunteers.rules import Hours, Place, Span, proposal
from lianfang.kernel.errors import LianfangError
from tests.domain.volunteers.desk import CLERK, HOME, publish, rows, tomorrow, windows
from tests.domain.volunteers.test_answers import refused
from tests.support.workforce import lineage_of, make_members, make_unit
from tests.support.world import NEXT, TOWN, World

pytestmark = pytest.mark.row("B12")
DAY = date(2026, 12, 1)
Published = Callable[..., tuple[int, str]]


def an_offer(people: int = 1, **more: object) -> NewOffer:
    """An offer for the next ten days, eight to eighteen."""
    given = {
        "text": "请求参战。",
        "first_on": tomorrow(),
        "last_on": tomorrow(9),
        "hours": Span(480, 1080),
        "people": people,
    }
    return NewOffer(**(given | more))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def unit(world: World) -> tuple[int, list[int]]:
    """A unit in the town with four people, and an officer of it."""
    from lianfang.base.access.services import create_account, create_grant, open_session

    number = make_unit("县水利局", path=TOWN)
    members = make_members(number, ["林一", "林二", "林三", "林四"], home=HOME)
    account = create_account(username="officer", name="派出单位", password="right-horse")
    grant = create_grant(account_id=account, role="sending_unit_officer", path=TOWN[:6])
    rows("update access_grant set unit = %s where id = %s", lineage_of(number), grant)
    world.tokens["sending_unit_officer@unit"] = open_session(account)
    return number, members


def officer(world: World) -> object:
    """Enter as the unit's officer."""
    return world.enter("sending_unit_officer", "unit")


def test_an_offer_needs_words_days_and_people(world: World) -> None:
    person = services.Person(name="何平", phone="13712340001")
    for more, code in (
        ({"text": " "}, "words_missing"),
        ({"last_on": tomorrow(-1)}, "days_wrong"),
        ({"people": 0}, "people_wrong"),
    ):
        with refused(f"volunteers.{code}"):
            offers.offer_of_person(path=TOWN, person=person, offer=an_offer(**more), consent=True)
    with refused("access.not_found"):
        offers.offer_of_person(path="999999", person=person, offer=an_offer(), consent=True)
    with refused("volunteers.consent_missing"):
        offers.offer_of_person(path=TOWN, person=person, offer=an_offer(), consent=False)


def test_a_persons_offer_is_declined_with_thanks_that_they_read(world: World) -> None:
    person = services.Person(name="何平", phone="13712340002")
    given = offers.offer_of_person(path=TOWN, person=person, offer=an_offer(), consent=True)
    with refused("volunteers.offered_already"):
        offers.offer_of_person(path=TOWN, person=person, offer=an_offer(), consent=True)
    assert rows("select for_role from worklist_item where what = 'offer' and subject = %s", str(given.id)) == [
        ("county_dispatcher",)
    ]
    with transaction.atomic():
        actor = world.enter("township_dispatcher", TOWN)
        with refused("volunteers.words_missing"):
            offers.decline_offer(actor=actor, offer_id=given.id, path=TOWN, thanks="")
        offers.decline_offer(actor=actor, offer_id=given.id, path=TOWN, thanks="目前人手已够，谢谢您！")
    with transaction.atomic():
        found = my_offer(given.code)
    assert found is not None
    assert (found.state, found.thanks) == ("declined", "目前人手已够，谢谢您！")
    with refused("access.not_found"), transaction.atomic():
        offers.decline_offer(
            actor=world.enter("township_dispatcher", "411621003"), offer_id=given.id, path=TOWN, thanks="?"
        )


def test_a_units_offer_is_matched_agreed_and_its_people_are_booked(
    world: World, unit: tuple[int, list[int]], published: Published
) -> None:
    number, members = unit
    call, _code = published(wanted=5)
    with transaction.atomic():
        offer = offers.offer_of_unit(actor=officer(world), organisation=number, path=TOWN, offer=an_offer(people=2))
    with refused("volunteers.people_wrong"), transaction.atomic():
        offers.match_offer(actor=world.enter("township_dispatcher", TOWN), offer_id=offer, call_id=call, people=3)
    with transaction.atomic():
        match = offers.match_offer(
            actor=world.enter("township_dispatcher", TOWN), offer_id=offer, call_id=call, people=2
        )
    with refused("volunteers.matched_already"), transaction.atomic():
        offers.match_offer(actor=world.enter("township_dispatcher", TOWN), offer_id=offer, call_id=call, people=2)
    with refused("volunteers.not_agreed"), transaction.atomic():
        offers.nominate(actor=officer(world), match_id=match, path=HOME, members=members[:1], windows=windows(call)[:1])
    with transaction.atomic():
        assert offers.answer_match(actor=officer(world), match_id=match, side="unit", yes=True) == "asked"
    with transaction.atomic():
        assert offers.answer_match(actor=world.enter(*CLERK), match_id=match, side="place", yes=True) == "agreed"
    with refused("volunteers.more_than_agreed"), transaction.atomic():
        offers.nominate(actor=officer(world), match_id=match, path=HOME, members=members[:3], windows=windows(call)[:1])
    with transaction.atomic():
        offers.nominate(actor=officer(world), match_id=match, path=HOME, members=members[:2], windows=windows(call)[:1])
        assert [line.nominated for line in asked("unit")][:1] == [2]
    booked = rows("select member_id, source from duty_slot where member_id = any (%s) order by 1", members[:2])
    assert booked == [(members[0], "call"), (members[1], "call")]
    with refused("access.not_found"), transaction.atomic():
        strangers = make_members(make_unit("县粮食局", path=TOWN), 1)
        offers.nominate(actor=officer(world), match_id=match, path=HOME, members=strangers, windows=windows(call)[2:3])


def test_a_unit_answers_a_call_and_the_place_says_not_this_time(
    world: World, unit: tuple[int, list[int]], published: Published
) -> None:
    _call, code = published()
    with transaction.atomic():
        match = offers.unit_answers_call(
            actor=officer(world), organisation=unit[0], code=code, path=HOME, people=2, words="我们来。"
        )
    with transaction.atomic():
        assert offers.answer_match(actor=world.enter(*CLERK), match_id=match, side="place", yes=False) == "refused"
    [(offer, state)] = rows(
        "select o.id, o.state from volunteers_offer o join volunteers_match m on m.offer_id = o.id where m.id = %s",
        match,
    )
    assert state == "new"
    with transaction.atomic():
        offers.withdraw_offer(offer_id=offer, actor=officer(world))
    with refused("volunteers.decided_already"), transaction.atomic():
        offers.withdraw_offer(offer_id=offer, actor=officer(world))


def test_matching_sends_people_where_they_lack_and_says_why() -> None:
    calls = [
        Wanted(1, HOME, 3, (), DAY, DAY, ((480, 720),)),
        Wanted(2, NEXT, 2, ("英语",), DAY, DAY, ((480, 720),)),
        Wanted(3, NEXT, 9, (), DAY, DAY, ((1200, 1700),)),
        Wanted(4, NEXT, 0, (), DAY, DAY, ((480, 720),)),
    ]
    near = Offered(10, HOME, 3, (), DAY, DAY, 480, 1080)
    speaks = Offered(11, HOME, 2, ("英语",), DAY, DAY, 480, 1080)
    late = Offered(12, HOME, 5, (), DAY + timedelta(days=9), DAY + timedelta(days=9), 0, 1440)
    found = propose([near, speaks, late], calls)
    assert {(line.offer, line.call, line.people) for line in found} == {(10, 1, 3), (11, 2, 2)}
    assert all(line.proven and not line.missing for line in found)
    assert propose([late], calls) == []
    assert [steps_between(HOME, other) for other in (HOME, NEXT, TOWN, "411621003201", "411622100001", "130000")] == [
        0,
        1,
        1,
        2,
        3,
        4,
    ]


def test_a_proposal_spreads_work_before_anybody_has_two() -> None:
    places = [Place(1, 480, 720, 1), Place(2, 840, 1080, 1), Place(3, 480 + 1440, 720 + 1440, 2)]
    assert proposal([(7, [1, 2, 3]), (8, [1, 2, 3])], places, 660) == {7: [2, 3], 8: [1, 3]}
    assert proposal([(7, []), (8, [1])], places, 660) == {8: [1]}


# ------------------------------------------------------------------------------------------------------ open claiming


def as_member(member: int) -> None:
    """Enter a member's own page in the running transaction."""
    rows(
        "insert into workforce_link (code_hash, member_id, made_by, ends_on) values (sha256(%s), %s, 1, current_date + 9) "
        "on conflict do nothing", f"code-{member}".encode(), member,
    )  # fmt: skip
    with connections["default"].cursor() as cursor:
        cursor.execute("select workforce_enter(sha256(%s))", [f"code-{member}".encode()])


@pytest.mark.row("B1")
def test_members_claim_free_shifts_first_come_first_served(world: World, unit: tuple[int, list[int]]) -> None:
    first, second = unit[1][2:4]
    publish(world, wanted=1, first_on=tomorrow(20), last_on=tomorrow(20), hours=(Hours(480, 720, 1),), place="北门")
    publish(
        world,
        path=NEXT,
        wanted=1,
        first_on=tomorrow(12),
        last_on=tomorrow(12),
        hours=(Hours(480, 720, 1),),
        place="河边",
    )
    with transaction.atomic():
        as_member(first)
        found = claimable_for(first, 30)
        assert claimable_for(second, 30) == []
        [mine] = [one for one in found if one.post.startswith("北门")]
        assert (mine.near, mine.free) == (0, 1)
        assert [one.near for one in found if one.post.startswith("河边")] == [1]
        claim(first, mine.shift)
        with refused("volunteers.claimed_already"):
            claim(first, mine.shift)
        assert mine.shift not in [one.shift for one in claimable_for(first, 30)]
        with refused("access.not_found"):
            claim(second, mine.shift)
    with transaction.atomic():
        as_member(second)
        with refused("volunteers.shift_full"):
            claim(second, mine.shift)
    assert rows("select source, state from duty_slot where shift_id = %s", mine.shift) == [("claim", "published")]
    assert (
        recompute(["volunteers.posts_claimed", "volunteers.offers", "volunteers.accepted", "volunteers.answers"]) == []
    )


@pytest.mark.row("B1")
def test_a_claim_through_the_roster_counts_as_one(world: World, unit: tuple[int, list[int]]) -> None:
    from lianfang.domain.duty.api import book

    member = unit[1][3]
    call, _code = publish(
        world, first_on=tomorrow(28), last_on=tomorrow(28), hours=(Hours(480, 720, 1),), place="东南门"
    )
    [(shift,)] = rows("select shift_id from volunteers_window where call_id = %s", call)
    before = rows("select count(*) from volunteers_claim")[0][0]
    with transaction.atomic():
        as_member(member)
        book(actor=None, shift=shift, members=[member], source="claim")
    assert rows("select count(*) from volunteers_claim")[0][0] == before + 1
    assert recompute(["volunteers.posts_claimed"]) == []


@pytest.mark.row("B1")
def test_two_members_claim_the_last_place_at_once(world: World, unit: tuple[int, list[int]]) -> None:
    call, _code = publish(
        world, wanted=1, first_on=tomorrow(22), last_on=tomorrow(22), hours=(Hours(480, 720, 1),), place="南门"
    )
    [(shift,)] = rows("select shift_id from volunteers_window where call_id = %s", call)
    gate, found = threading.Barrier(2), []

    def phone(member: int) -> None:
        try:
            with transaction.atomic():
                as_member(member)
                gate.wait()
                claim(member, shift)
            found.append("taken")
        except LianfangError as error:
            found.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=phone, args=(member,)) for member in unit[1][2:4]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["taken", "volunteers.shift_full"]


@pytest.mark.row("B1")
def test_nobody_claims_a_second_place_at_the_same_time_or_far_away(world: World, unit: tuple[int, list[int]]) -> None:
    member = unit[1][0]
    shifts = []
    for path, place in ((HOME, "一门"), (NEXT, "二门"), ("411621003201", "远门")):
        call, _code = publish(
            world, path=path, first_on=tomorrow(25), last_on=tomorrow(25), hours=(Hours(480, 720, 1),), place=place
        )
        shifts += [row[0] for row in rows("select shift_id from volunteers_window where call_id = %s", call)]
    with transaction.atomic():
        as_member(member)
        claim(member, shifts[0])
        with refused("volunteers.double_booked"):
            claim(member, shifts[1])
        with refused("access.not_found"):
            claim(member, shifts[2])
