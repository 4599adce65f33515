"""Pages of large lists: asking for one, agreeing as the second person, taking it once."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.offices import offices_of, signature
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import place_of
from lianfang.base.incidents.api import incident_for
from lianfang.domain.residents import large_exports
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError

ASK, AGREE = "other:ask_export", "other:approve_export"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {"asked": "watch", "approved": "good", "refused": "unknown", "taken": "good"}


@requires(ASK, AGREE, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What was asked for in the reader's area, and the form to ask."""
    return _page(request)


@requires(ASK, lists=True)
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the list of an area."""
    actor = actor_of(request)
    place = place_of(actor, request.POST.get("area", "").strip(), lowest=Level.COMMUNITY)
    try:
        large_exports.ask_export(actor=actor, path=place.path, purpose=request.POST.get("purpose", ""))
    except LianfangError as error:
        return _page(request, error)
    messages.success(request, _("Asked. A second person decides; then you take the file here, once."))
    return see_page("residents-exports")


@requires(AGREE, lists=True)
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Agree or refuse as the second person."""
    agreed = request.POST.get("agreed") == "1"
    try:
        large_exports.decide_export(actor=actor_of(request), request_id=number, agreed=agreed)
    except LianfangError as error:
        if error.status == 404:
            raise
        return _page(request, error)
    messages.success(request, _("Agreed: whoever asked takes the file within a day.") if agreed else _("Refused."))
    return see_page("residents-exports")


@requires(ASK, lists=True)
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """The file, once."""
    actor = actor_of(request)
    incident = incident_for(actor.path)
    drill = "演练 " if settings.DRILL or (incident is not None and incident.drill) else ""
    stamp = drill + timezone.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    try:
        body, rows = large_exports.take_export(actor=actor, request_id=number, stamp=stamp, language=reader_language())
    except LianfangError as error:
        if error.status == 404:
            raise
        return _page(request, error)
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="residents-{number}.xlsx"'
    answer["X-Rows"] = str(rows)
    return answer


def _page(request: HttpRequest, error: LianfangError | None = None) -> HttpResponse:
    actor = actor_of(request)
    found = large_exports.requests(actor=actor)
    known = offices_of([one.asked_by for one in found] + [one.decided_by for one in found])
    context = {
        "lines": [
            {"one": one, "purpose": large_exports.PURPOSES.get(one.purpose, one.purpose), "state": STATES.get(one.state, ""),
             "asked_by": signature(one.asked_by, known), "decided_by": signature(one.decided_by, known),
             "may_take": one.state == "approved" and one.asked_by == actor.account_id,
             "may_decide": one.state == "asked" and one.asked_by != actor.account_id and actor.may("other", "approve_export")}
            for one in found
        ],
        "purposes": large_exports.PURPOSES.items(), "may_ask": actor.may("other", "ask_export"), "area_code": actor.area_code,
        "problems": [error.render(reader_language())] if error else [], "has_errors": error is not None, "most": large_exports.MOST,
    }  # fmt: skip
    return render(request, "residents/exports.html", context, status=error.status if error else 200)
