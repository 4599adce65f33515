"""Writes of missions: founding teams, raising needs, sending teams and bringing them home. The database decides who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connection, connections, transaction

from lianfang.base.access.api import Actor
from lianfang.base.database.errors import refusals
from lianfang.domain.missions import problems  # noqa: F401  (defines its sentences)
from lianfang.kernel.errors import LianfangError

LONGEST_TURN_MINUTES: Final = 720
"""A shift is at most 12 hours (DECISIONS, rest rules: an assumption of the playbooks)."""
SIDES: Final = ("sender", "receiver", "city")


def call(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """One statement in the running scope; refusals of the database come out as errors of the catalogue."""
    with refusals(), connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


@dataclass(frozen=True, kw_only=True)
class NewNeed:
    """What is asked for. path: the area that asks; beyond: the name of a place outside this installation; severity 1 to 3."""

    path: str
    kind: str
    purpose: str
    people: int
    severity: int
    from_on: date
    until_on: date
    skills: tuple[str, ...] = ()
    beyond: str = ""
    incident_id: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a proposal to be adopted: which team goes for which need, and the figures it was chosen by."""

    need: int
    team: int
    why: dict[str, float]
    relieves: int | None = None


def found_team(
    *, actor: Actor, unit: int, name: str, people: int, kind: str = "reserve", skills: Sequence[str] = ()
) -> int:
    """Build a team of so many members of a unit who are in no other team; returns its number.

    Raises missions.too_few, missions.team_exists, access.not_found.
    """
    wanted = list(dict.fromkeys(word for word in skills if word))
    rows = call("select missions_found(%s, %s, %s, %s::text[], %s)", [unit, name.strip()[:60], kind, wanted, people])
    return int(rows[0][0])


def dissolve_team(*, actor: Actor, team: int) -> None:
    """End a team that is at home; raises missions.team_taken, access.not_found."""
    call("select missions_dissolve(%s)", [team])


def raise_need(*, actor: Actor, need: NewNeed) -> int:
    """Ask for people; returns the number of the need. Raises missions.need_wrong, access.not_found."""
    rows = call(
        "select missions_raise(%s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s::smallint)",
        [need.path, need.beyond.strip()[:60], need.kind, need.purpose, list(need.skills), need.people, need.severity,
         need.from_on, need.until_on, need.incident_id],
    )  # fmt: skip
    return int(rows[0][0])


def end_need(*, actor: Actor, need: int, withdrawn: bool = False) -> None:
    """Close a need; teams that are there stay until they are called back. Raises missions.need_over, access.not_found."""
    call("select missions_end_need(%s, %s)", [need, "withdrawn" if withdrawn else "over"])


def propose(*, actor: Actor, lines: Sequence[Line]) -> list[int]:
    """Adopt lines of a proposal, all or none; both sides hear about each. Returns the missions in the order of the lines.

    Raises missions.nothing_chosen, missions.team_taken, missions.team_not_ready, missions.team_unfit, missions.need_over.
    """
    if not lines:
        raise LianfangError("missions.nothing_chosen")
    made = []
    with transaction.atomic():
        for line in lines:
            why = msgspec.json.encode(line.why).decode()
            rows = call("select missions_propose(%s, %s, %s::jsonb, %s)", [line.need, line.team, why, line.relieves])
            made.append(int(rows[0][0]))
    return made


def agree(*, actor: Actor, mission: int, side: str) -> str:
    """One side says yes; returns the mission's state. Raises missions.wrong_state, access.not_found."""
    return str(call("select missions_agree(%s, %s)", [mission, _side(side)])[0][0])


def refuse(*, actor: Actor, mission: int, side: str, why: str) -> None:
    """One side says no, with a word why, before the team has left."""
    call("select missions_stop(%s, %s, %s)", [mission, _side(side), why])


def send(*, actor: Actor, mission: int, stay_home: Sequence[int] = (), turns: int = 2, start_minute: int = 480) -> int:
    """Settle who goes in which of so many turns a day, and let them leave; returns how many go.

    Raises missions.turns_wrong, missions.nobody_goes, missions.wrong_state, access.not_found.
    """
    rows = call("select missions_send(%s, %s::bigint[], %s, %s)", [mission, list(stay_home), turns, start_minute])
    return int(rows[0][0])


def confirm_arrival(*, actor: Actor, mission: int) -> None:
    """The receiving side saw them arrive; a team that they relieve is called home."""
    call("select missions_arrive(%s)", [mission])


def call_back(*, actor: Actor, mission: int, side: str) -> None:
    """Call a team home; both sides may."""
    call("select missions_recall(%s, %s)", [mission, _side(side)])


def confirm_return(*, actor: Actor, mission: int) -> date:
    """The sending side has its people back; returns the day the team is ready again."""
    found: date = call("select missions_return(%s)", [mission])[0][0]
    return found


def turn_hours(turn: int, turns: int, start_minute: int) -> tuple[int, int]:
    """Begin and end of a turn in minutes of the day (the end may pass 1440): equal parts of a day, none above 12 hours."""
    length = min(1440 // turns, LONGEST_TURN_MINUTES)
    begins = (start_minute + (turn - 1) * length) % 1440
    return begins, begins + length


def wake_rested() -> int:
    """Make rested teams ready and close needs whose last day is over; returns how many teams woke."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select missions_wake()")
        return int(cursor.fetchone()[0])


def _side(side: str) -> str:
    if side not in SIDES:
        raise LianfangError("access.not_found")
    return side
