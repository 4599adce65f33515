"""GET /api/metrics as the narrowest role that sees figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from lianfang.base.access.api import create_account, create_grant, open_session
from lianfang.base.metrics import api as metrics
from lianfang.base.metrics import registry
from lianfang.base.metrics.api import Delta, Metric
from lianfang.kernel.clock import beijing_day

pytestmark = pytest.mark.row("I1")
NAME = "trial.seen"
VILLAGE, OTHER = "411621100200", "411621100201"


@pytest.fixture(scope="module")
def client_of(database):
    metrics.define_metric(
        Metric(name=NAME, zh="见到", en="seen", unit_zh="人", unit_en="people", says_zh="见到的人。",
               says_en="People seen.", dimension="kind")
    )  # fmt: skip
    today = beijing_day(timezone.now())
    metrics.add(
        [Delta(NAME, today, VILLAGE, 3, "a"), Delta(NAME, today, VILLAGE + "0001", 4, "b"),
         Delta(NAME, today, OTHER, 5), Delta(NAME, today - timedelta(days=1), VILLAGE, 1)],
        using="door",
    )  # fmt: skip
    metrics.fold()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

    def sign_in(role, path):
        account = create_account(username=f"{role}-{path}", name="孙丽", password="x" * 12)
        create_grant(account_id=account, role=role, path=path)
        return Client(headers={"Authorization": f"Bearer {open_session(account)}"})

    yield sign_in
    registry._METRICS.pop(NAME)


def test_figures_with_their_meaning(client_of):
    answer = client_of("community_head", VILLAGE).get(f"/api/metrics?names={NAME}").json()
    assert answer["area"] == VILLAGE
    assert answer["metrics"][0]["label"] == {"zh": "见到", "en": "seen"}
    assert [(row["value"], row["by"]) for row in answer["values"]] == [(7, {"a": 3, "b": 4})]


def test_days_and_levels(client_of):
    county = client_of("county_dispatcher", "411621")
    today = beijing_day(timezone.now())
    query = f"/api/metrics?area=411621000000&names={NAME}"
    answer = county.get(f"{query}&from={today - timedelta(days=1)}&to={today}").json()
    assert [row["value"] for row in answer["values"]] == [1, 12]
    answer = county.get(f"{query}&below=12").json()
    assert {row["path"]: row["value"] for row in answer["values"]} == {VILLAGE: 7, OTHER: 5}


def test_outside_and_bad_input(client_of):
    head = client_of("community_head", OTHER)
    for area in (VILLAGE, "411621000000", "41", "abc", "999999999999"):
        assert head.get(f"/api/metrics?area={area}&names={NAME}").status_code == 404
    for query in ("names=no.such", "from=yesterday", "from=2022-01-01&to=2022-12-31", "from=2022-02-01&to=2022-01-01",
                  "from=0001-01-01&to=0001-01-02", "to=2999-01-01",
                  "below=x", "below=9", "below=5"):  # fmt: skip
        answer = head.get(f"/api/metrics?{query}")
        assert answer.status_code == 422, query
        assert answer["Content-Type"] == "application/problem+json"
    assert client_of("sampler", "411621").get("/api/metrics").status_code == 404
    assert Client().get("/api/metrics").status_code == 401
