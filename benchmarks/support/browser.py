"""A reader over HTTP on a connection that stays open, and the CPU that answering costs."""

from __future__ import annotations

import http.client
import re
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

_PROCESS_CLOCK = 2
"""The clock of a whole process among those of clock_getcpuclockid(3): user and system time, scheduler precision."""


class Browser:
    """One signed-in reader of a running server."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"lf_session={token}", "Accept-Language": "zh", "Accept-Encoding": "identity"}

    def get(self, address: str) -> tuple[float, str]:
        """Open a page; returns the seconds until its last byte was here, and the page. Raises when it is refused."""
        return self._ask("GET", address, None, self.headers)

    def post(self, address: str, form: tuple[tuple[str, str], ...]) -> tuple[float, str]:
        """Send a form as a browser does that has read a page before (with the token that this page held)."""
        if "X-CSRFToken" not in self.headers:
            page = self.get(address.replace("/find/", "/"))[1]
            found = re.search(r'name="csrf-token" content="([^"]+)"', page)
            if found is None:
                raise RuntimeError(f"{address}: no token in the page before")
            self.headers["X-CSRFToken"] = found[1]
            self.headers["Origin"] = f"http://127.0.0.1:{self.connection.port}"
        headers = {**self.headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(form), headers)

    def _ask(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> tuple[float, str]:
        started = time.perf_counter()
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        page = answer.read()
        lap = time.perf_counter() - started
        if answer.status != 200:
            raise RuntimeError(f"{method} {address}: {answer.status}")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie" and value.startswith("lf_csrf="):
                self.headers["Cookie"] = f"{self.headers['Cookie'].split('; lf_csrf=')[0]}; {value.split(';')[0]}"
        return lap, page.decode()

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def descendants(pid: int) -> list[int]:
    """A process and everything below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += descendants(int(child))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """User and system seconds of some processes so far, to the nanosecond; those that ended count nothing."""
    total = 0.0
    for pid in pids:
        with suppress(OSError):
            total += time.clock_gettime((~pid << 3) | _PROCESS_CLOCK)
    return total
