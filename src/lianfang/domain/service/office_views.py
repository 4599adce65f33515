"""The office's side of members' own pages: slips with codes, codes of one member, the community's code for reporting."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, see_page
from lianfang.base.access.places import place_of
from lianfang.base.database.select import call
from lianfang.domain.selfview.api import grouped
from lianfang.domain.service import entering, record
from lianfang.domain.workforce.api import MemberLine, member_lines
from lianfang.kernel.divisions import Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, parse_code

KEEP = "other:keep_members"
MOST_SLIPS = 500
"""Slips on one sheet: an export of more people needs a second person (access policy)."""


@requires(KEEP)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The units of this office: their slips and records; the community's code; objections that wait."""
    units = call(
        "select o.id, o.name, count(s.id) from workforce_organisation o left join workforce_membership s "
        "on s.organisation_id = o.id and s.to_on is null where o.dissolved_on is null "
        "and exists (select 1 from workforce_seat t where t.organisation_id = o.id and t.why in (1, 2)) "
        "group by o.id, o.name, o.lineage order by o.lineage limit 300"
    )
    actor = actor_of(request)
    waiting = (
        sum(one.state == "open" for one in record.objections(actor=actor))
        if actor.may("other", "answer_service")
        else 0
    )
    context = {"units": units, "waiting": waiting, "community": actor.path[:12] if len(actor.path) == 12 else ""}
    return render(request, "service/index.html", context)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def slips(request: HttpRequest, number: int) -> HttpResponse:
    """Slips with a code for every member of a unit, shown once; those printed before end."""
    found = call(
        "select o.id, o.name from workforce_organisation o where o.id = %s and exists "
        "(select 1 from workforce_seat t where t.organisation_id = o.id and t.why in (1, 2))", [number],
    )  # fmt: skip
    if not found:
        raise LianfangError("access.not_found")
    rows = call(
        "select s.member_id from workforce_membership s join workforce_member m on m.id = s.member_id and m.left_on is null "
        "where s.organisation_id = %s and s.to_on is null order by s.id limit %s", [number, MOST_SLIPS],
    )  # fmt: skip
    people = member_lines([row[0] for row in rows])
    context: dict[str, Any] = {"number": number, "name": found[0][1], "people": len(people)}
    if request.method == "POST":
        codes = entering.issue_links(actor=actor_of(request), members=[row[0] for row in rows])
        note_export("member-codes", actor_of(request).path or "-", len(codes))
        context["cards"] = [_card(request, people[one], code) for one, code in codes.items() if one in people]
    return render(request, "service/slips.html", context)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, code: str) -> HttpResponse:
    """The codes of one member: make a new one (shown once), end one."""
    one = member_of(code)
    context: dict[str, Any] = {"one": one}
    if request.method == "POST":
        made = entering.issue_links(actor=actor_of(request), members=[one.id])
        if one.id not in made:
            raise LianfangError("access.not_found")
        context["card"] = _card(request, one, made[one.id])
    names = ("id", "made_at", "ends_on", "revoked_at", "locked_until", "used_at")
    context["links"] = [dict(zip(names, row, strict=True)) for row in call("select * from service_links(%s)", [one.id])]
    return render(request, "service/member.html", context)


@requires(KEEP)
@require_POST
def end_link(request: HttpRequest, number: int) -> HttpResponse:
    """End a code at once."""
    whose = call("select service_revoke(%s)", [number])[0][0]
    messages.success(request, _("The code opens nothing any more."))
    return see_page("service-member", format_code(whose))


@requires(KEEP, lists=True)
@require_GET
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """What a community puts up at its door: the code with which members report to it."""
    place = place_of(actor_of(request), code)
    if place.level is not Level.COMMUNITY:
        raise LianfangError("access.not_found")
    plain = entering.home_code(place.path)
    address = request.build_absolute_uri(reverse("mine-reported", args=[plain]))
    context = {"place": place, "svg": qr(address), "code": f"{plain[:12]}-{plain[12:]}", "now": timezone.now()}
    return render(request, "service/poster.html", context)


# ---------------------------------------------------------------------------------------------------------- pieces


def member_of(code: str) -> MemberLine:
    """A member whom the entered scope shows, by printed code; raises access.not_found."""
    try:
        rows = call("select id from workforce_member where code = %s", [parse_code(code)])
    except LianfangError:  # a mistyped code is nobody's
        rows = []
    found = member_lines([rows[0][0]]) if rows else {}
    if not found:
        raise LianfangError("access.not_found")
    return next(iter(found.values()))


def qr(address: str) -> str:
    """An address as a square of dots."""
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_inline(scale=3, border=4, omitsize=True, svgclass="qr", lineclass=None))


def _card(request: HttpRequest, one: MemberLine, code: str) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("mine-page", args=[code]))
    return {"svg": qr(address), "code": grouped(code), "name": one.name, "unit": one.unit}
