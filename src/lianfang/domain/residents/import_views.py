"""Pages of imports: send a table, look at its columns, see the verdict of each row, take it, take it back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianfang.base.access.api import Actor, requires
from lianfang.base.access.looks import note_export
from lianfang.base.access.pages import actor_of, reader_language, see_page
from lianfang.base.access.places import place_of
from lianfang.base.incidents.api import incident_for
from lianfang.domain.residents import export_pages, import_jobs, import_pages, import_reads, uploads
from lianfang.domain.residents.forms import REGISTER_WORDS, UploadForm, chosen_columns
from lianfang.domain.residents.job_pages import JobPages
from lianfang.domain.residents.services import discard_import, stage_residents, take_residents, undo_import
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole

JOBS = JobPages(import_jobs.KIND, gettext_lazy("Import"), "import", "import-wait", "import-file", "import-forget")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("other:import", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Send a table, and the imports so far with their undo."""
    actor = actor_of(request)
    own = place_of(actor, actor.area_code)
    choices = import_pages.area_choices(own)
    form = UploadForm(
        choices, request.POST or None, request.FILES or None, initial={"area": request.GET.get("area", own.code)}
    )
    if request.method == "POST":
        try:
            return HttpResponseRedirect(reverse("import-look", args=[_send(request, actor, form).token]))
        except LianfangError as error:
            form.add_error("file" if not form.errors.get("file") else None, error.render(reader_language()))
    before = request.GET.get("before", "")
    found = import_reads.imports(before=int(before) if is_whole(before) else None, limit=import_reads.FILES + 1)
    context = {
        "form": form,
        "place": own,
        "one_area": len(choices) == 1,
        "done": request.GET.get("done", ""),
        "unfinished": JOBS.unfinished(actor),
        "history": import_pages.history_lines(found[: import_reads.FILES], actor),
        "older": found[import_reads.FILES - 1].id if len(found) > import_reads.FILES else 0,
    }
    return render(request, "residents/import.html", context, status=422 if request.method == "POST" else 200)


@requires("other:import", lists=True)
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The columns of a sent table with what each was taken for; confirming them judges every row."""
    actor = actor_of(request)
    found = uploads.find(token, actor=actor)
    sheet = request.GET.get("sheet", "")
    if sheet and sheet != found.sheet:
        found = uploads.again(found, actor=actor, sheet=sheet)
    lines: list[str] = []
    if request.method == "POST":
        try:
            return _stage(request, actor, found)
        except LianfangError as error:
            lines = [error.render(reader_language())]
    context = {
        "look": found,
        "columns": import_pages.look_columns(found, request.POST),
        "names": import_pages.headings(found.register),
        "missing": import_pages.missing_columns(found),
        "lines": lines,
        "has_errors": bool(lines),
        "place": place_of(actor, found.area_path.ljust(12, "0")),
        "register": REGISTER_WORDS[found.register],
        "notes": [note.sentence(reader_language()) for note in found.notes],
    }
    return render(request, "residents/import_look.html", context, status=422 if lines else 200)


@requires("other:import", lists=True)
@require_POST
def forget(request: HttpRequest, token: str) -> HttpResponse:
    """Throw a sent table away before its rows were judged, or a task that broke off."""
    actor = actor_of(request)
    if not JOBS.drop(token, actor):
        uploads.forget(uploads.find(token, actor=actor))
    return see_page("import", done="discarded")


@requires("other:import", lists=True)
@require_GET
def verdicts(request: HttpRequest, number: int) -> HttpResponse:
    """The verdict of each row of an import, what would be taken, and after that the way back."""
    return _verdicts_page(request, number)


@requires("other:import", lists=True)
@require_GET
def wait(request: HttpRequest, token: str) -> HttpResponse:
    """How far the work on a large table is; leads on when it is done."""
    actor = actor_of(request)
    try:
        return JOBS.page(request, actor, token)
    except LianfangError:
        return see_page("import-look", uploads.find(token, actor=actor).token)  # kept, but nothing was asked yet


@requires("other:import", lists=True)
@require_POST
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Write the new and changed rows into the ledger; a large table beside the pages."""
    try:
        file = import_reads.import_by_id(number)
        if file.rows > import_jobs.LARGE_ROWS and file.state == "staged":
            return _ask(request, "take", file)
        take_residents(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _verdicts_page(request, number, error)
    return see_page("import-file", number, done="taken")


@requires("other:import", lists=True)
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take an import back; rows that something touched since stay and are listed."""
    try:
        file = import_reads.import_by_id(number)
        if file.taken > import_jobs.LARGE_ROWS and file.state == "taken":
            return _ask(request, "undo", file)
        undo_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _verdicts_page(request, number, error)
    return see_page("import-file", number, done="undone")


@requires("other:import", lists=True)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Drop a table whose rows were judged but not taken."""
    try:
        discard_import(actor=actor_of(request), file_id=number)
    except LianfangError as error:
        return _verdicts_page(request, number, error)
    return see_page("import", done="discarded")


@requires("other:import", lists=True)
@require_GET
def refused_file(request: HttpRequest, number: int) -> HttpResponse:
    """The rows that were not taken as an Excel file with their reasons."""
    actor = actor_of(request)
    file = import_reads.import_by_id(number)
    if not import_pages.may_read_whole(file, actor):
        raise LianfangError("access.not_found")
    incident = incident_for(file.path)
    drill = bool(settings.DRILL or (incident is not None and incident.drill))
    body, count = export_pages.refused_file(file, actor, reader_language(), drill=drill)
    note_export("import-not-taken", file.path, count)
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="import-{file.id}-not-taken.xlsx"'
    answer["X-Rows"] = str(count)
    return answer


# ------------------------------------------------------------------------------------------------------- pieces


def _send(request: HttpRequest, actor: Actor, form: UploadForm) -> uploads.Look:
    """Keep the sent file sealed and look at its columns; raises what is wrong with it."""
    sent = request.FILES.get("file")
    if sent is None:
        raise LianfangError("residents.file_missing")
    form.errors.pop("file", None)
    place = place_of(actor, request.POST.get("area", "") or actor.area_code)
    return uploads.keep(
        actor=actor,
        data=sent.read(),
        area_path=place.path,
        register=request.POST.get("register", ""),
        name=sent.name or "",
    )


def _ask(request: HttpRequest, action: str, file: import_reads.ImportFile) -> HttpResponse:
    """Let a large table be taken or taken back beside the pages."""
    return see_page(
        "import-wait",
        import_jobs.ask_about(actor_of(request), action, file.id, file.path, file.rows, reader_language()),
    )


def _stage(request: HttpRequest, actor: Actor, found: uploads.Look) -> HttpResponse:
    """Judge every row of a kept file, a large one beside the pages; one that was imported before leads to that import."""
    mapping = chosen_columns(request.POST, found, import_pages.headings(found.register))
    if found.size > import_jobs.LARGE_BYTES:
        return see_page("import-wait", import_jobs.ask_stage(actor, found, mapping, reader_language()))
    report = stage_residents(
        actor=actor,
        source=uploads.contents(found),
        area_path=found.area_path,
        register=found.register,
        filename=found.name,
        sheet=found.sheet,
        mapping=mapping,
        language=reader_language(),
    )
    if report.file_id is None:
        raise LianfangError("jobs.upload_gone")
    uploads.forget(found)
    if report.repeated:
        return see_page("import-file", report.file_id, done="repeated")
    uploads.keep_notes(found.area_path, report.file_id, report.notes)
    return see_page("import-file", report.file_id)


def _verdicts_page(request: HttpRequest, number: int, error: LianfangError | None = None) -> HttpResponse:
    actor = actor_of(request)
    file = import_reads.import_by_id(number)
    undone = import_reads.undone_of(file) if file.state == "undone" else import_reads.Undone(0, 0, 0)
    chosen = request.GET.get("verdict", "")
    if chosen not in import_pages.VERDICTS and chosen != import_reads.KEPT:
        chosen = import_pages.first_verdict(file, undone.kept)
    after = request.GET.get("after", "")
    rows = import_reads.rows_of(
        file, (chosen,), after=int(after[:9]) if is_whole(after) else 0, limit=import_reads.PAGE + 1
    )
    whole = import_pages.may_read_whole(file, actor)
    context: dict[str, Any] = {
        "file": file,
        "place": place_of(actor, file.path.ljust(12, "0")),
        "undone": undone,
        "chosen": chosen,
        "register": REGISTER_WORDS.get(file.register, file.register),
        "state": import_pages.FILE_STATES[file.state],
        "bar": import_pages.bar(file, chosen),
        "filters": import_pages.filters(file, chosen, undone.kept),
        "rows": import_pages.row_lines(rows, file.register, open_names=whole),
        "may_read_whole": whole,
        "ask_at": file.path if len(file.path) == 12 and actor.may("other", "keep_ledger") else "",
        "following": rows[import_reads.PAGE - 1].row if len(rows) > import_reads.PAGE else 0,
        "paged": bool(after),
        "notes": uploads.notes(file.path, file.id),
        "done": request.GET.get("done", ""),
        "lines": [error.render(reader_language())] if error else [],
        "has_errors": error is not None,
    }
    return render(request, "residents/import_file.html", context, status=error.status if error else 200)
