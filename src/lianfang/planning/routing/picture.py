"""Draw routes: on a map when places have coordinates, else as bars over time."""

from __future__ import annotations

from lianfang.planning.routing.drive import drive
from lianfang.planning.routing.problem import Problem
from lianfang.planning.routing.result import RoutingResult

SIDE, MARGIN, BAR = 640, 24, 22
COLOURS = ("#1f5fa8", "#b3541e", "#2e7d4f", "#7a4ea0", "#8a6d00", "#a03050", "#3a7f8f", "#555555")


def svg(problem: Problem, result: RoutingResult) -> str:
    """Return an SVG of the plan; plain shapes and text only."""
    stated = "no plan" if result.objective is None else f"{len(result.routes)} routes, cost {result.objective:g}"
    body, height = (_map(problem, result), SIDE) if problem.xy is not None else _bars(problem, result)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {height}" '
        f'font-family="sans-serif" font-size="11">\n<title>Routing: {stated}</title>'
    )
    return "\n".join([head, *body, "</svg>"])


def _map(problem: Problem, result: RoutingResult) -> list[str]:
    xy = problem.xy
    if xy is None:
        return []
    low = xy.min(axis=0)
    span = float(max((xy.max(axis=0) - low).max(), 1e-9))

    def place(index: int) -> tuple[float, float]:
        x, y = MARGIN + (xy[index] - low) / span * (SIDE - 2 * MARGIN)
        return float(x), SIDE - float(y)

    parts = []
    for number, (route, kind) in enumerate(zip(result.routes, result.vehicle_of_route, strict=True)):
        vehicle = problem.vehicles[kind]
        way = [vehicle.start_depot, *route, vehicle.end_depot]
        points = " ".join("{:.1f},{:.1f}".format(*place(p)) for p in way)
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
    for stop in problem.stops.tolist():
        x, y = place(stop)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="#333"/>')
    for depot in problem.depots:
        x, y = place(depot)
        parts.append(f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="#b00020"/>')
    return parts


def _bars(problem: Problem, result: RoutingResult) -> tuple[list[str], int]:
    """One line per vehicle: a bar from departure to return, a tick for every stop."""
    driven = [
        drive(problem, problem.vehicles[kind], route, start)
        for route, kind, start in zip(result.routes, result.vehicle_of_route, result.start_of_route, strict=True)
    ]
    first = min((d.start for d in driven), default=0)
    last = max((d.end for d in driven), default=1)
    scale = (SIDE - 2 * MARGIN - 40) / max(1, last - first)
    parts = []
    for number, line in enumerate(driven):
        y = MARGIN + number * BAR
        left, width = MARGIN + 40 + (line.start - first) * scale, (line.end - line.start) * scale
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<text x="{MARGIN}" y="{y + 12}">{number}</text>')
        parts.append(f'<rect class="route" x="{left:.1f}" y="{y}" width="{width:.1f}" height="14" fill="{colour}"/>')
        for _, begin in line.arrivals[:-1]:
            x = MARGIN + 40 + (begin - first) * scale
            parts.append(f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 14}" stroke="#fff"/>')
    return parts, 2 * MARGIN + BAR * max(1, len(driven))
