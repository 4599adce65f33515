"""Plans are computed beside the pages: a job waits as a sealed file, the steward runs each as a program of its own.

A job works under the session that asked for it. Its program holds a lock on the job's file while it lives, so that a page
can tell work from a computer that was switched off; what broke off runs again when the steward finds it, or by a button.
"""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Literal

import msgspec
from django.conf import settings
from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.jobs.api import Standing
from lianfang.base.vault.api import BadSeal, system_box
from lianfang.kernel.errors import Language, LianfangError

log = logging.getLogger(__name__)

AT_ONCE: Final = 2
"""Computations side by side: an assumption, as many as the smallest machine has cores."""
_JOB: Final = b"plans_plan.job"
_RUNNING: dict[int, subprocess.Popen[bytes]] = {}


class Job(msgspec.Struct):
    """Which plan is computed, and under which session."""

    account_id: int
    session: bytes
    plan_id: int
    path: str
    language: Language


class Progress(msgspec.Struct):
    """How far a computation is. state: waiting, running, done, failed. phase: the engine's word. sentence: what went wrong."""

    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    phase: str = ""
    seconds: float = 0.0
    limit: float = 0.0
    objective: float | None = None
    bound: float | None = None
    sentence: str = ""
    at: float = 0.0


def ask(actor: Actor, plan_id: int, path: str) -> None:
    """Let a plan be computed."""
    place(plan_id, "stop").unlink(missing_ok=True)
    say(plan_id, Progress("waiting"))
    job = Job(actor.account_id, actor.token_digest, plan_id, path, reader_language())
    _write(place(plan_id, "job"), system_box().seal(msgspec.msgpack.encode(job), _JOB))


def cancel(plan_id: int) -> None:
    """Let a computation end soon with what it has; one that waits does not begin."""
    target = place(plan_id, "stop")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch()


def cancelled(plan_id: int) -> bool:
    """Whether somebody asked for the end."""
    return place(plan_id, "stop").exists()


def progress_of(plan_id: int) -> Progress:
    """How far a computation is; `failed` when its program is gone without a word."""
    try:
        found = msgspec.json.decode(place(plan_id, "progress").read_bytes(), type=Progress)
    except (OSError, msgspec.MsgspecError):
        return Progress("failed", sentence=LianfangError("plans.broke_off").render())
    if found.state == "running" and not alive(plan_id):
        waits = place(plan_id, "job").exists()
        return Progress("failed", found.phase, found.seconds, sentence="" if not waits else found.sentence)
    return found


def alive(plan_id: int) -> bool:
    """Whether the program of a computation holds its lock now."""
    try:
        with place(plan_id, "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def hold(plan_id: int) -> IO[bytes] | None:
    """Take the lock of a computation for as long as the file stays open; None when another program has it."""
    target = place(plan_id, "lock")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = target.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def job_of(plan_id: int) -> Job | None:
    """The job that waits for a plan, if it can be read."""
    try:
        return msgspec.msgpack.decode(system_box().open(place(plan_id, "job").read_bytes(), _JOB), type=Job)
    except (OSError, BadSeal, msgspec.MsgspecError):
        return None


def finish(plan_id: int, progress: Progress) -> None:
    """Say how it ended and take the job away."""
    say(plan_id, progress)
    for part in ("job", "stop"):
        place(plan_id, part).unlink(missing_ok=True)


def run_waiting() -> int:
    """Start what waits, look at what has ended (the steward, every second); returns how many run."""
    for number, program in list(_RUNNING.items()):
        if program.poll() is None:
            continue
        del _RUNNING[number]
        if place(number, "job").exists() and not alive(number):  # killed or crashed before it could say anything
            log.error("the program of plan %s ended with status %s", number, program.returncode)
            finish(number, Progress("failed", sentence=LianfangError("plans.broke_off").render()))
    folder = Path(settings.DATA) / "plans"
    for waiting in sorted(folder.glob("*.job"), key=lambda one: one.stat().st_mtime) if folder.exists() else ():
        number = int(waiting.stem)
        if len(_RUNNING) >= AT_ONCE:
            break
        if number in _RUNNING or alive(number):
            continue
        command = [sys.executable, "-m", "lianfang.domain.plans.program", str(number)]
        _RUNNING[number] = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
    return len(_RUNNING)


def standings() -> Iterator[Standing]:
    """Where computations stand, for the operator's page; what is done, or was refused with a reason, is not told."""
    broke_off = ("", LianfangError("plans.broke_off").render())
    for at in (Path(settings.DATA) / "plans").glob("*.progress"):
        number = int(at.stem)
        with suppress(FileNotFoundError):  # just done
            if place(number, "job").exists():
                asked_at = place(number, "job").stat().st_mtime
                yield Standing("running" if alive(number) else "waiting", asked_at)
            elif (found := progress_of(number)).state == "failed" and found.sentence in broke_off:
                yield Standing("broke_off", at.stat().st_mtime)


def say(plan_id: int, progress: Progress) -> None:
    """Write down how far a computation is."""
    progress.at = timezone.now().timestamp()
    _write(place(plan_id, "progress"), msgspec.json.encode(progress))


def place(plan_id: int, part: str) -> Path:
    """Where a part of a job lies."""
    return Path(settings.DATA) / "plans" / f"{int(plan_id)}.{part}"


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(f"{target.suffix}.{os.getpid()}")
    draft.write_bytes(data)
    draft.replace(target)
