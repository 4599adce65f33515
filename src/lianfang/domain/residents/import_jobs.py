"""Large tables of residents are judged, taken and taken back beside the pages (see `base.jobs.beside`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lianfang.base.access.api import Actor
from lianfang.base.jobs import beside, kept
from lianfang.domain.residents import uploads
from lianfang.domain.residents.services import stage_residents, take_residents, undo_import
from lianfang.kernel.errors import Language

LARGE_BYTES: Final = 300_000
"""A larger table is judged beside the pages: about 4,000 rows of .xlsx, a second and a half of work."""
LARGE_ROWS: Final = 4_000
"""A staged file of more rows is taken, and taken back, beside the pages."""
KIND: Final = "residents_import"


def ask_stage(actor: Actor, look: uploads.Look, mapping: dict[str, int] | None, language: Language) -> str:
    """Let the rows of a kept file be judged; returns the token of the job, which is the file's."""
    return beside.ask(look.token, beside.job_of(KIND, "stage", actor, language, mapping=mapping))


def ask_about(actor: Actor, action: str, file_id: int, area_path: str, rows: int, language: Language) -> str:
    """Let a staged import be taken (take) or a taken one be taken back (undo); the token depends on the import alone."""
    token = kept.number_token(area_path, action, file_id)
    return beside.ask(token, beside.job_of(KIND, action, actor, language, file_id=file_id), rows)


def do(actor: Actor, token: str, job: beside.Job, tell: Callable[[int], None]) -> beside.Done:
    """Do one job; raises what the services raise."""
    if job.action == "take":
        return beside.Done(take_residents(actor=actor, file_id=job.file_id, on_rows=tell).rows, job.file_id, "taken")
    if job.action == "undo":
        back = undo_import(actor=actor, file_id=job.file_id)
        return beside.Done(back.removed + back.restored + back.kept, job.file_id, "undone")
    found = uploads.find(token, actor=actor)
    report = stage_residents(
        actor=actor, source=uploads.contents(found), area_path=found.area_path, register=found.register, filename=found.name,
        sheet=found.sheet, mapping=job.values["mapping"], language=job.language, on_rows=tell,
    )  # fmt: skip
    if report.file_id is not None and not report.repeated:
        uploads.keep_notes(found.area_path, report.file_id, report.notes)
    uploads.forget(found)
    return beside.Done(report.rows, report.file_id or 0, "repeated" if report.repeated else "")
