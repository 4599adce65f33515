"""Pages of incidents: proposed, opened, re-scoped and closed by two people; their zones, approved and lifted by two."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.incidents import pages, pages_replan, services
from lianfang.base.incidents.forms import IncidentForm, LiftForm, ScopeForm, ZoneForm
from lianfang.base.incidents.models import Incident, Zone
from lianfang.base.incidents.rules import ConditionVerdict, lift_rule
from lianfang.base.incidents.selectors import incident, playbook_of, zone
from lianfang.kernel.divisions import code_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.texts import own_words

OPEN, CLOSE = "open_incident_two_person", "close_incident_two_person"
ASKS = ("lift_zone_request", "zone_propose")
"""Who may ask for a zone to be lifted."""
_FIELDS = {
    "incident.name_missing": "name",
    "incident.edition_unknown": "edition",
    "incident.zone_outside": "area",
    "incident.zone_exists": "area",
    "incident.zone_level_unknown": "level",
}
"""The field that a refusal is about; others stand for the whole form."""


@requires(lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Incidents that touch the reader's area: what waits for somebody first, what is over last."""
    going, over = pages.incident_lines()
    context = {"going": going, "over": over, "may_propose": actor_of(request).may("other", OPEN)}
    return render(request, "incidents/index.html", context)


@requires(f"other:{OPEN}", lists=True)
@require_GET
def new(request: HttpRequest) -> HttpResponse:
    """The form that proposes an incident."""
    return _new_page(request, _incident_form(request))


@requires(f"other:{OPEN}", lists=True)
@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """Propose an incident; a second person opens it."""
    form = _incident_form(request)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            number = services.propose_incident(
                actor=actor_of(request), name=asked["name"], path=asked["area"], playbook=asked["playbook"],
                drill=asked["drill"], edition=asked["edition"],
            )  # fmt: skip
        except LianfangError as error:
            _complain(form, error)
        else:
            return lead_to("one", number, "proposed")
    return _new_page(request, form)


@requires(lists=True)
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One incident: what happens next and who may do it, its zones, what its edition obliges."""
    return incident_page(request, find_incident(number))


@requires(f"other:{OPEN}", lists=True)
@require_POST
def open_one(request: HttpRequest, number: int) -> HttpResponse:
    """Open a proposed incident as the second person."""
    found = find_incident(number)
    try:
        services.open_incident(actor=actor_of(request), incident_id=number)
    except LianfangError as error:
        return incident_page(request, found, error=error)
    return lead_to("one", number, "opened")


@requires(f"other:{CLOSE}", lists=True)
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close an incident: the first of two people marks it, the second ends it."""
    found = find_incident(number)
    try:
        state = services.close_incident(actor=actor_of(request), incident_id=number)
    except LianfangError as error:
        return incident_page(request, found, error=error)
    return lead_to("one", number, state)


@requires(f"other:{OPEN}", lists=True)
@require_POST
def scope(request: HttpRequest, number: int) -> HttpResponse:
    """Propose another scope for an open incident."""
    found = find_incident(number)
    form = ScopeForm(request.POST, actor=actor_of(request))
    if form.is_valid():
        try:
            services.propose_scope(actor=actor_of(request), incident_id=number, path=form.cleaned_data["area"])
        except LianfangError as error:
            _complain(form, error)
        else:
            return lead_to("one", number, "scope-proposed")
    return incident_page(request, found, form=form)


@requires(f"other:{OPEN}", lists=True)
@require_POST
def scope_approve(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposed scope in force as the second person."""
    found = find_incident(number)
    try:
        services.approve_scope(actor=actor_of(request), incident_id=number)
    except LianfangError as error:
        return incident_page(request, found, error=error)
    return lead_to("one", number, "scope")


# -------------------------------------------------------------------------------------------------------- zones


@requires("other:zone_propose", lists=True)
@require_GET
def zone_new(request: HttpRequest, number: int) -> HttpResponse:
    """The form that proposes a zone."""
    found = find_incident(number)
    return _zone_new_page(request, found, _zone_form(request, found))


@requires("other:zone_propose", lists=True)
@require_POST
def zone_propose(request: HttpRequest, number: int) -> HttpResponse:
    """Propose a zone; somebody of the command approves it."""
    found = find_incident(number)
    form = _zone_form(request, found)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            made = services.propose_zone(
                actor=actor_of(request),
                incident_id=number,
                path=asked["area"],
                level=asked["level"],
                reason=asked["reason"],
            )
        except LianfangError as error:
            _complain(form, error)
        else:
            return lead_to("zone", made, "proposed")
    return _zone_new_page(request, found, form)


@requires(lists=True)
@require_GET
def zone_one(request: HttpRequest, number: int) -> HttpResponse:
    """One zone: what it means, its conditions for lifting, whose turn it is."""
    return zone_page(request, find_zone(number))


@requires("other:zone_approve", lists=True)
@require_POST
def zone_approve(request: HttpRequest, number: int) -> HttpResponse:
    """Put a proposed zone in force as the second person."""
    found = find_zone(number)
    try:
        services.approve_zone(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", number, "approved")


@requires("other:lift_zone_request", "other:zone_propose", lists=True)
@require_POST
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for a zone to be lifted or lowered, with a statement where no data tells."""
    found = find_zone(number)
    verdicts, refusal = _verdicts(found)
    if refusal is not None:
        return zone_page(request, found, error=refusal)
    form = LiftForm(request.POST, verdicts=_named(verdicts))
    if form.is_valid():
        try:
            services.request_lift(
                actor=actor_of(request),
                zone_id=number,
                reason=form.cleaned_data["reason"],
                statements=form.statements(),
            )
        except LianfangError as error:
            return zone_page(request, found, error=error, form=form)
        return lead_to("zone", number, "lift-asked")
    return zone_page(request, found, form=form)


@requires("other:zone_approve", lists=True)
@require_POST
def lift_approve(request: HttpRequest, number: int) -> HttpResponse:
    """Lift or lower a zone as the second person; the conditions are judged again."""
    found = find_zone(number)
    try:
        follows = services.approve_lift(actor=actor_of(request), zone_id=number)
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", follows or number, "lowered" if follows else "lifted")


@requires("other:zone_approve", lists=True)
@require_POST
def lift_refuse(request: HttpRequest, number: int) -> HttpResponse:
    """Leave a zone in force although lifting was asked for."""
    found = find_zone(number)
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return zone_page(request, found, lines=[{"text": _("Say why."), "href": "#refuse-reason"}])
    try:
        services.refuse_lift(actor=actor_of(request), zone_id=number, reason=own_words(reason, 400))
    except LianfangError as error:
        return zone_page(request, found, error=error)
    return lead_to("zone", number, "lift-refused")


# ------------------------------------------------------------------------------------------------------- pieces


def find_incident(number: int) -> Incident:
    """An incident that touches the reader's area; raises access.not_found."""
    found = incident(number) if number < 2**15 else None  # the numbers of incidents are 16 bits wide
    if found is None:
        raise LianfangError("access.not_found")
    return found


def find_zone(number: int) -> Zone:
    """A zone that touches the reader's area; raises access.not_found."""
    found = zone(number) if number < 2**63 else None
    if found is None:
        raise LianfangError("access.not_found")
    return found


def lead_to(name: str, number: int, done: str) -> HttpResponse:
    """Lead to a page that says what was done."""
    return see_page(f"incidents:{name}", number, done=done)


def _complain(form: forms.Form, error: LianfangError) -> None:
    """Put a refusal beside the field it is about; what does not exist for the reader stays a refusal of the page."""
    if error.status == 404:
        raise error
    name = _FIELDS.get(error.code)
    form.add_error(name if name in form.fields else None, error.render(reader_language()))


def _said_error(error: LianfangError | None) -> list[dict[str, str]]:
    if error is None:
        return []
    if error.status == 404:
        raise error
    return [{"text": error.render(reader_language()), "href": ""}]


def _incident_form(request: HttpRequest) -> IncidentForm:
    playbooks, editions = pages.playbook_choices()
    actor, given = actor_of(request), request.POST if request.method == "POST" else None
    return IncidentForm(given, initial={"area": actor.area_code}, actor=actor, playbooks=playbooks, editions=editions)


def _new_page(request: HttpRequest, form: IncidentForm) -> HttpResponse:
    context = {"form": form, "has_errors": bool(form.errors), "trail": [_home(), {"name": _("Propose an incident")}]}
    return render(request, "incidents/new.html", context, status=422 if form.errors else 200)


def _home() -> dict[str, str]:
    return {"name": _("Incidents"), "href": reverse("incidents:index")}


def incident_page(
    request: HttpRequest, found: Incident, *, error: LianfangError | None = None, form: ScopeForm | None = None
) -> HttpResponse:
    actor = actor_of(request)
    names = pages.names_of([found.path, found.next_path or found.path])
    place, edition = names[found.path], pages.edition_on_day(found, timezone.now())
    model = pages.zone_model(found, edition)
    going, over = pages.zone_lines(found, model)
    book = playbook_of(found)
    here = actor.covers(found.path)
    may_scope = found.state == "open" and actor.may("other", OPEN) and here
    wrong = form is not None and bool(form.errors)
    context = {
        "one": found, "state": pages.state_of(found), "place": place, "going": going, "over": over,
        "trail": [_home(), {"name": found.name}], "book": pages.said(book.title),
        "edition": edition, "edition_name": pages.said(edition) if edition else "",
        "obligations": pages.obligations(book, edition) if edition else [],
        "levels": pages.level_lines(model) if model else [],
        "opening": pages.turn(actor, verb=OPEN, path=found.path, before=found.proposed_by, place=place),
        "closing": pages.turn(actor, verb=CLOSE, path=found.path, before=found.closed_by, place=place),
        "rescoping": pages.turn(actor, verb=OPEN, path=found.path, before=found.next_by, place=place),
        "next_place": names[found.next_path] if found.next_path else "",
        "may_close": found.state == "open" and actor.may("other", CLOSE) and here,
        "may_scope": may_scope, "scope_form": (form or ScopeForm(actor=actor)) if may_scope else None, "scope_wrong": wrong,
        "may_zone": found.state == "open" and actor.may("other", "zone_propose") and model is not None,
        **pages.signers(actor, proposed_by=found.proposed_by, opened_by=found.opened_by, closed_by=found.closed_by,
                        next_by=found.next_by),
        "may_open": actor.may("other", OPEN) and here, "may_take_back": actor.may("other", CLOSE) and here,
        "done": pages.done_incident(request.GET.get("done", "")),
        "lines": _said_error(error), "form": form, "has_errors": bool(error) or wrong,
    }  # fmt: skip
    status = error.status if error else 422 if wrong else 200
    return render(request, "incidents/one.html", context, status=status)


def _zone_form(request: HttpRequest, found: Incident) -> ZoneForm:
    model = pages.zone_model(found, pages.edition_on_day(found, timezone.now()))
    levels = [(key, pages.said(level)) for key, level in model.levels.items()] if model else []
    if request.method == "POST":
        return ZoneForm(request.POST, actor=actor_of(request), levels=levels)
    return ZoneForm(initial={"area": request.GET.get("area", "")[:16]}, actor=actor_of(request), levels=levels)


def _zone_new_page(request: HttpRequest, found: Incident, form: ZoneForm) -> HttpResponse:
    model = pages.zone_model(found, pages.edition_on_day(found, timezone.now()))
    context = {
        "one": found, "form": form, "levels": pages.level_lines(model) if model else [], "has_errors": bool(form.errors),
        "trail": [_home(), _up(found), {"name": _("Propose a zone")}],
    }  # fmt: skip
    return render(request, "incidents/zone_new.html", context, status=422 if form.errors else 200)


def _up(found: Incident) -> dict[str, str]:
    return {"name": found.name, "href": reverse("incidents:one", args=[found.id])}


def _verdicts(found: Zone) -> tuple[tuple[ConditionVerdict, ...], LianfangError | None]:
    """Conditions for lifting with what was stated, or the refusal when there is no rule."""
    statements = (
        {line["kind"]: line["statement"] for line in found.lift_evidence or ()}
        if found.state == "lift_requested"
        else {}
    )
    try:
        return services.lift_verdict(found.id, statements=statements), None
    except LianfangError as error:
        return (), error


def _named(verdicts: tuple[ConditionVerdict, ...]) -> list[tuple[ConditionVerdict, str]]:
    return [(verdict, verdict.words(reader_language())) for verdict in verdicts]


def zone_page(
    request: HttpRequest, found: Zone, *, error: LianfangError | None = None, form: LiftForm | None = None,
    lines: list[dict[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    actor, over = actor_of(request), found.incident
    model = pages.zone_model(over, pages.edition_on_day(over, timezone.now()))
    level = model.levels.get(found.level) if model else None
    rule = lift_rule(model, found.level, found.lowered_from) if model and level else None
    verdicts, refusal = _verdicts(found) if found.in_force else ((), None)
    place, here = pages.names_of([found.path])[found.path], actor.covers(found.path)
    may_ask = found.state == "live" and here and any(actor.may("other", verb) for verb in ASKS)
    met = bool(verdicts) and all(one.standing != "not_met" for one in verdicts)
    wrong = form is not None and bool(form.errors)
    after = (found.lift_to if found.state == "lift_requested" else rule.to or "") if rule else found.lift_to
    context = {
        "zone": found, "incident": over, "place": place, "state": pages.zone_state(found),
        "level": pages.level_name(model, found.level), "rule": pages.said(level.rule) if level and level.rule else "",
        "before": pages.level_name(model, found.lowered_from) if found.lowered_from else "",
        "after": pages.level_name(model, after) if after else "",
        "trail": [_home(), _up(over), {"name": place}], "code": found.path if len(found.path) > 12 else code_of(found.path),
        "verdicts": pages.verdict_lines(verdicts), "no_rule": refusal.render(reader_language()) if refusal else "",
        "may_ask": may_ask, "met": met, "form": form or (LiftForm(verdicts=_named(verdicts)) if may_ask and met else None),
        "approving": pages.turn(actor, verb="zone_approve", path=found.path, before=found.proposed_by, place=place),
        "lifting": pages.turn(actor, verb="zone_approve", path=found.path, before=found.lift_by, place=place),
        **pages.signers(actor, proposed_by=found.proposed_by, approved_by=found.approved_by, lift_by=found.lift_by,
                        lifted_by=found.lifted_by),
        "may_withdraw": here and any(actor.may("other", verb) for verb in ("zone_propose", "zone_approve")),
        "may_take_back": here and any(actor.may("other", verb) for verb in ASKS),
        "done": pages.done_zone(request.GET.get("done", "")),
        "lines": _said_error(error) + (lines or []), "has_errors": bool(error or lines) or wrong,
        "shown_errors": form if wrong else None, "kept": pages.kept_evidence(found),
        **pages_replan.replan_context(actor, found, place),
    }  # fmt: skip
    status = error.status if error else 422 if wrong or lines else 200
    return render(request, "incidents/zone.html", context, status=status)
