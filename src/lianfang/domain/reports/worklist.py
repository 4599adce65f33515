"""What reports put on the list of each office: confirm today's return."""

from __future__ import annotations

from typing import Any, Literal

from lianfang.base.worklist.api import register_words
from lianfang.domain.reports.forms import due_at, level_of_form
from lianfang.domain.reports.selectors import Period
from lianfang.kernel.divisions import Level

SOURCE = "reports"
WHAT = "confirm"
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
            "due": due_at(period.form, period.day, period.part), "level": int(level), "low": period.incident.path,
            "high": period.incident.path + "~",
        },
    )  # fmt: skip
    return int(cursor.rowcount)


def _words(subject: str, language: Literal["zh", "en"]) -> str:
    day = subject.split(":")[2]
    return f"确认{day}日报" if language == "zh" else f"Confirm the report of {day}"


register_words(SOURCE, WHAT, _words)
