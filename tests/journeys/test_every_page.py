"""Every page of the product in Chromium, found through the oracle of routes: work in full swing, and the first hour.

Both languages, phone and desk: nothing scrolls sideways, the accessibility checker and the security policy are silent.
A page that is added to the product stands here at once; nobody has to remember it. `LIANFANG_SHOTS=FOLDER` keeps pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.contracts.asking import all_routes, ask, inside
from tests.contracts.oracle import policy, routes
from tests.contracts.scene import HOME, Scene, build_scene
from tests.journeys.desk_server import Desk, desks, served

pytestmark = pytest.mark.browser
LONG_PLACE = "新疆生产建设兵团第六师一〇三团蔡家湖镇红旗路以北拆迁安置及周边散居户联合第二社区居民委员会"
ROLES = (
    "community_head", "community_clerk", "grid_worker", "township_dispatcher", "county_dispatcher", "county_health", "command",
    "laboratory", "sampler", "security_admin", "audit_admin", "system_admin", "resident", "sending_unit_officer",
)  # fmt: skip
"""Whose page is looked at: the first of these who may open it."""
NO_PAGES = (
    "healthz", "readyz", "metrics", "-file", "-refused", "-template", "plan-table", ":record", ":certificate", "trust-certificate",
    "trust-profile",
)  # fmt: skip
"""Answers for machines, and downloads."""
FIRST_PAGES = ("home", "worklist", "my-account")
"""Pages that differ by role; they are looked at as everybody."""
LOOKS = {"zh": "desk", "en": "phone"}
"""The size in which a walk in that language begins. Each page is checked as the page before it was left, and then drawn in the
other size, where nothing may scroll sideways: over both languages it is met in all four."""

LOST = "() => [...document.querySelectorAll('input[value]')].filter(one => one.getAttribute('value') && !one.value).map(one => one.name)"
"""Fields whose value Chromium threw away: a day or a time that was written in the reader's language."""


@pytest.fixture(scope="module")
def scene(database: object) -> Scene:
    """The stage of the access tests, in a community with a very long name."""
    made = build_scene(homes=4, per_home=3)
    with connections["owner"].cursor() as cursor:
        cursor.execute("update areas_area set name = %s where path = %s", [LONG_PLACE, HOME])
    return made


@pytest.fixture(scope="module")
def site(scene: Scene) -> Iterator[str]:
    """The product, without gallery."""
    with served("lianfang.config.settings") as address:
        yield address


def openers(line: dict[str, Any]) -> list[str]:
    """Roles that a page opens for: by its mark, and by the right to the very thing it shows where it needs one."""
    rights = [line["needs"], *([line["object"]] if "object" in line else [])]
    return [role for role in ROLES if all(policy().opens(role, one, lists=line.get("lists", False)) for one in rights)]


def pages() -> list[tuple[str, str]]:
    """Route and role of every page that is opened by its address."""
    found = []
    known = {name for name, _ in all_routes()}
    for name, line in routes().items():
        if line.get("method", "GET") != "GET" or name not in known or 200 not in line.get("ok", [200]):
            continue
        if name.startswith(("api-", "gallery")) or name.endswith(NO_PAGES):
            continue
        if line["needs"] == ["public"]:
            found.append((name, ""))
            continue
        may = openers(line)
        found += [(name, role) for role in (may if name in FIRST_PAGES else may[:1])]
    return found


@pytest.fixture(scope="module", params=list(LOOKS))
def open_desk(request: pytest.FixtureRequest, browser: Any, site: str) -> Iterator[Any]:
    """A desk for each role in one language, kept for the whole walk."""
    kept: dict[str, Desk] = {}
    with desks(browser, site) as make:

        def opened(scene: Scene, role: str) -> Desk:
            if role not in kept:
                kept[role] = make(scene.seats[role].token if role else "", request.param, LOOKS[request.param])
            return kept[role]

        yield opened


@pytest.mark.parametrize(("name", "role"), pages(), ids=lambda value: value or "anyone")
def test_in_full_swing(scene: Scene, open_desk: Any, name: str, role: str) -> None:
    line = routes()[name]
    seat = scene.seats[role or "community_head"]
    desk = open_desk(scene, role)
    look_at(desk, ask(name, line, inside(scene, seat)).address, f"{name}-{role}".replace(":", "-"))


def look_at(desk: Desk, address: str, what: str) -> None:
    """Open a page, check it, and draw it once more in the other size, which is left to the next page."""
    desk.trouble.clear()
    answer = desk.page.goto(desk.site + address)
    assert answer.status in {200, 404}, (what, answer.status)
    assert answer.status == 200 or what.endswith("-"), (what, "a page its role may open is not found")
    desk.check(what, always=True)
    assert desk.page.evaluate(LOST) == [], (what, "what the product filled in does not reach the reader")
    desk.resize("phone" if desk.size == "desk" else "desk")
    desk.fits(what)
    assert [line for line in desk.trouble if "404" not in line] == [], (what, desk.name)
