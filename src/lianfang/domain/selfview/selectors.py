"""What a resident sees of themselves, in the scope `self`; and what their office sees of codes and objections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from lianfang.base.database.select import call
from lianfang.base.vault.api import Box, incident_box, standing_box
from lianfang.domain.selfview.services import ANSWER, SECRET, WORDS
from lianfang.kernel.errors import LianfangError

LATE: Final = timedelta(hours=24)
"""A result is owed within 24 hours of sampling (testing guide of 2022, voluntary tests); later, the page says so in words."""
LOOKS: Final = 100
"""Looks on the page, newest first: an assumption."""
PERSON: Final = b"residents_person.sealed"
HOUSEHOLD: Final = b"residents_household.sealed"


@dataclass(frozen=True)
class Me:
    """Everything the ledger holds of the entered resident, opened for them."""

    code: int
    path: str
    said: dict[str, Any]
    secret: dict[str, Any]
    sex: int
    born_year: int
    kind: int
    tags: tuple[int, ...]
    present: bool
    gone: int
    stays: str
    until_on: date | None
    confirmed_on: date | None
    door: str
    building: str
    community: str
    grid: str


@dataclass(frozen=True)
class Test:
    """One testing round as it concerns the resident. standing: to_come, waiting, late, negative, positive, invalid,
    isolated, excused."""

    incident: str
    round: str
    standing: str
    sampled_at: datetime | None
    result_at: datetime | None


@dataclass(frozen=True)
class Look:
    """Somebody saw the resident unmasked: their role and office, what for, what they saw."""

    at: datetime
    role: str
    office: str
    purpose: str
    fields: str


@dataclass(frozen=True)
class Objection:
    """What a resident asked, and the answer, '' while there is none."""

    id: int
    what: str
    path: str
    words: str
    made_at: datetime
    state: str
    answer: str
    answered_at: datetime | None


def me() -> Me:
    """The entered resident; raises access.not_found outside the scope `self`."""
    rows = call("select * from selfview_me()")
    if not rows:
        raise LianfangError("access.not_found")
    (
        code,
        path,
        sealed,
        secret,
        sex,
        born,
        kind,
        tags,
        present,
        gone,
        stays,
        until,
        confirmed,
        door,
        building,
        community,
        grid,
    ) = rows[0]
    box = standing_box(path)
    return Me(
        code, path, _open(box, sealed, PERSON), _open(box, secret, SECRET), sex, born, kind, tuple(tags or ()), present, gone,
        stays or "", until, confirmed, str(_open(box, door, HOUSEHOLD).get("door", "")), building, community, grid,
    )  # fmt: skip


def my_looks() -> list[Look]:
    """Who saw the entered resident unmasked, newest first."""
    return [Look(*row) for row in call("select * from selfview_looks(%s)", [LOOKS])]


def my_tests(code: int, *, now: datetime) -> list[Test]:
    """The testing rounds that concern the entered resident, newest first; none where an incident's key is destroyed."""
    names, numbers, pseudonyms = {}, [], []
    for number, name, _state in call("select * from selfview_incidents()"):
        try:
            pseudonym = incident_box(number).pseudonym(code)
        except LianfangError:  # the incident was purged: nobody can tell any more, not even for the person
            continue
        names[number] = name
        numbers.append(number)
        pseudonyms.append(pseudonym)
    rows = call("select * from selfview_tests(%s::smallint[], %s::bigint[])", [numbers, pseudonyms]) if numbers else []
    found = []
    for incident, round_name, _state, sampled, result, result_at, _pooled, isolation, reason in rows:
        standing = standing_of(sampled, result, isolation, reason, now)
        found.append(Test(names[incident], round_name, standing, sampled, result_at))
    return found


def standing_of(
    sampled: datetime | None, result: str | None, isolation: str | None, reason: str | None, now: datetime
) -> str:
    """Where one test stands, in one word for the page."""
    if isolation in ("isolated", "retested"):
        return "isolated"
    if isolation == "positive":
        return "positive"
    if isolation == "released":
        return "negative"
    if sampled is None:
        return "excused" if reason else "to_come"
    if result == "positive":  # a positive pool tells of none of its members before the single re-test
        return "isolated"
    if result in ("negative", "invalid"):
        return result
    return "late" if now - sampled > LATE else "waiting"


def my_objections() -> list[Objection]:
    """What the entered resident asked so far, newest first."""
    rows = call("select * from selfview_objections()")
    return [_objection(row) for row in rows]


def objections(*, low: str, state: str = "", number: int | None = None) -> list[Objection]:
    """Objections of an area as its office reads them: open ones first, newest first."""
    rows = call(
        "select id, what, path, sealed, made_at, state, answer, answered_at from selfview_objection "
        "where path >= %s and path < %s and (%s::bigint is null or id = %s) order by state = 'answered', id desc limit 200",
        [low, low + "~", number, number],
    )
    return [_objection(row) for row in rows]


def person_of(objection_id: int) -> int | None:
    """Whose an objection is, for the office that answers it."""
    rows = call("select person_id from selfview_objection where id = %s", [objection_id])
    return int(rows[0][0]) if rows else None


def links_of(person_id: int) -> list[dict[str, Any]]:
    """The codes made for one person, newest first."""
    names = ("id", "made_at", "ends_on", "revoked_at", "locked_until", "used_at")
    return [dict(zip(names, row, strict=True)) for row in call("select * from selfview_links(%s)", [person_id])]


def _objection(row: tuple[Any, ...]) -> Objection:
    number, what, path, sealed, made_at, state, answer, answered_at = row
    box = standing_box(path)
    said = box.open(sealed, WORDS).decode()
    answered = box.open(answer, ANSWER).decode() if answer is not None else ""
    return Objection(number, what, path, said, made_at, state, answered, answered_at)


def _open(box: Box, sealed: bytes | None, column: bytes) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(box.open(sealed, column)) if sealed is not None else {}
    return found
