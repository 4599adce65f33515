"""Pages of organisations: the tree with its search, one organisation, teams founded and dissolved, a community's three nets."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import place_of
from lianfang.base.database.select import run
from lianfang.domain.workforce import browsing, pages, rules
from lianfang.domain.workforce.forms import TeamForm, UnitForm
from lianfang.domain.workforce.life import write_unit
from lianfang.domain.workforce.selectors import member_lines
from lianfang.domain.workforce.services import dissolve_team, found_team
from lianfang.kernel.divisions import Level, code_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

NAMED, FIGURES, KEEP = "see:members:named", "see:members:figures", "other:keep_members"
FIELDS = {
    "workforce.name_missing": "name", "workforce.unit_exists": "name", "workforce.circular_parent": "parent",
    "residents.phone_wrong": "phone", "workforce.tie_unknown": "tied_which", "workforce.member_outside": "members",
    "code.malformed": "members", "code.check_failed": "members",
}  # fmt: skip
REPORT_SALT = "lianfang.workforce.report"


@requires(NAMED, FIGURES)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The organisations of the scope as a tree, by name, kind, and whether they still exist."""
    actor = actor_of(request)
    word, kind = request.GET.get("q", "").strip()[:40], request.GET.get("kind", "")[:40]
    gone, after = request.GET.get("gone") == "1", request.GET.get("after", "")[:600]
    found = browsing.units(word=word, kind=kind, gone=gone, after=after)
    spoken = reader_language()
    counts = browsing.kinds()
    filters: list[dict[str, Any]] = [
        {
            "href": "?",
            "label": _("All"),
            "count": sum(count for _kind, count in counts),
            "current": not kind and not gone,
        }
    ]
    filters += [
        {"href": f"?kind={one}", "label": rules.kind_word(one, spoken), "count": count, "current": one == kind}
        for one, count in counts
    ]
    context = {
        "lines": pages.unit_lines(found[: browsing.PAGE]), "filters": filters, "word": word, "kind": kind, "gone": gone,
        "following": found[browsing.PAGE - 1].lineage if len(found) > browsing.PAGE else "", "paged": bool(after),
        "may_keep": actor.may("other", "keep_members"), "named": actor.sees("members", "named"), "now": timezone.now(),
        "nets_code": code_of(actor.path) if actor.lists and len(actor.path) == 12 else "",
    }  # fmt: skip
    return render(request, "workforce/units.html", context)


@requires(NAMED, FIGURES)
@require_GET
def unit(request: HttpRequest, number: int) -> HttpResponse:
    """One organisation: what it is, what stands below it, who is in it, who was."""
    actor, one = actor_of(request), browsing.unit(number)
    named, spoken = actor.sees("members", "named"), reader_language()
    start = _number(request.GET.get("after", ""))
    found = browsing.members_of(number, after=start) if named else []
    lines = [
        {**line, "net": rules.word(rules.NETS, net, spoken), "duty": rules.word(rules.DUTIES, duty, spoken)}
        for line, (_one, net, duty) in zip(
            pages.member_lines([(line, ()) for line, _net, _duty in found[: browsing.PAGE]]), found, strict=False
        )
    ]
    former = _former(number) if named else []
    above = run("select id, name from workforce_organisation where id = %b", [one.parent_id]) if one.parent_id else []
    tied = browsing.tied_buildings(one.path[:12], [one.tied_to]).get(one.tied_to) if one.tied_to else None
    context = {
        "unit": one, "kind": rules.kind_word(one.kind, spoken), "above": above[0] if above else None,
        "place": browsing.area_names([one.path]).get(one.path[:12], ""), "tied": tied[0] if tied else pages.tied_word(one.tied_to),
        "below": pages.unit_lines(browsing.units(parent=number, limit=200)), "lines": lines, "named": named,
        "following": start + browsing.PAGE if len(found) > browsing.PAGE else 0, "paged": bool(start),
        "former": former, "contact": browsing.unit_contact(number) if named else {},
        "may_keep": _keeps(actor, number), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "workforce/unit.html", context)


def _former(number: int) -> list[dict[str, Any]]:
    """Who was in an organisation, the last to leave first; one whom the reader does not see has no name."""
    rows, spoken = browsing.former_of(number), reader_language()
    known = member_lines([member for member, *_rest in rows])
    return [
        {
            "line": known.get(member), "net": rules.word(rules.NETS, net, spoken), "duty": rules.word(rules.DUTIES, duty, spoken),
            "from_on": from_on, "to_on": to_on,
        }
        for member, net, duty, from_on, to_on in rows
    ]  # fmt: skip


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Enter an organisation, or change one: its name, its place, what it stands under."""
    actor = actor_of(request)
    one = browsing.unit(number) if number else None
    own = browsing.own_unit(actor)
    if one is not None and not _keeps(actor, one.id):
        raise LianfangError("access.not_found")
    initial: dict[str, Any] = {
        "area": code_of((own.get("path") or actor.path)[:12]) if own or actor.path else "",
        "kind": "office",
    }
    if one is not None:
        initial = {"name": one.name, "kind": one.kind, "area": code_of(one.path[:12]), "parent": str(one.parent_id or ""),
                   **browsing.unit_contact(one.id)}  # fmt: skip
    parents = pages.parent_choices(actor, without=number)
    if one is not None and one.parent_id and str(one.parent_id) not in dict(parents):
        parents.insert(0, (str(one.parent_id), _("as it is now")))
    form = UnitForm(reader_language(), parents, request.POST or None, initial=initial)
    form.fields["area"].within = actor.path[:12]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = write_unit(
                actor=actor, unit=number, name=said["name"], kind=said["kind"], path=pages.path_of_code(said["area"]),
                parent=int(said["parent"]) if said["parent"] else None, contact=said["contact"], phone=said["phone"],
            )  # fmt: skip
        except LianfangError as error:
            complain(form, error, FIELDS, missing="area")
        else:
            messages.success(request, _("Kept."))
            return see_page("workforce-unit", made)
    context = {"form": form, "unit": one}
    return render(request, "workforce/unit_edit.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Found a temporary branch, group or squad where it is needed."""
    actor = actor_of(request)
    form = TeamForm(reader_language(), request.POST or None, initial={"area": code_of(actor.path[:12])})
    form.fields["area"].within = actor.path[:12]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            members = pages.codes_of(said["members"])
            head = pages.codes_of(said["head"])
            made = found_team(
                actor=actor, name=said["name"], kind=said["kind"], path=pages.path_of_code(said["area"]), tied_to=form.tied_to(),
                head=head[0] if head else None, members=members,
            )  # fmt: skip
        except LianfangError as error:
            complain(form, error, FIELDS, missing="area")
        else:
            messages.success(request, _("Founded."))
            return see_page("workforce-unit", made)
    context = {"form": form}
    return render(request, "workforce/team_new.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_POST
def dissolve(request: HttpRequest, number: int) -> HttpResponse:
    """Dissolve a temporary team; its history stays."""
    try:
        left = dissolve_team(actor=actor_of(request), organisation=number)
    except LianfangError as error:
        if error.status == 404:
            raise
        messages.error(request, error.render(reader_language()))
    else:
        messages.success(request, _("Dissolved; %(n)s people left it. Its history stays.") % {"n": left})
    return see_page("workforce-unit", number)


@requires(NAMED, FIGURES, lists=True)
@require_GET
def nets(request: HttpRequest, code: str) -> HttpResponse:
    """The community's three nets as one: each person once, each team with the buildings and homes it covers."""
    actor = actor_of(request)
    place = place_of(actor, code)
    if place.level is not Level.COMMUNITY:
        raise LianfangError("access.not_found")
    people, spoken = browsing.nets_of(place.path), reader_language()
    teams = browsing.teams_at(place.path)
    ties = browsing.tied_buildings(place.path, [one.tied_to for one in teams if one.tied_to])
    homes = browsing.households_by_building(place.path)
    lines = []
    for line, one in zip(pages.unit_lines(teams), teams, strict=True):
        name, covered = ties.get(one.tied_to, ("", []))
        covers = set(covered)
        lines.append(
            {
                **line, "zone": name or line["tied"], "buildings": len(covers), "homes": sum(homes.get(at, 0) for at in covers),
                "net": rules.NETS[rules.net_of(one.kind)].say(spoken),
            }
        )  # fmt: skip
    covered_all = {at for one in teams for at in ties.get(one.tied_to, ("", []))[1]}
    every = run(
        "select path, name from areas_building where path >= %b and path < %b || '~' order by path",
        [place.path, place.path],
    )
    by_net = {
        net: sum(count for nets, count in people.items() if net in nets) for net in ("community", "party", "volunteer")
    }
    context = {
        "place": place, "lines": lines, "once": sum(people.values()), "places_held": sum(by_net.values()),
        "several": sum(count for nets, count in people.items() if len(nets) > 1),
        "by_net": [(rules.NETS[net].say(spoken), count) for net, count in by_net.items()],
        "buildings": len(every), "homes": sum(homes.values()), "branches": sum(1 for one in teams if one.kind == "temporary_branch"),
        "open": [name for at, name in every if at not in covered_all] if covered_all else [], "covered": len(covered_all),
        "qr": poster(request, place.path), "report_url": report_address(request, place.path),
        "may_keep": actor.may("other", "keep_members"), "now": timezone.now(),
    }  # fmt: skip
    return render(request, "workforce/nets.html", context)


# ------------------------------------------------------------------------------------------------------- pieces


def complain(form: Any, error: LianfangError, fields: dict[str, str], *, missing: str = "") -> None:
    """Put a refusal beside the field it is about; what was not found belongs to `missing`."""
    field = fields.get(error.code) or (missing if error.code == "access.not_found" else "")
    form.add_error(field if field in form.fields else None, error.render(reader_language()))


def report_sign(path: str) -> str:
    """What the community's code carries, so that only who has seen it may report there."""
    return signing.Signer(salt=REPORT_SALT).signature(path).replace("-", "").replace("_", "")[:16]


def report_address(request: HttpRequest, path: str) -> str:
    """The address behind a community's code."""
    return request.build_absolute_uri(reverse("workforce-report", args=[path, report_sign(path)]))


def poster(request: HttpRequest, path: str) -> str:
    """The community's code as a picture."""
    made = segno.make(report_address(request, path), error="m", micro=False)
    return str(made.svg_inline(scale=3, border=4, omitsize=True, svgclass="qr", lineclass=None))


def _keeps(actor: Actor, number: int) -> bool:
    return actor.may("other", "keep_members") and bool(run("select workforce_keeps_unit(%b::int8)", [number])[0][0])


def _number(text: str) -> int:
    return int(text) if is_whole(text) and len(text) < 10 else 0
