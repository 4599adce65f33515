"""Outlines of areas from a GeoJSON file, kept in satellite coordinates whatever system the file was drawn in."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.db import connections, transaction

from lianfang.kernel.divisions import normalise_code, path_of
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.geo import gcj02_to_wgs84

Coordinates = Literal["wgs84", "gcj02"]
_CODE_NAMES = ("adcode", "code", "区划代码", "行政区划代码")
_DEPTH = {"Polygon": 1, "MultiPolygon": 2}
"""How many lists of lists stand above a ring of points."""

define(
    "areas.boundary_unreadable",
    status=422,
    zh="边界文件不对：{reason}。需要GeoJSON要素集合，每个要素带区划代码（adcode或code）。",
    en="The boundary file is not right: {reason}. A GeoJSON feature collection is needed, each feature with adcode or code.",
)
define(
    "areas.coordinates_unstated",
    status=422,
    zh="请说明边界文件的坐标系：wgs84（卫星坐标）或gcj02（高德、腾讯等国内地图）。",
    en="State the coordinate system of the boundary file: wgs84 (satellite) or gcj02 (Chinese base maps).",
)


def read_boundaries(raw: bytes, *, coordinates: Coordinates | None) -> list[tuple[str, dict[str, Any]]]:
    """(path, geometry in WGS-84) of every feature; raises areas.boundary_unreadable, areas.coordinates_unstated."""
    if coordinates not in ("wgs84", "gcj02"):
        raise LianfangError("areas.coordinates_unstated")
    try:
        features = json.loads(raw.decode("utf-8-sig"))["features"]
    except (ValueError, KeyError, TypeError):
        raise LianfangError("areas.boundary_unreadable", reason="no GeoJSON FeatureCollection") from None
    found = []
    for number, feature in enumerate(features, start=1):
        try:
            properties, geometry = feature["properties"], feature["geometry"]
            word = next(str(properties[name]) for name in _CODE_NAMES if properties.get(name))
            path = path_of(normalise_code(word))
            points = _convert(geometry["coordinates"], _DEPTH[geometry["type"]], coordinates)
        except (KeyError, TypeError, ValueError, IndexError, StopIteration, LianfangError) as error:
            reason = f"feature {number}: {error or 'no code'}"
            raise LianfangError("areas.boundary_unreadable", reason=reason[:120]) from None
        found.append((path, {"type": geometry["type"], "coordinates": points}))
    return found


def _convert(part: Any, depth: int, coordinates: Coordinates) -> Any:
    if depth:
        return [_convert(inner, depth - 1, coordinates) for inner in part]
    ring = []
    for point in part:
        longitude, latitude = float(point[0]), float(point[1])
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError(f"{longitude}, {latitude} are no degrees")
        if coordinates == "gcj02":
            longitude, latitude = gcj02_to_wgs84(longitude, latitude)
        ring.append([round(longitude, 6), round(latitude, 6)])
    return ring


def load_boundaries(raw: bytes, *, coordinates: Coordinates | None, source: str) -> tuple[int, list[str]]:
    """Write the outlines of areas that are in the division list, as the owner; returns how many, and the paths that the
    list does not have. Raises areas.boundary_unreadable, areas.coordinates_unstated."""
    outlines = dict(read_boundaries(raw, coordinates=coordinates))
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("select path from areas_area where path = any(%s)", [list(outlines)])
        known = {row[0] for row in cursor.fetchall()}
        for path in sorted(known):
            cursor.execute(
                "insert into areas_boundary (path, geometry, given_as, source) values (%s, %s, %s, %s) on conflict (path) "
                "do update set geometry = excluded.geometry, given_as = excluded.given_as, source = excluded.source",
                [path, json.dumps(outlines[path]), coordinates, source],
            )
    return len(known), sorted(outlines.keys() - known)
