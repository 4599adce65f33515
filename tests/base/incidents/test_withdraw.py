"""First steps taken back before the second person acts: proposals, the closing mark, a scope, a zone, a request to lift."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone, translation

from lianfang.base.incidents import api as incidents
from lianfang.kernel.errors import LianfangError
from tests.base.incidents.test_two_people import COMPOUND, acting, live_zone, opened, people  # noqa: F401 - fixtures
from tests.support.world import COUNTY

pytestmark = pytest.mark.row("A3")


def refused(code, call, **options):
    with pytest.raises(LianfangError) as caught:
        call(**options)
    assert caught.value.code == code
    return caught.value


def state(number):
    return incidents.incident(number).state


def test_a_proposal_is_withdrawn_before_anybody_opened_it(acting):  # noqa: F811
    with acting("a") as actor:
        number = incidents.propose_incident(actor=actor, name="误报", path=COUNTY, playbook="covid-2022")
    with acting("desk") as actor:
        refused("access.refused", incidents.withdraw_incident, actor=actor, incident_id=number)
    with acting("a") as actor:
        incidents.withdraw_incident(actor=actor, incident_id=number)
        assert state(number) == "withdrawn"
        assert incidents.incident_for(COMPOUND) is None or incidents.incident_for(COMPOUND).id != number
    with acting("b") as actor:
        refused("incident.not_proposed", incidents.open_incident, actor=actor, incident_id=number)
        refused("incident.not_proposed", incidents.withdraw_incident, actor=actor, incident_id=number)


def test_the_closing_mark_is_taken_back_and_counts_for_nothing(acting, opened):  # noqa: F811
    with acting("a") as actor:
        refused("incident.not_closing", incidents.take_back_closing, actor=actor, incident_id=opened)
        assert incidents.close_incident(actor=actor, incident_id=opened) == "closing"
        incidents.take_back_closing(actor=actor, incident_id=opened)
        assert state(opened) == "open"
    with acting("b") as actor:  # the first mark is gone: this one is a first mark again
        assert incidents.close_incident(actor=actor, incident_id=opened) == "closing"
    with acting("a") as actor:  # either of them may take it back
        incidents.take_back_closing(actor=actor, incident_id=opened)
        assert incidents.incident(opened).closed_by is None


def test_a_scope_and_a_zone_are_withdrawn(acting, opened):  # noqa: F811
    with acting("a") as actor:
        incidents.propose_scope(actor=actor, incident_id=opened, path=COUNTY + "001")
        incidents.withdraw_scope(actor=actor, incident_id=opened)
        refused("incident.no_scope_proposed", incidents.withdraw_scope, actor=actor, incident_id=opened)
    with acting("desk") as actor:
        options = {"incident_id": opened, "path": COMPOUND, "level": "lockdown", "reason": "一例"}
        number = incidents.propose_zone(actor=actor, **options)
        refused("incident.zone_exists", incidents.propose_zone, actor=actor, **options)
        incidents.withdraw_zone(actor=actor, zone_id=number)
        assert not incidents.zone(number).in_force
        again = incidents.propose_zone(actor=actor, **options)  # the place is free again
    with acting("a") as actor:
        refused("incident.zone_state", incidents.approve_zone, actor=actor, zone_id=number)
        incidents.approve_zone(actor=actor, zone_id=again)
        refused("incident.zone_state", incidents.withdraw_zone, actor=actor, zone_id=again)
    with acting("head") as actor:
        refused("access.refused", incidents.withdraw_zone, actor=actor, zone_id=again)


def test_a_request_to_lift_is_taken_back(acting, opened):  # noqa: F811
    number = live_zone(acting, opened)
    later = timezone.now() + timedelta(days=15)
    rule = {one.condition.kind for one in _verdicts(acting, number)}
    with acting("head") as actor:
        options = {"actor": actor, "zone_id": number, "reason": "满14天"}
        incidents.request_lift(**options, statements=dict.fromkeys(rule, "台账"), now=later)
        incidents.withdraw_lift(actor=actor, zone_id=number)
        found = incidents.zone(number)
        assert (found.state, found.lift_evidence, found.lift_reason) == ("live", None, "")
    with acting("b") as actor:
        refused("incident.zone_state", incidents.approve_lift, actor=actor, zone_id=number, now=later)


def _verdicts(acting, number):  # noqa: F811
    with acting("head"):
        return incidents.lift_verdict(number)


def test_a_refusal_speaks_one_language(acting, opened):  # noqa: F811
    number = live_zone(acting, opened)
    with acting("head") as actor, translation.override("en"):
        error = refused("incident.lift_not_met", incidents.request_lift, actor=actor, zone_id=number, reason="")
        sentence = error.render("en")
    assert "no new case for 14 days" in sentence
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in sentence)


def test_the_database_keeps_the_checks_to_itself(acting, opened):  # noqa: F811
    with acting("head"), connections["default"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("select incidents_second_person(1)")
