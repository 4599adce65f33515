"""What the pages of reports show, in the reader's language: rows, states, filters, tabs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.base.incidents.api import playbook_of
from lianfang.base.metrics import api as metrics
from lianfang.base.playbooks.api import Column, ColumnTerm, ReportForm
from lianfang.domain.reports.forms import area_forms, level_of_form
from lianfang.domain.reports.rules import Snapshot, questions
from lianfang.domain.reports.selectors import Period, UnitReport
from lianfang.domain.reports.table import total

COLOURS = {"returned": "act", "late": "watch", "corrected": "good", "reported": "good", "zero_report": "good"}
"""The interface's state of a return; a missing one depends on the clock (see `state_of`)."""


def said(words: Any) -> str:
    """The words of something with `zh` and `en`, in the reader's language; English begins with a capital."""
    return str(words.en[:1].upper() + words.en[1:] if reader_language() == "en" else words.zh)


@dataclass(frozen=True)
class FigureRow:
    """One column of a return as a line of the page.

    kind: number, list, words, off, unknown or open (not answered). check: state of the identities it takes part in.
    """

    key: str
    label: str
    says: str
    unit: str
    kind: str
    value: object
    items: tuple[tuple[str, int], ...]
    previous: object
    change: object
    check: str
    note: str


def figure_rows(report: UnitReport, shown: Snapshot) -> list[FigureRow]:
    """Every column of the form in its order, with yesterday's figure and the change since."""
    form = report.period.form
    book = playbook_of(report.period.incident).reports
    checks = _checks(report)
    rows = []
    for column in form.columns:
        value, before = total(shown, column.key), total(report.yesterday, column.key)
        rows.append(
            FigureRow(
                key=column.key, label=said(column), says=_says(column), unit=said(book.units[column.unit]).lower(),
                kind=_kind(column, shown), value=shown.answers.get(column.key, value),
                items=_items(report.period, shown.each.get(column.key, {})),
                previous=before, change=None if value is None or before is None else value - before,
                check=checks.get(column.key, ""), note=column.note if reader_language() == "zh" else "",
            )
        )  # fmt: skip
    return rows


def _kind(column: Column, shown: Snapshot) -> str:
    if column.key in shown.off:
        return "off"
    if column.key in shown.unknown:
        return "unknown"
    if column.key in shown.answers:
        return "words"
    if column.key in shown.each:
        return "list"
    return "number" if column.key in shown.values else "open"


def _says(column: Column) -> str:
    names = [term.name for term in column.metric.metrics()] if column.metric else []
    known = [metrics.metric(name) for name in dict.fromkeys(names) if metrics.is_defined(name)]
    return " ".join(one.says_en if reader_language() == "en" else one.says_zh for one in known)


def _items(period: Period, found: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """A list by value of a dimension, in the playbook's words where it has some."""
    book = playbook_of(period.incident)
    words = {one.key: said(one) for one in book.rounds.not_sampled_reasons}
    words |= {one.key: said(one) for visit in book.door_visits for one in visit.outcomes}
    return tuple((words.get(key, key), number) for key, number in found.items())


def _checks(report: UnitReport) -> dict[str, str]:
    """By column: the worst of the identities it takes part in (act, unknown, good)."""
    order = ("good", "unknown", "act")
    found: dict[str, str] = {}
    for identity, result in zip(report.period.form.identities, report.identities, strict=True):
        state = {True: "good", False: "act", None: "unknown"}[result.holds]
        for term in identity.holds.terms():
            if isinstance(term, ColumnTerm):
                found[term.key] = max(found.get(term.key, "good"), state, key=order.index)
    return found


def status_words(period: Period) -> dict[str, str]:
    """The words for the states of a return: the playbook's, and ours for one that was sent back."""
    words = {key: said(words) for key, words in playbook_of(period.incident).reports.statuses.items()}
    return words | {"returned": pgettext("report", "Sent back")}


def state_of(period: Period, state: str, now: datetime) -> tuple[str, str]:
    """(interface state, word) of a return; one that is missing is awaited until the cut-off and wrong after it."""
    word = status_words(period)[state]
    if state != "not_reported":
        return COLOURS[state], word
    return ("act", word) if period.overdue(now) else ("unknown", _("Awaited"))


def filters(period: Period, counted: Mapping[str, int], chosen: str, now: datetime, base: str) -> list[dict[str, Any]]:
    """Counts that are filters: everything that is wrong first."""
    items: list[dict[str, Any]] = []
    for state, count in counted.items():
        colour, word = state_of(period, state, now)
        items.append(
            {
                "href": f"{base}&state={state}",
                "label": word,
                "count": count,
                "state": colour,
                "current": chosen == state,
            }
        )
    everybody = {
        "href": f"{base}&state=all",
        "label": _("All"),
        "count": sum(counted.values()),
        "current": chosen == "all",
    }
    return [*items, everybody]


def form_tabs(period: Period, view: str, code: str, *, lowest_above: int) -> list[dict[str, Any]]:
    """The forms owed below an area, as tabs; lowest_above: the area's own level, whose form is left out."""
    return [
        {"href": f"{reverse(view, args=[code])}?{query(period, form=form.key)}", "label": said(form),
         "current": form.key == period.form.key}
        for form in area_forms(period.incident) if level_of_form(form) > lowest_above
    ]  # fmt: skip


def query(period: Period, *, form: str = "", day: date | None = None, part: int = 0) -> str:
    """The query of an address that means this period."""
    return f"day={day or period.day}&form={form or period.form.key}&part={part or period.part}"


def trail(place: Place, view: str, tail: str) -> list[dict[str, str]]:
    """The way down to an area: those above it lead to the same page of theirs."""
    above = [{"name": name, "href": f"{reverse(view, args=[code])}?{tail}"} for name, code in place.above]
    return [*above, {"name": place.short}]


def open_questions(form: ReportForm, given: Mapping[str, str], kept: Snapshot | None) -> list[dict[str, Any]]:
    """The columns that a person is asked, with the reason for asking and what was answered."""
    found = []
    for column in questions(form):
        before = ""
        if kept is not None:
            before = kept.answers.get(column.key, str(kept.values.get(column.key, "")))
        found.append(
            {"key": column.key, "label": said(column), "reason": said(column.ask) if column.ask else "",
             "value": given.get(column.key, before), "words": column.unit == "text"}
        )  # fmt: skip
    return found


def change_lines(form: ReportForm, changed: Iterable[Any]) -> list[dict[str, Any]]:
    """Columns that differ between two versions, as label, before, after; lists as words."""

    def words(value: object) -> object:
        if isinstance(value, Mapping):
            return "、".join(f"{key} {number}" for key, number in value.items()) or "0"
        return value

    return [
        {"label": said(form.column(one.key)), "before": words(one.before), "after": words(one.after)} for one in changed
    ]


def day_links(period: Period, today: date, base: str) -> dict[str, str]:
    """Addresses of the day before and (unless it is today) the day after."""
    before = date.fromordinal(period.day.toordinal() - 1)
    after = date.fromordinal(period.day.toordinal() + 1)
    links = {"before": f"{base}?{query(period, day=before)}"}
    if after <= today:
        links["after"] = f"{base}?{query(period, day=after)}"
    return links


def part_tabs(period: Period, base: str) -> list[dict[str, Any]]:
    """The returns of a day as tabs, when there are several."""
    if len(period.form.cutoffs) < 2:
        return []
    return [
        {"href": f"{base}?{query(period, part=number)}", "label": hour, "current": number == period.part}
        for number, hour in enumerate(period.form.cutoffs, start=1)
    ]


def split_off(rows: Sequence[FigureRow]) -> tuple[list[FigureRow], list[FigureRow]]:
    """Lines with figures, and lines whose engine is not in use."""
    return [row for row in rows if row.kind != "off"], [row for row in rows if row.kind == "off"]
