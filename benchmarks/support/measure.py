"""How the benches measure: interleaved pairs, the median ratio with a bootstrap interval, one row a bar."""

from __future__ import annotations

import os
import platform
import random
import resource
import statistics
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

PAIRS = 9
SOLVED = ("best", "ours", "bound", "seconds", "megabytes", "broken")
"""Of a planner's cell: best known value, our value, our proven bound, seconds used, peak memory, rules broken."""


def interleave(
    first: Callable[[], float], second: Callable[[], float], pairs: int = PAIRS
) -> list[tuple[float, float]]:
    """Run two measurements in the order ABBA…; returns (first, second) of each pair."""
    found = []
    for number in range(pairs):
        if number % 2 == 0:
            a = first()
            b = second()
        else:
            b = second()
            a = first()
        found.append((a, b))
    return found


def median_ratio(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    """The median of first / second, with a 90 % bootstrap interval."""
    ratios = [a / b for a, b in pairs]
    dice = random.Random(1)
    medians = sorted(statistics.median(dice.choices(ratios, k=len(ratios))) for _ in range(2000))
    return statistics.median(ratios), medians[100], medians[-101]


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(bar: str, what: str, value: float, unit: str, target: str, holds: bool | None, **solved: Any) -> dict[str, Any]:
    """One row of the table of bars; `solved` adds the columns of a planner's cell (see SOLVED)."""
    if unknown := set(solved) - set(SOLVED):
        raise ValueError(f"{sorted(unknown)}: not among {SOLVED}")
    return {
        "bar": bar, "what": what, "value": round(float(value), 5), "unit": unit, "target": target,
        "holds": None if holds is None else bool(holds),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "date": date.today().isoformat(),
        **{name: plain(number) for name, number in solved.items()},
    }  # fmt: skip


def plain(number: Any) -> Any:
    """NumPy's numbers as Python's, whole ones without a point."""
    number = number.item() if hasattr(number, "item") else number
    return int(number) if isinstance(number, float) and number.is_integer() else number


def forget_peak() -> None:
    """Begin the peak of this process's memory anew, so that each cell tells its own (Linux; elsewhere it only grows)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_megabytes() -> int:
    """The largest memory of this process since `forget_peak`, in 10^6 bytes; of a second process, nothing."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
    return round(int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6)
