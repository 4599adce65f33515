"""The office's side: publishing a call, its answers, who is taken, the poster."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.database.select import call
from lianfang.domain.volunteers import selectors, services
from lianfang.domain.volunteers.forms import CallForm
from lianfang.domain.volunteers.pages import invalid, page, square
from lianfang.domain.volunteers.public_reads import asked, public_call
from lianfang.domain.volunteers.rules import Place, grouped, proposal
from lianfang.domain.volunteers.selectors import Answer, Call
from lianfang.domain.volunteers.selectors import Window as Shift
from lianfang.domain.volunteers.views_public import answer_form, call_context
from lianfang.domain.volunteers.words import CALL_WORDS, DISTANCES, OFFER_WORDS, ROLE_WORDS, STATE_WORDS, VIAS, WARNINGS
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

PUBLISH = "other:publish_call"
SETTLE = "other:settle_answer"
LOOK = "other:settle_answer"


@requires(LOOK, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The calls of this area, open ones first, with what waits in each."""
    actor = actor_of(request)
    found = selectors.calls(actor.path)
    rows = [
        {"one": one, "role": ROLE_WORDS.get(one.role, one.role), "badge": CALL_WORDS[one.standing], "community": short_name(one.community),
         "new": one.counts.get("new", 0), "accepted": one.counts.get("accepted", 0), "waiting": one.counts.get("waiting", 0)}
        for one in found
    ]  # fmt: skip
    context = {
        "rows": rows, "may_publish": actor.may("other", "publish_call"), "may_match": actor.may("other", "match_offer"),
        "many": len(actor.path) < 12, "area_code": actor.area_code,
    }  # fmt: skip
    return render(request, "volunteers/index.html", context)


@requires(PUBLISH, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Publish a call, for one community or for many at once."""
    actor = actor_of(request)
    communities = _communities(actor.path)
    today = beijing_day(timezone.now())
    initial = {
        "first_on": today + timedelta(days=1),
        "last_on": today + timedelta(days=1),
        "from1": "08:00",
        "to1": "12:00",
        "wanted1": 2,
    }
    form = CallForm(
        request.POST or None, initial=initial, communities=[(path, short_name(name)) for path, name in communities],
        buildings=_buildings(communities[0][0]) if len(communities) == 1 else (),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _published(request, actor, form, [path for path, _name in communities])
            except LianfangError as error:
                status = invalid(form, error)
    return render(request, "volunteers/new.html", {"form": form, "many": len(communities) > 1}, status=status)


def _published(request: HttpRequest, actor: Actor, form: CallForm, own: list[str]) -> HttpResponse:
    chosen = form.cleaned_data.get("communities") or own[:1]
    made = services.publish_call(
        actor=actor, paths=chosen, wanted=form.wanted(), building=form.cleaned_data.get("building", "")
    )
    said = ngettext("The call is published.", "%(n)s calls are published, one for each community.", len(made))
    messages.success(request, said % {"n": len(made)})
    return see_page("volunteers-call", made[0]) if len(made) == 1 else see_page("volunteers")


@requires(LOOK, lists=True)
@require_GET
def one_call(request: HttpRequest, number: int) -> HttpResponse:
    """A call: its shifts with free places, its answers in order, units and people who were recommended."""
    actor = actor_of(request)
    one = selectors.one_call(number)
    shifts = selectors.windows(number)
    found = selectors.answers(one, shifts)
    listing = Paginator(found, selectors.PAGE).get_page(request.GET.get("page"))
    context = _head(one) | {
        "shifts": shifts, "free": sum(shift.free for shift in shifts), "page": listing, "rows": [_row(answer) for answer in listing],
        "total": len(found), "proposed": len(_proposal(found, shifts, one)), "may_publish": actor.may("other", "publish_call"),
        "asked": [
            {"one": match, "badge": OFFER_WORDS[match.state]} for match in asked("place", of=number)
        ],
    }  # fmt: skip
    return render(request, "volunteers/call.html", context)


@requires(LOOK, lists=True)
@require_GET
def poster(request: HttpRequest, number: int) -> HttpResponse:
    """A sheet for the wall: what is to be done, when, where, and the square to scan."""
    one = selectors.one_call(number)
    context = call_context(public_call(one.code), one.code) | {
        "call": one, "svg": square(request, "volunteer-call", one.code), "printed": one.code, "now": timezone.now(),
    }  # fmt: skip
    return render(request, "volunteers/poster.html", context)


@requires(SETTLE, lists=True)
@sensitive_post_parameters("name", "phone", "address", "words")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_one(request: HttpRequest, number: int) -> HttpResponse:
    """Write down the answer of somebody without a telephone, or who stands at the desk."""
    one = selectors.one_call(number)
    public = public_call(one.code)
    form = answer_form(request, public, one.code, office=True)
    context = _head(one) | {"form": form, "spans": public.spans}
    if request.method != "POST":
        return render(request, "volunteers/enter_one.html", context)
    status = 422
    if form.is_valid():
        said = form.cleaned_data
        try:
            if not said["consent"]:
                raise LianfangError("volunteers.consent_missing")
            person = form.person(skills=tuple(said.get("skills", ())), born_year=said.get("born_year"))
            given = services.enter_answer(
                actor=actor_of(request), code=one.code, path=one.path, person=person, hours=form.hours()
            )
            context |= {
                "given": given,
                "printed": grouped(given.code),
                "svg": square(request, "volunteer-mine", given.code),
            }
            return render(request, "volunteers/entered.html", context)
        except LianfangError as error:
            status = invalid(form, error)
    return render(request, "volunteers/enter_one.html", context, status=status)


@requires(PUBLISH, lists=True)
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """Take a call back; with accepted people only when the box is ticked that says so."""
    try:
        people = services.end_call(actor=actor_of(request), call_id=number, release="release" in request.POST)
    except LianfangError as error:
        if error.status == 404:
            raise
        messages.error(request, error.render(reader_language()))
    else:
        said = ngettext("The call is taken back; %(n)s person lost their shifts and reads so on their page.",
                        "The call is taken back; %(n)s people lost their shifts and read so on their pages.", people)  # fmt: skip
        messages.success(request, said % {"n": people} if people else _("The call is taken back."))
    return see_page("volunteers-call", number)


@requires(SETTLE, lists=True)
@require_POST
def accept_proposed(request: HttpRequest, number: int) -> HttpResponse:
    """Accept everybody of the proposal for their shifts; whoever cannot be booked after all stays undecided, with the reason."""
    actor, one = actor_of(request), selectors.one_call(number)
    shifts = selectors.windows(number)
    found = selectors.answers(one, shifts)
    told = services.accept_answers(actor=actor, call_id=number, chosen=_proposal(found, shifts, one), team=_team(one))
    names = {answer.id: answer.name for answer in found}
    taken = sum(error is None for error in told.values())
    refused = [
        f"{names[which]}: {error.render(reader_language())}" for which, error in told.items() if error is not None
    ]
    messages.success(request, ngettext("%(n)s person is accepted.", "%(n)s people are accepted.", taken) % {"n": taken})
    for line in refused[:10]:
        messages.warning(request, line)
    return see_page("volunteers-call", number)


@requires(SETTLE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def one_answer(request: HttpRequest, number: int) -> HttpResponse:
    """One answer: hours against shifts, accept, waiting list or decline with thanks; the telephone on record."""
    actor = actor_of(request)
    one, shifts, answer = selectors.one_answer(number)
    context, error = {}, None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "phone":
                context = {"phone": services.open_phone(actor=actor, answer_id=number)}
            else:
                messages.success(request, _settle(request, actor, one, answer))
                return see_page("volunteers-call", one.id)
        except LianfangError as caught:
            if caught.status == 404:
                raise
            error = caught
    if answer.wrote:
        call("select volunteers_word_read(%s)", [number])
    undecided = answer.state in ("new", "waiting") and one.state == "open"
    chosen = _proposal([answer], shifts, one).get(number, []) if undecided else []
    context |= _head(one) | {
        "row": _row(answer), "answer": answer, "undecided": undecided, "written": selectors.words_of(answer) if answer.wrote else (),
        "shifts": [{"one": shift, "inside": shift.id in answer.fitting, "chosen": shift.id in chosen} for shift in shifts],
    }  # fmt: skip
    return page(request, "volunteers/answer.html", context, error)


def _settle(request: HttpRequest, actor: Actor, one: Call, answer: Answer) -> str:
    """Do what the office decided; returns what to say about it."""
    act, thanks = request.POST.get("act"), request.POST.get("thanks", "")
    if act == "accept":
        chosen = [int(text) for text in request.POST.getlist("shift") if is_whole(text)]
        services.accept_answer(actor=actor, answer_id=answer.id, windows=chosen, thanks=thanks, team=_team(one))
        return _("%(name)s is accepted.") % {"name": answer.name}
    if act == "wait":
        services.put_on_waiting_list(actor=actor, answer_id=answer.id)
        return _("%(name)s is on the waiting list.") % {"name": answer.name}
    services.decline_answer(actor=actor, answer_id=answer.id, path=answer.path, thanks=thanks)
    return _("%(name)s is declined with thanks.") % {"name": answer.name}


# ---------------------------------------------------------------------------------------------------------- pieces


def _head(one: Call) -> dict[str, Any]:
    return {
        "call": one, "role": ROLE_WORDS.get(one.role, one.role), "community": short_name(one.community), "badge": CALL_WORDS[one.standing],
        "trail": [{"name": _("Volunteers"), "href": "/volunteers/"}, {"name": f"{ROLE_WORDS.get(one.role, one.role)} · {one.place}"}],
    }  # fmt: skip


def _row(answer: Answer) -> dict[str, Any]:
    """An answer with the reasons of its place in the list."""
    reasons: list[tuple[str, Any]] = [("", DISTANCES[answer.fit.distance])]
    reasons += [("watch", _("lacks: %(skill)s") % {"skill": skill}) for skill in answer.fit.missing]
    reasons += [("watch", WARNINGS[code]) for code in answer.fit.warnings]
    return {
        "one": answer,
        "badge": STATE_WORDS[answer.state],
        "via": VIAS.get(answer.via, ""),
        "reasons": reasons,
        "fitting": len(answer.fitting),
    }


def _proposal(found: list[Answer], shifts: list[Shift], one: Call) -> dict[int, list[int]]:
    """Whom the office could accept now, and for which shifts: in the order of the list, work spread before anybody has two."""
    if one.standing != "open":
        return {}
    start, now = one.first_on, timezone.now()
    places = [
        Place(shift.id, (shift.day - start).days * 1440 + shift.begins, (shift.day - start).days * 1440 + shift.ends, shift.free)
        for shift in shifts if _ends(shift) > now
    ]  # fmt: skip
    rest = services.rest_minutes(one.path)
    return proposal(
        [(answer.id, answer.fitting) for answer in found if answer.state in ("new", "waiting")], places, rest
    )


def _ends(shift: Shift) -> datetime:
    return datetime.combine(shift.day, time(), BEIJING) + timedelta(minutes=shift.ends)


def _team(one: Call) -> str:
    """The name under which a community's volunteers stand among the organisations; data, as offices write it."""
    return f"{short_name(one.community)}志愿服务队"


def _communities(low: str) -> list[tuple[str, str]]:
    sql = "select path, name from areas_area where path >= %s and path < %s and level = 5 and ended_on is null order by path"
    return [(path, name) for path, name in call(sql, [low, low + "~"])]


def _buildings(low: str) -> list[tuple[str, str]]:
    sql = "select path, name from areas_building where path >= %s and path < %s order by path limit 500"
    return [(path, name) for path, name in call(sql, [low, low + "~"])]
