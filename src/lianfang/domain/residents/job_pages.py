"""Pages of work on large lists, for residents and for whoever else takes lists in: how far it is, and what is still unfinished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import reader_language, see_other
from lianfang.base.jobs import beside

ACTIONS: dict[str, Promise] = {
    "stage": _("Rows are being checked"),
    "take": _("Rows are being taken"),
    "undo": _("Rows are being taken back"),
}


@dataclass(frozen=True)
class JobPages:
    """The pages of one kind of list. index, wait, file, forget: names of routes; title: of the page the lists stand on."""

    kind: str
    title: Promise
    index: str
    wait: str
    file: str
    forget: str

    def page(self, request: HttpRequest, actor: Actor, token: str) -> HttpResponse:
        """How far a job is; leads on when it is done. Raises jobs.upload_gone."""
        found = beside.progress_of(token, actor)
        htmx = bool(getattr(request, "htmx", False))
        if found.state == "done":
            to = reverse(self.file, args=[found.file_id]) + (f"?done={found.outcome}" if found.outcome else "")
            return HttpResponseClientRedirect(to) if htmx else see_other(to)
        failed = found.state == "failed"
        context = {
            "progress": found, "title": self.title, "index_href": reverse(self.index), "what": ACTIONS[found.action],
            "here": reverse(self.wait, args=[token]), "forget_href": reverse(self.forget, args=[token]),
            "back_href": reverse(self.file, args=[found.file_id]) if found.file_id else reverse(self.index),
            "has_errors": failed, "lines": [found.sentence(reader_language())] if failed else [],
        }  # fmt: skip
        return render(request, "residents/import_wait.html#progress" if htmx else "residents/import_wait.html", context)

    def unfinished(self, actor: Actor) -> list[dict[str, Any]]:
        """What this person asked for and what is not done: for the page the lists stand on."""
        return [
            {
                "progress": one, "sentence": one.sentence(reader_language()), "what": ACTIONS[one.action],
                "href": reverse(self.wait, args=[token]),
                "asked_at": datetime.fromtimestamp(one.asked_at, UTC), "forget_href": reverse(self.forget, args=[token]),
            }
            for token, one in beside.unfinished(self.kind, actor)
        ]  # fmt: skip

    def drop(self, token: str, actor: Actor) -> bool:
        """Forget a task of this person that broke off; whether there was one."""
        return beside.dismiss(token, actor)
