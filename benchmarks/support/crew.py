"""Threads that work beside what is measured or tested, from entering the block to leaving it."""

from __future__ import annotations

import threading
import time
import uuid
from abc import ABC, abstractmethod
from typing import Any, Self

import psycopg

WRITERS = 8
PAUSE = 0.002
"""Seconds between two facts of a writer: an assumption; much less, and one core does nothing else."""
WRITE = (
    "insert into facts_log (incident, id, kind, area, recorded_at, account_id, grant_id, digest, sealed) "
    "values (1, %s, %s, '411621001001', now(), 1, 1, '', '') on conflict do nothing"
)


class Crew(ABC):
    """A number of threads, each of which works until `stop` is set."""

    def __init__(self, count: int) -> None:
        self.stop = threading.Event()
        self._threads = [threading.Thread(target=self.work) for _ in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join()

    @abstractmethod
    def work(self) -> None:
        """What one thread does."""


class Writers(Crew):
    """Facts written with the rights of a connection; what is refused is written again.

    ended: when each was done; waits: seconds it took; refusals: how often the database said no.
    """

    def __init__(self, conninfo: str, kind: str) -> None:
        super().__init__(WRITERS)
        self._conninfo, self._kind = conninfo, kind
        self.ended: list[float] = []
        self.waits: list[float] = []
        self.refusals = 0

    def work(self) -> None:
        """One fact after the other."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            while not self.stop.is_set():
                began, fact = time.monotonic(), uuid.uuid4()
                while not self._written(connection, fact):
                    self.refusals += 1
                    time.sleep(PAUSE)
                self.ended.append(time.monotonic())
                self.waits.append(self.ended[-1] - began)
                time.sleep(PAUSE)

    def _written(self, connection: psycopg.Connection[Any], fact: uuid.UUID) -> bool:
        try:
            connection.execute(WRITE, [fact, self._kind])
        except psycopg.OperationalError:
            return False
        return True
