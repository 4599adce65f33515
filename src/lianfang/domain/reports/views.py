"""Pages of reports: tonight's return of a unit, who is late, the table of the units below, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.offices import offices_of, signature
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import Place, level_below, place_of
from lianfang.base.incidents.api import incident_at
from lianfang.base.playbooks.api import Column
from lianfang.domain.reports import export, pages
from lianfang.domain.reports.before import until_an_incident
from lianfang.domain.reports.forms import area_forms, level_of_form
from lianfang.domain.reports.rules import Snapshot, changes, not_zero
from lianfang.domain.reports.selectors import (
    PAGE,
    STATES,
    Period,
    UnitReport,
    counts,
    counts_by_parent,
    unit_report,
    units,
    versions,
)
from lianfang.domain.reports.services import confirm_report, correct_report, period_of
from lianfang.domain.reports.table import Table, children_table, total
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

READS = ("see:metrics:figures", "other:return_report")
"""Who may read returns: who sees figures, and who may send a return back (only what was confirmed, then)."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EARLIEST, LATEST = date(2019, 12, 1), date(2999, 12, 31)
"""Days a page is made for: assumption, nothing older than the first outbreak in the documents is ever recorded."""


@requires(*READS, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lead each reader to what is theirs: their own return, or who is late below them."""
    actor = actor_of(request)
    at_home = _place(actor, actor.area_code)
    page = "reports:unit" if at_home.level >= Level.COMMUNITY else "reports:late"
    return HttpResponseRedirect(reverse(page, args=[at_home.code]))


@requires(*READS, lists=True)
@require_GET
@until_an_incident
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """Tonight's return of a unit: figures that filled themselves, one open question at most, one button."""
    return unit_page(request, _place(actor_of(request), code))


@requires("other:confirm_report", lists=True)
@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm the return as it stands (zero=1 states a zero report)."""
    at = _place(actor_of(request), code)
    asked = asked_of(request.POST)
    try:
        confirm_report(
            actor=actor_of(request), path=at.path, zero=request.POST.get("zero") == "1", answers=_answers(request),
            reason=request.POST.get("reason", ""), **asked,
        )  # fmt: skip
    except LianfangError as error:
        return unit_page(request, at, error=error, given=request.POST)
    return answered(at, asked, "confirmed")


@requires("other:confirm_report", lists=True)
@require_POST
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """Replace a confirmed return by a new version, with a reason."""
    at = _place(actor_of(request), code)
    asked = asked_of(request.POST)
    version = request.POST.get("version", "")
    try:
        correct_report(
            actor=actor_of(request), path=at.path, reason=request.POST.get("reason", ""),
            answers=_answers(request) or None,
            base_version=int(version) if is_whole(version) else 0, **asked,
        )  # fmt: skip
    except LianfangError as error:
        return unit_page(request, at, error=error, given=request.POST)
    return answered(at, asked, "corrected")


@requires(*READS, lists=True)
@require_GET
@until_an_incident
def late(request: HttpRequest, code: str) -> HttpResponse:
    """Who is late below an area: what is wrong first, counts as filters, areas to drill into, units page by page."""
    actor = actor_of(request)
    at, now = _place(actor, code), timezone.now()
    period = _period_below(request, at)
    counted = counts(period, at.path)
    chosen = request.GET.get("state", "not_reported" if counted["not_reported"] else "all")
    states = STATES if chosen not in STATES else (chosen,)
    version = "-".join(str(counted[state]) for state in STATES)
    if getattr(request, "htmx", False) and request.GET.get("v") == version:
        return HttpResponse(status=204)
    found = units(period, at.path, states=states, after=request.GET.get("after", "")[:16], limit=PAGE + 1)
    towns, cut = _towns(period, at, now), _cut(period, at)
    names = {line["area"].path: line["area"].short for line in towns}
    said = {state: pages.state_of(period, state, now) for state in STATES}
    base = reverse("reports:late", args=[at.code])
    context = _frame(request, period, at, "reports:late") | {
        "counted": counted, "expected": sum(counted.values()), "version": version, "chosen": chosen,
        "filters": pages.filters(period, counted, chosen, now, f"{base}?{pages.query(period)}"),
        "tabs": pages.form_tabs(period, "reports:late", at.code, lowest_above=at.level),
        "towns": towns,
        "units": [
            {"unit": one, "state": said[one.state], "town": names.get(one.path[:cut], "")}
            for one in found[:PAGE]
        ],
        "following": found[PAGE - 1].path if len(found) > PAGE else "",
        "may_report": actor.may("other", "confirm_report"), "sees_figures": actor.sees("metrics", "figures"),
    }  # fmt: skip
    name = "reports/late.html#rows" if getattr(request, "htmx", False) else "reports/late.html"
    return render(request, name, context)


@requires("see:metrics:figures", lists=True)
@require_GET
@until_an_incident
def table(request: HttpRequest, code: str) -> HttpResponse:
    """What the areas below have confirmed, beside what is true now, and the difference."""
    at = _place(actor_of(request), code)
    period = _period_below(request, at)
    found = _table(period, at)
    everything = request.GET.get("columns") == "all"
    shown = [one for one in period.form.columns if everything or one.key not in found.derived.off]
    context = _frame(request, period, at, "reports:table") | {
        "table": found, "rows": _table_rows(found, shown), "sums": _sum_lines(found, shown),
        "tabs": pages.form_tabs(period, "reports:table", at.code, lowest_above=at.level),
        "columns": [{"label": pages.said(one), "off": one.key in found.derived.off} for one in shown],
        "hidden": [pages.said(one) for one in period.form.columns if one not in shown],
        "below_unit": _cut(period, at) == _unit_cut(period),
    }  # fmt: skip
    return render(request, "reports/table.html", context)


@requires("see:metrics:figures", lists=True)
@require_GET
def table_file(request: HttpRequest, code: str) -> HttpResponse:
    """The table as an Excel file in the form's columns."""
    at = _place(actor_of(request), code)
    period = _period_below(request, at)
    body, count = export.table_file(_table(period, at), at, actor_of(request))
    return _file(body, count, export.file_name(period, at, "daily"))


@requires("see:metrics:figures", lists=True)
@require_GET
def late_file(request: HttpRequest, code: str) -> HttpResponse:
    """Who has reported and who has not as an Excel file."""
    at = _place(actor_of(request), code)
    period = _period_below(request, at)
    chosen = request.GET.get("state", "all")
    states = (chosen,) if chosen in STATES else STATES
    body, count = export.late_file(period, at, actor_of(request), states)
    return _file(body, count, export.file_name(period, at, "late"))


@requires(*READS, lists=True)
@require_GET
@until_an_incident
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Every version of a unit's return and what changed from one to the next."""
    at, now = _place(actor_of(request), code), timezone.now()
    period = _period(request, at)
    found = versions(period, at.path)
    lines = []
    known = offices_of([*(one.confirmed_by for one in found), *(one.returned_by for one in found)])
    for number, one in enumerate(found):
        older = found[number + 1] if number + 1 < len(found) else None
        changed = (
            changes(period.form, Snapshot.from_json(older.figures), Snapshot.from_json(one.figures)) if older else ()
        )
        state, word = pages.state_of(period, one.state, now)
        lines.append(
            {"version": one, "state": state, "word": word, "changes": pages.change_lines(period.form, changed),
             "first": older is None, "by": signature(one.confirmed_by, known),
             "returned_by": signature(one.returned_by, known)}
        )  # fmt: skip
    return render(request, "reports/history.html", _frame(request, period, at, "reports:history") | {"lines": lines})


# ------------------------------------------------------------------------------------------------------- pieces


def place_at(request: HttpRequest, code: str) -> Place:
    """The unit or area that an address names, inside the reader's scope."""
    return _place(actor_of(request), code)


def _place(actor: Actor, code: str) -> Place:
    return place_of(actor, code, lowest=Level.COMMUNITY)  # buildings owe no return


def asked_of(source: Mapping[str, str]) -> dict[str, Any]:
    """day, form and part of a query; raises report.day_malformed."""
    found: dict[str, Any] = {"form": source.get("form", "")}
    try:
        if source.get("day"):
            found["day"] = date.fromisoformat(source["day"])
            if not EARLIEST <= found["day"] <= LATEST:
                raise ValueError("out of range")
        found["part"] = int(source.get("part") or 1)
    except ValueError:
        raise LianfangError(
            "report.day_malformed", value=f"{source.get('day', '')} {source.get('part', '')}"[:40]
        ) from None
    return found


def _period(request: HttpRequest, at: Place) -> Period:
    """The period of a unit's own return; raises report.form_unknown for a form that its level does not owe."""
    found = period_of(at.path, **asked_of(request.GET if request.method == "GET" else request.POST))
    if level_of_form(found.form) != at.level:
        raise LianfangError("report.form_unknown", area=at.short)
    return found


def _period_below(request: HttpRequest, at: Place) -> Period:
    """The period of the units below an area: the form named, else the lowest one."""
    asked = asked_of(request.GET)
    if not asked["form"]:
        found = incident_at(at.path)
        if found is None:
            raise LianfangError("incident.none_here", area=at.short)
        asked["form"] = area_forms(found)[0].key
    return period_of(at.path, **asked)


def _answers(request: HttpRequest) -> dict[str, str]:
    return {key.removeprefix("answer_"): value for key, value in request.POST.items() if key.startswith("answer_")}


def answered(at: Place, asked: Mapping[str, Any], done: str) -> HttpResponse:
    """Lead back to the unit's page, which says what was done."""
    tail = f"day={asked['day']}&" if "day" in asked else ""
    query = f"?{tail}form={asked['form']}&part={asked['part']}&done={done}"
    return see_page("reports:unit", at.code, query=query)


def _frame(request: HttpRequest, period: Period, at: Place, view: str) -> dict[str, Any]:
    """What every page of a period shows: where, which form, which day."""
    base, today = reverse(view, args=[at.code]), beijing_day(timezone.now())
    return {
        "place": at, "period": period, "form_name": pages.said(period.form), "today": today,
        "due": period.due_at, "due_same_day": beijing_day(period.due_at) == period.day,
        "overdue": period.overdue(timezone.now()), "query": pages.query(period),
        "days": pages.day_links(period, today, base), "parts": pages.part_tabs(period, base),
        "trail": pages.trail(at, "reports:late" if view == "reports:unit" else view, pages.query(period)),
        "now": timezone.now(),
    }  # fmt: skip


def unit_page(
    request: HttpRequest, at: Place, *, error: LianfangError | None = None, given: Mapping[str, str] | None = None
) -> HttpResponse:
    """The page of a unit's return; with the refusal and what was typed when something was refused."""
    actor, now = actor_of(request), timezone.now()
    period = _period(request, at)
    report = unit_report(period, at.path, figures=actor.sees("metrics", "figures"))
    given, kept = given or {}, report.confirmed
    answers = {key.removeprefix("answer_"): value for key, value in given.items() if key.startswith("answer_")}
    rows = pages.figure_rows(report, report.shown)
    used, off = pages.split_off(rows)
    judged = [one for one in report.identities if one.holds is not None]
    unjudged = [one for one in report.identities if one.holds is None]
    state = "not_reported" if kept is None else "returned" if kept.returned_at else kept.state
    context = _frame(request, period, at, "reports:unit") | {
        "report": report, "rows": used, "off_rows": off, "state": pages.state_of(period, state, now),
        "questions": pages.open_questions(period.form, answers, _kept(report)),
        "all_zero": not not_zero(period.form, report.derived),
        "since": pages.change_lines(period.form, report.since),
        "identities": [{"words": pages.said(one), "result": one} for one in judged],
        "unjudged": [pages.said(one) for one in unjudged],
        "any_check": any(row.check in {"good", "act"} for row in used),
        "sees_figures": actor.sees("metrics", "figures"),
        "returned": kept if kept and kept.returned_at else None,
        "returned_by": signature(kept.returned_by, offices_of([kept.returned_by])) if kept and kept.returned_at else "",
        "may_return": bool(kept and not kept.returned_at) and actor.may("other", "return_report") and actor.path != at.path,
        "return_reason": given.get("return_reason", ""),
        "may_confirm": actor.may("other", "confirm_report") and period.day <= beijing_day(now),
        "on_behalf": actor.path != at.path, "reason": given.get("reason", ""),
        "done": request.GET.get("done", "") if report.confirmed else "",
        "lines": [error.render(reader_language())] if error else [], "error_code": error.code if error else "",
        "has_errors": error is not None,
    }  # fmt: skip
    return render(request, "reports/unit.html", context, status=error.status if error else 200)


def _kept(report: UnitReport) -> Snapshot | None:
    return Snapshot.from_json(report.confirmed.figures) if report.confirmed else None


def _unit_cut(period: Period) -> int:
    return PATH_LENGTH[level_of_form(period.form)]


def _cut(period: Period, at: Place) -> int:
    """Characters of the paths of the areas directly below, but never deeper than the units themselves."""
    below = level_below(at.path) or level_of_form(period.form)
    return PATH_LENGTH[min(below, level_of_form(period.form))]


def _towns(period: Period, at: Place, now: datetime) -> list[dict[str, Any]]:
    """The areas to drill into, worst first; nothing when the units themselves come next."""
    cut = _cut(period, at)
    if cut >= _unit_cut(period) or at.level >= level_of_form(period.form):
        return []
    found = counts_by_parent(period, at.path, cut=cut)
    worst = sorted(found, key=lambda one: (-one.missing, one.path))
    colour = pages.state_of(period, "not_reported", now)[0]
    return [{"area": one, "reported": one.expected - one.missing, "late": one.counts.get("late", 0),
             "state": colour if one.missing else "good"} for one in worst]  # fmt: skip


def _table(period: Period, at: Place) -> Table:
    return children_table(period, at.path, cut=_cut(period, at))


def _table_rows(found: Table, columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Rows of figures; a cell is what was confirmed, with what is true now where that is something else."""
    rows = []
    for row in found.rows:
        cells = []
        for column in columns:
            then, now = total(row.confirmed, column.key), total(row.derived, column.key)
            cells.append({
                "label": pages.said(column), "off": column.key in row.derived.off, "value": then,
                "now": now if now is not None and now != (then or 0) else None,
            })  # fmt: skip
        rows.append({"area": row.area, "cells": cells, "reported": row.area.expected - row.area.missing})
    return rows


def _sum_lines(found: Table, columns: Sequence[Column]) -> list[dict[str, Any]]:
    def cells(figures: Snapshot) -> list[dict[str, Any]]:
        return [{"off": one.key in found.derived.off, "value": total(figures, one.key)} for one in columns]

    differences = [{"off": one.key in found.derived.off, "value": found.difference(one)} for one in columns]
    return [
        {"label": _("Sum of confirmed returns"), "cells": cells(found.confirmed), "difference": False,
         "reported": found.expected - found.missing},
        {"label": _("Figures now"), "cells": cells(found.derived), "difference": False},
        {"label": _("Difference"), "cells": differences, "difference": True},
    ]  # fmt: skip


def _file(body: bytes, count: int, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Rows"] = str(count)
    return answer
