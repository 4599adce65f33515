"""Who came: check-in and check-out, somebody who cannot come, replacement, swap, handover. `actor=None` is a member's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from django.db import connections

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.vault.api import Box, incident_box, standing_box
from lianfang.domain.duty.rules import Rest
from lianfang.domain.duty.services import problem_of, rest_json, rest_named
from lianfang.domain.workforce.api import Opener
from lianfang.kernel.errors import LianfangError

WORDS: Final = b"duty_handover.sealed"
MOST_WORDS: Final = 500
POOL: Final = 400
"""Members looked at for a replacement, nearest first (assumption: the rules are asked for each of them)."""
LATE_MINUTES: Final = 15
"""After so many minutes the post's office hears that somebody is late (assumption)."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who could step in. near: how much of the place they share (6 county … 16 building); minutes: booked this week."""

    member: int
    near: int
    ready: bool
    same_unit: bool
    at_post: int
    minutes: int
    skilled: bool
    problem: str

    @property
    def can(self) -> bool:
        """Whether nothing stands against it."""
        return not self.problem and self.skilled


@dataclass(frozen=True)
class SwapLine:
    """An offer of mine, or to me. other: the name as the post's list shows it."""

    id: int
    slot: int
    post: str
    starts_at: datetime
    ends_at: datetime
    back_starts: datetime | None
    back_ends: datetime | None
    mine: bool
    other_id: int
    other: str
    state: str


@dataclass(frozen=True)
class Mate:
    """A later or earlier shift of a colleague at the same post."""

    member: int
    name: str
    slot: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Note:
    """A handover note, opened."""

    id: int
    at: datetime
    member: int | None
    words: str
    seen_at: datetime | None


@dataclass(frozen=True)
class AtPost:
    """What a printed code stands for, and the entered member's shift there now, if any."""

    post: str
    kind: str
    place: str
    slot: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    state: str = ""


def check_in(
    *, actor: Actor | None, slot: int, via: str = "self", place: str = "", at: datetime | None = None
) -> datetime:
    """Check in to a shift; returns the server's time of it. at: for an office that enters a list on paper.

    Raises duty.not_expected, duty.not_now, access.not_found. A second check-in changes nothing.
    """
    with scoped(actor):
        return _time(run("select duty_check_in(%b::int8, %b, %b, %b::timestamptz)", [slot, via, place, at]))


def check_out(*, actor: Actor | None, slot: int, at: datetime | None = None) -> datetime:
    """Check out; raises duty.not_there, duty.not_now, access.not_found."""
    with scoped(actor):
        return _time(run("select duty_check_out(%b::int8, %b::timestamptz)", [slot, at]))


def post_at(code: int) -> AtPost:
    """The post behind a printed code (its number), with the entered member's shift there; raises access.not_found."""
    rows = run("select * from duty_post_at(%b::int8)", [code])
    if not rows:
        raise LianfangError("access.not_found")
    mine = run("select slot_id, starts_at, ends_at, state from duty_slot_at(%b::int8)", [code])
    return AtPost(*rows[0], *(mine[0] if mine else ()))


def check_in_at(code: int, *, place: str = "") -> int:
    """Check the entered member in at the post whose code was scanned; returns the slot. Raises duty.no_slot_here."""
    here = post_at(code)
    if here.slot is None:
        raise LianfangError("duty.no_slot_here")
    check_in(actor=None, slot=here.slot, via="post", place=place)
    return here.slot


def excuse(*, actor: Actor | None, slot: int) -> None:
    """Take somebody off a shift: a member who cannot come (the office hears it), or an office that lets somebody go."""
    with scoped(actor):
        run("select duty_excuse(%b::int8)", [slot])


def missed(*, actor: Actor, slot: int) -> None:
    """Say that somebody did not come; raises duty.not_expected."""
    with scoped(actor):
        run("select duty_missed(%b::int8)", [slot])


def candidates(*, actor: Actor, slot: int, pool: int = POOL) -> list[Candidate]:
    """Who could step in: who can comes first, then the reserve, then nearest, known at the post, fewest hours this week."""
    with scoped(actor):
        rest = rest_of_slot(slot)
        rows = run("select * from duty_candidates(%b::int8, %b::jsonb, %b::int4)", [slot, rest_json(rest), pool])
    found = [Candidate(*row) for row in rows]
    return sorted(found, key=lambda c: (not c.can, not c.ready, -c.near, -min(c.at_post, 1), c.minutes, c.member))


def replace(*, actor: Actor, slot: int, member: int) -> int:
    """Let somebody take the rest of a shift; the late one becomes a no-show. Returns the new slot; raises duty.*."""
    with scoped(actor):
        rest = rest_of_slot(slot)
        made, problem = run(
            "select * from duty_replace(%b::int8, %b::int8, %b::jsonb)", [slot, member, rest_json(rest)]
        )[0]
        if problem:
            raise problem_of(problem, rest)
    return int(made)


def offer_swap(*, slot: int, to: int, back: int | None = None) -> int:
    """The entered member offers a shift to a colleague of the same post, perhaps for one of theirs; returns the offer."""
    with scoped(None):
        return int(run("select duty_swap_offer(%b::int8, %b::int8, %b::int8)", [slot, to, back])[0][0])


def answer_swap(*, swap: int, answer: str) -> int | None:
    """Accept, decline or withdraw (`accepted`, `declined`, `withdrawn`) as the entered member; rest is checked for both.

    Returns the slot that the entered member now has, None unless accepted. Raises duty.swap_over, duty.*, access.not_found.
    """
    with scoped(None):
        rest = rest_named(str(run("select duty_rest_of_swap(%b::int8)", [swap])[0][0] or ""))
        made, problem = run("select * from duty_swap_answer(%b::int8, %b, %b::jsonb)", [swap, answer, rest_json(rest)])[
            0
        ]
        if problem:
            raise problem_of(problem, rest)
    return int(made) if made is not None else None


def accept_swap(*, swap: int) -> int | None:
    """Accept an offer as the entered member."""
    return answer_swap(swap=swap, answer="accepted")


def swaps() -> list[SwapLine]:
    """Offers of the entered member and to them, newest first."""
    opener = Opener()
    return [
        SwapLine(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], opener.member(row[9], row[10]).name, row[11]
        )
        for row in run("select * from duty_swaps()")
    ]  # fmt: skip


def mates(slot: int) -> list[Mate]:
    """Shifts of colleagues at the same post around one of the entered member's, to offer a swap for."""
    opener = Opener()
    return [
        Mate(row[0], opener.member(row[1], row[2]).name, *row[3:])
        for row in run("select * from duty_mates(%b::int8)", [slot])
    ]


def write_handover(*, actor: Actor | None, post: int, words: str) -> int:
    """Leave a note for the next crew, sealed; raises duty.words_missing, access.not_found."""
    said = words.strip()
    if not 1 <= len(said) <= MOST_WORDS:
        raise LianfangError("duty.words_missing")
    with scoped(actor):
        rows = run("select * from duty_box_of(%b::int8)", [post])
        if not rows:
            raise LianfangError("access.not_found")
        sealed = _box(*rows[0]).seal(msgspec.json.encode(said), WORDS)
        return int(run("select duty_handover_write(%b::int8, %b::bytea)", [post, sealed])[0][0])


def handovers(post: int, *, most: int = 5) -> list[Note]:
    """The latest notes of a post, newest first; raises access.not_found."""
    with scoped(None):
        rows = run("select * from duty_handovers(%b::int8, %b::int4)", [post, most])
    return [
        Note(row[0], row[1], row[2], str(msgspec.json.decode(_box(row[5], row[6]).open(row[3], WORDS))), row[4])
        for row in rows
    ]


def handover_seen(note: int) -> None:
    """The next crew has read it."""
    with scoped(None):
        run("select duty_handover_seen(%b::int8)", [note])


def watch() -> None:
    """Every minute: alarms for the late, no-shows at the end of a shift, an end for those who forgot to check out.

    From five in the afternoon key units that have not confirmed their day are asked (assumption).
    """
    with connections["door"].cursor() as cursor:
        cursor.execute("select * from duty_watch(%s)", [LATE_MINUTES])
        cursor.execute("select duty_ask_attendance()")


def rest_of_slot(slot: int) -> Rest:
    """The rest rules at a slot's post."""
    return rest_named(str(run("select duty_rest_of_slot(%b::int8)", [slot])[0][0] or ""))


def _box(incident: int | None, path: str) -> Box:
    return incident_box(incident) if incident else standing_box(path)


def _time(rows: Sequence[tuple[Any, ...]]) -> datetime:
    found: datetime = rows[0][0]
    return found
