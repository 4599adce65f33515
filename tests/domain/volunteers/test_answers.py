"""Calls and answers: who may publish, who is taken first, the last place, the waiting list, and what must not happen."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.metrics.api import recompute
from lianfang.domain.volunteers import services
from lianfang.domain.volunteers.rules import Hours, Stated
from lianfang.kernel.errors import LianfangError
from tests.domain.volunteers.desk import CLERK, HEAD, HOME, accept, answer, make_call, rows, tomorrow, windows
from tests.support.world import COUNTY, NEXT, TOWN, World

pytestmark = [pytest.mark.row("B8"), pytest.mark.row("D2")]
Published = Callable[..., tuple[int, str]]


def refused(code: str) -> Any:
    """The block is refused with this code."""
    return pytest.raises(LianfangError, check=lambda error: error.code == code)


def test_a_call_becomes_a_post_with_published_shifts(published: Published) -> None:
    number, _code = published(wanted=3, days=2)
    [(post, places)] = rows("select post_id, places from volunteers_call where id = %s", number)
    assert places == 12
    found = rows("select state, wanted from duty_shift where post_id = %s", post)
    assert found == [("published", 3)] * 4


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"hours": ()}, "volunteers.hours_missing"),
        ({"hours": (Hours(480, 720), Hours(700, 900))}, "volunteers.hours_overlap"),
        ({"role": "king"}, "volunteers.role_unknown"),
        ({"first_on": tomorrow(3), "last_on": tomorrow(2)}, "volunteers.days_wrong"),
        ({"first_on": tomorrow(-1)}, "volunteers.days_wrong"),
        ({"last_on": tomorrow(60)}, "volunteers.days_wrong"),
    ],
)
def test_a_call_that_cannot_be_worked_is_refused(published: Published, more: dict, code: str) -> None:
    with refused(code):
        published(**more)


def test_only_heads_and_those_above_publish_and_only_inside(world: World) -> None:
    for role, path in (CLERK, ("grid_worker", HOME), ("township_dispatcher", "411621003")):
        with refused("access.not_found"), transaction.atomic():
            services.publish_call(actor=world.enter(role, path), paths=[HOME], wanted=make_call())


def test_a_township_publishes_for_many_communities_each_with_its_own(world: World) -> None:
    with transaction.atomic():
        made = services.publish_call(
            actor=world.enter("township_dispatcher", TOWN), paths=[HOME, NEXT, HOME], wanted=make_call(days=1)
        )
    found = rows("select path, batch from volunteers_call where id = any (%s) order by id", made)
    assert found == [(HOME, None), (NEXT, made[0])]


def test_an_answer_needs_name_telephone_hours_and_consent(published: Published) -> None:
    _, code = published()
    for name, phone, problem in (("", "13912345678", "name_missing"), ("王芳", "1391234", "phone_wrong")):
        with refused(f"volunteers.{problem}"):
            answer(code, name, phone)
    with refused("volunteers.hours_missing"):
        answer(code, "王芳", "13912345678", days=0)
    with refused("volunteers.consent_missing"):
        services.answer_call(
            code=code, path=HOME, person=services.Person(name="王芳", phone="13912345678"), hours=[], consent=False
        )


def test_one_telephone_answers_once(published: Published) -> None:
    _, code = published()
    answer(code, "王芳", "139 1234 0001")
    with refused("volunteers.answered_already"):
        answer(code, "王芳芳", "+86 13912340001")


def test_withdrawn_and_late_calls_take_no_answers(world: World, published: Published) -> None:
    number, code = published()
    rows("update volunteers_call set closes_at = now() - interval '1 minute' where id = %s", number)
    with refused("volunteers.call_over"):
        answer(code, "王芳", "13912340002")
    with transaction.atomic():
        services.end_call(actor=world.enter(*HEAD), call_id=number)
    with refused("volunteers.call_withdrawn"):
        answer(code, "王芳", "13912340002")
    with refused("volunteers.call_withdrawn"), transaction.atomic():
        services.end_call(actor=world.enter(*HEAD), call_id=number)


def test_accepted_people_become_members_once_and_are_booked(world: World, published: Published) -> None:
    number, code = published()
    given = answer(code, "李强", "13912340003", home=f"{HOME}0001", skills=("普通话",), born_year=1950)
    first = accept(world, given.id, windows(number)[::2])
    booked = rows("select state, source from duty_slot where member_id = %s", first)
    assert booked == [("published", "call")] * 2
    assert rows("select net from workforce_membership where member_id = %s", first) == [("volunteer",)]
    second, code = published(first_on=tomorrow(5), last_on=tomorrow(5))
    again = services.answer_call(
        code=code, path=HOME, person=services.Person(name="李强", phone="13912340003"), consent=True,
        hours=[Stated(tomorrow(5), 480, 1080)],
    )  # fmt: skip
    assert accept(world, again.id, windows(second)[:1]) == first
    with refused("volunteers.decided_already"):
        accept(world, again.id, windows(second)[:1])


def test_shifts_outside_the_stated_hours_are_refused_with_their_times(world: World, published: Published) -> None:
    number, code = published()
    given = answer(code, "赵敏", "13912340004", begins=480, ends=720)
    with refused("volunteers.outside_hours"):
        accept(world, given.id, windows(number)[1:2])
    accept(world, given.id, windows(number)[:1])


def test_nobody_is_booked_twice_at_once(world: World, published: Published) -> None:
    one, first = published()
    two, second = published()
    accept(world, answer(first, "孙丽", "13912340005").id, windows(one)[:1])
    with refused("duty.double_booked"):
        accept(world, answer(second, "孙丽", "13912340005").id, windows(two)[:1])


def test_two_desks_take_the_last_place_at_once(world: World, published: Published) -> None:
    number, code = published(wanted=1, days=1)
    given = [answer(code, f"周{at}", f"1391234001{at}", days=1) for at in range(2)]
    world.token(*CLERK)
    gate, found = threading.Barrier(2), []

    def desk(answer_id: int) -> None:
        gate.wait()
        try:
            accept(world, answer_id, windows(number)[:1])
            found.append("taken")
        except LianfangError as error:
            found.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=desk, args=(one.id,)) for one in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["taken", "volunteers.shift_full"]
    states = [row[0] for row in rows("select state from volunteers_answer where call_id = %s order by state", number)]
    assert states == ["accepted", "new"]


def test_a_full_call_puts_people_on_the_waiting_list_and_the_first_is_proposed(
    world: World, published: Published
) -> None:
    number, code = published(wanted=1, days=1, hours=(Hours(480, 720, 1),))
    taken = answer(code, "吴刚", "13912340020", days=1)
    accept(world, taken.id, windows(number))
    waits = [answer(code, f"郑{at}", f"1391234003{at}", days=1) for at in range(2)]
    assert [one.state for one in waits] == ["waiting", "waiting"]
    assert services.withdraw(taken.code) == "accepted"
    assert rows(
        "select asked_next from volunteers_answer where id = any (%s) order by id", [one.id for one in waits]
    ) == [(True,), (False,)]
    assert rows(
        "select count(*) from worklist_item where what = 'next' and subject = %s and done_at is null", str(number)
    ) == [(1,)]
    assert rows(
        "select state from duty_slot s join volunteers_window w on w.shift_id = s.shift_id where w.call_id = %s", number
    ) == [("released",)]
    accept(world, waits[0].id, windows(number))
    assert rows(
        "select count(*) from worklist_item where what = 'next' and subject = %s and done_at is null", str(number)
    ) == [(0,)]
    with refused("volunteers.decided_already"):
        services.withdraw(taken.code)


def test_a_call_with_accepted_people_is_taken_back_only_knowingly(world: World, published: Published) -> None:
    number, code = published()
    member = accept(world, answer(code, "冯雪", "13912340040").id, windows(number)[::2])
    with refused("volunteers.call_has_people"), transaction.atomic():
        services.end_call(actor=world.enter(*HEAD), call_id=number)
    with transaction.atomic():
        assert services.end_call(actor=world.enter(*HEAD), call_id=number, release=True) == 1
    assert rows("select distinct state from duty_slot where member_id = %s", member) == [("released",)]


def test_somebody_without_a_telephone_is_entered_by_the_office(world: World, published: Published) -> None:
    number, code = published()
    person = services.Person(name="陈老", home=f"{HOME}0002")
    hours = [Stated(tomorrow(), 480, 1080)]
    with transaction.atomic():
        given = services.enter_answer(actor=world.enter(*CLERK), code=code, path=HOME, person=person, hours=hours)
    accept(world, given.id, windows(number)[:1])
    with refused("access.not_found"), transaction.atomic():
        services.enter_answer(
            actor=world.enter("community_clerk", NEXT), code=code, path=HOME, person=person, hours=hours
        )


def test_distance_is_computed_from_the_place_of_work(world: World, published: Published) -> None:
    [(grid,)] = rows(
        "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, '01', '一网格', '2022-01-01') returning id",
        HOME,
    )
    rows("insert into areas_grid_building (grid_id, net, building_id, path, from_on) select %s, 'community', id, path, '2022-01-01' "
         "from areas_building where path = any (%s)", grid, [f"{HOME}0001", f"{HOME}0002"])  # fmt: skip
    _, code = published(building=f"{HOME}0001")
    homes = [f"{HOME}0001", f"{HOME}0002", HOME, NEXT + "0001", ""]
    given = [answer(code, f"蒋{at}", f"1391234005{at}", home=home) for at, home in enumerate(homes)]
    found = rows("select distance from volunteers_answer where id = any (%s) order by id", [one.id for one in given])
    assert [row[0] for row in found] == [0, 1, 2, 3, 3]


def test_declined_people_are_thanked_and_then_forgotten(world: World, published: Published) -> None:
    from lianfang.domain.volunteers.keeping import destroy

    _, code = published()
    given = answer(code, "沈冰", "13912340060", home=f"{HOME}0001")
    with transaction.atomic():
        actor = world.enter(*CLERK)
        with refused("volunteers.words_missing"):
            services.decline_answer(actor=actor, answer_id=given.id, path=HOME, thanks=" ")
        services.decline_answer(actor=actor, answer_id=given.id, path=HOME, thanks="人已够，谢谢您。")
    assert destroy() == 0
    rows("update volunteers_answer set decided_at = now() - interval '31 days' where id = %s", given.id)
    assert destroy() == 1
    kept = rows(
        "select sealed, blind, code_hash, home_path, born_year, thanks from volunteers_answer where id = %s", given.id
    )
    assert kept == [(None, None, None, "", None, None)]
    assert rows("select count(*) from volunteers_hours where answer_id = %s", given.id) == [(0,)]
    with refused("volunteers.code_unknown"):
        services.say(code=given.code, path=HOME, words="?")


def test_figures_can_be_counted_again(world: World) -> None:
    names = [f"volunteers.{name}" for name in ("calls", "answers", "accepted", "offers", "posts_claimed")]
    assert recompute(names) == []
    rows("select metrics_fold()")
    assert recompute(names) == []
    assert (
        rows(
            "select value from metrics_value where name = 'volunteers.calls' and day = 'infinity' and path = %s", COUNTY
        )[0][0]
        > 5
    )


def test_the_end_of_an_incident_takes_calls_back_and_forgets_who_answered(world: World, published: Published) -> None:
    number, code = published()
    accept(world, answer(code, "曹真", "13912340070").id, windows(number)[:1])
    assert rows("select incident_id from volunteers_call where id = %s", number) == [(world.incident,)]
    [(released,)] = rows("select volunteers_end_release(%s::smallint)", world.incident)
    assert json.loads(released)["calls"] >= 1
    assert rows("select count(*) from volunteers_call where state = 'open'") == [(0,)]
    [(kept,)] = rows("select volunteers_end_record(%s::smallint)", world.incident)
    assert {line["area"] for line in json.loads(kept)} == {HOME, NEXT}
    rows("select volunteers_end_forget(%s::smallint)", world.incident)
    assert rows(
        "select count(*) from volunteers_answer where sealed is not null or member_id is not null or home_path <> ''"
    ) == [(0,)]
    assert recompute(["volunteers.accepted", "volunteers.answers", "volunteers.calls"]) == []


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "身体有限制"), ("en", "health sets limits")])
def test_health_is_a_warning_and_nobody_is_turned_away_for_it(
    world: World, published: Published, language: str, words: str
) -> None:
    number, code = published(wanted=2, days=1)
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = client.get(f"/join/{code}/")
    assert 'name="careful"' in page.content.decode(), page.status_code
    ends = len(language)  # other people for each language: the first are booked at these hours
    given = answer(code, "慎重一", f"136007700{ends:02d}", days=1, careful=True)
    answer(code, "无碍二", f"136007701{ends:02d}", days=1)
    office = Client(headers={"Authorization": f"Bearer {world.token(*CLERK)}"})
    office.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    listed = office.get(f"/volunteers/calls/{number}/").content.decode()
    assert listed.count(words) == 1
    assert words in office.get(f"/volunteers/answers/{given.id}/").content.decode()
    assert office.post(f"/volunteers/calls/{number}/accept/").status_code == 303
    assert rows("select state from volunteers_answer where call_id = %s", number) == [("accepted",)] * 2
    stored = rows(
        "select count(*) from volunteers_answer where call_id = %s and position('careful'::bytea in sealed) > 0", number
    )
    assert stored == [(0,)]  # sealed with the answer, and destroyed with it
