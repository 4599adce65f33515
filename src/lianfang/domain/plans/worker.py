"""One computation of a plan: read the inputs, let the engine work, keep what came of it; progress and cancel on the way."""

from __future__ import annotations

import os
import threading
import time
from typing import IO, Final

from django.db import transaction

from lianfang.base.access.api import Actor, enter
from lianfang.domain.plans import jobs, services
from lianfang.domain.plans.jobs import Job
from lianfang.domain.plans.jobs import Progress as Said
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Built, kind_of
from lianfang.domain.plans.selectors import plan_by_id
from lianfang.kernel.errors import LianfangError
from lianfang.planning import ProblemError, Progress, Result, Status, Stop

GRACE: Final = 20.0
"""Seconds an engine may go on after it was asked to end before its program ends itself: an assumption, above any single step."""

Refusal = tuple[LianfangError, services.Told]
"""Why there is no plan, and what the engine said of it."""


class Teller:
    """Passes progress on about once a second, and tells the engine when somebody asked for the end."""

    def __init__(self, plan_id: int, limit: float) -> None:
        self.plan_id = plan_id
        self.said = Said("running", "read", limit=limit)
        self.began = time.monotonic()
        self.stopped: float | None = None
        self.over = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def hear(self, progress: Progress) -> bool:
        """What the engine says; False asks it to end with what it has."""
        self.said.phase, self.said.objective, self.said.bound = progress.phase, progress.objective, progress.bound
        return self.stopped is None

    def _beat(self) -> None:
        while not self.over.wait(0.5):
            self.said.seconds = round(time.monotonic() - self.began, 1)
            jobs.say(self.plan_id, self.said)
            if self.stopped is None and jobs.cancelled(self.plan_id):
                self.stopped = time.monotonic()
            if self.stopped is not None and time.monotonic() - self.stopped > GRACE:
                jobs.finish(self.plan_id, Said("failed", sentence=LianfangError("plans.cancelled").render()))
                os._exit(0)


def run_job(plan_id: int, lock: IO[bytes] | None = None) -> None:
    """Compute one plan and write down what came of it; another program's work is left alone. lock: what `hold` gave, if it did."""
    lock = lock or jobs.hold(plan_id)
    if lock is None:
        return
    with lock:
        job = jobs.job_of(plan_id)
        if job is not None:
            jobs.finish(plan_id, _compute(job))


def _compute(job: Job) -> Said:
    teller = None
    try:
        with transaction.atomic():
            actor = _enter(job)
            plan = plan_by_id(job.plan_id)
            if plan.state != "solving":
                return Said("done")
            teller = Teller(job.plan_id, plan.stop_seconds)
            try:
                if jobs.cancelled(job.plan_id):
                    raise LianfangError("plans.cancelled")
                built = services.build(actor, plan)
            except (LianfangError, ValueError) as error:
                services.fail(plan, *_refusal_of(error))
                return Said("done")
        baseline = _quietly(plan.kind, built)
        result = _solve(plan, built, teller)
        with transaction.atomic():
            actor = _enter(job)
            if isinstance(result, Result):
                services.settle(actor, plan, built, result, baseline)
            else:
                services.fail(plan, *result)
        return Said("done")
    except LianfangError as error:
        return Said("failed", sentence=error.render(job.language))
    finally:
        if teller is not None:
            teller.over.set()


def _solve(plan: Plan, built: Built, teller: Teller) -> Result | Refusal:
    """The engine's plan, or the refusal that says why there is none."""
    kind = kind_of(plan.kind)
    try:
        result = kind.solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed, on_progress=teller.hear)
    except ValueError as error:
        return _refusal_of(error)
    if result.status is Status.INFEASIBLE:
        reasons = result.reasons[:3]
        why = " ".join(one.text for one in reasons)
        return LianfangError("plans.infeasible", why=why or "?"), {
            "why": [(one.code, one.text, one.values) for one in reasons]
        }
    if result.status is Status.TIMEOUT:
        stopped = teller.stopped is not None
        return LianfangError("plans.cancelled") if stopped else LianfangError(
            "plans.timeout", seconds=plan.stop_seconds
        ), {}
    if broken := kind.check(built, result):
        code, text = broken[0].code, broken[0].text
        return LianfangError("plans.check_failed", rule=text), {"rule": [(code, text, ())]}
    return result


def _quietly(key: str, built: Built) -> Result | None:
    """The rule of thumb; a plan does without it where the rule finds none."""
    try:
        return kind_of(key).baseline(built)
    except ProblemError:
        return None


def _refusal_of(error: Exception) -> Refusal:
    if isinstance(error, LianfangError):
        return error, {}
    if not isinstance(error, ProblemError):
        raise error
    return LianfangError("plans.infeasible", why=str(error)), {"why": [(error.code, str(error), ())]}


def _enter(job: Job) -> Actor:
    actor = enter(job.session)
    if actor is None or actor.account_id != job.account_id:
        raise LianfangError("session.expired")
    return actor
