"""Writes of missions: founding teams, raising needs, sending teams and bringing them home. The database decides who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Final

import msgspec
from django.db import connections, transaction
from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.base.incidents.api import incident_for
from lianfang.domain.duty.api import NewShift, book, create_post, create_shifts
from lianfang.domain.missions import problems  # noqa: F401  (defines its sentences)
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.kernel.errors import LianfangError

LONGEST_TURN_MINUTES: Final = 720
"""A shift is at most 12 hours (DECISIONS, rest rules: an assumption of the playbooks)."""
WEEK_MINUTES: Final = 48 * 60
"""At most 48 hours a week (the same rules): who has worked that many has days off in turn."""
MOST_DAYS: Final = 28
"""Days rostered at an arrival: an assumption, four weeks."""
SIDES: Final = ("sender", "receiver", "city")


_write = partial(call, apart=True)


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
    rows = _write("select missions_found(%s, %s, %s, %s::text[], %s)", [unit, name.strip()[:60], kind, wanted, people])
    return int(rows[0][0])


def dissolve_team(*, actor: Actor, team: int) -> None:
    """End a team that is at home; raises missions.team_taken, access.not_found."""
    _write("select missions_dissolve(%s)", [team])


def raise_need(*, actor: Actor, need: NewNeed) -> int:
    """Ask for people; returns the number of the need. Raises missions.need_wrong, access.not_found."""
    rows = _write(
        "select missions_raise(%s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s::smallint)",
        [need.path, need.beyond.strip()[:60], need.kind, need.purpose, list(need.skills), need.people, need.severity,
         need.from_on, need.until_on, need.incident_id],
    )  # fmt: skip
    return int(rows[0][0])


def incident_over(path: str) -> int | None:
    """The live incident that an area lies in, None where there is none."""
    found = incident_for(path)
    return None if found is None else int(found.id)


def end_need(*, actor: Actor, need: int, withdrawn: bool = False) -> None:
    """Close a need; teams that are there stay until they are called back. Raises missions.need_over, access.not_found."""
    _write("select missions_end_need(%s, %s)", [need, "withdrawn" if withdrawn else "over"])


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
            rows = _write("select missions_propose(%s, %s, %s::jsonb, %s)", [line.need, line.team, why, line.relieves])
            made.append(int(rows[0][0]))
    return made


def agree(*, actor: Actor, mission: int, side: str) -> str:
    """One side says yes; returns the mission's state. Raises missions.wrong_state, access.not_found."""
    return str(_write("select missions_agree(%s, %s)", [mission, _side(side)])[0][0])


def refuse(*, actor: Actor, mission: int, side: str, why: str) -> None:
    """One side says no, with a word why, before the team has left."""
    _write("select missions_stop(%s, %s, %s)", [mission, _side(side), why])


def send(*, actor: Actor, mission: int, stay_home: Sequence[int] = (), turns: int = 2, start_minute: int = 480) -> int:
    """Settle who goes in which of so many turns a day, and let them leave; returns how many go.

    Raises missions.turns_wrong, missions.nobody_goes, missions.wrong_state, access.not_found.
    """
    rows = _write("select missions_send(%s, %s::bigint[], %s, %s)", [mission, list(stay_home), turns, start_minute])
    return int(rows[0][0])


def confirm_arrival(*, actor: Actor, mission: int) -> int:
    """The receiving side saw them arrive; a team that they relieve is called home. Their post is made, with its turns.

    Everybody is booked within the rest rules, days off in turn; returns how many shifts were booked (0 where the receiving area
    is a county: it says itself where they stand). Raises missions.wrong_state, access.not_found.
    """
    with transaction.atomic():
        _write("select missions_arrive(%s)", [mission])
        return roster(actor=actor, mission=mission)


def roster(*, actor: Actor, mission: int) -> int:
    """Make the post of an arrived team and book its people; returns how many shifts were booked."""
    found = _write(
        "select team_name, to_path, until_on, turns, start_minute from missions_mission where id = %s and beyond = '' "
        "and length(to_path) >= 9", [mission],
    )  # fmt: skip
    if not found or not actor.may("other", "keep_duty"):
        return 0
    name, path, until_on, turns, start = found[0]
    crews: dict[int, list[int]] = {}
    for member, turn in _write(
        "select member_id, turn from missions_person where mission_id = %s and not stayed_home order by turn, id",
        [mission],
    ):
        crews.setdefault(turn, []).append(member)
    begins, ends = turn_hours(1, turns, start)
    post = create_post(
        actor=actor, path=path, kind="team", name=f"{name}·{mission}", least=0 if turns * (ends - begins) < 1440 else 1
    )
    first = max(beijing_day(timezone.now()), until_on - timedelta(days=MOST_DAYS - 1))
    booked = 0
    for offset in range((until_on - first).days + 1):
        booked += _day(actor, post, first + timedelta(days=offset), crews, (turns, start), offset)
    return booked


def _day(
    actor: Actor, post: int, day: date, crews: Mapping[int, Sequence[int]], pattern: tuple[int, int], offset: int
) -> int:
    """Shifts of one day: of each turn those whose day off it is not."""
    booked = 0
    for turn, members in crews.items():
        begins, ends = turn_hours(turn, *pattern)
        days_on = max(1, min(7, WEEK_MINUTES // (ends - begins)))
        there = [member for at, member in enumerate(members) if (offset + at) % 7 < days_on]
        starts_at = datetime.combine(day, time(), BEIJING) + timedelta(minutes=begins)
        ends_at = starts_at + timedelta(minutes=ends - begins)
        if not there or ends_at <= timezone.now():
            continue
        publish = actor.may("other", "publish_roster")  # else they wait as drafts for the head of the place
        [shift] = create_shifts(
            actor=actor, post=post, shifts=[NewShift(starts_at, ends_at, len(there))], publish=publish
        )
        told = book(actor=actor, shift=shift, members=there, source="mission", strict=False)
        booked += sum(one.slot is not None for one in told)
    return booked


def call_back(*, actor: Actor, mission: int, side: str) -> None:
    """Call a team home; both sides may."""
    _write("select missions_recall(%s, %s)", [mission, _side(side)])


def confirm_return(*, actor: Actor, mission: int) -> date:
    """The sending side has its people back; returns the day the team is ready again."""
    found: date = _write("select missions_return(%s)", [mission])[0][0]
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
