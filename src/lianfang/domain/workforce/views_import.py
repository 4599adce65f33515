"""Pages of lists: send one, see the verdict of each row, take it, take it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.domain.residents.api import (
    LARGE_BYTES,
    LARGE_ROWS,
    VERDICT_ORDER,
    VERDICTS,
    JobPages,
    StagedFile,
    Verdict,
)
from lianfang.domain.workforce import import_jobs, imports_read, pages
from lianfang.domain.workforce.forms import REGISTERS, UploadForm
from lianfang.domain.workforce.importing import discard_import, stage_members, take_members, undo_import
from lianfang.domain.workforce.views import KEEP
from lianfang.kernel.divisions import code_of
from lianfang.kernel.errors import LianfangError, problem
from lianfang.kernel.numbers import is_whole

JOBS = JobPages(
    import_jobs.KIND, gettext_lazy("Import a list"), "workforce-import", "workforce-import-wait", "workforce-import-file",
    "workforce-import-forget",
)  # fmt: skip


@requires(KEEP)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a list, and the lists so far with their undo."""
    actor = actor_of(request)
    initial = {"area": code_of(actor.path[:12]) if actor.lists else "", "register": "unit"}
    form = UploadForm(request.POST or None, request.FILES or None, initial=initial)
    form.fields["area"].within = actor.path[:12]
    if actor.scope == "organisation":
        del form.fields["area"]
        form.fields["register"].choices = [("unit", REGISTERS["unit"])]
    if request.method == "POST" and form.is_valid():
        try:
            return _send(actor, form)
        except LianfangError as error:
            form.add_error(
                "area" if error.code == "access.not_found" and actor.lists else "file", error.render(reader_language())
            )
    context = {
        "form": form, "history": imports_read.files(limit=20), "done": request.GET.get("done", ""),
        "unfinished": JOBS.unfinished(actor), "largest": import_jobs.LARGEST_BYTES >> 20,
    }  # fmt: skip
    return render(request, "workforce/import.html", context, status=422 if request.method == "POST" else 200)


@requires(KEEP)
@require_GET
def wait(request: HttpRequest, token: str) -> HttpResponse:
    """How far the work on a large list is; leads on when it is done."""
    return JOBS.page(request, actor_of(request), token)


@requires(KEEP)
@require_POST
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Drop a task that broke off."""
    if not JOBS.drop(token, actor_of(request)):
        raise LianfangError("jobs.upload_gone")
    return see_page("workforce-import", done="discarded")


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
        file = imports_read.file(number)
        if file.rows > LARGE_ROWS and file.state == "staged":
            return _ask(request, "take", file)
        take_members(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return see_page("workforce-import-file", number, done="taken")


@requires(KEEP)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a list back; whoever something stands on stays and is listed."""
    try:
        file = imports_read.file(number)
        if file.taken > LARGE_ROWS and file.state == "taken":
            return _ask(request, "undo", file)
        undo_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return see_page("workforce-import-file", number, done="undone")


@requires(KEEP)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a list whose rows were judged but not taken."""
    try:
        discard_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _page(request, number, error)
    return see_page("workforce-import", done="discarded")


# ------------------------------------------------------------------------------------------------------- pieces


def _send(actor: Actor, form: UploadForm) -> HttpResponse:
    """Judge a list at once, or a large one beside the pages; one that was imported before leads to that import."""
    sent = form.cleaned_data["file"]
    area = pages.path_of_code(form.cleaned_data["area"]) if actor.lists else ""
    register, name, spoken = form.cleaned_data["register"], sent.name or "", reader_language()
    import_jobs.check_size(sent.size or 0)
    if (sent.size or 0) > LARGE_BYTES:
        token = import_jobs.ask_stage(
            actor, sent.chunks(), area_path=area, register=register, name=name, language=spoken
        )
        return see_page("workforce-import-wait", token)
    report = stage_members(
        actor=actor, source=sent.read(), area_path=area, register=register, filename=name, language=spoken
    )
    return see_page("workforce-import-file", report.file_id, done="repeated" if report.repeated else "")


def _ask(request: HttpRequest, action: str, file: StagedFile) -> HttpResponse:
    """Let a large list be taken or taken back beside the pages."""
    token = import_jobs.ask_about(actor_of(request), action, file.id, file.rows, reader_language())
    return see_page("workforce-import-wait", token)


def _page(request: HttpRequest, number: int, error: LianfangError | None = None) -> HttpResponse:
    file = imports_read.file(number)
    chosen = request.GET.get("verdict", "")
    if chosen not in VERDICTS and chosen != imports_read.KEPT:
        chosen = next((str(one) for one in VERDICTS if file.counts.get(one, 0)), Verdict.NEW.value)
    after = request.GET.get("after", "")
    rows = imports_read.rows(file, chosen, after=int(after) if is_whole(after) and len(after) < 9 else 0)
    spoken = reader_language()
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
