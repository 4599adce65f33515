"""Key units: reads and writes of their attendance, reserve and upkeep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.domain.duty.models import Post, Reserve, Shift, Slot, Upkeep
from lianfang.domain.duty.rules import LIVE, Stretch, coverage
from lianfang.domain.workforce.api import member_lines, organisation_names
from lianfang.kernel.clock import day_bounds

LEAST_SHARE: Final = 0.7
"""Share of a key unit's staff that must come (source 1: at least 70 %)."""


@dataclass(frozen=True)
class KeyUnit:
    """A key unit on a day. staff, present: confirmed, or what the last day and the roster suggest while it is not."""

    id: int
    path: str
    name: str
    organisation_id: int | None
    unit: str
    reserve_wanted: int
    reserve: int
    staff: int | None
    present: int | None
    leader: bool | None
    confirmed_at: datetime | None
    rostered: int
    came: int
    last_staff: int | None
    leader_gaps: str = ""

    @property
    def share(self) -> float | None:
        """Who came over the staff; None while unknown or without staff."""
        return self.present / self.staff if self.staff and self.present is not None else None

    @property
    def state(self) -> str:
        """act below the least share, without a leader, or with too small a reserve; unknown until confirmed."""
        if self.confirmed_at is None:
            return "unknown"
        low = self.share is not None and self.share < LEAST_SHARE
        return "act" if low or not self.leader else "watch" if self.reserve < self.reserve_wanted else "good"

    @property
    def suggested(self) -> tuple[int, int]:
        """What the form begins with: staff of the last day (else the roster), and who checked in."""
        staff = self.staff if self.staff is not None else (self.last_staff or self.rostered)
        return staff, self.present if self.present is not None else min(staff, self.came or self.rostered)


def key_units(path: str, day: date) -> list[KeyUnit]:
    """The key units of an area (or of the entered unit's officer) on a day; raises access.not_found."""
    with scoped(None):
        found = [KeyUnit(*row) for row in run("select * from duty_key_units(%b, %b)", [path, day])]
    gaps = _leader_gaps([one.id for one in found], day)
    return [KeyUnit(**{**one.__dict__, "leader_gaps": gaps.get(one.id, "")}) for one in found]


def _leader_gaps(posts: Sequence[int], day: date) -> dict[int, str]:
    """Hours of a day without a leader on duty, by post, as text."""
    start, end = day_bounds(day)
    shifts = {
        one.id: one.post_id
        for one in Shift.objects.filter(post_id__in=list(posts), leader=True, starts_at__lt=end, ends_at__gt=start)
    }
    slots = Slot.objects.filter(shift_id__in=list(shifts), state__in=LIVE, starts_at__lt=end + timedelta(days=1))
    held: dict[int, list[Stretch]] = {}
    for slot in slots:
        held.setdefault(slot.post_id, []).append(Stretch(slot.starts_at, slot.ends_at))
    gaps = {}
    for post in posts:
        hours = coverage(day, open_from=0, open_to=1440, least=1, wanted=[], booked=held.get(post, []))
        empty = [one.hour for one in hours if one.state == "empty"]
        if empty:
            gaps[post] = _spans(empty)
    return gaps


def _spans(hours: Sequence[int]) -> str:
    spans: list[list[int]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + 1
        else:
            spans.append([hour, hour + 1])
    return "、".join(f"{low:02d}–{high:02d}" for low, high in spans)


def attend(*, actor: Actor, post: int, day: date, staff: int, present: int, leader: bool) -> None:
    """Confirm the numbers of a day; raises duty.attendance_unsound, access.not_found."""
    with scoped(actor):
        run("select duty_attend(%b::int8, %b, %b::int4, %b::int4, %b)", [post, day, staff, present, leader])


def change_reserve(*, actor: Actor, post: int, members: Sequence[int], ready: bool = True) -> int:
    """Put members into a key unit's reserve, or take them out; returns how many changed."""
    with scoped(actor):
        return int(run("select duty_reserve_change(%b::int8, %b::int8[], %b)", [post, list(members), ready])[0][0])


def reserve_of(post: int) -> list[tuple[int, date]]:
    """Members in the reserve of a key unit, with the day since when."""
    return list(Reserve.objects.filter(post_id=post, ended_on=None).order_by("id").values_list("member_id", "since_on"))


@dataclass(frozen=True)
class UpkeepLine:
    """Somebody keeps a unit's equipment going."""

    unit: str
    person: str
    of: str
    equipment: str
    since: date
    organisation_id: int
    member_id: int


def upkeep_of(path: str) -> list[UpkeepLine]:
    """Who keeps whose equipment going in an area, by unit."""
    rows = list(
        Upkeep.objects.filter(path__gte=path, path__lt=path + "~", ended_on=None).order_by("organisation_id", "id")
    )
    names, people = (
        organisation_names([row.organisation_id for row in rows]),
        member_lines([row.member_id for row in rows]),
    )
    return [
        UpkeepLine(
            names[row.organisation_id], people[row.member_id].name, people[row.member_id].unit, row.equipment, row.since_on,
            row.organisation_id, row.member_id,
        )
        for row in rows
        if row.organisation_id in names and row.member_id in people
    ]  # fmt: skip


def put_upkeep(*, actor: Actor, path: str, organisation: int, member: int, equipment: str, holds: bool = True) -> None:
    """Enter who keeps a unit's equipment going, or end it; raises access.not_found."""
    with scoped(actor):
        run(
            "select duty_upkeep_put(%b, %b::int8, %b::int8, %b, %b)",
            [path, organisation, member, equipment.strip(), holds],
        )


def organisations_at(path: str, most: int = 300) -> list[tuple[int, str]]:
    """Organisations with their office in an area, by name, for a choice."""
    rows = run(
        "select id, name from workforce_organisation where path >= %b collate \"C\" and path < %b collate \"C\" and dissolved_on is null "
        "order by kind in ('hospital', 'company', 'office') desc, name limit %b::int4", [path, path + "~", most],
    )  # fmt: skip
    return [(int(number), str(name)) for number, name in rows]


def place_of_post(post: int) -> str:
    """The code of the community of a post, '' where the reader's scope shows none."""
    found = Post.objects.filter(id=post).values_list("path", flat=True).first()
    return found[:12].ljust(12, "0") if found else ""
