"""The first page of each role: what is wrong or due, before any total."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.access.places import Place, place_of
from lianfang.base.areas.api import names_of
from lianfang.base.incidents.api import incident_for
from lianfang.base.worklist.api import PAGE, open_items, words
from lianfang.domain.pairings.api import bar_of
from lianfang.domain.reports.api import Period, added, period_of, unit_report
from lianfang.domain.residents.api import building_names
from lianfang.domain.rounds.api import Coverage, coverage_at, coverage_below, missing_people, positive_pools
from lianfang.domain.rounds.homes import homes_of_round
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.pages import Group, homes_by_building, measure_words, people_by_building, state_of
from lianfang.domain.rounds.playbook import outcome_words
from lianfang.kernel.divisions import PATH_LENGTH, Level, short_name
from lianfang.kernel.errors import LianfangError
from lianfang.web.formats import number
from lianfang.web.progress import Known, latest_round, period_here, returns_below

TASKS = 12
"""Work items shown on a first page; the work list has them all."""
FIRST = 10**9
"""Where a positive pool stands among what is wrong: before anything that is counted in people."""
BUILDINGS = 10
"""Buildings shown on a community's first page; the missing list has them all."""
ADMINISTRATORS = (("accounts", "accounts"), ("logs", "looks"), ("configuration", "operations"))
"""What the three administrators open, and the page where it is."""
COMMUNITY = PATH_LENGTH[Level.COMMUNITY]
WRONG = ("act", "watch")
"""States of a line that count as wrong; a report that is awaited does not."""


@requires()
def home(request: HttpRequest) -> HttpResponse:
    """Lead each role to what is theirs."""
    actor = actor_of(request)
    if actor.sees("metrics", "figures") and actor.lists:
        inside = actor.path if len(actor.path) > COMMUNITY else actor.area_code
        return HttpResponseRedirect(reverse("area", args=[inside]))
    for what, page in ADMINISTRATORS:
        if actor.sees(what, "open"):
            return HttpResponseRedirect(reverse(page))
    one = latest_round(actor.path)
    context = {
        "tasks": tasks_of(actor), "round": one, "now_at": timezone.now(), "may_report": actor.may("record", "result"),
        "left": left_of(actor, one, actor.path), "words": measure_words(one.kind if one else "testing"),
    }  # fmt: skip
    return render(request, "lianfang/home/desk.html", context)


@requires("see:metrics:figures", lists=True)
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The overview of an area: a county or township with its map, or a community with its three columns."""
    actor = actor_of(request)
    place = place_of(actor, code)
    if place.level >= Level.COMMUNITY:
        return render(request, "lianfang/home/community.html", community_context(actor, place))
    return render(request, "lianfang/home/overview.html", overview_context(actor, place))


@requires()
def worklist(request: HttpRequest) -> HttpResponse:
    """Everything that is due for this person and this office, the most urgent first."""
    actor = actor_of(request)
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    found = tasks_of(actor, page=page)
    return render(request, "lianfang/home/worklist.html", {"tasks": found, "page": page, "more": len(found) >= PAGE})


@dataclass(frozen=True)
class Task:
    """A work item ready for the task list."""

    title: str
    href: str
    hint: str
    state: str
    word: str
    due: Any
    done: bool = False


def tasks_of(actor: Actor, *, under: str = "", page: int = 1) -> list[Task]:
    """The open work items of an actor with their sentences."""
    now, items = timezone.now(), open_items(actor, under=under, page=page)
    names, language = _places(actor, [item.path for item in items]), reader_language()
    made = []
    for item in items:
        late = item.due_at is not None and item.due_at < now
        state = "act" if late or item.urgency >= 3 else ("watch" if item.urgency >= 2 else "")
        word = _("Overdue") if late else (_("Urgent") if state else "")
        title = words(item.source, item.what, item.subject, language)
        made.append(Task(title, item.link, names.get(item.path, ""), state, word, item.due_at))
    return made


def _due(actor: Actor) -> dict[str, Any]:
    """The most pressing work items, and how many there are (a full page of them says that there are more)."""
    found = tasks_of(actor)
    return {"tasks": found[:TASKS], "due": len(found), "full": PAGE}


def _places(actor: Actor, paths: list[str]) -> dict[str, str]:
    """Short names of the places of work items below the reader's own: their own place needs no name."""
    below = {path: path[:COMMUNITY] for path in paths if len(path[:COMMUNITY]) > len(actor.path) and path[:1].isdigit()}
    names = names_of(sorted(set(below.values()))) if below else {}
    return {path: short_name(names[area]) for path, area in below.items() if area in names}


@dataclass(frozen=True)
class Left:
    """Who is missing (or which homes are left) by building, of how many that the role's lists hold."""

    groups: list[Group]
    known: int

    @property
    def count(self) -> int:
        """How many are left."""
        return sum(len(group.people) for group in self.groups)


def left_of(actor: Actor, one: Round | None, path: str) -> Left | None:
    """What is left of a round at a place of at most a community; None without a round or for roles without lists."""
    if one is None or not actor.lists or len(path) < COMMUNITY or not actor.sees("residents", "masked"):
        return None
    named, names = actor.sees("residents", "named"), building_names(path[:12])
    if one.kind == "screening":
        homes = homes_of_round(one, path)
        return Left(
            homes_by_building(homes, names, outcome_words(one, reader_language()), named=named), len(homes.homes)
        )
    people = missing_people(one, path)
    return Left(people_by_building(one, people, names, named=named), people.expected)


@dataclass(frozen=True)
class Waiting:
    """A building with how many people (or homes) are left there."""

    path: str
    name: str
    count: int


def waiting_at(actor: Actor, one: Round | None, path: str) -> list[Waiting] | None:
    """Buildings of a place with what is left of a round, most first; None without a round or for roles without lists.

    A community's come from its figures, which count nobody by name; a grid worker's and a building's from their lists.
    """
    if one is not None and len(path) == COMMUNITY and actor.scope != "grid" and actor.sees("metrics", "figures"):
        if not actor.lists or not actor.sees("residents", "masked"):
            return None
        rows = coverage_below(one.id, path, kind=one.kind)
        return [Waiting(row.path, row.name, row.missing) for row in rows if row.missing > 0]
    left = left_of(actor, one, path)
    return None if left is None else [Waiting(group.path, group.name, len(group.people)) for group in left.groups]


def overview_context(actor: Actor, place: Place) -> dict[str, Any]:
    """What is wrong, the figures, and what the map need not read again."""
    one, period = latest_round(place.path), period_here(place.path)
    here = coverage_at(one.id, place.path, place.name, kind=one.kind) if one else None
    rows = coverage_below(one.id, place.path, kind=one.kind) if one else []
    returns = returns_below(place.path, period) if period else {}
    reported = added(returns.values()) if period else {}
    pools = positive_pools(one, place.path) if one else []
    paired, now = bar_of(place.path, place.short, "community"), timezone.now()
    wrong = wrong_lines(place, one, here, rows, pools)
    if period and reported.get("not_reported"):
        wrong.append(silence_line(place, period, reported["not_reported"], now))
    return {
        "place": place, "round": one, "here": here, "period": period, "reported": reported, "expected_reports": sum(reported.values()),
        "silent": here.missing - here.explained if here else 0, "words": measure_words(one.kind if one else "testing"),
        "testing": one is not None and one.kind == "testing",
        "confirmed": sum(value for state, value in reported.items() if state != "not_reported"),
        "wrong": wrong, "wrong_count": sum(line.state in WRONG for line in wrong), "pools": pools, "now_at": now,
        "known": Known(one, rows, bool(returns), lambda: returns, period is not None and period.overdue(now)),
        "trail": area_trail(place), **_due(actor),
        "incident": incident_for(place.path), "paired": paired if paired.complete or paired.incomplete else None,
    }  # fmt: skip


def wrong_lines(
    place: Place,
    one: Round | None,
    here: Coverage | None,
    rows: list[Coverage],
    pools: list[dict[str, Any]],
) -> list[Task]:
    """What is wrong with a round now, by the number of people it touches."""
    found: list[tuple[int, Task]] = []
    waiting = [pool for pool in pools if pool["isolated"] or pool["retested"]]
    if one and waiting:
        people = sum(pool["isolated"] + pool["retested"] for pool in waiting)
        title = (
            _("A positive pool is not settled")
            if len(waiting) == 1
            else _("%(n)s positive pools are not settled") % {"n": len(waiting)}
        )
        hint = _("People waiting for their single re-test: %(n)s") % {"n": number(people)}
        door = reverse("round-area", args=[one.id, place.code])
        found.append((FIRST, Task(title, door, hint, "act", _("Re-test"), waiting[0]["result_at"])))
    silent = here.missing - here.explained if here else 0
    if one and here and silent:
        known = (
            _("%(n)s homes were not visited")
            if one.kind == "screening"
            else _("%(n)s people were not sampled and nobody knows why")
        )
        title = known % {"n": number(silent)}
        worst = next((short_name(row.name) for row in rows if row.missing), "")
        hint = _("most of them: %(place)s") % {"place": worst} if worst else ""
        found.append(
            (silent, Task(title, reverse("round-area", args=[one.id, place.code]), hint, "act", _("Missing"), None))
        )
    return [task for _people, task in sorted(found, key=lambda pair: -pair[0])]


def silence_line(place: Place, period: Period, count: int, now: datetime) -> Task:
    """Villages without a daily return: awaited until the cut-off, late only after it."""
    door = reverse("reports:late", args=[place.code])
    if period.overdue(now):
        title = ngettext("%(n)s village has not reported", "%(n)s villages have not reported", count)
        return Task(title % {"n": number(count)}, door, "", "watch", _("Not reported"), period.due_at)
    title = ngettext("%(n)s report is awaited", "%(n)s reports are awaited", count)
    return Task(title % {"n": number(count)}, door, "", "unknown", _("Awaited"), period.due_at)


def area_trail(place: Place) -> list[dict[str, str]]:
    """Breadcrumbs of areas."""
    made = [{"name": name, "href": reverse("area", args=[code])} for name, code in place.above]
    return [*made, {"name": place.short, "href": ""}]


def community_context(actor: Actor, place: Place) -> dict[str, Any]:
    """Three columns of a community: due now, missing, tonight's report."""
    one = latest_round(place.path)
    waiting = waiting_at(actor, one, place.path)
    here = coverage_at(one.id, place.path, place.name, kind=one.kind) if one else None
    try:
        report = unit_report(period_of(place.path), place.path)
    except LianfangError:
        report = None
    return {
        "place": place, "round": one, "here": here, "state": state_of(here) if here else "unknown",
        "left": waiting is not None, "groups": (waiting or [])[:BUILDINGS], "words": measure_words(one.kind if one else "testing"),
        "report": report, **_due(actor), "now_at": timezone.now(), "trail": area_trail(place),
        "incident": incident_for(place.path),
    }  # fmt: skip
