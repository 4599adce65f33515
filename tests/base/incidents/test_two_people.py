"""An incident opened, re-scoped and closed by two people; zones proposed, approved, lifted as the playbook says."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.incidents import api as incidents
from lianfang.base.incidents import services
from lianfang.base.vault.api import incident_box, keystore
from lianfang.kernel.errors import LianfangError
from tests.support.keys import forget_key

pytestmark = pytest.mark.row("A3")
CITY, COUNTY, OTHER_COUNTY = "4116", "411621", "411622"
COMPOUND = "4116211002000001"


@pytest.fixture(scope="module")
def people(database):
    tokens = {}
    for name, role, path in (
        ("a", "command", CITY), ("b", "command", CITY), ("desk", "county_dispatcher", COUNTY),
        ("head", "community_head", COMPOUND[:12]), ("other", "community_head", "411622100200"),
    ):  # fmt: skip
        account = create_account(username=f"incidents-{name}", name="赵敏", password="x" * 12)
        create_grant(account_id=account, role=role, path=path)
        tokens[name] = open_session(account)
    return tokens


@pytest.fixture
def acting(people):
    @contextmanager
    def inside(name):
        with transaction.atomic():
            yield enter(token_digest(people[name]))

    return inside


@pytest.fixture
def opened(acting):
    """An open drill over the county, under the 8th edition."""
    with acting("a") as actor:
        number = incidents.propose_incident(
            actor=actor, name="扶沟演练", path=COUNTY, playbook="covid-2022", drill=True, edition="cn-ed8"
        )
    with acting("b") as actor:
        incidents.open_incident(actor=actor, incident_id=number)
    yield number
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from incidents_zone")
        cursor.execute("update incidents_incident set state = 'closed'")


def refused(code, call, **options):
    with pytest.raises(LianfangError) as caught:
        call(**options)
    assert caught.value.code == code
    return caught.value


def test_opening_takes_two_and_makes_the_key(acting, monkeypatch):
    told = []
    monkeypatch.setattr(services, "_ON_OPENED", [told.append])
    with acting("a") as actor:
        number = incidents.propose_incident(actor=actor, name=" 扶沟 ", path=COUNTY, playbook="covid-2022")
        forget_key(number)  # numbers begin anew with each test module
        refused("incident.same_person", incidents.open_incident, actor=actor, incident_id=number)
        assert not keystore().has(f"incident-{number}")
        assert incidents.incident_for(COMPOUND) is None
    with acting("b") as actor:
        incidents.open_incident(actor=actor, incident_id=number)
        assert told == []  # only after the commit
        found = incidents.incident_for(COMPOUND)
        assert (found.id, found.name, found.state, found.is_drill) == (number, "扶沟", "open", False)
        refused("incident.not_proposed", incidents.open_incident, actor=actor, incident_id=number)
    assert told == [number]
    assert incident_box(number).open(incident_box(number).seal(b"x", b"c"), b"c") == b"x"
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname like %s", [f"%\\_i{number}"])
        assert cursor.fetchone()[0] > 0  # its share of every incident table
    with acting("a") as actor:
        assert incidents.close_incident(actor=actor, incident_id=number) == "closing"
        refused("incident.same_person", incidents.close_incident, actor=actor, incident_id=number)
    with acting("b") as actor:
        assert incidents.close_incident(actor=actor, incident_id=number) == "closed"
        refused("incident.not_open", incidents.close_incident, actor=actor, incident_id=number)
        assert incidents.incident_for(COMPOUND) is None


def test_what_cannot_be_proposed(acting):
    with acting("a") as actor:
        options = {"actor": actor, "name": "试", "path": COUNTY, "playbook": "covid-2022"}
        refused("incident.name_missing", incidents.propose_incident, **options | {"name": "  "})
        refused("playbook.unknown_name", incidents.propose_incident, **options | {"playbook": "plague-1348"})
        refused("incident.edition_unknown", incidents.propose_incident, **options | {"edition": "cn-ed8"})
        refused("access.refused", incidents.propose_incident, **options | {"path": "4101"})
    with acting("desk") as actor:
        refused("access.refused", incidents.propose_incident, **options | {"actor": actor})


def test_scope_is_changed_by_two(acting, opened):
    with acting("a") as actor:
        refused("incident.no_scope_proposed", incidents.approve_scope, actor=actor, incident_id=opened)
        incidents.propose_scope(actor=actor, incident_id=opened, path=CITY)
        refused("incident.same_person", incidents.approve_scope, actor=actor, incident_id=opened)
        assert incidents.incident_for(OTHER_COUNTY) is None
    with acting("b") as actor:
        incidents.approve_scope(actor=actor, incident_id=opened)
        assert incidents.incident_for(OTHER_COUNTY).id == opened


def test_who_knows_of_it(acting, opened):
    for name, seen in (("head", True), ("desk", True), ("a", True), ("other", False)):
        with acting(name):
            assert (incidents.incident(opened) is not None) is seen, name
    with transaction.atomic():
        assert incidents.live_incidents() == []


def test_the_edition_follows_the_day_except_in_a_drill(acting, opened):
    with acting("a") as actor:
        drill = incidents.incident(opened)
        assert incidents.edition_of(drill, timezone.now().date()).id == "cn-ed8"
        number = incidents.propose_incident(actor=actor, name="真", path=COUNTY, playbook="covid-2022")
        real = incidents.incident(number)
        book = incidents.playbook_of(real)
        for edition in book.editions:
            assert incidents.edition_of(real, edition.valid_from).in_force(edition.valid_from)


def live_zone(acting, opened, level="lockdown", path=COMPOUND):
    with acting("desk") as actor:
        number = incidents.propose_zone(actor=actor, incident_id=opened, path=path, level=level, reason="一管阳性")
        refused("access.refused", incidents.approve_zone, actor=actor, zone_id=number)
    with acting("a") as actor:
        incidents.approve_zone(actor=actor, zone_id=number)
    return number


def test_a_zone_down_to_a_building(acting, opened):
    number = live_zone(acting, opened)
    with acting("head"):
        assert [(zone.id, zone.level) for zone in incidents.zones(COMPOUND[:12], incident_id=opened)] == [
            (number, "lockdown")
        ]
    with acting("desk") as actor:
        options = {"actor": actor, "incident_id": opened, "path": COMPOUND, "level": "lockdown", "reason": "再"}
        refused("incident.zone_exists", incidents.propose_zone, **options)
        refused("incident.zone_level_unknown", incidents.propose_zone, **options | {"level": "purple"})
        refused("access.refused", incidents.propose_zone, **options | {"path": "411622100"})
        refused("access.not_found", incidents.propose_zone, **options | {"incident_id": 999})


def test_lifting_follows_the_rule_of_the_playbook(acting, opened):
    number = live_zone(acting, opened)
    later = timezone.now() + timedelta(days=14, minutes=1)
    stated = {
        "no_new_case_days": "疾控日报1至14日", "last_contact_exposure_over_days": "密接台账第12号",
        "full_round_negative_within_days_before": "第11轮结果",
    }  # fmt: skip
    with acting("head") as actor:
        options = {"actor": actor, "zone_id": number, "reason": "满14天"}
        error = refused("incident.lift_not_met", incidents.request_lift, **options, statements=stated)
        assert "连续14天无新增感染者" in error.render("zh")  # the calendar outweighs what anybody states
        error = refused("incident.lift_statement_needed", incidents.request_lift, **options, now=later)
        assert "全员检测" in error.render("zh")
        incidents.request_lift(**options, statements=stated, now=later)
        assert incidents.zone(number).in_force
        refused("access.refused", incidents.approve_lift, actor=actor, zone_id=number, now=later)
        refused("incident.zone_state", incidents.request_lift, **options, statements=stated, now=later)
    with acting("b") as actor:
        refused("incident.lift_not_met", incidents.approve_lift, actor=actor, zone_id=number)
        assert incidents.approve_lift(actor=actor, zone_id=number, now=later) is None
        found = incidents.zone(number)
        assert (found.state, found.in_force) == ("lifted", False)
        assert [one["statement"] for one in found.lift_evidence] == list(stated.values())
        refused("incident.zone_state", incidents.approve_lift, actor=actor, zone_id=number, now=later)


def test_data_outweighs_a_statement(acting, opened, monkeypatch):
    number = live_zone(acting, opened)
    later = timezone.now() + timedelta(days=20)
    answers = {"no_new_case_days": True, "last_contact_exposure_over_days": True,
               "full_round_negative_within_days_before": False}  # fmt: skip
    for kind, holds in answers.items():
        monkeypatch.setitem(services._PROVIDERS, kind, [lambda *_, holds=holds: incidents.Evidence(holds, "rounds")])
    with acting("head") as actor:
        statements = {"full_round_negative_within_days_before": "都阴性"}
        options = {"actor": actor, "zone_id": number, "reason": "", "statements": statements, "now": later}
        error = refused("incident.lift_not_met", incidents.request_lift, **options)
        assert "全员检测" in error.render("zh")
        assert [one.standing for one in incidents.lift_verdict(number, now=later)] == ["met", "met", "not_met"]


def test_the_wider_zone_waits_for_the_stricter_one(acting, opened):
    inner = live_zone(acting, opened)
    outer = live_zone(acting, opened, level="prevention", path=COMPOUND[:9])
    with acting("desk") as actor:
        refused("incident.lift_not_met", incidents.request_lift, actor=actor, zone_id=outer, reason="")
    with connections["owner"].cursor() as cursor:
        cursor.execute("update incidents_zone set state = 'lifted' where id = %s", [inner])
    with acting("desk") as actor:
        incidents.request_lift(actor=actor, zone_id=outer, reason="")
    with acting("a") as actor:
        incidents.refuse_lift(actor=actor, zone_id=outer, reason="再观察两天")
        assert incidents.zone(outer).state == "live"
