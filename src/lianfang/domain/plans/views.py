"""Pages of plans that read: the list, one plan with map, figures and lines, its table and its file."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.access.places import place_of
from lianfang.base.areas.api import names_of
from lianfang.domain.plans import export, jobs, pages
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import PAGE, counts_of_lines, kinds_for, page_of_lines, plan_by_id, plans
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

READ = ("other:plan", "other:adopt_plan", "other:publish_roster")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWS = ("", "unplaced", "pinned", "edited")


@requires(*READ, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The plans of the reader's area, newest first, and what can be proposed."""
    actor = actor_of(request)
    before = request.GET.get("before", "")
    found = plans(actor.path, limit=51, before=int(before) if is_whole(before) else None)
    context = {
        "rows": pages.plan_rows(found[:50], names_of(sorted({one.path for one in found}))),
        "kinds": [(kind, kind.label, kind.says) for kind in kinds_for(actor)],
        "older": found[49].id if len(found) > 50 else 0,
    }
    return render(request, "plans/index.html", context)


@requires(*READ, lists=True)
@require_GET
def plan(request: HttpRequest, number: int) -> HttpResponse:
    """One plan: how far it is, or what it says."""
    actor = actor_of(request)
    one = plan_by_id(number)
    if one.state in ("solving", "failed"):
        return _waiting(request, actor, one)
    return render(request, "plans/plan.html", plan_context(request, actor, one))


def plan_context(request: HttpRequest, actor: Actor, one: Plan) -> dict[str, Any]:
    """Everything the page of a plan shows."""
    kind = kind_of(one.kind)
    place = place_of(actor, request.GET.get("area") or one.path.ljust(12, "0"), lowest=Level.COMMUNITY)
    if not place.path.startswith(one.path):
        raise LianfangError("access.not_found")
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    after = request.GET.get("after", "")
    lines = page_of_lines(
        one.id, path="" if place.path == one.path else place.path, show=show, limit=PAGE + 1,
        after=int(after[:9]) if is_whole(after) else -1,
    )  # fmt: skip
    base = request.path if place.path == one.path else f"{request.path}?area={place.code}"
    badge, state = pages.badge_of(one)
    who, when = pages.who_and_when(one.adopted_by, one.adopted_at) if one.adopted_by and one.adopted_at else ("", "")
    return {
        "plan": one, "kind": kind, "title": kind.label, "heads": kind.heads(),
        "links": kind.links(one, place.path), "place": place, "badge": badge, "state": state,
        "trail": pages.trail(one, place, actor), "figures": pages.figure_rows(one), "remarks": pages.remark_groups(one),
        "rows": pages.rows_of(one, lines[:PAGE]), "following": lines[PAGE - 1].n if len(lines) > PAGE else None, "paged": bool(after),
        "filters": pages.filters_of(one, counts_of_lines(one.id), show, base), "map": pages.map_of(one, kind, place),
        "open": one.state == "proposed", "may_edit": one.state == "proposed" and actor.may("other", kind.propose),
        "may_adopt": one.state == "proposed" and actor.may("other", kind.adopt_right),
        "may_again": one.state in ("proposed", "adopted") and actor.may("other", kind.propose),
        "who": who, "when": when, "whole": place.path == one.path, "board": kind.board, "more": kind.context(one, place.path),
    }  # fmt: skip


def _waiting(request: HttpRequest, actor: Actor, one: Plan) -> HttpResponse:
    """How far a computation is, or why it ended without a plan."""
    kind = kind_of(one.kind)
    place = place_of(actor, one.path.ljust(12, "0"))
    progress = jobs.progress_of(one.id) if one.state == "solving" else jobs.Progress("failed")
    if one.state == "solving" and progress.state == "done":
        progress.state = "running"  # settled in a moment
    lines = pages.reasons_of(one) or ([progress.sentence] if progress.sentence else [])
    broken = progress.state == "failed"
    if broken and not lines:
        lines = [LianfangError("plans.broke_off").render(reader_language())]
    context = {
        "plan": one, "title": kind.label, "place": place, "progress": progress, "broken": broken, "lines": lines,
        "trail": pages.trail(one, place, actor), "may_start": broken and actor.may("other", kind.propose), "has_errors": broken,
        "stopping": jobs.cancelled(one.id),
    }  # fmt: skip
    name = "plans/wait.html#progress" if getattr(request, "htmx", False) else "plans/wait.html"
    return render(request, name, context)


@requires(*READ, lists=True)
@require_GET
def table(request: HttpRequest, number: int) -> HttpResponse:
    """All lines of a plan as an Excel file."""
    actor = actor_of(request)
    one = plan_by_id(number)
    body, count = export.workbook(one, actor, reader_language())
    note_export("plan", one.path, count)
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="plan-{one.id}.xlsx"'
    answer["X-Rows"] = str(count)
    return answer


@requires(*READ, lists=True)
@require_GET
def tours(request: HttpRequest, number: int) -> HttpResponse:
    """The tours of a plan from door to door, to print: one block a team."""
    one = plan_by_id(number)
    kind = kind_of(one.kind)
    context = {
        "plan": one, "title": kind.label, "place": place_of(actor_of(request), one.path.ljust(12, "0")),
        "tours": kind.context(one, one.path).get("tours", ()),
    }  # fmt: skip
    return render(request, "plans/tours.html", context)


@requires("other:plan", "other:publish_roster", lists=True)
@require_GET
def problem_file(request: HttpRequest, number: int) -> HttpResponse:
    """The problem of a plan as `lianfang plan ENGINE FILE` reads it; people are numbers in it, nobody has a name."""
    one = plan_by_id(number, whole=True)
    body = json.dumps(export.problem_json(one), ensure_ascii=False, separators=(",", ":"))
    note_export("plan-problem", one.path, 0)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="plan-{one.id}.json"'
    return answer
