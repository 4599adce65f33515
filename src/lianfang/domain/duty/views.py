"""Pages of duty: the posts of an area, a day at one post, the roster on screen, on paper and as Excel."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of
from lianfang.base.access.places import Place, place_of
from lianfang.base.database.select import run
from lianfang.domain.duty import export, pages, words
from lianfang.domain.duty.attendance import handovers
from lianfang.domain.duty.forms import HandoverForm, PatternForm, pattern_initial
from lianfang.domain.duty.models import Post
from lianfang.domain.workforce.api import MemberLine, member_lines
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code
from lianfang.kernel.numbers import is_whole

SEE = "see:shifts:named"
MOST_CHOICES = 300
"""Members offered in one list of choices, nearest first."""
ROSTER_DAYS = 7
MOST_ROSTER_DAYS = 31
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(SEE, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The posts of the reader's own area."""
    return HttpResponseRedirect(reverse("duty-area", args=[actor_of(request).area_code]))


@requires(SEE, lists=True)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    """The posts of an area on a day: late people and empty hours first, each with its 24 hours."""
    actor, place = actor_of(request), _place(request, code)
    day = pages.day_of(request.GET.get("day", ""))
    rows = pages.post_rows(place, day)
    context = {
        "place": place, "trail": pages.trail(actor, place), "rows": rows, "now_at": timezone.now(), **_days(day),
        "late": sum(row.late for row in rows), "empty": sum(row.bars.state == "empty" for row in rows),
        "here": sum(row.here for row in rows), "wanted": sum(row.wanted_now for row in rows), "kinds": words.KIND_WORDS,
        "may_keep": actor.may("other", "keep_duty"), "key_units": Post.objects.filter(key_unit=True, ended_on=None).exists(),
        "legend": words.HOUR_STATES,
    }  # fmt: skip
    return render(request, "duty/area.html", context)


@requires(SEE, lists=True)
@require_GET
def post(request: HttpRequest, number: int) -> HttpResponse:
    """A day at one post: its hours, its shifts with who stands there, what the crews told each other."""
    return post_page(request, number)


def post_page(
    request: HttpRequest,
    number: int,
    *,
    pattern: PatternForm | None = None,
    note: HandoverForm | None = None,
    wrong: str = "",
) -> HttpResponse:
    """The page of a post, perhaps with a form that could not be taken."""
    actor, one = actor_of(request), find_post(number)
    day = pages.day_of(request.GET.get("day", ""))
    shifts, slots = pages.around(one.path, day, posts=[one.id])
    keeps = actor.may("other", "keep_duty")
    people = member_lines([one.lead_member] if one.lead_member else [])
    context = {
        "post": one, "place": place_of(actor, one.path[:16] if len(one.path) > 12 else one.path.ljust(12, "0")),
        "kind": words.KIND_WORDS[one.kind], "bars": pages.bars_of(one, day, shifts, slots), "cards": pages.shift_cards(shifts, slots),
        **_days(day), "may_keep": keeps, "code": group_code(format_code(one.code)), "lead": people.get(one.lead_member or 0),
        "choices": choices(actor, one.path) if keeps else [], "notes": _notes(one.id) if keeps else [], "wrong": wrong,
        "pattern": pattern or PatternForm(initial=pattern_initial(day)), "note_form": note or HandoverForm(), "now_at": timezone.now(),
        "legend": words.HOUR_STATES,
    }  # fmt: skip
    status = 422 if wrong or (pattern is not None and pattern.errors) or (note is not None and note.errors) else 200
    return render(request, "duty/post.html", context, status=status)


def _notes(post_id: int) -> list[tuple[Any, str]]:
    found = handovers(post_id)
    people = member_lines([one.member for one in found if one.member])
    return [(one, people[one.member].name if one.member in people else "") for one in found]


def choices(actor: Actor, path: str) -> list[MemberLine]:
    """Members who can be chosen for a post: of its township if the reader's scope reaches it, else of its community."""
    base = path[:9] if actor.covers(path[:9]) else path[:12] if actor.covers(path[:12]) else actor.path
    rows = run("select member_id, home from duty_pool(%b, '{}')", [base])
    near = sorted(rows, key=lambda row: (row[1][:12] != path[:12], row[0]))[:MOST_CHOICES]
    people = member_lines([row[0] for row in near])
    return [people[row[0]] for row in near if row[0] in people]


@requires(SEE, lists=True)
@require_GET
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """The roster of an area or one of its posts by member and day, and the duty list to print."""
    actor, place = actor_of(request), _place(request, code)
    first, days, posts = _asked(request, place)
    shifts, slots = pages.around(place.path, first, days, list(posts))
    by_name = {number: one.name for number, one in posts.items()}
    chosen = posts.get(int(request.GET["post"])) if is_whole(request.GET.get("post", "")) else None
    context = {
        "place": place, "trail": pages.trail(actor, place), "first": first, "last": first + timedelta(days=days - 1), "number": days,
        "days": [first + timedelta(days=n) for n in range(days)], "rows": pages.roster_rows(slots, by_name, first, days),
        "lines": pages.duty_lines(shifts, slots, posts), "chosen": chosen, "now_at": timezone.now(), "posts": posts,
        "before": first - timedelta(days=days), "after": first + timedelta(days=days), "print": "print" in request.GET,
    }  # fmt: skip
    return render(request, "duty/roster_print.html" if "print" in request.GET else "duty/roster.html", context)


@requires(SEE, lists=True)
@require_GET
def roster_file(request: HttpRequest, code: str) -> HttpResponse:
    """The duty list (值班表) as Excel, in its official columns; put on record with its count."""
    actor, place = actor_of(request), _place(request, code)
    first, days, posts = _asked(request, place)
    shifts, slots = pages.around(place.path, first, days, list(posts))
    lines = pages.duty_lines(shifts, slots, posts)
    body, count = export.duty_file(lines, place, first, days, actor)
    note_export("duty", place.path, count)
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="duty-{place.code}-{first.isoformat()}.xlsx"'
    answer["X-Rows"] = str(count)
    return answer


def _asked(request: HttpRequest, place: Place) -> tuple[date, int, dict[int, Post]]:
    first = pages.day_of(request.GET.get("from", ""))
    text = request.GET.get("days", "")
    days = min(MOST_ROSTER_DAYS, max(1, int(text))) if is_whole(text) else ROSTER_DAYS
    found = Post.objects.filter(path__gte=place.path, path__lt=place.path + "~").order_by("path", "id")
    if is_whole(request.GET.get("post", "")):
        found = found.filter(id=int(request.GET["post"]))
    return first, days, {one.id: one for one in found[: pages.MOST_POSTS]}


def find_post(number: int) -> Post:
    """A post of the entered scope; raises access.not_found."""
    found = Post.objects.filter(id=number).first()
    if found is None:
        raise LianfangError("access.not_found")
    return found


def _days(day: date) -> dict[str, Any]:
    today = beijing_day(timezone.now())
    return {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1), "is_today": day == today}


def _place(request: HttpRequest, code: str) -> Place:
    place = place_of(actor_of(request), code)
    if len(place.path) < PATH_LENGTH[Level.COUNTY] and Post.objects.count() > pages.MOST_POSTS:
        raise LianfangError("duty.area_too_large", most=pages.MOST_POSTS)
    return place
