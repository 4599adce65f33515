"""The work list: many items at once, each once; one list per person and office; nobody else's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
from lianfang.base.worklist import api as worklist
from lianfang.base.worklist.api import NewItem

pytestmark = pytest.mark.row("I1")
urlpatterns = [path("api/", include("lianfang.base.worklist.urls"))]
COUNTY, VILLAGE, OTHER = "411621", "411621100200", "411621101200"
NOW = timezone.now()


@pytest.fixture(scope="module")
def people(database):
    found = {}
    for name, role, at in (
        ("head", "community_head", VILLAGE), ("deputy", "community_head", VILLAGE),
        ("clerk", "community_clerk", VILLAGE), ("other", "community_head", OTHER),
        ("desk", "county_dispatcher", COUNTY),
    ):  # fmt: skip
        account = create_account(username=f"worklist-{name}", name="周强", password="x" * 12)
        create_grant(account_id=account, role=role, path=at)
        found[name] = (account, open_session(account))
    return found


@pytest.fixture(autouse=True)
def _empty(database):
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate worklist_item")


def item(subject, at=VILLAGE, **more):
    return NewItem(source="trial", what="look", subject=subject, path=at, **more)


def seen(people, name, **options):
    with transaction.atomic():
        return [one.subject for one in worklist.open_items(enter(token_digest(people[name][1])), **options)]


def test_one_list_per_person_and_office(people):
    account = people["head"][0]
    worklist.add_items(
        [
            item("office", for_role="community_head"), item("anybody"), item("mine", for_account=account),
            item("mine-in-role", for_account=account, for_role="community_head"), item("away", OTHER),
            item("county", COUNTY, for_role="county_dispatcher"),
        ],
        using="door",
    )  # fmt: skip
    assert sorted(seen(people, "head")) == ["anybody", "mine", "mine-in-role", "office"]
    assert sorted(seen(people, "deputy")) == ["anybody", "office"]
    assert seen(people, "clerk") == ["anybody"]
    assert seen(people, "other") == ["away"]
    assert sorted(seen(people, "desk")) == ["anybody", "away", "county"]
    assert seen(people, "desk", under=OTHER) == ["away"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select count(*) from worklist_item")
        assert cursor.fetchone() == (0,)


def test_most_pressing_first_in_one_statement(people):
    worklist.add_items(
        [item("later", due_at=NOW + timedelta(hours=2)), item("never"), item("soon", due_at=NOW - timedelta(hours=1)),
         item("now", urgency=2)],
        using="door",
    )  # fmt: skip
    assert seen(people, "head") == ["now", "soon", "later", "never"]
    assert seen(people, "head", size=2, page=2) == ["later", "never"]
    with transaction.atomic():
        actor = enter(token_digest(people["head"][1]))
        with CaptureQueriesContext(connection) as captured:
            found = worklist.open_items(actor)
            counted = worklist.open_counts(actor, now=NOW)
        assert len(captured) == 2
    assert [one.overdue(NOW) for one in found] == [False, True, False, False]
    assert [(one.what, one.open, one.overdue) for one in counted] == [("look", 4, 1)]


steps = st.lists(st.tuples(st.sampled_from(["add", "close"]), st.lists(st.integers(0, 6), max_size=5)), max_size=10)


@profile(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_an_item_is_there_once_and_closes_once(people, history):
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate worklist_item")
    open_now, ever = set(), set()
    for what, numbers in history:
        names = {str(number) for number in numbers}
        if what == "add":
            assert worklist.add_items([item(name) for name in sorted(names)], using="door") == len(names - ever)
            open_now |= names - ever
            ever |= names
        else:
            with transaction.atomic():
                actor = enter(token_digest(people["head"][1]))
                closed = worklist.close_items(
                    source="trial", what="look", subjects=sorted(names), done_by=actor.account_id
                )
            assert closed == len(names & open_now)
            open_now -= names
    assert set(seen(people, "head")) == open_now


def test_nobody_closes_what_is_not_theirs(people):
    worklist.add_items([item("office", for_role="community_head"), item("away", OTHER)], using="door")
    with transaction.atomic():
        actor = enter(token_digest(people["clerk"][1]))
        closed = worklist.close_items(
            source="trial", what="look", subjects=["office", "away"], done_by=actor.account_id
        )
    assert closed == 0
    with transaction.atomic():
        enter(token_digest(people["desk"][1]))
        assert worklist.add_items([item("down", for_role="community_head")]) == 1  # a superior gives work to below
    assert sorted(seen(people, "head")) == ["down", "office"]


@override_settings(ROOT_URLCONF=__name__)
def test_over_http_with_words_in_the_readers_language(people):
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    worklist.register_words(
        "trial", "look", lambda subject, language: f"{'看' if language == 'zh' else 'Look at'} {subject}"
    )
    worklist.add_items([item("3号楼", due_at=NOW - timedelta(days=1), link="/x/")], using="door")
    client = Client(headers={"Authorization": f"Bearer {people['head'][1]}"})
    answer = client.get("/api/worklist").json()
    assert [(one["title"], one["overdue"], one["link"]) for one in answer["items"]] == [("看 3号楼", True, "/x/")]
    assert answer["more"] is False
    english = client.get("/api/worklist", headers={"Accept-Language": "en"}).json()
    assert english["items"][0]["title"] == "Look at 3号楼"
    for page in ("0", "x", "-1", "9999999"):
        assert client.get(f"/api/worklist?page={page}").status_code == 422
