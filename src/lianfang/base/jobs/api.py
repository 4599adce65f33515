"""The door of jobs: engines register what the steward shall do every minute (short, idempotent work)."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["each_minute", "each_second", "minute_jobs", "second_jobs"]

_JOBS: list[Callable[[], object]] = []
_SOON: list[Callable[[], object]] = []


def each_minute(job: Callable[[], object]) -> Callable[[], object]:
    """Let the steward run this about every minute, in its own process; it must be safe to repeat."""
    if job not in _JOBS:
        _JOBS.append(job)
    return job


def minute_jobs() -> tuple[Callable[[], object], ...]:
    """What is registered, in order."""
    return tuple(_JOBS)


def each_second(job: Callable[[], object]) -> Callable[[], object]:
    """Let the steward ask this every second for work that somebody waits for; it looks quickly and starts long work as a
    program of its own."""
    if job not in _SOON:
        _SOON.append(job)
    return job


def second_jobs() -> tuple[Callable[[], object], ...]:
    """What is asked every second, in order."""
    return tuple(_SOON)
