"""Simulated phones: they speak to the running server over HTTP and keep what was not acknowledged, as real ones do."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lianfang.kernel.ids import uuid7

Fact = dict[str, Any]
TRIES = 6


def make_fact(kind: str, area: str, payload: dict[str, Any]) -> Fact:
    """A fact as a phone writes it: its own id, the time, the area's 12-digit code."""
    return {
        "id": str(uuid7()),
        "kind": kind,
        "area": area[:12].ljust(12, "0"),
        "recorded_at": datetime.now(UTC).isoformat(),
        "payload": payload,
    }


@dataclass
class Tally:
    """What the server answered, by status, with the notes it gave."""

    counts: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answers: Sequence[dict[str, Any]]) -> None:
        """Count the answers of one call."""
        with self._lock:
            self.calls += 1
            for answer in answers:
                self.counts[answer["status"]] = self.counts.get(answer["status"], 0) + 1
                self.notes += answer.get("notes", [])
                if answer["status"] not in {"accepted", "duplicate"}:
                    self.refusals.append(answer)

    @property
    def accepted(self) -> int:
        """Facts accepted."""
        return self.counts.get("accepted", 0)


class Phone:
    """One phone with one connection; every call is repeated until it is answered."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address = (host, port)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept-Language": "zh",
        }
        self._connection: http.client.HTTPConnection | None = None

    def send(self, facts: Sequence[Fact]) -> list[dict[str, Any]]:
        """Send facts in one call and return the answer to each; raises ConnectionError after several tries."""
        body = json.dumps(list(facts), ensure_ascii=False).encode()
        for attempt in range(TRIES):
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPConnection(*self._address, timeout=30)
                self._connection.request("POST", "/api/facts", body=body, headers=self._headers)
                response = self._connection.getresponse()
                raw = response.read()
                if response.status == 200:
                    return list(json.loads(raw))
                if response.status != 503:
                    raise ConnectionError(f"HTTP {response.status}: {raw[:200]!r}")
            except (OSError, http.client.HTTPException) as error:
                if isinstance(error, ConnectionError) and str(error).startswith("HTTP"):
                    raise
                self.close()
            time.sleep(0.2 * 2**attempt)
        raise ConnectionError("the server does not answer")

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def send_all(
    make_phone: Callable[[], Phone],
    calls: Sequence[Sequence[Fact]],
    *,
    phones: int = 8,
    on_call: Callable[[int], None] | None = None,
) -> Tally:
    """Let several phones work through calls side by side; `on_call` hears how many facts were answered."""
    tally = Tally()
    local = threading.local()

    def one(facts: Sequence[Fact]) -> None:
        if not hasattr(local, "phone"):
            local.phone = make_phone()
        tally.add(local.phone.send(facts))
        if on_call is not None:
            on_call(len(facts))

    with ThreadPoolExecutor(max_workers=phones) as pool:
        list(pool.map(one, calls))
    return tally
