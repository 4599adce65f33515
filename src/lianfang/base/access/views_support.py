"""What a route asks of its caller. Every view says it once, here; the route table of the tests is made from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

import lianfang.kernel.errors_catalogue  # noqa: F401  (defines the codes used here)
from lianfang.kernel.errors import LianfangError

View = TypeVar("View", bound=Callable[..., Any])


def requires(*rights: str, lists: bool = False) -> Callable[[View], View]:
    """Let a view run only for roles with one of the rights, written `see:residents:masked`, `record:tube`, `other:import`.

    lists: the view shows an area, so the grant must open lists. Without the right the answer is the same as for
    something that does not exist. The rights are kept on the view as `view.requires` for the access matrix.
    """
    parsed = [tuple(right.split(":")) for right in rights]

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = getattr(request, "actor", None)
            if actor is None:
                raise LianfangError("session.expired")
            if lists and not actor.lists:
                raise LianfangError("access.not_found")
            if parsed and not any(_has(actor, right) for right in parsed):
                raise LianfangError("access.not_found")
            answer: HttpResponse = view(request, *args, **kwargs)
            return answer

        inner.requires = tuple(rights)  # type: ignore[attr-defined]
        inner.lists = lists  # type: ignore[attr-defined]
        return inner  # type: ignore[return-value]

    return decorate


def public(view: View) -> View:
    """Mark a view that needs no sign-in (sign-in itself, health, static pages)."""
    view.requires = ("public",)  # type: ignore[attr-defined]
    return view


def _has(actor: Any, right: tuple[str, ...]) -> bool:
    if right[0] == "see":
        return bool(actor.sees(right[1], right[2]))
    return bool(actor.may(right[0], right[1]))
