"""Long work that somebody waits for, beside the pages: a job waits as a sealed file, the steward runs it as a program.

A job works under the session that asked for it: who signed out or lost the grant meanwhile has no job any more. It is one
transaction: a program that is killed leaves nothing half-written, and the job is run once more. A job is found again after a
restart as long as its file is kept.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from django.db import transaction

from lianfang.base.access.api import Actor, enter
from lianfang.base.jobs import kept
from lianfang.base.jobs.api import Standing, queue
from lianfang.base.vault.api import BadSeal
from lianfang.kernel.errors import Language, LianfangError, Value, define, problem

log = logging.getLogger(__name__)

MOST_TRIES: Final = 2
"""How often a job is begun: the second time after a kill or a restart; what breaks off twice would a third time (assumption)."""
_JOB: Final = b"jobs.job"

define(
    "jobs.broke_off",
    status=500,
    zh="后台处理中断，没有写入任何数据。请再试一次；若仍失败，请联系系统管理员。",
    en="The work in the background broke off; nothing was written. Try again, and if it fails again ask the administrator.",
)


class Job(msgspec.Struct):
    """What is to be done, for whom and under which session. kind: who does it; values: what they need to know."""

    kind: str
    action: str
    account_id: int
    session: bytes
    language: Language
    file_id: int = 0
    values: dict[str, Any] = {}


class Progress(msgspec.Struct):
    """How far a job is. file_id: the import it is about or led to; outcome: a word for the page; code, values: what went wrong;
    asked_at: seconds of the clock; tries: how often it was begun."""

    kind: str = ""
    action: str = ""
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    done: int = 0
    total: int = 0
    file_id: int = 0
    outcome: str = ""
    code: str = ""
    values: dict[str, Value] = {}
    account_id: int = 0
    asked_at: float = 0.0
    tries: int = 0

    def sentence(self, language: Language) -> str:
        """What went wrong, for a person; '' while nothing did."""
        return problem(self.code).sentence(self.values, language) if self.code else ""


class Done(msgspec.Struct):
    """What a job led to. rows: how many it dealt with."""

    rows: int
    file_id: int
    outcome: str = ""


Doer = Callable[[Actor, str, Job, Callable[[int], None]], Done]
"""Does a job: actor, token, job, and whom to tell how many rows are done."""
_DOERS: Final[dict[str, Doer]] = {}


def does(kind: str, doer: Doer) -> None:
    """Register who does the jobs of a kind (when applications start)."""
    _DOERS[kind] = doer


def job_of(kind: str, action: str, actor: Actor, language: Language, file_id: int = 0, **values: object) -> Job:
    """A job for the session that this request runs in."""
    return Job(kind, action, actor.account_id, actor.token_digest, language, file_id, values)


def ask(token: str, job: Job, total: int = 0) -> str:
    """Let a job wait for its turn; returns its token. The same token asked again while it waits or runs stays one job."""
    if kept.place(token, "job").exists():
        return token
    _say(
        token,
        Progress(
            job.kind, job.action, total=total, file_id=job.file_id, account_id=job.account_id, asked_at=time.time()
        ),
    )
    kept.write(token, "job", msgspec.msgpack.encode(job), _JOB)
    return token


def progress_of(token: str, actor: Actor) -> Progress:
    """How far a job of this account is; raises jobs.upload_gone."""
    found = _progress(token)
    if found is None or found.account_id != actor.account_id:
        raise LianfangError("jobs.upload_gone")
    return found


def unfinished(kind: str, actor: Actor) -> list[tuple[str, Progress]]:
    """The jobs of this account that wait, run or failed within the day, newest first, each with its token."""
    kept.purge()
    found = [(at.stem, _progress(at.stem)) for at in kept.folder().glob("*.progress")]
    own = [(token, one) for token, one in found if one is not None and one.account_id == actor.account_id]
    return sorted(
        ((token, one) for token, one in own if one.kind == kind and one.state != "done"),
        key=lambda pair: -pair[1].asked_at,
    )


def dismiss(token: str, actor: Actor) -> bool:
    """Forget a failed job of this account, with the file it was about; whether there was one."""
    found = _progress(token)
    if found is None or found.account_id != actor.account_id or found.state != "failed":
        return False
    kept.forget(token, "progress", "file", "look")
    return True


def run_waiting() -> int:
    """Run what waits, one job after the other, each as a program of its own (the steward, every second)."""
    ran = 0
    for _asked_at, place in sorted(_waiting()):
        ran += 1
        command = [sys.executable, "-m", "lianfang.base.jobs.beside_worker", place.stem]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
        if place.exists():  # killed or crashed before it could say anything
            log.error("job %s ended with status %s", place.stem, done.returncode)
            before = _progress(place.stem) or Progress()
            if before.tries >= MOST_TRIES or before.state == "waiting":  # broke off twice, or did not even begin
                _finish(place.stem, Progress(state="failed", code="jobs.broke_off"))
    return ran


def standings() -> Iterator[Standing]:
    """Where the jobs of everybody stand, for the operator's page; what was refused or is done is not told."""
    for at in kept.folder().glob("*.progress"):
        found = _progress(at.stem)
        if found is None or found.state == "done":
            continue
        if found.state != "failed":
            yield Standing(found.state, found.asked_at)
        elif found.code == "jobs.broke_off":
            with suppress(FileNotFoundError):
                yield Standing("broke_off", at.stat().st_mtime)


queue(standings)


def _waiting() -> Iterator[tuple[float, Path]]:
    for place in kept.folder().glob("*.job"):
        try:
            yield place.stat().st_mtime, place
        except FileNotFoundError:  # just done
            continue


def run_job(token: str) -> None:
    """Do one job and write down what came of it; while another program does it, wait and leave it at that."""
    try:
        with kept.place(token, "job").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if kept.place(token, "job").exists():
                _run(token)
    except FileNotFoundError:
        return


def _run(token: str) -> None:
    try:
        job = msgspec.msgpack.decode(kept.read(token, "job", _JOB), type=Job)
    except (OSError, BadSeal, msgspec.MsgspecError):
        _finish(token, Progress(state="failed", code="jobs.upload_gone"))
        return
    begun = _progress(token) or Progress(job.kind, job.action, account_id=job.account_id)
    begun.tries += 1
    begun.state = "running"

    def tell(rows: int) -> None:
        _say(token, msgspec.structs.replace(begun, done=rows))

    tell(0)
    try:
        with transaction.atomic():
            actor = enter(job.session)
        if actor is None or actor.account_id != job.account_id:
            raise LianfangError("session.expired")
        done = _DOERS[job.kind](actor, token, job, tell)
    except LianfangError as error:
        _finish(token, Progress(state="failed", code=error.code, values=dict(error.values)))
    else:
        _finish(token, Progress("", "", "done", done.rows, done.rows, done.file_id, done.outcome))


def _progress(token: str) -> Progress | None:
    try:
        return msgspec.json.decode(kept.place(token, "progress").read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return None


def _say(token: str, progress: Progress) -> None:
    kept.put(token, "progress", [msgspec.json.encode(progress)])


def _finish(token: str, progress: Progress) -> None:
    before = _progress(token) or Progress()
    progress.kind, progress.action, progress.account_id = before.kind, before.action, before.account_id
    progress.asked_at, progress.tries = before.asked_at, before.tries
    progress.file_id = progress.file_id or before.file_id
    _say(token, progress)
    kept.forget(token, "job")
