"""How often one address may try a public page: a window in the memory of this process, in front of what the database counts."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from typing import Final

TRIES: Final = 30
WINDOW_SECONDS: Final = 600.0
"""Thirty tries in ten minutes: an assumption, a whole building behind one router that opens its page in one evening."""
ADDRESSES: Final = 50_000
"""Addresses remembered at most; the oldest go first."""


class Window:
    """Counts tries by address in a sliding window; safe to share between threads."""

    def __init__(self, tries: int = TRIES, seconds: float = WINDOW_SECONDS) -> None:
        self.tries, self.seconds = tries, seconds
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def allow(self, address: str, now: float | None = None) -> bool:
        """Whether this address may try once more; the try is counted."""
        at = time.monotonic() if now is None else now
        with self._lock:
            times = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            while times and times[0] <= at - self.seconds:
                times.popleft()
            if len(self._seen) > ADDRESSES:
                self._seen.popitem(last=False)
            if len(times) >= self.tries:
                return False
            times.append(at)
            return True
