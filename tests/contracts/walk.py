"""Walks a role along every route and through the door, and says in words what is not as the oracle wants it."""

from __future__ import annotations

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from lianfang.base.database.connect import DOOR, from_environment
from lianfang.base.facts.door import Door, SignedOut
from lianfang.base.facts.envelope import Fact
from lianfang.base.facts.reading import read_body
from lianfang.kernel.ids import format_code, uuid7
from tests.contracts.asking import Ask, all_routes, ask, inside, refused_pairs
from tests.contracts.oracle import facts, routes
from tests.contracts.scene import COUNTY, HOME, Scene, Seat, round_over

REFUSED = 404


class Probe:
    """The stage with one client for each role."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.clients = {
            role: Client(headers={"Authorization": f"Bearer {seat.token}"}, raise_request_exception=False)
            for role, seat in scene.seats.items()
        }
        known = {name for name, _ in all_routes()}
        self.routes = {name: line for name, line in routes().items() if name in known}
        self._tube = 100_000

    # -- routes --------------------------------------------------------------------------------------------------------

    def walk(self, role: str, names: list[str] | None = None) -> list[str]:
        """What is wrong with the routes (all unless named) for a role."""
        seat, found = self.scene.seats[role], []
        for name, line in self.routes.items():
            if names is None or name in names:
                found += self._route(seat, name, line)
        return found

    def _route(self, seat: Seat, name: str, line: dict[str, Any]) -> list[str]:
        if line["needs"] == ["public"]:
            answer = self._send(seat, ask(name, line, inside(self.scene, seat)))
            return (
                []
                if answer.status_code in line.get("ok", [200])
                else [f"{seat.role} {name}: {answer.status_code}, public"]
            )
        wanted = ask(name, line, inside(self.scene, seat))
        answer = self._send(seat, wanted)
        if not self.expects(seat, line):
            gone = gone_of(line, "") if self.opens(seat, line) else REFUSED
            return [] if answer.status_code == gone else [f"{seat.role} {name}: {answer.status_code}, not granted"]
        found = self._inside(seat, wanted, line, answer)
        for there, nowhere in refused_pairs(self.scene, seat, name, line):
            found += self._outside(seat, there, nowhere, gone_of(line, there.swapped))
        return found

    def opens(self, seat: Seat, line: dict[str, Any]) -> bool:
        """Whether the oracle lets this role use the route at all."""
        grants = self.scene.policy
        return grants.opens(seat.role, line["needs"], lists=line.get("lists", False))

    def expects(self, seat: Seat, line: dict[str, Any]) -> bool:
        """Whether the oracle also finds the route's object inside this role's grant."""
        held = [self.scene.policy.grants(seat.role, right) for right in line.get("object", ["anybody"])]
        narrow = line.get("bound") == "community" and len(seat.path) > 12
        return self.opens(seat, line) and any(held) and not narrow

    def _inside(self, seat: Seat, wanted: Ask, line: dict[str, Any], answer: HttpResponse) -> list[str]:
        found = []
        if answer.status_code not in line.get("ok", [200]):
            found.append(f"{seat.role} {wanted.route}: {answer.status_code} inside, granted")
        elif answer.status_code == 302 and wanted.method == "GET":
            led = self.clients[seat.role].get(answer["Location"], headers={"Accept": "application/json"})
            if led.status_code not in (200, 302):
                found.append(
                    f"{seat.role} {wanted.route}: leads to {answer['Location']}, which answers {led.status_code}"
                )
            found += self.leaks(seat, wanted, led)
        return found + self.leaks(seat, wanted, answer)

    def _outside(self, seat: Seat, there: Ask, nowhere: Ask, gone: int) -> list[str]:
        answer, absent = self._send(seat, there), self._send(seat, nowhere)
        if answer.status_code != gone:
            return [f"{seat.role} {there.route}: {answer.status_code} for a {there.swapped} outside"]
        if absent.status_code != gone or there.plain(answer) != nowhere.plain(absent):
            return [f"{seat.role} {there.route}: a {there.swapped} outside looks unlike a missing one"]
        return self.leaks(seat, there, answer)

    def leaks(self, seat: Seat, asked: Ask, answer: HttpResponse) -> list[str]:
        """People named in an answer who lie outside the reader's grant, or who are named to one who sees them masked."""
        if answer.streaming or answer.status_code >= 500:
            return [f"{seat.role} {asked.route}: {answer.status_code}"]
        text = readable(answer)
        by_code = asked.route == "residents-code"
        for one in self.scene.everybody():
            mine = seat.scope in ("area", "grid", "assigned") and bool(seat.path) and one.path.startswith(seat.reach)
            if by_code and seat.path and one.path.startswith(seat.path[:6]):
                continue
            if not mine and any(mark in text for mark in one.marks if one.code != asked.value or mark == one.name):
                return [f"{seat.role} {asked.route}: shows somebody of {one.path[:16]}"]
            if mine and one.name in text and not self.scene.policy.grants(seat.role, "see:residents:named"):
                return [f"{seat.role} {asked.route}: shows a full name to somebody who sees masked ones"]
        return []

    def _send(self, seat: Seat, asked: Ask, *, machine: bool = True) -> HttpResponse:
        if asked.method == "GET":
            return asked.send(self.clients[seat.role], machine=machine)
        with rolled_back():
            return asked.send(self.clients[seat.role], machine=machine)

    def walk_signed_out(self) -> list[str]:
        """What is wrong for somebody without a session."""
        client, found = Client(raise_request_exception=False), []
        seat = self.scene.seats["county_dispatcher"]
        for name, line in self.routes.items():
            asked = ask(name, line, inside(self.scene, seat))
            if line["needs"] == ["public"]:
                if asked.send(client).status_code not in line.get("ok", [200]):
                    found.append(f"{name}: not public")
                continue
            machine, page = asked.send(client), asked.send(client, machine=False)
            plain = asked.method == "POST" or asked.address.startswith("/api/")
            lost = page.status_code == 401 if plain else page.get("Location", "").startswith("/sign-in/")
            if machine.status_code != 401 or not lost:
                found.append(f"{name}: {machine.status_code} and {page.status_code} without a session")
        return found

    def pages_of_refusals(self) -> list[str]:
        """Routes whose refusal, as a page for a person, differs from the page of an address that does not exist."""
        found = []
        for role in ("grid_worker", "sampler"):
            seat = self.scene.seats[role]
            absent = self.clients[role].get("/there-is-no-such-page/")
            empty = Ask("", "GET", "", {}).plain(absent)
            for name, line in self.routes.items():
                if line["needs"] == ["public"] or "gone" in line or name.startswith("api-"):
                    continue
                asked = (
                    [there for there, _ in refused_pairs(self.scene, seat, name, line)]
                    if self.expects(seat, line)
                    else [ask(name, line, inside(self.scene, seat))]
                )
                for one in asked:
                    answer = self._send(seat, one, machine=False)
                    if answer.status_code != REFUSED or one.plain(answer) != empty:
                        found.append(f"{role} {name}: {answer.status_code}, another page than for no such address")
        return found

    # -- the door ------------------------------------------------------------------------------------------------------

    def facts(self, kind: str) -> list[str]:
        """What is wrong with a kind of fact, for every role inside and outside."""
        line, sent = facts()[kind], []
        for seat in self.scene.seats.values():
            for where in ("inside", "area", "subject"):
                if where == "subject" and (line.get("anywhere") or not seat.path):
                    continue
                sent.append((seat, where, self._fact(kind, line, seat, where)))
        with ThreadPoolExecutor(1) as aside:  # a browser test before may have left a loop running in this thread
            aside.submit(lambda: asyncio.run(submit([fact for _, _, fact in sent]))).result()
        return [said for seat, where, fact in sent if (said := self._judge(line, seat, where, fact))]

    def _judge(self, line: dict[str, Any], seat: Seat, where: str, fact: Fact) -> str:
        answer = fact.answer("zh")
        outcome = f"{answer['status']} {answer.get('code', '')}".strip()
        wanted = "accepted"
        if not self.scene.policy.grants(seat.role, f"record:{line['verb']}"):
            wanted = "refused access.not_allowed"
        elif where == "area" and seat.scope != "incident":
            wanted = "refused fact.area_outside"
        elif where == "subject":
            wanted = "refused fact.subject_unknown"
        elif where == "area":
            return ""
        return "" if outcome == wanted else f"{seat.role} {fact.kind} {where}: {outcome} instead of {wanted}"

    def _fact(self, kind: str, line: dict[str, Any], seat: Seat, where: str) -> Fact:
        area = HOME if where != "area" else (seat.outside[:12] if seat.outside[:12] != HOME else "411621001002")
        place = {"inside": seat.inside, "area": area, "subject": seat.outside}[where]
        number = round_over(self.scene, COUNTY if where != "area" else area)
        if line["subject"] == "household":
            number = self.scene.rounds["screening"]
        person = self.scene.at(place)[0]
        payload: dict[str, Any] = {"round": number}
        if line["subject"] == "people":
            self._tube += 1
            payload |= {"tube": format_code(self._tube), "people": [person.code]}
        elif line["subject"] == "person":
            payload |= {"person": person.code, "reason": "away"}
        elif line["subject"] == "tube":
            payload |= {"tube": format_code(self.scene.tube_numbers[area]), "result": "positive"}
        else:
            payload |= {"household": person.path, "outcome": "not_home"}
        return make_fact(kind, area, payload, seat.token)


def gone_of(line: dict[str, Any], word: str) -> int:
    """The status of a refusal of this route for something outside."""
    said = line.get("gone", REFUSED)
    return int(said.get(word, REFUSED) if isinstance(said, dict) else said)


def make_fact(kind: str, area: str, payload: dict[str, Any], token: str) -> Fact:
    """A fact as the door reads it from a phone."""
    now = datetime.now(UTC)
    raw = {
        "id": str(uuid7()),
        "kind": kind,
        "area": area.ljust(12, "0"),
        "recorded_at": now.isoformat(),
        "payload": payload,
    }
    [fact] = read_body(msgspec.json.encode([raw]), token=hashlib.sha256(token.encode()).digest(), received_at=now)
    return fact


async def submit(sent: list[Fact]) -> None:
    """Facts of many callers through the real door, each as a call of its own."""
    door = Door(from_environment().conninfo(DOOR))
    await door.start()
    try:
        ended = await asyncio.gather(*(door.submit([fact]) for fact in sent), return_exceptions=True)
        for fault in (one for one in ended if one is not None and not isinstance(one, SignedOut)):
            raise fault
    finally:
        await door.stop()


@contextmanager
def rolled_back():  # type: ignore[no-untyped-def]
    """Let a request change what it likes, and forget it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def readable(answer: HttpResponse) -> str:
    """The text of an answer; an Excel file as its sheets."""
    if answer.content[:2] != b"PK":
        return answer.content.decode("utf-8", "replace")
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist() if name.endswith(".xml"))
