"""When an engine must stop, and how it tells the outside how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stop:
    """The stop rule of one run: whichever limit is met first ends it.

    seconds: wall-clock seconds for the whole call, set-up included.
    gap: relative gap between objective and proven bound at which to stop; 0 asks for a proof.
    """

    seconds: float = 60.0
    gap: float = 0.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError("Stop.seconds must be positive")
        if not self.gap >= 0:
            raise ValueError("Stop.gap must not be negative")


@dataclass(frozen=True)
class Progress:
    """One report from a running engine: what it does, and the best it has so far."""

    phase: str
    seconds: float
    objective: float | None = None
    bound: float | None = None


OnProgress = Callable[[Progress], bool | None]
"""Called now and then; returning False cancels the run, which then yields its best so far."""


@dataclass
class Clock:
    """Measures one run against its stop rule and passes progress on."""

    stop: Stop
    on_progress: OnProgress | None = None
    started: float = field(default_factory=time.monotonic)
    cancelled: bool = False

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.started

    @property
    def left(self) -> float:
        """Seconds left, never negative; 0 once cancelled."""
        return 0.0 if self.cancelled else max(0.0, self.stop.seconds - self.elapsed)

    def report(self, phase: str, objective: float | None = None, bound: float | None = None) -> bool:
        """Pass progress on; return True while the run may go on."""
        if self.on_progress is not None:
            answer = self.on_progress(Progress(phase, self.elapsed, objective, bound))
            self.cancelled = self.cancelled or answer is False
        return self.left > 0
