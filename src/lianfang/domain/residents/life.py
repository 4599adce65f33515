"""Writes of the ledger between imports: born, moved, away, died; each a dated record with its reason, undoable."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.conf import settings

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.residents import life_problems as _problems  # noqa: F401 - defines the sentences
from lianfang.domain.residents import rules, sealing
from lianfang.domain.residents.ledger import Ledger
from lianfang.domain.residents.services import _TOUCHED, knows_people, today
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import EARLIEST_BIRTH, IdType, parse_identity
from lianfang.kernel.texts import own_words

WORDS: Final = b"residents_change.sealed"
"""{name, reason}"""
_WRITE: Final = "select residents_life_write(%b, %b, %b, %b, %b::jsonb, %b, %b, %b)"


DIED = 2
"""The state of an entry that is on no list any more because somebody died."""


@dataclass(frozen=True)
class Entry:
    """One entry as its office sees it, also when the person left. stay_path: '' at home; a community where it is not ours.

    gone: 0 on the register, 1 moved away, 2 died. confirmed_by: account or None.
    """

    id: int
    code: int
    path: str
    open: dict[str, Any]
    secret: dict[str, Any]
    sex: int
    born_year: int
    kind: int
    present: bool
    gone: int
    stay_path: str
    until_on: date | None
    confirmed_on: date | None
    confirmed_by: int | None
    has_identity: bool

    @property
    def name(self) -> str:
        """The name in full."""
        return str(self.open.get("name", ""))


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be entered: name, sex (1 male, 2 female; 0 when the number says it), birth, number of the paper or ''."""

    name: str
    sex: int = 0
    birth: date | None = None
    number: str = ""
    relation: str = ""
    kind: int = rules.KINDS["常住"]
    another: bool = False
    """Whether it was confirmed that somebody of the same name and year of birth at this door is another person."""


@dataclass(frozen=True)
class Door:
    """A home by its building's path, its entrance and its door as people write them."""

    building: str
    entrance: str
    door: str


def entry(*, actor: Actor, person_id: int) -> Entry:
    """One entry of the caller's area, also of somebody who left; raises access.not_found."""
    rows = run("select * from residents_life_person(%b::int8)", [person_id])
    if not rows:
        raise LianfangError("access.not_found")
    number, code, path, sealed, secret, *rest = rows[0]
    box = sealing.box_of(path, {})
    opened = sealing.unseal(box, sealed, sealing.PERSON)
    hidden = sealing.unseal(box, secret, sealing.SECRET) if secret is not None else {}
    sex, born, kind, present, gone, stay, until, confirmed_on, confirmed_by, has_identity = rest
    return Entry(
        number, code, path, opened, hidden, sex, born, kind, present, gone, stay or "", until, confirmed_on, confirmed_by,
        has_identity,
    )  # fmt: skip


def leave(*, actor: Actor, person_id: int, died: bool, on: date, reason: str) -> int:
    """Record that somebody died or moved away for good; they are on no list any more. Returns the change's number."""
    goes = {"gone": 2 if died else 1, "present": False, "stay_path": None, "until_on": None}
    return _write(actor, person_id, "died" if died else "moved_out", on, reason, goes)


def go_away(*, actor: Actor, person_id: int, on: date, reason: str, until: date | None = None) -> int:
    """Record that somebody is away outside the installation for a time; the home stays theirs and nobody expects them."""
    goes = {"present": False, "stay_path": None, "until_on": _until(until)}
    return _write(actor, person_id, "away", on, reason, goes)


def stay_at(*, actor: Actor, person_id: int, door: Door, on: date, reason: str, until: date | None = None) -> int:
    """Record that somebody is to be found at another home of the same community (two homes, a temporary address)."""
    with scoped(actor):
        home = home_at(actor=actor, door=door)
        goes = {"present": True, "stay_path": home, "until_on": _until(until)}
        return _write(actor, person_id, "stays", on, reason, goes)


def come_back(*, actor: Actor, person_id: int, on: date, reason: str) -> int:
    """Record that somebody is at their own home again."""
    return _write(actor, person_id, "back", on, reason, {"present": True, "stay_path": None, "until_on": None})


def move_within(*, actor: Actor, person_id: int, door: Door, on: date, reason: str) -> int:
    """Record a move to another home of the same community."""
    with scoped(actor):
        home = home_at(actor=actor, door=door)
        goes = {"path": home, "present": True, "stay_path": None, "until_on": None}
        return _write(actor, person_id, "moved_within", on, reason, goes)


def take_back(*, actor: Actor, person_id: int, door: Door, on: date, reason: str) -> int:
    """Enter somebody anew who had moved away from this community."""
    with scoped(actor):
        home = home_at(actor=actor, door=door)
        goes = {"path": home, "present": True, "gone": 0, "stay_path": None}
        return _write(actor, person_id, "returned", on, reason, goes)


def set_kind(*, actor: Actor, person_id: int, kind: int, on: date, reason: str) -> int:
    """Record that somebody lives here in another way: lives here, floating, boards, returnee (numbers of rules.KINDS)."""
    if kind not in rules.KINDS.values():
        raise LianfangError("residents.change_unknown", what=str(kind))
    return _write(actor, person_id, "residence", on, reason, {"kind": kind})


def give_paper(*, actor: Actor, person_id: int, number: str, on: date, reason: str) -> int:
    """Record the identity number of somebody who had no paper; raises residents.identity_to_check when it is taken."""
    parsed = parse_identity(IdType.RESIDENT, number, today=today(), synthetic_allowed=bool(settings.DRILL))
    with scoped(actor):
        known = entry(actor=actor, person_id=person_id)
        birth = parsed.birth_date
        if birth is not None and known.born_year and birth.year != known.born_year:
            raise LianfangError("residents.birth_differs")
        said = known.secret | {"paper": IdType.RESIDENT.value, "number": parsed.number}
        said |= {"birth": birth.isoformat()} if birth else {}
        box = sealing.box_of(known.path, {})
        sealed = sealing.seal(box, said, sealing.SECRET)
        return _write(
            actor, person_id, "paper", on, reason, {}, secret=sealed, blind=sealing.identity_blinder()(parsed.number)
        )


def add_person(*, actor: Actor, what: str, home: str, who: Newcomer, on: date, reason: str) -> tuple[int, int]:
    """Enter somebody new at a home: born or moved_in. Returns (ledger number, public code).

    Raises residents.identity_to_check (ask for a transfer), residents.twin_to_check, residents.birth_needed,
    residents.name_not_a_name.
    """
    if what not in ("born", "moved_in"):
        raise LianfangError("residents.change_unknown", what=what[:20])
    name = who.name.strip()
    if not 2 <= len(name) <= 40:
        raise LianfangError("residents.name_not_a_name", text=name[:10])
    number, birth, sex = _identity(who)
    with scoped(actor):
        _ask_about_twins(home, name, birth.year, who.another)
        box = sealing.box_of(home, {})
        opened = sealing.without_blanks({"name": name, "relation": who.relation.strip()})
        paper = IdType.RESIDENT if number else IdType.NONE_YET
        hidden = sealing.without_blanks({"paper": paper.value, "number": number, "birth": birth.isoformat()})
        rows = run(
            "select * from residents_life_add(%b, %b, %b, %b, %b, %b, %b, %b::int2, %b::int2, %b::int2)",
            [
                what, _day(on), _words(home, name, reason), home, sealing.identity_blinder()(number) if number else None,
                sealing.seal(box, opened, sealing.PERSON), sealing.seal(box, hidden, sealing.SECRET), sex, birth.year,
                who.kind,
            ],
        )  # fmt: skip
        return rows[0][0], rows[0][1]


def _identity(who: Newcomer) -> tuple[str, date, int]:
    if not who.number:
        if who.birth is None or who.sex not in (1, 2):
            raise LianfangError("residents.birth_needed")
        if not EARLIEST_BIRTH <= who.birth <= today():
            raise LianfangError("residents.birth_impossible")
        return "", who.birth, who.sex
    parsed = parse_identity(IdType.RESIDENT, who.number, today=today(), synthetic_allowed=bool(settings.DRILL))
    if parsed.birth_date is None:
        raise LianfangError("residents.birth_needed")
    if who.birth is not None and who.birth != parsed.birth_date:
        raise LianfangError("residents.birth_differs")
    return parsed.number, parsed.birth_date, 1 if parsed.sex == "male" else 2


def _ask_about_twins(home: str, name: str, born: int, another: bool) -> None:
    rows = run("select sealed from residents_person where path = %b and born_year = %b and gone = 0", [home, born])
    box = sealing.box_of(home, {})
    if not another and any(sealing.unseal(box, row[0], sealing.PERSON).get("name") == name for row in rows):
        raise LianfangError("residents.twin_to_check")


def undo_change(*, actor: Actor, change_id: int) -> None:
    """Put an entry back to what it was before a change; raises residents.change_stands when something later stands on it."""
    with scoped(actor):
        rows = run("select person_id from residents_change where id = %b", [change_id])
        if not rows:
            raise LianfangError("access.not_found")
        person = rows[0][0]
        known = any(person in knows([person]) for knows in _TOUCHED if knows is not _known_to_life)
        run("select residents_life_undo(%b, %b)", [change_id, known])


def home_at(*, actor: Actor, door: Door, awaited: bool = False) -> str:
    """The path of a home at a door of the caller's community; made when the ledger has none.

    awaited: a home whose people are not here yet does not count as lived in. Raises residents.door_missing,
    residents.entrance_unreadable, residents.unit_full, access.not_found.
    """
    written = door.door.strip()
    code = rules.entrance_code(door.entrance)
    if len(door.building) != 16 or not written:
        raise LianfangError("residents.door_missing")
    if code is None:
        raise LianfangError("residents.entrance_unreadable", text=door.entrance[:20])
    community = door.building[:12]
    with scoped(actor):
        ledger = Ledger(community)
        known = run("select 1 from areas_building where path = %b", [door.building])
        if not known and door.building[12:] != rules.NO_BUILDING:
            raise LianfangError("access.not_found")
        found = ledger.home(community, door.building, code, written)
        if found is not None:
            return found
        path = ledger.new_home(community, door.building, code, written)
        sealed = sealing.seal(ledger.box(path), {"door": written}, sealing.HOUSEHOLD)
        run("select residents_life_home(%b, %b, %b)", [path, sealed, "awaited" if awaited else "empty"])
        return path


@knows_people
def _known_to_life(people: Any) -> set[int]:
    """People with dated changes, transfers or a confirmation: an import that is taken back leaves them."""
    return {row[0] for row in run("select residents_life_known(%b::int8[])", [list(people)])}


def _write(
    actor: Actor, person_id: int, what: str, on: date, reason: str, goes: dict[str, Any], *,
    secret: bytes | None = None, blind: bytes | None = None,
) -> int:  # fmt: skip
    with scoped(actor):
        known = entry(actor=actor, person_id=person_id)
        words = _words(known.path, known.name, reason)
        values = json.dumps(goes, default=str)
        row = run(_WRITE, [person_id, what, _day(on), words, values, None, secret, blind])
        return int(row[0][0])


def _words(path: str, name: str, reason: str) -> bytes:
    if not reason.strip():
        raise LianfangError("residents.reason_missing")
    return sealing.seal(sealing.box_of(path, {}), {"name": name, "reason": own_words(reason, 200)}, WORDS)


def _day(on: date) -> date:
    if not EARLIEST_BIRTH <= on <= today():
        raise LianfangError("residents.day_ahead")
    return on


def _until(until: date | None) -> date | None:
    if until is not None and until <= today():
        raise LianfangError("residents.until_past")
    return until
