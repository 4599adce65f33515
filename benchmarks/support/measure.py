"""How the benches measure: interleaved pairs, the median ratio with a bootstrap interval, one row a bar."""

from __future__ import annotations

import os
import platform
import random
import statistics
from collections.abc import Callable
from datetime import date
from typing import Any

PAIRS = 9


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


def row(bar: str, what: str, value: float, unit: str, target: str, holds: bool | None) -> dict[str, Any]:
    """One row of the table of bars."""
    return {
        "bar": bar, "what": what, "value": round(value, 3), "unit": unit, "target": target, "holds": holds,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", "date": date.today().isoformat(),
    }  # fmt: skip
