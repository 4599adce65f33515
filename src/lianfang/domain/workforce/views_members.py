"""Pages of members: a list of the scope, one member, what changes of them, and reporting to a home community."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, public, requires
from lianfang.base.access.limits import Window
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.database.select import run
from lianfang.domain.residents.api import phone_digits
from lianfang.domain.workforce import browsing, hours, life, pages, rules
from lianfang.domain.workforce.forms import HoursForm, MemberForm, ReportForm
from lianfang.domain.workforce.sealing import contact_blinder, identity_blinder
from lianfang.domain.workforce.selectors import MemberLine, member_lines
from lianfang.domain.workforce.services import open_contact
from lianfang.domain.workforce.views import KEEP, NAMED, complain, report_sign
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import tidy
from lianfang.kernel.ids import group_code
from lianfang.kernel.numbers import is_whole

CALL = "call_person"
FIELDS = {
    "workforce.person_name_missing": "name", "residents.phone_wrong": "phone", "workforce.member_here": "name",
    "identity.malformed": "number", "identity.check_failed": "number", "identity.region_unknown": "number",
    "identity.birth_impossible": "number", "identity.synthetic_refused": "number", "workforce.hours_wrong": "lines",
}  # fmt: skip
_tries = Window()


@requires(NAMED)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Members of the scope, by net, kind and skill; a name is posted, so that it stands in no address."""
    actor = actor_of(request)
    word = request.POST.get("name", "").strip()[:40] if request.method == "POST" else ""
    net, kind, skill = (request.GET.get(key, "").strip()[:40] for key in ("net", "kind", "skill"))
    after = request.GET.get("after", "")
    start = int(after) if is_whole(after) and len(after) < 18 else 0
    found = browsing.members_named(word) if word else browsing.members(skill=skill, kind=kind, net=net, after=start)
    spoken = reader_language()
    context = {
        "lines": pages.member_lines(found[: browsing.PAGE]), "word": word, "net": net, "kind": kind, "skill": skill,
        "nets": [(key, one.say(spoken)) for key, one in rules.NETS.items()],
        "kinds": [(key, one.say(spoken)) for key, one in rules.MEMBER_KINDS.items()],
        "following": found[browsing.PAGE - 1][0].id if len(found) > browsing.PAGE and not word else 0, "paged": bool(start),
        "may_keep": actor.may("other", "keep_members"), "now": timezone.now(),
        "filtered": bool(word or net or kind or skill),
    }  # fmt: skip
    return render(request, "workforce/members.html", context)


@requires(NAMED)
@require_GET
def member(request: HttpRequest, number: int) -> HttpResponse:
    """What is recorded about one member."""
    return _page(request, number)


@requires("see:members:call")
@require_POST
def call(request: HttpRequest, number: int) -> HttpResponse:
    """Show the number for a call; the look is on record."""
    try:
        contact = open_contact(actor=actor_of(request), member=number, purpose=CALL)
    except LianfangError as error:
        if error.code != "workforce.no_phone":
            raise
        return _page(request, number, error=error)
    return _page(request, number, contact=contact)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def newcomer(request: HttpRequest, unit: int) -> HttpResponse:
    """Enter somebody into an organisation; who is known already is met, not doubled."""
    actor, one = actor_of(request), browsing.unit(unit)
    if not run("select workforce_keeps_unit(%b::int8)", [unit])[0][0]:
        raise LianfangError("access.not_found")
    form = MemberForm(reader_language(), request.POST or None, initial={"kind": "cadre", "duty": "member"})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            who = life.NewMember(
                said["name"], said["number"], said["phone"], pages.path_of_code(said["home"]) if said["home"] else "", said["kind"],
                tuple(form.skill_words()),
            )  # fmt: skip
            made, met = life.add_member(actor=actor, unit=unit, who=who, net=rules.net_of(one.kind), duty=said["duty"])
        except LianfangError as error:
            complain(form, error, FIELDS, missing="home")
        else:
            messages.success(request, _("Known already: one more membership.") if met else _("Entered."))
            return see_page("workforce-member", made)
    context = {"form": form, "unit": one, "editing": False}
    return render(request, "workforce/member_edit.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change what is recorded about a member."""
    actor, line = actor_of(request), _line(number, keeps=True)
    initial = {"name": line.name, "home": line.home_path[:12], "kind": line.kind, "skills": "、".join(line.skills)}
    form = MemberForm(reader_language(), request.POST or None, editing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            home = (
                line.home_path
                if said["home"] == line.home_path[:12]
                else pages.path_of_code(said["home"])
                if said["home"]
                else ""
            )
            life.edit_member(
                actor=actor, member=number, name=said["name"], phone=said["phone"], home=home, kind=said["kind"], skills=form.skill_words()
            )  # fmt: skip
        except LianfangError as error:
            complain(form, error, FIELDS, missing="home")
        else:
            messages.success(request, _("Kept."))
            return see_page("workforce-member", number)
    context = {"form": form, "line": line, "editing": True}
    return render(request, "workforce/member_edit.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, number: int) -> HttpResponse:
    """When a member says that they can work, as the office was told."""
    actor, line = actor_of(request), _line(number, keeps=True)
    known = "\n".join(hours.hour_lines(browsing.stated_of(number), reader_language()))
    form = HoursForm(request.POST or None, initial={"lines": known})
    if request.method == "POST" and form.is_valid():
        try:
            life.state_availability(actor=actor, member=number, stated=hours.read_hours(form.cleaned_data["lines"]))
        except LianfangError as error:
            complain(form, error, FIELDS)
        else:
            messages.success(request, _("Kept."))
            return see_page("workforce-member", number)
    context = {"form": form, "line": line}
    return render(request, "workforce/member_times.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_POST
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Join or leave an organisation, register at home or end that, leave for good."""
    actor, what = actor_of(request), request.POST.get("what", "")
    _line(number, keeps=what not in ("register", "unregister"))
    said: list[str] = []
    try:
        if what == "join":
            joins = browsing.unit(_number(request.POST.get("unit", "")))
            life.move_member(actor=actor, member=number, leaves=None, joins=joins.id, net=rules.net_of(joins.kind))
        elif what == "quit":
            life.move_member(actor=actor, member=number, leaves=_number(request.POST.get("unit", "")), joins=None)
        elif what == "register":
            life.register(actor=actor, member=number, path=pages.path_of_code(request.POST.get("area", "")))
        elif what == "unregister":
            life.unregister(actor=actor, member=number)
        elif what == "leave":
            said = life.leave(actor=actor, member=number)
        else:
            raise LianfangError("access.not_found")
    except LianfangError as error:
        if error.status == 404 and what not in ("register", "join"):
            raise
        return _page(request, number, error=error)
    for sentence in said or [_("Kept.")]:
        messages.success(request, sentence)
    still_seen = bool(member_lines([number]))
    return see_page("workforce-member", number) if still_seen else see_page("workforce-members")


@public
@sensitive_post_parameters("name", "phone", "number")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, path: str, sign: str) -> HttpResponse:
    """Report to a home community by its code: name with telephone, or the number of the paper. No account is needed."""
    names = browsing.area_names([path])
    if path not in names or sign != report_sign(path):
        raise LianfangError("access.not_found")
    form, done, status = ReportForm(request.POST or None), False, 200
    if request.method == "POST" and form.is_valid():
        try:
            done = _report(request, path, form.cleaned_data)
        except LianfangError as error:
            form.add_error(None, error.render(reader_language()))
            status = error.status
    context = {"form": form, "place": names[path], "done": done}
    return render(request, "workforce/report.html", context, status=status if not done else 200)


# ------------------------------------------------------------------------------------------------------- pieces


def _report(request: HttpRequest, path: str, said: dict[str, str]) -> bool:
    if not _tries.allow(request.META.get("REMOTE_ADDR", "")):
        raise LianfangError("workforce.too_many_tries")
    digits = phone_digits(said["phone"]) if said["phone"] else ""
    number = tidy(said["number"]) if said["number"] else ""
    contact = contact_blinder()(said["name"].strip(), digits) if digits and said["name"].strip() else None
    identity = identity_blinder()(number) if number else None
    if not run("select workforce_report(%b, %b::bytea, %b::bytea)", [path, identity, contact])[0][0]:
        raise LianfangError("workforce.not_found_by_name")
    return True


def _line(number: int, *, keeps: bool = False) -> MemberLine:
    found = member_lines([number]).get(number)
    if found is None or (keeps and not run("select workforce_keeps_member(%b::int8)", [number])[0][0]):
        raise LianfangError("access.not_found")
    return found


def _page(
    request: HttpRequest, number: int, *, error: LianfangError | None = None, contact: Any = None
) -> HttpResponse:
    actor, line = actor_of(request), _line(number)
    spoken = reader_language()
    keeps = actor.may("other", "keep_members") and bool(run("select workforce_keeps_member(%b::int8)", [number])[0][0])
    found = browsing.registration_of(number)
    whys = run("select distinct why from workforce_presence where member_id = %b", [number])
    shown = pages.member_lines([(line, tuple(row[0] for row in whys))])[0]
    context = {
        "line": line, "shown": shown, "code": group_code(line.code), "contact": contact, "keeps": keeps,
        "belongs": [
            {"one": one, "net": rules.word(rules.NETS, one.net, spoken), "duty": rules.word(rules.DUTIES, one.duty, spoken)}
            for one in browsing.belongings(number)
        ],
        "registered": _registered(found, spoken) if found else None, "hours": hours.hour_lines(browsing.stated_of(number), spoken),
        "may_call": actor.sees("members", "call"), "own_code": _community(actor), "now": timezone.now(),
        "units": pages.parent_choices(actor) if keeps else [], "lines": [error.render(spoken)] if error else [],
        "has_errors": error is not None,
    }  # fmt: skip
    return render(request, "workforce/member.html", context, status=error.status if error else 200)


def _registered(found: tuple[str, str, Any], spoken: str) -> dict[str, Any]:
    path, via, since = found
    return {
        "place": browsing.area_names([path]).get(path, ""),
        "via": rules.word(rules.VIAS, via, spoken),
        "since": since,
    }


def _community(actor: Actor) -> str:
    return actor.path if actor.lists and len(actor.path) == 12 else ""


def _number(text: str) -> int:
    if not (is_whole(text) and len(text) < 18):
        raise LianfangError("access.not_found")
    return int(text)
