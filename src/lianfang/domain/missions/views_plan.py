"""The proposal: which team goes where and why, what stays, what one more team would buy; what is ticked is adopted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, see_page
from lianfang.domain.missions import planning, selectors, services
from lianfang.domain.missions.views import page, spoken_need, spoken_team
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole


@requires("other:plan", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponse:
    """Show the proposal; adopting it asks both sides of every line."""
    teams, needs, error, found = selectors.teams(), selectors.needs(), None, None
    if request.method == "POST":
        try:
            made = services.propose(actor=actor_of(request), lines=_chosen(request, teams, needs))
        except LianfangError as caught:
            error = caught
        else:
            messages.success(
                request, _("%(count)s sendings are proposed; both sides of each are asked.") % {"count": len(made)}
            )
            return see_page("missions")
    with suppress(LianfangError):  # nothing to plan: the page says what is missing
        found = planning.propose(teams, needs)
    context: dict[str, Any] = {
        "found": found, "teams": len(teams), "needs": [spoken_need(one) for one in needs],
        "free": [spoken_team(one) for one in teams if one.state == "ready" and one.mission is None],
        "working": [one for one in selectors.missions() if one.state in ("sent", "arrived")],
    }  # fmt: skip
    if found is not None:
        context |= {
            "choices": [{"line": one, "need": spoken_need(one.need), "team": spoken_team(one.team), "km": round(one.metres / 1000, 1)}
                        for one in found.lines],
            "stays": [spoken_team(one) for one in found.stays],
            "short": [{"line": one, "need": spoken_need(one.need)} for one in found.short],
        }  # fmt: skip
    return page(request, "missions/plan.html", context, error)


def _chosen(request: HttpRequest, teams: list[selectors.Team], needs: list[selectors.Need]) -> list[services.Line]:
    """The lines that were ticked (`line` as need:team), and one that was put together by hand (`need`, `team`, `relieves`)."""
    texts = request.POST.getlist("line")
    if request.POST.get("by_hand"):
        texts = [f"{request.POST.get('need', '')}:{request.POST.get('team', '')}:{request.POST.get('relieves', '')}"]
    known_needs, known_teams = {one.id: one for one in needs}, {one.id: one for one in teams}
    lines = []
    for text in texts:
        need, team, relieves = ([int(part) if is_whole(part) else 0 for part in text.split(":")] + [0, 0, 0])[:3]
        if need not in known_needs or team not in known_teams:
            raise LianfangError("access.not_found")
        metres = float(planning.journeys([known_teams[team]], [known_needs[need]])[0, 0])
        why = {"severity": known_needs[need].severity, "metres": metres, "missing": known_needs[need].missing}
        lines.append(services.Line(need, team, why, relieves or None))
    return lines
