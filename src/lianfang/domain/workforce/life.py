"""Writes of organisations and members one at a time: entered, edited, moved, registered, left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from django.conf import settings

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.vault.api import standing_box
from lianfang.domain.residents.api import phone_digits
from lianfang.domain.workforce import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.domain.workforce import rules
from lianfang.domain.workforce.sealing import MEMBER, SECRET, UNIT, contact_blinder, identity_blinder, seal, unseal
from lianfang.domain.workforce.services import checked_name
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import IdType, mask_phone, parse_identity

Leaving = Callable[[Actor, int], Sequence[str]]
_ON_LEAVE: Final[list[Leaving]] = []
_NAME: Final = range(2, 41)
LAST_MINUTE: Final = 2_880
"""Midnight of the next day, in minutes."""


@dataclass(frozen=True)
class NewMember:
    """Somebody to be entered. number: of the paper, '' without; phone: '' without; home: a community or ''."""

    name: str
    number: str = ""
    phone: str = ""
    home: str = ""
    kind: str = "cadre"
    skills: tuple[str, ...] = ()
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stated:
    """One statement of availability: a weekday (0 Monday) or a day, minutes from its midnight, and whether they can work."""

    from_minute: int
    to_minute: int
    weekday: int | None = None
    on_day: date | None = None
    can_work: bool = True


def on_leave(function: Leaving) -> Leaving:
    """Register what else ends when a member leaves: called in the same transaction with the actor and the member's number, it
    returns sentences that say what fell open (a shift, a pairing) and who was told."""
    _ON_LEAVE.append(function)
    return function


def write_unit(
    *, actor: Actor, name: str, kind: str, path: str, unit: int | None = None, parent: int | None = None, contact: str = "",
    phone: str = "",
) -> int:  # fmt: skip
    """Enter or change an organisation; returns its number. Raises workforce.name_missing, workforce.unit_exists,
    workforce.circular_parent, residents.phone_wrong, access.not_found."""
    tidy, key = checked_name(name), rules.key_path(path)
    said = {"contact": contact.strip()[:40], "phone": _digits(phone)}
    sealed = seal(standing_box(key), said, UNIT) if any(said.values()) else None
    with scoped(actor):
        rows = run(
            "select workforce_unit_write(%b::int8, %b, %b, %b, %b::int8, %b, %b)",
            [unit, tidy, kind.strip()[:40] or "other", path, parent, key, sealed],
        )
    return int(rows[0][0])


def add_member(*, actor: Actor, unit: int, who: NewMember, net: str = "work", duty: str = "member") -> tuple[int, bool]:
    """Enter somebody into an organisation; returns their number and whether they were known before (one person once). Raises
    workforce.person_name_missing, workforce.member_here, the identity refusals, residents.phone_wrong, access.not_found."""
    name = who.name.strip()
    if len(name) not in _NAME:
        raise LianfangError("workforce.person_name_missing")
    phone, sex, born, number = _digits(who.phone), 0, None, ""
    if who.number.strip():
        paper = IdType.RESIDENT if who.number.strip()[0].isdigit() else IdType.PASSPORT
        day = beijing_day(datetime.now(UTC))
        found = parse_identity(paper, who.number, today=day, synthetic_allowed=bool(settings.DRILL))
        number = found.number
        if found.birth_date is not None:
            sex, born = 1 if found.sex == "male" else 2, found.birth_date.year
    shown = {"name": name, "phone": mask_phone(phone)} if phone else {"name": name}
    hidden = {**who.hidden, **({"number": number} if number else {}), **({"phone": phone} if phone else {})}
    with scoped(actor):
        office = run("select path from workforce_organisation where id = %b", [unit])
        if not office:
            raise LianfangError("access.not_found")
        key = rules.key_path(who.home or office[0][0])
        box = standing_box(key)
        rows = run(
            "select * from workforce_member_add(%b::int8, %b, %b, %b, %b, %b, %b::bytea, %b::bytea, %b, %b, %b::int2, %b::int2, "
            "%b::text[])",
            [unit, net, duty, key, seal(box, shown, MEMBER), seal(box, hidden, SECRET),
             identity_blinder()(number) if number else None, contact_blinder()(name, phone) if phone else None, who.home,
             who.kind, sex, born, list(who.skills)],
        )  # fmt: skip
    return int(rows[0][0]), bool(rows[0][1])


def edit_member(
    *, actor: Actor, member: int, name: str, phone: str, home: str, kind: str, skills: Sequence[str]
) -> None:
    """Change what is recorded of a member. A blank phone keeps the one that is there. Raises workforce.person_name_missing,
    residents.phone_wrong, access.not_found."""
    tidy, digits = name.strip(), _digits(phone)
    if len(tidy) not in _NAME:
        raise LianfangError("workforce.person_name_missing")
    with scoped(actor):
        seals = run("select * from workforce_member_seals(%b::int8)", [member])
        if not seals:
            raise LianfangError("access.not_found")
        box = standing_box(seals[0][0])
        shown, hidden = unseal(box, seals[0][1], MEMBER), unseal(box, seals[0][2], SECRET)
        shown["name"] = tidy
        if digits:
            shown["phone"], hidden["phone"] = mask_phone(digits), digits
        contact = contact_blinder()(tidy, hidden["phone"]) if hidden.get("phone") else None
        run(
            "select workforce_member_edit(%b::int8, %b, %b, %b::bytea, %b, %b, %b::text[])",
            [member, seal(box, shown, MEMBER), seal(box, hidden, SECRET), contact, home, kind, list(skills)],
        )


def move_member(
    *, actor: Actor, member: int, leaves: int | None, joins: int | None, net: str = "work", duty: str = "member"
) -> None:  # fmt: skip
    """A member leaves an organisation, joins another, or both. Raises workforce.member_here, access.not_found."""
    with scoped(actor):
        run("select workforce_member_move(%b::int8, %b::int8, %b::int8, %b, %b)", [member, leaves, joins, net, duty])


def leave(*, actor: Actor, member: int) -> list[str]:
    """Somebody leaves for good; whatever they still had to do falls open. Returns sentences that say what did, and who was told.
    Raises workforce.left_already, access.not_found."""
    with scoped(actor):
        run("select workforce_member_leave(%b::int8)", [member])
        return [sentence for told in _ON_LEAVE for sentence in told(actor, member)]


def register(*, actor: Actor, path: str, member: int | None = None, via: str = "office") -> None:
    """Report a member to a home community: the office enters them, or somebody with an account reports themselves (member None;
    via code or link). Raises workforce.registered_already, access.not_found."""
    with scoped(actor):
        run("select workforce_register(%b::int8, %b, %b)", [member, path, via if via in rules.VIAS else "office"])


def unregister(*, actor: Actor, member: int) -> None:
    """End a member's registration. Raises workforce.not_registered, access.not_found."""
    with scoped(actor):
        run("select workforce_unregister(%b::int8)", [member])


def state_availability(*, actor: Actor, stated: Sequence[Stated], member: int | None = None) -> None:
    """Write down when a member says that they can work, in place of what they said before; an empty list means any time. member
    None: the acting member. Raises workforce.hours_wrong, access.not_found."""
    for one in stated:
        named = (one.weekday is None) != (one.on_day is None)
        if not named or not 0 <= one.from_minute < one.to_minute <= LAST_MINUTE or not 0 <= (one.weekday or 0) <= 6:
            raise LianfangError("workforce.hours_wrong")
    columns = (
        [one.weekday for one in stated], [one.on_day for one in stated], [one.from_minute for one in stated],
        [one.to_minute for one in stated], [one.can_work for one in stated],
    )  # fmt: skip
    with scoped(actor):
        run(
            "select workforce_state_availability(%b::int8, %b::int2[], %b::date[], %b::int2[], %b::int2[], %b::bool[])",
            [member, *columns],
        )


def _digits(phone: str) -> str:
    """A telephone as digits, '' for none; raises residents.phone_wrong."""
    if not phone.strip():
        return ""
    digits = phone_digits(phone)
    if digits is None:
        raise LianfangError("residents.phone_wrong", text="*" * len(phone.strip()))
    return digits
