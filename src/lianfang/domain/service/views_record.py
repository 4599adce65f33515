"""A member's own record of service: the lines, an objection to one, whether it may leave the unit, who looked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.accounts import role_words
from lianfang.base.access.api import public
from lianfang.base.access.pages import see_page
from lianfang.domain.service import entering, own, record
from lianfang.domain.service.views import page
from lianfang.domain.service.words import KINDS, PURPOSES, ROLES, STATES
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError

POSTS: dict[str, Promise] = {
    "checkpoint": _("Checkpoint"),
    "gate": _("Gate"),
    "lookout": _("Lookout"),
    "desk": _("Sampling desk"),
    "patrol": _("Patrol"),
    "team": _("Door-to-door team"),
    "key_unit": _("Key unit"),
}
"""Kinds of post as a record names them."""


@public
@require_GET
def my_record(request: HttpRequest, who: str) -> HttpResponse:
    """What I did, derived from the work itself; nothing of it can be typed in, and I see it first."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    return _record(request, who)


@public
@require_POST
def object_line(request: HttpRequest, who: str) -> HttpResponse:
    """Object to one line, or to one that is missing."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    try:
        with entering.as_member(request, who):
            line = request.POST.get("line", "")[:60]
            day = record.sealed_day(request.POST.get("day", "")) if line == "missing" else None
            record.object_to(line=line, words=request.POST.get("words", ""), day=day)
    except LianfangError as error:
        return _record(request, who, error)
    return see_page("mine-record", who, query="?done=asked#asked")


@public
@require_POST
def consent(request: HttpRequest, who: str) -> HttpResponse:
    """Agree, or take it back, that my record may leave my unit."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    with entering.as_member(request, who):
        record.agree(request.POST.get("agreed") == "1")
    return see_page("mine-record", who, query="?done=consent#consent")


def _record(request: HttpRequest, who: str, error: LianfangError | None = None) -> HttpResponse:
    with entering.as_member(request, who):
        me, lines, sums, past = own.me(), record.my_lines(), record.my_sums(), record.my_past()
        looks, asked = record.my_looks(), record.my_objections()
    context: dict[str, Any] = {
        "who": who, "me": me, "items": [spoken(one) for one in lines], "sums": sums, "past": past, "tab": "record",
        "roles": [role_word(role) for role in sums.roles], "done": request.GET.get("done", "")[:12],
        "asked": [{"one": one, "state": STATES[one.state][0], "word": STATES[one.state][1]} for one in asked],
        "looks": [
            {"at": at, "role": role_words(role), "office": short_name(office), "purpose": PURPOSES.get(purpose, purpose), "export": export}
            for at, role, office, purpose, export in looks
        ],
        "words": request.POST.get("words", "")[: record.MOST_WORDS], "line": request.POST.get("line", request.GET.get("line", ""))[:60],
    }  # fmt: skip
    return page(request, "service/record.html", context, error)


def spoken(one: record.Line) -> dict[str, Any]:
    """A line with its words."""
    state = STATES.get(one.objection)
    return {
        "one": one, "kind": KINDS.get(one.kind, one.kind), "role": role_word(one.role), "state": state[0] if state else "",
        "word": state[1] if state else "",
    }  # fmt: skip


def role_word(role: str) -> object:
    """A role in words: of a post, of this app, else as it is written."""
    return POSTS.get(role) or ROLES.get(role) or role
