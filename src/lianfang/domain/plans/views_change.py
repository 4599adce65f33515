"""Pages of plans that write: propose, change and pin a line, compute again, stop, withdraw, adopt."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import children
from lianfang.domain.plans import jobs, pages, services
from lianfang.domain.plans.forms import ProposeForm
from lianfang.domain.plans.models import Line, Plan
from lianfang.domain.plans.registry import kind_of
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id
from lianfang.domain.plans.views import READ, plan_context
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

PROPOSE = ("other:plan", "other:publish_roster")
ADOPT = ("other:adopt_plan", "other:publish_roster")


@requires(*PROPOSE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """The few questions of a kind, with what is known filled in."""
    actor = actor_of(request)
    try:
        found = kind_of(kind)
    except LianfangError:
        raise LianfangError("access.not_found") from None
    if not actor.may("other", found.propose):
        raise LianfangError("access.not_found")
    place = place_of(actor, request.POST.get("area") or request.GET.get("area") or actor.area_code)
    form = ProposeForm(
        found.fields(actor, place.path), _areas(actor, place, found.levels), found.seconds, request.POST or None,
        initial={"area": place.code},
    )  # fmt: skip
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name not in ("area", "seconds")}
        try:
            number = services.propose(
                actor=actor, kind=kind, path=place.path, params=given, seconds=float(form.cleaned_data["seconds"])
            )
            return see_page("plan", number)
        except LianfangError as error:
            lines = [error.render(reader_language())]
    context = {
        "form": form,
        "kind": found,
        "title": found.label,
        "says": found.says,
        "place": place,
        "lines": lines,
    }
    return render(request, "plans/new.html", context, status=422 if request.method == "POST" else 200)


def _areas(actor: Actor, place: Place, levels: tuple[int, ...]) -> list[tuple[str, str]]:
    """The reader's own area and what lies right below, of the levels a kind is for."""
    own = place_of(actor, actor.area_code)
    found = [(own.code, own.short, int(own.level))] + [
        (area.code, f"　{area.short}", area.level) for area in children(own.path)
    ]
    known = [(code, name) for code, name, level in found if level in levels]
    if place.code not in {code for code, _ in known}:
        known.append((place.code, place.short))
    return known


@requires(*PROPOSE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, number: int, n: int) -> HttpResponse:
    """One line: why it is so, and where it may go instead; choosing pins it."""
    actor = actor_of(request)
    plan = plan_by_id(number)
    kind = kind_of(plan.kind)
    shown = Line.objects.filter(plan_id=number, n=n).first()
    if shown is None or plan.state != "proposed" or not actor.may("other", kind.propose):
        raise LianfangError("access.not_found")
    lines: list[str] = []
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            services.edit_line(
                actor=actor, plan_id=number, n=n, choice=request.POST.get("choice", ""),
                version=int(version) if is_whole(version) else -1,
            )  # fmt: skip
            return see_page("plan", number, query=f"?done=edited&area={shown.path[:12].ljust(12, '0')}")
        except LianfangError as error:
            lines = [error.render(reader_language())]
    choices = kind.choices(built_of(plan_by_id(number, whole=True)), lines_of(number), n)
    [row] = pages.rows_of(plan, [shown])
    context = {
        "plan": plan, "title": kind.label, "heads": kind.heads(),
        "row": row, "choices": choices, "lines": lines, "has_errors": bool(lines),
        "place": place_of(actor, plan.path.ljust(12, "0")),
    }  # fmt: skip
    return render(request, "plans/line.html", context, status=422 if lines else 200)


@requires(*PROPOSE, lists=True)
@require_POST
def pin(request: HttpRequest, number: int, n: int) -> HttpResponse:
    """Hold a line for the next computation, or let it go."""
    _proposable(request, number)
    pinned = request.POST.get("pinned") == "1"

    def act(actor: Actor) -> None:
        services.pin_line(actor=actor, plan_id=number, n=n, pinned=pinned)

    return _do(request, number, act, done="pinned")


@requires(*ADOPT, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def adopt_page(request: HttpRequest, number: int) -> HttpResponse:
    """Ask once, saying who will be told; then carry the plan out."""
    actor = actor_of(request)
    plan = plan_by_id(number)
    kind = kind_of(plan.kind)
    if not actor.may("other", kind.adopt_right) or plan.state in ("solving", "failed"):
        raise LianfangError("access.not_found")
    if request.method == "POST":
        version = request.POST.get("version", "")
        return _do(
            request, number,
            lambda actor: services.adopt(
                actor=actor, plan_id=number, version=int(version) if is_whole(version) else None
            ),
            done="adopted",
        )  # fmt: skip
    targets = Line.objects.filter(plan_id=number).exclude(target="")
    context = {
        "plan": plan, "title": kind.label, "place": place_of(actor, plan.path.ljust(12, "0")),
        "figures": pages.figure_rows(plan), "remarks": pages.remark_groups(plan), "lines_count": targets.count(),
        "places": targets.values("path").distinct().count(), "open": plan.state == "proposed",
    }  # fmt: skip
    return render(request, "plans/adopt.html", context)


@requires(*PROPOSE, lists=True)
@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Compute again with today's lists; pinned lines are kept."""
    actor = actor_of(request)
    plan = _proposable(request, number)
    try:
        made = services.replan(actor=actor, plan=plan)
    except LianfangError as error:
        return _again(request, number, error)
    return see_page("plan", made)


@requires(*PROPOSE, lists=True)
@require_POST
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Start a computation again that ended without a plan."""
    plan = _proposable(request, number)
    return _do(request, number, lambda actor: services.restart(actor=actor, plan=plan))


@requires(*PROPOSE, lists=True)
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """End a computation soon with the best plan it has."""
    plan = _proposable(request, number)
    if plan.state == "solving":
        jobs.cancel(number)
    return see_page("plan", number)


@requires(*PROPOSE, lists=True)
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw a plan that was not adopted."""
    _proposable(request, number)
    return _do(
        request,
        number,
        lambda actor: services.withdraw(actor=actor, plan_id=number),
        done="withdrawn",
    )


def _proposable(request: HttpRequest, number: int) -> Plan:
    """A plan of a kind that the reader may propose; of another kind it is not there to be changed."""
    plan = plan_by_id(number)
    if not actor_of(request).may("other", kind_of(plan.kind).propose):
        raise LianfangError("access.not_found")
    return plan


def _do(request: HttpRequest, number: int, act: Any, *, done: str = "") -> HttpResponse:
    """Act, then show the plan; a refusal stands above it."""
    plan_by_id(number)
    try:
        act(actor_of(request))
    except LianfangError as error:
        return _again(request, number, error)
    return see_page("plan", number, done=done)


def _again(request: HttpRequest, number: int, error: LianfangError) -> HttpResponse:
    if error.code.startswith("access."):
        raise error
    plan = plan_by_id(number)
    if plan.state in ("solving", "failed"):
        return see_page("plan", number)
    context = plan_context(request, actor_of(request), plan) | {
        "lines": [error.render(reader_language())],
        "has_errors": True,
    }
    return render(request, "plans/plan.html", context, status=error.status)


__all__ = ["READ", "adopt_page", "again", "line", "new", "pin", "start", "stop", "take_back"]
