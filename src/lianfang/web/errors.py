"""Pages for what goes wrong. Each says what happened, what to do, and a code that can be read to the help desk.

A page outside the reader's scope and a page that does not exist look the same. Wire the handlers in the root URL
module (`handler403 = "lianfang.web.errors.forbidden"` …) and `CSRF_FAILURE_VIEW = "lianfang.web.errors.csrf_failed"`.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

TEMPLATE = "lianfang/errors/error.html"


def page(
    request: HttpRequest | None,
    status: int,
    *,
    title: str,
    what: str,
    advice: Sequence[str] = (),
    code: str = "",
    action: tuple[str, str] | None = None,
) -> HttpResponse:
    """Render an error page; `action` is (label, address) of the one thing to do.

    A 5xx page touches no context processor, so that it works while the database does not.
    """
    context = {
        "title": title,
        "what": what,
        "advice": advice,
        "code": code or str(status),
        "reference": request.headers.get("X-Request-Id", "") if request is not None else "",
        "action": action[0] if action else "",
        "action_href": action[1] if action else "",
    }
    body = render_to_string(TEMPLATE, context, request=None if status >= 500 else request)
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


TITLES = {
    403: _lazy("This is not among your tasks"),
    404: _lazy("There is nothing here for you"),
    409: _lazy("Somebody was faster"),
    413: _lazy("This is too large"),
    422: _lazy("This cannot be used as it is"),
    429: _lazy("Please wait a moment"),
}


def refused(request: HttpRequest, status: int, sentence: str, code: str) -> HttpResponse:
    """Show a refusal of the catalogue as a whole page: the sentence says what to do."""
    fallback = _("Something went wrong on our side") if status >= 500 else _("This was refused")
    return page(request, status, title=str(TITLES.get(status, fallback)), what=sentence, code=code)


def partial(sentence: str, code: str, status: int) -> HttpResponse:
    """Show a refusal of the catalogue inside the page that asked, above its heading."""
    line = {"text": sentence, "href": ""}
    body = render_to_string("lianfang/components/error_summary.html", {"lines": [line], "code": code})
    return HttpResponse(body, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form cannot be understood."""
    return page(
        request, 400, title=_("This request cannot be understood"),
        what=_("The address or the form that was sent is damaged. Nothing was changed."),
        advice=[_("Go back, reload the page and try again.")],
    )  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but this task belongs to another role."""
    return page(
        request, 403, title=_("This is not among your tasks"),
        what=_("Your role does not open this page."),
        advice=[_("If you need it for your work, ask the head of your area to have it granted.")],
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: does not exist, or lies outside the reader's area; both look the same."""
    return page(
        request, 404, title=_("There is nothing here for you"),
        what=_("The page does not exist, or it lies outside your area."),
        advice=[_("Check the address, or look for it from the home page.")],
    )  # fmt: skip


def server_error(request: HttpRequest | None) -> HttpResponse:
    """500: our fault; says that nothing that was confirmed is lost."""
    return page(
        request, 500, title=_("Something went wrong on our side"),
        what=_("This page could not be made. Everything the system had confirmed before is kept."),
        advice=[_("Try again in a minute. If it stays, tell the help desk the code and the time.")],
    )  # fmt: skip


def unprocessable(request: HttpRequest, sentences: Sequence[str] = (), code: str = "422") -> HttpResponse:
    """422: a whole page (not a form) whose input cannot be used; forms show an error summary in place instead."""
    return page(
        request, 422, title=_("This cannot be used as it is"),
        what=_("Nothing was changed."), advice=list(sentences), code=code,
    )  # fmt: skip


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose token is stale: usually signed in again in another tab."""
    return page(
        request, 403, title=_("Please send this once more"),
        what=_("The page was open for too long, or you signed in again in another window. Nothing was changed."),
        advice=[_("Go back, reload the page, and send it again.")], code="csrf",
    )  # fmt: skip


def login_lost(request: HttpRequest) -> HttpResponse:
    """401: the session has ended; leads back to the same page after signing in."""
    target = f"{resolve_url(settings.LOGIN_URL)}?next={request.get_full_path()}"
    return page(
        request, 401, title=_("You are signed out"),
        what=_("Your session has ended. What you had confirmed is kept."),
        action=(_("Sign in again"), target), code="login",
    )  # fmt: skip
