"""`GET /api/areas/{code}`: an area with its ancestors, its children and its published denominators."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of
from lianfang.base.access.places import place_of
from lianfang.base.areas.models import Area, Denominator


@requires("see:metrics:figures", "see:residents:masked", lists=True)
@require_GET
def area(request: HttpRequest, code: str) -> JsonResponse:
    """One area within the caller's scope; raises access.not_found outside it. Denominators stand beside each other."""
    actor = actor_of(request)
    place = place_of(actor, code)
    below = Area.objects.filter(parent_path=place.path, ended_on=None).order_by("path")
    counted = Denominator.objects.filter(path=place.path).order_by("what", "-counted_on")
    return JsonResponse(
        {
            "code": place.code,
            "path": place.path,
            "name": place.name,
            "level": int(place.level),
            "above": [{"name": name, "code": number} for name, number in place.above],
            "below": [{"name": one.name, "code": one.code} for one in below],
            "denominators": [
                {"what": one.what, "value": one.value, "counted_on": one.counted_on.isoformat(), "source": one.source}
                for one in counted
            ],
        },
        json_dumps_params={"ensure_ascii": False},
    )
