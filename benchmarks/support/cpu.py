"""CPU-seconds of everything that takes part in a measurement: server, workers, steward, and what this process started."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil

SETTLE_SECONDS = 0.3
"""Until backends that end with their client are counted with their parent."""


class Meter:
    """Adds up user and system time of process trees, processes that ended meanwhile included."""

    def __init__(self, target: Any) -> None:
        pid = Path(target.passfile).with_name("postgres") / "postmaster.pid"
        self._roots = [psutil.Process(int(pid.read_text().split()[0]))]

    def watch(self, children: Iterable[subprocess.Popen[bytes]]) -> None:
        """Also count these and what they started."""
        self._roots += [psutil.Process(child.pid) for child in children]

    def seconds(self) -> float:
        """CPU-seconds so far; load generators count once they ended."""
        time.sleep(SETTLE_SECONDS)
        own = os.times()
        return own.user + own.system + own.children_user + own.children_system + sum(map(_tree, self._roots))


def _tree(root: psutil.Process) -> float:
    spent = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        spent += used.user + used.system + used.children_user + used.children_system
    return spent
