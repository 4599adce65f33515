"""Taking first steps back: a proposal, the mark that an incident is over, a change of scope, a request to lift."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.base.incidents import services
from lianfang.base.incidents.views import CLOSE, OPEN, find_incident, find_zone, incident_page, lead_to, zone_page
from lianfang.kernel.errors import LianfangError


@requires(f"other:{OPEN}", lists=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a proposed incident that nobody opened yet."""
    return _of_incident(request, number, services.withdraw_incident, "withdrawn")


@requires(f"other:{CLOSE}", lists=True)
@require_POST
def close_undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take the first person's mark back before the second one closes the incident."""
    return _of_incident(request, number, services.take_back_closing, "reopened")


@requires(f"other:{OPEN}", lists=True)
@require_POST
def scope_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a proposed change of scope."""
    return _of_incident(request, number, services.withdraw_scope, "scope-withdrawn")


@requires("other:zone_propose", "other:zone_approve", lists=True)
@require_POST
def zone_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a proposed zone that nobody approved yet."""
    return _of_zone(request, number, services.withdraw_zone, "withdrawn")


@requires("other:lift_zone_request", "other:zone_propose", lists=True)
@require_POST
def lift_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a request to lift back before it was decided."""
    return _of_zone(request, number, services.withdraw_lift, "lift-withdrawn")


def _of_incident(request: HttpRequest, number: int, step: Callable[..., None], done: str) -> HttpResponse:
    found = find_incident(number)
    try:
        step(actor=actor_of(request), incident_id=number)
    except LianfangError as error:
        return incident_page(request, found, error=error)
    return lead_to("one", number, done)


def _of_zone(request: HttpRequest, number: int, step: Callable[..., None], done: str) -> HttpResponse:
    found = find_zone(number)
    try:
        step(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", number, done)
