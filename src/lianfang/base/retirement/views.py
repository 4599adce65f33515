"""Pages of the end: closed incidents, what is still to be done, who asks and who approves, the certificate."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import place_of
from lianfang.base.incidents.api import incident
from lianfang.base.retirement import selectors, services
from lianfang.base.retirement.models import Retirement
from lianfang.base.vault.signing import fingerprint
from lianfang.kernel.errors import Language, LianfangError

RIGHT = "other:purge_two_person"
STATES: dict[str, tuple[str, Callable[[], str]]] = {
    "waiting": ("unknown", lambda: _("Waiting")),
    "asked": ("watch", lambda: _("Asked for")),
    "approved": ("watch", lambda: _("Being destroyed")),
    "purged": ("good", lambda: _("Destroyed")),
}
DONE: dict[str, Callable[[], str]] = {
    "asked": lambda: _("You have asked for destruction. Another person approves it."),
    "approved": lambda: _("Approved. It is carried out within a minute; then the certificate stands here."),
    "withdrawn": lambda: _("The request is withdrawn. Nothing was destroyed."),
}


@requires(RIGHT, lists=True)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Closed incidents and where each stands on its way."""
    lines = [_line(one) for one in selectors.retirements()]
    return render(request, "retirement/index.html", {"lines": lines})


@requires(RIGHT, lists=True)
@require_GET
def one(request: HttpRequest, number: int) -> HttpResponse:
    """The end of one incident."""
    return _page(request, _found(number))


@requires(RIGHT, lists=True)
@require_POST
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for destruction as the first person."""
    return _step(request, number, services.ask_purge, "asked")


@requires(RIGHT, lists=True)
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    """Approve it as the second person."""
    return _step(request, number, services.approve_purge, "approved")


@requires(RIGHT, lists=True)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take the request back."""
    return _step(request, number, services.withdraw_purge, "withdrawn")


@requires(RIGHT, lists=True)
@require_GET
def record(request: HttpRequest, number: int) -> HttpResponse:
    """The public record as a file: counts by area, no personal data."""
    return _file(_found(number).record, f"incident-{number}-record.json")


@requires(RIGHT, lists=True)
@require_GET
def certificate_file(request: HttpRequest, number: int) -> HttpResponse:
    """The signed certificate as a file."""
    found = _found(number)
    if found.certificate is None:
        raise LianfangError("access.not_found")
    return _file(found.certificate, f"incident-{number}-certificate.json")


# ------------------------------------------------------------------------------------------------------- pieces


def _found(number: int) -> Retirement:
    found = selectors.retirement(number)
    if found is None:
        raise LianfangError("access.not_found")
    return found


def _line(one: Retirement) -> dict[str, Any]:
    held = incident(one.incident_id)
    state, word = STATES[one.state]
    return {"end": one, "incident": held, "state": state, "word": word(), "from": _from(one)}


def _from(one: Retirement) -> Any:
    return one.closed_at + timedelta(days=one.wait_days)


def _step(request: HttpRequest, number: int, step: Callable[..., None], done: str) -> HttpResponse:
    found = _found(number)
    try:
        step(actor=actor_of(request), incident_id=number)
    except LianfangError as error:
        if error.status == 404:
            raise
        return _page(request, found, error)
    return see_page("retirement:one", number, done=done)


def _page(request: HttpRequest, found: Retirement, error: LianfangError | None = None) -> HttpResponse:
    language = reader_language()
    actor = actor_of(request)
    ready = timezone.now() >= _from(found)
    duties = [] if found.purged_at else selectors.duties(found.incident_id)
    done = DONE.get(request.GET.get("done", ""))
    context = {
        **_line(found), "place": place_of(actor, found.path[:12].ljust(12, "0")).name,
        "duties": [duty.words(language) for duty in duties],
        "ready": ready, "may_ask": found.state == "waiting" and ready and not duties,
        "mine": found.asked_by == actor.account_id, "done": done() if done else "",
        "lines": [{"text": error.render(language), "href": "#next-title"}] if error else [],
        "released": _counts(found.released), **_certificate(found, language),
    }  # fmt: skip
    return render(request, "retirement/one.html", context, status=error.status if error else 200)


def _counts(released: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    words = {
        "work_items": _("Work items closed"), "zones": _("Zones lifted"), "rounds": _("Rounds closed"),
        "isolations": _("People released from isolation"),
    }  # fmt: skip
    return [(words.get(name, name), count) for part in released.values() for name, count in part.items()]


def _certificate(found: Retirement, language: Language) -> dict[str, Any]:
    if found.certificate is None:
        return {"certificate": None}
    body = found.certificate["body"]
    return {
        "certificate": body, "rows": sum(body["destroyed"]["rows"].values()), "signed_by": fingerprint(found.certificate["public_key"]),
        "proves": [line[language] for line in body["proves"]], "cannot": [line[language] for line in body["cannot_prove"]],
        "before": [*body["backups_before"]["backup"], *body["backups_before"]["keys"]],
    }  # fmt: skip


def _file(body: Any, name: str) -> HttpResponse:
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
