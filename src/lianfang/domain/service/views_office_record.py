"""Records of service as offices and units read them: one member with a purpose, a unit in the order of names, objections."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.database.select import call
from lianfang.domain.service import record
from lianfang.domain.service.export import write_unit
from lianfang.domain.service.office_views import KEEP, member_of
from lianfang.domain.service.views_record import POSTS, role_word, spoken
from lianfang.domain.service.words import KINDS, PURPOSES, ROLES, STATES
from lianfang.kernel.errors import LianfangError

ANSWER = "other:answer_service"


@requires("see:members:named")
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, code: str) -> HttpResponse:
    """The record of one member: what for is asked first, written down, and shown to the member."""
    one = member_of(code)
    context: dict[str, Any] = {"one": one, "purposes": PURPOSES.items(), "chosen": request.POST.get("purpose", "")}
    error = None
    if request.method == "POST":
        try:
            with transaction.atomic():
                lines = record.look_at(actor=actor_of(request), member=one.id, purpose=request.POST.get("purpose", ""))
            context |= {"items": [spoken(line) for line in lines], "minutes": sum(line.minutes for line in lines)}
            context["hours"] = round(context["minutes"] / 60)
        except LianfangError as caught:
            error = caught
    return _page(request, "service/member_record.html", context, error)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, number: int) -> HttpResponse:
    """The members of a unit with what they did, in the order of names and in no other; the purpose is written down."""
    found = call("select name from workforce_organisation where id = %s", [number])
    if not found:
        raise LianfangError("access.not_found")
    chosen = request.POST.get("purpose", "")
    context: dict[str, Any] = {"number": number, "name": found[0][0], "purposes": PURPOSES.items(), "chosen": chosen}
    error = None
    if request.method == "POST":
        try:
            if chosen not in PURPOSES:
                raise LianfangError("service.purpose_missing")
            with transaction.atomic():
                people = record.unit_record(actor=actor_of(request), unit=number, purpose=chosen)
            context["people"] = [{"one": one, "roles": [role_word(role) for role in one.sums.roles]} for one in people]
            context["agreed"] = sum(one.agreed for one in people)
        except LianfangError as caught:
            error = caught
    elif not call("select service_unit_here(%s) is not null", [number])[0][0]:
        raise LianfangError("access.not_found")
    return _page(request, "service/unit.html", context, error)


@requires(KEEP)
@require_POST
def export(request: HttpRequest, number: int) -> HttpResponse:
    """A table for recognition, in the order of names; outside the unit only those who agreed are in it."""
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES:
        raise LianfangError("service.purpose_missing")
    outside = request.POST.get("outside") != "0"
    found = call("select name from workforce_organisation where id = %s", [number])
    if not found:
        raise LianfangError("access.not_found")
    people = record.unit_record(actor=actor_of(request), unit=number, outside=outside, purpose=purpose)
    file = io.BytesIO()
    count = write_unit(
        file,
        name=found[0][0],
        people=people,
        purpose=str(PURPOSES[purpose]),
        outside=outside,
        language=reader_language(),
    )
    note_export("service-record", actor_of(request).path or "-", count)
    answer = HttpResponse(
        file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f'attachment; filename="service-{number}.xlsx"'
    return answer


@requires(ANSWER)
@require_GET
def objections(request: HttpRequest) -> HttpResponse:
    """Lines that members object to, open ones first."""
    found = [_spoken(one) for one in record.objections(actor=actor_of(request))]
    return render(
        request, "service/objections.html", {"items": found, "open": sum(one["one"].state == "open" for one in found)}
    )


@requires(ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, number: int) -> HttpResponse:
    """One objection: the line as recorded, the member's words; correct it or let both views stand."""
    found = record.objections(actor=actor_of(request), number=number)
    if not found:
        raise LianfangError("access.not_found")
    error, form = None, request.POST
    if request.method == "POST":
        try:
            hours = _number(form.get("hours", ""))
            role = form.get("role", "other")
            with transaction.atomic():
                record.answer(
                    actor=actor_of(request), objection=found[0], upheld=form.get("verdict") == "upheld", words=form.get("words", ""),
                    hours=hours, role=role if role in POSTS or role in ROLES else "other",
                )  # fmt: skip
        except LianfangError as caught:
            error = caught
        else:
            messages.success(request, _("Answered. They read it on their own page."))
            return see_page("service-objections")
    context = _spoken(found[0]) | {
        "words": form.get("words", "")[: record.MOST_WORDS], "hours": form.get("hours", ""),
        "role_choices": [*POSTS.items(), ("visit", ROLES["visit"]), ("other", ROLES["other"])],
    }  # fmt: skip
    return _page(request, "service/objection.html", context, error)


def _spoken(one: record.Objection) -> dict[str, Any]:
    kind = one.line.partition(":")[0]
    state, word = STATES[one.state]
    recorded = round((one.work or {}).get("minutes", 0) / 60, 1) if one.work else None
    on = date.fromisoformat(one.work["day"]) if one.work and one.work.get("day") else None
    return {"one": one, "kind": KINDS.get(kind, kind), "state": state, "word": word, "recorded": recorded, "on": on}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _page(request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None) -> HttpResponse:
    context |= {"lines": [error.render(reader_language())] if error else [], "has_errors": error is not None}
    return render(request, template, context, status=error.status if error else 200)
