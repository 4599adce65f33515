"""Pages of lists: send one, see the verdict of each row, take it, take it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import requires
from lianfang.domain.residents.api import VERDICT_ORDER, VERDICTS, Verdict
from lianfang.domain.workforce import imports_read, pages
from lianfang.domain.workforce.forms import REGISTERS, UploadForm
from lianfang.domain.workforce.importing import discard_import, stage_members, take_members, undo_import
from lianfang.domain.workforce.views import KEEP, actor_of
from lianfang.kernel.divisions import code_of
from lianfang.kernel.errors import LianfangError, define, problem

LARGEST_BYTES = 8_000_000
"""A larger list is imported at the command line: a page would wait longer than a minute (about 100,000 rows, measured)."""

define(
    "workforce.list_too_large",
    status=413,
    zh="名单超过{limit}兆字节，网页上等不及。请分成几份，或请系统管理员用 lianfang import members 导入。",
    en="The list is larger than {limit} MB, too long a wait for a page. Split it, or let the operator use lianfang import members.",
)


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a list, and the lists so far with their undo."""
    actor = actor_of(request)
    initial = {"area": code_of(actor.path[:12]) if actor.lists else "", "register": "unit"}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    if actor.scope == "organisation":
        del form.fields["area"]
        form.fields["register"].choices = [("unit", REGISTERS["unit"])]
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            if (sent.size or 0) > LARGEST_BYTES:
                raise LianfangError("workforce.list_too_large", limit=LARGEST_BYTES // 1_000_000)
            area = pages.path_of_code(form.cleaned_data["area"]) if actor.lists else ""
            report = stage_members(
                actor=actor, source=sent.read(), area_path=area, register=form.cleaned_data["register"], filename=sent.name or "",
                language=pages.language(),
            )  # fmt: skip
        except LianfangError as error:
            form.add_error(
                "area" if error.code == "access.not_found" and actor.lists else "file", error.render(pages.language())
            )
        else:
            return _to("workforce-import-file", report.file_id, done="repeated" if report.repeated else "")
    context = {"form": form, "history": imports_read.files(limit=20), "done": request.GET.get("done", "")}
    return render(request, "workforce/import.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_GET
def verdicts(request: HttpRequest, number: int) -> HttpResponse:
    """The verdict of each row of a list, what would be taken, and after that the way back."""
    return _page(request, number)


@requires(KEEP)
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Write the new and changed rows."""
    try:
        take_members(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return _to("workforce-import-file", number, done="taken")


@requires(KEEP)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a list back; whoever something stands on stays and is listed."""
    try:
        undo_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return _to("workforce-import-file", number, done="undone")


@requires(KEEP)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a list whose rows were judged but not taken."""
    try:
        discard_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return _to("workforce-import", done="discarded")


# ------------------------------------------------------------------------------------------------------- pieces


def _page(request: HttpRequest, number: int, error: LianfangError | None = None) -> HttpResponse:
    file = imports_read.file(number)
    chosen = request.GET.get("verdict", "")
    if chosen not in VERDICTS and chosen != imports_read.KEPT:
        chosen = next((str(one) for one in VERDICTS if file.counts.get(one, 0)), Verdict.NEW.value)
    after = request.GET.get("after", "")
    rows = imports_read.rows(
        file, chosen, after=int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    )
    spoken = pages.language()
    context: dict[str, Any] = {
        "file": file, "chosen": chosen, "register": REGISTERS.get(file.register, file.register), "notes": [],
        "bar": [
            {"key": VERDICTS[one][0], "label": VERDICTS[one][2], "count": file.counts.get(one, 0), "href": f"?verdict={one}"}
            for one in VERDICT_ORDER
        ],
        "filters": [
            {"href": f"?verdict={one}#rows", "label": word, "count": file.counts.get(one, 0), "state": state, "current": chosen == one}
            for one, (_key, state, word) in VERDICTS.items() if file.counts.get(one, 0)
        ],
        "rows": [
            {
                "row": row, "state": VERDICTS[Verdict(row.verdict)][1], "word": VERDICTS[Verdict(row.verdict)][2],
                "reasons": [problem(reason.code).sentence(reason.values, spoken) for reason in row.reasons],
            }
            for row in rows[: imports_read.PAGE]
        ],
        "following": rows[imports_read.PAGE - 1].row if len(rows) > imports_read.PAGE else 0, "paged": bool(after),
        "done": request.GET.get("done", ""), "undone": imports_read.undone(file) if file.state == "undone" else None,
        "lines": [error.render(spoken)] if error else [], "has_errors": error is not None,
    }  # fmt: skip
    return render(request, "workforce/import_file.html", context, status=error.status if error else 200)


def _to(view: str, *arguments: object, done: str = "") -> HttpResponse:
    answer = HttpResponseRedirect(reverse(view, args=arguments) + (f"?done={done}" if done else ""))
    answer.status_code = 303
    return answer
