"""Rounds as evidence for lifting a zone: computed from samples and results, within the scope of who asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from lianfang.base.incidents import api as incidents
from lianfang.domain.reports.evidence import days_reported
from lianfang.domain.rounds.evidence import (
    RoundFacts,
    facts_of,
    judge_days_without_case,
    judge_full_round,
    judge_round_on_day,
)
from tests.domain.rounds.conftest import Station
from tests.support.world import COUNTY, HOME, NEXT, fold

pytestmark = [pytest.mark.row("A3"), pytest.mark.row("D1")]
NOW = datetime(2022, 4, 20, 8, tzinfo=UTC)


def one(days_ago: float, **more) -> RoundFacts:
    at = NOW - timedelta(days=days_ago)
    given = {"expected": 100, "sampled": 98, "explained": 2, "undecided": 0, "positive": 0, "positive_at": None} | more
    return RoundFacts(round_id=1, opened_at=at, closed=True, sampled_at=at, **given)


@pytest.mark.parametrize(
    ("rounds", "holds"),
    [
        ([], None),
        ([one(3)], None),  # older than two days
        ([one(1)], True),
        ([one(1, explained=1)], False),
        ([one(1, undecided=1)], False),
        ([one(1, positive=1)], False),
        ([one(1, sampled=0, explained=0)], False),
        ([one(0.5, undecided=98), one(1)], False),  # the newest decides
    ],
)
def test_a_full_round_within_two_days(rounds, holds):
    assert judge_full_round(rounds, 2, NOW).holds is holds


def test_days_without_a_case():
    assert judge_days_without_case([], 14, NOW).holds is None
    assert judge_days_without_case([one(20)], 14, NOW).holds is None  # nobody looked within the 14 days
    assert judge_days_without_case([one(2), one(9)], 14, NOW).holds is True
    positive = one(9, positive=1, positive_at=NOW - timedelta(days=9))
    found = judge_days_without_case([one(2), positive], 14, NOW)
    assert found.holds is False
    assert "2022-04-11" in found.detail[0]
    assert judge_days_without_case([one(2), positive], 7, NOW).holds is True


def test_a_round_on_a_day_of_the_zone():
    begin = NOW - timedelta(days=7)
    assert judge_round_on_day([one(5)], 7, begin).holds is None
    assert judge_round_on_day([one(0.5)], 7, begin).holds is True
    assert judge_round_on_day([one(0.2, positive=1), one(0.5)], 7, begin).holds is False
    assert judge_round_on_day([one(0.5)], 7, None).holds is None


def zone_at(world, path: str) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, from_at) "
            "values (%s, %s, 'lockdown', '一例', 'live', 1, now() - interval '20 days') returning id",
            [world.incident, path],
        )
        return int(cursor.fetchone()[0])


def test_figures_of_a_real_round(told: Station) -> None:
    people = told.world.people[HOME]
    building = people[-1].path[:16]
    here = [person for person in people if person.path.startswith(building)]
    number = zone_at(told.world, building)
    fold()

    def conditions(role: str, path: str):
        with transaction.atomic():
            told.world.enter(role, path)
            return {line.condition.kind: line for line in incidents.lift_verdict(number)}

    laboratory = {"role": "laboratory", "path": ""}
    # filled at a desk of the neighbouring community, which the head of this one does not see
    told.send([told.tube(7001, [person.code for person in here[:10]], area=NEXT)])
    told.send([told.tube(7002, [person.code for person in here[10:]], area=NEXT)])
    told.send([told.result(7001, "negative", area=NEXT)], **laboratory)
    fold()
    full = conditions("community_head", HOME)["full_round_negative_within_days_before"]
    assert full.standing == "not_met"
    assert f"待出结果{len(here) - 10}" in full.detail[0]
    told.send([told.result(7002, "negative", area=NEXT)], **laboratory)
    fold()
    found = conditions("community_head", HOME)
    assert found["full_round_negative_within_days_before"].standing == "met"
    assert found["no_new_case_days"].standing == "met"
    assert "日报" in found["no_new_case_days"].detail[0]
    assert conditions("county_dispatcher", COUNTY)["no_new_case_days"].source == "rounds"
    with transaction.atomic():
        told.world.enter("grid_worker", HOME)
        assert facts_of(incidents.zone(number)) == []  # figures are not for this role
        assert days_reported(incidents.zone(number), 14, timezone.now()).holds is None
