"""Pages of the quarantine: what could not be taken, for the head of its area and for its sender."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.rules import AREA_FACTS, NOT_OF_AN_AREA
from lianfang.base.facts import selectors
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

READERS = ("other:assign", *(f"record:{verb}" for verb in sorted(AREA_FACTS | NOT_OF_AN_AREA)))
"""Heads of an area, and everybody who records facts at all (they see their own)."""
OUTCOMES: dict[str, tuple[str, Promise]] = {
    "conflict": ("act", pgettext_lazy("fact", "Conflicting")),
    "refused": ("watch", pgettext_lazy("fact", "Refused")),
    "held": ("unknown", pgettext_lazy("fact", "Held")),
    "settled": ("good", pgettext_lazy("fact", "Settled")),
}
"""By outcome: interface state and word; what contradicts another fact comes first."""
RESOLUTIONS: dict[str, Promise] = {
    "sent_again": gettext_lazy("Corrected and sent again"),
    "entered_by_hand": gettext_lazy("Entered at the desk"),
    "first_stands": gettext_lazy("The first fact stands"),
    "mistake": gettext_lazy("Sent by mistake"),
}
VERBS: dict[str, Promise] = {
    "tube": gettext_lazy("Tube filled"),
    "not_sampled": gettext_lazy("Not sampled"),
    "result": gettext_lazy("Laboratory result"),
    "tube_received": gettext_lazy("Tube received"),
    "visit": gettext_lazy("Household visited"),
    "temperature": gettext_lazy("Temperature"),
    "gate_entry": gettext_lazy("Gate entry"),
    "need": gettext_lazy("Need"),
    "delivery": gettext_lazy("Delivery"),
}
"""Words for verbs of the access policy; others appear by the name of their kind."""
LINES_SHOWN = 200


@requires(*READERS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Facts that wait for somebody, conflicting ones first in the filters, newest first in the list."""
    actor = actor_of(request)
    counted = selectors.counts()
    chosen = request.GET.get("outcome", "all")
    chosen = chosen if chosen in OUTCOMES else "all"
    before = request.GET.get("before", "")
    number = int(before[:18]) if is_whole(before) else None
    found = selectors.kept(chosen, before=number, limit=selectors.PAGE + 1)
    waiting = sum(counted[name] for name in selectors.OUTCOMES)
    context = {
        "lines": [_line(one, actor) for one in found[: selectors.PAGE]],
        "waiting": waiting,
        "filters": _filters(counted, chosen, waiting),
        "chosen": chosen,
        "following": found[selectors.PAGE - 1].id if len(found) > selectors.PAGE else 0,
        "paged": number is not None,
        "head": actor.may("other", "assign"),
        "done": request.GET.get("done", "") == "settled",
    }
    return render(request, "facts/quarantine.html", context)


@requires(*READERS)
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One fact as it was sent, why it was not taken, and how it can be settled."""
    return _one_page(request, number)


@requires(*READERS)
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Settle a fact with a note."""
    try:
        selectors.settle(number, resolution=request.POST.get("resolution", ""), note=request.POST.get("note", ""))
    except LianfangError as error:
        return _one_page(request, number, error)
    return see_page("quarantine", done="settled")


def _one_page(request: HttpRequest, number: int, error: LianfangError | None = None) -> HttpResponse:
    found = selectors.kept_by_id(number)
    sent = selectors.as_sent(number)
    context = {
        "line": _line(found, actor_of(request)),
        "kept": found,
        "sent": list(_flat(sent))[:LINES_SHOWN] if sent else [],
        "resolutions": RESOLUTIONS.items(),
        "resolution": RESOLUTIONS.get(found.resolution, found.resolution),
        "chosen": request.POST.get("resolution", ""),
        "note": request.POST.get("note", ""),
        "limit": selectors.NOTE_LENGTH,
        "trail": [{"name": _("Held facts"), "href": reverse("quarantine")}, {"name": str(number)}],
        "lines": [error.render(reader_language())] if error else [],
        "has_errors": error is not None,
    }
    return render(request, "facts/quarantine_one.html", context, status=error.status if error else 200)


def _line(kept: selectors.Kept, actor: Actor) -> dict[str, Any]:
    state, word = OUTCOMES["settled" if kept.resolved_at else kept.outcome]
    return {
        "kept": kept,
        "state": state,
        "word": word,
        "kind": VERBS.get(kept.verb, kept.kind),
        "sentence": kept.sentence(reader_language()),
        "own": kept.account_id == actor.account_id,
        "area": kept.area or (_("unknown area") if kept.path == selectors.UNKNOWN_PATH else kept.path),
    }


def _filters(counted: Mapping[str, int], chosen: str, waiting: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = [
        {
            "href": "?outcome=all",
            "label": pgettext("fact", "Waiting"),
            "count": waiting,
            "current": chosen == "all",
            "state": "",
        }
    ]
    for name, (state, word) in OUTCOMES.items():
        if counted[name] or chosen == name:
            items.append(
                {
                    "href": f"?outcome={name}",
                    "label": word,
                    "count": counted[name],
                    "state": state,
                    "current": chosen == name,
                }
            )
    return items


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """A nested value as lines: (names joined by points, text)."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{name}.{place}")
    else:
        yield name, "–" if value is None else str(value)[:200]
