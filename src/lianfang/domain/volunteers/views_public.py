"""Pages without an account: a call, one's own answer or offer by its code, an offer to serve."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from lianfang.base.access.api import public
from lianfang.base.access.limits import Window
from lianfang.base.access.pages import see_page
from lianfang.base.database.select import call
from lianfang.domain.volunteers import offers, services
from lianfang.domain.volunteers.forms import AnswerForm, PersonOfferForm
from lianfang.domain.volunteers.owning import own_page_code
from lianfang.domain.volunteers.pages import invalid, public_page, square
from lianfang.domain.volunteers.public_reads import PublicCall, buildings, mine, my_offer, public_call
from lianfang.domain.volunteers.rules import clock, digest_of, grouped
from lianfang.domain.volunteers.words import OFFER_WORDS, ROLE_WORDS, STATE_WORDS
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import path_of, short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

_tries = Window()
_answers = Window(tries=20)
"""Twenty answers in ten minutes from one address: an assumption, a family, or an office's own network on a recruiting evening."""
SENSITIVE = ("name", "phone", "address", "words", "text")


@public
@sensitive_post_parameters(*SENSITIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def call_page(request: HttpRequest, code: str) -> HttpResponse:
    """A call by its printed square: what is to be done, and a form to say yes; the code of the answer is shown once."""
    try:
        one = public_call(code)
    except LianfangError as error:
        return public_page(request, "volunteers/unknown.html", {}, error)
    form = answer_form(request, one, code)
    context = call_context(one, code) | {"form": form}
    if request.method != "POST" or one.standing != "open":
        return public_page(request, "volunteers/call_public.html", context)
    if not form.is_valid():
        return _again(request, "volunteers/call_public.html", context, invalid(form))
    said = form.cleaned_data
    try:
        _one_try(request, _answers)
        person = form.person(skills=tuple(said.get("skills", ())), born_year=said.get("born_year"))
        given = services.answer_call(
            code=code, path=one.path, person=person, hours=form.hours(), consent=said["consent"]
        )
    except LianfangError as error:
        return _again(request, "volunteers/call_public.html", context, invalid(form, error))
    context = {"given": given, "one": one, "role": ROLE_WORDS[one.role], "printed": grouped(given.code),
               "svg": square(request, "volunteer-mine", given.code), "community": short_name(one.community)}  # fmt: skip
    return public_page(request, "volunteers/given.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code that an answer or an offer was given."""
    typed = request.POST.get("code", "")[:60]
    if request.method == "POST":
        try:
            _one_try(request, _tries)
            digest_of(typed)
        except LianfangError as error:
            return public_page(request, "volunteers/enter.html", {"typed": typed}, error)
        return see_page("volunteer-mine", "".join(one for one in typed.upper() if one.isalnum()))
    return public_page(request, "volunteers/enter.html", {"typed": ""})


@public
@sensitive_post_parameters(*SENSITIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, code: str) -> HttpResponse:
    """How an answer or an offer stands, by its code: shifts, withdrawing, a word to the office."""
    error: LianfangError | None = None
    page: dict[str, Any] = {}
    if request.method == "POST":
        try:
            if request.POST.get("act") == "page":
                page = _page_code(request, code)  # shown once, so this answer is a page and no redirect
            else:
                _act(request, code)
                return see_page("volunteer-mine", code, query="?done=1")
        except LianfangError as caught:
            error = caught
    try:
        return _own(request, code, error, page)
    except LianfangError as caught:  # only wrong codes count as tries: their owner may look as often as they like
        wrong = caught if _tries.allow(request.META.get("REMOTE_ADDR", "")) else LianfangError("volunteers.too_many")
        return public_page(request, "volunteers/enter.html", {"typed": ""}, wrong)


def _act(request: HttpRequest, code: str) -> None:
    act, number = request.POST.get("act", ""), request.POST.get("match", "")
    if act == "withdraw":
        services.withdraw(code)
    elif act == "say":
        services.say(code=code, path=mine(code).path, words=request.POST.get("words", ""))
    elif act == "withdraw_offer" and (found := my_offer(code)):
        offers.withdraw_offer(offer_id=found.id, code=code)
    elif act in ("yes", "no") and is_whole(number):
        offers.answer_match_by_code(code=code, match_id=int(number), yes=act == "yes")


def _page_code(request: HttpRequest, code: str) -> dict[str, Any]:
    """The code of an accepted volunteer's own page with its square; `known` when they have one from elsewhere."""
    made = own_page_code(code)
    return {"page_code": grouped(made), "svg": square(request, "mine-page", made)} if made else {"known": True}


def _own(request: HttpRequest, code: str, error: LianfangError | None, page: dict[str, Any]) -> HttpResponse:
    offer = my_offer(code)
    try:
        answer = mine(code)
    except LianfangError:
        if offer is None:
            raise
        answer = None
    context: dict[str, Any] = {"code": code, "printed": grouped(code), "done": "done" in request.GET and not error}
    context |= page
    if offer is not None:
        state, word = OFFER_WORDS[offer.state]
        context |= {"offer": offer, "offer_state": state, "offer_word": word,
                    "asked": [{"one": one, "role": ROLE_WORDS[one.role], "badge": OFFER_WORDS[one.state],
                               "community": short_name(one.community)}
                              for one in offer.asked]}  # fmt: skip
    if answer is not None:
        state, word = STATE_WORDS[answer.state]
        context |= {
            "one": answer, "state": state, "word": word, "role": ROLE_WORDS[answer.role], "community": short_name(answer.community),
            "hours": [{"day": one.day, "text": f"{clock(one.begins)}–{clock(one.ends)}"} for one in answer.hours],
            "may_withdraw": answer.state in ("new", "waiting", "accepted"), "words": request.POST.get("words", "")[:500],
        }  # fmt: skip
    return public_page(request, "volunteers/own.html", context, error)


@public
@sensitive_post_parameters(*SENSITIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def serve(request: HttpRequest, code: str) -> HttpResponse:
    """An offer to serve by a person, addressed to an area; its code is shown once."""
    path, name = _area(code)
    form = PersonOfferForm(request.POST or None, today=beijing_day(timezone.now()))
    context: dict[str, Any] = {"form": form, "area": short_name(name), "code": code}
    if request.method != "POST":
        return public_page(request, "volunteers/serve.html", context)
    if not form.is_valid():
        return _again(request, "volunteers/serve.html", context, invalid(form))
    try:
        _one_try(request, _answers)
        given = offers.offer_of_person(
            path=path, person=form.person(), offer=form.offer(), consent=form.cleaned_data["consent"]
        )
    except LianfangError as error:
        return _again(request, "volunteers/serve.html", context, invalid(form, error))
    context = {
        "given": given,
        "area": short_name(name),
        "printed": grouped(given.code),
        "svg": square(request, "volunteer-mine", given.code),
    }
    return public_page(request, "volunteers/given.html", context)


# ---------------------------------------------------------------------------------------------------------- pieces


def answer_form(request: HttpRequest, one: PublicCall, code: str, *, office: bool = False) -> AnswerForm:
    """The form of a call, as posted or filled with its days and hours."""
    today = beijing_day(timezone.now())
    days = [one.first_on + timedelta(days=step) for step in range((one.last_on - one.first_on).days + 1)]
    spans = one.spans or list(one.shifts)
    span = (
        clock(min((shift.begins for shift in spans), default=480)),
        clock(max((shift.ends for shift in spans), default=1080)),
    )
    return AnswerForm(
        request.POST if request.method == "POST" else None, days=[day for day in days if day >= today] or days[-1:], span=span,
        skills=one.skills, ask_age=one.age_from is not None or one.age_to is not None,
        buildings=buildings(code) if one.standing == "open" else [], office=office,
    )  # fmt: skip


def call_context(one: PublicCall, code: str) -> dict[str, Any]:
    """What every page about a call shows."""
    days: dict[date, list[Any]] = {}
    for shift in one.shifts:
        days.setdefault(shift.day, []).append(shift)
    return {
        "one": one, "code": code, "role": ROLE_WORDS[one.role], "community": short_name(one.community),
        "township": short_name(one.township), "spans": one.spans, "full": one.standing == "open" and one.free == 0, "days": len(days),
    }  # fmt: skip


def _area(code: str) -> tuple[str, str]:
    """Path and name of an area that takes offers (county, township, community); raises access.not_found."""
    try:
        path = path_of(code)
    except LianfangError:
        raise LianfangError("access.not_found") from None
    rows = call("select name from areas_area where path = %s and ended_on is null", [path])
    if not rows or len(path) not in (6, 9, 12):
        raise LianfangError("access.not_found")
    return path, rows[0][0]


def _again(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    answer = public_page(request, template, context)
    answer.status_code = status
    return answer


def _one_try(request: HttpRequest, window: Window) -> None:
    if not window.allow(request.META.get("REMOTE_ADDR", "")):
        raise LianfangError("volunteers.too_many")
