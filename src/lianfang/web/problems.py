"""Expected refusals become pages: an error of the catalogue is shown with its sentence, its code and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianfang.kernel.errors import Language, LianfangError
from lianfang.web import errors


class ProblemsMiddleware:
    """Turns a LianfangError raised by a view into a page, a line for htmx, or problem+json for machines."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do around a request that succeeds."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a mistake of ours and goes on to the 500 page."""
        if not isinstance(error, LianfangError):
            return None
        if request.path.startswith("/api/"):
            body = error.as_problem_json(language())
            return JsonResponse(body, status=error.status, content_type="application/problem+json")
        if error.code == "session.expired":
            target = resolve_url(settings.LOGIN_URL)
            back = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{target}?{urlencode({'next': back})}")
        if error.status == 404:
            return errors.not_found(request)
        return errors.page(
            request, error.status, title=_("This could not be done"), what=error.render(language()), code=error.code
        )


def language() -> Language:
    """The language of the running request, as the catalogue names it."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"
