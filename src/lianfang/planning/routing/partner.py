"""A second searcher in a process of its own, so that both cores of a small machine work on one plan.

It is started as a command, not forked: the caller may hold threads, connections or an unguarded main script. Questions
and answers are pickles over its pipes. Without an answer in time, or at all, the caller goes on alone.
"""

from __future__ import annotations

import pickle
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self

from lianfang.planning.routing import genetic
from lianfang.planning.routing.pool import Pooled, RoutePool
from lianfang.planning.routing.problem import Problem
from lianfang.planning.routing.search import Routes, Searcher, Translation
from lianfang.planning.stop import Clock, Stop

GRACE = 1.0
"""Seconds after the agreed end that an answer is waited for."""


@dataclass(frozen=True)
class Question:
    """Search `problem` from `start` (None: from nothing) until the monotonic clock of this machine shows `until`.

    genetic: by the method for problems of capacity alone, which begins from nothing.
    """

    problem: Problem
    seed: int
    until: float
    start: Routes | None = None
    genetic: bool = False


@dataclass(frozen=True)
class Answer:
    """The best routes, None if none keep every rule, and the routes met on the way."""

    routes: Routes | None
    met: Pooled


class Partner:
    """The other process. Use it as a context: leaving ends the process."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", "from lianfang.planning.routing.partner import main; main()"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        self._until = 0.0
        self._owes = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, question: Question) -> None:
        """Set the other process to work; one that still owes an answer is asked nothing more."""
        self._until = 0.0 if self._owes else question.until
        if self._owes:
            return
        self._owes = True
        try:
            pickle.dump(question, self._stream(self._process.stdin))
            self._stream(self._process.stdin).flush()
        except OSError:
            self._until = 0.0

    def answered(self, wait: float = 0.0) -> bool:
        """Whether there is something to read, at the latest after so many seconds."""
        stream = self._stream(self._process.stdout)
        return self._until > 0.0 and bool(select.select([stream], [], [], wait)[0])

    def answer(self) -> Answer | None:
        """What it found; None when it is too late or gone."""
        if not self.answered(max(0.0, self._until + GRACE - time.monotonic())):
            return None
        stream = self._stream(self._process.stdout)
        try:
            found: Answer = pickle.load(stream)  # noqa: S301  (our own process)
        except (EOFError, pickle.UnpicklingError):
            return None
        self._owes = False
        return found

    @staticmethod
    def _stream(stream: object) -> BinaryIO:
        return stream  # type: ignore[return-value]


def search(question: Question) -> Answer:
    """Answer one question in this process."""
    if question.genetic:
        return Answer(genetic.search(question.problem, question.seed, question.until - time.monotonic()), [])
    translation = Translation(question.problem)
    pool = RoutePool(translation)
    start = translation.solution(question.start) if question.start else None
    seconds = max(0.01, question.until - time.monotonic())
    found = Searcher(translation, question.seed, pool).run(Clock(Stop(seconds)), seconds, start)
    return Answer(translation.routes(found) if found.is_feasible() else None, pool.met())


def main() -> None:
    """Answer questions from standard input until it closes."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not end up among the answers
    while True:
        try:
            question: Question = pickle.load(source)  # noqa: S301  (our own parent)
        except EOFError:
            return
        pickle.dump(search(question), sink)
        sink.flush()
