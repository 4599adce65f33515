"""Key units: the attendance of a day, the leader on duty round the clock, the reserve, and who keeps whose equipment going."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.places import place_of
from lianfang.domain.duty import key_units as keys
from lianfang.domain.duty import pages, words
from lianfang.domain.duty.forms import AttendanceForm, KeyUnitForm, UpkeepForm
from lianfang.domain.duty.qr import post_sheet
from lianfang.domain.duty.rules import rolled_out, round_the_clock
from lianfang.domain.duty.services import create_post, create_shifts
from lianfang.domain.duty.views import choices, find_post
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code
from lianfang.kernel.numbers import is_whole

SEE, KEEP = "see:shifts:named", "other:keep_duty"
LEADER_DAYS = 14


@requires(SEE, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def key_units(request: HttpRequest, code: str) -> HttpResponse:
    """The key units of an area on a day: attendance against 70 %, the leader's hours, the reserve; a form for a new one."""
    actor = actor_of(request)
    place = place_of(actor, code)
    day = pages.day_of(request.GET.get("day", ""))
    units = keys.organisations_at(place.path)
    form = KeyUnitForm(units, request.POST or None)
    if request.method == "POST":
        if not actor.may("other", "keep_duty"):
            raise LianfangError("access.not_found")
        if form.is_valid():
            try:
                number = _make(actor, place.path, form.cleaned_data)
            except LianfangError as error:
                form.add_error(None, error.render(reader_language()))
            else:
                return see_other(reverse("duty-post", args=[number]))
    rows = keys.key_units(place.path, day)
    context = {
        "place": place, "trail": pages.trail(actor, place), "rows": rows, "day": day, "before": day - timedelta(days=1),
        "after": day + timedelta(days=1), "is_today": day == beijing_day(timezone.now()), "may_keep": actor.may("other", "keep_duty"),
        "form": form, "upkeep": keys.upkeep_of(place.path), "low": sum(row.state == "act" for row in rows),
        "missing": sum(not row.confirmed_at for row in rows), "least": keys.LEAST_SHARE,
    }  # fmt: skip
    return render(request, "duty/key.html", context, status=422 if request.method == "POST" else 200)


def _make(actor: Actor, path: str, given: dict[str, Any]) -> int:
    first = beijing_day(timezone.now())
    unit = int(given["organisation"]) if given["organisation"] else None
    number = create_post(
        actor=actor, path=path, kind="key_unit", name=given["name"], organisation=unit, reserve=given["reserve"] or 0
    )
    leaders = [one.__class__(one.start, one.length, 1, "", True) for one in round_the_clock(3, 1)]
    create_shifts(actor=actor, post=number, shifts=rolled_out(leaders, first, LEADER_DAYS))
    return number


@requires("other:confirm_attendance")
@require_GET
def unit(request: HttpRequest) -> HttpResponse:
    """The key units that a sending unit answers for: its officer confirms who came."""
    day = pages.day_of(request.GET.get("day", ""))
    context = {
        "rows": keys.key_units("", day), "day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "is_today": day == beijing_day(timezone.now()),
    }  # fmt: skip
    return render(request, "duty/unit.html", context)


@requires(KEEP, "other:confirm_attendance")
@require_POST
def attend(request: HttpRequest, number: int) -> HttpResponse:
    """The number of a day, confirmed by the unit or its area's office."""
    form = AttendanceForm(request.POST)
    day = pages.day_said(request.POST.get("day", ""))
    if day is None:
        raise LianfangError("duty.day_wrong")
    if not form.is_valid():
        raise LianfangError("duty.attendance_unsound")
    keys.attend(actor=actor_of(request), post=number, day=day, **form.cleaned_data)
    messages.success(request, _("Attendance confirmed."))
    return see_other(_key_address(number, day.isoformat()))


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reserve(request: HttpRequest, number: int) -> HttpResponse:
    """Who stands ready for a key unit: seen by name, put in and taken out."""
    actor, one = actor_of(request), find_post(number)
    if request.method == "POST":
        chosen = [int(text) for text in request.POST.getlist("member") if is_whole(text)]
        if not chosen:
            raise LianfangError("duty.choose")
        keys.change_reserve(actor=actor, post=number, members=chosen, ready="out" not in request.POST)
        return see_other(reverse("duty-reserve", args=[number]))
    ready = keys.reserve_of(number)
    people = member_lines([member for member, _since in ready])
    held = {member for member, _since in ready}
    context = {
        "post": one, "lines": [(people[m], since) for m, since in ready if m in people],
        "choices": [each for each in choices(actor, one.path) if each.id not in held],
    }  # fmt: skip
    return render(request, "duty/reserve.html", context)


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def upkeep(request: HttpRequest, code: str) -> HttpResponse:
    """Who keeps whose equipment going: entered and ended by the office of the area."""
    actor = actor_of(request)
    place = place_of(actor, code)
    people = choices(actor, place.path)
    form = UpkeepForm(keys.organisations_at(place.path), people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keys.put_upkeep(
            actor=actor, path=place.path, organisation=int(given["organisation"]), member=int(given["member"]),
            equipment=given["equipment"], holds="out" not in request.POST,
        )  # fmt: skip
        return see_other(reverse("duty-key", args=[code]))
    context = {"place": place, "trail": pages.trail(actor, place), "form": form}
    return render(request, "duty/upkeep.html", context, status=422 if request.method == "POST" else 200)


@requires(SEE, lists=True)
@require_GET
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet that hangs at a post: its code to check in with, and who to call."""
    one = find_post(number)
    code = format_code(one.code)
    address = request.build_absolute_uri(reverse("duty-at", args=[code]))
    context = {
        "post": one,
        "kind": words.KIND_WORDS[one.kind],
        "code": group_code(code),
        "qr": post_sheet(address),
        "address": address,
    }
    return render(request, "duty/sheet.html", context)


def _key_address(number: int, day: str) -> str:
    row = keys.place_of_post(number)
    return (reverse("duty-key", args=[row]) if row else reverse("duty-unit")) + f"?day={day}"


__all__ = ["attend", "key_units", "reserve", "sheet", "unit", "upkeep"]
