"""What reports put on the list of each office: confirm today's return, answer one that was sent back, add late facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from django.db import connection
from django.utils import timezone

from lianfang.base.worklist.api import NewItem, add_items, register_words
from lianfang.domain.reports.forms import level_of_form
from lianfang.domain.reports.selectors import Period
from lianfang.kernel.clock import beijing_day, day_words
from lianfang.kernel.divisions import Level

SOURCE = "reports"
WHAT = "confirm"
RETURNED = "returned"
LATE_FACTS = "late_facts"
NOW, SOON = 2, 1
"""Urgencies: a return that was sent back comes first on the unit's list."""
ROLE_OF = {
    Level.COMMUNITY: "community_head",
    Level.TOWNSHIP: "township_dispatcher",
    Level.COUNTY: "county_dispatcher",
}
"""The role that may confirm a return at each level (access policy: other:confirm_report)."""

_ITEMS = """
insert into worklist_item (incident_id, path, for_role, what, subject, source, link, urgency, due_at)
select %(incident)s, a.path, %(role)s, %(what)s, %(prefix)s || a.path, %(source)s,
    '/reports/' || a.code || '/?day=' || %(day)s || '&part=' || %(part)s, 1, %(due)s
from areas_area a
left join reports_return r on r.incident_id = %(incident)s and r.form = %(form)s and r.day = %(day)s
    and r.part = %(part)s and r.level = %(level)s and r.path = a.path and r.live
where a.path >= %(low)s and a.path < %(high)s and a.level = %(level)s and r.form is null
    and (a.started_on is null or a.started_on <= %(day)s) and (a.ended_on is null or a.ended_on > %(day)s)
on conflict do nothing
"""


def subject_of(period: Period, path: str) -> str:
    """The key of an item: one return of one unit."""
    return f"{period.incident.id}:{period.form.key}:{period.day}:{period.part}:{path}"


def open_items_of(cursor: Any, period: Period) -> int:
    """Put the return on the list of every unit that owes it, in one statement (as the door); returns how many."""
    level = level_of_form(period.form)
    cursor.execute(
        _ITEMS,
        {
            "incident": period.incident.id, "role": ROLE_OF.get(level, ""), "what": WHAT, "source": SOURCE,
            "prefix": subject_of(period, ""), "form": period.form.key, "day": str(period.day), "part": period.part,
            "due": period.due_at, "level": int(level), "low": period.incident.path,
            "high": period.incident.path + "~",
        },
    )  # fmt: skip
    return int(cursor.rowcount)


def versioned(period: Period, path: str, version: int) -> str:
    """The key of an item about one version of a return."""
    return f"{subject_of(period, path)}:{version}"


def add_correcting(
    period: Period, versions: Iterable[tuple[str, str, int]], what: str, urgency: int, *, using: str = "default"
) -> int:
    """Ask units to correct a version, each once; versions: (path, division code, version). Returns how many are new."""
    role = ROLE_OF.get(level_of_form(period.form), "")
    items = [
        NewItem(
            source=SOURCE, what=what, subject=versioned(period, path, version), path=path, for_role=role,
            incident_id=period.incident.id, urgency=urgency,
            link=f"/reports/{code}/?day={period.day}&form={period.form.key}&part={period.part}",
        )
        for path, code, version in versions
    ]  # fmt: skip
    return add_items(items, using=using)


def close_confirming(period: Period, path: str, at: datetime) -> None:
    """The unit's return is in, whoever confirmed it."""
    _close([WHAT], subject_of(period, path), at)


def close_correcting(period: Period, path: str, version: int, at: datetime) -> None:
    """A version was answered by a new one."""
    _close([RETURNED, LATE_FACTS], versioned(period, path, version), at)


def _close(what: list[str], subject: str, at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select reports_close_items(%s, %s, %s)", [what, [subject], at])


_SAID = {
    WHAT: ("确认{day}的日报", "Confirm the report of {day}"),
    RETURNED: ("{day}的日报被退回，请更正", "The report of {day} was sent back: correct it"),
    LATE_FACTS: (
        "{day}的日报确认后又有新情况，请更正",
        "Facts came in after the report of {day} was confirmed: correct it",
    ),
}


def _speak(what: str) -> None:
    def words(subject: str, language: Literal["zh", "en"]) -> str:
        on = date.fromisoformat(subject.split(":")[2])
        said = day_words(on, language, year=on.year != beijing_day(timezone.now()).year)
        return _SAID[what][language == "en"].format(day=said)

    register_words(SOURCE, what, words)


for _what in _SAID:
    _speak(_what)
