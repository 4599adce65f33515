"""Addresses of the component site, and a stand-in for the signed-in person."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

import lianfang.kernel.errors_catalogue  # noqa: F401  (defines the codes used here)
from lianfang.kernel.errors import LianfangError
from lianfang.web import errors

ACTOR = SimpleNamespace(
    name="王敏", role="county_dispatcher", role_label="县级调度", area_name="扶沟县", area_code="411621"
)
INCIDENT = SimpleNamespace(name="扶沟县全员核酸检测演练", is_drill=True)


class ActorMiddleware:
    """Signs everybody in as a county dispatcher, unless the address says `?visitor`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Attach the actor and the incident as the access middleware of the product does."""
        visitor = "visitor" in request.GET
        request.actor = None if visitor else ACTOR  # type: ignore[attr-defined]
        request.incident = None if visitor else INCIDENT  # type: ignore[attr-defined]
        return self.get_response(request)


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse with the code that the address names."""
    raise LianfangError(request.GET.get("code", "access.not_found"))


def blank(request: HttpRequest) -> HttpResponse:
    """Stand in for a page that the navigation names."""
    return HttpResponse("")


urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("lianfang.web.urls")),
    path("login/", blank, name="login"),
    path("", blank, name="home"),
    *[
        path(f"{name}/", blank, name=name)
        for name in ("rounds", "residents", "reports", "areas", "incidents", "worklist")
    ],
    path("errors/403/", errors.forbidden),
    path("errors/500/", errors.server_error),
    path("errors/login/", errors.login_lost),
    path("errors/csrf/", errors.csrf_failed),
    path("refuse/", refuse),
    path("to-login/", lambda request: HttpResponseRedirect("/login/?next=/x/")),
    path("api/refuse/", refuse),
    path("errors/422/", lambda request: errors.unprocessable(request, ["第 3 行：身份证号校验位不对"])),
]
handler404 = "lianfang.web.errors.not_found"
handler500 = "lianfang.web.errors.server_error"
