"""The steward: one process that folds metrics, seals the log, and runs the engines' minute jobs, beside the workers."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence

import psycopg
from django.db import DatabaseError, connections

from lianfang.base.database.connect import DOOR, from_environment
from lianfang.base.facts.seal import seal_once
from lianfang.base.jobs.api import minute_jobs, second_jobs

log = logging.getLogger(__name__)

FOLD_SECONDS = 0.2
"""How long a new figure waits at most before it is added up (a city's total must be fresh within one second)."""
SEAL_SECONDS = 1.0
JOB_SECONDS = 60.0
QUEUE_SECONDS = 1.0


def run(stop: threading.Event) -> None:
    """Fold and seal until told to stop; a lost connection is tried again every second."""
    sealed = 0.0
    connection: psycopg.Connection | None = None
    while not stop.is_set():
        try:
            if connection is None or connection.closed:
                connection = psycopg.connect(from_environment().conninfo(DOOR), autocommit=True)
            connection.execute("select metrics_fold()")
            if time.monotonic() - sealed >= SEAL_SECONDS:
                sealed = time.monotonic()
                seal_once(connection)
            stop.wait(FOLD_SECONDS)
        except psycopg.Error as error:
            log.warning("steward: %s; trying again", type(error).__name__)
            connection = None
            stop.wait(1.0)


def keep_jobs(stop: threading.Event) -> None:
    """Run the minute jobs until told to stop."""
    while not stop.is_set():
        run_jobs()
        stop.wait(JOB_SECONDS)


def keep_queues(stop: threading.Event) -> None:
    """Ask for waiting work until told to stop."""
    while not stop.is_set():
        run_jobs(second_jobs())
        stop.wait(QUEUE_SECONDS)


def run_jobs(jobs: Sequence[Callable[[], object]] | None = None) -> None:
    """Run what engines registered (each minute, unless others are given); one that fails is logged and does not stop the
    others."""
    for job in minute_jobs() if jobs is None else jobs:
        try:
            job()
        except DatabaseError:
            log.exception("steward: %s", getattr(job, "__qualname__", job))
    connections.close_all()


def main() -> None:
    """Run as a process of its own until SIGTERM or SIGINT."""
    import django

    django.setup()
    stop = threading.Event()
    threading.Thread(
        target=keep_jobs, args=[stop], daemon=True
    ).start()  # apart, so that no job holds up a fresh figure
    threading.Thread(target=keep_queues, args=[stop], daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    run(stop)


if __name__ == "__main__":
    main()
