"""Page of ended codes: communities that people have to be led out of, and where they go."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.domain.residents import life_codes, life_reads
from lianfang.kernel.divisions import path_of
from lianfang.kernel.errors import LianfangError

FOLLOW = "other:follow_codes"


@requires(FOLLOW, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Ended communities with people still under them."""
    return _page(request)


@requires(FOLLOW, lists=True)
@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Lead the people of an ended community, or of some of its buildings, to another."""
    actor = actor_of(request)
    chosen = request.POST.getlist("building") or None
    try:
        old, new = path_of(request.POST.get("old", "")), path_of(request.POST.get("new", "").strip())
        if not actor.covers(old):
            raise LianfangError("access.not_found")
        buildings, people = life_codes.follow_code(actor=actor, old_path=old, new_path=new, buildings=chosen)
    except LianfangError as error:
        if error.status == 404:
            raise
        return _page(request, error)
    messages.success(
        request, _("%(b)s buildings with %(n)s people are under the new code.") % {"b": buildings, "n": people}
    )
    return see_page("residents-codes")


def _page(request: HttpRequest, error: LianfangError | None = None) -> HttpResponse:
    found = life_codes.ended_areas(actor=actor_of(request))
    context = {
        "lines": [{"one": one, "buildings": life_reads.building_choices(one.path)} for one in found],
        "problems": [error.render(reader_language())] if error else [], "has_errors": error is not None,
    }  # fmt: skip
    return render(request, "residents/codes.html", context, status=error.status if error else 200)
