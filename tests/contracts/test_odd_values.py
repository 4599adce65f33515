"""Every route with values that nobody means: digits of other scripts, numbers and days beyond every column, characters that no
column holds. Each is answered; none fails inside.
"""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

import pytest
from django.test import Client

from tests.contracts.asking import all_routes, ask, code_of, inside
from tests.contracts.oracle import policy, routes
from tests.contracts.scene import Scene, build_scene

pytestmark = pytest.mark.row("B1")
ODD = ("²", "9" * 19, "9" * 5000, "9999-12-31", "0001-01-01")
ASKED = re.compile(r'request\.(?:GET|POST)(?:\.get|\.getlist)?[(\[]"(\w+)"')
ROUTES = routes()
VIEWS = dict(all_routes())
NAMES = [
    name
    for name, line in ROUTES.items()
    if name in VIEWS and not name.startswith("gallery") and not line.get("framework")
]


@pytest.fixture(scope="module")
def scene(database: object) -> Scene:
    """The stage of the access tests; what happens to it here stays here."""
    return build_scene()


def opener(line: dict[str, Any]) -> str:
    """The first role that the route opens for; '' for a public one."""
    if line["needs"] == ["public"]:
        return ""
    rights = [line["needs"], *([line["object"]] if "object" in line else [])]
    lists = line.get("lists", False)
    return next((role for role in policy().roles if all(policy().opens(role, one, lists=lists) for one in rights)), "")


def words(name: str) -> list[str]:
    """What the view's module reads from an address or a form."""
    module = sys.modules[inspect.unwrap(VIEWS[name]).__module__]
    return sorted({*ASKED.findall(inspect.getsource(module)), "day", "page", "after"})


def signed_in(scene: Scene, role: str) -> Client:
    """A client of somebody with a role, or of anybody."""
    headers = {"Authorization": f"Bearer {scene.seats[role].token}"} if role else {}
    return Client(headers=headers, raise_request_exception=False)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_answered(scene: Scene, name: str) -> None:
    line, role = ROUTES[name], opener(ROUTES[name])
    client = signed_in(scene, role)
    one = ask(name, line, inside(scene, scene.seats[role or "community_head"]))
    address, failed = one.address.split("?")[0], []
    for odd in ODD:
        sent = dict.fromkeys(words(name), odd)
        answer = client.post(address, {**one.body, **sent}) if one.method == "POST" else client.get(address, sent)
        if answer.status_code >= 500:
            failed.append((answer.status_code, odd[:20], sorted(sent)))
    assert failed == []


def test_a_character_that_no_column_holds_is_refused(scene: Scene) -> None:
    """In an address, in a query and in a form, for people and for machines."""
    client, place = signed_in(scene, "county_dispatcher"), code_of(scene.seats["county_dispatcher"].inside)
    told = client.get(f"/reports/{place}/", {"q": "a\0b"}, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["code"]) == (422, "request.character_wrong")
    assert client.post("/sign-in/", {"name": "a\0b", "password": "x"}).status_code == 422
    for_people = client.get("/worklist/", {"a\0": "1"}, headers={"Accept-Language": "en"})
    assert "control character" in for_people.content.decode()


@pytest.mark.parametrize("name", [name for name in NAMES if "number" in str(ROUTES[name].get("args", {}))])
def test_a_number_beyond_every_column_is_not_found(scene: Scene, name: str) -> None:
    line, role = ROUTES[name], opener(ROUTES[name])
    client = signed_in(scene, role)
    values = inside(scene, scene.seats[role or "community_head"])
    large = {word: "9" * 19 for key, word in line["args"].items() if key == "number"}
    one = ask(name, line, {**values, **large})
    assert one.send(client).status_code < 500
