"""What a route asks of its caller. Every view says it once, here; the route table of the tests is made from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

from lianfang.kernel.errors import LianfangError, define

View = TypeVar("View", bound=Callable[..., Any])

define(
    "access.signed_out",
    status=401,
    zh="您已退出或登录已过期。请重新登录；未提交的内容还在本页。",
    en="You are signed out or the session has expired. Sign in again; what you typed is still on the page.",
)
define(
    "access.not_found",
    status=404,
    zh="没有这个页面或对象，或者它不在您的工作范围内。",
    en="This page or object does not exist, or it is outside your scope.",
)


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
                raise LianfangError("access.signed_out")
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
