"""Plans as SVG: shapes of a file or of buildings on one plane, north up, with room for labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

WIDTH: Final = 1000.0
MARGIN: Final = 12.0
LEAST_WIDTH: Final = 0.001
"""What the room around a picture is a share of at least: some 100 m in degrees (assumption)."""
MOST_SHAPES: Final = 3000
"""Shapes a picture draws; more would make the page heavy (some 120 bytes each), and the page says how many are left out."""
Point = Sequence[float]


@dataclass(frozen=True, slots=True)
class Piece:
    """One shape of a picture: key, style class, path data, where its label goes, words for the pointer."""

    key: str
    style: str
    path: str
    x: float
    y: float
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Scale:
    """How points become places of a picture: a west and north edge, where they lie, units a degree (or a metre) east and north."""

    west: float = 0.0
    north: float = 0.0
    left: float = 0.0
    top: float = 0.0
    east_scale: float = 1.0
    north_scale: float = 1.0

    def place(self, point: Point) -> tuple[float, float]:
        """A point in units of the picture."""
        east, south = point[0] - self.west, self.north - point[1]
        return self.left + east * self.east_scale, self.top + south * self.north_scale


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its box; left: shapes that were not drawn; letter: height of a label that fits most shapes; scale: back to points."""

    width: float
    height: float
    pieces: list[Piece]
    left: int = 0
    letter: float = 12.0
    scale: Scale = Scale()


@dataclass(frozen=True, slots=True)
class Shape:
    """What is to be drawn: rings (closed) or one open line, in degrees or in the units of a file."""

    key: str
    style: str
    rings: Sequence[Sequence[Point]]
    closed: bool = True
    label: str = ""
    title: str = ""


def picture(shapes: Sequence[Shape], *, degrees: bool, most: int = MOST_SHAPES, room: float = 0.0) -> Picture:
    """Lay shapes out in a box 1,000 wide; with too many only the first are drawn. room: share of their width left free around."""
    shown = list(shapes[:most])
    if not any(ring for shape in shown for ring in shape.rings):
        return Picture(WIDTH, WIDTH / 3, [], len(shapes))
    xs = [point[0] for shape in shown for ring in shape.rings for point in ring]
    ys = [point[1] for shape in shown for ring in shape.rings for point in ring]
    pad = room * max(max(xs) - min(xs), max(ys) - min(ys), LEAST_WIDTH)
    west, east, south, north = min(xs) - pad, max(xs) + pad, min(ys) - pad, max(ys) + pad
    stretch = cos(radians((south + north) / 2)) if degrees else 1.0
    across, up = (east - west) * stretch, north - south
    unit = (WIDTH - 2 * MARGIN) / max(across, up * 0.7, 1e-12)
    scale = Scale(west, north, (WIDTH - across * unit) / 2, MARGIN, stretch * unit, unit)
    pieces = [_piece(shape, scale) for shape in shown]
    letter = _letter([shape for shape in shown if shape.label], scale.east_scale)
    return Picture(WIDTH, round(up * unit + 2 * MARGIN, 1), pieces, max(len(shapes) - most, 0), letter, scale)


def _letter(shapes: Sequence[Shape], scale: float) -> float:
    """A third of the width of the middle shape, within what can be read and what fits."""
    widths = sorted((max(p[0] for p in one.rings[0]) - min(p[0] for p in one.rings[0])) * scale for one in shapes)
    return round(min(max(widths[len(widths) // 2] / 3, 9.0), 34.0), 1) if widths else 12.0


def _piece(shape: Shape, scale: Scale) -> Piece:
    rings = [[scale.place(point) for point in ring] for ring in shape.rings if ring]
    path = " ".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + ("Z" if shape.closed else "") for ring in rings
    )
    outer = rings[0]
    x, y = sum(p[0] for p in outer) / len(outer), sum(p[1] for p in outer) / len(outer)
    return Piece(shape.key, shape.style, path, round(x, 1), round(y, 1), shape.label, shape.title)


def rings_of(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    """The rings of a GeoJSON polygon, or the points of a line as one."""
    if geometry["type"] == "Polygon":
        return [ring[:-1] for ring in geometry["coordinates"]]
    return [geometry["coordinates"]]


def is_line(geometry: Mapping[str, Any]) -> bool:
    """Whether a geometry is a line."""
    return bool(geometry["type"] == "LineString")


def boxes(
    places: Iterable[tuple[float, float]], width: float = 30.0, depth: float = 16.0
) -> list[list[tuple[float, float]]]:
    """A rectangle around each place (metres), for buildings nobody has drawn."""
    half, deep = width / 2, depth / 2
    return [[(x - half, y - deep), (x + half, y - deep), (x + half, y + deep), (x - half, y + deep)] for x, y in places]
