"""Writes from the pages of pairings: new ones, what fills an item, handover, release, done, end, a list of existing ones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import Place, place_of
from lianfang.base.incidents.api import incident_for
from lianfang.base.playbooks.api import PairingItem, PairingTemplate
from lianfang.domain.pairings import catalogue, choices, pages, services, tables
from lianfang.domain.pairings.forms import HandoverForm, MemberForm, TermForm, UnitForm, item_form, part_of
from lianfang.domain.pairings.rules import NewPart, Target
from lianfang.domain.pairings.selectors import PairingLine, PartLine
from lianfang.domain.pairings.services import today
from lianfang.domain.pairings.views import find, pairing_page
from lianfang.domain.residents.api import building_names
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

PAIR = "other:pair"
FIELDS = {
    "pairings.term_upside_down": "until_on", "pairings.term_past": "until_on", "pairings.beyond_term": "until_on",
    "residents.code_unknown": "resident", "pairings.member_unknown": "code", "pairings.member_left": "member",
    "pairings.unit_dissolved": "unit", "pairings.handover_day": "on", "pairings.words_missing": "text", "pairings.member_full": "member",
    "pairings.there_already": "member", "pairings.circular_handover": "member",
}  # fmt: skip


@requires(PAIR, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Pair targets of a township or community: first the template, then the targets, the term and the unit."""
    actor = actor_of(request)
    place = place_of(actor, code, lowest=Level.COMMUNITY)
    if place.level < Level.TOWNSHIP:
        return HttpResponseRedirect(reverse("pairings-orphans", args=[place.code]))
    over = incident_for(place.path)
    incident_id = over.id if over else None
    key = request.POST.get("template") or request.GET.get("template", "")
    known = catalogue.templates(incident_id)
    if key not in known:
        return _choose_template(request, place, known, incident_id)
    return _new_form(request, actor, place, key, known[key], None if catalogue.is_standing(key) else incident_id)


def _choose_template(
    request: HttpRequest, place: Place, known: dict[str, PairingTemplate], incident_id: int | None
) -> HttpResponse:
    kind = request.GET.get("kind", "")
    deep = place.level >= Level.COMMUNITY
    fits = {
        key: one
        for key, one in known.items()
        if (deep or set(one.targets) - {"compound", "building", "household", "person"})
    }
    fits = {key: one for key, one in fits.items() if not kind or kind in one.targets} or fits
    more = f"&tick={request.GET['tick']}" if request.GET.get("tick") else ""
    tasks = [
        {
            "title": pages.said(one), "href": f"?template={key}{more}",
            "hint": "、".join(pages.said(item) for item in one.items if not catalogue.is_target_itself(one, item)),
            "state": "unknown" if catalogue.is_standing(key) else "good",
            "word": _("standing") if catalogue.is_standing(key) else _("this incident"),
        }
        for key, one in fits.items()
    ]  # fmt: skip
    context = {"place": place, "trail": pages.trail(place, last=_("New")), "tasks": tasks, "incident": incident_id}
    return render(request, "pairings/new.html", context)


def _new_form(
    request: HttpRequest, actor: Actor, place: Place, key: str, one: PairingTemplate, incident_id: int | None
) -> HttpResponse:  # fmt: skip
    said = request.POST if request.method == "POST" else request.GET
    share, building = said.get("share", ""), said.get("building", "")
    building = building if building.startswith(place.path) and len(building) == 16 and is_whole(building) else ""
    found = choices.targets_of(actor, key, one, place.path, incident_id=incident_id, share=share, building=building)
    options = {"with_unit": one.target != "person", "with_code": one.target == "person"}
    form = TermForm(choices.units(), request.POST or None, initial={"from_on": today()}, **options)
    ticked = set(said.getlist("tick"))
    if request.method == "POST" and form.is_valid():
        try:
            targets = [choices.resident_target(form.cleaned_data["resident"])] if one.target == "person" else [
                choice.target for choice in found if choice.key in ticked
            ]  # fmt: skip
            numbers = _adopt(actor, key, targets, form, incident_id)
        except LianfangError as error:
            complain(form, error)
        else:
            text = ngettext(
                "%(n)s pairing made. It says below what lacks.",
                "%(n)s pairings made. Each says what lacks.",
                len(numbers),
            )
            messages.success(request, text % {"n": len(numbers)})
            if len(numbers) == 1:
                return see_page("pairing", numbers[0])
            answer = see_page("pairings-area", place.code)
            answer["Location"] += f"?kind={targets[0].kind}"
            return answer
    context = {
        "place": place, "trail": pages.trail(place, last=_("New")), "form": form, "key": key, "name": pages.said(one), "choices": found,
        "ticked": ticked, "compound": "compound" in one.targets, "share": share, "building": building,
        "household": one.target == "household",
        "shares": [(word, catalogue.share_words(word, reader_language()) or _("all of it")) for word in catalogue.SHARES],
        "buildings": sorted(building_names(place.path).items()) if one.target == "household" and place.level >= Level.COMMUNITY else [],
        "most": one.most_targets, "items": [pages.said(item) for item in catalogue.to_fill(one)],
    }  # fmt: skip
    return render(request, "pairings/new.html", context, status=422 if request.method == "POST" else 200)


def _adopt(actor: Actor, key: str, targets: list[Target], form: TermForm, incident_id: int | None) -> list[int]:
    unit = form.cleaned_data.get("unit")
    return services.adopt_pairings(
        actor=actor, template=key, targets=targets, incident_id=incident_id, from_on=form.cleaned_data["from_on"],
        until_on=form.cleaned_data["until_on"],
        parts=[NewPart(at, "unit", organisation=unit) for at in range(len(targets))] if unit else [],
    )  # fmt: skip


@requires(PAIR, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, number: int, item: str) -> HttpResponse:
    """Fill one item of a pairing: choose the unit first, then the person; or a paper, a promise."""
    actor, found = actor_of(request), find(number)
    template = catalogue.template(found.template, found.incident)
    one = catalogue.item_of(template, item)
    unit = _unit_asked(request, found)
    form = _item_form(request, one, unit)
    if request.method == "POST" and form.is_valid():
        try:
            services.fill_item(
                actor=actor, pairing_id=number, part=part_of(one, form), from_on=max(today(), found.from_on)
            )
        except LianfangError as error:
            complain(form, error)
        else:
            messages.success(request, _("Filled: %(item)s.") % {"item": pages.said(one)})
            return see_page("pairing", number)
    return _people_page(request, found, one, form, unit, handover=None, part=None)


def _unit_asked(request: HttpRequest, found: PairingLine) -> int | None:
    """The unit whose members are listed: the one asked for, else the one that answers."""
    asked = request.GET.get("unit", "")
    if is_whole(asked):
        return int(asked[:18])
    return next((part.organisation for part in found.parts if part.organisation and part.ended_on is None), None)


def _item_form(request: HttpRequest, item: PairingItem, unit: int | None) -> Any:
    word = request.GET.get("q", "")
    found = choices.units(word, teams_only=False) if item.kind in ("unit", "group") else []
    candidates = choices.members_of(unit) if item.kind == "person" and unit is not None else []
    return item_form(item, found, candidates, request.POST or None)


def _people_page(
    request: HttpRequest, found: PairingLine, item: PairingItem, form: Any, unit: int | None, *,
    handover: HandoverForm | None, part: PartLine | None,
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    at = found.path[:12] if actor.covers(found.path[:12]) else actor.path
    place = place_of(actor, at.ljust(12, "0"))
    listed = choices.units(request.GET.get("q", "")) if isinstance(form, MemberForm) else []
    context = {
        "one": found, "item": pages.said(item), "form": form, "handover": handover, "part": part, "place": place, "unit": unit,
        "trail": pages.trail(place, last=f"№ {found.id}"), "units": listed, "word": request.GET.get("q", ""),
        "by_unit": isinstance(form, MemberForm), "by_name": isinstance(form, UnitForm),
    }  # fmt: skip
    return render(request, "pairings/fill.html", context, status=422 if request.method == "POST" else 200)


@requires(PAIR, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, number: int, part: int) -> HttpResponse:
    """Hand a part to somebody else, with the day and what they have to know."""
    actor, found = actor_of(request), find(number)
    old = _part(found, part)
    if old.ended_on is not None:
        raise LianfangError("pairings.part_over")
    one = catalogue.item_of(catalogue.template(found.template, found.incident), old.item)
    unit = _unit_asked(request, found)
    form, note = _item_form(request, one, unit), HandoverForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and note.is_valid() & form.is_valid():
        said = note.cleaned_data
        try:
            given = part_of(one, form)
            services.hand_over(
                actor=actor,
                part_id=part,
                on=said["on"],
                note=said["note"],
                member=given.member,
                organisation=given.organisation,
            )
        except LianfangError as error:
            complain(note if error.code == "pairings.handover_day" else form, error)
        else:
            messages.success(request, _("Handed over. The note is shown to the successor."))
            return see_page("pairing", number)
    return _people_page(request, found, one, form, unit, handover=note, part=old)


@requires(PAIR, lists=True)
@require_POST
def release(request: HttpRequest, number: int, part: int) -> HttpResponse:
    """Somebody stops without a successor: the part falls open and the office is told."""
    _part(find(number), part)
    services.release_parts(actor=actor_of(request), part_ids=[part], on=today())
    messages.warning(request, _("Released. The place is on the list of its office until somebody takes over."))
    return see_page("pairing", number)


@requires(PAIR, lists=True)
@require_POST
def done(request: HttpRequest, number: int, part: int) -> HttpResponse:
    """A promise was kept, a talk or visit took place."""
    _part(find(number), part)
    services.mark_done(actor=actor_of(request), part_id=part, on=today())
    messages.success(request, _("Marked as done."))
    return see_page("pairing", number)


@requires(PAIR, lists=True)
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a whole pairing."""
    found = find(number)
    try:
        services.end_pairings(actor=actor_of(request), pairing_ids=[number], on=today())
    except LianfangError as error:
        return pairing_page(request, found, error)
    messages.success(request, _("Ended. The target stands open until it is paired again."))
    return see_page("pairing", number)


@requires(PAIR, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def imported(request: HttpRequest) -> HttpResponse:
    """A list of existing pairings: every row gets a verdict; those that are new are taken when the office says so."""
    actor = actor_of(request)
    place = place_of(actor, actor.area_code)
    over = incident_for(place.path)
    known = {
        key: one for key, one in catalogue.templates(over.id if over else None).items() if "community" in one.targets
    }
    key = request.POST.get("template", "")
    judged, kept, lines = None, "", []
    if request.method == "POST":
        incident_id = over.id if over and not catalogue.is_standing(key) else None
        try:
            judged, kept = _judge(request, place, key, incident_id)
            if request.POST.get("do") == "take":
                numbers = tables.take(
                    actor=actor, judged=judged, template=key, from_on=today(), incident_id=incident_id
                )
                text = ngettext(
                    "%(n)s pairing taken from the list.", "%(n)s pairings taken from the list.", len(numbers)
                )
                messages.success(request, text % {"n": len(numbers)})
                return see_page("pairings-list", place.code)
        except LianfangError as error:
            lines = [error.render(reader_language())]
    context = {
        "place": place, "trail": pages.trail(place, last=_("Import")), "lines": lines, "judged": judged, "kept": kept, "key": key,
        "templates": [(one, pages.said(template)) for one, template in known.items()],
        "columns": [column.heading(reader_language()) for column in tables.COLUMNS],
    }  # fmt: skip
    return render(request, "pairings/import.html", context, status=422 if lines else 200)


def _judge(request: HttpRequest, place: Place, key: str, incident_id: int | None) -> tuple[tables.Judged, str]:
    """The verdicts on a list that was sent, or was sent with the check before; and the list sealed, for the next step."""
    sent = request.FILES.get("file")
    if sent is not None:
        source, name = sent.read(), sent.name or ""
    else:
        source, name = tables.opened(request.POST.get("kept", ""))
    judged = tables.judge(source=source, filename=name, template=key, path=place.path, incident_id=incident_id)
    return judged, tables.kept(source, name)


def _part(found: PairingLine, number: int) -> PartLine:
    """A part of a pairing; raises access.not_found."""
    for part in found.parts:
        if part.id == number:
            return part
    raise LianfangError("access.not_found")


def complain(form: Any, error: LianfangError) -> None:
    """Put a refusal beside the field it is about."""
    name = FIELDS.get(error.code, "")
    form.add_error(name if name in form.fields else None, error.render(reader_language()))
