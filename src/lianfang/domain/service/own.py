"""What a member sees of themselves, read while `workforce_me()` is they."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from lianfang.base.areas.api import names_of
from lianfang.base.database.select import call
from lianfang.base.playbooks.api import load_shipped
from lianfang.base.worklist.api import words
from lianfang.domain.duty.api import MemberSlot, OpenShift, SwapLine, open_shifts, slots_of, swaps
from lianfang.domain.missions.api import turn_hours
from lianfang.domain.pairings.api import of_member, templates
from lianfang.domain.service.entering import today
from lianfang.domain.workforce.api import Opener
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import Language, LianfangError
from lianfang.kernel.ids import format_code, group_code

AHEAD_DAYS: Final = 14
"""Days of shifts on the page: the length of a roster in the documents (two weeks)."""
CLAIM_DAYS: Final = 7
CLAIMS: Final = 12
"""Open shifts on the page at most: an assumption, one screen of an old phone."""
EARLY: Final = timedelta(hours=1)
"""How long before its beginning a shift can be checked in: an assumption."""


@dataclass(frozen=True)
class Me:
    """The member who opened the page. reported: where they reported beside their work unit ('' nowhere)."""

    id: int
    code: str
    name: str
    phone: str
    kind: str
    skills: tuple[str, ...]
    home: str
    reported: str
    reported_at: datetime | None
    agreed: bool | None
    consent_at: datetime | None


@dataclass(frozen=True)
class Membership:
    """One unit or net the member belongs or belonged to."""

    name: str
    net: str
    duty: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class Task:
    """One thing that is due for the member."""

    title: str
    place: str
    due_at: datetime | None
    urgent: bool


@dataclass(frozen=True)
class Sent:
    """Where the member is sent with a team. begins, ends: clock times of their turn ('' when the team has none)."""

    team: str
    place: str
    state: str
    until_on: date
    turn: int
    begins: str
    ends: str
    lead: bool


@dataclass(frozen=True)
class Stand:
    """One shift as the page shows it. can: in, out, '' ; now: it is the one to act on."""

    slot: MemberSlot
    place: str
    can: str


@dataclass(frozen=True)
class Pair:
    """One thing I answer for, in words."""

    place: str
    template: str
    item: str
    from_on: date


@dataclass(frozen=True)
class Page:
    """Everything on the first page."""

    me: Me
    stands: list[Stand]
    sent: list[Sent]
    tasks: list[Task]
    memberships: list[Membership]
    claims: list[tuple[OpenShift, str]] = field(default_factory=list)
    swaps: list[SwapLine] = field(default_factory=list)
    pairings: list[Pair] = field(default_factory=list)


def me() -> Me:
    """Who acts; raises service.nobody."""
    number, code, key_path, sealed, kind, skills, home, reported, at, agreed, said = call("select * from service_me()")[
        0
    ]
    shown = Opener().member(key_path, sealed)
    return Me(
        number, group_code(format_code(code)), shown.name, shown.phone, kind, tuple(skills), short_name(home),
        short_name(reported), at, agreed, said,
    )  # fmt: skip


def page(language: Language) -> Page:
    """Read everything for the first page."""
    who = me()
    stands = my_stands(who.id)
    return Page(
        who, stands, my_missions(), my_tasks(language),
        [Membership(*row) for row in call("select * from service_memberships()")], my_claims(stands),
        [one for one in swaps() if one.state == "offered"], my_pairings(who.id, language),
    )  # fmt: skip


def my_stands(member: int) -> list[Stand]:
    """My shifts from yesterday on (a night's end), those that are over and done left out."""
    now = timezone.now()
    found = [
        slot
        for slot in slots_of(member, today() - timedelta(days=1), AHEAD_DAYS + 1)
        if slot.state in ("published", "present") and (slot.ends_at > now or slot.state == "present")
    ]
    names = names_of(sorted({slot.path[:12] for slot in found}))
    return [Stand(slot, short_name(names.get(slot.path[:12], "")), _can(slot, now)) for slot in found]


def _can(slot: MemberSlot, now: datetime) -> str:
    if slot.state == "present":
        return "out"
    return "in" if slot.starts_at - EARLY <= now < slot.ends_at else ""


def my_claims(stands: list[Stand]) -> list[tuple[OpenShift, str]]:
    """Shifts that can still be claimed where I live, reported, or my unit is, beside those I have; soonest first."""
    found: dict[int, OpenShift] = {}
    for (place,) in call("select path from service_my_places()"):
        for one in open_shifts(place, today(), CLAIM_DAYS, most=CLAIMS):
            if not any(one.starts_at < mine.slot.ends_at and mine.slot.starts_at < one.ends_at for mine in stands):
                found.setdefault(one.id, one)
    chosen = sorted(found.values(), key=lambda one: (one.starts_at, one.id))[:CLAIMS]
    names = names_of(sorted({one.path[:12] for one in chosen}))
    return [(one, short_name(names.get(one.path[:12], ""))) for one in chosen]


def my_pairings(member: int, language: Language) -> list[Pair]:
    """What I answer for now, in the words of its template."""
    found = []
    for one in of_member(member):
        if one.ended_on is None:
            known = _template(one.template, one.incident)
            item = next((item for item in known.items if item.key == one.item), None) if known is not None else None
            found.append(Pair(one.place, _said(known, language) or one.template, _said(item, language), one.from_on))
    return found


def _template(key: str, incident: int | None) -> Any:
    """A pairing's template: of the incident's playbook, else a standing one; None when neither knows it."""
    playbook = call("select service_playbook(%s::smallint)", [incident])[0][0] if incident is not None else None
    known = dict(templates(None))
    return (load_shipped(playbook).pairing_templates if playbook else {}).get(key) or known.get(key)


def _said(named: Any, language: Language) -> str:
    return "" if named is None else str(named.zh if language == "zh" else named.en)


def my_missions() -> list[Sent]:
    """Missions I am on now."""
    found = []
    for row in call(
        "select team, place, beyond, state, until_on, turn, turns, start_minute, lead from missions_of_me()"
    ):
        team, place, beyond, state, until_on, turn, turns, start, lead = row
        begins, ends = turn_hours(turn, turns, start) if turns else (0, 0)
        hours = (clock(begins), clock(ends)) if turns else ("", "")
        found.append(Sent(team, beyond or short_name(place), state, until_on, turn, *hours, lead))
    return found


def my_tasks(language: Language) -> list[Task]:
    """What is due for my account."""
    return [
        Task(words(source, what, subject, language), short_name(place), due, urgency > 1)
        for source, what, subject, place, due, urgency in call("select * from service_tasks()")
    ]


def my_slot(member: int, number: int) -> MemberSlot:
    """One of my shifts; raises access.not_found."""
    for slot in slots_of(member, today() - timedelta(days=1), AHEAD_DAYS + 1):
        if slot.id == number:
            return slot
    raise LianfangError("access.not_found")


def clock(minute: int) -> str:
    """A minute of the day as 08:00."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def beijing(at: datetime) -> datetime:
    """An instant on the Beijing clock."""
    return at.astimezone(BEIJING)
