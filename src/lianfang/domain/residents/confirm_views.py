"""Pages of confirming: the doors of a building in order, one tap for a door where all is as recorded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, see_page
from lianfang.base.access.places import place_of
from lianfang.domain.residents import browsing, confirm, pages
from lianfang.domain.residents.life_views import KEEP
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import parse_code

RIGHT = "record:confirm_entry"
DOUBTS: dict[str, Promise] = {
    "moved_out": gettext_lazy("Does not live here any more"), "died": gettext_lazy("Has died"), "away": gettext_lazy("Is away for a time"),
    "somebody_new": gettext_lazy("Somebody else lives here too"), "other": gettext_lazy("Something else is wrong"),
}  # fmt: skip


@requires(RIGHT, lists=True)
@require_GET
def building(request: HttpRequest, code: str) -> HttpResponse:
    """The doors of a building: who is registered there, when that was last confirmed. For a community, its buildings."""
    actor = actor_of(request)
    place = place_of(actor, code)
    if place.level < Level.COMMUNITY or not actor.sees("residents", "named"):
        raise LianfangError("access.not_found")
    if place.level is Level.COMMUNITY:
        context = {
            "place": place, "buildings": confirm.buildings_to_confirm(path=place.path), "now": timezone.now(),
            "trail": pages.trail(actor, place, _("Confirm the entries")), "may_start": actor.may("other", "keep_ledger"),
        }  # fmt: skip
        return render(request, "residents/confirm_area.html", context)
    homes = confirm.homes_to_confirm(actor=actor, path=place.path)
    left = sum(home.due for home in homes)
    context = {
        "place": place, "homes": homes, "left": left, "done": len(homes) - left, "doubts": DOUBTS.items(), "now": timezone.now(),
        "trail": pages.trail(actor, place),
    }  # fmt: skip
    return render(request, "residents/confirm.html", context)


@requires(RIGHT, lists=True)
@require_POST
def home(request: HttpRequest, path: str) -> HttpResponse:
    """Everybody registered at this door is there as recorded."""
    actor = actor_of(request)
    if not actor.covers(path) or confirm.confirm_homes(actor=actor, homes=[path]) == 0:
        raise LianfangError("access.not_found")
    return see_page("residents-confirm", path[:16], query=f"#home-{path}")


@requires(RIGHT, lists=True)
@require_POST
def doubt(request: HttpRequest, code: str) -> HttpResponse:
    """An entry is not right any more: the office gets it on its list."""
    actor = actor_of(request)
    try:
        line = browsing.person_with(parse_code(code))
    except LianfangError:
        line = None
    if line is None or not actor.sees("residents", "named"):
        raise LianfangError("residents.code_unknown", code=code[:20])
    confirm.doubt_entry(actor=actor, person_id=line.id, what=request.POST.get("what", ""))
    messages.success(request, _("The office has it on its list. The entry stays until they have looked into it."))
    return see_page("residents-confirm", line.home[:16])


@requires(KEEP, lists=True)
@require_POST
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Start a review: one item for each building with entries older than a year."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    made = confirm.start_review(actor=actor, path=place.path)
    messages.success(request, _("%(n)s buildings are on the lists of those who answer for them.") % {"n": made})
    return see_page("residents-area", pages.code_of(place.path))
