"""The auditor's page of the log: how far it is sealed, and a check of the newest seals on demand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lianfang.base.access.api import requires
from lianfang.base.facts.log_check import MOST_SEALS, check_newest, log_state

REASONS: dict[str, Promise] = {
    "missing seal": _("a seal is missing"), "rows": _("facts were added or removed"), "changed": _("a fact was changed"),
    "chain": _("the link to the seal before is broken"),
}  # fmt: skip


@requires("see:logs:open")
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    """How far the log is sealed; posted: check the newest seals now."""
    context: dict[str, Any] = {"state": log_state(), "most": MOST_SEALS, "now": timezone.now()}
    if request.method == "POST":
        found = check_newest()
        context |= {"checked": found, "reason": REASONS.get(found.reason, found.reason)}
    return render(request, "facts/log.html", context)
