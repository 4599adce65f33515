"""Pages of rounds: how far a round is, who is missing, the story of a positive pool, printed sheets."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.places import Place, place_of
from lianfang.domain.residents.api import building_names
from lianfang.domain.rounds import export, pages, sheets
from lianfang.domain.rounds.forms import OpenRoundForm
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.selectors import (
    coverage_at,
    coverage_below,
    missing_people,
    pool,
    positive_pools,
    round_by_id,
    rounds_of,
    sites_of,
)
from lianfang.domain.rounds.services import open_round
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.base.incidents.api import incident_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BROWSE_PEOPLE = ("see:residents:named", "see:residents:masked")


@requires("see:metrics:figures", "see:residents:named", lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The rounds that touch the reader's area, newest first, each with its coverage there."""
    actor = _actor(request)
    rows = [(one, coverage_at(one.id, actor.path) if actor.sees("metrics", "figures") else None) for one in rounds_of(actor.path)]
    context = {"rows": rows, "may_open": actor.may("other", "open_round"), "here": actor.path}
    return render(request, "rounds/index.html", context)


@requires("other:open_round", lists=True)
def create(request: HttpRequest) -> HttpResponse:
    """Open a round: scope, tube size; the staffing of the testing guide is shown beside before anything is written."""
    actor = _actor(request)
    form = OpenRoundForm(request.POST or None, initial={"area": actor.area_code})
    if request.method == "POST" and form.is_valid():
        try:
            place = place_of(actor, form.cleaned_data["area"])
            found = incident_for(place.path)
            if found is None:
                raise LianfangError("incident.none_here", area=place.name)
            opened = open_round(
                actor=actor, incident_id=found.id, name=form.cleaned_data["name"], path=place.path,
                tube_size=int(form.cleaned_data["tube_size"]), edition=found.edition,
            )  # fmt: skip
        except LianfangError as error:
            form.add_error(None, error.render(pages.language()))
        else:
            return HttpResponseRedirect(reverse("round-area", args=[opened.id, place.code]))
    context = {"form": form, "staffing": pages.staffing_preview(actor, form)}
    return render(request, "rounds/create.html", context, status=422 if request.method == "POST" else 200)


@requires("see:metrics:figures", "see:residents:named", lists=True)
@require_GET
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Lead the reader to their own area of a round."""
    actor = _actor(request)
    _round(number)
    name = "round-area" if actor.sees("metrics", "figures") else "round-missing"
    code = actor.path if len(actor.path) > 12 else actor.area_code
    return HttpResponseRedirect(reverse(name, args=[number, code]))


@requires("see:metrics:figures", lists=True)
@require_GET
def area(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Coverage of an area and of everything right below it, most people missing first."""
    actor, one = _actor(request), _round(number)
    place = place_of(actor, code)
    if place.level >= Level.BUILDING:
        return HttpResponseRedirect(reverse("round-missing", args=[number, code]))
    here = coverage_at(one.id, place.path, place.name)
    rows = coverage_below(one.id, place.path)
    context = {
        "round": one, "place": place, "here": here, "rows": pages.coverage_rows(one, rows), "now_at": timezone.now(),
        "trail": pages.trail(one, place, "round-area"), "reasons": pages.reason_counts(here.reasons),
        "pools": pages.pool_lines(positive_pools(one, place.path)), "sites": sites_of(one.id) if place.level >= Level.COMMUNITY else [],
        "lists": actor.sees("residents", "masked"), "version": f"{here.sampled}-{sum(here.reasons.values())}",
    }  # fmt: skip
    if getattr(request, "htmx", False):
        if request.GET.get("v") == context["version"]:
            return HttpResponse(status=204)
        return render(request, "rounds/area.html#rows", context)
    return render(request, "rounds/area.html", context)


@requires(*BROWSE_PEOPLE, lists=True)
@require_GET
def missing(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Who is missing at a community or a building: doors as a floor plan, people by door with their reasons."""
    actor, one = _actor(request), _round(number)
    place = _near(actor, code)
    found = missing_people(one, place.path)
    context = {
        "round": one, "place": place, "found": found, "now_at": timezone.now(), "trail": pages.trail(one, place, "round-missing"),
        "groups": pages.people_by_building(found, building_names(place.path[:12]), named=actor.sees("residents", "named")), "reasons": pages.reason_counts(found.reasons),
        "plan": pages.door_plan(one, place, found) if place.level is Level.BUILDING else None,
        "named": actor.sees("residents", "named"), "chosen": request.GET.get("reason", "all"),
        "filters": pages.reason_filters(found, request.GET.get("reason", "all")), "calls": actor.sees("residents", "call"),
    }  # fmt: skip
    return render(request, "rounds/missing.html", context)


@requires("see:residents:named", lists=True)
@require_GET
def missing_print(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The missing list on A4, a page a building, with a box to tick and the code that brings paper back as facts."""
    actor, one = _actor(request), _round(number)
    place = _near(actor, code)
    found = missing_people(one, place.path)
    groups = pages.people_by_building(found, building_names(place.path[:12]), named=True)
    context = {"round": one, "place": place, "groups": groups, "found": found, "now_at": timezone.now()}
    return render(request, "rounds/missing_print.html", context)


@requires("see:residents:named", lists=True)
@require_GET
def missing_file(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The missing list as an Excel file with its count and watermark."""
    actor, one = _actor(request), _round(number)
    place = _near(actor, code)
    body = export.missing_file(one, place, missing_people(one, place.path), building_names(place.path[:12]), actor)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="missing-{one.id}-{place.path}.xlsx"'
    return response


@requires("see:residents:named", "see:cases:open", lists=True)
@require_GET
def tube(request: HttpRequest, number: int, tube_id: UUID) -> HttpResponse:
    """The story of one tube: filled, result, its members isolated and re-tested one by one."""
    one = _round(number)
    found = pool(one, tube_id)
    if found is None:
        raise LianfangError("access.not_found")
    context = {"round": one, "pool": found, "members": pages.pool_rows(found), "events": pages.pool_events(found)}
    return render(request, "rounds/pool.html", context)


@requires("see:residents:named", lists=True)
@require_GET
def resident_sheets(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """QR sheets of the residents of a building, for scanning at the desk."""
    actor, one = _actor(request), _round(number)
    place = _near(actor, code)
    return render(request, "rounds/sheets.html", {"round": one, "place": place, "cards": sheets.resident_cards(place.path)})


@requires("other:open_round", "record:tube")
@require_GET
def tube_sheets(request: HttpRequest, number: int) -> HttpResponse:
    """QR labels of new tubes, each number used once."""
    one = _round(number)
    count = request.GET.get("count", "40")
    cards = sheets.tube_cards(min(400, int(count)) if count.isascii() and count.isdigit() else 40)
    return render(request, "rounds/sheets.html", {"round": one, "cards": cards})


def _actor(request: HttpRequest) -> Actor:
    actor: Any = request.actor  # type: ignore[attr-defined]
    return actor  # type: ignore[no-any-return]


def _round(number: int) -> Round:
    found = round_by_id(number)
    if found is None:
        raise LianfangError("access.not_found")
    return found


def _near(actor: Actor, code: str) -> Place:
    """A place of at most a community: lists of people never cover more."""
    place = place_of(actor, code)
    if place.level < Level.COMMUNITY:
        raise LianfangError("access.not_found")
    return place


