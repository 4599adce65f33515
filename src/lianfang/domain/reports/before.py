"""Pages of reports before the first incident: they say when reports begin instead of "not found"."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lianfang.base.access.places import place_of
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError

View = Callable[[HttpRequest, str], HttpResponse]


def until_an_incident(view: View) -> View:
    """A page that speaks of an incident's reports, or says that none is open here; outside the scope nothing is told."""

    @wraps(view)
    def shown(request: HttpRequest, code: str) -> HttpResponse:
        try:
            return view(request, code)
        except LianfangError as error:
            if error.code != "incident.none_here":
                raise
        place = place_of(request.actor, code, lowest=Level.COMMUNITY)
        return render(request, "reports/none.html", {"place": place})

    return shown
