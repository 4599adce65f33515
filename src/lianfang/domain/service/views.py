"""A member's own page: the code, a question only they can answer, then where they stand next and what is due."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.base.access.api import public
from lianfang.base.access.pages import reader_language, see_page
from lianfang.base.database.select import call
from lianfang.domain.selfview.api import digest_of
from lianfang.domain.service import availability, entering, own
from lianfang.domain.workforce.api import DUTIES, NETS
from lianfang.kernel.errors import LianfangError


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code from the slip; somebody signed in goes straight to their page."""
    typed, at, error = request.POST.get("code", ""), _at(request), None
    if request.method == "POST":
        try:
            entering.one_try(request)
            digest_of(typed, today=entering.today(), kind=entering.MEMBER)
        except LianfangError as caught:
            error = caught
        else:
            plain = "".join(character for character in typed.upper() if character.isalnum())
            return see_page("mine-page", plain, query=f"?at={at}" if at else "")
    elif getattr(request, "actor", None) is not None and call("select workforce_me()")[0][0] is not None:
        return HttpResponseRedirect(reverse("mine-page", args=[entering.OWN]))
    return page(request, "service/enter.html", {"typed": typed[:60], "at": at}, error)


@public
@sensitive_post_parameters("answer")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, who: str) -> HttpResponse:
    """My shifts, my tasks, where I am sent; before that, the question."""
    at = _at(request)
    if request.method == "POST" and who != entering.OWN:
        try:
            entering.one_try(request)
            entering.check_answer(code=who, answer=request.POST.get("answer", "")[:20])
        except LianfangError as error:
            return page(request, "service/question.html", {"who": who, "at": at}, error)
        answer = see_page("mine-home", who, query=f"?code={at}") if at else see_page("mine-page", who)
        entering.remember(answer, who)
        return answer
    try:
        if who != entering.OWN and not entering.opened(request, who):
            digest_of(who, today=entering.today(), kind=entering.MEMBER)
            return page(request, "service/question.html", {"who": who, "at": at})
        return mine_page(request, who)
    except LianfangError as error:
        return page(request, "service/enter.html", {"typed": ""}, error)


@public
@require_POST
def leave(request: HttpRequest, who: str) -> HttpResponse:
    """Close the page on this phone."""
    answer = see_page("mine")
    answer.delete_cookie(entering.COOKIE, path="/mine/")
    return answer


@public
@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, who: str) -> HttpResponse:
    """When I can work: said by me, and by nobody else."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    error, said = None, None
    try:
        with entering.as_member(request, who):
            if request.method == "POST":
                said = availability.parse(request.POST)
                availability.state(said)
                return see_page("mine-times", who, query="?saved=1")
            said = availability.read()
    except LianfangError as caught:
        error = caught
    if said is None:
        said = availability.Statement(
            [
                availability.Hours(day, request.POST.get(f"from-{day}", "")[:5], request.POST.get(f"to-{day}", "")[:5])
                for day in range(7)
            ]
        )
    typed = request.POST.get("off", "\n".join(day.isoformat() for day in said.off))
    context = {"who": who, "said": said, "off": typed[:400], "saved": "saved" in request.GET, "tab": "times"}
    return page(request, "service/times.html", context, error)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest, who: str) -> HttpResponse:
    """Report to the home community with the code it has put up; see where I belong."""
    if not entering.opened(request, who):
        return see_page("mine-page", who)
    error = None
    typed = request.POST.get("code", request.GET.get("code", ""))[:40]
    try:
        with entering.as_member(request, who):
            if request.method == "POST":
                call("select service_register(%s)", [entering.home_of(typed)])
                return see_page("mine-home", who, query="?saved=1")
    except LianfangError as caught:
        error = caught
    with entering.as_member(request, who):
        me, nets = own.me(), [own.Membership(*row) for row in call("select * from service_memberships()")]
    context = {
        "who": who,
        "me": me,
        "typed": typed,
        "saved": "saved" in request.GET,
        "tab": "home",
        "nets": nets_of(nets),
    }
    return page(request, "service/home.html", context, error)


@public
@require_http_methods(["GET", "HEAD"])
def reported(request: HttpRequest, code: str) -> HttpResponse:
    """Somebody scanned the code of a community: their own page comes first, the community's code is carried along."""
    at = code[:40] if code.isalnum() else ""
    if getattr(request, "actor", None) is not None and call("select workforce_me()")[0][0] is not None:
        return see_page("mine-home", entering.OWN, query=f"?code={at}")
    return page(request, "service/enter.html", {"typed": "", "at": at})


# ---------------------------------------------------------------------------------------------------------- pieces


def _at(request: HttpRequest) -> str:
    """A community's code that is carried along until the page is open."""
    found = (request.POST.get("at") or request.GET.get("at", ""))[:40]
    return found if found.isalnum() else ""


def mine_page(request: HttpRequest, who: str, error: LianfangError | None = None) -> HttpResponse:
    """The first page, with an error of something that was just tried."""
    with entering.as_member(request, who):
        found = own.page(reader_language())
    context: dict[str, Any] = {
        "who": who, "page": found, "me": found.me, "now": timezone.now(), "tab": "today", "done": request.GET.get("done", "")[:12],
        "nets": nets_of(found.memberships),
    }  # fmt: skip
    return page(request, "service/mine.html", context, error)


def nets_of(found: list[own.Membership]) -> list[dict[str, Any]]:
    """Memberships with their words."""
    spoken = reader_language()
    return [
        {"one": one, "net": NETS[one.net].say(spoken) if one.net in NETS else one.net,
         "duty": DUTIES[one.duty].say(spoken) if one.duty in DUTIES else one.duty}
        for one in found
    ]  # fmt: skip


def page(
    request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None = None
) -> HttpResponse:
    """Render one of the member's pages: private, never kept, without script for anything that matters."""
    context |= {
        "lines": [error.render(reader_language())] if error else [],
        "has_errors": error is not None,
        "own": entering.OWN,
    }
    answer = render(request, template, context, status=error.status if error else 200)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
