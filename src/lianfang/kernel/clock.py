"""Which day something counts for: Beijing days, devices with wrong clocks, cut-off hours of reports."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from lianfang.kernel.errors import LianfangError, define

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""All of China keeps UTC+8 and has had no summer time since 1991; older instants are read by the same offset."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far a device's clock may be off before its times are set aside: an assumption of the design."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

LATEST_CUTOFF_HOUR = 36  # noon of the next day; later than that is the next report

define(
    "time.without_zone",
    status=422,
    zh="时间{value}没有时区。请使用带时区的时间，例如2022-03-20T21:04:00+08:00。",
    en="The time {value} has no time zone. Write it with one, as in 2022-03-20T21:04:00+08:00.",
)
define(
    "time.cutoff_malformed",
    status=422,
    zh="截止时间“{value}”不对：应写作HH:MM，00:00至36:00，24:00及以后指次日。请改正。",
    en="The cut-off '{value}' is not right: write HH:MM from 00:00 to 36:00; 24:00 and later mean the next day.",
)


def beijing_day(instant: datetime) -> date:
    """The calendar day in Beijing of an aware instant; raises time.without_zone for a naive one."""
    return _aware(instant).astimezone(BEIJING).date()


def day_words(day: date, language: str, *, year: bool = False) -> str:
    """A day as it is said: 4月3日 or 3 Apr; with its year where that does not go without saying."""
    if language.startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if year else "")


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a Beijing day and the first instant after it, both in UTC."""
    start = datetime.combine(day, time(), BEIJING).astimezone(UTC)
    return start, start + timedelta(days=1)


def clock_offset(sent_at: datetime, received_at: datetime) -> timedelta:
    """How far a device's clock is ahead of ours: its own time of sending minus our time of receipt.

    A phone that was offline for days sends old `recorded_at` with a present `sent_at`, so its offset stays small.
    """
    return _aware(sent_at) - _aware(received_at)


def clock_trusted(offset: timedelta) -> bool:
    """Whether a device's clock is within the tolerance of ours, in either direction."""
    return abs(offset) <= CLOCK_TOLERANCE


def fact_day(recorded_at: datetime, received_at: datetime, offset: timedelta = timedelta()) -> date:
    """The day a fact counts for.

    The Beijing day of `recorded_at`; of `received_at` when the device's clock (offset, see `clock_offset`) is off by
    more than ten minutes, or when the fact would lie in the future by more than that.
    """
    if clock_trusted(offset) and not from_the_future(recorded_at, received_at):
        return beijing_day(recorded_at)
    return beijing_day(received_at)


def from_the_future(recorded_at: datetime, received_at: datetime) -> bool:
    """Whether a fact claims to be recorded later than it was received, beyond the tolerance."""
    return _aware(recorded_at) - _aware(received_at) > CLOCK_TOLERANCE


def parse_cutoff(text: str) -> timedelta:
    """A cut-off hour as time after midnight: `"17:30"`; `"26:00"` is 02:00 of the next day.

    Raises time.cutoff_malformed for anything else, also beyond 36:00.
    """
    match = re.fullmatch(r"([0-9]{2}):([0-5][0-9])", text)
    after_midnight = timedelta(hours=int(match[1]), minutes=int(match[2])) if match else None
    if after_midnight is None or after_midnight > timedelta(hours=LATEST_CUTOFF_HOUR):
        raise LianfangError("time.cutoff_malformed", value=text[:40])
    return after_midnight


def cutoff_instant(day: date, cutoff: str) -> datetime:
    """The last instant (UTC) at which a report for this Beijing day is in time."""
    return day_bounds(day)[0] + parse_cutoff(cutoff)


def in_time(instant: datetime, day: date, cutoff: str) -> bool:
    """Whether something handed in at this instant is in time for the day's report; exactly on the hour is in time."""
    return _aware(instant) <= cutoff_instant(day, cutoff)


def open_report_day(instant: datetime, cutoff: str) -> date:
    """The day whose report is the next one due at this instant."""
    day = beijing_day(instant) - timedelta(days=2)
    while not in_time(instant, day, cutoff):
        day += timedelta(days=1)
    return day


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise LianfangError("time.without_zone", value=instant.isoformat())
    return instant
