"""What the pages of every engine share: who asks, in which language they read, and the way on after a form."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, override, pgettext

from lianfang.base.access.actor import Actor
from lianfang.kernel.errors import Language


def actor_of(request: HttpRequest) -> Actor:
    """Who is signed in; only for views that `requires` guards."""
    actor: Actor = request.actor
    return actor


def reader_language() -> Language:
    """The language of the running request, as catalogues name it."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def speaking(language: Language) -> override:
    """A block whose words are in this language, whoever asks: for files in two languages, and for what is kept with the data."""
    return override("en" if language == "en" else "zh-hans")


def listed(parts: Iterable[str]) -> str:
    """Several things in a row, in the reader's language."""
    return pgettext("between things in a row", ", ").join(parts)


def see_other(address: str) -> HttpResponse:
    """Lead on after a form: the browser reads the address, and reading again sends nothing twice (303)."""
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer


def see_page(view: str, *arguments: object, done: str = "", query: str = "") -> HttpResponse:
    """Lead on to a page by its name. done: what the page says was done; query: what else stands behind its address."""
    return see_other(reverse(view, args=arguments) + (f"?done={done}" if done else query))
