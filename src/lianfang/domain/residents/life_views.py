"""Pages of the ledger's life: what happened to somebody, somebody new at a door, the dated record with its undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.accounts import role_words
from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import Place, place_of
from lianfang.domain.residents import browsing, life, life_reads, pages
from lianfang.domain.residents.life_forms import KIND_WORDS, WHAT, ChangeForm, NewcomerForm
from lianfang.domain.residents.services import today
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code, parse_code
from lianfang.kernel.numbers import is_whole

KEEP = "other:keep_ledger"
FIELDS = {
    "residents.day_ahead": "on", "residents.until_past": "until", "residents.reason_missing": "reason",
    "residents.door_missing": "door", "residents.entrance_unreadable": "entrance", "residents.name_not_a_name": "name",
    "residents.birth_needed": "birth", "residents.birth_impossible": "birth", "residents.birth_differs": "birth",
    "residents.twin_to_check": "another", "residents.identity_to_check": "number",
}  # fmt: skip
"""The field a refusal is about; what begins with identity. is about the number, the rest stands for the whole form."""


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, code: str) -> HttpResponse:
    """What happened to one person: first what, then the day, the place and the reason."""
    actor = actor_of(request)
    entry, line = _entry(actor, code)
    what = request.POST.get("what") or request.GET.get("what", "")
    if what not in WHAT:
        return _person_page(request, entry, line)
    form = ChangeForm(what, life_reads.building_choices(entry.path[:12]), request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            record(actor, entry.id, what, form)
        except LianfangError as error:
            complain(form, error)
        else:
            messages.success(request, _("Recorded. It can be undone as long as nothing later stands on it."))
            return see_page("residents-changes", pages.code_of(entry.path[:12]))
    return _person_page(request, entry, line, what=what, form=form)


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def newcomer(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody new at a door of a community: born, or moved in from outside."""
    actor = actor_of(request)
    place = community_of(actor, code)
    initial = {"on": today(), "building": request.GET.get("building", ""), "kind": "1"}
    form = NewcomerForm(life_reads.building_choices(place.path), request.POST or None, initial=initial)
    wants_transfer = False
    if request.method == "POST" and form.is_valid():
        try:
            home = life.home_at(actor=actor, door=form.door())
            said = form.cleaned_data
            _number, printed = life.add_person(
                actor=actor, what=said["what"], home=home, who=form.newcomer(), on=said["on"], reason=said["reason"]
            )
        except LianfangError as error:
            complain(form, error)
            wants_transfer = error.code == "residents.identity_to_check"
        else:
            messages.success(
                request, _("Entered. The code for their sheet: %(code)s") % {"code": group_code(format_code(printed))}
            )
            return see_page("residents-person", format_code(printed))
    context = {
        "place": place,
        "form": form,
        "trail": pages.trail(actor, place, _("Somebody new")),
        "wants_transfer": wants_transfer,
    }
    return render(request, "residents/life_new.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def returned(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody who had moved away lives in this community again: at which door, since when, who said so."""
    actor = actor_of(request)
    entry = life.entry(actor=actor, person_id=number)
    if not entry.gone:
        return see_page("residents-change", format_code(entry.code))
    if entry.gone == life.DIED:
        raise LianfangError("access.not_found")
    form = ChangeForm(
        "returned", life_reads.building_choices(entry.path[:12]), request.POST or None, initial={"on": today()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            said = form.cleaned_data
            life.take_back(actor=actor, person_id=number, door=form.door(), on=said["on"], reason=said["reason"])
        except LianfangError as error:
            complain(form, error)
        else:
            messages.success(request, _("Recorded. It can be undone as long as nothing later stands on it."))
            return see_page("residents-person", format_code(entry.code))
    place = place_of(actor, entry.path[:12] if actor.covers(entry.path[:12]) else actor.area_code)
    name = entry.name if actor.sees("residents", "named") else ""
    context = {
        "entry": entry, "code": format_code(entry.code), "place": place, "name": name, "what": "returned", "returns": number,
        "what_words": KIND_WORDS["returned"], "form": form, "trail": pages.trail(actor, place, name),
        "lines": change_lines(life_reads.changes_of(entry.id)),
    }  # fmt: skip
    return render(request, "residents/life_change.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP, lists=True)
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """The dated changes of an area, newest first."""
    actor = actor_of(request)
    place = place_of(actor, code)
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    number = int(before[:18]) if is_whole(before) else None
    found = life_reads.changes(
        place.path, kind=kind if kind in KIND_WORDS else "", before=number, limit=life_reads.PAGE + 1
    )
    context = {
        "place": place, "trail": pages.trail(actor, place, _("Changes")), "lines": change_lines(found[: life_reads.PAGE]),
        "following": found[life_reads.PAGE - 1].id if len(found) > life_reads.PAGE else 0, "paged": number is not None,
        "kinds": [{"href": "?", "label": _("All"), "count": None, "current": not kind}]
        + [{"href": f"?kind={one}", "label": word, "count": None, "current": kind == one} for one, word in KIND_WORDS.items()],
        "community": place.level >= Level.COMMUNITY,
    }  # fmt: skip
    return render(request, "residents/life_history.html", context)


@requires(KEEP, lists=True)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Undo one change, if nothing later stands on it."""
    actor = actor_of(request)
    life.undo_change(actor=actor, change_id=number)
    messages.success(request, _("Undone: the entry is as it was before."))
    return see_page("residents-changes", actor.area_code)


@requires(KEEP, lists=True)
@require_GET
def doubt(request: HttpRequest, number: int) -> HttpResponse:
    """From an item of the work list to the person it speaks of."""
    entry = life.entry(actor=actor_of(request), person_id=number)
    if entry.gone:
        return see_page("residents-changes", actor_of(request).area_code)
    return see_page("residents-change", format_code(entry.code))


# --------------------------------------------------------------------------------------------------------- pieces


def record(actor: Actor, person_id: int, what: str, form: ChangeForm) -> None:
    """Write down what a filled form says happened."""
    said = form.cleaned_data
    common: dict[str, Any] = {"actor": actor, "person_id": person_id, "on": said["on"], "reason": said["reason"]}
    if what in ("died", "moved_out"):
        life.leave(died=what == "died", **common)
    elif what == "away":
        life.go_away(until=said["until"], **common)
    elif what == "stays":
        life.stay_at(door=form.door(), until=said["until"], **common)
    elif what == "moved_within":
        life.move_within(door=form.door(), **common)
    elif what == "residence":
        life.set_kind(kind=int(said["kind"]), **common)
    elif what == "paper":
        life.give_paper(number=said["number"], **common)
    else:
        life.come_back(**common)


def complain(form: Any, error: LianfangError) -> None:
    """Put a refusal beside the field it is about."""
    name = "number" if error.code.startswith("identity.") else FIELDS.get(error.code, "")
    form.add_error(name if name in form.fields else None, error.render(reader_language()))


def change_lines(found: list[life_reads.Change]) -> list[dict[str, Any]]:
    """Changes for the table."""
    return [
        {
            "change": one,
            "what": KIND_WORDS.get(one.kind, one.kind),
            "who": role_words(one.role) if one.role else "–",
            "may_return": one.kind == "moved_out" and one.standing and not one.code,
        }
        for one in found
    ]


def community_of(actor: Actor, code: str) -> Place:
    """The community of an address; raises access.not_found above one."""
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    if place.level is not Level.COMMUNITY:
        raise LianfangError("access.not_found")
    return place


def _entry(actor: Actor, code: str) -> tuple[life.Entry, browsing.Line]:
    try:
        line = browsing.person_with(parse_code(code))
    except LianfangError:
        line = None
    if line is None:
        raise LianfangError("residents.code_unknown", code=code[:20])
    return life.entry(actor=actor, person_id=line.id), line


def possible(entry: life.Entry) -> list[str]:
    """What can have happened to somebody, given how they stand now."""
    away = not entry.present or bool(entry.stay_path)
    found = [what for what in WHAT if what != "back" or away]
    return [
        what
        for what in found
        if not (what == "paper" and entry.has_identity) and not (what == "away" and not entry.present)
    ]


def _person_page(
    request: HttpRequest, entry: life.Entry, line: browsing.Line, *, what: str = "", form: ChangeForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    place = place_of(actor, line.path[:16] if actor.covers(line.path[:16]) else actor.area_code)
    name = entry.name if actor.sees("residents", "named") else ""
    context = {
        "entry": entry, "code": line.code, "place": place, "name": name, "what": what, "what_words": WHAT.get(what, ""),
        "form": form, "trail": pages.trail(actor, place, name),
        "choices": [
            {"title": WHAT[one], "href": f"{reverse('residents-change', args=[line.code])}?what={one}"} for one in possible(entry)
        ],
        "lines": change_lines(life_reads.changes_of(entry.id)),
    }  # fmt: skip
    return render(request, "residents/life_change.html", context, status=422 if request.method == "POST" else 200)
