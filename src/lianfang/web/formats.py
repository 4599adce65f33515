"""How the interface writes numbers, moments and languages; used by the template tags and by exports."""

from __future__ import annotations

import datetime as dt
from numbers import Real

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from lianfang.base.access.pages import reader_language
from lianfang.kernel.clock import day_words

DASH = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def is_chinese() -> bool:
    """Tell whether the language of the current request is Chinese."""
    return reader_language() == "zh"


def html_lang() -> str:
    """Return the value of the `lang` attribute: `zh-CN` or `en`."""
    return "zh-CN" if is_chinese() else "en"


def number(value: object, digits: int | None = None) -> str:
    """Write a number with commas for thousands (never 万); a dash for None, other things unchanged as text.

    `digits` fixes the decimals; without it integers have none and other numbers at most two.
    """
    if value is None or value == "":
        return DASH
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    if digits is not None:
        return f"{value:,.{digits}f}"
    if float(value).is_integer():
        return f"{int(float(value)):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def percent(part: float | None, whole: float | None) -> str:
    """Write part / whole as a percentage with one decimal.

    Never rounds up to 100 % while something is missing, nor down to 0 % while something is there.
    """
    if part is None or not whole:
        return DASH
    share = 100 * part / whole
    if part < whole:
        share = min(share, 99.9)
    if part > 0:
        share = max(share, 0.1)
    text = f"{share:.1f}"
    return f"{text.removesuffix('.0')}%"


def day(value: dt.date | dt.datetime | None) -> str:
    """Write a date as 4月3日 or 3 Apr; the year appears when it is not the current one."""
    if value is None:
        return DASH
    date = _local(value).date() if isinstance(value, dt.datetime) else value
    return day_words(date, html_lang(), year=date.year != timezone.localdate().year)


def clock(value: dt.datetime | None) -> str:
    """Write the local time of day as 21:04."""
    return DASH if value is None else f"{_local(value):%H:%M}"


def moment(value: dt.datetime | None) -> str:
    """Write a moment as 4月3日 21:04 or 3 Apr 21:04, in the local time zone."""
    return DASH if value is None else f"{day(value)} {clock(value)}"


def ago(value: dt.datetime | None, now: dt.datetime | None = None) -> str:
    """Write how long ago a moment was, in the largest whole unit; a future moment is written as such."""
    if value is None:
        return DASH
    seconds = ((now or timezone.now()) - _aware(value)).total_seconds()
    ahead, seconds = seconds < 0, abs(seconds)
    if seconds < _MINUTE:
        return gettext("just now")
    if seconds < _HOUR:
        count = int(seconds // _MINUTE)
        text = ngettext("%(n)d minute", "%(n)d minutes", count) % {"n": count}
    elif seconds < _DAY:
        count = int(seconds // _HOUR)
        text = ngettext("%(n)d hour", "%(n)d hours", count) % {"n": count}
    else:
        count = int(seconds // _DAY)
        text = ngettext("%(n)d day", "%(n)d days", count) % {"n": count}
    return (gettext("in %(time)s") if ahead else gettext("%(time)s ago")) % {"time": text}


def _aware(value: dt.datetime) -> dt.datetime:
    return timezone.make_aware(value) if timezone.is_naive(value) else value


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(_aware(value))
