"""Large tables are judged and taken beside the pages: a job waits as a sealed file, the steward runs it as a program.

A job works under the session that asked for it: who signed out or lost the grant meanwhile has no job any more. Its
program is killed with nothing half-written (one transaction), and runs again when the steward finds it after a restart.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec
from django.conf import settings
from django.db import transaction

from lianfang.base.access.api import Actor, enter
from lianfang.base.vault.api import BadSeal, standing_box
from lianfang.domain.residents import uploads
from lianfang.domain.residents.services import ImportReport, stage_residents, take_residents
from lianfang.kernel.errors import Language, LianfangError, define

log = logging.getLogger(__name__)

LARGE_BYTES: Final = 300_000
"""A larger table is judged beside the pages: about 4,000 rows of .xlsx, a second and a half of work."""
LARGE_ROWS: Final = 4_000
"""A staged file of more rows is taken beside the pages."""
_JOB: Final = b"residents_upload.job"

define(
    "residents.job_failed",
    status=500,
    zh="后台处理中断，没有写入任何数据。请再试一次；若仍失败，请联系系统管理员。",
    en="The work in the background broke off; nothing was written. Try again, and if it fails again ask the administrator.",
)


class Job(msgspec.Struct):
    """What is to be done with a kept file (stage) or with a staged import (take), and under which session."""

    account_id: int
    session: bytes
    area_path: str
    action: Literal["stage", "take"]
    language: Language
    file_id: int = 0
    look: str = ""
    mapping: dict[str, int] | None = None


class Progress(msgspec.Struct):
    """How far a job is. state: waiting, running, done, failed; file_id: the import it led to; sentence: what went wrong."""

    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    action: str = "stage"
    done: int = 0
    total: int = 0
    file_id: int = 0
    outcome: str = ""
    sentence: str = ""
    account_id: int = 0


def ask_stage(actor: Actor, look: uploads.Look, mapping: dict[str, int] | None, language: Language) -> str:
    """Let the rows of a kept file be judged; returns the token of the job, which is the file's."""
    job = Job(actor.account_id, actor.token_digest, look.area_path, "stage", language, look=look.token, mapping=mapping)
    return _ask(look.token, job)


def ask_take(actor: Actor, file_id: int, area_path: str, rows: int, language: Language) -> str:
    """Let a staged import be taken; returns the token of the job, which depends on the import alone (asked once)."""
    token = f"{area_path[:6]}-{'take' + str(file_id):_>24.24}"
    job = Job(actor.account_id, actor.token_digest, area_path, "take", language, file_id=file_id)
    return _ask(token, job, rows)


def progress_of(token: str, actor: Actor) -> Progress:
    """How far a job of this account is; raises residents.upload_gone."""
    try:
        found = msgspec.json.decode(uploads.place(token, "progress").read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        raise LianfangError("residents.upload_gone") from None
    if found.account_id != actor.account_id:
        raise LianfangError("residents.upload_gone")
    return found


def run_waiting() -> int:
    """Run what waits, one job after the other, each as a program of its own (the steward, every second)."""
    folder, ran = Path(settings.DATA) / "uploads", 0
    for place in sorted(folder.glob("*.job")):
        command = [sys.executable, "-m", "lianfang.domain.residents.import_worker", place.stem]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
        if place.exists():  # killed or crashed before it could say anything
            log.error("import job %s ended with status %s", place.stem, done.returncode)
            _finish(place.stem, Progress("failed", sentence=LianfangError("residents.job_failed").render()))
        ran += 1
    return ran


def run_job(token: str) -> None:
    """Do one job and write down what came of it."""
    try:
        job = msgspec.msgpack.decode(uploads.read(token, "job", _JOB), type=Job)
    except (OSError, BadSeal, msgspec.MsgspecError):
        return
    try:
        report = _do(token, job)
    except LianfangError as error:
        _finish(token, Progress("failed", job.action, sentence=error.render(job.language), file_id=job.file_id))
        return
    outcome = "taken" if job.action == "take" else ("repeated" if report.repeated else "")
    _finish(token, Progress("done", job.action, report.rows, report.rows, report.file_id or 0, outcome))


def _do(token: str, job: Job) -> ImportReport:
    with transaction.atomic():
        actor = enter(job.session)
    if actor is None or actor.account_id != job.account_id:
        raise LianfangError("session.expired")
    tell = _teller(token, progress_of(token, actor))
    if job.action == "take":
        return take_residents(actor=actor, file_id=job.file_id, on_rows=tell)
    found = uploads.find(job.look, actor=actor)
    report = stage_residents(
        actor=actor, source=uploads.contents(found), area_path=found.area_path, register=found.register, filename=found.name,
        sheet=found.sheet, mapping=job.mapping, language=job.language, on_rows=tell,
    )  # fmt: skip
    if report.file_id is not None and not report.repeated:
        uploads.keep_notes(found.area_path, report.file_id, report.notes)
    uploads.forget(found)
    return report


def _ask(token: str, job: Job, total: int = 0) -> str:
    _say(token, Progress("waiting", job.action, total=total, file_id=job.file_id, account_id=job.account_id))
    box = standing_box(job.area_path)
    uploads.write(token, "job", box.seal(msgspec.msgpack.encode(job), _JOB))
    return token


def _teller(token: str, start: Progress) -> Callable[[int], None]:
    """A function that is told how many rows are done."""
    began = time.monotonic()

    def tell(rows: int) -> None:
        _say(token, msgspec.structs.replace(start, state="running", done=rows))
        log.debug("import job %s: %s rows in %.1f s", token, rows, time.monotonic() - began)

    tell(0)
    return tell


def _say(token: str, progress: Progress) -> None:
    draft = uploads.place(token, "draft")
    draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft.write_bytes(msgspec.json.encode(progress))
    draft.replace(uploads.place(token, "progress"))


def _finish(token: str, progress: Progress) -> None:
    try:
        before = msgspec.json.decode(uploads.place(token, "progress").read_bytes(), type=Progress)
        progress.account_id, progress.action = before.account_id, before.action
        progress.file_id = progress.file_id or before.file_id
    except (OSError, msgspec.MsgspecError):
        pass
    _say(token, progress)
    uploads.place(token, "job").unlink(missing_ok=True)
