"""Every shipped playbook opens an incident and carries a round from door to door; its daily report fills itself."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from lianfang.base.incidents import api as incidents
from lianfang.base.incidents.models import Incident
from lianfang.base.metrics import api as metrics
from lianfang.domain.reports import api as reports
from lianfang.domain.rounds.services import open_round
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from tests.domain.rounds.conftest import Station
from tests.support.keys import forget_key
from tests.support.world import COUNTY, HOME, fold

pytestmark = [pytest.mark.row("A3"), pytest.mark.row("D3"), pytest.mark.row("I1")]


def open_with(station: Station, playbook: str, edition: str) -> int:
    """An incident over the county from a playbook, proposed by one and opened by another."""
    world = station.world
    with connections["owner"].cursor() as cursor:  # one at a time: a place lies in the latest
        cursor.execute("update incidents_incident set state = 'closed' where state = 'open'")
    with transaction.atomic():
        actor = world.enter("command", COUNTY[:4])
        number = incidents.propose_incident(
            actor=actor, name=playbook, path=COUNTY, playbook=playbook, drill=True, edition=edition
        )
        forget_key(number)
    with transaction.atomic():
        incidents.open_incident(actor=world.enter("command", COUNTY), incident_id=number)
    return number


def screening(station: Station, incident: int, questionnaire: str = "") -> int:
    with transaction.atomic():
        actor = station.world.enter("county_dispatcher", COUNTY)
        return open_round(
            actor=actor, incident_id=incident, name="入户", path=HOME, kind="screening", questionnaire=questionnaire
        ).id


def visit(station: Station, round_id: int, household: str, outcome: str, people: int = 0, **answers):
    payload = {"household": household, "outcome": outcome, "people": people, "answers": answers, "round": round_id}
    return station.fact("rounds.household_visited/1", payload)


def homes(station: Station) -> list[str]:
    return sorted({person.path for person in station.world.people[HOME]})


def figures(station: Station) -> dict:
    fold()
    assert metrics.recompute([one.name for one in metrics.all_metrics() if one.name.startswith("rounds.")]) == []
    with transaction.atomic():
        station.world.enter("community_head", HOME)
        found = reports.unit_report(
            reports.period_of(HOME, day=beijing_day(timezone.now()), form="daily_community"), HOME
        )
        return {**found.derived.values, **found.derived.each}


def sent(station: Station, facts: list) -> list[str]:
    return [f"{one['status']} {one.get('code', '')}".strip() for one in
            station.send(facts, role="community_clerk", path=HOME)]  # fmt: skip


def test_chikungunya_clears_breeding_sites_and_counts_them(station: Station):
    incident = open_with(station, "chikungunya-2025", "cn-chik-2025")
    number, doors = screening(station, incident), homes(station)
    assert sent(station, [
        visit(station, number, doors[0], "entered", 2, containers_checked=6, containers_positive=1, cleared=1, taught=2),
        visit(station, number, doors[1], "entered", 2, containers_checked=4, containers_positive=0, cleared=0),
        visit(station, number, doors[2], "locked_opened", 0, containers_checked=9, containers_positive=2, cleared=3),
        visit(station, number, doors[3], "vacant_lot", 0, containers_checked=1, containers_positive=0, cleared=0),
        visit(station, number, doors[4], "refused"),
        visit(station, number, doors[5], "entered", 2, containers_checked=2),
    ]) == [*["accepted"] * 5, "refused visit.answer_missing"]  # fmt: skip
    found = figures(station)
    assert (found["homes_due"], found["homes_visited"]) == (len(doors), 4)
    assert (found["containers_checked"], found["containers_positive"], found["cleared"], found["taught"]) == (
        20,
        3,
        4,
        2,
    )
    assert found["breteau"] == 75  # 3 containers in 4 houses
    assert found["not_entered"] == {"refused": 1}
    # the second knock replaces the first, and the difference is counted
    assert sent(station, [
        visit(station, number, doors[0], "entered", 2, containers_checked=6, containers_positive=0, cleared=1, taught=2),
        visit(station, number, doors[4], "entered", 1, containers_checked=0, containers_positive=0, cleared=0),
    ]) == ["accepted"] * 2  # fmt: skip
    found = figures(station)
    assert (found["containers_positive"], found["homes_visited"], found["breteau"]) == (2, 5, 40)
    assert found["not_entered"] == {}


def test_a_flood_moves_and_shelters_people(station: Station):
    incident = open_with(station, "flood-2023", "hebei-2023")
    number, doors = screening(station, incident), homes(station)
    assert sent(station, [
        visit(station, number, doors[0], "moved", 2, people_present=2, destination="shelter", to_shelter=2, seats_needed=2),
        visit(station, number, doors[1], "moved", 2, people_present=3, destination="relatives", to_relatives=3),
        visit(station, number, doors[2], "already_gone", 0, people_present=2, destination="relatives", to_relatives=2),
        visit(station, number, doors[3], "lost_contact"),
        visit(station, number, doors[4], "moved", 2, people_present=2, destination="moon"),
    ]) == [*["accepted"] * 4, "refused visit.answer_choice"]  # fmt: skip
    found = figures(station)
    assert (found["households_due"], found["households_moved"], found["lost_contact"]) == (len(doors), 3, 1)
    assert (found["to_shelter"], found["to_relatives"], found["seats"]) == (2, 5, 2)


def test_after_the_flood_people_are_counted_back_home_by_a_round_of_its_own(station: Station):
    """Each column speaks of its own questionnaire: a home that came back is not one more that moved."""
    incident, doors = open_with(station, "flood-2023", "hebei-2023"), homes(station)
    moving, back = screening(station, incident), screening(station, incident, "return_home")
    assert sent(station, [
        visit(station, moving, doors[0], "moved", 2, people_present=2, destination="relatives", to_relatives=2),
        visit(station, moving, doors[1], "moved", 3, people_present=3, destination="relatives", to_relatives=3),
        visit(station, moving, doors[2], "lost_contact"),
        visit(station, back, doors[0], "returned", 2, people_back=2, house_unsafe="no"),
        visit(station, back, doors[1], "not_yet"),
        visit(station, back, doors[2], "moved", 1, people_present=1, destination="relatives"),  # asked on the way out
        visit(station, back, doors[2], "returned", 1, people_back=1),
    ]) == [*["accepted"] * 5, "refused visit.outcome_unknown", "refused visit.answer_missing"]  # fmt: skip
    found = figures(station)
    assert (found["households_due"], found["households_moved"], found["people_moved"]) == (len(doors), 2, 5)
    assert (found["households_back"], found["people_back"], found["lost_contact"]) == (1, 2, 1)
    with transaction.atomic():
        station.world.enter("township_dispatcher", HOME[:9])
        period = reports.period_of(HOME[:9], day=beijing_day(timezone.now()), form="daily_township")
        assert reports.unit_report(period, HOME[:9]).derived.each["not_moved"] == {"lost_contact": 1}


def test_a_round_asks_a_questionnaire_that_the_playbook_has(station: Station):
    incident = open_with(station, "flood-2023", "hebei-2023")
    with pytest.raises(LianfangError) as caught:
        screening(station, incident, "household_screening")
    assert caught.value.code == "round.questionnaire_unknown"
    assert "return_home 回迁登记" in caught.value.render("zh")


def test_the_questionnaire_is_chosen_when_a_round_is_opened(station: Station):
    open_with(station, "flood-2023", "hebei-2023")
    world = station.world
    client = Client(headers={"accept-language": "zh"})
    client.cookies[settings.SESSION_COOKIE] = world.token("county_dispatcher", COUNTY)
    page = client.get("/rounds/new/").content.decode()
    assert "入户转移登记" in page
    assert "回迁登记" in page
    assert 'name="tube_size"' not in page  # nobody is tested
    given = {"name": "回迁", "kind": "screening", "questionnaire": "return_home", "area": HOME}
    answer = client.post("/rounds/new/", given)
    assert answer.status_code == 303, answer.content.decode()
    number = int(answer["Location"].split("/")[2])
    assert "入户问卷" in client.get(answer["Location"]).content.decode()
    clerk = Client(headers={"accept-language": "zh"})
    clerk.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    address = f"/rounds/{number}/visit/{homes(station)[0]}/"
    assert "返回几人" in clerk.get(address).content.decode()
    answer = clerk.post(address, {"outcome": "returned", "home_people_back": "2", "home_house_unsafe": "no"})
    assert answer.status_code == 303, answer.content.decode()
    answer = clerk.post(address, {"outcome": "returned", "home_people_back": "0", "home_house_unsafe": "no"})
    assert answer.status_code == 422
    assert "见到的人数是0" in answer.content.decode()
    assert client.post("/rounds/new/", given | {"questionnaire": "moon"}).status_code == 422


def test_2020_screens_for_returnees_and_levels_of_counties(station: Station):
    incident = open_with(station, "covid-2020", "cn-2020-zoning")
    number, doors = screening(station, incident), homes(station)
    home = {"people_present": 2, "returned": "yes"}
    person = {"origin": "key_area", "returned_on": "2020-02-20", "contact": "none"}
    assert sent(station, [visit(station, number, doors[0], "answered", 2, **home, persons=[person])]) == ["accepted"]
    found = figures(station)
    assert (found["visited_households"], found["visited_people"]) == (1, 2)
    one = Incident.objects.using("owner").get(id=incident)
    model = incidents.playbook_of(one).zone_models["county_risk_levels"]
    assert list(model.levels) == ["high", "medium", "low"]


@pytest.mark.parametrize(("playbook", "edition"), [("flood-2023", "hebei-2023"), ("chikungunya-2025", "cn-chik-2025")])
def test_nobody_is_tested_where_the_playbook_tests_nobody(station: Station, playbook: str, edition: str):
    incident = open_with(station, playbook, edition)
    with transaction.atomic(), pytest.raises(LianfangError) as caught:
        actor = station.world.enter("county_dispatcher", COUNTY)
        open_round(actor=actor, incident_id=incident, name="采样", path=HOME)
    assert caught.value.code == "round.not_in_playbook"


def test_a_zone_of_a_flood_is_lifted_on_what_the_authority_confirms(station: Station):
    incident = open_with(station, "flood-2023", "hebei-2023")
    world = station.world
    with transaction.atomic():
        actor = world.enter("county_dispatcher", COUNTY)
        number = incidents.propose_zone(
            actor=actor, incident_id=incident, path=HOME, level="evacuate", reason="启用蓄滞洪区"
        )
    with transaction.atomic():
        incidents.approve_zone(actor=world.enter("command", COUNTY), zone_id=number)
    with transaction.atomic():
        actor = world.enter("community_head", HOME)
        [verdict] = incidents.lift_verdict(number)
        assert (verdict.standing, verdict.words("en")[:9]) == ("unknown", "the water")
        with pytest.raises(LianfangError) as caught:
            incidents.request_lift(actor=actor, zone_id=number, reason="退水")
        assert "水已退去" in caught.value.render("zh")
        incidents.request_lift(
            actor=actor, zone_id=number, reason="退水", statements={"authority_confirms": "水利局8月20日函"}
        )
