"""Reads of members, organisations and availability; the database shows only what the entered scope may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lianfang.base.database.select import run
from lianfang.domain.workforce.sealing import Opener
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.ids import format_code


@dataclass(frozen=True)
class MemberLine:
    """What a list shows of a member. phone: masked; unit: name of their work unit, '' where none is to be seen."""

    id: int
    code: str
    name: str
    phone: str
    kind: str
    unit: str
    unit_id: int | None
    home_path: str
    skills: tuple[str, ...]
    born_year: int | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class Window:
    """A span of time in which a member says that they can work."""

    starts_at: datetime
    ends_at: datetime


_LINES = """
select m.id, m.code, m.key_path, m.sealed, m.kind, o.name, o.id, m.home_path, m.skills, m.born_year, m.left_on
from workforce_member m
left join lateral (
    select s.organisation_id from workforce_membership s where s.member_id = m.id and s.net = 'work' and s.to_on is null
    order by s.id limit 1) w on true
left join workforce_organisation o on o.id = w.organisation_id
where m.id = any (%b)
"""


def member_lines(ids: Sequence[int]) -> dict[int, MemberLine]:
    """Members by number, only those whom the entered scope shows."""
    if not ids:
        return {}
    opener = Opener()
    return {row[0]: line_of(opener, row) for row in run(_LINES, [list(ids)])}


def line_of(opener: Opener, row: tuple[Any, ...]) -> MemberLine:
    """One line from (id, code, key_path, sealed, kind, unit, unit id, home, skills, born, left)."""
    number, code, key_path, sealed, kind, unit, unit_id, home, skills, born, left = row
    shown = opener.member(key_path, sealed)
    return MemberLine(
        number, format_code(code), shown.name, shown.phone, kind, unit or "", unit_id, home, tuple(skills), born, left
    )


def organisation_names(ids: Sequence[int]) -> dict[int, str]:
    """Names of organisations by number, only those whom the entered scope shows."""
    if not ids:
        return {}
    return dict(run("select id, name from workforce_organisation where id = any (%b)", [list(ids)]))


def availability_of(ids: Sequence[int], day: date, days: int) -> dict[int, list[Window]]:
    """When members say they can work, in the days from `day` on; by member, in order of time.

    Nobody who stated nothing is a key: their time is open. What is said of one day stands above what is said of its weekday;
    a statement that they cannot work cuts those minutes out; "not Sundays" leaves the other days open, and who named hours of
    weekdays is asked on those only (duty's `duty_available` reads it so too). Windows are of the days asked for, and may end in the next.
    """
    if not ids:
        return {}
    rows = run(
        "select member_id, weekday, on_day, from_minute, to_minute, can_work from workforce_availability "
        "where member_id = any (%b) and (on_day is null or on_day >= %b and on_day < %b) order by id",
        [list(ids), day, day + timedelta(days=days)],
    )
    stated: dict[int, list[tuple[Any, ...]]] = {}
    for member, *said in rows:
        stated.setdefault(member, []).append(tuple(said))
    return {member: windows(said, day, days) for member, said in stated.items()}


def windows(stated: Sequence[tuple[Any, ...]], day: date, days: int) -> list[Window]:
    """The windows of one member from their statements (weekday, on_day, from, to, can_work)."""
    found: list[Window] = []
    usual_hours = any(on_day is None and good for _, on_day, _, _, good in stated)
    for offset in range(days):
        one = day + timedelta(days=offset)
        own = [said for said in stated if said[1] == one]
        usual = [said for said in stated if said[1] is None and said[0] == one.weekday()]
        said = own or usual
        can = [(low, high) for _, _, low, high, good in said if good]
        if not can and (said or not usual_hours):
            can = [(0, 1440)]  # only what they cannot is said of the day, or no hours of any weekday: the rest is open
        for low, high in _without(can, [(low, high) for _, _, low, high, good in said if not good]):
            start = datetime.combine(one, time(), BEIJING)
            found.append(Window(start + timedelta(minutes=low), start + timedelta(minutes=high)))
    return found


def _without(spans: Sequence[tuple[int, int]], cut: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans merged, less what is cut out of them."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    for begin, end in cut:
        merged = [
            part
            for low, high in merged
            for part in ((low, min(high, begin)), (max(low, end), high))
            if part[0] < part[1]
        ]
    return merged
