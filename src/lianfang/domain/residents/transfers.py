"""Moves and stays across communities: asked for by one side, accepted by both, told to neither before that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.residents import sealing
from lianfang.domain.residents.life import Door, _until, home_at
from lianfang.domain.residents.life import _words as change_words
from lianfang.domain.residents.services import today
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import IdType, mask_number, parse_identity
from lianfang.kernel.ids import format_code
from lianfang.kernel.texts import own_words

ASKED: Final = b"residents_transfer.sealed"
"""{name, number: masked, reason}"""


@dataclass(frozen=True)
class Transfer:
    """One transfer as one side sees it. side: in (we asked) or out (one of ours). name, code, home: '' where not told yet.

    mine_ok, other_ok: whether this side and the other have accepted. place: of the other side, once both have.
    """

    id: int
    side: str
    what: str
    state: str
    asked_at: datetime
    ended_at: datetime | None
    until_on: date | None
    name: str
    code: str
    home: str
    number: str
    reason: str
    place: str
    mine_ok: bool
    other_ok: bool


def ask_transfer(
    *, actor: Actor, what: str, number: str, name: str, door: Door, reason: str, until: date | None = None
) -> int:
    """Ask that somebody registered elsewhere moves here (`move`) or is found here for a time (`stay`); returns its number.

    number: of their paper. The answer says nothing of where they are registered. Raises residents.nobody_to_transfer,
    residents.here_already, residents.transfer_waits, and what a door and a number raise.
    """
    if what not in ("move", "stay"):
        raise LianfangError("residents.change_unknown", what=what[:20])
    if not reason.strip():
        raise LianfangError("residents.reason_missing")
    parsed = parse_identity(IdType.RESIDENT, number, today=today(), synthetic_allowed=bool(settings.DRILL))
    with scoped(actor):
        home = home_at(actor=actor, door=door, awaited=True)
        said = {"name": own_words(name, 40), "number": mask_number(parsed.number), "reason": own_words(reason, 200)}
        words = sealing.seal(sealing.box_of(home, {}), said, ASKED)
        blind = sealing.identity_blinder()(parsed.number)
        row = run(
            "select residents_transfer_ask(%b, %b, null, %b, %b, %b::date)", [what, blind, home, words, _until(until)]
        )
        return int(row[0][0])


def accept_transfer(*, actor: Actor, transfer_id: int, on: date | None = None) -> bool:
    """Accept for the side that lies in the caller's area; True when that was the second acceptance and it is done.

    Raises residents.transfer_over, residents.transfer_same_person, access.not_found.
    """
    with scoped(actor):
        rows = run("select * from residents_transfer_accept(%b::int8)", [transfer_id])
        if not rows:
            return False
        _person, old_path, to_path, what, _until_on, person_sealed, secret_sealed = rows[0]
        stays = what == "stay"
        home = old_path if stays else to_path
        here, there = sealing.box_of(old_path, {}), sealing.box_of(home, {})
        opened = sealing.unseal(here, person_sealed, sealing.PERSON)
        moved_person = moved_secret = None
        if old_path[:6] != home[:6]:  # another county, another key
            moved_person = sealing.seal(there, opened, sealing.PERSON)
            if secret_sealed is not None:
                hidden = sealing.unseal(here, secret_sealed, sealing.SECRET)
                moved_secret = sealing.seal(there, hidden, sealing.SECRET)
        words = change_words(home, opened.get("name", ""), "双方确认")
        run(
            "select residents_transfer_finish(%b::int8, %b, %b, %b, %b)",
            [transfer_id, on or today(), words, moved_person, moved_secret],
        )
        return True


def refuse_transfer(*, actor: Actor, transfer_id: int) -> None:
    """Refuse for the side that lies in the caller's area; nothing changes and nothing is told."""
    with scoped(actor):
        run("select residents_transfer_end(%b::int8, 'refused')", [transfer_id])


def withdraw_transfer(*, actor: Actor, transfer_id: int) -> None:
    """Take back what one's own side asked for."""
    with scoped(actor):
        run("select residents_transfer_end(%b::int8, 'withdrawn')", [transfer_id])


def transfers(*, actor: Actor, transfer_id: int | None = None) -> list[Transfer]:
    """Transfers of the caller's area, newest first, each from the side that lies there."""
    rows = run("select * from residents_transfers(%b::int8)", [transfer_id])
    return [_transfer(row) for row in rows]


def transfer(*, actor: Actor, transfer_id: int) -> Transfer:
    """One transfer; raises access.not_found."""
    found = transfers(actor=actor, transfer_id=transfer_id)
    if not found:
        raise LianfangError("access.not_found")
    return found[0]


def _transfer(row: tuple[Any, ...]) -> Transfer:
    (number, side, what, state, asked_at, ended_at, until_on, _person, path, sealed, code, home, words, place, mine, other,
     _by) = row  # fmt: skip
    said: Mapping[str, Any] = {}
    if words is not None and home:
        said = sealing.unseal(sealing.box_of(home, {}), words, ASKED)
    name = said.get("name", "")
    if sealed is not None and path:
        name = sealing.unseal(sealing.box_of(path, {}), sealed, sealing.PERSON).get("name", "")
    return Transfer(
        number, side, what, state, asked_at, ended_at, until_on, name, format_code(code) if code is not None else "",
        home or "", said.get("number", ""), said.get("reason", ""), place or "", mine, other,
    )  # fmt: skip
