"""Where areas lie, in metres on one plane: from outlines where a file gave them, else laid out by the tree.

Without outlines nobody here knows how far two villages are apart. What is known is the tree: the same community, the same
township, the same county. The layout keeps that order (children sit around their parent, in the order of codes), and pages then
speak of the tree, never of metres.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import cos, pi, radians, sin, sqrt
from typing import Any, Final

from lianfang.base.areas.api import boundaries, subtree
from lianfang.kernel.geo import METRES_PER_DEGREE

MIDDLE: Final = (
    36.0  # degrees north: east-west scale of the whole plane, so that it has no kink; Hebei and Henan lie at 34-40
)
SPACING: Final = {4: 120_000.0, 6: 30_000.0, 9: 8_000.0, 12: 1_500.0, 16: 80.0}
"""Usual distance of neighbours by length of path: an assumption; 14,000 km² with 16 counties, 191 townships, 6,000 villages."""
TURN: Final = pi * (3 - sqrt(5))  # the golden angle: any number of children lies evenly around the parent
Point = tuple[float, float]


@dataclass(frozen=True)
class Ground:
    """Points by path; real: paths whose point comes from an outline of their own."""

    points: Mapping[str, Point]
    real: frozenset[str]

    def of(self, path: str) -> Point:
        """The point of a path, or of the nearest area above it that has one; raises KeyError outside the ground."""
        for length in (len(path), 12, 9, 6, 4, 2):
            if length <= len(path) and path[:length] in self.points:
                return self.points[path[:length]]
        raise KeyError(path)

    def knows(self, path: str) -> bool:
        """Whether a path or an area above it lies on the ground."""
        return any(path[:length] in self.points for length in (len(path), 12, 9, 6, 4, 2) if length <= len(path))


def ground(path: str) -> Ground:
    """The ground of an area and everything live below it, down to communities."""
    areas = [area.path for area in subtree(path)]
    return lay_out(areas, {at: centre(shape) for at, shape in boundaries(path).items()})


def lay_out(paths: Iterable[str], known: Mapping[str, Point] | None = None) -> Ground:
    """Points of areas (parents before or after their children, any order): known ones as given, an area without one in the middle
    of those inside it, others around their parent."""
    given = {path: to_metres(point) for path, point in (known or {}).items()}
    middles = _middles(given)
    points: dict[str, Point] = {}
    count: dict[str, int] = {}
    for path in sorted(paths, key=lambda one: (len(one), one)):
        parent = next(
            (path[:length] for length in (12, 9, 6, 4, 2) if length < len(path) and path[:length] in points), ""
        )
        if path in given or path in middles:
            points[path] = given.get(path) or middles[path]
            continue
        n = count[parent] = count.get(parent, 0) + 1
        x, y = points.get(parent, (0.0, 0.0))
        radius, angle = SPACING.get(len(path), 1_000.0) * 0.6 * sqrt(n - 0.5), n * TURN
        points[path] = (x + radius * cos(angle), y + radius * sin(angle))
    return Ground(points, frozenset(given) & frozenset(points))


def _middles(given: Mapping[str, Point]) -> dict[str, Point]:
    """The middle of the given points inside each area above them."""
    inside: dict[str, list[Point]] = {}
    for path, point in given.items():
        for length in (2, 4, 6, 9):
            if length < len(path):
                inside.setdefault(path[:length], []).append(point)
    return {
        path: (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for path, points in inside.items()
    }


def centre(geometry: Mapping[str, Any]) -> Point:
    """The middle of the corners of a GeoJSON polygon's largest ring, in degrees: near enough to rank distances."""
    shapes = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    ring = max((shape[0] for shape in shapes), key=len)
    corners = ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring
    return sum(x for x, *_ in corners) / len(corners), sum(corner[1] for corner in corners) / len(corners)


def to_metres(point: Point) -> Point:
    """Metres on the plane of a point in degrees (longitude, latitude)."""
    longitude, latitude = point
    return longitude * METRES_PER_DEGREE * cos(radians(MIDDLE)), latitude * METRES_PER_DEGREE


def nearness(one: str, other: str) -> str:
    """How near two areas are on the tree: same_community, same_township, same_county, same_city, far."""
    for length, word in ((12, "same_community"), (9, "same_township"), (6, "same_county"), (4, "same_city")):
        if len(one) >= length and one[:length] == other[:length]:
            return word
    return "far"
