"""Pages that write: opening and closing a round, a visit at a door, a laboratory's file of results."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.places import place_of
from lianfang.base.incidents.api import incident_for, playbook_of
from lianfang.domain.residents.api import building_names, people_of
from lianfang.domain.rounds import pages, results_file
from lianfang.domain.rounds.forms import OpenRoundForm, ResultsForm, VisitForm
from lianfang.domain.rounds.homes import homes_of_round
from lianfang.domain.rounds.playbook import book_of, questionnaire, questionnaire_choices, rule_choices, said
from lianfang.domain.rounds.posting import make_fact, submit
from lianfang.domain.rounds.series import suggested_rule
from lianfang.domain.rounds.services import close_round, open_round
from lianfang.domain.rounds.views import XLSX, find_round
from lianfang.kernel.errors import LianfangError

SIGNED_FOR = 3600
"""Seconds in which the refused rows of a file can be downloaded."""
SALT = "rounds.results.refused"
SHOWN = 200
"""Rows of a results file that the page shows; the file to download has them all."""


@requires("other:open_round", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Open a round: kind, scope, tube size; the staffing of the testing guide is shown beside before anything is written."""
    actor = actor_of(request)
    form = _open_form(request, actor)
    if request.method == "POST" and form.is_valid():
        try:
            number, code = _open(actor, form.cleaned_data)
        except LianfangError as error:
            form.add_error(None, error.render(reader_language()))
        else:
            return see_other(reverse("round-area", args=[number, code]))
    context = {"form": form, "staffing": pages.staffing_preview(actor, form), "asked": "area" in request.GET}
    return render(request, "rounds/create.html", context, status=422 if request.method == "POST" else 200)


def _open_form(request: HttpRequest, actor: Actor) -> OpenRoundForm:
    """The form as posted, or filled from the query when only the needs are asked for."""
    area = request.GET.get("area", actor.area_code)
    found = incident_for(actor.path)
    book = playbook_of(found) if found else None
    rules = book.rounds.stop_rules if book else ()
    initial = {
        **{name: request.GET[name] for name in ("name", "kind", "questionnaire", "tube_size") if name in request.GET},
        "area": area,
    }
    initial["stop_rule"] = request.GET.get("stop_rule", str(suggested_rule(area.rstrip("0"), len(rules))))
    if book is None:
        return OpenRoundForm(request.POST or None, initial=initial, within=actor.path)
    return OpenRoundForm(
        request.POST or None, initial=initial, within=actor.path, rules=rule_choices(book.rounds, reader_language()),
        questionnaires=questionnaire_choices(book, reader_language()), tests=bool(book.rounds.tests),
    )  # fmt: skip


def _open(actor: Actor, given: dict[str, Any]) -> tuple[int, str]:
    """Open the round as the form says; its number and the code of its area."""
    place = place_of(actor, given["area"])
    found = incident_for(place.path)
    if found is None:
        raise LianfangError("incident.none_here", area=place.name)
    opened = open_round(
        actor=actor, incident_id=found.id, name=given["name"], path=place.path, tube_size=int(given.get("tube_size") or 10),
        edition=found.edition, kind=given["kind"], stop_rule=int(given.get("stop_rule") or 0),
        questionnaire=given.get("questionnaire") or "",
    )  # fmt: skip
    return opened.id, place.code


@requires("other:open_round", lists=True)
@require_POST
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close a round; it takes no more facts."""
    one = find_round(number)
    close_round(actor=actor_of(request), round_id=number)
    messages.success(request, _("The round %(name)s is closed.") % {"name": one.name})
    return see_other(reverse("round", args=[number]))


@requires("record:visit", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def visit(request: HttpRequest, number: int, household: str) -> HttpResponse:
    """The playbook's questionnaire for one home, sent through the door like a phone's."""
    actor, one = actor_of(request), find_round(number)
    book, asked = book_of(one), questionnaire(one)
    homes = homes_of_round(one, household).homes if actor.covers(household) and len(household) == 21 else []
    if not homes or asked is None or book is None or one.kind != "screening" or one.state != "open":
        raise LianfangError("access.not_found")
    language = reader_language()
    people = [person for person in people_of(household[:16]) if person.path == household and person.present]
    symptoms = [(item.key, said(item, language)) for item in book.symptoms.items]
    form = VisitForm(asked, people, symptoms, language, request.POST or None)
    if request.method == "POST" and form.is_valid():
        payload = {
            "round": number, "household": household, "outcome": form.cleaned_data["outcome"],
            "people": form.met(), "answers": form.answers(),
        }  # fmt: skip
        [fact] = submit(actor, [make_fact("rounds.household_visited/1", household, payload)])
        if fact.refusal is None:
            messages.success(request, _("Visit recorded: door %(door)s.") % {"door": homes[0].door})
            return see_other(reverse("round-missing", args=[number, household[:16]]))
        form.add_error(None, fact.refusal.render(language))
    building = building_names(household[:16]).get(household[:16], "")
    context = {"round": one, "home": homes[0], "form": form, "building": building, "building_path": household[:16]}
    return render(request, "rounds/visit.html", context, status=422 if request.method == "POST" else 200)


@requires("record:result")
@require_http_methods(["GET", "HEAD", "POST"])
def results(request: HttpRequest) -> HttpResponse:
    """Report results by file as they arrive; every row has its verdict, what was not taken can be downloaded."""
    actor, language = actor_of(request), reader_language()
    rounds = results_file.open_rounds()
    form = ResultsForm(
        rounds, request.POST or None, request.FILES or None, initial={"round": request.GET.get("round", "")}
    )
    context: dict[str, Any] = {"form": form, "rounds": rounds}
    status = 200
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        one = next(each for each in rounds if str(each.id) == form.cleaned_data["round"])
        try:
            report = results_file.import_results(
                actor=actor, source=sent.read(), filename=sent.name or "", one=one, language=language
            )
        except LianfangError as error:
            form.add_error("file", error.render(language))
        else:
            context |= {
                "report": report,
                "one": one,
                "bar": pages.results_bar(report),
                "shown": pages.result_lines(report, language)[:SHOWN],
            }
            context["kept"] = signing.dumps(results_file.as_plain(report), salt=SALT, compress=True)
    if request.method == "POST" and "report" not in context:
        status = 422
    return render(request, "rounds/results.html", context, status=status)


@requires("record:result")
@require_POST
def results_refused(request: HttpRequest) -> HttpResponse:
    """The rows of a file that were not taken, with their reasons, as Excel."""
    try:
        report = results_file.from_plain(signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=SIGNED_FOR))
    except signing.BadSignature:
        raise LianfangError("results.file_gone") from None
    answer = HttpResponse(results_file.refused_rows(report, reader_language()), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="results-not-taken.xlsx"'
    answer["X-Rows"] = str(len(report.left))
    return answer


__all__ = ["close", "create", "results", "results_refused", "visit"]
