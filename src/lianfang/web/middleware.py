"""What the shell promises about every answer: its language, its caching, and a page or partial for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lianfang.kernel.errors import Language as ProblemLanguage
from lianfang.kernel.errors import LianfangError
from lianfang.web import errors
from lianfang.web.formats import html_lang, is_chinese

HTML = "text/html"
MACHINE_PATHS = re.compile(r"^/(api|openrosa)/")
SESSION_ENDED = "session.expired"
Handler = Callable[[HttpRequest], HttpResponse]


class Language:
    """Activate the reader's language (cookie, then browser, then Chinese); mark each page as personal and varying."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language; HTML is never kept by caches unless the view says so."""
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", html_lang())
        if response.get("Content-Type", "").startswith(HTML):
            patch_vary_headers(response, ("HX-Request", "Cookie", "Accept-Language"))
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Problems:
    """Turn a refusal (LianfangError) into a page, a partial or problem+json, a lost login into the way to sign in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a redirect to the login page becomes `HX-Redirect`, so that it is not pasted into a table cell."""
        response = self.get_response(request)
        if is_partial(request) and leads_to_login(response):
            moved = HttpResponse()
            moved["HX-Redirect"] = response["Location"]
            moved.cookies = response.cookies
            return moved
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is our fault and goes on to the 500 page."""
        return problem_response(request, exception) if isinstance(exception, LianfangError) else None


def chosen_language(request: HttpRequest) -> str:
    """Return `zh-hans` or `en`: the reader's own choice, else what the browser asks for, else the first language."""
    offered = dict(settings.LANGUAGES)
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if cookie in offered:
        return cookie
    for wanted in re.split(r"\s*,\s*", request.headers.get("Accept-Language", "").lower()):
        if wanted.startswith("zh"):
            return "zh-hans"
        if wanted.startswith("en"):
            return "en"
    return settings.LANGUAGE_CODE


def problem_response(request: HttpRequest, error: LianfangError) -> HttpResponse:
    """Return what a refusal looks like to this caller: machine, htmx, or a person with a page."""
    language: ProblemLanguage = "zh" if is_chinese() else "en"
    if MACHINE_PATHS.match(request.path) or "application/json" in request.headers.get("Accept", ""):
        body = error.as_problem_json(language)
        return JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.code == SESSION_ENDED:
        return _to_login(request)
    sentence = error.render(language)
    if not is_partial(request):
        return errors.refused(request, error.status, sentence, error.code)
    response = errors.partial(sentence, error.code, error.status)
    response["X-Problem"] = quote(sentence)
    response["HX-Retarget"], response["HX-Reswap"] = "#alert", "innerHTML"
    return response


def is_partial(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page (not for a whole one to restore its history)."""
    restoring = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restoring


def leads_to_login(response: HttpResponse) -> bool:
    """Tell whether an answer redirects to the login page."""
    if response.status_code not in (302, 303):
        return False
    return response.get("Location", "").partition("?")[0] == resolve_url(settings.LOGIN_URL)


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and not is_partial(request):
        return errors.login_lost(request)
    here = request.headers.get("HX-Current-URL", "") if is_partial(request) else ""
    path = re.sub(r"^https?://[^/]+", "", here) or request.get_full_path()
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': path})}"
    if not is_partial(request):
        return HttpResponseRedirect(target)
    response = HttpResponse()
    response["HX-Redirect"] = target
    return response
