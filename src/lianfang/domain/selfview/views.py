"""The resident's own page: the code, a question only they can answer, then everything recorded about them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianfang.base.access.accounts import role_words
from lianfang.base.access.api import public
from lianfang.base.access.looks_purposes import purpose_words
from lianfang.base.access.pages import reader_language, see_page
from lianfang.domain.residents.api import KINDS, SEXES, TAGS, secret_rows
from lianfang.domain.selfview import selectors, services
from lianfang.domain.selfview.codes import digest_of
from lianfang.domain.selfview.limits import Window
from lianfang.domain.selfview.words import SEEN, STANDINGS, WHATS
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import short_name
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import format_code, group_code

COOKIE = "lf_self"
SALT = "lianfang.selfview"
OPEN_SECONDS = 900
"""How long the page stays open after the question was answered: an assumption, a quarter of an hour."""
_tries = Window()


@public
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code from the sheet."""
    typed = request.POST.get("code", "")
    error = None
    if request.method == "POST":
        try:
            _one_try(request)
            digest_of(typed, today=beijing_day(timezone.now()))
        except LianfangError as caught:
            error = caught
        else:
            plain = "".join(character for character in typed.upper() if character.isalnum())
            return HttpResponseRedirect(reverse("me-page", args=[plain]))
    return _page(request, "selfview/enter.html", {"typed": typed[:60]}, error)


@public
@sensitive_post_parameters("answer")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, code: str) -> HttpResponse:
    """What is recorded about me; before that, the question."""
    today = beijing_day(timezone.now())
    if request.method == "POST":
        try:
            _one_try(request)
            services.check_answer(code=code, answer=request.POST.get("answer", "")[:20], today=today)
        except LianfangError as error:
            return _page(request, "selfview/question.html", {"code": code}, error)
        answer = see_page("me-page", code)
        answer.set_cookie(
            COOKIE, signing.dumps(digest_of(code, today=today).hex(), salt=SALT), max_age=OPEN_SECONDS, path="/me/", httponly=True,
            secure=settings.SECURE, samesite="Lax",
        )  # fmt: skip
        return answer
    try:
        if not _opened(request, code):
            digest_of(code, today=today)
            return _page(request, "selfview/question.html", {"code": code})
        return _mine(request, code)
    except LianfangError as error:
        return _page(request, "selfview/enter.html", {"typed": ""}, error)


@public
@require_POST
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Object to something or ask; the community answers on the same page."""
    if not _opened(request, code):
        return HttpResponseRedirect(reverse("me-page", args=[code]))
    try:
        with services.as_oneself(code, today=beijing_day(timezone.now())):
            me = selectors.me()
            services.object_to(path=me.path, what=request.POST.get("what", ""), words=request.POST.get("words", ""))
    except LianfangError as error:
        return _mine(request, code, error)
    return see_page("me-page", code, query="?asked=1#asked")


@public
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Close the page on this phone."""
    answer = HttpResponseRedirect(reverse("me"))
    answer.delete_cookie(COOKIE, path="/me/")
    return answer


# ---------------------------------------------------------------------------------------------------------- pieces


def _mine(request: HttpRequest, code: str, error: LianfangError | None = None) -> HttpResponse:
    now = timezone.now()
    with services.as_oneself(code, today=beijing_day(now)):
        me = selectors.me()
        looks, tests, asked = selectors.my_looks(), selectors.my_tests(me.code, now=now), selectors.my_objections()
    context: dict[str, Any] = {
        "code": code, "me": me, "printed": group_code(format_code(me.code)), "community": short_name(me.community),
        "sex": SEXES.get(me.sex, "–"), "kind": KINDS.get(me.kind, "–"), "tags": [TAGS[tag] for tag in me.tags if tag in TAGS],
        "care": me.said.get("care") or (), "secret": secret_rows(me.secret), "now": now,
        "looks": [
            {"look": one, "role": role_words(one.role), "office": short_name(one.office), "purpose": purpose_words(one.purpose),
             "seen": SEEN.get(one.fields, one.fields)}
            for one in looks
        ],
        "tests": [
            {"test": one, "state": STANDINGS[one.standing][0], "word": STANDINGS[one.standing][1], "says": STANDINGS[one.standing][2]}
            for one in tests
        ],
        "asked": [{"one": one, "what": WHATS.get(one.what, one.what)} for one in asked], "whats": WHATS.items(),
        "words": request.POST.get("words", "")[: services.MOST_WORDS], "chosen": request.POST.get("what", ""),
        "just_asked": "asked" in request.GET,
    }  # fmt: skip
    return _page(request, "selfview/me.html", context, error)


def _opened(request: HttpRequest, code: str) -> bool:
    """Whether the question was answered on this phone, for this very code, not long ago."""
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=OPEN_SECONDS)
        return bool(held == digest_of(code, today=beijing_day(timezone.now())).hex())
    except (signing.BadSignature, LianfangError):
        return False


def _one_try(request: HttpRequest) -> None:
    if not _tries.allow(request.META.get("REMOTE_ADDR", "")):
        raise LianfangError("selfview.locked")


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], error: LianfangError | None = None
) -> HttpResponse:
    language = reader_language()
    context |= {"lines": [error.render(language)] if error else [], "has_errors": error is not None}
    answer = render(request, template, context, status=error.status if error else 200)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
