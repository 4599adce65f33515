"""Outlines and barriers corrected by hand: one line or one house at a time, within the entered scope."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import cos, radians
from typing import Final

import shapely
from django.db import connection, transaction

from lianfang.base.areas import outline_problems  # noqa: F401 - its sentences
from lianfang.base.areas.outlines import add_barrier, drop_barrier
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.geo import METRES_PER_DEGREE

define(
    "areas.ring_wrong",
    status=422,
    zh="楼栋轮廓有误：至少三个点，边不能交叉，长宽不超过{most}米。请改正后再保存。",
    en="The outline is not right: at least three points, sides that do not cross, no more than {most} m across. Correct it, then save.",
)
MOST_POINTS: Final = 200
MOST_METRES: Final = 1_000
"""No building is longer: an assumption, ten times a long block of flats."""
Points = Sequence[tuple[float, float]]


def change_barrier(*, path: str, number: int, kind: str, points: Points, name: str = "") -> int:
    """Draw a line of a community anew in one step; returns its new number. Raises areas.barrier_wrong, access.not_found."""
    with transaction.atomic():
        if not drop_barrier(path=path, number=number):
            raise LianfangError("access.not_found")
        return add_barrier(path=path, kind=kind, points=points, name=name)


def draw_outline(*, building: str, points: Points) -> float:
    """The outline of a building as a person drew it, corner by corner (degrees, open ring); returns its square metres.

    Holes of an earlier outline are gone. Raises areas.ring_wrong, access.not_found.
    """
    area = _area(points)
    ring = [[round(x, 7), round(y, 7)] for x, y in [*points, points[0]]]
    at = shapely.point_on_surface(shapely.Polygon(ring))
    shape = json.dumps({"type": "Polygon", "coordinates": [ring]})
    with connection.cursor() as cursor:
        cursor.execute("select 1 from areas_building where path = %s", [building])
        if cursor.fetchone() is None:
            raise LianfangError("access.not_found")
        cursor.execute(
            "insert into areas_outline (path, geometry, area_m2, longitude, latitude) values (%s, %s, %s, %s, %s) "
            "on conflict (path) do update set geometry = excluded.geometry, area_m2 = excluded.area_m2, "
            "longitude = excluded.longitude, latitude = excluded.latitude, file_id = null",
            [building, shape, area, round(at.x, 7), round(at.y, 7)],
        )
    return area


def _area(points: Points) -> float:
    inside = all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in points)
    if not 3 <= len(points) <= MOST_POINTS or not inside:
        raise LianfangError("areas.ring_wrong", most=MOST_METRES)
    stretch = cos(radians(points[0][1]))
    plane = shapely.Polygon([(x * METRES_PER_DEGREE * stretch, y * METRES_PER_DEGREE) for x, y in points])
    west, south, east, north = plane.bounds
    if not plane.is_valid or plane.area <= 0 or max(east - west, north - south) > MOST_METRES:
        raise LianfangError("areas.ring_wrong", most=MOST_METRES)
    return round(float(plane.area), 1)


__all__ = ["change_barrier", "draw_outline"]
