"""Draw a pool plan: tests per person of every size, against the floor no plan can beat."""

from __future__ import annotations

from collections.abc import Sequence

from lianfang.planning.pooling.problem import Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.pooling.solve import cost_per_person

WIDTH, HEIGHT, MARGIN = 640, 360, 56
COLOURS = ("#1f5fa8", "#b3541e", "#2e7d4f", "#7a4ea0", "#555555")


def svg(problem: Problem, result: PoolResult) -> str:
    """Return an SVG of tests per person over pool size 1..cap, the chosen one marked, the floor dashed."""
    sizes = range(1, problem.cap + 1)
    points = [(float(size), cost_per_person(problem, size)) for size in sizes]
    chosen = (float(result.size), float(result.objective or 0.0))
    return curves(
        {"two-stage": points, "floor": [(1.0, result.floor), (float(problem.cap), result.floor)]},
        title=f"Tests per person at prevalence {problem.prevalence:.2%}",
        x_label="swabs in a tube",
        mark=chosen,
    )


def curves(
    series: dict[str, Sequence[tuple[float, float]]],
    *,
    title: str,
    x_label: str,
    mark: tuple[float, float] | None = None,
) -> str:
    """Return an SVG line chart; series: points (x, y) by name. Plain shapes and text only, no scripts."""
    xs = [x for points in series.values() for x, _ in points]
    top = max([y for points in series.values() for _, y in points] + [mark[1] if mark else 0.0]) or 1.0
    low, high = min(xs), max([*xs, min(xs) + 1e-12])

    def place(x: float, y: float) -> tuple[float, float]:
        across = MARGIN + (x - low) / (high - low) * (WIDTH - 2 * MARGIN)
        return across, HEIGHT - MARGIN - y / top * (HEIGHT - 2 * MARGIN)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f"<title>{title}</title>",
        f'<text x="{MARGIN}" y="24" font-size="15">{title}</text>',
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_label}</text>',
    ]
    for step in range(5):
        y = top * step / 4
        left, at = place(low, y)
        parts.append(f'<line x1="{left}" y1="{at:.1f}" x2="{WIDTH - MARGIN}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{y:.3g}</text>')
    for x in sorted({low, high, *(xs if len(set(xs)) <= 8 else ())}):
        parts.append(f'<text x="{place(x, 0)[0]:.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{x:g}</text>')
    for index, (name, points) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{MARGIN + 90 * index}" y="42" fill="{colour}">{name}</text>')
    if mark is not None:
        x, y = place(*mark)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[0]}"/>')
    return "\n".join([*parts, "</svg>"])
