"""The looks on record: what is unusual first, then by purpose, by account, one by one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lianfang.base.access import looks
from lianfang.base.access.accounts import role_words
from lianfang.base.access.looks_purposes import purpose_words
from lianfang.base.access.views_support import requires
from lianfang.base.areas.api import names_of as area_names
from lianfang.kernel.divisions import short_name
from lianfang.kernel.numbers import is_whole

SPANS = {"24": 24, "168": 168, "720": 720}
"""Hours a page can cover: a day, a week, thirty days."""
FILES = {
    "plan": gettext_lazy("Plan, line by line"),
    "plan-problem": gettext_lazy("Problem of a plan"),
    "duty": gettext_lazy("Roster"),
    "missing": gettext_lazy("Missing people"),
    "pairings": gettext_lazy("Ledger of pairings"),
    "residents-large": gettext_lazy("Large list of residents"),
    "import-not-taken": gettext_lazy("Rows that were not taken"),
    "self-codes": gettext_lazy("Codes of residents' own pages"),
    "member-codes": gettext_lazy("Codes of members' own pages"),
    "service-record": gettext_lazy("Record of service"),
}
"""Files with people in them, by the name under which engines put them on record."""


@requires("see:logs:open")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Who looked at people unmasked, and what for."""
    span = looks.Span(
        hours=SPANS.get(request.GET.get("hours", ""), SPANS["24"]),
        account=_number(request.GET.get("account", "")) or 0,
        purpose=request.GET.get("purpose", "")[:60],
    )
    before = _number(request.GET.get("before", ""))
    found = looks.looks(span, before=before, limit=looks.PAGE + 1)
    unusual, purposes, accounts = looks.unusual(span), looks.by_purpose(span), looks.by_account(span)
    exports, refused = looks.exports(span), looks.refusals_of(span)
    names = looks.names_of(
        [
            *(one.account_id for one in unusual),
            *(one.account_id for one in exports),
            *(one.account_id for one in refused),
            *(one.key for one in accounts),
            *(one.account_id for one in found),
            span.account,
        ]
    )
    areas = area_names([one.path[:12] for one in exports])
    context = {
        "span": span,
        "tabs": _tabs(span),
        "unusual": [
            {"one": one, "name": _name(names, one.account_id), "href": _href(span, account=one.account_id)}
            for one in unusual
        ],
        "purposes": [{"sum": one, "words": purpose_words(one.key), "href": _href(span, purpose=one.key)} for one in purposes],
        "accounts": [{"sum": one, "name": _name(names, one.key), "href": _href(span, account=one.key)} for one in accounts],
        "lines": [_line(one, names) for one in found[: looks.PAGE]],
        "exports": [
            {"one": one, "name": _name(names, one.account_id), "file": FILES.get(one.what, one.what),
             "area": short_name(areas[one.path[:12]]) if one.path[:12] in areas else one.path}
            for one in exports
        ],
        "refused": [{"one": one, "name": _name(names, one.account_id)} for one in refused],
        "following": found[looks.PAGE - 1].id if len(found) > looks.PAGE else 0,
        "paged": before is not None,
        "narrowed": _narrowed(span, names),
        "everything": _href(looks.Span(span.hours)),
        "total": sum(one.looks for one in purposes),
        "most_opened": looks.UNUSUAL_OPENED,
        "most_codes": looks.UNUSUAL_CODES,
        "most_homes": looks.UNUSUAL_HOMES,
    }  # fmt: skip
    return render(request, "access/looks.html", context)


def _line(one: looks.Look, names: dict[int, str]) -> dict[str, Any]:
    return {
        "look": one, "name": _name(names, one.account_id), "role": role_words(one.role), "words": purpose_words(one.purpose),
        "opened": one.fields == looks.OPENED, "area": one.area or one.path[:12],
    }  # fmt: skip


def _tabs(span: looks.Span) -> list[dict[str, Any]]:
    words = {24: _("Last 24 hours"), 168: _("Last 7 days"), 720: _("Last 30 days")}
    return [
        {"href": _href(looks.Span(hours, span.account, span.purpose)), "label": label, "current": hours == span.hours}
        for hours, label in words.items()
    ]


def _narrowed(span: looks.Span, names: dict[int, str]) -> str:
    parts = [_name(names, span.account)] if span.account else []
    return " · ".join([*parts, *([str(purpose_words(span.purpose))] if span.purpose else [])])


def _href(span: looks.Span, **changes: object) -> str:
    values = {"hours": span.hours, "account": span.account, "purpose": span.purpose} | changes
    return "?" + urlencode({name: value for name, value in values.items() if value})


def _name(names: dict[int, str], account: int) -> str:
    return names.get(account) or _("account %(n)s") % {"n": account}


def _number(text: str) -> int | None:
    return int(text[:18]) if is_whole(text) else None
