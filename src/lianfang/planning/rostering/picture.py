"""Draws a roster as a Gantt chart: one line a member, one bar a shift, empty places on top."""

from __future__ import annotations

from xml.sax.saxutils import escape

from lianfang.planning.rostering.problem import DAY_MINUTES, Problem
from lianfang.planning.rostering.result import Roster

DAY_WIDTH, LINE, LEFT, TOP = 48, 14, 90, 40
COLOURS = ("#2f6f9f", "#c7792b", "#5b4a8a", "#3d8b5f", "#a8485b", "#7a7a32", "#3a8f96", "#8a5a3c")
MOST_LINES = 400
"""Members drawn; a longer roster says how many are left out."""


def svg(problem: Problem, result: Roster) -> str:
    """The roster as SVG text; colours tell shifts, the tooltip names place and hours."""
    members = problem.members[: min(MOST_LINES, len(result.activity_of))]
    width = LEFT + problem.horizon * DAY_WIDTH + DAY_WIDTH
    height = TOP + (len(members) + 2) * LINE
    shifts = {s.id: (s, COLOURS[i % len(COLOURS)]) for i, s in enumerate(problem.shifts)}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    out += _days(problem, height)
    for line, member in enumerate(members):
        y = TOP + (line + 1) * LINE
        out.append(f'<text x="4" y="{y + LINE - 4}">{escape(member.id[:14])}</text>')
        out += [
            f'<rect x="{LEFT + d * DAY_WIDTH}" y="{y}" width="{DAY_WIDTH}" height="{LINE - 2}" fill="#eee"/>'
            for d in sorted(member.leave)
            if 0 <= d < problem.horizon
        ]
        for day, a in enumerate(result.activity_of[line]):
            if a < 0:
                continue
            sid, post, skill = result.activities[a]
            shift, colour = shifts[sid]
            x = LEFT + (day + shift.start_minute / DAY_MINUTES) * DAY_WIDTH
            w = max(2.0, problem.worked_minutes(shift) / DAY_MINUTES * DAY_WIDTH)
            label = escape(" ".join(p for p in (member.id, f"day {day}", sid, post, skill) if p))
            out.append(
                f'<rect x="{x:.1f}" y="{y}" width="{w:.1f}" height="{LINE - 2}" rx="2" fill="{colour}">'
                f"<title>{label}</title></rect>"
            )
    if len(members) < len(problem.members):
        out.append(f'<text x="4" y="{height - 4}">… {len(problem.members) - len(members)} more members</text>')
    return "\n".join([*out, "</svg>"])


def _days(problem: Problem, height: int) -> list[str]:
    out = []
    for i, shift in enumerate(problem.shifts):
        x = LEFT + i * 90
        out.append(
            f'<rect x="{x}" y="4" width="10" height="10" fill="{COLOURS[i % len(COLOURS)]}"/>'
            f'<text x="{x + 14}" y="13">{escape(shift.id)}</text>'
        )
    for day in range(problem.horizon + 1):
        x = LEFT + day * DAY_WIDTH
        out.append(f'<line x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{height}" stroke="#ddd"/>')
        if day < problem.horizon:
            weight = ' font-weight="bold"' if problem.is_weekend(day) else ""
            out.append(f'<text x="{x + 4}" y="{TOP + 4}"{weight}>{day}</text>')
    return out
