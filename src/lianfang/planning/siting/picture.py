"""Draw a siting plan: demand points joined to their site, on real coordinates when given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lianfang.planning.siting.problem import Problem
from lianfang.planning.siting.result import SitingResult

SIDE, MARGIN = 640, 24
LINES_AT_MOST = 4000
"""Demand points drawn; more are thinned evenly so that the file stays small."""


def svg(
    problem: Problem,
    result: SitingResult,
    *,
    demand_xy: npt.NDArray[np.float64] | None = None,
    site_xy: npt.NDArray[np.float64] | None = None,
) -> str:
    """Return an SVG map; without coordinates the places are laid out from the distances alone (landmark scaling)."""
    if demand_xy is None or site_xy is None:
        demand_xy, site_xy = _layout(problem.distance)
    every = np.vstack([demand_xy, site_xy])
    low = every.min(axis=0)
    span = float(max((every.max(axis=0) - low).max(), 1e-9))

    def place(point: npt.NDArray[np.float64]) -> tuple[float, float]:
        x, y = MARGIN + (point - low) / span * (SIDE - 2 * MARGIN)
        return float(x), SIDE - float(y)

    stated = "no plan" if result.objective is None else f"{len(result.open_sites)} sites, {result.objective:.6g}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" font-family="sans-serif" font-size="11">',
        f"<title>Siting: {stated}</title>",
    ]
    step = max(1, len(demand_xy) // LINES_AT_MOST)
    for i in range(0, len(demand_xy), step):
        x, y = place(demand_xy[i])
        if len(result.site_of_demand):
            u, v = place(site_xy[result.site_of_demand[i]])
            parts.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}" stroke="#c9d6e6"/>')
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="#555"/>')
    opened = set(result.open_sites.tolist())
    for j, point in enumerate(site_xy):
        x, y = place(point)
        if j in opened:
            parts.append(f'<circle class="open" cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#b3541e"/>')
            parts.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}">{j}</text>')
        else:
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="none" stroke="#999"/>')
    return "\n".join([*parts, "</svg>"])


def _layout(distance: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coordinates whose geometry resembles the distances: the two main directions of how far everything is."""
    finite = np.where(np.isfinite(distance), distance, distance[np.isfinite(distance)].max(initial=1.0))
    centred = finite**2
    centred = -0.5 * (
        centred - centred.mean(axis=0, keepdims=True) - centred.mean(axis=1, keepdims=True) + centred.mean()
    )
    _, size, right = np.linalg.svd(centred[:: max(1, len(centred) // 2000)], full_matrices=False)
    count = min(2, len(size))
    sites = right[:count].T
    demands = centred @ sites
    # One factor per direction is free: choose it so that both clouds spread alike.
    spread = (np.var(sites, axis=0) / np.maximum(np.var(demands, axis=0), 1e-30)) ** 0.25
    pad = ((0, 0), (0, 2 - count))
    return np.pad(demands * spread, pad), np.pad(sites / np.maximum(spread, 1e-30), pad)
