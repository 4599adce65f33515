"""What the shell promises about every answer: how it may be cached, and that a lost login is not pasted into a cell."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

HTML = "text/html"


class ShellMiddleware:
    """Adjusts answers to the rules of the shell; stands outside the middleware that signs people in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; HTML varies by htmx, person and language, and is kept by no cache unless the view says so."""
        response = self.get_response(request)
        if is_partial(request) and leads_to_login(response):
            moved = HttpResponse()
            moved["HX-Redirect"] = response["Location"]
            moved.cookies = response.cookies
            response = moved
        if response.get("Content-Type", "").startswith(HTML):
            patch_vary_headers(response, ("HX-Request", "Cookie", "Accept-Language"))
            response.headers.setdefault("Cache-Control", "no-store")
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
