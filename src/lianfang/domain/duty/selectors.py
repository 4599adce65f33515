"""Reads of duty: what can be claimed, whose shifts, who is taken when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lianfang.base.access.api import scoped
from lianfang.base.database.select import run
from lianfang.kernel.clock import day_bounds

MOST_OPEN = 500
"""Open shifts told in one answer."""


@dataclass(frozen=True)
class OpenShift:
    """A published shift with places left. path: where the post stands."""

    id: int
    post_id: int
    kind: str
    post: str
    path: str
    starts_at: datetime
    ends_at: datetime
    wanted: int
    held: int
    skill: str
    leader: bool


@dataclass(frozen=True)
class MemberSlot:
    """One shift of one member. mates: how many others stand there in the same shift."""

    id: int
    shift_id: int
    post_id: int
    kind: str
    post: str
    path: str
    starts_at: datetime
    ends_at: datetime
    state: str
    source: str
    leader: bool
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    mates: int


@dataclass(frozen=True)
class Busy:
    """A time at which a member is taken."""

    slot: int
    starts_at: datetime
    ends_at: datetime
    night: bool


def open_shifts(path: str, day: date, days: int = 7, *, most: int = MOST_OPEN) -> list[OpenShift]:
    """Published shifts of an area that still lack people, by time; raises access.not_found."""
    start, _ = day_bounds(day)
    with scoped(None):
        rows = run(
            "select * from duty_open_shifts(%b, %b::timestamptz, %b::timestamptz, %b::int4)",
            [path, start, start + timedelta(days=days), most],
        )
    return [OpenShift(*row) for row in rows]


def slots_of(member: int, from_day: date, days: int) -> list[MemberSlot]:
    """A member's shifts by time, in every net; for the member, or an office that sees them. Raises access.not_found."""
    start, _ = day_bounds(from_day)
    with scoped(None):
        rows = run(
            "select * from duty_slots_of(%b::int8, %b::timestamptz, %b::timestamptz)",
            [member, start, start + timedelta(days=days)],
        )
    return [MemberSlot(*row) for row in rows]


def shift_words(shifts: Sequence[int]) -> dict[int, tuple[str, datetime, datetime]]:
    """Post, start and end of shifts, as far as the entered scope shows them."""
    rows = run(
        "select h.id, p.name, h.starts_at, h.ends_at from duty_shift h join duty_post p on p.id = h.post_id where h.id = any (%b::int8[])",
        [list(shifts)],
    )
    return {int(number): (str(post), start, end) for number, post, start, end in rows}


def busy(members: Sequence[int], start: datetime, end: datetime) -> dict[int, list[Busy]]:
    """When members are taken, wherever it is; nobody whom the office cannot see."""
    found: dict[int, list[Busy]] = {}
    if members:
        rows = run("select * from duty_busy(%b::int8[], %b::timestamptz, %b::timestamptz)", [list(members), start, end])
        for member, slot, starts_at, ends_at, night in rows:
            found.setdefault(member, []).append(Busy(slot, starts_at, ends_at, night))
    return found
