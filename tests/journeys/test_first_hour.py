"""The first hour of an installation in Chromium: nobody registered, no incident, no round; every page says what to do.

The same checks as on pages in full swing, for every page that needs no object, as each role that meets it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.asking import WORDS, all_routes, ask
from tests.contracts.oracle import routes
from tests.contracts.scene import HOME, Scene, build_first_hour
from tests.journeys.desk_server import Desk, desks, served
from tests.journeys.test_every_page import LOOKS, NO_PAGES, look_at, openers

pytestmark = pytest.mark.browser
NEEDS_AN_OBJECT = set(WORDS) - {"place"}


@pytest.fixture(scope="module")
def scene(database: object) -> Scene:
    """Divisions and seats only."""
    return build_first_hour()


@pytest.fixture(scope="module")
def site(scene: Scene) -> Iterator[str]:
    """The product, without gallery."""
    with served("lianfang.config.settings") as address:
        yield address


def pages() -> list[tuple[str, str]]:
    """Route and role of every page that speaks of a place or of nothing."""
    known, found = {name for name, _ in all_routes()}, []
    for name, line in routes().items():
        words = {*line.get("args", {}).values(), *line.get("query", {}).values()}
        if line.get("method", "GET") != "GET" or name not in known or words & NEEDS_AN_OBJECT:
            continue
        if line["needs"] == ["public"] or name.startswith(("api-", "gallery")) or name.endswith(NO_PAGES):
            continue
        if 200 not in line.get("ok", [200]):
            continue
        may = openers(line)
        found += [(name, role) for role in (may if name == "home" else may[:1])]
    return found


@pytest.fixture(scope="module", params=list(LOOKS))
def open_desk(request: pytest.FixtureRequest, browser: Any, site: str) -> Iterator[Any]:
    """A desk for each role in one language, kept for the whole walk."""
    kept: dict[str, Desk] = {}
    with desks(browser, site) as make:

        def opened(scene: Scene, role: str) -> Desk:
            if role not in kept:
                kept[role] = make(scene.seats[role].token, request.param, LOOKS[request.param])
            return kept[role]

        yield opened


@pytest.mark.parametrize(("name", "role"), pages(), ids=str)
def test_nothing_has_happened_yet(scene: Scene, open_desk: Any, name: str, role: str) -> None:
    line, seat = routes()[name], scene.seats[role]
    desk = open_desk(scene, role)
    place = seat.path if 0 < len(seat.path) <= 12 else HOME
    look_at(desk, ask(name, line, {"place": place.ljust(12, "0")}).address, f"first-{name}-{role}".replace(":", "-"))
    main = desk.page.locator("main")
    assert main.inner_text().strip(), "an empty page says nothing"
    assert main.locator("h1").count() == 1
