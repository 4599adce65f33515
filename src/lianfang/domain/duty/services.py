"""Writes of duty: posts, their shifts, and who is booked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.incidents.api import incident_for
from lianfang.base.playbooks.api import load_shipped
from lianfang.domain.duty import problems
from lianfang.domain.duty.rules import KINDS, LONGEST, NewShift, Rest
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import new_code, parse_code

SOURCES: Final = ("roster", "claim", "call", "mission", "swap", "replacement")
_BOOK = "select member_id, slot_id, problem from duty_book(%b::int8, %b::int8[], %b, %b::jsonb, %b)"
_SHIFTS = "select id from duty_shifts_make(%b::int8, %b::timestamptz[], %b::timestamptz[], %b::int4[], %b::text[], %b::bool[], %b)"


@dataclass(frozen=True)
class Booked:
    """What became of one member: the slot, or None and the code of what stood against it."""

    member: int
    slot: int | None
    problem: str = ""


def rest_named(playbook: str) -> Rest:
    """The rest rules of a shipped playbook, in minutes; those assumed for '' ."""
    if not playbook:
        return Rest()
    rest = load_shipped(playbook).rest
    return Rest(
        round(rest.min_hours_between_shifts * 60), round(rest.max_hours_per_shift * 60), rest.max_nights_in_a_row,
        round(rest.max_hours_per_week * 60),
    )  # fmt: skip


def rest_json(rest: Rest) -> str:
    """Rest rules as the functions of the database read them."""
    return json.dumps({"rest": rest.rest, "shift": rest.shift, "nights": rest.nights, "week": rest.week})


def rest_at(shift: int) -> Rest:
    """The rest rules that hold at a shift's post."""
    rows = run("select duty_rest_of(%b::int8)", [shift])
    return rest_named(str(rows[0][0] or "") if rows else "")


def create_post(
    *,
    actor: Actor,
    path: str,
    kind: str,
    name: str,
    organisation: int | None = None,
    lead_member: int | None = None,
    key_unit: bool = False,
    two_person: bool = False,
    hours: tuple[int, int] = (0, 1440),
    least: int = 1,
    reserve: int = 0,
    started_on: date | None = None,
) -> int:
    """Set up a post at a township, community or building; returns its number. hours: minutes of the day it must be held.

    It belongs to the live incident it lies in, and keeps the rest rules of that playbook. Raises duty.kind_unknown,
    duty.post_unsound, duty.post_once, access.not_found.
    """
    if kind not in KINDS:
        raise LianfangError("duty.kind_unknown", kind=kind[:30])
    if not (0 <= hours[0] < hours[1] <= 1440 and 0 <= least <= 500 and 0 <= reserve <= 10_000 and name.strip()):
        raise LianfangError("duty.post_unsound")
    with scoped(actor):
        found = incident_for(path)
        given: dict[str, Any] = {
            "path": path, "kind": kind, "name": name.strip()[:80], "code": parse_code(new_code()), "organisation_id": organisation,
            "lead_member": lead_member, "key_unit": key_unit or kind == "key_unit", "two_person": two_person, "from_minute": hours[0],
            "to_minute": hours[1], "least": max(least, 2) if two_person else least, "reserve": reserve,
            "rest": found.playbook if found else "", "incident_id": found.id if found else None,
            "started_on": started_on.isoformat() if started_on else None,
        }  # fmt: skip
        return int(run("select duty_post_make(%b::jsonb)", [json.dumps(given)])[0][0])


def create_shifts(*, actor: Actor, post: int, shifts: Sequence[NewShift], publish: bool = False) -> list[int]:
    """Make shifts at a post (drafts, or published at once so that they can be claimed); returns their numbers by time.

    Those that stand already stay as they are. Raises duty.shift_unsound, duty.post_ended, access.not_found.
    """
    for one in shifts:
        if not (1 <= one.wanted <= 500 and one.starts_at < one.ends_at <= one.starts_at + LONGEST):
            raise LianfangError("duty.shift_unsound")
    if not shifts:
        return []
    with scoped(actor):
        rows = run(
            _SHIFTS,
            [
                post, [one.starts_at for one in shifts], [one.ends_at for one in shifts], [one.wanted for one in shifts],
                [one.skill for one in shifts], [one.leader for one in shifts], "published" if publish else "draft",
            ],
        )  # fmt: skip
    return [int(row[0]) for row in rows]


def book(
    *,
    actor: Actor | None,
    shift: int,
    members: Sequence[int],
    source: str = "roster",
    force: bool = False,
    strict: bool = True,
) -> list[Booked]:
    """Book members for a shift, each checked against all their slots in every net; actor None acts in the entered scope.

    force sets rest rules aside on record (an office only). strict raises the first problem and books nobody; otherwise those
    who can are booked and the rest is told. Raises duty.*, access.not_found.
    """
    if source not in SOURCES:
        raise ValueError(f"{source!r}: not one of {SOURCES}")
    if not members:
        return []
    with scoped(actor):
        rest = rest_at(shift)
        rows = run(_BOOK, [shift, list(dict.fromkeys(members)), source, rest_json(rest), force])
        told = [Booked(int(who), slot, str(problem or "")) for who, slot, problem in rows]
        for one in told:
            if strict and one.problem:
                raise problem_of(one.problem, rest)
    return told


def problem_of(code: str, rest: Rest) -> LianfangError:
    """The error behind a code that the database told."""
    return LianfangError(code, **({"hours": f"{rest.rest / 60:g}"} if code == problems.SOFT[0] else {}))
