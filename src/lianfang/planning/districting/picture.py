"""Grids as an SVG map, in pure Python: svg(problem, result)."""

from __future__ import annotations

from html import escape

import numpy as np

from lianfang.planning.districting.problem import Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.result import ProblemError

SIZE = 800.0  # pixels of the longer side
MARGIN = 16.0
COLOURS = ("#4e79a7", "#f28e2b", "#59a14f", "#e15759", "#76b7b2", "#edc948", "#b07aa1", "#9c755f")


def svg(problem: Problem, result: DistrictingResult) -> str:
    """Units as dots, neighbours as thin lines, borders between grids missing; neighbouring grids get different colours."""
    if result.grid_weight.size == 0:
        raise ProblemError("districting.picture", "There is no plan to draw.")
    low, span = problem.xy.min(axis=0), max(float(np.ptp(problem.xy, axis=0).max()), 1e-9)
    scale = (SIZE - 2 * MARGIN) / span
    x = MARGIN + (problem.xy[:, 0] - low[0]) * scale
    height = 2 * MARGIN + float(np.ptp(problem.xy[:, 1])) * scale
    y = height - MARGIN - (problem.xy[:, 1] - low[1]) * scale
    colour = _colours(problem, result)
    grid = result.grid_of_unit
    radius = max(0.8, min(6.0, 0.35 * SIZE / max(problem.units, 1) ** 0.5))
    body = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:.0f} {height:.0f}" role="img">']
    title = f"{result.grid_weight.size} grids, imbalance {100 * float(result.imbalance or 0):.1f} %"
    body.append(f"<title>{escape(title)}</title>")
    body.append(f'<g stroke-width="{radius:.1f}">')
    inside = grid[problem.edges[:, 0]] == grid[problem.edges[:, 1]]
    for a, b in problem.edges[inside].tolist():
        line = f'<line x1="{x[a]:.1f}" y1="{y[a]:.1f}" x2="{x[b]:.1f}" y2="{y[b]:.1f}"'
        body.append(f'{line} stroke="{COLOURS[colour[grid[a]]]}" stroke-opacity="0.6"/>')
    body.append("</g>")
    for v in range(problem.units):
        body.append(f'<circle cx="{x[v]:.1f}" cy="{y[v]:.1f}" r="{radius:.1f}" fill="{COLOURS[colour[grid[v]]]}"/>')
    return "\n".join([*body, "</svg>"])


def _colours(problem: Problem, result: DistrictingResult) -> list[int]:
    """Greedy colouring of the grids, the ones with most neighbours first."""
    grids = result.grid_weight.size
    near: list[set[int]] = [set() for _ in range(grids)]
    one, two = result.grid_of_unit[problem.edges[:, 0]], result.grid_of_unit[problem.edges[:, 1]]
    for a, b in np.unique(np.column_stack([one, two])[one != two], axis=0).tolist():
        near[a].add(b)
        near[b].add(a)
    colour = [-1] * grids
    for grid in sorted(range(grids), key=lambda g: -len(near[g])):
        used = {colour[n] for n in near[grid]}
        free = [c for c in range(len(COLOURS)) if c not in used]
        colour[grid] = free[0] if free else grid % len(COLOURS)
    return colour
