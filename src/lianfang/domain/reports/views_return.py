"""The page action of a superior: send a return back to its unit."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.domain.reports.returning import return_report
from lianfang.domain.reports.views import answered, asked_of, place_at, unit_page
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole


@requires("other:return_report", lists=True)
@require_POST
def send_back(request: HttpRequest, code: str) -> HttpResponse:
    """Send the confirmed version back with a reason; the unit's list asks for an answer."""
    at = place_at(request, code)
    asked = asked_of(request.POST)
    version = request.POST.get("version", "")
    try:
        return_report(
            actor=actor_of(request), path=at.path, reason=request.POST.get("return_reason", ""),
            version=int(version) if is_whole(version) else 0, **asked,
        )  # fmt: skip
    except LianfangError as error:
        return unit_page(request, at, error=error, given=request.POST)
    return answered(at, asked, "returned")
