"""The public answer when results lag: counts for everybody, nothing of a person, and what the county says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from lianfang.domain.rounds import public
from tests.domain.rounds.conftest import Station
from tests.domain.rounds.test_pages import text
from tests.support.world import COUNTY, HOME

pytestmark = pytest.mark.row("D1")


def age(hours: int) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("update rounds_tube set filled_at = now() - make_interval(hours => %s)", [hours])
    public._KEPT.clear()


def page(language: str = "zh-hans") -> str:
    client = Client()
    client.cookies["django_language"] = language
    return text(client.get("/rounds/public/"))


def test_residents_see_whether_results_are_late_and_what_the_county_says(told: Station, browse: Any) -> None:
    told.send([told.tube(811, [person.code for person in told.world.people[HOME][14:18]])])
    age(1)
    shown = page()
    assert "结果陆续发布" in shown
    assert "扶沟县 · 第一轮" in shown
    age(30)
    shown = page()
    assert "结果延迟" in shown
    assert "已等30小时" in shown
    assert "县里尚未说明原因" in shown
    assert not any(person.name in shown for person in told.world.people[HOME])
    desk = browse("county_dispatcher", COUNTY)
    assert "向居民说明结果进度" in text(desk.get(f"/rounds/{told.round}/{COUNTY}000000/"))
    answer = desk.post(f"/rounds/{told.round}/answer/", {"text": "实验室排队", "expected_at": "2022-03-21T20:00"})
    assert answer.status_code == 303
    shown = page()
    assert "实验室排队" in shown
    assert "2022" in shown
    assert desk.post(f"/rounds/{told.round}/answer/", {"text": " "}).status_code == 422
    assert browse("community_clerk", HOME).post(f"/rounds/{told.round}/answer/", {"text": "x"}).status_code == 404


def test_when_the_last_result_is_in_nothing_is_late(told: Station) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("update rounds_tube set result = 'negative', result_at = now() where result is null")
    public._KEPT.clear()
    assert "结果已全部发布" in page()


def test_the_limit_is_the_guides_of_the_day() -> None:
    base = {"round_id": 1, "name": "", "place": "", "drill": False, "tubes": 1, "results": 0, "answer": "",
            "expected_at": None, "said_at": None, "playbook": "covid-2022"}  # fmt: skip
    now = datetime(2022, 4, 2, tzinfo=UTC)
    opened = datetime(2022, 4, 1, tzinfo=UTC)
    third = public.Progress(**base, opened_at=opened, oldest=now - timedelta(hours=25))
    assert (third.limit_hours, third.is_late(now), third.late_hours(now)) == (24, True, 25)
    second = public.Progress(**base, opened_at=datetime(2021, 10, 1, tzinfo=UTC), oldest=now - timedelta(hours=25))
    assert (second.limit_hours, second.is_late(now)) == (72, False)
    none = public.Progress(**base | {"playbook": "flood-2023"}, opened_at=opened, oldest=now - timedelta(days=9))
    assert (none.limit_hours, none.is_late(now)) == (None, False)
