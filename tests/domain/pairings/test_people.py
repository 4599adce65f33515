"""People answered for: ten households for one member, an elder's three, one-to-one control with its card; who sees what, and the end."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.db import transaction

from lianfang.base.access.api import create_account, enter, open_session, token_digest
from lianfang.base.vault.api import incident_box
from lianfang.domain.pairings import api
from lianfang.domain.pairings.api import NewPart, Target
from lianfang.domain.pairings.cards import chart_of, wrapped
from lianfang.domain.pairings.services import today
from tests.domain.pairings.test_pages import TOKENS, client, text
from tests.domain.pairings.world import COUNTY, NEXT, County, as_actor, build_county_in_incident, figures, refused
from tests.domain.residents.offices import owner
from tests.support.workforce import lineage_of, make_members
from tests.support.world import Somebody
from tests.support.world import _settle as settle_people

pytestmark = pytest.mark.row("A4")
TOWN, VILLAGES, WARDS = "411621101", 34, 204
"""Cuiqiao: its villages in the list of divisions, and the returnees from Wuhan whom the documents count there, one to one."""


@pytest.fixture(scope="module")
def county(database: object) -> County:
    """A county with an open incident; sessions of another module's county are forgotten."""
    TOKENS.clear()
    return build_county_in_incident()


@pytest.fixture(scope="module")
def people(county: County) -> list[Somebody]:
    """Residents of two buildings, two to a household."""
    return settle_people(NEXT, 2, 24)


@pytest.fixture(scope="module")
def wards(county: County) -> list[Somebody]:
    """Six people in a building of each of the 34 villages of Cuiqiao: the 204 whom the documents count there."""
    villages = [row[0] for row in owner("select path from areas_area where parent_path = %s order by path", TOWN)]
    assert len(villages) == VILLAGES
    return [one for village in villages for one in settle_people(village, 1, WARDS // VILLAGES)]


def test_one_member_answers_for_ten_households_and_no_more(county: County, people: list[Somebody]) -> None:
    homes = list(dict.fromkeys(one.path for one in people))
    targets = [Target("household", path) for path in homes]
    assert len(targets) == 24
    member = county.members[0]
    give = {"actor": county.head, "template": "ten_households", "from_on": today()}
    made = api.adopt_pairings(
        targets=targets[:9], parts=[NewPart(at, "member", member=member) for at in range(9)], **give
    )
    api.adopt_pairings(targets=[targets[9]], parts=[NewPart(0, "member", member=member)], **give)
    with refused("pairings.member_full"):
        api.adopt_pairings(targets=[targets[10]], parts=[NewPart(0, "member", member=member)], **give)
    assert owner("select count(*) from pairings_pairing where template = 'ten_households'") == [(10,)]
    assert figures(NEXT)["complete"]["household"] == 10
    with refused("pairings.target_unknown"):
        api.adopt_pairings(targets=[Target("household", NEXT + "000199999999")], parts=[], **give)
    with as_actor(county.head):
        held = api.of_member(member)
    assert [one.pairing for one in held][:9] == made
    page = text(
        client("county_dispatcher", COUNTY).get(f"/pairings/new/{NEXT}/?template=ten_households&building={NEXT}0001")
    )
    assert page.count('type="checkbox"') == 12
    assert page.count("disabled") == 10


def control(county: County, person: Somebody, members: list[int]) -> int:
    """Somebody's one-to-one control in the incident."""
    return api.adopt_pairings(
        actor=county.head, template="one_to_one", targets=[Target("person", person.path[:16], person.number)], from_on=today(),
        parts=[NewPart(0, "cadre", member=members[0]), NewPart(0, "medic", member=members[1])], incident_id=county.incident,
    )[0]  # fmt: skip


def test_204_people_one_to_one_known_by_a_pseudonym_only(county: County, wards: list[Somebody]) -> None:
    """The town that counted 204 returnees in 34 villages: each has one member of their own and their village's medic, all at one
    press; no row holds their number."""
    assert len({one.number for one in wards}) == WARDS
    cadres = make_members(county.bureau, WARDS)
    medics = dict(zip(sorted({one.path[:12] for one in wards}), make_members(county.bureau, VILLAGES), strict=True))
    numbers = api.adopt_pairings(
        actor=county.head, template="one_to_one", targets=[Target("person", one.path[:16], one.number) for one in wards],
        parts=[
            part for at, one in enumerate(wards)
            for part in (NewPart(at, "cadre", member=cadres[at]), NewPart(at, "medic", member=medics[one.path[:12]]))
        ], from_on=today(), incident_id=county.incident,
    )  # fmt: skip
    assert len(numbers) == len(set(numbers)) == WARDS
    kept = [row[0] for row in owner("select target_id from pairings_pairing where target_kind = 'person'")]
    box = incident_box(county.incident)
    assert set(kept).isdisjoint(one.number for one in wards)
    assert len(kept) == WARDS
    assert set(kept) == {box.pseudonym(one.number) for one in wards}
    assert owner("select distinct lacks from pairings_pairing where target_kind = 'person'") == [([],)]
    with as_actor(county.head):
        held = [len(api.of_member(cadre)) for cadre in cadres[::40]]
        assert [len(api.of_member(medic)) for medic in medics.values()] == [WARDS // VILLAGES] * VILLAGES
    assert set(held) == {1}


def test_a_town_leafs_through_all_of_them(county: County, wards: list[Somebody]) -> None:
    """204 complete on the town's page, and every one on its list, page by page, once."""
    assert figures(TOWN)["complete"]["person"] == WARDS
    desk = client("township_dispatcher", TOWN)
    assert "204" in text(desk.get(f"/pairings/area/{TOWN}000/?kind=person"))
    seen: list[str] = []
    address: str | None = f"/pairings/list/{TOWN}000/"
    while address:
        page = text(desk.get(address))
        seen += re.findall(r'<tr id="pairing-(\d+)"', page)
        more = re.search(r'href="(\?[^"]*after=[^"]+)"', page)
        address = f"/pairings/list/{TOWN}000/{html.unescape(more.group(1))}" if more else None
    assert len(seen) == len(set(seen)) == WARDS


def test_a_person_is_named_to_those_who_may_and_masked_to_the_others(county: County, wards: list[Somebody]) -> None:
    number, pseudonym = owner(
        "select id, target_id from pairings_pairing where target_kind = 'person' order by id limit 1"
    )[0]
    box = incident_box(county.incident)
    ward = next(one for one in wards if box.pseudonym(one.number) == pseudonym)
    assert ward.name in text(client("community_head", ward.path[:12]).get(f"/pairings/{number}/"))
    masked = text(client("township_dispatcher", TOWN).get(f"/pairings/{number}/"))
    assert ward.name not in masked
    with as_actor(county.head):
        unit = api.of_unit(county.bureau)
    assert all(held.kind != "person" for held in unit)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rights_card_has_rights_duties_people_and_a_chart_in_both_languages(county: County, language: str) -> None:
    number, path = owner("select id, path from pairings_pairing where target_kind = 'person' order by id limit 1")[0]
    page = text(client("community_head", path[:12]).get(f"/pairings/{number}/card/?in={language}"))
    with as_actor(county.head):
        card = api.template("one_to_one", county.incident).card
    assert card is not None
    for words in (*card.rights, *card.duties):
        assert (words.zh if language == "zh" else words.en) in page
    assert page.count("<polygon") == sum(step.otherwise is not None for step in card.steps)
    chart = chart_of(card, "zh" if language == "zh" else "en")
    assert len(chart.boxes) == len(card.steps)
    places = [(box.x, box.y) for box in chart.boxes]
    assert len(set(places)) == len(places)
    assert all(0 <= box.y <= chart.height - 52 for box in chart.boxes)


def test_text_is_wrapped_into_the_boxes() -> None:
    assert wrapped("一" * 20, "zh") == ["一" * 17, "一" * 3]
    assert all(
        len(line) <= 36
        for line in wrapped("Is the home fit for living apart, with a room and a bath of its own?", "en")
    )


@pytest.mark.row("B4")
def test_a_grant_follows_a_pairing_as_long_as_it_lasts(county: County) -> None:
    """A member with an account sees the paired community while paired, and their own page tells what was left for them."""
    account = create_account(username="paired", name="演练员", password="only-for-tests")
    first, second = make_members(county.bureau, 2)
    owner("update workforce_member set account_id = %s where id = %s", account, second)
    number = api.adopt_pairings(
        actor=county.head, template="first_secretary", targets=[Target("community", NEXT)],
        parts=[NewPart(0, "first_secretary", member=first)], from_on=today(),
    )[0]  # fmt: skip
    part = owner("select id from pairings_part where pairing_id = %s", number)[0][0]
    assert owner("select count(*) from access_grant where account_id = %s", account) == [(0,)]
    new = api.hand_over(actor=county.head, part_id=part, on=today(), note="钥匙在门卫", member=second)
    grant = owner("select role, scope, path, ends_at from access_grant where account_id = %s", account)
    assert grant == [("paired_cadre", "assigned", NEXT, None)]
    token = open_session(account)
    with transaction.atomic():
        actor = enter(token_digest(token))
    assert actor is not None
    assert actor.path == NEXT
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.cookies[settings.SESSION_COOKIE] = token
    mine = text(browser.get("/pairings/mine/"))
    assert "钥匙在门卫" in mine
    api.release_parts(actor=county.head, part_ids=[new], on=today())
    with transaction.atomic():
        assert enter(token_digest(token)) is None
    assert owner("select count(*) from access_grant where account_id = %s and ends_at is null", account) == [(0,)]


@pytest.mark.row("B6")
def test_a_sending_unit_sees_its_people_and_what_it_promised(county: County) -> None:
    village = owner("select path from areas_area where parent_path = '411621003' order by path limit 1")[0][0]
    api.adopt_pairings(
        actor=county.head, template="first_secretary", targets=[Target("community", village)],
        parts=[
            NewPart(0, "unit", organisation=county.bureau), NewPart(0, "first_secretary", member=county.members[6]),
            NewPart(0, "family", text="接送老人就医"),
        ], from_on=today(),
    )  # fmt: skip
    officer: Any = client("sending_unit_officer", COUNTY)
    owner("update access_grant set unit = %s where role = 'sending_unit_officer'", lineage_of(county.bureau))
    page = text(officer.get("/pairings/unit/"))
    assert "成员1-00006" in page
    assert "照顾其家庭" in page
    assert client("community_head", NEXT).get("/pairings/unit/").status_code == 404


def test_an_elder_has_a_lead_a_neighbour_and_a_member(county: County, people: list[Somebody]) -> None:
    """Care stands between incidents: the public code is the target, three people answer."""
    head = client("community_head", NEXT)
    elder = people[30]
    made = head.post(
        f"/pairings/new/{NEXT}/",
        {"template": "neighbour_elder", "resident": elder.code, "from_on": str(today()), "until_on": "", "share": ""},
    )
    assert made.status_code == 303
    page = text(head.get(made["Location"]))
    assert elder.name in page
    for word in ("楼长", "邻居", "党员"):
        assert word in page
    wrong = head.post(
        f"/pairings/new/{NEXT}/",
        {"template": "neighbour_elder", "resident": "123456789", "from_on": str(today()), "until_on": "", "share": ""},
    )
    assert wrong.status_code == 422


def test_the_end_of_an_incident_leaves_counts_and_nobody(county: County) -> None:
    """Released, recorded by community, then gone with the incident's key; standing pairings stay."""
    standing = owner("select count(*) from pairings_pairing where incident_id is null")
    released = json.loads(owner("select pairings_end_release(%s::smallint)", county.incident)[0][0])
    assert released == {"pairings": WARDS}
    record = json.loads(owner("select pairings_end_record(%s::smallint)", county.incident)[0][0])
    assert len(record) == VILLAGES
    assert {(line["area"][:9], line["pairings"]) for line in record} == {(TOWN, WARDS // VILLAGES)}
    forgotten = json.loads(owner("select pairings_end_forget(%s::smallint)", county.incident)[0][0])
    assert forgotten["pairings"] == WARDS
    assert owner("select count(*) from pairings_pairing where incident_id is not null") == [(0,)]
    assert owner("select count(*) from pairings_pairing where incident_id is null") == standing
    assert "person" not in {dim for dim, value in figures(TOWN).get("targets", {}).items() if value > 1}
