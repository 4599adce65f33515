"""An incident that is open on the day its control plan changes: what changes for whom, and what old records keep."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from lianfang.base.incidents.editions import compare, next_edition
from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.incidents.selectors import edition_of
from lianfang.base.playbooks.api import load_shipped
from tests.support.world import COUNTY, HOME, World

BOOK = load_shipped("covid-2022")
EIGHT, NINE = BOOK.edition("cn-ed8"), BOOK.edition("cn-ed9")
pytestmark = pytest.mark.row("A3")


def incident(**more: object) -> Incident:
    return Incident(name="x", path=COUNTY, playbook="covid-2022", edition="cn-ed8", state="open", proposed_by=1, **more)


def test_close_contacts_are_watched_for_ten_days_instead_of_twenty_one() -> None:
    """Ninth edition: seven days in a facility and three at home instead of fourteen and seven (document of June 2022)."""
    changed = {one.group: one for one in compare(BOOK, EIGHT, NINE).watches}
    assert changed["close_contact"].days == (21, 10)
    assert [one.group for one in compare(BOOK, EIGHT, EIGHT).watches] == []


def test_zones_of_the_older_model_have_to_be_proposed_anew() -> None:
    zones = [Zone(path=HOME, level=level, state="live") for level in ("lockdown", "control", "prevention")]
    found = compare(BOOK, EIGHT, NINE, zones).zones
    assert [(one.known, one.suggested, one.lifts) for one in found] == [
        (False, "high", False),
        (False, "medium", False),
        (False, "low", False),
    ]
    later = compare(
        BOOK,
        NINE,
        BOOK.edition("cn-20"),
        [Zone(path=HOME, level="high", state="live"), Zone(path=HOME, level="medium", state="live")],
    )
    assert [(one.known, one.suggested) for one in later.zones] == [(True, "high"), (False, "low")]


def test_the_incident_moves_by_itself_on_the_day_and_a_drill_does_not() -> None:
    day = NINE.valid_from
    assert edition_of(incident(), date.fromordinal(day.toordinal() - 1)).id == "cn-ed8"
    assert edition_of(incident(), day).id == "cn-ed9"
    assert edition_of(incident(drill=True), day).id == "cn-ed8"
    following = next_edition(incident(), date.fromordinal(day.toordinal() - 1))
    assert following is not None
    assert following.id == "cn-ed9"
    assert next_edition(incident(drill=True), day) is None
    assert next_edition(incident(), date(2030, 1, 1)) is None


@pytest.fixture(scope="module")
def world(database: object) -> World:
    """An open incident with a zone of the eighth edition."""
    from tests.support.world import build_world

    made = build_world(homes=(HOME,), buildings=1, per_building=2)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into incidents_zone (incident_id, path, level, reason, state, proposed_by, from_at) "
            "values (%s, %s, 'lockdown', 'x', 'live', 1, now())",
            [made.incident, HOME + "0001"],
        )
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return made


def test_the_page_says_what_changes_for_whom(world: World) -> None:
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = world.token("county_dispatcher", COUNTY)
    text = client.get(f"/incidents/{world.incident}/edition/?from=cn-ed8&to=cn-ed9").content.decode()
    assert "21 → 10" in text
    assert "重新提出" in text
    assert "1号楼" in text
    assert client.get("/incidents/999/edition/").status_code == 404
