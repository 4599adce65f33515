"""Pages of duty that write: posts, shifts, bookings, attendance, replacement, handover."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import public, requires
from lianfang.base.access.pages import actor_of, listed, reader_language, see_other
from lianfang.base.access.places import place_of
from lianfang.domain.duty import attendance, pages, words
from lianfang.domain.duty.forms import HandoverForm, PatternForm, PostForm, pattern_initial
from lianfang.domain.duty.models import Shift, Slot
from lianfang.domain.duty.problems import SOFT
from lianfang.domain.duty.rostering import move, pin
from lianfang.domain.duty.services import book, create_post, create_shifts
from lianfang.domain.duty.views import choices, find_post, post_page
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import parse_code
from lianfang.kernel.numbers import is_whole

KEEP = "other:keep_duty"
PROPOSED = 5
"""People proposed for a replacement; as many of those who cannot are named with the reason."""


@requires(KEEP, lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Set up a post with the shifts it begins with, as drafts for the planner."""
    actor = actor_of(request)
    initial = {"area": request.GET.get("area", actor.area_code), **pattern_initial(beijing_day(timezone.now()))}
    form = PostForm(request.POST or None, initial=initial)
    form.fields["area"].within = actor.path
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            place = place_of(actor, given["area"])
            number = create_post(
                actor=actor, path=place.path, kind=given["kind"], name=given["name"], two_person=given["two_person"],
                least=1 if given["crews"] != "1" else 0, started_on=None,
            )  # fmt: skip
            create_shifts(actor=actor, post=number, shifts=form.shifts())
        except LianfangError as error:
            form.add_error(None, error.render(reader_language()))
        else:
            return see_other(reverse("duty-post", args=[number]))
    return render(request, "duty/create.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(KEEP, lists=True)
@require_POST
def add_shifts(request: HttpRequest, number: int) -> HttpResponse:
    """More shifts at a post."""
    form = PatternForm(request.POST)
    if not form.is_valid():
        return post_page(request, number, pattern=form)
    try:
        create_shifts(actor=actor_of(request), post=number, shifts=form.shifts(), publish="publish" in request.POST)
    except LianfangError as error:
        return post_page(request, number, pattern=form, wrong=error.render(reader_language()))
    return see_other(reverse("duty-post", args=[number]) + f"?day={form.cleaned_data['first'].isoformat()}")


@requires(KEEP, lists=True)
@require_POST
def book_somebody(request: HttpRequest, number: int) -> HttpResponse:
    """Book a member for a shift of this post; a rest rule is set aside only when that is ticked."""
    find_post(number)
    try:
        shift, member = _number(request, "shift"), _number(request, "member")
        if not Shift.objects.filter(id=shift, post_id=number).exists():
            raise LianfangError("access.not_found")
        book(actor=actor_of(request), shift=shift, members=[member], force="force" in request.POST)
    except LianfangError as error:
        return _again(request, number, error)
    messages.success(request, _("Booked."))
    return _back(request, reverse("duty-post", args=[number]))


@requires(KEEP, lists=True)
@require_POST
def note(request: HttpRequest, number: int) -> HttpResponse:
    """A handover note for the next crew."""
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return post_page(request, number, note=form)
    attendance.write_handover(actor=actor_of(request), post=number, words=form.cleaned_data["words"])
    messages.success(request, _("Handover note kept."))
    return _back(request, reverse("duty-post", args=[number]))


@requires(KEEP, lists=True)
@require_GET
def slot(request: HttpRequest, number: int) -> HttpResponse:
    """One place of a shift: who was expected, who can step in and why, and where else it could go."""
    return slot_page(request, number)


def slot_page(request: HttpRequest, number: int, *, wrong: str = "") -> HttpResponse:
    """The page of a slot, perhaps with what could not be done."""
    actor, one = actor_of(request), _find(number)
    people = member_lines([one.member_id])
    now = timezone.now()
    gone = one.state == "left" and one.checked_out_at is not None and one.checked_out_at < one.ends_at  # before the end
    missing = gone or one.state in ("no_show", "excused", "released") or pages.is_late(one, now)
    taken = Slot.objects.filter(replaces=one.id).first()
    found = attendance.candidates(actor=actor, slot=number) if missing and taken is None and one.ends_at > now else []
    names = member_lines(
        [each.member for each in found[:PROPOSED]] + [each.member for each in found if not each.can][:PROPOSED]
    )
    proposed = [(names[each.member], _reasons(each)) for each in found[:PROPOSED] if each.can and each.member in names]
    barred = [
        (names[each.member], LianfangError(each.problem, hours="11").render(reader_language()) if each.problem in SOFT[:1]
         else LianfangError(each.problem).render(reader_language()) if each.problem else _("Lacks the skill that is asked for."))
        for each in [one_ for one_ in found if not one_.can][:PROPOSED] if each.member in names
    ]  # fmt: skip
    at = find_post(one.post_id)
    shifts, _slots = pages.around(at.path, beijing_day(one.starts_at), 3, posts=[at.id])
    context = {
        "slot": one, "post": at, "kind": words.KIND_WORDS[at.kind], "line": pages.slot_line(one, people, now), "span": pages.span_text,
        "hours": pages.span_text(one.starts_at, one.ends_at), "day": beijing_day(one.starts_at), "proposed": proposed,
        "barred": barred, "missing": missing, "looked": len(found), "taken": taken, "wrong": wrong,
        "may_move": one.state in ("planned", "published") and one.starts_at > now,
        "shifts": [(each, pages.span_text(each.starts_at, each.ends_at), beijing_day(each.starts_at)) for each in shifts
                   if each.starts_at > now],
        "choices": choices(actor, at.path),
    }  # fmt: skip
    return render(request, "duty/slot.html", context, status=422 if wrong else 200)


def _reasons(one: attendance.Candidate) -> str:
    """Why this person: near, known there, few hours, in the reserve."""
    said = [str(words.NEAR_WORDS.get(one.near, ""))]
    if one.ready:
        said.insert(0, _("in the reserve"))
    if one.at_post:
        said.append(_("stood here %(n)s times") % {"n": one.at_post})
    if one.same_unit:
        said.append(_("same unit"))
    said.append(_("%(n)s hours this week") % {"n": round(one.minutes / 60)})
    return listed(part for part in said if part)


@requires(KEEP, lists=True)
@require_POST
def slot_act(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """What an office does with a place: came, left, did not come, let go, hold, step in, move."""
    actor, one = actor_of(request), _find(number)
    back = reverse("duty-post", args=[one.post_id]) + f"?day={beijing_day(one.starts_at).isoformat()}"
    try:
        if act == "in":
            attendance.check_in(actor=actor, slot=number)
        elif act == "out":
            attendance.check_out(actor=actor, slot=number)
        elif act == "missed":
            attendance.missed(actor=actor, slot=number)
            back = reverse("duty-slot", args=[number])
        elif act == "excuse":
            attendance.excuse(actor=actor, slot=number)
        elif act in ("pin", "unpin"):
            pin(actor=actor, slot=number, pinned=act == "pin")
        elif act == "replace":
            attendance.replace(actor=actor, slot=number, member=_number(request, "member"))
            messages.success(request, _("Replaced. The place is held again."))
        elif act == "move":
            shift = _number(request, "shift") if request.POST.get("shift") else one.shift_id
            member = _number(request, "member") if request.POST.get("member") else one.member_id
            move(actor=actor, slot=number, shift=shift, member=member, force="force" in request.POST)
            messages.success(request, _("Moved, and held against planning anew."))
        else:
            raise LianfangError("access.not_found")
    except LianfangError as error:
        if error.code == "access.not_found":
            raise
        return slot_page(request, number, wrong=error.render(reader_language()))
    return _back(request, back)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def at_post(request: HttpRequest, code: str) -> HttpResponse:
    """What the code printed at a post opens: whoever is signed in checks in; others are led to their own page."""
    number = parse_code(code)
    signed_in = getattr(request, "actor", None) is not None
    if request.method == "POST" and signed_in:
        here = attendance.post_at(number)
        if here.slot is not None and here.state == "present":
            attendance.check_out(actor=None, slot=here.slot)
            messages.success(request, _("Checked out. Thank you."))
        else:
            attendance.check_in_at(number)
            messages.success(request, _("Checked in."))
        return see_other(reverse("duty-at", args=[code]))
    here = attendance.post_at(number)
    context: dict[str, Any] = {"here": here, "kind": words.KIND_WORDS[here.kind], "signed_in": signed_in, "code": code}
    if here.starts_at is not None and here.ends_at is not None:
        context["hours"] = pages.span_text(here.starts_at, here.ends_at)
    return render(request, "duty/at.html", context)


def _find(number: int) -> Slot:
    found = Slot.objects.filter(id=number).first()
    if found is None:
        raise LianfangError("access.not_found")
    return found


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not is_whole(text) or len(text) > 15:
        raise LianfangError("duty.choose")
    return int(text)


def _again(request: HttpRequest, number: int, error: LianfangError) -> HttpResponse:
    if error.code == "access.not_found":
        raise error
    return post_page(request, number, wrong=error.render(reader_language()))


def _back(request: HttpRequest, address: str) -> HttpResponse:
    day = request.POST.get("day", "")
    return see_other(f"{address}?day={pages.day_of(day).isoformat()}" if day and "?" not in address else address)
