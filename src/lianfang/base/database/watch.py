"""Watch the embedded server: start it again when it dies, and stop writing before the disk is full.

A database that finds no room for its log stops in the middle of work. So it is made read-only while some room is
left; phones keep their facts, pages can still be read, and writing goes on by itself once there is room again.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Protocol

from lianfang.base.database import faults

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.25
LOW_BYTES = 512 * 2**20
"""Room at which writing stops (assumption: two seconds of the fastest disk measured, and room for a checkpoint)."""
AGAIN = 1.5
"""Room over LOW_BYTES at which writing goes on, so that it does not flicker."""
PAUSE_SECONDS = 0.3
RESERVE, RESERVE_BYTES = "room", 4 * 2**20
"""A file that only takes room: given up when the disk fills faster than the watch looks, so that the switch can be written."""


def low_bytes() -> int:
    """Room at which writing stops, `LIANFANG_DISK_LOW` bytes if that is set."""
    return int(os.environ.get("LIANFANG_DISK_LOW", LOW_BYTES))


class Watched(Protocol):
    """What is watched: an embedded server."""

    folder: Path

    def alive(self) -> bool:
        """Whether the server's process runs."""

    def relaunch(self) -> None:
        """Start the server's process again and wait until it answers; raises RuntimeError when it does not."""

    def read_only(self, on: bool) -> None:
        """Refuse or allow writing."""


class Watch:
    """A thread beside one server; `stop` it before the server is stopped on purpose."""

    def __init__(self, server: Watched, *, every: float = EVERY_SECONDS) -> None:
        self._server = server
        self._low = low_bytes()
        self._every = every
        self._stop = threading.Event()
        self._full = False
        self._thread = threading.Thread(target=self._run, name="database-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._keep_room()
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; returns when no restart is under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            if not self._server.alive():
                self._revive()
            else:
                self._look_at_disk()

    def _revive(self) -> None:
        began = time.monotonic()
        faults.note(self._server.folder, "database_stopped")
        log.warning("the database stopped; starting it again")
        while not self._stop.is_set():
            try:
                self._server.relaunch()
            except (RuntimeError, OSError) as error:
                log.warning("the database does not start yet: %s", str(error)[-300:])
                self._stop.wait(PAUSE_SECONDS)
                continue
            faults.note(self._server.folder, "database_restarted", seconds=round(time.monotonic() - began, 2))
            return

    def _look_at_disk(self) -> None:
        try:
            free = shutil.disk_usage(self._server.folder).free
        except OSError:
            return
        if not self._full and free < self._low:
            self._switch(True, "disk_full", free)
        elif self._full and free > self._low * AGAIN:
            self._switch(False, "disk_has_room", free)

    def _switch(self, on: bool, what: str, free: int) -> None:
        try:
            self._server.read_only(on)
        except OSError as error:
            log.warning("the database can't be made %s: %s", "read-only" if on else "writable", error)
            if self._give_room():
                self._switch(on, what, free)
            return
        self._full = on
        if not on:
            self._keep_room()
        faults.note(self._server.folder, what, megabytes=free // 2**20)
        log.warning("%s: %d MB free", what, free // 2**20)

    def _keep_room(self) -> None:
        """Take the reserve, if the disk has it."""
        reserve = self._server.folder / RESERVE
        try:
            if not reserve.exists():
                reserve.write_bytes(bytes(RESERVE_BYTES))
        except OSError:
            reserve.unlink(missing_ok=True)

    def _give_room(self) -> bool:
        """Give the reserve up; False if it was given up before."""
        reserve = self._server.folder / RESERVE
        if not reserve.exists():
            return False
        reserve.unlink()
        return True
