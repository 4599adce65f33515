"""Who is late: every unit that owes a return, in one range read; work items; figures that a recount confirms."""

from __future__ import annotations

import time
from datetime import date, timedelta

import msgspec
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.base.access.places import place_of
from lianfang.base.areas.services import Division, load_divisions
from lianfang.base.metrics import api as metrics
from lianfang.base.playbooks.api import load_shipped
from lianfang.base.worklist import api as worklist
from lianfang.domain.reports import api as reports
from lianfang.domain.reports import forms
from lianfang.domain.reports.figures import source_of
from lianfang.kernel.errors import LianfangError
from lianfang.web.home import silence_line
from tests.support.reports_county import COUNTY, DAY, OTHER_TOWN, TOWN, VILLAGE, VILLAGES, at, clear_returns

pytestmark = pytest.mark.row("I1")


def report(county, path, **options):
    with county.head(path) as actor:
        return reports.confirm_report(actor=actor, path=path, **{"day": DAY, "now": at(16), "zero": True} | options)


def village_period():
    return reports.period_of(VILLAGE, day=DAY, form="daily_community")


def test_states_are_counted_and_listed(county):
    report(county, VILLAGES[0])
    report(county, VILLAGES[1], now=at(19))
    county.happened("rounds.visited_people", VILLAGES[3], 4)
    report(county, VILLAGES[3], zero=False)
    with county.acting("county_dispatcher", COUNTY):
        period = village_period()
        assert reports.counts(period, COUNTY) == {
            "not_reported": 3, "returned": 0, "late": 1, "corrected": 0, "reported": 1, "zero_report": 1,
        }  # fmt: skip
        towns = reports.counts_by_parent(period, COUNTY, cut=9)
        assert [(one.path, one.expected, one.missing) for one in towns] == [(TOWN, 3, 1), (OTHER_TOWN, 3, 2)]
        missing = reports.units(period, COUNTY, states=["not_reported"])
        assert [one.path for one in missing] == [VILLAGES[2], VILLAGES[4], VILLAGES[5]]
        assert [one.path for one in reports.units(period, COUNTY, after=VILLAGES[3], limit=1)] == [VILLAGES[4]]
    with county.acting("township_dispatcher", OTHER_TOWN):
        assert reports.counts(village_period(), COUNTY)["reported"] == 1  # returns of the other township stay unseen
        assert reports.counts(village_period(), OTHER_TOWN)["not_reported"] == 2


def test_a_missing_return_is_awaited_until_the_cut_off_and_late_only_after_it(county):
    with county.acting("county_dispatcher", COUNTY) as actor:
        period, place = village_period(), place_of(actor, COUNTY.ljust(12, "0"))
        due = period.due_at
        assert not period.overdue(due)
        assert period.overdue(due + timedelta(seconds=1))
        with override("en"):
            early, past = (silence_line(place, period, 2, due + timedelta(minutes=shift)) for shift in (-1, 1))
    assert (early.title, early.state, early.word, early.due) == ("2 reports are awaited", "unknown", "Awaited", due)
    assert (past.title, past.state, past.word) == ("2 villages have not reported", "watch", "Not reported")


def test_opening_a_day_asks_everybody_once(county):
    report(county, VILLAGES[0])
    assert reports.open_report_day(county.incident, day=DAY, now=at(8)) == 5 + 2 + 1
    assert reports.open_report_day(county.incident, day=DAY, now=at(8)) == 0
    metrics.fold()
    with county.acting("county_dispatcher", COUNTY) as actor:
        figures = metrics.values([COUNTY], ["reports.expected", "reports.units_not_reported"], DAY)
        assert figures.by_dim(COUNTY, "reports.expected") == {
            "daily_community": 6, "daily_township": 2, "daily_county": 1,
        }  # fmt: skip
        assert figures.total(COUNTY, "reports.units_not_reported") == 5
        assert [one.subject.split(":")[-1] for one in worklist.open_items(actor)] == [COUNTY]
        own = reports.unit_report(reports.period_of(COUNTY, day=DAY), COUNTY)
        assert own.derived.values["units_not_reported"] == 5
    with county.head(VILLAGES[1]) as actor:
        (item,) = worklist.open_items(actor)
        assert item.title("zh") == "确认2022年4月6日的日报"
        assert item.link == f"/reports/{VILLAGES[1]}/?day=2022-04-06&part=1"
        assert item.due_at == at(17)
    report(county, VILLAGES[1])
    metrics.fold()
    with county.head(VILLAGES[1]) as actor:
        assert worklist.open_items(actor) == []
    with county.acting("county_dispatcher", COUNTY):
        assert (
            metrics.values([COUNTY], ["reports.units_not_reported"], DAY).total(COUNTY, "reports.units_not_reported")
            == 4
        )
    assert metrics.recompute([one.name for one in metrics.all_metrics() if one.engine == "reports"]) == []


steps = st.lists(
    st.one_of(
        st.tuples(st.just("confirm"), st.integers(0, 5), st.integers(15, 19)),
        st.tuples(st.just("visit"), st.integers(0, 5), st.integers(1, 4)),
        st.tuples(st.just("correct"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("open"), st.just(0), st.just(0)),
        st.tuples(st.just("fold"), st.just(0), st.just(0)),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_any_history_counts_like_the_rows(county, history):
    clear_returns()
    visits, kept = dict.fromkeys(VILLAGES, 0), {}
    for what, number, amount in history:
        path = VILLAGES[number]
        if what == "visit":
            county.happened("rounds.visited_people", path, amount)
            visits[path] += amount
        elif what == "confirm" and path not in kept:
            report(county, path, now=at(amount), zero=not visits[path])
            kept[path] = ["late" if amount > 17 else "reported" if visits[path] else "zero_report", visits[path]]
        elif what == "correct" and path in kept and kept[path][1] != visits[path]:
            with county.head(path) as actor:
                live = reports.live_return(reports.period_of(path, day=DAY), path)
                reports.correct_report(
                    actor=actor, path=path, day=DAY, base_version=live.version, reason="补传", now=at(21)
                )
            kept[path] = ["corrected", visits[path]]
        elif what == "open":
            reports.open_report_day(county.incident, day=DAY)
        elif what == "fold":
            metrics.fold()
    assert metrics.recompute([one.name for one in metrics.all_metrics() if one.engine == "reports"]) == []
    with county.acting("county_dispatcher", COUNTY):
        found = {one.path: one.state for one in reports.units(village_period(), COUNTY)}
    assert found == {path: kept[path][0] if path in kept else "not_reported" for path in VILLAGES}


def test_5915_units_are_one_range_read(county):
    """A city of 191 townships and 5,659 villages + 256 communities (documents 0 and 1)."""
    city = "139900"
    towns = [f"{city}{number:03d}" for number in range(1, 192)]
    villages = [f"{towns[number % 191]}{200 + number // 191:03d}" for number in range(5915)]
    load_divisions(
        [Division("139900000000", "试验市", 3, "130000000000")]
        + [Division(f"{town}000", "镇", 4, "139900000000") for town in towns]
        + [Division(path, "村", 5, f"{path[:9]}000") for path in villages],
        edition=2020,
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_at) "
            "values ('试', %s, 'covid-2022', '', true, 'open', 1, now()) returning id",
            [city],
        )
        incident = cursor.fetchone()[0]
        cursor.execute(
            "insert into reports_return (incident_id, form, path, level, day, version, live, state, figures, zero, "
            "reason, confirmed_by) select %s, 'daily_community', path, 5, %s, 1, true, 'zero_report', '{}', true, '', 1"
            " from areas_area where level = 5 and path >= %s and path < %s and right(path, 1) <> '7'",
            [incident, DAY, city, city + "~"],
        )
        cursor.execute("analyze areas_area, reports_return")
    silent = sum(path.endswith("7") for path in villages)
    with county.acting("county_dispatcher", city):
        period = reports.period_of(city, day=DAY, form="daily_community")
        with CaptureQueriesContext(connection) as captured:
            begin = time.perf_counter()
            counted = reports.counts(period, city)
            towns_counted = reports.counts_by_parent(period, city, cut=9)
            seconds = time.perf_counter() - begin
        assert len(captured) == 2
        assert counted["not_reported"] == silent
        assert sum(one.expected for one in towns_counted) == 5915
        assert sum(one.missing for one in towns_counted) == silent
    assert seconds < 1.0, f"{seconds:.3f} s"
    with connections["owner"].cursor() as cursor:
        cursor.execute("delete from areas_area where path >= %s and path < %s", [city, city + "~"])
        cursor.execute("delete from incidents_incident where id = %s", [incident])


def test_an_ended_village_owes_nothing(county):
    with connections["owner"].cursor() as cursor:
        cursor.execute("update areas_area set ended_on = %s where path = %s", [date(2022, 4, 6), VILLAGES[5]])
    with county.acting("county_dispatcher", COUNTY):
        assert sum(reports.counts(village_period(), COUNTY).values()) == 5
    with connections["owner"].cursor() as cursor:
        cursor.execute("update areas_area set ended_on = null where path = %s", [VILLAGES[5]])


def test_half_day_returns_stand_beside_each_other(county, monkeypatch):
    """A playbook may ask twice a day: each part has its own cut-off, version and work item."""
    book = load_shipped("covid-2022")
    twice = [
        msgspec.structs.replace(form, cutoffs=("12:00", "18:00")) if form.key == "daily_community" else form
        for form in book.reports.forms
    ]
    changed = msgspec.structs.replace(book, reports=msgspec.structs.replace(book.reports, forms=tuple(twice)))
    monkeypatch.setattr(forms, "playbook_of", lambda _: changed)
    assert reports.open_report_day(county.incident, day=DAY) == 6 + 6 + 2 + 1
    assert report(county, VILLAGE, part=1, now=at(13)).state == "late"
    assert report(county, VILLAGE, part=2, now=at(13)).state == "zero_report"
    with county.head() as actor:
        assert worklist.open_items(actor) == []
        with pytest.raises(LianfangError) as caught:
            reports.confirm_report(actor=actor, path=VILLAGE, day=DAY, part=3, zero=True)
        assert caught.value.code == "report.part_unknown"
    metrics.fold()
    assert metrics.recompute([one.name for one in metrics.all_metrics() if one.engine == "reports"]) == []
    other = next(path for path in VILLAGES if path != VILLAGE)
    assert report(county, other, part=2, now=at(13)).state == "zero_report"
    metrics.fold()
    for part, silent in ((1, 5), (2, 4)):  # of six villages, each return by itself
        with county.acting("county_dispatcher", COUNTY):
            period = reports.period_of(COUNTY, form="daily_county", day=DAY)
            found = source_of(period.form, county.incident, COUNTY, DAY, part=part).snapshot(period.form, COUNTY)
        assert found.values["units_not_reported"] == silent
