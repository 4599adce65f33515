"""A plan as an SVG map or table, in pure Python: svg(problem, result)."""

from __future__ import annotations

from html import escape

import numpy as np

from lianfang.planning.assignment.domain import Deployment, DeploymentResult
from lianfang.planning.assignment.problem import Float, Generalised
from lianfang.planning.assignment.result import GeneralisedResult, TransportResult
from lianfang.planning.result import ProblemError, Result

SIZE = 800.0  # pixels of the longer side
MARGIN = 20.0
STROKE = {
    "line": "#7a8ca3",
    "person": "#2b5c8a",
    "place": "#b03a2e",
    "short": "#d68910",
    "bar": "#2b5c8a",
    "rest": "#e4e7eb",
}


def svg(problem: object, result: Result, *, row_xy: Float | None = None, column_xy: Float | None = None) -> str:
    """A drawing: people and lines on a map (Deployment, or Transport with row_xy and column_xy), load bars (Generalised)."""
    if isinstance(problem, Deployment) and isinstance(result, DeploymentResult):
        placed = np.flatnonzero(result.place_of_person >= 0)
        return _map(
            problem.person_xy, problem.place_xy, placed, result.place_of_person[placed], result.unmet.sum(axis=1)
        )
    if isinstance(result, TransportResult) and row_xy is not None and column_xy is not None:
        return _map(row_xy, column_xy, result.flow_from, result.flow_to, result.unmet)
    if isinstance(problem, Generalised) and isinstance(result, GeneralisedResult):
        return _bars(problem, result)
    raise ProblemError("assignment.picture", "A map needs coordinates: a Deployment, or row_xy and column_xy.")


def _frame(width: float, height: float, body: list[str], title: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", *body, "</svg>"])


def _map(row_xy: Float, column_xy: Float, row: np.ndarray, column: np.ndarray, unmet: np.ndarray) -> str:
    every = np.concatenate([row_xy, column_xy])
    low, span = every.min(axis=0), max(float(np.ptp(every, axis=0).max()), 1e-9)
    scale = (SIZE - 2 * MARGIN) / span
    height = MARGIN * 2 + float(np.ptp(every[:, 1])) * scale

    def at(xy: np.ndarray) -> tuple[float, float]:
        return MARGIN + float(xy[0] - low[0]) * scale, height - MARGIN - float(xy[1] - low[1]) * scale

    body = [f'<g stroke="{STROKE["line"]}" stroke-width="0.5">']
    for i, j in zip(row.tolist(), column.tolist(), strict=True):
        (x1, y1), (x2, y2) = at(row_xy[i]), at(column_xy[j])
        body.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')
    body.append(f'</g><g fill="{STROKE["person"]}">')
    for i in np.unique(row).tolist():
        x, y = at(row_xy[i])
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.2"/>')
    body.append("</g>")
    for j in range(column_xy.shape[0]):
        x, y = at(column_xy[j])
        colour = STROKE["short"] if unmet[j] else STROKE["place"]
        body.append(f'<rect x="{x - 2:.1f}" y="{y - 2:.1f}" width="4" height="4" fill="{colour}"/>')
    return _frame(SIZE, height, body, f"{row.size} lines, {int(unmet.sum())} missing")


def _bars(problem: Generalised, result: GeneralisedResult) -> str:
    jobs = np.flatnonzero(result.agent_of_job >= 0)
    agent = result.agent_of_job[jobs]
    used = np.bincount(agent, problem.load[agent, jobs].astype(np.float64), problem.agents)
    body = []
    wide = SIZE - 140
    for k in range(problem.agents):
        y = MARGIN + k * 18
        share = used[k] / max(float(problem.capacity[k]), 1e-9)
        body.append(
            f'<text x="4" y="{y + 10:.0f}" font-size="10">{k}: {used[k]:g}/{float(problem.capacity[k]):g}</text>'
        )
        body.append(f'<rect x="130" y="{y:.0f}" width="{wide:.0f}" height="12" fill="{STROKE["rest"]}"/>')
        body.append(
            f'<rect x="130" y="{y:.0f}" width="{wide * min(share, 1):.1f}" height="12" fill="{STROKE["bar"]}"/>'
        )
    return _frame(SIZE, 2 * MARGIN + problem.agents * 18, body, f"{jobs.size} jobs on {problem.agents} agents")
