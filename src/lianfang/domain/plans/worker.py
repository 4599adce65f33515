"""The program of one computation: `python -m lianfang.domain.plans.worker PLAN`, started by the steward."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lianfang.base.access.api import Actor
    from lianfang.domain.plans.jobs import Job
    from lianfang.domain.plans.jobs import Progress as Said
    from lianfang.domain.plans.models import Plan
    from lianfang.domain.plans.registry import Built
    from lianfang.kernel.errors import LianfangError
    from lianfang.planning import Progress, Result

GRACE: Final = 20.0
"""Seconds an engine may go on after it was asked to end before its program ends itself: an assumption, above any single step."""


class Teller:
    """Passes progress on about once a second, and tells the engine when somebody asked for the end."""

    def __init__(self, plan_id: int, limit: float) -> None:
        from lianfang.domain.plans.jobs import Progress

        self.plan_id = plan_id
        self.said = Progress("running", "read", limit=limit)
        self.began = time.monotonic()
        self.stopped: float | None = None
        self.over = threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def hear(self, progress: Progress) -> bool:
        """What the engine says; False asks it to end with what it has."""
        self.said.phase, self.said.objective, self.said.bound = progress.phase, progress.objective, progress.bound
        return self.stopped is None

    def _beat(self) -> None:
        from lianfang.domain.plans import jobs
        from lianfang.kernel.errors import LianfangError

        while not self.over.wait(0.5):
            self.said.seconds = round(time.monotonic() - self.began, 1)
            jobs.say(self.plan_id, self.said)
            if self.stopped is None and jobs.cancelled(self.plan_id):
                self.stopped = time.monotonic()
            if self.stopped is not None and time.monotonic() - self.stopped > GRACE:
                jobs.finish(self.plan_id, jobs.Progress("failed", sentence=LianfangError("plans.cancelled").render()))
                os._exit(0)


def run_job(plan_id: int) -> None:
    """Compute one plan and write down what came of it; another program's work is left alone."""
    from lianfang.domain.plans import jobs

    lock = jobs.hold(plan_id)
    if lock is None:
        return
    with lock:
        job = jobs.job_of(plan_id)
        if job is not None:
            jobs.finish(plan_id, _compute(job))


def _compute(job: Job) -> Said:
    from django.db import transaction

    from lianfang.domain.plans import jobs, services
    from lianfang.domain.plans.selectors import plan_by_id
    from lianfang.kernel.errors import LianfangError

    teller = None
    try:
        with transaction.atomic():
            actor = _enter(job)
            plan = plan_by_id(job.plan_id)
            if plan.state != "solving":
                return jobs.Progress("done")
            teller = Teller(job.plan_id, plan.stop_seconds)
            try:
                if jobs.cancelled(job.plan_id):
                    raise LianfangError("plans.cancelled")
                built = services.build(actor, plan)
            except (LianfangError, ValueError) as error:
                services.fail(plan, _as_refusal(error))
                return jobs.Progress("done")
        baseline = _quietly(plan.kind, built)
        result = _solve(plan, built, teller)
        with transaction.atomic():
            actor = _enter(job)
            if isinstance(result, LianfangError):
                services.fail(plan, result)
            else:
                services.settle(actor, plan, built, result, baseline)
        return jobs.Progress("done")
    except LianfangError as error:
        return jobs.Progress("failed", sentence=error.render(job.language))
    finally:
        if teller is not None:
            teller.over.set()


def _solve(plan: Plan, built: Built, teller: Teller) -> Result | LianfangError:
    """The engine's plan, or the refusal that says why there is none."""
    from lianfang.domain.plans.registry import kind_of
    from lianfang.kernel.errors import LianfangError
    from lianfang.planning import Status, Stop

    kind = kind_of(plan.kind)
    try:
        result = kind.solve(built, stop=Stop(seconds=plan.stop_seconds), seed=plan.seed, on_progress=teller.hear)
    except ValueError as error:
        return _as_refusal(error)
    if result.status is Status.INFEASIBLE:
        why = "；".join(
            kind.sentence(one.code, {"text": one.text, **dict(one.values)}, "zh") for one in result.reasons[:3]
        )
        return LianfangError("plans.infeasible", why=why or "?")
    if result.status is Status.TIMEOUT:
        stopped = teller.stopped is not None
        return (
            LianfangError("plans.cancelled") if stopped else LianfangError("plans.timeout", seconds=plan.stop_seconds)
        )
    broken = kind.check(built, result)
    if broken:
        return LianfangError("plans.check_failed", rule=kind.sentence(broken[0].code, {"text": broken[0].text}, "zh"))
    return result


def _quietly(key: str, built: Built) -> Result | None:
    """The rule of thumb; a plan does without it where the rule finds none."""
    from lianfang.domain.plans.registry import kind_of
    from lianfang.planning import ProblemError

    try:
        return kind_of(key).baseline(built)
    except ProblemError:
        return None


def _as_refusal(error: Exception) -> LianfangError:
    from lianfang.kernel.errors import LianfangError
    from lianfang.planning import ProblemError

    if isinstance(error, LianfangError):
        return error
    if not isinstance(error, ProblemError):
        raise error
    return LianfangError("plans.infeasible", why=str(error))


def _enter(job: Job) -> Actor:
    from lianfang.base.access.api import enter
    from lianfang.kernel.errors import LianfangError

    actor = enter(job.session)
    if actor is None or actor.account_id != job.account_id:
        raise LianfangError("session.expired")
    return actor


def main(plan_id: int) -> None:
    """Compute; what came of it stands in the plan and in its progress."""
    import django

    django.setup()
    run_job(plan_id)


if __name__ == "__main__":
    main(int(sys.argv[1]))
