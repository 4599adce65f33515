"""When a member says that they can work: hours of each weekday, single days off, single days with other hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.utils.translation import gettext

from lianfang.base.database.select import call
from lianfang.domain.service.own import clock
from lianfang.domain.service.words import WEEKDAYS
from lianfang.kernel.errors import LianfangError

DAY: Final = 1440
DAYS_OFF: Final = 20
"""Single days that can be named at once: an assumption."""
_CLOCK: Final = re.compile(r"^([01]?\d|2[0-3])[:：.]([0-5]\d)$")


@dataclass(frozen=True)
class Hours:
    """Hours of one weekday as the form shows them; begins '' means: not on this day."""

    weekday: int
    begins: str = ""
    ends: str = ""

    @property
    def word(self) -> str:
        """The name of the day."""
        return str(WEEKDAYS[self.weekday])


@dataclass
class Statement:
    """What was said: hours by weekday, days off. Nothing said at all means: ask me at any time."""

    hours: list[Hours]
    off: list[date] = field(default_factory=list)

    @property
    def silent(self) -> bool:
        """Whether nothing was said."""
        return not self.off and not any(one.begins for one in self.hours)


def read() -> Statement:
    """My statement as it stands."""
    by_day: dict[int, Hours] = {}
    off: list[date] = []
    for weekday, on_day, begins, ends, can_work, _stated in call("select * from service_availability()"):
        if weekday is not None and can_work:
            by_day[weekday] = Hours(weekday, clock(begins), "24:00" if ends == DAY else clock(ends))
        elif on_day is not None and not can_work:
            off.append(on_day)
    return Statement([by_day.get(day, Hours(day)) for day in range(7)], off)


def parse(form: Mapping[str, str]) -> Statement:
    """The statement of a sent form (`from-0`, `to-0` … for weekdays, `off` as days one a line); raises service.times_wrong."""
    hours = []
    for day in range(7):
        begins, ends = form.get(f"from-{day}", "").strip(), form.get(f"to-{day}", "").strip()
        if begins or ends:
            low, high = _minute(begins), _minute(ends)
            if low is None or high is None or low in (high, DAY):
                raise LianfangError("service.times_wrong", day=str(WEEKDAYS[day]))
        hours.append(Hours(day, begins, ends))
    off = []
    for text in re.split(r"[\s,，、;；]+", form.get("off", "").strip()):
        if text:
            try:
                off.append(date.fromisoformat(text.replace("/", "-").replace(".", "-")))
            except ValueError:
                raise LianfangError("service.times_wrong", day=text[:20]) from None
    if len(off) > DAYS_OFF:
        raise LianfangError("service.times_wrong", day=gettext("Days off"))
    return Statement(hours, sorted(set(off)))


def state(statement: Statement) -> None:
    """Write my statement in place of the earlier one."""
    rows: list[tuple[int | None, date | None, int, int, bool]] = []
    for one in statement.hours:
        if one.begins:
            low, high = _minute(one.begins) or 0, _minute(one.ends) or 0
            rows.append((one.weekday, None, low, high if high > low else high + DAY, True))
    rows += [(None, day, 0, DAY, False) for day in statement.off]
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], [], [], []]
    call(
        "select service_state_availability(%s::smallint[], %s::date[], %s::smallint[], %s::smallint[], %s::boolean[])",
        columns,
    )


def _minute(text: str) -> int | None:
    if text == "24:00":
        return DAY
    found = _CLOCK.match(text)
    return int(found[1]) * 60 + int(found[2]) if found else None
