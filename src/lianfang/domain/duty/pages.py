"""What the pages of duty show: posts with their hours, a day at one post, the roster as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from lianfang.base.access.actor import Actor
from lianfang.base.access.places import Place
from lianfang.base.areas.api import names_of
from lianfang.domain.duty import words
from lianfang.domain.duty.models import Post, Shift, Slot
from lianfang.domain.duty.rules import LIVE, Hour, Stretch, coverage
from lianfang.domain.workforce.api import MemberLine, member_lines
from lianfang.kernel.clock import BEIJING, beijing_day, day_bounds

HOLDS = ("published", "present", "left")
MOST_POSTS = 400
"""Posts of one page; a larger area is opened by its parts."""


@dataclass(frozen=True)
class Bars:
    """24 hours of a post: for each (x, height, hour), words for who does not see colours."""

    hours: tuple[Hour, ...]
    empty: str
    thin: str

    @property
    def state(self) -> str:
        """The worst of the day."""
        found = {hour.state for hour in self.hours}
        return next((one for one in ("empty", "thin", "good") if one in found), "closed")


@dataclass(frozen=True)
class PostRow:
    """One post in a list. late: people who should be there now and are not; here: who is."""

    post: Post
    place: str
    bars: Bars
    here: int
    wanted_now: int
    late: int
    href: str

    @property
    def badge(self) -> tuple[str, Any]:
        """State and word of now, else of the day."""
        if self.late:
            return words.SLOT_STATES["late"]
        return words.HOUR_STATES[self.bars.state]


@dataclass(frozen=True)
class SlotLine:
    """One member in a shift, as the page shows it."""

    slot: Slot
    member: MemberLine | None
    state: str
    word: Any
    late: bool
    may_come: bool
    may_leave: bool
    breach: Any

    @property
    def name(self) -> str:
        """Who it is, as far as the reader may see."""
        return self.member.name if self.member else "—"


@dataclass(frozen=True)
class ShiftCard:
    """One shift with its people and its open places."""

    shift: Shift
    lines: tuple[SlotLine, ...]
    open: int
    now: bool
    over: bool


YEARS = range(2000, 2101)
"""Years in which somebody may stand at a post (assumption)."""


def day_of(text: str) -> date:
    """The day asked for, today when it is none."""
    return day_said(text) or beijing_day(timezone.now())


def day_said(text: str) -> date | None:
    """The day that a text names; None when it names none, or one that nobody could mean."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def hour_span(hours: Iterable[Hour], state: str) -> str:
    """The hours of a state as text: `02–06、14–15`."""
    spans: list[list[int]] = []
    for one in hours:
        if one.state == state:
            if spans and spans[-1][1] == one.hour:
                spans[-1][1] = one.hour + 1
            else:
                spans.append([one.hour, one.hour + 1])
    return "、".join(f"{low:02d}–{high:02d}" for low, high in spans)


def bars_of(post: Post, day: date, shifts: Sequence[Shift], slots: Sequence[Slot]) -> Bars:
    """The picture of a day at a post; on the day it was set up it opens with its first shift."""
    open_from = post.from_minute
    if day == post.started_on and shifts:
        first = min(one.starts_at for one in shifts).astimezone(BEIJING)
        open_from = max(open_from, first.hour * 60 + first.minute if first.date() == day else 0)
    hours = tuple(
        coverage(
            day, open_from=open_from, open_to=post.to_minute, least=post.least,
            wanted=[Stretch(one.starts_at, one.ends_at, one.wanted) for one in shifts],
            booked=[Stretch(one.starts_at, one.ends_at) for one in slots if one.state in LIVE],
        )
    )  # fmt: skip
    return Bars(hours, hour_span(hours, "empty"), hour_span(hours, "thin"))


def around(path: str, day: date, days: int = 1, posts: Sequence[int] | None = None) -> tuple[list[Shift], list[Slot]]:
    """Shifts and slots that touch some days in an area, or at given posts."""
    start, _ = day_bounds(day)
    end = start + timedelta(days=days)
    span = {"starts_at__lt": end, "ends_at__gt": start, "starts_at__gt": start - timedelta(days=2)}
    where: dict[str, Any] = {"post_id__in": posts} if posts is not None else {"path__gte": path, "path__lt": path + "~"}
    shifts = list(Shift.objects.filter(**where, **span).order_by("starts_at", "id"))
    slots = list(Slot.objects.filter(**where, **span).order_by("starts_at", "id"))
    return shifts, slots


def post_rows(place: Place, day: date, *, key_units: bool = False) -> list[PostRow]:
    """The posts of an area, those with something wrong first."""
    posts = list(
        Post.objects.filter(
            path__gte=place.path, path__lt=place.path + "~", ended_on=None, key_unit=key_units
        ).order_by("path", "id")[:MOST_POSTS]
    )
    shifts, slots = around(place.path, day)
    by_shift, by_slot = _grouped(shifts), _grouped(slots)
    names = names_of(sorted({post.path[:12] for post in posts}))
    now = timezone.now()
    rows = []
    for post in posts:
        mine, held = by_shift[post.id], by_slot[post.id]
        rows.append(
            PostRow(
                post, names.get(post.path[:12], ""), bars_of(post, day, mine, held),
                sum(one.state == "present" for one in held if one.starts_at <= now < one.ends_at),
                sum(one.wanted for one in mine if one.starts_at <= now < one.ends_at and one.state == "published"),
                sum(is_late(one, now) for one in held), reverse("duty-post", args=[post.id]),
            )
        )  # fmt: skip
    order = {"empty": 0, "thin": 1, "good": 2, "closed": 3}
    return sorted(rows, key=lambda row: (-row.late, order[row.bars.state], row.post.path, row.post.id))


def is_late(slot: Slot, now: datetime) -> bool:
    """Whether somebody should be there by now and is not."""
    return slot.state == "published" and slot.starts_at <= now < slot.ends_at


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.post_id].append(row)
    return found


def shift_cards(shifts: Sequence[Shift], slots: Sequence[Slot]) -> list[ShiftCard]:
    """Shifts with their people, by time."""
    people = member_lines([slot.member_id for slot in slots])
    by_shift: dict[int, list[Slot]] = defaultdict(list)
    for slot in slots:
        by_shift[slot.shift_id].append(slot)
    now = timezone.now()
    cards = []
    for shift in shifts:
        mine = by_shift[shift.id]
        held = sum(slot.state in LIVE for slot in mine)
        lines = tuple(slot_line(slot, people, now) for slot in mine if slot.state != "released")
        cards.append(
            ShiftCard(
                shift, lines, max(0, shift.wanted - held), shift.starts_at <= now < shift.ends_at, shift.ends_at <= now
            )
        )
    return cards


def slot_line(slot: Slot, people: Mapping[int, MemberLine], now: datetime) -> SlotLine:
    """One slot made ready."""
    late = is_late(slot, now)
    state, word = words.SLOT_STATES["late" if late else slot.state]
    come = slot.state == "published" and slot.starts_at - timedelta(hours=1) <= now < slot.ends_at
    return SlotLine(
        slot,
        people.get(slot.member_id),
        state,
        word,
        late,
        come,
        slot.state == "present",
        words.BREACHES.get(slot.breach, ""),
    )


@dataclass(frozen=True)
class RosterRow:
    """One member's line of a roster: a cell for each day, with (hours, post, over midnight)."""

    member: MemberLine
    cells: tuple[tuple[tuple[str, str], ...], ...]
    hours: int


@dataclass(frozen=True)
class DutyLine:
    """A line of the printed duty list (值班表): day, shift, leader on duty, people, telephone, post."""

    day: date
    span: str
    leader: str
    people: tuple[MemberLine, ...]
    post: str
    post_id: int


def roster_rows(slots: Sequence[Slot], posts: Mapping[int, str], first: date, days: int) -> list[RosterRow]:
    """The roster by member, in order of code."""
    people = member_lines([slot.member_id for slot in slots])
    cells: dict[int, list[list[tuple[str, str]]]] = {}
    hours: dict[int, float] = defaultdict(float)
    for slot in slots:
        at = (slot.starts_at.astimezone(BEIJING).date() - first).days
        if slot.state in (*HOLDS, "planned") and 0 <= at < days and slot.member_id in people:
            row = cells.setdefault(slot.member_id, [[] for _ in range(days)])
            row[at].append((span_text(slot.starts_at, slot.ends_at), posts.get(slot.post_id, "")))
            hours[slot.member_id] += (slot.ends_at - slot.starts_at).total_seconds() / 3600
    made = [
        RosterRow(people[member], tuple(tuple(cell) for cell in row), round(hours[member]))
        for member, row in cells.items()
    ]
    return sorted(made, key=lambda row: (row.member.unit, row.member.code))


def duty_lines(shifts: Sequence[Shift], slots: Sequence[Slot], posts: Mapping[int, Post]) -> list[DutyLine]:
    """The duty list: one line a shift, by day, post and time; leaders' shifts name the leader of the others."""
    people = member_lines([slot.member_id for slot in slots] + [p.lead_member for p in posts.values() if p.lead_member])
    by_shift: dict[int, list[MemberLine]] = defaultdict(list)
    for slot in slots:
        if slot.state in (*HOLDS, "planned") and slot.member_id in people:
            by_shift[slot.shift_id].append(people[slot.member_id])
    lines = []
    for shift in shifts:
        post = posts.get(shift.post_id)
        if post is None or shift.leader:
            continue
        led = [
            one.name for other in shifts
            if other.leader and other.post_id == shift.post_id and other.starts_at < shift.ends_at and other.ends_at > shift.starts_at
            for one in by_shift[other.id]
        ]  # fmt: skip
        lead = people.get(post.lead_member) if post.lead_member else None
        leader = "、".join(dict.fromkeys(led)) or (lead.name if lead else "")
        local = shift.starts_at.astimezone(BEIJING)
        lines.append(
            DutyLine(
                local.date(),
                span_text(shift.starts_at, shift.ends_at),
                leader,
                tuple(by_shift[shift.id]),
                post.name,
                post.id,
            )
        )
    return sorted(lines, key=lambda line: (line.day, line.post_id, line.span))


def span_text(start: datetime, end: datetime) -> str:
    """Hours as people write them; a shift into the next day says so: `22:00–次日06:00` in both languages as `+1`."""
    one, two = start.astimezone(BEIJING), end.astimezone(BEIJING)
    days = (two.date() - one.date()).days
    if days == 1 and two.hour == two.minute == 0:
        return f"{one:%H:%M}–24:00"
    return f"{one:%H:%M}–{two:%H:%M}" + (f" (+{days})" if days else "")


def trail(actor: Actor, place: Place) -> list[dict[str, str]]:
    """The way up, as far as the reader's grant reaches."""
    above = [{"name": name, "href": reverse("duty-area", args=[code])} for name, code in place.above]
    return [*above, {"name": place.short, "href": ""}]
