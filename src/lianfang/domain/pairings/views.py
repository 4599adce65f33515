"""Pages of pairings: how an area stands, its pairings, its places with nobody, one pairing, what somebody answers for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianfang.base.access.api import requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.access.places import place_of
from lianfang.base.database.select import run
from lianfang.base.incidents.api import incident
from lianfang.domain.pairings import cards, catalogue, pages, tables
from lianfang.domain.pairings.choices import person_words
from lianfang.domain.pairings.selectors import PAGE, PairingLine, of_member, of_unit, orphans, pairing, pairings
from lianfang.domain.workforce.api import member_lines, organisation_names
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import Language, LianfangError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEE = ("see:members:named", "see:members:figures")


def find(number: int) -> PairingLine:
    """A pairing in the reader's scope; raises access.not_found."""
    found = pairing(number)
    if found is None:
        raise LianfangError("access.not_found")
    return found


@requires(*SEE, lists=True)
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Lead the reader to their own area."""
    return HttpResponseRedirect(reverse("pairings-area", args=[actor_of(request).area_code]))


@requires(*SEE, lists=True)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    """How the targets of an area stand: complete, lacking, with nobody; below it, or the pairings of a community."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    found = pages.kinds_at(place.path)
    kind = pages.kept_kind(actor, found, request.GET.get("kind", ""))
    deep = pages.is_deep(place)
    lines = pairings(place.path) if deep else []
    context = {
        "place": place, "trail": pages.trail(place), "kind": kind, "kind_words": pages.KINDS[kind], "query": f"?kind={kind}",
        "bar": pages.bar_of(place.path, place.short, kind),
        "tabs": [
            {"href": f"?kind={one}", "label": pages.KINDS[one], "count": left, "current": one == kind}
            for one, _targets, left in found if one not in ("person", "household") or actor.sees("residents", "masked")
        ],
        "bars": pages.bars(place.path, kind), "rows": pages.rows([one for one in lines if one.kind == kind]), "deep": deep,
        "people": pages.people_at(place.path), "now_at": timezone.now(), "may_pair": actor.may("other", "pair"),
        "orphans": orphans(place.path, kind, limit=60) if deep and kind in pages.KINDS else [], "any": bool(found),
        "may_file": actor.sees("members", "named"),
    }  # fmt: skip
    return render(request, "pairings/area.html", context)


@requires(*SEE, lists=True)
@require_GET
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """The pairings of an area, page by page, by template and state."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    state, after = request.GET.get("state", ""), request.GET.get("after", "")
    state = state if state in ("complete", "incomplete", "open") else ""
    found = pairings(place.path, state=state, after=after, limit=PAGE + 1)
    words = {"": _("All"), **{key: word for key, (_style, word) in pages.STATES.items() if key != "ended"}}
    context = {
        "place": place, "trail": pages.trail(place, last=_("List")), "rows": pages.rows(found[:PAGE]), "now_at": timezone.now(),
        "filters": [
            {"href": f"?state={key}" if key else "?", "label": word, "count": None, "current": key == state} for key, word in words.items()
        ],
        "following": found[PAGE - 1].key if len(found) > PAGE else "", "paged": bool(after), "may_pair": actor.may("other", "pair"),
        "may_file": actor.sees("members", "named"),
    }  # fmt: skip
    return render(request, "pairings/list.html", context)


@requires(*SEE, lists=True)
@require_GET
def orphan_list(request: HttpRequest, code: str) -> HttpResponse:
    """The targets of one kind with nobody: by area, and by name from the township down."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    known = pages.kinds_at(place.path)
    kind = pages.kept_kind(actor, known, request.GET.get("kind", ""))
    by_name = place.level >= Level.TOWNSHIP
    after = request.GET.get("after", "")
    found = orphans(place.path, kind, after=after, limit=PAGE + 1) if by_name else []
    context = {
        "place": place, "trail": pages.trail(place, "pairings-orphans"), "kind": kind, "kind_words": pages.KINDS[kind],
        "bar": pages.bar_of(place.path, place.short, kind), "now_at": timezone.now(), "by_name": by_name,
        "tabs": [{"href": f"?kind={one}", "label": pages.KINDS[one], "count": left, "current": one == kind} for one, _n, left in known],
        "bars": [bar for bar in pages.bars(place.path, kind) if bar.orphans] if not by_name else [],
        "rows": [{"one": one, "code": pages.code_of(one.path[:12])} for one in found[:PAGE]],
        "following": found[PAGE - 1].key if len(found) > PAGE else "", "may_pair": actor.may("other", "pair"),
    }  # fmt: skip
    return render(request, "pairings/orphans.html", context)


@requires("see:members:named", lists=True)
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One pairing: what lacks first, then what fills it, what was promised, and its story."""
    return pairing_page(request, find(number))


def pairing_page(request: HttpRequest, found: PairingLine, error: LianfangError | None = None) -> HttpResponse:
    """The page of a pairing, with what was refused above it."""
    actor = actor_of(request)
    template = pages.template_of(found)
    community = found.path[:12] if len(found.path) >= 12 else found.path
    place = place_of(actor, community.ljust(12, "0") if actor.covers(community) else actor.area_code)
    state, word = pages.STATES[found.state]
    person = person_words(actor, found)
    context = {
        "one": found, "template": template, "name": pages.said(template) if template else found.template, "state": state, "word": word,
        "person": person, "place": place, "trail": pages.trail(place, last=f"№ {found.id}"), "kind_words": pages.KINDS[found.kind],
        "share": catalogue.share_words(found.share, reader_language()),
        "tasks": pages.place_tasks(found, template) if template else [],
        "items": pages.items(found, template) if template else [], "story": pages.history(found, template), "now_at": timezone.now(),
        "incident": incident(found.incident) if found.incident is not None else None,
        "may_pair": actor.may("other", "pair") and found.ended_on is None, "lines": [error.render(reader_language())] if error else [],
        "card": template.card if template else None,
    }  # fmt: skip
    return render(request, "pairings/one.html", context, status=error.status if error else 200)


@requires("see:members:named", lists=True)
@require_GET
def card(request: HttpRequest, number: int) -> HttpResponse:
    """The rights card and the flow chart of a person under control, for print, in both languages."""
    actor, found = actor_of(request), find(number)
    template = pages.template_of(found)
    if template is None or template.card is None:
        raise LianfangError("access.not_found")
    language: Language = "en" if request.GET.get("in", reader_language()) == "en" else "zh"
    own = template.card
    context = {
        "one": found, "person": person_words(actor, found), "card": own, "language": language, "now_at": timezone.now(),
        "title": own.zh if language == "zh" else own.en, "chart": cards.chart_of(own, language),
        "rights": [words.zh if language == "zh" else words.en for words in own.rights],
        "duties": [words.zh if language == "zh" else words.en for words in own.duties],
        "people": [
            {"words": item.zh if language == "zh" else item.en, "who": [part.who for part in found.of(item.key) if part.who]}
            for item in template.items if item.kind == "person"
        ],
    }  # fmt: skip
    return render(request, "pairings/card.html", context)


@requires("see:members:named", lists=True)
@require_GET
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    """The ledger of pairings of an area as an Excel file; the file is on record with its count."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    body, count = tables.ledger_file(actor, place)
    note_export("pairings", place.path, count)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="pairings-{place.code}.xlsx"'
    return response


@requires()
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What the signed-in member answers for, with what was left for them at the handover."""
    me = run("select workforce_me()")[0][0]
    found = of_member(me) if me else []
    live = [held for held in found if held.ended_on is None]
    context = {
        "rows": pages.held_rows(live), "past": pages.held_rows([held for held in found if held.ended_on is not None]),
        "known": bool(me), "now_at": timezone.now(),
    }  # fmt: skip
    return render(request, "pairings/mine.html", context)


@requires("other:nominate_members")
@require_GET
def unit(request: HttpRequest) -> HttpResponse:
    """What a sending unit and its people answer for, what lacks there, and what the unit promised."""
    actor = actor_of(request)
    if actor.scope != "organisation":
        raise LianfangError("access.not_found")
    number = int(actor.unit[-6:], 16) if len(actor.unit) >= 6 else 0  # an account may precede its unit
    found = of_unit(number) if number else []
    names = {
        line.id: line.name for line in member_lines(sorted({held.member for held in found if held.member})).values()
    }
    promised = [held for held in found if held.member is None and held.organisation is None]
    context = {
        "rows": pages.held_rows([held for held in found if held.member or held.organisation], names),
        "promises": pages.held_rows(promised), "name": organisation_names([number]).get(number, ""), "now_at": timezone.now(),
        "places": len({held.pairing for held in found}), "people": len({held.member for held in found if held.member}),
    }  # fmt: skip
    return render(request, "pairings/unit.html", context)
