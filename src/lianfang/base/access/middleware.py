"""Enter the caller's scope for each request: one transaction, one statement, before anything else is read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from lianfang.base.access.services import enter, token_digest, with_area_name
from lianfang.base.database.select import reading_once, select


class Enter:
    """Put `request.actor` in place (None when nobody is signed in) and hold the scoped transaction open for the view.

    A view that fails rolls everything back; a refusal (LianfangError) does too, so nothing is half-written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request.COOKIES.get(settings.SESSION_COOKIE, "")
        bearer = request.headers.get("Authorization", "")
        if bearer.startswith("Bearer "):
            token = bearer[7:]
        request.actor = None
        if not token or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        looks = request.method in ("GET", "HEAD")
        with transaction.atomic(), reading_once() if looks else nullcontext():
            actor = enter(token_digest(token))
            if actor is not None and actor.path:
                rows = select("select name from areas_area where path = %s", [actor.path[:12]])
                actor = with_area_name(actor, rows[0][0] if rows else "")
            request.actor = actor
            response = self.get_response(request)
            if getattr(response, "status_code", 200) >= 400:
                transaction.set_rollback(True)
        return response
