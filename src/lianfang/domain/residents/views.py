"""Pages of the ledger: an area's people masked or named as the role sees them, one person, a look-up by exact code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.access.places import Place, place_of
from lianfang.domain.residents import browsing, pages
from lianfang.domain.residents.forms import CODE_PURPOSES, OPEN_PURPOSES, PURPOSE_OF_ROLE, CodeForm, purpose_of
from lianfang.domain.residents.life_reads import entry_facts
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.ids import format_code, group_code, parse_code
from lianfang.kernel.numbers import is_whole

COUNTED_AT_ONCE = 2_000
"""People of a place up to whom care tags are counted with every list; in larger ones when somebody asks (assumption:
most communities are smaller, and counting 6,500 costs half of the page)."""
BROWSE = ("see:residents:named", "see:residents:masked")

define(
    "residents.code_unknown",
    status=404,
    zh="没有编码为{code}的居民，或不在您的工作范围内。请对照编码纸核对。",
    en="No resident has the code {code}, or they lie outside your scope. Compare it with the sheet.",
)


@requires(*BROWSE, "see:residents:code")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lead each reader to what is theirs: their area's people, or the look-up by code."""
    actor = actor_of(request)
    if actor.lists and actor.sees("residents", "masked"):
        return HttpResponseRedirect(reverse("residents-area", args=[pages.code_of(actor.path)]))
    if actor.sees("residents", "code"):
        return HttpResponseRedirect(reverse("residents-code"))
    raise LianfangError("access.not_found")


@requires(*BROWSE, lists=True)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The people of a community, a building or a household; above a community, the areas below with their counts."""
    typed = request.GET.get("code", "")
    if typed:
        return HttpResponseRedirect(reverse("residents-person", args=[_plain(typed)]))
    actor = actor_of(request)
    place, home = _spot(actor, code)
    if place.level < Level.COMMUNITY:
        context = {
            "place": place,
            "rows": pages.area_rows(place, actor),
            "trail": pages.trail(actor, place),
            "now": timezone.now(),
            "figures": actor.sees("metrics", "figures"),
            "may_import": actor.may("other", "import"),
            "may_ask_list": actor.may("other", "ask_export"),
            "may_follow": actor.may("other", "follow_codes"),
        }
        return render(request, "residents/above.html", context)
    return _list_page(request, place, home)


@requires("see:residents:named", lists=True)
@require_POST
def find(request: HttpRequest, code: str) -> HttpResponse:
    """People of a place whose name holds a word; posted, so that the name stands in no address."""
    place, home = _spot(actor_of(request), code)
    if place.level < Level.COMMUNITY:
        raise LianfangError("access.not_found")
    return _list_page(request, place, home, word=request.POST.get("name", "").strip()[:40])


@requires(*BROWSE, lists=True)
@require_GET
def person(request: HttpRequest, code: str) -> HttpResponse:
    """What is recorded about one person, masked or named as the role sees it."""
    return _person_page(request, code)


@requires("see:residents:open", lists=True)
@require_POST
def open_person(request: HttpRequest, code: str) -> HttpResponse:
    """Open identity and phone of one person for a purpose; the look is on record."""
    line = _line(code)
    try:
        purpose = purpose_of(request.POST)
        secret = browsing.open_secret(line, purpose)
    except LianfangError as error:
        return _person_page(request, code, error=error)
    return _person_page(request, code, opened=(purpose, secret))


@requires("see:residents:code")
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """One person by the exact code on their sheet, for desks and gates; each look-up is on record."""
    actor = actor_of(request)
    form = CodeForm(request.POST or None, initial={"purpose": PURPOSE_OF_ROLE.get(actor.role, "visit")})
    found = None
    status = 200
    if request.method == "POST":
        try:
            found = _look_up(form)
        except LianfangError as error:
            form.add_error("code", error.render(reader_language()))
        status = 200 if found else 422
    context: dict[str, Any] = {"form": form, "found": found, "now": timezone.now()}
    if found:
        purpose = form.cleaned_data["purpose"]
        context |= {
            "purpose": CODE_PURPOSES[purpose],
            "form": CodeForm(initial={"purpose": purpose}),
            "code": group_code(_plain(form.cleaned_data["code"])),
        }
    return render(request, "residents/code.html", context, status=status)


# ------------------------------------------------------------------------------------------------------- pieces


def _plain(typed: str) -> str:
    """A code as addresses write it; raises code.malformed, code.check_failed."""
    return format_code(parse_code(typed))


def _spot(actor: Actor, code: str) -> tuple[Place, str]:
    """The place of an address and, where it names a home, the home's path; raises access.not_found."""
    building = PATH_LENGTH[Level.BUILDING]
    if len(code) <= building:
        return place_of(actor, code), ""
    if not (code.isascii() and code.isalnum()) or not actor.covers(code):
        raise LianfangError("access.not_found")
    if actor.covers(code[:building]):
        return place_of(actor, code[:building]), code
    community = code[: PATH_LENGTH[Level.COMMUNITY]]  # a grant for single homes: the community only names the page
    return place_of(replace(actor, path=community), community), code


def _list_page(request: HttpRequest, place: Place, home: str, *, word: str = "") -> HttpResponse:
    actor = actor_of(request)
    path = home or place.path
    tag, kind = _number(request.GET.get("tag", "")), _number(request.GET.get("kind", ""))
    if word:
        found = browsing.people_named(path, word)
    else:
        found = browsing.people(
            path, tag=tag, kind=kind, after=request.GET.get("after", "")[:60], limit=browsing.PAGE + 1
        )
    if home and not found and not request.GET:
        raise LianfangError("access.not_found")
    buildings = browsing.buildings(place.path if not home else home[: PATH_LENGTH[Level.BUILDING]])
    by_care = bool(tag or kind or request.GET.get("care"))
    counted = by_care or sum(one.people for one in buildings) <= COUNTED_AT_ONCE
    tags, kinds = browsing.tag_counts(path) if counted else ({}, {})
    everybody = sum(kinds.values()) if counted else browsing.count(path)
    lines = pages.people_lines(found[: browsing.PAGE], actor, {one.path: one.name for one in buildings})
    last = (lines[0]["door"] if lines else "") if home else ""
    context = {
        "place": place,
        "home": home,
        "path_code": home or place.code,
        "lines": lines,
        "everybody": everybody,
        "word": word,
        "buildings": buildings if place.level is Level.COMMUNITY and not home else [],
        "now": timezone.now(),
        "filters": pages.filters(tags, kinds, everybody, tag, kind),
        "counted": counted,
        "filtered": bool(tag or kind or word),
        "following": "" if word else pages.following(found),
        "paged": bool(request.GET.get("after")),
        "door": last,
        "named": actor.sees("residents", "named"),
        "may_import": actor.may("other", "import") and actor.scope == "area",
        "may_keep": actor.may("other", "keep_ledger"),
        "may_confirm": actor.may("record", "confirm_entry") and actor.sees("residents", "named"),
        "trail": pages.trail(actor, place, last),
    }
    return render(request, "residents/people.html", context)


def _number(text: str) -> int:
    return int(text) if is_whole(text) and len(text) < 4 else 0


def _line(code: str) -> browsing.Line:
    try:
        found = browsing.person_with(parse_code(code))
    except LianfangError:
        found = None
    if found is None:
        raise LianfangError("residents.code_unknown", code=code[:20])
    return found


def _person_page(
    request: HttpRequest,
    code: str,
    *,
    error: LianfangError | None = None,
    opened: tuple[str, dict[str, Any]] | None = None,
) -> HttpResponse:
    actor, line = actor_of(request), _line(code)
    building = line.path[: PATH_LENGTH[Level.BUILDING]]
    place, _home = _spot(actor, building if actor.covers(building) else line.path)
    shown = pages.people_lines([line], actor, {place.path: place.name})[0]
    context = {
        "shown": shown,
        "line": line,
        "place": place,
        "trail": pages.trail(actor, place, shown["name"]),
        "now": timezone.now(),
        "places": browsing.places(line.id),
        **entry_facts(line.id, line.home),
        "may_keep": actor.may("other", "keep_ledger"),
        "may_open": actor.sees("residents", "open"),
        "purposes": OPEN_PURPOSES.items(),
        "chosen": request.POST.get("purpose", ""),
        "lines": [error.render(reader_language())] if error else [],
        "has_errors": error is not None,
    }
    if opened:
        context |= {"secret": pages.secret_rows(opened[1]), "purpose": OPEN_PURPOSES[opened[0]], "opened": True}
    return render(request, "residents/person.html", context, status=error.status if error else 200)


def _look_up(form: CodeForm) -> browsing.Found | None:
    if not form.is_valid():
        return None
    code = form.cleaned_data["code"]
    number = parse_code(code)
    try:
        return browsing.by_code(number, form.cleaned_data["purpose"])
    except LianfangError as error:
        if error.code != "access.not_found":
            raise
        raise LianfangError("residents.code_unknown", code=group_code(_plain(code))) from None
