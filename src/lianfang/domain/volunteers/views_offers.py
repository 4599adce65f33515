"""Offers to serve: what the township or county answers, and what a sending unit makes, agrees to and names people for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.domain.volunteers import offer_reads, offers, selectors
from lianfang.domain.volunteers.forms import UnitOfferForm
from lianfang.domain.volunteers.matching import propose
from lianfang.domain.volunteers.offer_reads import Offer
from lianfang.domain.volunteers.pages import invalid, page
from lianfang.domain.volunteers.public_reads import Asked, asked, public_call
from lianfang.domain.volunteers.rules import clock
from lianfang.domain.volunteers.words import OFFER_WORDS, ROLE_WORDS, STEPS
from lianfang.domain.workforce.api import organisation_names
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

MATCH = "other:match_offer"
SETTLE = "other:settle_answer"
UNIT = "other:answer_call"
NOMINATE = "other:nominate_members"


@requires(MATCH, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Offers to this area, those that wait first."""
    actor = actor_of(request)
    rows = [_line(one) for one in offer_reads.offers(actor.path)]
    return render(request, "volunteers/offers.html", {"rows": rows, "area_code": actor.area_code})


@requires(MATCH, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One offer: its words, where it would help most and why; put it to a call, or decline it with thanks."""
    actor = actor_of(request)
    found = offer_reads.one_offer(number)
    error: LianfangError | None = None
    if request.method == "POST":
        try:
            if request.POST.get("act") == "decline":
                offers.decline_offer(
                    actor=actor, offer_id=number, path=found.path, thanks=request.POST.get("thanks", "")
                )
                messages.success(request, _("Declined with thanks."))
                return see_page("volunteers-offers")
            chosen, people = request.POST.get("call", ""), request.POST.get("people", "")
            if not is_whole(chosen) or not is_whole(people, 9):
                raise LianfangError("volunteers.people_wrong")
            offers.match_offer(
                actor=actor,
                offer_id=number,
                call_id=int(chosen),
                people=int(people),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("Both sides are asked."))
            return see_page("volunteers-offer", number)
        except LianfangError as caught:
            if caught.status == 404:
                raise
            error = caught
    context = {
        "row": _line(found), "offer": found, "matches": [_match(line) for line in offer_reads.matches_of(number)],
        "trail": [{"name": _("Offers to serve"), "href": "/volunteers/offers/"}, {"name": _line(found)["who"]}],
        "proposals": _proposals(found) if found.state in ("new", "proposed") else [], "undecided": found.state in ("new", "proposed"),
    }  # fmt: skip
    return page(request, "volunteers/offer.html", context, error)


@requires(SETTLE, lists=True)
@require_POST
def match_answer(request: HttpRequest, number: int) -> HttpResponse:
    """The community says yes or no to people that were recommended to it."""
    back = request.POST.get("call", "")
    try:
        state = offers.answer_match(actor=actor_of(request), match_id=number, side="place", yes="yes" in request.POST)
        said = {
            "agreed": _("Both sides agreed."),
            "asked": _("Your yes is noted; the other side has not answered yet."),
        }
        messages.success(request, said.get(state, _("Noted: not this time.")))
    except LianfangError as error:
        if error.status == 404:
            raise
        messages.error(request, error.render(reader_language()))
    return see_page("volunteers-call", int(back)) if is_whole(back) else see_page("volunteers")


@requires(UNIT)
@sensitive_post_parameters("text")
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest) -> HttpResponse:
    """A sending unit: what it was asked, its offers, open calls of its county, and a new offer."""
    actor = actor_of(request)
    units = offer_reads.units()
    form = UnitOfferForm(
        request.POST if request.POST.get("act") == "offer" else None, today=beijing_day(timezone.now()),
        units=[(str(number), name) for number, name, _path in units], areas=offer_reads.areas_of(units),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        try:
            done = _unit_act(request, form)
            if done:
                messages.success(request, done)
                return see_page("volunteers-unit")
            status = 422
        except LianfangError as error:
            if error.status == 404:
                raise
            if form.is_bound:
                status = invalid(form, error)
            else:
                messages.error(request, error.render(reader_language()))
                return see_page("volunteers-unit")
    context = {
        "form": form, "units": units, "asked": [_match(line) for line in asked("unit")],
        "offers": [_line(line) for line in offer_reads.unit_offers()],
        "calls": [{"one": line, "role": ROLE_WORDS.get(line.role, line.role), "community": short_name(line.community)}
                  for line in offer_reads.unit_calls()],
        "actor_unit": actor.unit,
    }  # fmt: skip
    return render(request, "volunteers/unit.html", context, status=status)


def _unit_act(request: HttpRequest, form: UnitOfferForm) -> str:
    """What the unit's officer did; '' for a form that was not filled in."""
    actor, act, number = actor_of(request), request.POST.get("act", ""), request.POST.get("match", "")
    if act in ("yes", "no") and is_whole(number):
        state = offers.answer_match(actor=actor, match_id=int(number), side="unit", yes=act == "yes")
        return _("Both sides agreed.") if state == "agreed" else _("Your answer is noted.")
    if act == "withdraw" and is_whole(request.POST.get("offer", "")):
        offers.withdraw_offer(offer_id=int(request.POST["offer"]), actor=actor)
        return _("The offer is taken back.")
    if act == "call":
        code, people, whose = (request.POST.get(key, "") for key in ("code", "people", "unit"))
        if not is_whole(people, 9) or not is_whole(whose):
            raise LianfangError("volunteers.people_wrong")
        path = public_call(code).path
        offers.unit_answers_call(
            actor=actor, organisation=int(whose), code=code, path=path, people=int(people), words=""
        )
        return _("The community is asked.")
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        offers.offer_of_unit(
            actor=actor, organisation=int(said["unit"]), path=said["area"], offer=form.offer(said["people"])
        )
        return _("The offer is sent.")
    return ""


@requires(NOMINATE)
@require_http_methods(["GET", "HEAD", "POST"])
def nominate(request: HttpRequest, number: int) -> HttpResponse:
    """Both sides agreed: the unit ticks its people and their shifts."""
    actor = actor_of(request)
    match = next((line for line in asked("unit") if line.id == number), None)
    if match is None:
        raise LianfangError("access.not_found")
    error: LianfangError | None = None
    if request.method == "POST":
        members = [int(text) for text in request.POST.getlist("member") if is_whole(text)]
        chosen = [int(text) for text in request.POST.getlist("shift") if is_whole(text)]
        try:
            offers.nominate(
                actor=actor,
                match_id=number,
                path=offer_reads.path_of_call(match.call_number),
                members=members,
                windows=chosen,
            )
            messages.success(request, _("Your people are booked. They see the shifts on their own pages."))
            return see_page("volunteers-unit")
        except LianfangError as caught:
            if caught.status == 404:
                raise
            error = caught
    context = {
        "match": _match(match), "members": offer_reads.members_of(match.organisation_id or 0), "shifts": selectors.windows(match.call_id),
        "left": max(match.people - match.nominated, 0), "ticked": set(request.POST.getlist("member")),
    }  # fmt: skip
    return page(request, "volunteers/nominate.html", context, error)


# ---------------------------------------------------------------------------------------------------------- pieces


def _line(offer: Offer) -> dict[str, Any]:
    names = organisation_names([offer.organisation_id]) if offer.organisation_id and not offer.organisation else {}
    who = offer.organisation or names.get(offer.organisation_id or 0, "") or offer.name or _("A unit")
    return {
        "one": offer, "badge": OFFER_WORDS[offer.state], "who": who, "hours": f"{clock(offer.begins)}–{clock(offer.ends)}",
        "area": short_name(offer.area),
    }  # fmt: skip


def _match(match: Asked) -> dict[str, Any]:
    return {
        "one": match, "role": ROLE_WORDS.get(match.role, match.role), "badge": OFFER_WORDS[match.state],
        "community": short_name(match.community),
    }  # fmt: skip


def _proposals(offer: Offer) -> list[dict[str, Any]]:
    """Where this offer helps most when all open offers of the same area are placed together; then the other calls that lack people."""
    tried = {match.call_id for match in offer_reads.matches_of(offer.id)}
    wanted = [pair for pair in offer_reads.wanted_calls(offer.path) if pair[0].id not in tried]
    everybody = offer_reads.open_offers(offer.path)
    if not any(one.id == offer.id for one in everybody):
        everybody.append(offer_reads.as_offered(offer))
    found = [line for line in propose(everybody, [one for one, _call in wanted]) if line.offer == offer.id]
    calls = {one.id: each for one, each in wanted}
    lines = [{"line": line, "call": calls[line.call], "role": ROLE_WORDS.get(calls[line.call].role, ""), "reasons": _reasons(line),
              "community": short_name(calls[line.call].community)} for line in found]  # fmt: skip
    chosen = {line.call for line in found}
    rest = [{"line": None, "call": each, "role": ROLE_WORDS.get(each.role, ""), "reasons": [_("lacks %(n)s") % {"n": one.free}],
             "community": short_name(each.community)} for one, each in wanted if one.id not in chosen and one.free]  # fmt: skip
    return [*lines, *rest[:20]]


def _reasons(line: Any) -> list[Any]:
    said: list[Any] = [_("lacks %(n)s") % {"n": line.lacks}, STEPS[line.steps]]
    said.append(_("shifts a day inside the hours: %(n)s") % {"n": line.fits})
    said += [_("lacks: %(skill)s") % {"skill": skill} for skill in line.missing]
    if line.proven:
        said.append(_("best for all offers together"))
    return said
