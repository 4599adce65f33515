"""The processes of one server: started together, looked after while it runs, stopped together.

A steward or a web process that dies is started again, after one second at first and after at most a minute if it keeps
dying; each death is noted for the operator's page. Figures and seals catch up by themselves.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lianfang.base.database import faults

LOOK_SECONDS = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a dead process is started again: doubled with every death, up to the longest (assumption)."""
STEADY_SECONDS = 300
"""After running so long a process counts as well again, and its next pause is the first one."""
STOP_SECONDS = 15


@dataclass
class Part:
    """One process: what it is called on the operator's page, its command, and how it has fared."""

    name: str
    command: list[str]
    deaths: int = 0
    started: float = 0.0
    due: float | None = None


class Children:
    """The processes of a server in the order of their parts. Iterates over and indexes the running processes."""

    def __init__(self, parts: Sequence[Part], *, log: Path, folder: Path) -> None:
        self.parts, self.log, self.folder = list(parts), log, folder
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._running = [self._start(part) for part in self.parts]
        self._nurse = threading.Thread(target=self._look_after, name="children", daemon=True)

    def __getitem__(self, number: int) -> subprocess.Popen[bytes]:
        return self._running[number]

    def __len__(self) -> int:
        return len(self._running)

    def look_after(self) -> None:
        """From now on start again what dies."""
        self._nurse.start()

    def replace(self, number: int, command: list[str]) -> None:
        """Let one process end what it has in hand, then start it anew with another command."""
        with self._lock:
            self.parts[number].command = command
            self._end([self._running[number]], seconds=2 * STOP_SECONDS)
            self._running[number] = self._start(self.parts[number])

    def stop(self) -> None:
        """End them all; who does not end in time is killed."""
        self._stop.set()
        if self._nurse.is_alive():
            self._nurse.join()
        with self._lock:
            self._end(self._running, seconds=STOP_SECONDS)

    def _look_after(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            with self._lock:
                for number, part in enumerate(self.parts):
                    if self._running[number].poll() is not None:
                        self._revive(number, part, time.monotonic())

    def _revive(self, number: int, part: Part, now: float) -> None:
        if part.due is None:
            part.deaths = 1 if now - part.started > STEADY_SECONDS else part.deaths + 1
            part.due = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (part.deaths - 1))
            faults.note(self.folder, "part_stopped", part=part.name, times=part.deaths)
        elif now >= part.due:
            self._running[number] = self._start(part)
            faults.note(self.folder, "part_restarted", part=part.name, times=part.deaths)

    def _start(self, part: Part) -> subprocess.Popen[bytes]:
        part.started, part.due = time.monotonic(), None
        with self.log.open("ab") as out:
            return subprocess.Popen(  # noqa: S603
                part.command, env={**os.environ, "LIANFANG_POOL": "1"}, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip

    @staticmethod
    def _end(running: Sequence[subprocess.Popen[bytes]], *, seconds: float) -> None:
        for child in running:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in running:
            try:
                child.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
