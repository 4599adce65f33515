"""What anybody reads of a call by its code, and what somebody reads of their own answer or offer by theirs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lianfang.base.database.select import call
from lianfang.domain.volunteers import rules, sealing
from lianfang.domain.volunteers.rules import Stated
from lianfang.domain.volunteers.selectors import Window, windows
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import mask_name, mask_phone
from lianfang.kernel.ids import parse_code


@dataclass(frozen=True)
class PublicCall:
    """A call as its public page shows it. standing: open, over, withdrawn."""

    id: int
    path: str
    at_path: str
    role: str
    place: str
    skills: tuple[str, ...]
    age_from: int | None
    age_to: int | None
    first_on: date
    last_on: date
    closes_at: datetime
    says: str
    insurance: str
    standing: str
    places: int
    community: str
    township: str
    shifts: tuple[Window, ...] = ()

    @property
    def free(self) -> int:
        """Places that nobody has."""
        return sum(one.free for one in self.shifts)

    @property
    def spans(self) -> list[Window]:
        """The shifts of one day."""
        return [one for one in self.shifts if one.day == self.shifts[0].day]


@dataclass(frozen=True)
class Mine:
    """An answer as whoever gave it sees it by their code. name and phone are masked: the paper may be lost."""

    id: int
    call_id: int
    call_number: int
    path: str
    name: str
    phone: str
    state: str
    made_at: datetime
    decided_at: datetime | None
    thanks: str
    asked_next: bool
    role: str
    place: str
    insurance: str
    community: str
    before_me: int
    hours: tuple[Stated, ...]
    shifts: tuple[tuple[datetime, datetime, str], ...]


@dataclass(frozen=True)
class MyOffer:
    """An offer as the person who made it sees it; asked: places that were found for it."""

    id: int
    path: str
    name: str
    state: str
    made_at: datetime
    thanks: str
    first_on: date
    last_on: date
    area: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Asked:
    """An offer that was meant for a call. text: the words of the offer. nominated: people a unit has named so far."""

    id: int
    offer_id: int
    call_id: int
    call_number: int
    people: int
    state: str
    offerer_at: datetime | None
    place_at: datetime | None
    organisation: str
    organisation_id: int | None
    text: str
    name: str
    role: str
    place: str
    first_on: date
    last_on: date
    community: str
    skills: tuple[str, ...]
    nominated: int


def public_call(code: str) -> PublicCall:
    """The call behind a printed code, with its shifts; raises volunteers.call_unknown."""
    found: list[tuple[Any, ...]] = []
    with suppress(LianfangError):
        found = call("select * from volunteers_call_public(%s)", [parse_code(code)])
    if not found:
        raise LianfangError("volunteers.call_unknown")
    number, path, at_path, role, place, skills, *rest = found[0]
    return replace(PublicCall(number, path, at_path, role, place, tuple(skills), *rest), shifts=tuple(windows(number)))


def buildings(code: str) -> list[tuple[str, str]]:
    """The buildings of the call's community, by path and name."""
    return [(path, name) for path, name in call("select * from volunteers_buildings(%s)", [parse_code(code)])]


def mine(code: str) -> Mine:
    """The answer behind somebody's own code; raises volunteers.code_unknown."""
    digest = rules.digest_of(code)
    rows = call("select * from volunteers_mine(%s)", [digest])
    if not rows:
        raise LianfangError("volunteers.code_unknown")
    (
        number,
        of,
        call_number,
        path,
        sealed,
        state,
        made,
        decided,
        thanks,
        asked,
        role,
        place,
        insurance,
        community,
        _call,
        before,
    ) = rows[0]
    said = sealing.unseal(path, sealed) or {"name": "", "phone": ""}
    shifts = call("select * from volunteers_mine_shifts(%s)", [digest])
    hours = call("select * from volunteers_mine_hours(%s)", [digest])
    return Mine(
        number, of, call_number, path, mask_name(said["name"]), mask_phone(said["phone"]) if said["phone"] else "", state, made, decided,
        str(sealing.unseal(path, thanks, sealing.WORDS) or ""), asked, role, place, insurance, community, before,
        tuple(Stated(*row) for row in hours), tuple((row[0], row[1], row[2]) for row in shifts),
    )  # fmt: skip


def my_offer(code: str) -> MyOffer | None:
    """The offer behind somebody's own code; None where there is none. Raises volunteers.code_unknown for no code at all."""
    digest = rules.digest_of(code)
    rows = call("select * from volunteers_offer_mine(%s)", [digest])
    if not rows:
        return None
    number, path, sealed, _people, state, made, thanks, first, last, _begins, _ends, area = rows[0]
    said = sealing.unseal(path, sealed) or {"name": ""}
    return MyOffer(
        number, path, mask_name(said["name"]), state, made, str(sealing.unseal(path, thanks, sealing.WORDS) or ""), first, last, area,
        tuple(asked("person", digest=digest)),
    )  # fmt: skip


def asked(side: str, *, digest: bytes | None = None, of: int | None = None) -> list[Asked]:
    """Matches that ask a person (by the digest of their code), the caller's unit, or a call of the caller's area."""
    rows = call("select * from volunteers_asked(%s, %s, %s)", [side, digest, of])
    return [_asked(row) for row in rows]


def _asked(row: tuple[Any, ...]) -> Asked:
    key_path, sealed, role, place, first_on, last_on, community, skills, nominated = row[10:]
    said = sealing.unseal(key_path, sealed) or {}
    words, name = str(said.get("words", "")), mask_name(str(said.get("name", "")))
    return Asked(*[*row[:10], words, name, role, place, first_on, last_on, community, tuple(skills), nominated])
