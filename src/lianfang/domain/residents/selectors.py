"""Reads of the ledger, always as the entered role: the database narrows, this module masks by the role's level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lianfang.base.access.api import Actor
from lianfang.base.database.errors import refusals
from lianfang.base.database.select import run
from lianfang.base.vault.api import Box
from lianfang.domain.residents import rules, sealing
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, parse_code

PAGE = 50
_TAG_WORDS = {number: word for word, number in rules.TAGS.items()}
_KIND_WORDS = {number: word for word, number in rules.KINDS.items()}
_LINE = (
    "select pr.path, pr.person_id, pr.why, p.code, p.sealed, p.sex, p.born_year, p.kind, p.tags, p.path, h.sealed, b.name "
    "from residents_presence pr join residents_person p on p.id = pr.person_id "
    "left join residents_household h on h.path = p.path left join areas_building b on b.path = left(p.path, 16) "
)


@dataclass(frozen=True, slots=True)
class Line:
    """One person in a list, as much as the role may see. door and phone are '' where the role's level hides them.

    id: the ledger's number. code: the public code (nine characters). path: of the home. why: 1 lives there, 2 stays.
    """

    id: int
    code: str
    path: str
    name: str
    sex: int
    age: int | None
    kind: str
    tags: tuple[str, ...]
    relation: str
    building: str
    entrance: str
    door: str
    phone: str
    why: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines in the order of homes, and where the next page begins (None at the end)."""

    lines: tuple[Line, ...]
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Found:
    """One person looked up by number or code: ledger number, public code as number, path of the home, full name."""

    id: int
    code: int
    path: str
    name: str
    sex: int
    born_year: int
    kind: int
    tags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """One household with its people; door is '' where the role's level hides it."""

    path: str
    building: str
    entrance: str
    door: str
    state: str
    people: tuple[Line, ...]


def level_of(actor: Actor) -> str:
    """The level at which a role sees lists of residents: named or masked; raises access.not_found below that."""
    for level in ("named", "masked"):
        if actor.sees("residents", level):
            return level
    raise LianfangError("access.not_found")


def list_people(*, actor: Actor, path: str, after: tuple[str, int] | None = None, limit: int = PAGE) -> Page:
    """People present in a subtree, in the order of homes, by keyset; one statement."""
    level = level_of(actor)
    low, high = rules.range_of_place(path)
    begin = after or (low, 0)
    rows = run(
        _LINE + "where pr.path >= %b and pr.path < %b and (pr.path, pr.person_id) > (%b, %b) "
        "order by pr.path, pr.person_id limit %b",
        [max(low, begin[0]), high, *begin, limit + 1],
    )
    lines = _lines(rows[:limit], level)
    last = (rows[limit - 1][0], rows[limit - 1][1]) if len(rows) > limit else None
    return Page(tuple(lines), last)


def people_of_building(*, actor: Actor, path: str) -> tuple[Line, ...]:
    """Everybody present in one building (or unit, or household), in the order of homes; one statement."""
    if len(path) < 16:
        raise LianfangError("division.path_malformed", path=path[:40])
    low, high = rules.range_of_place(path)
    rows = run(_LINE + "where pr.path >= %b and pr.path < %b order by pr.path, pr.person_id", [low, high])
    return tuple(_lines(rows, level_of(actor)))


def homes_of(*, actor: Actor, path: str) -> tuple[Home, ...]:
    """The households of a building, empty ones too, each with its people; two statements."""
    level = level_of(actor)
    low, high = rules.range_of_place(path)
    people: dict[str, list[Line]] = {}
    for line in people_of_building(actor=actor, path=path):
        people.setdefault(line.path, []).append(line)
    rows = run(
        "select h.path, h.sealed, h.state, b.name from residents_household h left join areas_building b on b.path = left(h.path, 16) "
        "where h.path >= %b and h.path < %b order by h.path",
        [low, high],
    )
    boxes: dict[str, Box] = {}
    return tuple(
        Home(at, name or "", _entrance(at), _door(boxes, at, sealed, level), state, tuple(people.get(at, ())))
        for at, sealed, state, name in rows
    )


def person(*, actor: Actor, person_id: int) -> Line:
    """One visible person; raises access.not_found for anybody else, whether they exist or not."""
    rows = run(_LINE + "where pr.person_id = %b order by (pr.why = 3), pr.why limit 1", [person_id])
    if not rows:
        raise LianfangError("access.not_found")
    return _lines(rows, level_of(actor))[0]


def open_secret(*, actor: Actor, person_id: int, purpose: str) -> dict[str, Any]:
    """Paper, number, phone, addresses, employer and note of one person, by name; the look is recorded with its purpose.

    Raises vault.purpose_missing, vault.second_person_needed (more than twenty an hour), access.not_found.
    """
    line = person(actor=actor, person_id=person_id)
    with refusals():
        sealed = run("select residents_open_secret(%b, %b)", [person_id, purpose])[0][0]
    if sealed is None:
        return {}
    found: dict[str, Any] = sealing.unseal(sealing.box_of(line.path, {}), sealed, sealing.SECRET)
    return found


def by_code(*, text: str, purpose: str) -> Found:
    """One person by a scanned or typed code, within the reach of the grant; the look is recorded. Only id, code, path and
    name are filled. Raises code.malformed, code.check_failed, access.not_found."""
    code = parse_code(text)
    rows = run("select person_id, path, sealed from residents_by_code(%b::int8, %b)", [code, purpose])
    if not rows:
        raise LianfangError("access.not_found")
    number, path, sealed = rows[0]
    opened = sealing.unseal(sealing.box_of(path, {}), sealed, sealing.PERSON)
    return Found(number, code, path, opened.get("name", ""), 0, 0, 0, ())


def people_by_ids(ids: Sequence[int]) -> dict[int, Found]:
    """Those of the given people whom the role sees, by id."""
    if not ids:
        return {}
    rows = run(
        "select p.id, p.code, p.path, p.sealed, p.sex, p.born_year, p.kind, p.tags from residents_person p where p.id = any(%b::int8[])",
        [list(ids)],
    )
    return {resident.id: resident for resident in _residents(rows)}


def counts(path: str) -> tuple[int, int]:
    """People present and homes lived in below a path, counted from the rows."""
    low, high = rules.range_of_place(path)
    rows = run(
        "select (select count(*) from residents_presence where path >= %b and path < %b and why < 3), "
        "(select count(*) from residents_household where path >= %b and path < %b and state = 'lived_in')",
        [low, high, low, high],
    )
    return int(rows[0][0]), int(rows[0][1])


def _residents(rows: list[tuple[Any, ...]]) -> list[Found]:
    boxes: dict[str, Box] = {}
    found = []
    for number, code, path, sealed, sex, born, kind, tags in rows:
        opened = sealing.unseal(sealing.box_of(path, boxes), sealed, sealing.PERSON)
        found.append(Found(number, code, path, opened.get("name", ""), sex, born, kind, tuple(tags)))
    return found


def _lines(rows: list[tuple[Any, ...]], level: str) -> list[Line]:
    boxes: dict[str, Box] = {}
    year = date.today().year
    named = level == "named"
    found = []
    for _, number, why, code, sealed, sex, born, kind, tags, home, door, building in rows:
        opened = sealing.unseal(sealing.box_of(home, boxes), sealed, sealing.PERSON)
        name = opened.get("name", "")
        words = tuple(_TAG_WORDS[tag] for tag in tags if tag in _TAG_WORDS) + tuple(opened.get("care", ()))
        found.append(
            Line(
                number,
                format_code(code),
                home,
                name if named else rules.masked_name(name),
                sex,
                year - born if born else None,
                _KIND_WORDS.get(kind, ""),
                words,
                opened.get("relation", ""),
                building or "",
                _entrance(home),
                _door(boxes, home, door, level),
                opened.get("phone", ""),
                why,
            )
        )
    return found


def _entrance(path: str) -> str:
    return rules.entrance_label(path[16:18])


def _door(boxes: dict[str, Box], path: str, sealed: bytes | None, level: str) -> str:
    if level != "named" or sealed is None:
        return ""
    return str(sealing.unseal(sealing.box_of(path, boxes), sealed, sealing.HOUSEHOLD).get("door", ""))


def lived_in(buildings: list[str]) -> set[str]:
    """Which of these buildings have a home in the ledger, so that nobody removes them with a plan they came by."""
    return {str(row[0]) for row in run(
        "select distinct t.path from unnest(%s::text[]) as t(path) join residents_household h "
        "on h.path >= t.path collate \"C\" and h.path < (t.path || '~') collate \"C\"", [buildings],
    )}  # fmt: skip
