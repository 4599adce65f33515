"""Confirming a return: figures from metrics, zero as a statement, cut-off, one live version, corrections."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from lianfang.base.access.api import enter, token_digest
from lianfang.domain.reports import api as reports
from lianfang.kernel.errors import LianfangError
from tests.support.reports_county import DAY, OTHER_TOWN, TOWN, VILLAGE, VILLAGES, at, person

pytestmark = pytest.mark.row("I1")


def confirm(county, path=VILLAGE, **options):
    with county.head(path) as actor:
        return reports.confirm_report(actor=actor, path=path, **{"day": DAY, "now": at(16)} | options)


def refused(code, call, *values, **options):
    with pytest.raises(LianfangError) as caught:
        call(*values, **options)
    assert caught.value.code == code
    return caught.value


def test_figures_are_derived_and_engines_not_in_use_are_off(county):
    county.happened("rounds.visited_households", VILLAGE, 12, dim="7")
    county.happened("rounds.visited_households", VILLAGE + "0001", 3, dim="8")
    made = confirm(county)
    assert made.state == "reported"
    assert made.figures["values"]["visited_households"] == 15
    assert made.figures["values"]["visited_people"] == 0
    assert "passed" in made.figures["off"]
    assert "passed" not in made.figures["values"]
    assert made.figures["values"]["gates"] == 0


def test_zero_is_a_statement(county):
    refused("report.zero_unstated", confirm, county)
    assert confirm(county, zero=True).state == "zero_report"
    county.happened("rounds.visited_households", VILLAGES[1], 1)
    error = refused("report.not_zero", confirm, county, VILLAGES[1], zero=True)
    assert "摸排户数" in error.render("zh")


def test_after_the_cut_off_it_is_late(county):
    assert confirm(county, zero=True, now=at(17)).state == "zero_report"
    assert confirm(county, VILLAGES[1], zero=True, now=at(17) + timedelta(seconds=1)).state == "late"
    refused("report.day_future", confirm, county, VILLAGES[2], zero=True, day=DAY + timedelta(days=1))


def test_confirmed_once(county):
    confirm(county, zero=True)
    error = refused("report.already_confirmed", confirm, county, zero=True)
    assert error.values["version"] == 1


def test_one_live_return_under_concurrency(county):
    tokens = [person("community_head", VILLAGES[2], f"-{number}") for number in range(6)]
    start, outcomes = threading.Barrier(len(tokens)), []

    def race(token):
        try:
            with transaction.atomic():
                actor = enter(token_digest(token))
                start.wait()
                reports.confirm_report(actor=actor, path=VILLAGES[2], day=DAY, zero=True, now=at(16))
            outcomes.append("confirmed")
        except LianfangError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=race, args=[token]) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed"] + ["report.already_confirmed"] * 5
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from reports_return where path = %s", [VILLAGES[2]])
        assert cursor.fetchone() == (1,)


def test_a_late_fact_shows_as_a_suggestion_and_becomes_a_version(county):
    county.happened("rounds.visited_people", VILLAGE, 30)
    confirm(county)
    county.happened("rounds.visited_people", VILLAGE, 2)
    with county.head() as actor:
        period = reports.period_of(VILLAGE, day=DAY)
        found = reports.unit_report(period, VILLAGE)
        assert [(one.key, one.before, one.after) for one in found.since] == [("visited_people", 30, 32)]
        assert found.shown.values["visited_people"] == 30
        options = {"actor": actor, "path": VILLAGE, "day": DAY, "base_version": 1, "now": at(20)}
        refused("report.reason_missing", reports.correct_report, **options, reason=" ")
        made = reports.correct_report(**options, reason="手机离线，晚间补传")
        assert (made.version, made.state, made.live) == (2, "corrected", True)
        refused("report.version_stale", reports.correct_report, **options, reason="再改")
        options["base_version"] = 2
        refused("report.nothing_to_correct", reports.correct_report, **options, reason="再改")
        history = reports.versions(period, VILLAGE)
    assert [(one.version, one.live, one.figures["values"]["visited_people"]) for one in history] == [
        (2, True, 32), (1, False, 30),
    ]  # fmt: skip


def test_only_the_unit_itself_or_somebody_above_it_with_a_reason(county):
    with county.acting("township_dispatcher", TOWN) as actor:
        options = {"actor": actor, "day": DAY, "zero": True, "now": at(16)}
        refused("report.on_behalf_reason_missing", reports.confirm_report, path=VILLAGE, **options)
        made = reports.confirm_report(path=VILLAGE, reason="村里停电，电话报送", **options)
        assert made.confirmed_by == actor.account_id
        refused("access.not_found", reports.confirm_report, path=f"{OTHER_TOWN}200", reason="代报", **options)
    with county.acting("community_clerk", VILLAGES[1]) as actor:
        refused("access.refused", reports.confirm_report, actor=actor, path=VILLAGES[1], day=DAY, zero=True)


def test_nobody_sees_or_writes_returns_of_another_village(county):
    confirm(county, zero=True)
    with county.head(VILLAGES[1]):
        assert reports.live_return(reports.period_of(VILLAGE, day=DAY), VILLAGE) is None
    with transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from reports_return")
        assert cursor.fetchone() == (0,)
