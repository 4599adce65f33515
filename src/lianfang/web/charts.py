"""Geometry of the small SVG charts that Django draws itself: sparklines, meters, stacked bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 100.0, 28.0, 3.0


def plain(value: float) -> str:
    """Write a number for SVG or a data attribute: no locale, no needless zeros."""
    return f"{value:.10g}"


@dataclass(frozen=True)
class Spark:
    """A sparkline: `path` is an SVG path (gaps where a value is None), `x`, `y` the place of the last value."""

    path: str
    x: float
    y: float


def spark(values: Sequence[float | None]) -> Spark | None:
    """Lay out values, oldest first, in a box of SPARK_WIDTH × SPARK_HEIGHT; None when fewer than two are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (SPARK_WIDTH - 2 * SPARK_PAD) / (len(values) - 1)
    parts, pen_down, x, y = [], False, 0.0, 0.0
    for index, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        x = SPARK_PAD + index * step
        flat = high == low
        share = 0.5 if flat else (value - low) / span
        y = SPARK_HEIGHT - SPARK_PAD - share * (SPARK_HEIGHT - 2 * SPARK_PAD)
        parts.append(f"{'L' if pen_down else 'M'}{x:.1f} {y:.1f}")
        pen_down = True
    return Spark(" ".join(parts), round(x, 1), round(y, 1))


@dataclass(frozen=True)
class Slice:
    """One part of a stacked bar: start and width in per cent of the whole bar, with its words."""

    key: str
    label: str
    count: int
    start: float
    width: float


def stack(parts: Sequence[tuple[str, str, int]], smallest: float = 1.0) -> list[Slice]:
    """Lay out (key, label, count) as slices of one bar of 100; a non-empty part is at least `smallest` wide."""
    total = sum(count for _, _, count in parts)
    if not total:
        return [Slice(key, label, count, 0.0, 0.0) for key, label, count in parts]
    raw = [max(100 * count / total, smallest) if count else 0.0 for _, _, count in parts]
    scale = 100 / sum(raw)
    slices, start = [], 0.0
    for (key, label, count), width in zip(parts, raw, strict=True):
        slices.append(Slice(key, label, count, round(start, 2), round(width * scale, 2)))
        start += width * scale
    return slices
