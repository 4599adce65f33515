"""Plans drawn for the tests: real DXF written by ezdxf with CASS layers and GBK texts, and GeoJSON of the same houses."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from ezdxf.filemanagement import new as new_document

from lianfang.kernel.geo import wgs84_to_gcj02

ORIGIN = (114.39, 34.06)
"""Somewhere in Fugou county, WGS-84."""
METRE_EAST, METRE_NORTH = 1 / 92_150, 1 / 111_195
"""Degrees a metre at 34° N."""
House = tuple[float, float, float, float, str]


def houses(columns: int = 4, rows: int = 3, *, step: float = 40.0, first: int = 1) -> list[House]:
    """x, y, width, depth in metres and a name, row by row."""
    return [
        (x * step, y * step, 24.0, 12.0, f"{first + y * columns + x}号楼") for y in range(rows) for x in range(columns)
    ]


def box(house: House) -> list[tuple[float, float]]:
    x, y, width, depth, _ = house
    return [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]


def degrees(x: float, y: float, *, gcj: bool = False) -> tuple[float, float]:
    point = (ORIGIN[0] + x * METRE_EAST, ORIGIN[1] + y * METRE_NORTH)
    return wgs84_to_gcj02(*point) if gcj else point


def feature(house: House, *, gcj: bool = False, **properties: Any) -> dict[str, Any]:
    ring = [list(degrees(x, y, gcj=gcj)) for x, y in [*box(house), box(house)[0]]]
    return {
        "type": "Feature", "properties": {"name": house[4], "layer": "building"} | properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


def line(points: Iterable[tuple[float, float]], layer: str, name: str = "") -> dict[str, Any]:
    return {
        "type": "Feature", "properties": {"layer": layer, "name": name},
        "geometry": {"type": "LineString", "coordinates": [list(degrees(x, y)) for x, y in points]},
    }  # fmt: skip


def collection(features: Iterable[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}, ensure_ascii=False).encode()


def dxf(
    built: Iterable[House], *, version: str = "R2000", page: str = "ANSI_936", encoding: str = "gbk",
    shift: tuple[float, float] = (0.0, 0.0), scale: float = 1.0, extra: Any = None,
) -> bytes:  # fmt: skip
    """A plan as CASS leaves it: houses on JMD, their names and structures on ZJ, a wall, a river, a road."""
    document = new_document(version)
    for layer in ("JMD", "ZJ", "DLSS", "SXSS", "GCD"):
        document.layers.add(layer)
    space = document.modelspace()
    for house in built:
        ring = [(shift[0] + x * scale, shift[1] + y * scale) for x, y in box(house)]
        if version == "R12":
            space.add_polyline2d(ring, close=True, dxfattribs={"layer": "JMD"})
        else:
            space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "JMD"})
        x, y = shift[0] + (house[0] + 4) * scale, shift[1] + (house[1] + 4) * scale
        space.add_text(house[4], dxfattribs={"layer": "ZJ", "insert": (x, y)})
        space.add_text("砼6", dxfattribs={"layer": "ZJ", "insert": (x, y + 4 * scale)})
    if extra is not None:
        extra(document, space)
    stream = io.StringIO()
    document.write(stream)
    text = stream.getvalue()
    if document.dxfversion < "AC1021":
        text = text.replace("ANSI_1252", page)
    else:
        encoding = "utf-8"
    return text.encode(encoding)


def fitted(corners: Iterable[tuple[float, float]], *, slip: float = 0.0) -> Any:
    """A frame by control points at these places of the plan; slip: metres the last one is off to the north."""
    from lianfang.exchange.outlines import ControlPoint, Frame

    points = [ControlPoint(x, y, *degrees(x, y)) for x, y in corners]
    last = points[-1]
    points[-1] = ControlPoint(last.x, last.y, last.longitude, last.latitude + slip * METRE_NORTH)
    return Frame("points", points=tuple(points))
