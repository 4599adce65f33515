"""The three steps of planning a zone anew under a newer edition: propose, accept, take back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.base.incidents.replanning import approve_replan, propose_replan, withdraw_replan
from lianfang.base.incidents.views import find_zone, lead_to, zone_page
from lianfang.kernel.errors import LianfangError


@requires("other:zone_propose", lists=True)
@require_POST
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Propose the level that the edition in force gives this zone."""
    found = find_zone(number)
    try:
        propose_replan(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", number, "replan-proposed")


@requires("other:zone_approve", lists=True)
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Put the proposed level in force; the page of the zone that follows opens."""
    found = find_zone(number)
    try:
        made = approve_replan(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", made, "replanned")


@requires("other:zone_propose", "other:zone_approve", lists=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Drop the proposed level; the zone stays as it is."""
    found = find_zone(number)
    try:
        withdraw_replan(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", number, "replan-withdrawn")
