"""Accounts from a table: a verdict for each row first; taking it makes the accounts and shows their slips once."""

from __future__ import annotations

import base64
import json
import time
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access import roster
from lianfang.base.access.accounts import role_words
from lianfang.base.access.accounts_views import slips_page
from lianfang.base.access.actor import Actor
from lianfang.base.access.api import requires
from lianfang.base.access.pages import actor_of, reader_language
from lianfang.base.vault.api import BadSeal, system_box
from lianfang.kernel.errors import LianfangError, define
from lianfang.web.accounts_table import empty_table, rows_of

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMN: Final = b"web.accounts_import"
KEPT_SECONDS: Final = 3600
SHOWN: Final = 500
"""Rows that the verdict page shows; refused ones come first."""
VERDICTS: Final = (
    ("new", gettext_lazy("New account"), "good"),
    ("grant", gettext_lazy("Further role"), "good"),
    ("same", gettext_lazy("There already"), "unknown"),
    ("refused", gettext_lazy("Refused"), "act"),
)

define(
    "accounts.table_gone",
    status=422,
    zh="这份表格已超过一小时，或不是您检查的那一份。请重新上传。",
    en="This table was checked more than an hour ago, or by somebody else. Send it again.",
)


class TableForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("Table of accounts (.xlsx, .xls, .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )


@requires("other:grant")
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a table; the answer is a verdict for each row, and nothing is made yet."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "trail": _trail()}
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            rows, notes = rows_of(sent.read(), sent.name or "")
        except LianfangError as error:
            form.add_error("file", error.render(reader_language()))
        else:
            judged = roster.judge(rows, actor_of(request))
            context |= _verdicts(judged) | {
                "notes": notes, "filename": sent.name, "kept": _keep(judged, actor_of(request)),
                "many": sum(one.verdict in ("new", "grant") for one in judged),
            }  # fmt: skip
            status = 200
    return render(request, "lianfang/accounts/import.html", context, status=status)


@requires("other:grant")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Make the accounts of a checked table; the answer is their slips."""
    rows = _kept(request.POST.get("kept", ""), actor_of(request))
    with transaction.atomic():
        papers, judged = roster.take(roster.judge(rows, actor_of(request)))
    if papers:
        return slips_page(request, papers, reverse("accounts"))
    context = {"form": TableForm(), "trail": _trail(), "taken": True, **_verdicts(judged)}
    return render(request, "lianfang/accounts/import.html", context)


@requires("other:grant")
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty table to fill."""
    answer = HttpResponse(empty_table(reader_language()), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="accounts.xlsx"'
    return answer


def _verdicts(judged: list[roster.Judged]) -> dict[str, Any]:
    words = {key: (label, state) for key, label, state in VERDICTS}
    ordered = sorted(judged, key=lambda one: (one.verdict != "refused", one.row.number))
    counts = {key: sum(one.verdict == key for one in judged) for key, _, _ in VERDICTS}
    marks = {"grant": "changed"}
    return {
        "bar": [{"key": marks.get(key, key), "label": label, "count": counts[key]} for key, label, _ in VERDICTS if counts[key]],
        "lines": [
            {"one": one, "word": words[one.verdict][0], "state": words[one.verdict][1], "why": one.sentence(reader_language()),
             "role": role_words(one.role) if one.role else one.row.role}
            for one in ordered[:SHOWN]
        ],
        "total": len(judged), "hidden": max(0, len(judged) - SHOWN),
    }  # fmt: skip


def _keep(judged: list[roster.Judged], actor: Actor) -> str:
    body = {"account": actor.account_id, "at": time.time(), "rows": roster.as_plain(judged)}
    return base64.b64encode(system_box().seal(json.dumps(body).encode(), COLUMN)).decode()


def _kept(text: str, actor: Actor) -> list[roster.Row]:
    try:
        body = json.loads(system_box().open(base64.b64decode(text), COLUMN))
    except (BadSeal, ValueError):
        raise LianfangError("accounts.table_gone") from None
    if body["account"] != actor.account_id or time.time() - body["at"] > KEPT_SECONDS:
        raise LianfangError("accounts.table_gone")
    return roster.from_plain(body["rows"])


def _trail() -> list[dict[str, str]]:
    return [{"name": _("Accounts"), "href": reverse("accounts")}, {"name": _("Accounts from a table")}]
