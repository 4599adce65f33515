"""Reads of offers to serve: for the office that answers them, and for the unit that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from lianfang.base.database.select import call
from lianfang.domain.volunteers import sealing
from lianfang.domain.volunteers.matching import Offered, Wanted
from lianfang.domain.volunteers.public_reads import Asked
from lianfang.domain.volunteers.selectors import Call, calls
from lianfang.domain.workforce.api import MemberLine, member_lines
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import mask_phone
from lianfang.kernel.ids import format_code

MOST: Final = 200
"""Offers, calls or members on one page: an assumption."""
_OFFERS: Final = """
select o.id, o.path, coalesce(a.name, ''), o.organisation_id, o.sealed, o.people, o.skills, o.first_on, o.last_on,
    o.from_minute, o.to_minute, o.home_path, o.state, o.made_at
from volunteers_offer o left join areas_area a on a.path = o.path
"""


@dataclass(frozen=True)
class Offer:
    """One offer. name, phone (masked) and address of a person, '' for a unit; text: their words."""

    id: int
    path: str
    area: str
    organisation_id: int | None
    organisation: str
    name: str
    phone: str
    address: str
    text: str
    people: int
    skills: tuple[str, ...]
    first_on: date
    last_on: date
    begins: int
    ends: int
    home_path: str
    state: str
    made_at: datetime
    thanks: str = ""


@dataclass(frozen=True)
class UnitCall:
    """An open call as a sending unit sees it."""

    id: int
    number: int
    role: str
    place: str
    community: str
    first_on: date
    last_on: date
    closes_at: datetime
    free: int

    @property
    def code(self) -> str:
        """The nine characters of its public address."""
        return format_code(self.number)


def offers(low: str) -> list[Offer]:
    """Offers to an area, those that wait first, newest first."""
    rows = call(f"{_OFFERS} where o.path >= %s and o.path < %s order by o.state not in ('new', 'proposed'), o.id desc limit %s",
                [low, low + "~", MOST])  # fmt: skip
    return [_offer(row) for row in rows]


def one_offer(number: int) -> Offer:
    """An offer to the caller's area; raises access.not_found."""
    rows = call(f"{_OFFERS} where o.id = %s", [number])
    if not rows:
        raise LianfangError("access.not_found")
    return _offer(rows[0])


def matches_of(number: int) -> list[Asked]:
    """The calls an offer was meant for, newest first."""
    rows = call(
        "select m.id, m.call_id, c.code, m.people, m.state, m.offerer_at, m.place_at, c.role, c.place, c.first_on, c.last_on, "
        "coalesce(a.name, ''), m.reason from volunteers_match m join volunteers_call c on c.id = m.call_id "
        "left join areas_area a on a.path = c.path where m.offer_id = %s order by m.id desc", [number],
    )  # fmt: skip
    return [
        Asked(
            row[0],
            number,
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            "",
            None,
            row[12],
            "",
            row[7],
            row[8],
            row[9],
            row[10],
            row[11],
            (),
            0,
        )
        for row in rows
    ]


def wanted_calls(low: str) -> list[tuple[Wanted, Call]]:
    """Open calls of an area that may lack people, with their free places, in three statements."""
    found = [one for one in calls(low, limit=MOST) if one.standing == "open"]
    rows = call(
        "select v.call_id, w.on_day, w.from_minute, w.to_minute, w.free from unnest(%s::bigint[]) as v(call_id), "
        "lateral volunteers_windows(v.call_id) w where w.on_day >= (now() at time zone 'Asia/Shanghai')::date",
        [[one.id for one in found]],
    )
    free: dict[int, int] = {}
    spans: dict[int, set[tuple[int, int]]] = {}
    for number, _day, begins, ends, open_to in rows:
        free[number] = free.get(number, 0) + open_to
        spans.setdefault(number, set()).add((begins, ends))
    return [
        (
            Wanted(
                one.id,
                one.path,
                free.get(one.id, 0),
                one.skills,
                one.first_on,
                one.last_on,
                tuple(sorted(spans.get(one.id, ()))),
            ),
            one,
        )
        for one in found
    ]


def open_offers(low: str) -> list[Offered]:
    """Offers of an area that wait for a place."""
    return [as_offered(one) for one in offers(low) if one.state == "new"]


def as_offered(one: Offer) -> Offered:
    """An offer as the matching reads it."""
    return Offered(
        one.id, one.home_path or one.path, one.people, one.skills, one.first_on, one.last_on, one.begins, one.ends
    )


def units() -> list[tuple[int, str, str]]:
    """The caller's units: number, name, path of their office."""
    return [(row[0], row[1], row[2]) for row in call("select * from volunteers_units()")]


def areas_of(found: Sequence[tuple[int, str, str]]) -> list[tuple[str, str]]:
    """Where these units may offer: their counties and the townships of those, by path and name."""
    counties = sorted({path[:6] for _number, _name, path in found})
    rows = call("select path, name from areas_area where left(path, 6) = any (%s::text[]) and level in (3, 4) and ended_on is null "
                "order by path", [counties])  # fmt: skip
    return [(path, short_name(name)) for path, name in rows]


def unit_offers() -> list[Offer]:
    """What the caller's units offered, newest first."""
    return [
        Offer(number, path, area, None, unit, "", "", "", _words(path, sealed), people, tuple(skills), first, last, begins, ends, "", state,
              made, str(sealing.unseal(path, thanks, sealing.WORDS) or ""))
        for number, path, area, unit, sealed, people, skills, first, last, begins, ends, state, thanks, made in call(
            "select * from volunteers_unit_offers()")
    ]  # fmt: skip


def unit_calls() -> list[UnitCall]:
    """Open calls of the counties of the caller's units, those that close first on top."""
    return [UnitCall(*row) for row in call("select * from volunteers_unit_calls()")]


def path_of_call(number: int) -> str:
    """The community of a call, by its public number."""
    return str(call("select path from volunteers_call_public(%s)", [number])[0][0])


def members_of(organisation: int) -> list[MemberLine]:
    """People of a unit and of those below it, by name, as far as the caller sees them."""
    rows = call(
        "select distinct m.member_id from workforce_membership m join workforce_organisation o on o.id = m.organisation_id "
        "join workforce_organisation top on top.id = %s and starts_with(o.lineage, top.lineage) "
        "where m.to_on is null order by 1 limit %s", [organisation, MOST],
    )  # fmt: skip
    return sorted(member_lines([row[0] for row in rows]).values(), key=lambda one: one.name)


def _offer(row: tuple[Any, ...]) -> Offer:
    number, path, area, organisation, sealed, people, skills, first, last, begins, ends, home, state, made = row
    said = sealing.unseal(path, sealed) or {}
    phone = str(said.get("phone", ""))
    return Offer(
        number, path, area, organisation, "", str(said.get("name", "")), mask_phone(phone) if phone else "", str(said.get("address", "")),
        str(said.get("words", "")), people, tuple(skills), first, last, begins, ends, home, state, made,
    )  # fmt: skip


def _words(path: str, sealed: bytes | None) -> str:
    return str((sealing.unseal(path, sealed) or {}).get("words", ""))
