"""Temporary branches, groups and squads: founded where they are needed, seen where they work, dissolved with their history."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from lianfang.base.access.services import create_account, create_grant, open_session
from lianfang.base.database.select import run as app_run
from lianfang.base.metrics.api import recompute
from lianfang.domain.workforce import api
from lianfang.kernel.clock import beijing_day
from tests.domain.workforce.conftest import refused
from tests.support.workforce import join, lineage_of, make_members, make_unit, run
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, fold, total

pytestmark = [pytest.mark.row("B2"), pytest.mark.pg15]


@pytest.fixture(scope="module")
def unit(world: World) -> int:
    """A county office with twelve people, six of them at home in each community."""
    return make_unit("县税务局", path=COUNTY)


@pytest.fixture(scope="module")
def people(unit: int) -> list[int]:
    """Its people."""
    return make_members(unit, 12, home=[HOME] * 6 + [NEXT] * 6, skills=["采样"])


def test_a_member_is_seen_at_home_at_the_unit_and_in_its_lineage_only(
    world: World, unit: int, people: list[int]
) -> None:
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        assert sorted(api.member_lines(people)) == people[:6]
    with transaction.atomic():
        world.enter("county_dispatcher", COUNTY)
        lines = api.member_lines(people)
        assert sorted(lines) == people
        assert lines[people[0]].unit == "县税务局"
        assert "****" in lines[people[0]].phone
        assert api.organisation_names([unit]) == {unit: "县税务局"}
    with transaction.atomic():
        world.enter("volunteer", HOME)
        assert api.member_lines(people) == {}


def test_the_sending_unit_sees_its_lineage_and_nobody_else(world: World) -> None:
    group = make_unit("县教育局", path=COUNTY)
    school = make_unit("第一中学", path=HOME, kind="school", parent=group)
    other = make_unit("县水利局", path=COUNTY)
    teachers = make_members(school, 3, home=NEXT)
    strangers = make_members(other, 3, home=HOME)
    account = create_account(username="edu", name="教育局办公室", password="right-horse")
    grant = create_grant(account_id=account, role="sending_unit_officer", path="")
    run("update access_grant set unit = %s, scope = 'organisation' where id = %s", lineage_of(group), grant)
    world.tokens["sending_unit_officer@edu"] = open_session(account)
    with transaction.atomic():
        world.enter("sending_unit_officer", "edu")
        assert sorted(api.member_lines([*teachers, *strangers])) == teachers
        assert set(api.organisation_names([group, school, other])) == {group, school}


@pytest.mark.parametrize("kind", ["temporary_branch", "temporary_group", "squad"])
def test_a_team_is_founded_at_a_place_and_dissolved_with_its_history(
    world: World, people: list[int], kind: str
) -> None:
    with transaction.atomic():
        actor = world.enter("township_dispatcher", TOWN)
        team = api.found_team(
            actor=actor, name=f"南关{kind}", kind=kind, path=HOME, tied_to=f"building:{HOME}0001", head=people[0],
            members=people[:5],
        )  # fmt: skip
        assert [tuple(row) for row in app_run(
            "select duty, count(*) from workforce_membership where organisation_id = %b group by duty order by duty", [team],
        )] == [("head", 1), ("member", 4)]  # fmt: skip
        with refused("unit_exists"):
            api.found_team(actor=actor, name=f"南关{kind}", kind=kind, path=HOME)
    fold()
    assert total("workforce.teams", kind, HOME) == total("workforce.teams", kind, COUNTY) == 1
    with transaction.atomic():
        actor = world.enter("township_dispatcher", TOWN)
        assert api.dissolve_team(actor=actor, organisation=team) == 5
        with refused("dissolved_already"):
            api.dissolve_team(actor=actor, organisation=team)
    fold()
    assert total("workforce.teams", kind, HOME) == 0
    assert run("select count(*) from workforce_membership where organisation_id = %s and to_on is not null", team) == [
        (5,)
    ]
    assert recompute(["workforce.teams"]) == []


def test_a_team_takes_nobody_its_founder_does_not_see_and_stands_in_their_area_only(
    world: World, people: list[int]
) -> None:
    with transaction.atomic():
        actor = world.enter("community_clerk", HOME)
        with refused("member_outside"):
            api.found_team(actor=actor, name="突击队", kind="squad", path=HOME, members=[people[0], people[11]])
        with refused("not_found"):
            api.found_team(actor=actor, name="突击队", kind="squad", path=NEXT, members=people[:2])
        with refused("kind_not_temporary"):
            api.found_team(actor=actor, name="某局", kind="office", path=HOME)
        with refused("tie_unknown"):
            api.found_team(actor=actor, name="某队", kind="squad", path=HOME, tied_to="somewhere")
        with refused("not_temporary"):
            api.dissolve_team(actor=actor, organisation=make_unit("社区居委会", path=HOME, kind="village"))
    with transaction.atomic():
        actor = world.enter("volunteer", HOME)
        with refused("not_found"):
            api.found_team(actor=actor, name="突击队", kind="squad", path=HOME)


def test_somebody_in_several_nets_is_one_person_counted_once(world: World, people: list[int]) -> None:
    fold()
    before = total("workforce.members", "", COUNTY)
    branch = make_unit("南关党支部", path=HOME, kind="party_branch")
    volunteers = make_unit("南关志愿队", path=NEXT, kind="service_team")
    join(people[:3], branch, net="party")
    join(people[:3], volunteers, net="volunteer", duty="head")
    fold()
    assert total("workforce.members", "", COUNTY) == before
    assert recompute(["workforce.members"]) == []


def test_a_circle_of_units_is_refused(world: World) -> None:
    above = make_unit("上级", path=COUNTY)
    below = make_unit("下级", path=COUNTY, parent=above)
    for parent in (above, below):
        with pytest.raises(Exception, match=r"circular_parent"):
            run("update workforce_organisation set parent_id = %s where id = %s", parent, above)


def test_a_number_is_seen_for_a_call_and_the_look_is_on_record(world: World, people: list[int]) -> None:
    with transaction.atomic():
        actor = world.enter("community_clerk", HOME)
        contact = api.open_contact(actor=actor, member=people[0], purpose="call_person")
        assert contact.phone.isdigit() and len(contact.phone) == 11
        with refused("not_found"):
            api.open_contact(actor=actor, member=people[11], purpose="call_person")
        with refused("purpose_missing"):
            api.open_contact(actor=actor, member=people[0], purpose=" ")
    assert run("select person_id, fields from vault_look where purpose = 'call_person'") == [
        (-people[0], "member:phone")
    ]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "曾在其中"), ("en", "Who was in it")])
def test_the_page_of_a_dissolved_team_says_who_was_in_it_and_when(
    world: World, people: list[int], language: str, words: str
) -> None:
    with transaction.atomic():
        actor = world.enter("township_dispatcher", TOWN)
        team = api.found_team(
            actor=actor, name=f"临时队{language}", kind="squad", path=HOME, members=people[:3], head=people[0]
        )
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = world.token("township_dispatcher", TOWN)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert client.post(f"/workforce/units/{team}/dissolve/").status_code == 303
    page = client.get(f"/workforce/units/{team}/").content.decode()
    table = page[page.index('id="former"') :]
    assert words in table
    with transaction.atomic():
        world.enter("township_dispatcher", TOWN)
        names = [one.name for one in api.member_lines(people[:3]).values()]
    assert [name for name in names if name not in table] == []
    day = beijing_day(timezone.now())
    assert table.count(str(day.day)) >= 6, "from and until of each"
