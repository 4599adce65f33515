"""Expected refusals become answers: a page for a person, a line for htmx, problem+json for machines."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url

from lianfang.base.access.actor import Actor
from lianfang.base.access.looks import note_refusal
from lianfang.base.access.pages import reader_language
from lianfang.kernel.errors import LianfangError
from lianfang.web import errors
from lianfang.web.middleware import is_partial

MACHINE_PATHS = re.compile(r"^/(api|openrosa)/")
ORIGIN = re.compile(r"^https?://[^/]+")
LARGEST_NUMBER = 2**63 - 1
"""The largest number of a thing that an address can name: what a column of 64 bits holds."""
SESSION_ENDED = "session.expired"
NOTED = frozenset({"access.not_found", "access.refused", "access.not_allowed", "vault.second_person_needed"})
"""Refusals that the auditor sees: outside somebody's area or task, or too many people opened."""


class ProblemsMiddleware:
    """Turns a LianfangError raised by a view into an answer that fits the caller."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do around a request that succeeds."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, named: dict[str, object]
    ) -> HttpResponse | None:
        """Refuse what no column can hold before a view asks the database for it."""
        if any(isinstance(value, int) and value > LARGEST_NUMBER for value in named.values()):
            return answer(request, LianfangError("access.not_found"))
        sent = [request.GET] if getattr(view, "csrf_exempt", False) else [request.GET, request.POST]
        texts = (text for form in sent for name, values in form.lists() for text in (name, *values))
        if any("\0" in str(text) for text in (*named.values(), *texts)):
            return answer(request, LianfangError("request.character_wrong"))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a mistake of ours and goes on to the 500 page."""
        if not isinstance(exception, LianfangError):
            return None
        actor, found = getattr(request, "actor", None), request.resolver_match
        if isinstance(actor, Actor) and exception.code in NOTED:
            note_refusal(actor.account_id, found.view_name if found is not None else "?")
        return answer(request, exception)


def answer(request: HttpRequest, error: LianfangError) -> HttpResponse:
    """Return what a refusal looks like to this caller.

    htmx gets an error summary for `#alert` and the sentence in `X-Problem` (percent-encoded); the element that asked is
    left as it was.
    """
    if MACHINE_PATHS.match(request.path) or "application/json" in request.headers.get("Accept", ""):
        body = error.as_problem_json(reader_language())
        return JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.code == SESSION_ENDED:
        return to_sign_in(request)
    sentence = error.render(reader_language())
    if not is_partial(request):
        if error.status == 404:
            return errors.not_found(request)
        return errors.refused(request, error.status, sentence, error.code)
    response = errors.partial(sentence, error.code, error.status)
    response["X-Problem"] = quote(sentence)
    response["HX-Retarget"], response["HX-Reswap"] = "#alert", "innerHTML"
    return response


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead somebody whose session has ended to the sign-in page and back to where they are.

    A form that was sent without htmx gets a page that says so, because its content cannot be brought back.
    """
    partial = is_partial(request)
    if request.method == "POST" and not partial:
        return errors.login_lost(request)
    here = ORIGIN.sub("", request.headers.get("HX-Current-URL", "")) if partial else ""
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': here or request.get_full_path()})}"
    if not partial:
        return HttpResponseRedirect(target)
    response = HttpResponse()
    response["HX-Redirect"] = target
    return response
