"""Pages of missions: teams and needs, one team, one mission with what each side does next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.database.select import call
from lianfang.domain.missions import selectors, services
from lianfang.domain.missions.forms import NeedForm, TeamForm
from lianfang.domain.missions.words import FITS, KINDS, PURPOSES, REFUSALS, SEVERITIES, STATES, TEAM_STATES
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

SEES = ("see:members:named", "see:members:figures")


@requires(*SEES)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Needs, missions under way, teams: the most pressing first."""
    actor = actor_of(request)
    teams, found = selectors.teams(), selectors.missions()
    live = [one for one in found if one.state not in ("returned", "refused", "withdrawn")]
    context = {
        "needs": [spoken_need(one) for one in selectors.needs()], "live": [spoken(one) for one in live],
        "over": [spoken(one) for one in found if one not in live][:20], "teams": [spoken_team(one) for one in teams],
        "ready": sum(one.state == "ready" for one in teams), "people": sum(one.people for one in teams),
        "out": sum(one.people for one in live if one.state in ("sent", "arrived", "recalled")), "now": timezone.now(),
        "may_call": actor.may("other", "call_force") and actor.lists, "may_send": actor.may("other", "send_force"),
        "may_plan": actor.may("other", "plan") and actor.lists,
    }  # fmt: skip
    return render(request, "missions/index.html", context)


@requires("other:send_force")
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: HttpRequest) -> HttpResponse:
    """Build a team from a unit."""
    units = call(
        "select o.id, o.name from workforce_organisation o where o.dissolved_on is null and not o.temporary and exists "
        "(select 1 from workforce_seat s where s.organisation_id = o.id and s.why in (1, 2)) order by o.lineage limit 500"
    )
    form = TeamForm(request.POST or None, units=[(number, name) for number, name in units])
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.found_team(actor=actor_of(request), **form.cleaned_data)
        except LianfangError as caught:
            error = caught
        else:
            messages.success(request, _("The team is founded and ready."))
            return see_page("mission-team", made)
    return page(request, "missions/new_team.html", {"form": form}, error, wrong=form.is_bound and not form.is_valid())


@requires(*SEES)
@require_GET
def team(request: HttpRequest, number: int) -> HttpResponse:
    """One team: who is in it and who can go today."""
    found = selectors.teams(number)
    if not found:
        raise LianfangError("access.not_found")
    actor = actor_of(request)
    crew = selectors.crew(number) if actor.sees("members", "named") else []
    lines = member_lines([member for member, _lead, _fit in crew])
    people = [
        {"line": lines.get(member), "lead": lead, "state": FITS[fit][0], "word": FITS[fit][1]}
        for member, lead, fit in crew
    ]
    context = {
        "team": spoken_team(found[0]), "people": people, "can": sum(fit == "ready" for _m, _l, fit in crew),
        "may_end": call("select missions_sends(%s)", [number])[0][0] and found[0].state in ("ready", "resting"),
    }  # fmt: skip
    return render(request, "missions/team.html", context)


@requires("other:send_force")
@require_POST
def end_team(request: HttpRequest, number: int) -> HttpResponse:
    """Dissolve a team that is at home."""
    services.dissolve_team(actor=actor_of(request), team=number)
    messages.success(request, _("The team is dissolved; its members are free for others."))
    return see_page("missions")


@requires("other:call_force", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new_need(request: HttpRequest) -> HttpResponse:
    """Ask for people."""
    actor = actor_of(request)
    form = NeedForm(request.POST or None, today=beijing_day(timezone.now()))
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            need = services.NewNeed(
                path=actor.path[:12], incident_id=services.incident_over(actor.path[:12]), **form.cleaned_data
            )
            services.raise_need(actor=actor, need=need)
        except LianfangError as caught:
            error = caught
        else:
            messages.success(request, _("Asked. Whoever plans the teams has it on the list."))
            return see_page("missions")
    return page(request, "missions/new_need.html", {"form": form}, error, wrong=form.is_bound and not form.is_valid())


@requires("other:call_force", lists=True)
@require_POST
def end_need(request: HttpRequest, number: int) -> HttpResponse:
    """The need is over, or was raised by mistake."""
    services.end_need(actor=actor_of(request), need=number, withdrawn=request.POST.get("how") == "withdrawn")
    messages.success(request, _("The need is closed."))
    return see_page("missions")


@requires(*SEES)
@require_GET
def mission(request: HttpRequest, number: int) -> HttpResponse:
    """One mission: where it stands, who goes, what this office does next."""
    return _mission(request, number)


@requires("other:send_force", "other:take_force", "other:adopt_plan")
@require_POST
def act(request: HttpRequest, number: int) -> HttpResponse:
    """What one side does: agree, refuse, send, confirm the arrival, call back, confirm the return."""
    actor, what, side = actor_of(request), request.POST.get("act", ""), request.POST.get("side", "")
    try:
        said = _done(request, actor, number, what, side)
    except LianfangError as error:
        if error.status == 404:
            raise
        return _mission(request, number, error)
    messages.success(request, said)
    return see_page("mission", number)


def _done(request: HttpRequest, actor: Actor, number: int, what: str, side: str) -> str:
    """Do it, and say so."""
    if what == "agree":
        state = services.agree(actor=actor, mission=number, side=side)
        return (
            _("Everybody agreed. The sender settles the list.")
            if state == "accepted"
            else _("Agreed. The others are asked.")
        )
    if what == "refuse":
        why = request.POST.get("why", "other")
        services.refuse(actor=actor, mission=number, side=side, why=why if why in REFUSALS else "other")
        return _("Refused. Whoever plans the teams hears it.")
    if what == "send":
        home = [int(one) for one in request.POST.getlist("home") if is_whole(one)]
        turns, start = _number(request.POST.get("turns")), request.POST.get("start", "08:00")
        count = services.send(actor=actor, mission=number, stay_home=home, turns=turns, start_minute=_minute(start))
        return _("%(count)s people are on their way; each of them sees place and turn.") % {"count": count}
    if what == "arrive":
        booked = services.confirm_arrival(actor=actor, mission=number)
        return (
            _("Arrived. %(count)s shifts are booked within the rest rules.") % {"count": booked}
            if booked
            else _("Arrived.")
        )
    if what == "recall":
        services.call_back(actor=actor, mission=number, side=side)
        return _("Called back; everybody hears it.")
    if what == "return":
        day = services.confirm_return(actor=actor, mission=number)
        return _("Back home. The team rests and is ready again on %(day)s.") % {"day": day.isoformat()}
    raise LianfangError("access.not_found")


def _mission(request: HttpRequest, number: int, error: LianfangError | None = None) -> HttpResponse:
    found = selectors.missions(number)
    if not found:
        raise LianfangError("access.not_found")
    one, actor = found[0], actor_of(request)
    sends, takes = call("select missions_sends(%s), missions_takes(%s)", [one.team, one.to_path])[0]
    named = actor.sees("members", "named")
    listed = selectors.people_of(number) if named else []
    crew = selectors.crew(one.team) if named and sends and one.state == "accepted" else []
    lines = member_lines([*(goer.member for goer in listed), *(member for member, _lead, _fit in crew)])
    context: dict[str, Any] = {
        "item": spoken(one), "one": one, "sends": sends, "takes": takes,
        "city": one.across and actor.may("other", "adopt_plan") and actor.lists and len(actor.path) <= 4,
        "people": [{"goer": goer, "line": lines.get(goer.member), "hours": _hours(one, goer.turn)} for goer in listed],
        "crew": [{"member": member, "lead": lead, "fit": fit, "line": lines.get(member)} for member, lead, fit in crew],
        "refusals": REFUSALS.items(), "need": [spoken_need(need) for need in selectors.needs(one.need)][:1],
    }  # fmt: skip
    return page(request, "missions/mission.html", context, error)


# ---------------------------------------------------------------------------------------------------------- pieces


def spoken(one: selectors.Mission) -> dict[str, Any]:
    """A mission with its words."""
    state, word = STATES[one.state]
    side, _sep, why = one.ended_why.partition(":")
    return {
        "one": one, "state": state, "word": word, "from": short_name(one.from_place), "to": one.beyond or short_name(one.to_place),
        "kind": KINDS.get(one.kind, one.kind), "ended": REFUSALS.get(why, ""), "side": side,
        "km": round(one.why.get("metres", 0) / 1000, 1) if one.why else None,
    }  # fmt: skip


def spoken_need(one: selectors.Need) -> dict[str, Any]:
    """A need with its words."""
    state, word = SEVERITIES[one.severity]
    return {
        "one": one, "state": state, "word": word, "place": one.beyond or short_name(one.place), "kind": KINDS.get(one.kind, one.kind),
        "purpose": PURPOSES.get(one.purpose, one.purpose), "skills": "、".join(one.skills),
    }  # fmt: skip


def spoken_team(one: selectors.Team) -> dict[str, Any]:
    """A team with its words."""
    state, word = TEAM_STATES[one.state]
    return {
        "one": one, "state": state, "word": word, "kind": KINDS.get(one.kind, one.kind), "place": short_name(one.place),
        "skills": "、".join(one.skills),
    }  # fmt: skip


def page(
    request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None, *, wrong: bool = False
) -> HttpResponse:
    """Render a page, with an error on top if there is one."""
    language = reader_language()
    context |= {"lines": [error.render(language)] if error else [], "has_errors": error is not None or wrong}
    return render(request, template, context, status=error.status if error else 422 if wrong else 200)


def _hours(one: selectors.Mission, turn: int) -> str:
    if not one.turns:
        return ""
    begins, ends = services.turn_hours(turn, one.turns, one.start_minute)
    return f"{begins // 60:02d}:{begins % 60:02d}–{ends // 60 % 24:02d}:{ends % 60:02d}"


def _minute(text: str) -> int:
    hour, _sep, minute = text.partition(":")
    return int(hour) * 60 + int(minute) if is_whole(hour) and is_whole(minute) else -1


def _number(text: str | None) -> int:
    return int(text) if text and is_whole(text) and len(text) < 4 else 0
