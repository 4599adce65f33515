"""Pages of rounds: how far a round is, who is missing, the story of a positive pool, printed sheets."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.access.places import Place, place_of
from lianfang.domain.residents.api import building_names
from lianfang.domain.rounds import doorplan, export, pages, sheets
from lianfang.domain.rounds.homes import homes_of_round
from lianfang.domain.rounds.homes_export import homes_file
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.playbook import book_of, excused, outcome_words, reason_words
from lianfang.domain.rounds.public import AnswerForm
from lianfang.domain.rounds.selectors import (
    coverage_at,
    coverage_below,
    coverage_by_grid,
    missing_people,
    pool,
    positive_pools,
    round_by_id,
    rounds_of,
    sites_of,
)
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BROWSE_PEOPLE = ("see:residents:named", "see:residents:masked")


@requires("see:metrics:figures", "see:residents:named", lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The rounds that touch the reader's area, newest first, each with its coverage there."""
    actor = actor_of(request)
    rows = [
        (one, coverage_at(one.id, actor.path, kind=one.kind) if actor.sees("metrics", "figures") else None)
        for one in rounds_of(actor.path)
    ]
    context = {"rows": rows, "may_open": actor.may("other", "open_round"), "may_report": actor.may("record", "result")}
    return render(request, "rounds/index.html", context)


@requires("see:metrics:figures", "see:residents:named", lists=True)
@require_GET
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Lead the reader to their own area of a round."""
    actor = actor_of(request)
    find_round(number)
    name = "round-area" if actor.sees("metrics", "figures") else "round-missing"
    code = actor.path if len(actor.path) > 12 else actor.area_code
    return HttpResponseRedirect(reverse(name, args=[number, code]))


@requires("see:metrics:figures", lists=True)
@require_GET
def area(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Coverage of an area and of everything right below it, most people missing first."""
    actor, one = actor_of(request), find_round(number)
    place = place_of(actor, code)
    if place.level >= Level.BUILDING:
        return HttpResponseRedirect(reverse("round-missing", args=[number, code]))
    here = coverage_at(one.id, place.path, place.name, kind=one.kind)
    rows = coverage_below(one.id, place.path, kind=one.kind)
    testing, language = one.kind == "testing", reader_language()
    words = reason_words(one, language) if testing else outcome_words(one, language)
    context = {
        "round": one, "place": place, "here": here, "rows": pages.coverage_rows(one, rows),
        "outside": sum(row.share is None for row in rows), "now_at": timezone.now(), "testing": testing,
        "trail": pages.trail(one, place, "round-area"), "reasons": pages.reason_counts(here.reasons, words),
        "pools": pages.pool_lines(positive_pools(one, place.path)) if testing else [],
        "sites": sites_of(one.id) if place.level >= Level.COMMUNITY else [], "words": pages.measure_words(one.kind),
        "grids": pages.grid_rows(coverage_by_grid(place.path, rows)) if place.level is Level.COMMUNITY else [],
        "series": pages.series_view(one, language, beijing_day(timezone.now())) if place.path == one.path else None,
        "lists": actor.sees("residents", "masked"), "opens_tubes": actor.sees("residents", "named") or actor.sees("cases", "open"),
        "version": f"{here.sampled}-{sum(here.reasons.values())}-{one.state}",
        "answer_form": AnswerForm() if testing and place.path == one.path and actor.may("other", "publish_notice") else None,
        "asked": pages.asked_words(one, language), "reaches": place.path.startswith(one.path) or one.path.startswith(place.path),
        "may_close": one.state == "open" and place.path == one.path and actor.may("other", "open_round"),
    }  # fmt: skip
    if getattr(request, "htmx", False):
        if request.GET.get("v") == context["version"]:
            return HttpResponse(status=204)
        return render(request, "rounds/area.html#rows", context)
    return render(request, "rounds/area.html", context)


@requires(*BROWSE_PEOPLE, lists=True)
@require_GET
def missing(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Who is missing at a community or a building, or which homes are left: doors as a floor plan, lines by door."""
    actor, one = actor_of(request), find_round(number)
    place = near(actor, code)
    if one.kind == "screening":
        return _homes(request, actor, one, place)
    found = missing_people(one, place.path)
    named, chosen = actor.sees("residents", "named"), request.GET.get("reason", "all")
    words = reason_words(one, reader_language())
    context = {
        "round": one, "place": place, "found": found, "now_at": timezone.now(), "trail": pages.trail(one, place, "round-missing"),
        "groups": pages.chosen_only(pages.people_by_building(one, found, building_names(place.path[:12]), named=named), chosen),
        "plan": doorplan.plan_of_people(one, place.name, found) if named and place.level is Level.BUILDING and found.expected else None,
        "may_export": actor.may("other", "export_small"),
        "may_print": actor.may("other", "print") or actor.may("other", "print_building_list"),
        "named": named, "chosen": chosen, "filters": pages.reason_filters(found.reasons, words, excused(one), chosen),
        "calls": actor.sees("residents", "call"), "grid_only": actor.scope == "grid",
        "at_building": place.level is Level.BUILDING,
    }  # fmt: skip
    return render(request, "rounds/missing.html", context)


def _homes(request: HttpRequest, actor: Actor, one: Round, place: Place) -> HttpResponse:
    """The homes of a screening that no visit has settled, by building and door."""
    found = homes_of_round(one, place.path)
    words, chosen = outcome_words(one, reader_language()), request.GET.get("reason", "all")
    named = actor.sees("residents", "named")
    context = {
        "round": one, "place": place, "found": found, "now_at": timezone.now(), "trail": pages.trail(one, place, "round-missing"),
        "groups": pages.chosen_only(pages.homes_by_building(found, building_names(place.path[:12]), words, named=named), chosen),
        "plan": doorplan.plan_of_homes(place.name, found, words) if named and place.level is Level.BUILDING and found.homes else None,
        "chosen": chosen, "filters": pages.reason_filters(found.outcomes, words, (), chosen),
        "may_visit": one.state == "open" and actor.may("record", "visit"), "at_building": place.level is Level.BUILDING,
        "grid_only": actor.scope == "grid", "may_export": actor.may("other", "export_small"),
        "may_print": actor.may("other", "print") or actor.may("other", "print_building_list"),
    }  # fmt: skip
    return render(request, "rounds/homes.html", context)


@requires("other:print", "other:print_building_list", lists=True)
@require_GET
def missing_print(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The missing list on A4, a page a building, with a box to tick and the code that brings paper back as facts."""
    actor, one = actor_of(request), find_round(number)
    place = near(actor, code)
    names, screening = building_names(place.path[:12]), one.kind == "screening"
    if screening:
        words = outcome_words(one, reader_language())
        groups = pages.homes_by_building(homes_of_round(one, place.path), names, words, named=True)
    else:
        groups = pages.people_by_building(one, missing_people(one, place.path), names, named=True)
    above = place.path[:12]
    where = place if place.level is Level.COMMUNITY else place_of(actor, above) if actor.covers(above) else None
    context = {
        "round": one, "place": place, "where": where, "groups": groups, "now_at": timezone.now(),
        "count": sum(len(group.people) for group in groups),
    }  # fmt: skip
    return render(request, f"rounds/{'homes' if screening else 'missing'}_print.html", context)


@requires("other:export_small", lists=True)
@require_GET
def missing_file(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The missing list as an Excel file with its count and watermark."""
    actor, one = actor_of(request), find_round(number)
    place = near(actor, code)
    names = building_names(place.path[:12])
    if one.kind == "screening":
        homes = homes_of_round(one, place.path)
        body, count = homes_file(one, place, homes, names, actor), len(homes.left)
    else:
        people = missing_people(one, place.path)
        body, count = export.missing_file(one, place, people, names, actor), len(people.people)
    note_export("missing", place.path, count)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="missing-{one.id}-{place.path}.xlsx"'
    return response


@requires("see:residents:named", "see:cases:open", lists=True)
@require_GET
def tube(request: HttpRequest, number: int, tube_id: UUID) -> HttpResponse:
    """The story of one tube: filled, result, its members isolated and re-tested one by one."""
    one = find_round(number)
    found = pool(one, tube_id)
    if found is None:
        raise LianfangError("access.not_found")
    context = {
        "round": one, "pool": found, "members": pages.pool_rows(found), "events": pages.pool_events(found),
        "steps": pages.pool_steps(book_of(one), found, reader_language()),
    }  # fmt: skip
    return render(request, "rounds/pool.html", context)


@requires("other:print", "other:print_building_list", lists=True)
@require_GET
def resident_sheets(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """QR sheets of the residents of a building, for scanning at the desk."""
    actor, one = actor_of(request), find_round(number)
    place = near(actor, code)
    return render(
        request, "rounds/sheets.html", {"round": one, "place": place, "cards": sheets.resident_cards(place.path)}
    )


@requires("other:open_round", "record:tube")
@require_GET
def tube_sheets(request: HttpRequest, number: int) -> HttpResponse:
    """QR labels of new tubes, each number used once."""
    one = find_round(number)
    count = request.GET.get("count", "40")
    cards = sheets.tube_cards(min(400, int(count)) if is_whole(count) else 40)
    return render(request, "rounds/sheets.html", {"round": one, "cards": cards})


def find_round(number: int) -> Round:
    """A round that touches the reader's scope; raises access.not_found."""
    found = round_by_id(number)
    if found is None:
        raise LianfangError("access.not_found")
    return found


def near(actor: Actor, code: str) -> Place:
    """A place of at most a community: lists of people never cover more."""
    place = place_of(actor, code)
    if place.level < Level.COMMUNITY:
        raise LianfangError("access.not_found")
    return place
