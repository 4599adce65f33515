"""What the shell promises about every answer.

Partials vary by header, personal pages are not kept by caches, and a lost login is not pasted into a table cell.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers

HTML = "text/html"


class ShellMiddleware:
    """Adjusts answers to the rules of the shell; stands after the session and language middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then add `Vary`, `Cache-Control`, and turn a redirect to the login page into `HX-Redirect`."""
        response = self.get_response(request)
        if request.headers.get("HX-Request") == "true" and leads_to_login(response):
            moved = HttpResponse(status=200)
            moved["HX-Redirect"] = response["Location"]
            moved.cookies = response.cookies
            response = moved
        if response.get("Content-Type", "").startswith(HTML):
            patch_vary_headers(response, ("HX-Request", "Cookie", "Accept-Language"))
            if "Cache-Control" not in response:
                response["Cache-Control"] = "no-store"
        return response


def leads_to_login(response: HttpResponse) -> bool:
    """Tell whether an answer redirects to the login page."""
    if response.status_code not in (302, 303):
        return False
    return urlsplit(response.get("Location", "")).path == resolve_url(settings.LOGIN_URL)
