"""From the coordinates of a plan to satellite degrees: degrees as they are, GCJ-02, a CGCS2000 zone, or control points.

CGCS2000 and WGS-84 differ by less than a metre in China, less than any plan here is drawn to, and are taken as one.
A fit by control points is a similarity (shift, turn, one scale) on a plane that touches the earth in their middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, radians
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from lianfang.exchange.outlines.drawing import Drawing
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.geo import METRES_PER_DEGREE, gcj02_to_wgs84

Kind = Literal["wgs84", "gcj02", "cgcs2000", "points"]
Array = NDArray[np.float64]
KINDS: Final[tuple[Kind, ...]] = ("wgs84", "gcj02", "cgcs2000", "points")
MOST_RESIDUAL_M: Final = 15.0
"""Above this error of a control point a building would be drawn on its neighbour's place (assumption)."""
APART_M: Final = 20.0
"""Control points nearer to each other than this turn a small slip into a large turn (assumption)."""
SCALES_M: Final = (0.0005, 2000.0)
"""Metres a unit that a plan may have: from half a millimetre to two kilometres (assumption)."""
_CHINA: Final = (73.0, 3.0, 136.0, 54.0)


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A point known on the plan (x, y in its units) and on the earth (degrees, WGS-84)."""

    x: float
    y: float
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A similarity from the plan to degrees. scale: metres a unit; turn: degrees anticlockwise; residuals: metres a point.

    With two points the residuals are nought by construction and prove nothing; three or more check each other.
    """

    scale: float
    turn: float
    residuals: tuple[float, ...]
    a: float
    b: float
    plan: tuple[float, float]
    metres: tuple[float, float]
    origin: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the coordinates of a file are. meridian: central meridian of a CGCS2000 zone in degrees; swapped: northing first."""

    kind: Kind
    meridian: int | None = None
    swapped: bool = False
    points: tuple[ControlPoint, ...] = ()


def guess_frame(drawing: Drawing, centre: tuple[float, float] | None) -> Frame | None:
    """The frame that the numbers themselves tell, or None; centre: (lon, lat) of the area, which chooses between zones."""
    box = drawing.box()
    if box is None:
        return None
    west, south, east, north = box
    if _in_china((west, south)) and _in_china((east, north)):
        return Frame("gcj02" if "gcj" in drawing.said.lower() else "wgs84")
    for swapped, (x, y) in ((False, (west, south)), (True, (south, west))):
        if not 1_800_000 < y < 6_100_000:
            continue
        zone = int(x // 1_000_000)
        if 25 <= zone <= 45:
            return Frame("cgcs2000", zone * 3, swapped)
        if 13 <= zone <= 23:
            return Frame("cgcs2000", zone * 6 - 3, swapped)
        if 100_000 < x < 900_000 and centre is not None:
            return Frame("cgcs2000", round(centre[0] / 3) * 3, swapped)
    return None


def to_degrees(frame: Frame, points: Array) -> Array:
    """Points (n, 2) of the file as longitude, latitude (n, 2) in WGS-84.

    Raises outlines.out_of_range, outlines.number_broken, outlines.points_few, outlines.points_same, outlines.fit_poor,
    outlines.scale_odd.
    """
    if not len(points):
        return points
    given = points[:, ::-1] if frame.swapped else points
    match frame.kind:
        case "wgs84":
            found = given
        case "gcj02":
            found = np.array([gcj02_to_wgs84(float(x), float(y)) for x, y in given])
        case "cgcs2000":
            found = _from_zone(given, frame.meridian)
        case "points":
            found = apply_fit(fit_points(frame.points), given)
    bad = ~np.isfinite(found).all(axis=1) | ~np.array([_in_china((x, y)) for x, y in found])
    if bad.any():
        x, y = (round(float(v), 3) for v in points[int(np.flatnonzero(bad)[0])])
        raise LianfangError("outlines.out_of_range", x=x, y=y)
    return np.round(found, 7)


def _from_zone(points: Array, meridian: int | None) -> Array:
    if meridian is None or meridian % 3 or not 75 <= meridian <= 135:
        raise LianfangError("outlines.number_broken", text=str(meridian or ""))
    east = points[:, 0] % 1_000_000 if float(np.median(points[:, 0])) > 1_000_000 else points[:, 0]
    longitude, latitude = _zone(meridian).transform(east, points[:, 1])
    return np.column_stack([longitude, latitude])


@lru_cache(maxsize=16)
def _zone(meridian: int) -> Any:
    """Gauss-Krüger on the CGCS2000 ellipsoid (EPSG:4490), false easting 500 km, no zone number in front."""
    plane = (
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k=1 +x_0=500000 +y_0=0 +a=6378137 +rf=298.257222101 +units=m +no_defs"
    )
    ground = "+proj=longlat +a=6378137 +rf=298.257222101 +no_defs"
    return Transformer.from_crs(plane, ground, always_xy=True)


def fit_points(points: Sequence[ControlPoint]) -> Fit:
    """The least-squares similarity through 2 to 4 control points.

    Raises outlines.points_few, outlines.points_same, outlines.fit_poor, outlines.scale_odd, outlines.out_of_range.
    """
    if not 2 <= len(points) <= 4:
        raise LianfangError("outlines.points_few")
    for one in points:
        if not _in_china((one.longitude, one.latitude)):
            raise LianfangError("outlines.out_of_range", x=one.longitude, y=one.latitude)
    origin = (float(np.mean([one.longitude for one in points])), float(np.mean([one.latitude for one in points])))
    plan = np.array([[one.x, one.y] for one in points], dtype=float)
    ground = _metres(np.array([[one.longitude, one.latitude] for one in points], dtype=float), origin)
    middle, centre = plan.mean(axis=0), ground.mean(axis=0)
    u, v = plan - middle, ground - centre
    spread = float((u**2).sum())
    if spread <= 0 or min(hypot(*(v[i] - v[j])) for i in range(len(v)) for j in range(i)) < APART_M:
        raise LianfangError("outlines.points_same")
    a = float((u * v).sum()) / spread
    b = float((u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum()) / spread
    scale = hypot(a, b)
    left = v - np.column_stack([a * u[:, 0] - b * u[:, 1], b * u[:, 0] + a * u[:, 1]])
    residuals = tuple(round(float(hypot(*one)), 2) for one in left)
    if not SCALES_M[0] <= scale <= SCALES_M[1]:
        raise LianfangError("outlines.scale_odd", metres=f"{scale:.6g}")
    if max(residuals) > MOST_RESIDUAL_M:
        raise LianfangError("outlines.fit_poor", metres=max(residuals), limit=MOST_RESIDUAL_M)
    turn = float(np.degrees(np.arctan2(b, a)))
    return Fit(scale, turn, residuals, a, b, (middle[0], middle[1]), (centre[0], centre[1]), origin)


def apply_fit(fit: Fit, points: Array) -> Array:
    """Points (n, 2) of the plan as degrees (n, 2)."""
    u = points - np.array(fit.plan)
    metres = np.column_stack([fit.a * u[:, 0] - fit.b * u[:, 1], fit.b * u[:, 0] + fit.a * u[:, 1]]) + np.array(
        fit.metres
    )
    return np.column_stack([
        fit.origin[0] + metres[:, 0] / (METRES_PER_DEGREE * cos(radians(fit.origin[1]))), fit.origin[1] + metres[:, 1] / METRES_PER_DEGREE
    ])  # fmt: skip


def _metres(degrees: Array, origin: tuple[float, float]) -> Array:
    east = (degrees[:, 0] - origin[0]) * METRES_PER_DEGREE * cos(radians(origin[1]))
    return np.column_stack([east, (degrees[:, 1] - origin[1]) * METRES_PER_DEGREE])


def _in_china(point: tuple[float, float]) -> bool:
    west, south, east, north = _CHINA
    return west <= point[0] <= east and south <= point[1] <= north
