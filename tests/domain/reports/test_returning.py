"""Returns sent back with a reason and answered by a new version; facts that come in after a day was confirmed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.test import Client

from lianfang.base.metrics import api as metrics
from lianfang.base.worklist import api as worklist
from lianfang.domain.reports import api as reports
from lianfang.domain.reports import latefacts
from lianfang.kernel.errors import LianfangError
from tests.support.reports_county import COUNTY, DAY, OTHER_TOWN, TOWN, VILLAGE, VILLAGES, at

pytestmark = pytest.mark.row("I1")
REASON = "与昨日入户表不一致"


def confirm(county, path=VILLAGE, **options):
    with county.head(path) as actor:
        return reports.confirm_report(actor=actor, path=path, **{"day": DAY, "now": at(16), "zero": True} | options)


def send_back(county, role="township_dispatcher", path=TOWN, unit=VILLAGE, **options):
    with county.acting(role, path) as actor:
        return reports.return_report(
            actor=actor, path=unit, **{"day": DAY, "version": 1, "reason": REASON, "form": ""} | options
        )


def refused(code, call, *values, **options):
    with pytest.raises(LianfangError) as caught:
        call(*values, **options)
    assert caught.value.code == code
    return caught.value


def listed(county, path=VILLAGE):
    with county.head(path) as actor:
        return [(one.what, one.urgency) for one in worklist.open_items(actor)]


@pytest.fixture
def browse(county):
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

    def sign_in(role, path, language="zh-hans"):
        with county.acting(role, path):
            pass
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = county.tokens[role, path]
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_return_is_sent_back_listed_first_and_answered(county):
    reports.open_report_day(county.incident, day=DAY, now=at(8))
    confirm(county)
    assert send_back(county).returned_reason == REASON
    assert listed(county) == [("returned", 2)]
    with county.acting("county_dispatcher", COUNTY):
        period = reports.period_of(VILLAGE, day=DAY)
        assert reports.counts(period, COUNTY)["returned"] == 1
        assert reports.live_return(period, VILLAGE).version == 1  # in force, and in the sums, until it is answered
    with county.head() as actor:
        answer = {"actor": actor, "path": VILLAGE, "day": DAY, "base_version": 1, "now": at(20)}
        made = reports.correct_report(**answer, reason="已核对，数字无误")
    assert (made.version, made.state, made.zero, made.returned_at) == (2, "corrected", True, None)
    assert listed(county) == []
    metrics.fold()
    assert metrics.recompute([one.name for one in metrics.all_metrics() if one.engine == "reports"]) == []


def test_only_a_superior_who_looked_at_this_version_with_a_reason_and_once(county):
    refused("report.not_confirmed_yet", send_back, county)
    confirm(county)
    refused("report.return_reason_missing", send_back, county, reason="  ")
    refused("report.version_stale", send_back, county, version=2)
    refused("access.not_found", send_back, county, path=OTHER_TOWN)
    refused("access.refused", send_back, county, role="community_head", path=VILLAGE)
    send_back(county, role="county_health", path=COUNTY)
    refused("report.returned_already", send_back, county)
    with county.acting("township_dispatcher", TOWN) as actor:
        reports.confirm_report(actor=actor, path=TOWN, day=DAY, zero=True, now=at(16), answers={})
    refused("report.return_own", send_back, county, unit=TOWN)
    with county.head() as actor, pytest.raises(LianfangError):  # the version before a correction cannot be sent back
        reports.correct_report(actor=actor, path=VILLAGE, day=DAY, base_version=7, reason="x", now=at(20))


def test_the_database_refuses_a_returned_mark_from_anybody_else(county):
    confirm(county)
    with county.head(), transaction.atomic(), connections["default"].cursor() as cursor:
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute("update reports_return set returned_reason = 'x'")
        with pytest.raises(Exception, match=r"access\.refused"), transaction.atomic():
            cursor.execute("select reports_send_back(id, 1, 'x') from reports_return")


def test_the_pages_of_sending_back_and_answering(county, browse):
    county.happened("rounds.visited_people", VILLAGE, 30)
    confirm(county, zero=False)
    url = f"/reports/{VILLAGE}/"
    health = browse("county_health", COUNTY)
    page = text(health.get(f"{url}?day={DAY}"))
    assert "退回报表" in page
    assert "<strong>30</strong>" in page  # what was confirmed
    county.happened("rounds.visited_people", VILLAGE, 5)
    assert "<strong>35</strong>" not in text(health.get(f"{url}?day={DAY}"))  # live figures are not for this role
    form = {"day": DAY, "form": "daily_community", "part": 1, "version": 1}
    assert "写明原因" in text(health.post(f"{url}return/", form), 422)
    answer = health.post(f"{url}return/", form | {"return_reason": REASON})
    assert answer.status_code == 303
    assert "已退回" in text(health.get(answer["Location"]))
    head = browse("community_head", VILLAGE, "en")
    page = text(head.get(f"{url}?day={DAY}"))
    assert page.index("Sent back for correction") < page.index("figures-title")
    assert REASON in page
    assert "30</span> → <strong" in page
    assert "was sent back: correct it" in text(head.get("/", follow=True))
    assert head.post(f"{url}correct/", form | {"reason": "补录5人"}).status_code == 303
    history = text(head.get(f"{url}history/?day={DAY}"))
    assert "王芳 · 200村" in history
    assert "扶沟县" in history
    assert REASON in history
    assert "account" not in history.lower().split("<main")[-1]


@pytest.mark.row("A3")
def test_a_fact_after_the_day_opens_a_correction_and_changes_nothing(county):
    """DECISIONS, Meaning 7: a late fact never changes a confirmed version: it opens a correction."""
    latefacts._seen.clear()
    county.happened("rounds.visited_people", VILLAGE, 30)
    confirm(county, zero=False)
    confirm(county, VILLAGES[1])
    tomorrow = at(9) + timedelta(days=1)
    assert reports.ask_for_corrections(now=tomorrow) == 0
    county.happened("rounds.visited_people", VILLAGE, 2)
    assert reports.ask_for_corrections(now=at(22)) == 0  # the day is not over
    assert reports.ask_for_corrections(now=tomorrow) == 1
    assert reports.ask_for_corrections(now=tomorrow) == 0
    assert listed(county) == [("late_facts", 1)]
    assert listed(county, VILLAGES[1]) == []
    with county.head() as actor:
        live = reports.live_return(reports.period_of(VILLAGE, day=DAY), VILLAGE)
        assert (live.version, live.figures["values"]["visited_people"]) == (1, 30)
        reports.correct_report(actor=actor, path=VILLAGE, day=DAY, base_version=1, reason="补传", now=tomorrow)
    assert listed(county) == []
    assert reports.ask_for_corrections(now=tomorrow) == 0


def test_late_facts_that_cancel_out_leave_the_list(county):
    latefacts._seen.clear()
    confirm(county)
    county.happened("rounds.visited_people", VILLAGE, 2)
    assert reports.ask_for_corrections(now=at(9) + timedelta(days=1)) == 1
    county.happened("rounds.visited_people", VILLAGE, -2)
    assert reports.ask_for_corrections(now=at(9) + timedelta(days=1)) == 0
    assert listed(county) == []


def test_a_superior_who_reports_on_behalf_clears_the_units_list(county):
    reports.open_report_day(county.incident, day=DAY, now=at(8))
    assert listed(county)
    with county.acting("township_dispatcher", TOWN) as actor:
        reports.confirm_report(actor=actor, path=VILLAGE, day=DAY, zero=True, reason="停电，电话报送", now=at(16))
    assert listed(county) == []
