"""Turns a line of the oracle into requests: the addresses for an inside, an outside and a missing object."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lianfang.kernel.ids import format_code, group_code
from tests.contracts.scene import COUNTY, HOME, HOUSE, OTHER_CITY, OTHER_COUNTY, Scene, Seat, round_over

WORDS = (
    "place",
    "round",
    "tube",
    "person",
    "county_person",
    "file",
    "token",
    "task",
    "held",
    "account",
    "grant",
    "screening",
    "home",
    "incident",
    "zone",
    "person_id",
    "change",
    "transfer",
    "link",
    "objection",
    "list",
    "call",
    "answer",
    "offer",
    "match",
    "call_code",
    "answer_code",
    "unit",
    "post",
    "slot",
    "duty_shift",
    "post_code",
    "member",
    "member_id",
    "list_file",
    "member_link",
    "pairing",
    "part",
    "service_objection",
    "team",
    "need",
    "mission",
    "plan",
)
NOWHERE = "419999999999"
_VARYING = re.compile(
    rb'name="(csrfmiddlewaretoken|next)" value="[^"]*"|<meta name="csrf-token"[^>]*>|'
    rb'aria-current="[a-z]*"|<time.*?</time>|\d\d:\d\d(:\d\d)?',
    re.S,
)
"""Tokens, clocks, and where the page itself stands in the navigation."""


@dataclass(frozen=True)
class Ask:
    """One request. swapped: the word whose value lies outside or is missing, '' for a request that stays inside."""

    route: str
    method: str
    address: str
    body: dict[str, str]
    swapped: str = ""
    value: str = ""

    def send(self, client: Client, *, machine: bool = True) -> HttpResponse:
        """The answer of the whole application."""
        headers = {"Accept": "application/json"} if machine else {}
        if self.method == "POST":
            return client.post(self.address, self.body, headers=headers)
        return client.get(self.address, headers=headers)

    def plain(self, answer: HttpResponse) -> bytes:
        """The body without what names the object asked for, and without clocks and tokens."""
        body = _VARYING.sub(b"", answer.content)
        shown = {self.value, group_code(self.value) if len(self.value) == 9 else self.value}
        for text in sorted((one for one in shown if one), key=len, reverse=True):
            body = body.replace(text.encode(), b"~")
        return body


def all_routes(patterns: list[Any] | None = None, space: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the product: its name and its view."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from all_routes(one.url_patterns, space + (f"{one.namespace}:" if one.namespace else ""))
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", one.callback


def words_of(line: dict[str, Any]) -> list[str]:
    """The objects that a route speaks of."""
    values = [*line.get("args", {}).values(), *line.get("query", {}).values(), *line.get("body", {}).values()]
    return [word for word in dict.fromkeys(values) if word in WORDS]


def inside(scene: Scene, seat: Seat) -> dict[str, str]:
    """Objects inside a seat's grant; those that belong to communities are its community's."""
    person = scene.at(seat.inside if seat.inside == HOUSE else HOME)[0]
    return {
        "place": code_of(seat.inside), "round": str(scene.rounds[COUNTY]), "tube": str(scene.tubes[HOME]),
        "person": person.code, "county_person": scene.at(OTHER_TOWN_PERSON)[0].code, "file": str(scene.files[HOME]),
        "drawing": str(scene.drawings[HOME]),
        "screening": str(scene.rounds["screening"]), "home": person.path,
        "incident": str(scene.incident), "zone": str(scene.zones[HOME]),
        "person_id": str(person.id), "change": str(scene.changes[HOME]), "transfer": str(scene.transfers[HOME]),
        "link": str(scene.links[HOME]), "objection": str(scene.objections[HOME]), "list": str(scene.lists[HOME]),
        "unit": str(scene.units[HOME]), "member": scene.members[HOME].code,
        "member_id": str(scene.members[HOME].id), "list_file": str(scene.member_files["U" if seat.scope == "organisation" else HOME]),
        "team": str(scene.teams[HOME]), "need": str(scene.needs[HOME]), "mission": str(scene.missions[HOME]),
        "member_link": str(scene.member_links[HOME]), "service_objection": str(scene.service_objections[HOME]),
        **scene.volunteers[HOME], **scene.pairings[HOME], **scene.duty[HOME], "plan": str(scene.plans[HOME]),
        "token": scene.kept.get(seat.role, "411621-" + "x" * 24), "task": scene.tasks.get(seat.role, "411621-" + "x" * 24),
        "held": str(scene.held[HOME]),
        "account": str(scene.seats["grid_worker"].account), "grant": str(scene.seats["grid_worker"].grant),
    }  # fmt: skip


def outside(scene: Scene, seat: Seat) -> dict[str, str]:
    """The closest objects of every kind outside a seat's grant."""
    near = seat.outside
    community = near[:12] if near[:12] != HOME else "411621001002"
    strangers = next(token for role, token in scene.kept.items() if role != seat.role)
    county_out = OTHER_CITY if len(seat.path) == 4 else OTHER_COUNTY
    return {
        "place": code_of(near), "round": str(round_over(scene, _foreign(scene, community))), "tube": str(scene.tubes[community]),
        "person": scene.at(near)[-1].code, "county_person": scene.at(county_out)[0].code, "file": str(scene.files[community]),
        "drawing": str(scene.drawings[community]),
        "screening": str(round_over(scene, _foreign(scene, community))), "home": scene.at(near)[-1].path,
        "incident": str(scene.others[_foreign(scene, community)]), "zone": str(scene.zones[community]),
        "person_id": str(scene.at(near)[-1].id), "change": str(scene.changes[community]),
        "transfer": str(scene.transfers[community]), "link": str(scene.links[community]),
        "objection": str(scene.objections[community]), "list": str(scene.lists[community]),
        "unit": str(scene.units[community]), "member": scene.members[community].code,
        "member_id": str(scene.members[community].id), "list_file": str(scene.member_files[community]),
        "team": str(scene.teams[community]), "need": str(scene.needs[community]), "mission": str(scene.missions[community]),
        "member_link": str(scene.member_links[community]), "service_objection": str(scene.service_objections[community]),
        **scene.volunteers[community], **scene.pairings[community], **scene.duty[community], "plan": str(scene.plans[community]),
        "token": strangers, "task": next(token for role, token in scene.tasks.items() if role != seat.role),
        "held": str(scene.held[community]),
        "account": str(scene.stranger[0]), "grant": str(scene.stranger[1]),
    }  # fmt: skip


def missing(seat: Seat) -> dict[str, str]:
    """Objects that do not exist at all."""
    return {
        "place": NOWHERE if len(seat.outside) == 12 else NOWHERE + "0001", "tube": str(uuid.UUID(int=7 << 64)),
        "person": format_code(999_999), "county_person": format_code(999_999), "token": "411621-" + "y" * 24, "task": "411621-" + "y" * 24,
        **dict.fromkeys(("drawing", "round", "file", "held", "account", "grant", "screening", "home", "incident", "zone"), "8888888"),
        "member": format_code(888_888),
        **dict.fromkeys(("unit", "member_id", "list_file", "member_link", "service_objection", "team", "need", "mission"), "8888888"),
        **dict.fromkeys(("plan", "call", "answer", "offer", "match", "call_code", "answer_code"), "8888888"),
        **dict.fromkeys(("post", "slot", "duty_shift"), "8888888"), "post_code": format_code(777_777),
        **dict.fromkeys(("pairing", "part", "person_id", "change", "transfer", "link", "objection", "list"), "8888888"),
    }  # fmt: skip


OTHER_TOWN_PERSON = "411621003201"


def _foreign(scene: Scene, community: str) -> str:
    """A community whose round does not touch the inside: one with its own round, or in another county."""
    return community if community in scene.rounds else community[:6]


def code_of(path: str) -> str:
    """A path as addresses write it."""
    return path if len(path) > 12 else path.ljust(12, "0")


def ask(route: str, line: dict[str, Any], values: dict[str, str], *, swapped: str = "") -> Ask:
    """The request of a route for some objects."""

    def filled(part: str) -> dict[str, str]:
        return {key: values.get(word, word) for key, word in line.get(part, {}).items()}

    address = reverse(route, kwargs=filled("args"))
    query = "&".join(f"{key}={value}" for key, value in filled("query").items())
    return Ask(
        route, line.get("method", "GET"), f"{address}?{query}" if query else address, filled("body"), swapped,
        values.get(swapped, ""),
    )  # fmt: skip


def refused_pairs(scene: Scene, seat: Seat, route: str, line: dict[str, Any]) -> Iterator[tuple[Ask, Ask]]:
    """For each object a route speaks of: the request with an outside one, and with one that does not exist."""
    here, there, nowhere = inside(scene, seat), outside(scene, seat), missing(seat)
    for word in (one for one in words_of(line) if one not in line.get("free", [])):
        yield (
            ask(route, line, here | {word: there[word]}, swapped=word),
            ask(route, line, here | {word: nowhere[word]}, swapped=word),
        )
