"""One's own account: in which role one works, sessions, password, authenticator."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access import accounts, own, second, slips, steps
from lianfang.base.access.forms import AuthenticatorForm, OwnPasswordForm
from lianfang.base.access.pages import actor_of, reader_language, see_other
from lianfang.base.access.services import end_session as end_this
from lianfang.base.access.services import known_account, open_web_session
from lianfang.base.access.views_support import requires
from lianfang.kernel.errors import LianfangError


@requires()
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What I may do, where I am signed in, my password and my authenticator."""
    return _page(request)


@requires()
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """Change my password; every other session ends."""
    form = OwnPasswordForm(request.POST)
    if form.is_valid():
        try:
            own.change_password(actor_of(request), old=form.cleaned_data["old"], new=form.cleaned_data["password"])
        except LianfangError as error:
            form.add_error("old" if error.code.startswith("session.") else "password", error.render(reader_language()))
        else:
            return see_other(f"{reverse('my-account')}?done=password")
    return _page(request, form=form)


@requires()
@require_POST
def end_session(request: HttpRequest, handle: str) -> HttpResponse:
    """End one of my sessions."""
    accounts.end_session(actor_of(request).account_id, handle)
    return see_other(f"{reverse('my-account')}?done=session")


@requires()
@require_POST
def work_as(request: HttpRequest) -> HttpResponse:
    """Go on working in another of my roles: this session ends, one under the other grant begins."""
    actor, wanted = actor_of(request), request.POST.get("grant", "")[:18]
    if not any(wanted == str(one.id) for one in own.grants(actor)):
        raise LianfangError("access.not_found")
    token = open_web_session(actor.account_id, grant_id=int(wanted))
    end_this(actor.token_digest)
    return steps.with_session(see_other("/"), token)


@requires()
def authenticator(request: HttpRequest) -> HttpResponse:
    """Set an authenticator up, or replace it; the password is asked again."""
    actor = actor_of(request)
    step = steps.found(request) or steps.begin(actor.account_id, actor.username, "/")
    same = step.account_id == actor.account_id and bool(step.secret)
    draft = second.draft(actor.username, bytes.fromhex(step.secret) if same else None)
    form = AuthenticatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            own.require_password(actor, form.cleaned_data["old"])
            codes = second.enrol(actor.account_id, draft.secret, form.cleaned_data["code"])
            answer = render(request, "access/recovery.html", {"codes": codes, "next": reverse("my-account")})
            answer.delete_cookie(steps.COOKIE)
        except LianfangError as error:
            form.add_error("old" if error.code.startswith("session.") else "code", error.render(reader_language()))
        else:
            return answer
    trail = [{"name": _("My account"), "href": reverse("my-account")}, {"name": _("Authenticator")}]
    context = {"form": form, "draft": draft, "qr": slips.qr(draft.uri), "trail": trail}
    answer = render(request, "access/authenticator.html", context, status=422 if request.method == "POST" else 200)
    fresh = steps.begin(actor.account_id, actor.username, "/").with_secret(draft.secret)
    return steps.keep(answer, fresh)


def _page(request: HttpRequest, *, form: OwnPasswordForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    known = known_account(actor.account_id)
    current = own.handle_of(actor)
    done = {
        "password": _("The password was changed; every other session has ended."),
        "session": _("The session has ended."),
    }
    context: dict[str, Any] = {
        "form": form or OwnPasswordForm(),
        "grants": [
            {"grant": one, "role": accounts.role_words(one.role), "current": one.id == actor.grant_id}
            for one in own.grants(actor)
        ],
        "sessions": [
            {"session": one, "role": accounts.role_words(one.role), "current": one.handle == current}
            for one in accounts.sessions_of(actor.account_id)
        ],
        "second": known is not None and known.second,
        "needed": known is not None and known.needs_second,
        "done": done.get(request.GET.get("done", ""), ""),
        "has_errors": form is not None,
        "asked_by_policy": settings.SECOND_FACTOR,
    }
    return render(request, "access/own.html", context, status=422 if form is not None else 200)
