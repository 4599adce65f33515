"""The office's side: sheets with codes for a building, codes of one person, objections and their answers."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import place_of
from lianfang.base.database.select import call
from lianfang.domain.residents.api import Entry, Resident, entry, people_of
from lianfang.domain.selfview import selectors, services
from lianfang.domain.selfview.codes import grouped
from lianfang.domain.selfview.words import WHATS
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, parse_code

ISSUE = "other:issue_self_link"
ANSWER = "other:answer_objection"


@requires(ISSUE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The printed sheet of a building: a code for everybody, shown once; those printed before end."""
    actor = actor_of(request)
    place = place_of(actor, code)
    if place.level < Level.COMMUNITY:
        raise LianfangError("access.not_found")
    building = place.level is Level.BUILDING
    people = _present(place.path) if building else []
    context: dict[str, Any] = {"place": place, "people": len(people), "building": building, "now": timezone.now()}
    if not building:
        context["buildings"] = _buildings(place.path)
    elif request.method == "POST":
        codes = services.issue_links(actor=actor, people=[one.id for one in people], today=_today())
        note_export("self-codes", place.path, len(codes))
        context["cards"] = [_card(request, one, codes[one.id]) for one in people if one.id in codes]
    return render(request, "selfview/sheet.html", context)


@requires(ISSUE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, code: str) -> HttpResponse:
    """The codes of one person: make a new one (shown once), end one."""
    actor = actor_of(request)
    one = _person(actor, code)
    context: dict[str, Any] = {"one": one, "code": code, "printed": format_code(one.code)}
    if request.method == "POST":
        made = services.issue_links(actor=actor, people=[one.id], today=_today())
        if one.id not in made:
            raise LianfangError("access.not_found")
        context["card"] = {"svg": _qr(request, made[one.id]), "code": grouped(made[one.id])}
    context["links"] = selectors.links_of(one.id)
    return render(request, "selfview/person.html", context)


@requires(ISSUE, lists=True)
@require_POST
def end_link(request: HttpRequest, number: int) -> HttpResponse:
    """End a code at once."""
    services.revoke_link(actor=actor_of(request), link_id=number)
    messages.success(request, _("The code opens nothing any more."))
    back = request.POST.get("back", "")
    return see_page("own-person", back) if back.isalnum() and len(back) == 9 else see_page("own-objections")


@requires(ANSWER, lists=True)
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """What residents of this area object to, open ones first."""
    found = selectors.objections(low=actor_of(request).path)
    lines = [{"one": one, "what": WHATS.get(one.what, one.what)} for one in found]
    return render(
        request, "selfview/objections.html", {"lines": lines, "open": sum(one.state == "open" for one in found)}
    )


@requires(ANSWER, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, number: int) -> HttpResponse:
    """One objection: read it, correct the entry where it is right, answer."""
    actor = actor_of(request)
    found = selectors.objections(low=actor.path, number=number)
    whose = selectors.person_of(number)
    if not found or whose is None:
        raise LianfangError("access.not_found")
    error = None
    if request.method == "POST":
        try:
            services.answer_objection(
                actor=actor, objection_id=number, path=found[0].path, words=request.POST.get("words", "")
            )
        except LianfangError as caught:
            error = caught
        else:
            messages.success(request, _("Answered. They read it on their own page."))
            return see_page("own-objections")
    whom = entry(actor=actor, person_id=whose)
    context = {
        "one": found[0], "what": WHATS.get(found[0].what, found[0].what), "name": whom.name, "code": format_code(whom.code),
        "lines": [error.render(reader_language())] if error else [], "has_errors": bool(error),
    }  # fmt: skip
    return render(request, "selfview/objection.html", context, status=error.status if error else 200)


def _present(path: str) -> list[Resident]:
    return sorted((one for one in people_of(path) if one.present), key=lambda one: (one.path, one.id))


def _buildings(path: str) -> list[tuple[str, str]]:
    sql = "select path, name from areas_building where path >= %s and path < %s order by path"
    return [(at, name) for at, name in call(sql, [path, path + "~"])]


def _card(request: HttpRequest, one: Resident, code: str) -> dict[str, Any]:
    return {"svg": _qr(request, code), "code": grouped(code), "name": one.name, "door": one.door}


def _qr(request: HttpRequest, code: str) -> str:
    address = request.build_absolute_uri(reverse("me-page", args=[code]))
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(scale=3, border=4, omitsize=True, svgclass="qr", lineclass=None))


def _person(actor: Actor, code: str) -> Entry:
    with suppress(LianfangError):  # a mistyped code is nobody's
        for (number,) in call("select id from residents_person where code = %s", [parse_code(code)]):
            return entry(actor=actor, person_id=number)
    raise LianfangError("access.not_found")


def _today() -> date:
    return beijing_day(timezone.now())
