"""Accounts and their live grants: give, lend by time, end a grant, end sessions. Never one's own, never above one's area."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access import accounts, slips
from lianfang.base.access.accounts_forms import AccountForm, GrantForm
from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.views_support import requires
from lianfang.kernel.errors import LianfangError

PURPOSES: Final[dict[str, slips.Purpose]] = {"start": "start", "password": "password", "device": "device"}


@requires("see:accounts:open")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Accounts in the administrator's area with what they may do now."""
    actor, word = actor_of(request), request.GET.get("name", "").strip()[:60]
    after = request.GET.get("after", "")[:150]
    found = accounts.accounts(word=word, after=after, limit=accounts.PAGE + 1)
    shown = found[: accounts.PAGE]
    grants: dict[int, list[dict[str, Any]]] = {}
    for one in accounts.grants_of([account.id for account in shown]):
        if one.live:
            grants.setdefault(one.account_id, []).append(_grant_line(one))
    context = {
        "lines": [_account_line(one, actor) | {"grants": grants.get(one.id, [])} for one in shown],
        "following": shown[-1].username if len(found) > accounts.PAGE else "",
        "paged": bool(after),
        "word": word,
        "reach": actor.area_name or _("the whole installation"),
    }
    return render(request, "access/accounts.html", context)


@requires("see:accounts:open")
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One account: its grants, its sessions, and the form that gives or lends."""
    return _one_page(request, number)


@requires("other:grant", "other:lend_by_time_and_area")
@require_POST
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Give a role, or lend it until a time."""
    form = GrantForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            accounts.give(
                account_id=number,
                role=asked["role"],
                code=asked["code"],
                grids=asked["grids"],
                starts_at=asked["starts_at"],
                ends_at=asked["ends_at"],
            )
        except LianfangError as error:
            if error.status == 404:
                raise
            form.add_error(None, error.render(reader_language()))
        else:
            return _to(number, "given")
    return _one_page(request, number, form=form)


@requires("other:revoke")
@require_POST
def end_grant(request: HttpRequest, number: int, grant: int) -> HttpResponse:
    """End a grant at once, with its sessions."""
    try:
        if all(one.id != grant for one in accounts.grants_of([number])):
            raise LianfangError("access.not_found")
        accounts.end_grant(grant)
    except LianfangError as error:
        return _one_page(request, number, error=error)
    return _to(number, "ended")


@requires("other:revoke")
@require_POST
def end_sessions(request: HttpRequest, number: int) -> HttpResponse:
    """Sign an account out everywhere."""
    try:
        accounts.end_sessions(number)
    except LianfangError as error:
        return _one_page(request, number, error=error)
    return _to(number, "signed-out")


@requires("other:revoke")
@require_POST
def end_session(request: HttpRequest, number: int, handle: str) -> HttpResponse:
    """End one session of somebody."""
    if number == actor_of(request).account_id:
        raise LianfangError("access.not_to_self")
    accounts.end_session(number, handle)
    return _to(number, "session-ended")


@requires("other:grant")
@require_POST
def slip(request: HttpRequest, number: int) -> HttpResponse:
    """Print a new slip: the account begins anew, or sets a password, or an authenticator."""
    found = accounts.account(number)
    wanted = request.POST.get("purpose", "")
    try:
        made = slips.issue(
            account_id=number, username=found.username, name=found.name, purpose=PURPOSES.get(wanted, "start")
        )
    except LianfangError as error:
        return _one_page(request, number, error=error)
    return slips_page(request, [made], reverse("account", args=[number]))


@requires("other:grant")
def new(request: HttpRequest) -> HttpResponse:
    """Make one account with its first role; the answer is its slip."""
    actor = actor_of(request)
    form = AccountForm(request.POST or None, initial={"code": actor.area_code})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            with transaction.atomic():
                number = accounts.make_account(username=asked["username"], name=asked["name"], phone=asked["phone"])
                accounts.give(
                    account_id=number, role=asked["role"], code=asked["code"], grids=asked["grids"],
                    starts_at=asked["starts_at"], ends_at=asked["ends_at"],
                )  # fmt: skip
                made = slips.issue(
                    account_id=number, username=asked["username"], name=asked["name"], purpose="start",
                    role=accounts.role_words(asked["role"]),
                )  # fmt: skip
        except LianfangError as error:
            form.add_error(None, error.render(reader_language()))
        else:
            return slips_page(request, [made], reverse("account", args=[number]))
    trail = [{"name": _("Accounts"), "href": reverse("accounts")}, {"name": _("New account")}]
    context = {"form": form, "trail": trail}
    return render(request, "access/account_new.html", context, status=422 if request.method == "POST" else 200)


def slips_page(request: HttpRequest, made: Sequence[slips.Slip], back: str) -> HttpResponse:
    """Slips for printing and cutting; they are shown this once."""
    address = request.build_absolute_uri(reverse("slip"))
    lines = [{"slip": one, "qr": slips.qr(f"{address}#{one.code}", scale=3)} for one in made]
    context = {"lines": lines, "address": address, "back": back}
    return render(request, "access/slips.html", context)


def _one_page(
    request: HttpRequest, number: int, *, form: GrantForm | None = None, error: LianfangError | None = None
) -> HttpResponse:
    actor, found = actor_of(request), accounts.account(number)
    grants = [_grant_line(one) for one in accounts.grants_of([number])]
    done = {
        "given": _("The grant is in force."),
        "ended": _("The grant has ended, with its sessions."),
        "signed-out": _("Every session has ended."),
        "session-ended": _("The session has ended."),
    }
    context = {
        "line": _account_line(found, actor),
        "account": found,
        "live": [one for one in grants if one["live"]],
        "past": [one for one in grants if not one["live"]],
        "sessions": accounts.sessions_of(number),
        "form": form or GrantForm(initial={"code": actor.area_code}),
        "own": found.id == actor.account_id,
        "may_end": actor.may("other", "revoke"),
        "trail": [{"name": _("Accounts"), "href": reverse("accounts")}, {"name": found.username}],
        "done": done.get(request.GET.get("done", ""), ""),
        "lines": [error.render(reader_language())] if error else [],
        "has_errors": bool(error),
    }
    status = error.status if error else 422 if form is not None else 200
    return render(request, "access/account.html", context, status=status)


def _grant_line(grant: accounts.Grant) -> dict[str, Any]:
    now = timezone.now()
    if grant.live:
        lent = grant.ends_at is not None
        state, word = ("watch", pgettext("grant", "Lent")) if lent else ("good", pgettext("grant", "In force"))
    elif grant.starts_at > now:
        state, word = "unknown", pgettext("grant", "Not yet")
    else:
        state, word = "unknown", pgettext("grant", "Ended")
    return {
        "grant": grant, "role": accounts.role_words(grant.role), "place": grant.place or grant.path or _("everywhere"),
        "state": state, "word": word, "live": grant.live or grant.starts_at > now,
    }  # fmt: skip


def _account_line(account: accounts.Account, actor: Actor) -> dict[str, Any]:
    locked = account.locked_until is not None and account.locked_until > timezone.now()
    if account.waiting and account.active and not locked:
        state, word = "watch", pgettext("account", "Not begun")
    elif not account.active:
        state, word = "unknown", pgettext("account", "Switched off")
    elif locked:
        state, word = "watch", pgettext("account", "Locked")
    else:
        state, word = "good", pgettext("account", "Active")
    return {"account": account, "state": state, "word": word, "own": account.id == actor.account_id}


def _to(number: int, done: str) -> HttpResponse:
    return see_page("account", number, done=done)
