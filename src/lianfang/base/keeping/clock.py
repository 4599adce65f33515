"""Watch the machine's clock: one that jumps makes times wrong, so somebody has to hear of it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from lianfang.base.database import faults
from lianfang.base.jobs.api import each_minute

JUMP_SECONDS = 5.0
"""A clock that is set right by the network moves by less; more is a jump (assumption)."""


@dataclass(frozen=True)
class Reading:
    """Both clocks at one moment: the wall's, which people set, and the machine's own, which only counts (also in sleep)."""

    wall: float
    steady: float


def read() -> Reading:
    """Both clocks now."""
    return Reading(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME))


def jump(before: Reading, after: Reading) -> float:
    """By how many seconds the wall clock was moved between two readings; 0 when it only ran."""
    moved = (after.wall - before.wall) - (after.steady - before.steady)
    return moved if abs(moved) >= JUMP_SECONDS else 0.0


class Watcher:
    """Compares each reading with the one before, and notes a jump with the data folder's faults."""

    def __init__(self) -> None:
        self._before: Reading | None = None

    def look(self, data: Path, now: Reading) -> float:
        """Take one reading; returns the jump since the last one."""
        before, self._before = self._before, now
        moved = jump(before, now) if before is not None else 0.0
        if moved:
            faults.note(data, "clock_jumped", seconds=round(moved))
        return moved


_watcher = Watcher()


@each_minute
def watch_clock() -> None:
    """The steward's look at the clock."""
    _watcher.look(Path(os.environ.get("LIANFANG_DATA", ".lianfang")), read())
