"""Page of an edition change: what changes for whom on the day the next edition of the control plan comes into force."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.api import requires
from lianfang.base.incidents import pages
from lianfang.base.incidents.editions import comparison_of, next_edition
from lianfang.base.incidents.selectors import edition_of, incident, playbook_of
from lianfang.base.playbooks.api import Edition, Watch
from lianfang.base.playbooks.model.common import Named
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError


@requires(lists=True)
@require_GET
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """The edition in force beside the next one, or beside the one before when there is no next: watches, zones, contacts."""
    found = incident(number)
    if found is None:
        raise LianfangError("access.not_found")
    book, today = playbook_of(found), beijing_day(timezone.now())
    now, following = edition_of(found, today), next_edition(found, today)
    pair = _pair(list(book.editions), now, following, request.GET.get("from", ""), request.GET.get("to", ""))
    context: dict[str, Any] = {
        "incident": found,
        "edition": now,
        "edition_name": pages.said(now),
        "following": following,
        "pair": pair,
    }
    if pair is not None:
        changed = comparison_of(found, *pair)
        names = pages.names_of([one.zone.path for one in changed.zones])
        context |= {
            "before_name": pages.said(pair[0]), "after_name": pages.said(pair[1]), "on": pair[1].valid_from,
            "watches": [
                {"group": pages.said(book.watch_groups[one.group]), "before": _words(book, one.before), "after": _words(book, one.after),
                 "days": one.days, "shorter": one.days[1] < one.days[0]}
                for one in changed.watches
            ],
            "zones": [
                {"one": one, "name": names[one.zone.path], "level": _level(book, pair[0], one.zone.level),
                 "goes_to": _level(book, pair[1], one.suggested) if one.suggested else ""}
                for one in changed.zones
            ],
            "choices": [(one.id, pages.said(one)) for one in book.editions],
        }  # fmt: skip
    return render(request, "incidents/edition.html", context)


def _pair(
    editions: list[Edition], now: Edition, following: Edition | None, before: str, after: str
) -> tuple[Edition, Edition] | None:
    """The two editions to compare: those asked for, else now and next, else the one before and now."""
    by_id = {one.id: one for one in editions}
    if before in by_id and after in by_id:
        return by_id[before], by_id[after]
    if following is not None:
        return now, following
    ordered = sorted(editions, key=lambda one: one.valid_from or date.min)
    at = ordered.index(now)
    return (ordered[at - 1], now) if at > 0 else None


def _words(book: Any, watch: Watch | None) -> str:
    return "" if watch is None else pages.watch_words(book, watch)


def _level(book: Any, which: Edition, level: str) -> str:
    model = book.zone_models.get(which.zones) if which.zones else None
    found: Named | None = model.levels.get(level) if model is not None else None
    return pages.said(found) if found is not None else level
