"""Availability as people write it, and as pages show it: `周一 08:00-12:00`, `2026-11-25 20:00-06:00`, `-Sun 00:00-24:00`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from lianfang.domain.workforce.life import Stated
from lianfang.kernel.errors import LianfangError

DAY: Final = 1_440
WEEKDAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_LINE = re.compile(r"(?P<no>[-−])?\s*(?P<day>\S+)\s+(?P<low>\d{1,2}[:：]\d{2})\s*[-–~至]\s*(?P<high>\d{1,2}[:：]\d{2})")


def read_hours(text: str) -> list[Stated]:
    """The statements of a text, one a line; an end before the start reaches into the next day. Raises workforce.hours_wrong."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise LianfangError("workforce.hours_wrong")
        low, high = _minutes(match["low"]), _minutes(match["high"])
        high += DAY if high <= low else 0
        weekday, on_day = _day(match["day"])
        found.append(Stated(low, high, weekday, on_day, match["no"] is None))
    return found


def hour_lines(stated: Iterable[tuple[int | None, date | None, int, int, bool]], language: str) -> list[str]:
    """Statements as lines that `read_hours` reads again."""
    words = WEEKDAYS["en" if language == "en" else "zh"]
    return [
        f"{'' if can else '-'}{words[weekday] if weekday is not None else on_day} {_clock(low)}-{_clock(high)}"
        for weekday, on_day, low, high, can in stated
    ]


def _day(word: str) -> tuple[int | None, date | None]:
    for names in WEEKDAYS.values():
        if word in names:
            return names.index(word), None
    try:
        return None, date.fromisoformat(word)
    except ValueError:
        raise LianfangError("workforce.hours_wrong") from None


def _minutes(clock: str) -> int:
    hours, minutes = clock.replace("：", ":").split(":")
    total = int(hours) * 60 + int(minutes)
    if total > DAY or int(minutes) > 59:
        raise LianfangError("workforce.hours_wrong")
    return total


def _clock(minute: int) -> str:
    minute = minute - DAY if minute > DAY else minute
    return f"{minute // 60:02d}:{minute % 60:02d}"
