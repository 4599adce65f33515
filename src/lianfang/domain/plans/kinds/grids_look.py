"""Figures of a plan of grids, and which of today's grids it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lianfang.domain.plans.registry import Built, PlanLine, Remark
from lianfang.planning import Result

NAMED: Final = 12
"""Grids named among those that change."""


def changed_grids(labels: Mapping[str, Any], lines: Sequence[PlanLine]) -> list[Remark]:
    """The grids that lose or gain a building beside today's, by name; nothing where none does."""
    moved = [line for line in lines if line.reason == "why.moved"]
    changed = sorted({one for line in moved for one in (line.target, str(line.values.get("from", "")))} - {""})
    if not changed:
        return []
    names = [labels["grids"][one][0] if one in labels["grids"] else one for one in changed[:NAMED]]
    every = {line.target for line in lines} | set(labels["grids"])
    return [Remark("remark.changed", {"count": len(changed), "of": len(every), "names": names})]


def sizes_of(built: Built, result: Result) -> dict[str, float]:
    """Figures of a cut: grids, those outside the range, the smallest and largest, moves, borders."""
    load = result.grid_weight  # type: ignore[attr-defined]
    low, high = built.labels["low"], built.labels["high"]
    changed = result.changed  # type: ignore[attr-defined]
    found = {
        "grids": float(load.size), "outside": float(((load < low) | (load > high)).sum()), "smallest": float(load.min()),
        "largest": float(load.max()), "border": round(float(result.objective or 0), 1),
    }  # fmt: skip
    return found | ({"moved": float(changed)} if changed is not None else {})
