"""A member's own shifts: check in and out, cannot come, swap with a colleague's consent, handover note, claim a place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import public
from lianfang.base.access.pages import see_page
from lianfang.base.areas.api import names_of
from lianfang.domain.duty.api import attendance, book
from lianfang.domain.service import entering, own
from lianfang.domain.service.views import mine_page, page
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole


@public
@require_GET
def shift(request: HttpRequest, who: str, number: int) -> HttpResponse:
    """One of my shifts: what the crew before left me, and what I can do about it."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    return _shift(request, who, number)


@public
@require_POST
def attend(request: HttpRequest, who: str, number: int) -> HttpResponse:
    """Check in, check out, or say that I cannot come; works without any script."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    what = request.POST.get("what", "")
    try:
        with entering.as_member(request, who):
            if what == "in":
                attendance.check_in(actor=None, slot=number)
            elif what == "out":
                attendance.check_out(actor=None, slot=number)
            elif what == "excuse":
                attendance.excuse(actor=None, slot=number)
            else:
                raise LianfangError("access.not_found")
    except LianfangError as error:
        return mine_page(request, who, error)
    return see_page("mine-page", who, query=f"?done={what}")


@public
@require_POST
def offer(request: HttpRequest, who: str, number: int) -> HttpResponse:
    """Offer this shift to a colleague for one of theirs; it changes hands only when they agree."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    to, _, back = request.POST.get("mate", "").partition(":")
    try:
        with entering.as_member(request, who):
            if not (is_whole(to) and is_whole(back)):
                raise LianfangError("access.not_found")
            attendance.offer_swap(
                slot=number, to=int(to), back=int(back) if request.POST.get("how") != "give" else None
            )
    except LianfangError as error:
        return _shift(request, who, number, error)
    return see_page("mine-page", who, query="?done=offered")


@public
@require_POST
def answer(request: HttpRequest, who: str, number: int) -> HttpResponse:
    """Agree to a swap, decline it, or take my own offer back."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    said = request.POST.get("answer", "")
    try:
        with entering.as_member(request, who):
            if said not in ("accepted", "declined", "withdrawn"):
                raise LianfangError("access.not_found")
            attendance.answer_swap(swap=number, answer=said)
    except LianfangError as error:
        return mine_page(request, who, error)
    return see_page("mine-page", who, query=f"?done={said}")


@public
@require_POST
def handover(request: HttpRequest, who: str, number: int) -> HttpResponse:
    """Leave a note for the next crew, or say that I have read the last one."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    try:
        with entering.as_member(request, who):
            slot = own.my_slot(own.me().id, number)
            if "seen" in request.POST:
                attendance.handover_seen(int(request.POST["seen"]) if is_whole(request.POST["seen"]) else 0)
            else:
                attendance.write_handover(actor=None, post=slot.post_id, words=request.POST.get("words", ""))
    except LianfangError as error:
        return _shift(request, who, number, error)
    return see_page("mine-shift", who, number, query="?done=handover")


@public
@require_POST
def claim(request: HttpRequest, who: str) -> HttpResponse:
    """Take an open place at a post."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    chosen = request.POST.get("shift", "")
    try:
        with entering.as_member(request, who):
            book(actor=None, shift=int(chosen) if is_whole(chosen) else 0, members=[own.me().id], source="claim")
    except LianfangError as error:
        return mine_page(request, who, error)
    return see_page("mine-page", who, query="?done=claimed")


def _shift(request: HttpRequest, who: str, number: int, error: LianfangError | None = None) -> HttpResponse:
    try:
        with entering.as_member(request, who):
            me = own.me()
            slot = own.my_slot(me.id, number)
            notes, mates = _notes(slot.post_id), attendance.mates(number)
            place = short_name(names_of([slot.path[:12]]).get(slot.path[:12], ""))
    except LianfangError as caught:
        return mine_page(request, who, error or caught)
    context: dict[str, Any] = {
        "who": who, "me": me, "slot": slot, "place": place, "notes": notes, "mates": mates, "tab": "today",
        "words": request.POST.get("words", "")[: attendance.MOST_WORDS], "done": request.GET.get("done", "")[:12],
        "future": slot.state == "published" and slot.starts_at > timezone.now(),
    }  # fmt: skip
    return page(request, "service/shift.html", context, error)


def _notes(post: int) -> list[attendance.Note]:
    """Notes of the post, none before or after my time there."""
    try:
        return attendance.handovers(post, most=3)
    except LianfangError:
        return []
