"""The door of jobs: engines register what the steward shall do every minute (short, idempotent work), and their queues."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

__all__ = ["Standing", "each_minute", "each_second", "minute_jobs", "queue", "second_jobs", "standings"]

_JOBS: list[Callable[[], object]] = []
_SOON: list[Callable[[], object]] = []


class Standing(NamedTuple):
    """Where one job beside the pages stands, for whoever looks after the machine: no word of what it is about.

    since: seconds of the clock, when it was asked for or when it broke off. A job that was refused is its asker's affair, not here.
    """

    state: Literal["waiting", "running", "broke_off"]
    since: float


_QUEUES: list[Callable[[], Iterable[Standing]]] = []


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


def queue(look: Callable[[], Iterable[Standing]]) -> None:
    """Show the jobs of a queue on the operator's page; registered once, at start."""
    if look not in _QUEUES:
        _QUEUES.append(look)


def standings() -> tuple[Standing, ...]:
    """Where every job of every queue stands."""
    return tuple(one for look in _QUEUES for one in look())
