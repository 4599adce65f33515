"""GeoJSON (RFC 7946) as a drawing: polygons with names, lines that nobody crosses; other features are counted, not hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, Final

from lianfang.exchange.outlines.drawing import Drawing, LeftOut, Limits, Point, Ring, Stroke, Text
from lianfang.kernel.errors import LianfangError

_NAMES: Final = (
    "name",
    "NAME",
    "Name",
    "building_name",
    "楼栋",
    "楼名",
    "名称",
    "楼号",
    "楼栋名称",
    "addr:housenumber",
)
_COMPOUNDS: Final = ("compound", "小区", "小区名称", "院落", "estate")
_COMMUNITIES: Final = ("community", "社区", "村", "村社区", "居委会", "community_code", "社区代码")
_CODES: Final = ("code", "building_code", "path", "楼栋编号", "楼栋代码", "编号")
_FLOORS: Final = ("floors", "building:levels", "层数", "楼层", "levels")
_HOUSEHOLDS: Final = ("households", "户数", "building:flats", "flats")
_LAYERS: Final = ("layer", "Layer", "LAYER", "图层")
_KINDS: Final = ("kind", "role", "类型", "type")


def read_geojson(raw: bytes, limits: Limits) -> Drawing:
    """Everything a feature collection holds; raises outlines.damaged, outlines.too_much."""
    try:
        whole = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
        features = whole["features"] if whole.get("type") == "FeatureCollection" else [whole]
        said = _crs(whole)
    except UnicodeDecodeError:
        raise LianfangError("outlines.damaged", detail="UTF-8") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LianfangError("outlines.damaged", detail="GeoJSON") from None
    if not isinstance(features, list):
        raise LianfangError("outlines.damaged", detail="GeoJSON features")
    drawing = Drawing("geojson", "utf-8", [], [], [], [], {}, degrees=True, said=said)
    vertices = 0
    for number, feature in enumerate(features, start=1):
        vertices += _take(drawing, feature, number, limits)
        if vertices > limits.vertices:
            raise LianfangError("outlines.too_much", what="点/points", limit=limits.vertices)
        if number > limits.parts:
            raise LianfangError("outlines.too_much", what="要素/features", limit=limits.parts)
    drawing.degrees = all(abs(x) <= 180 and abs(y) <= 90 for one in drawing.rings for x, y in one.points)
    return drawing


def _take(drawing: Drawing, feature: Any, number: int, limits: Limits) -> int:
    """Put one feature where it belongs; returns how many points it has."""
    properties = feature.get("properties") or {} if isinstance(feature, dict) else {}
    properties = properties if isinstance(properties, dict) else {}
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    layer, count = _word(properties, _LAYERS) or _layer_of(properties), 0
    ref = str(number)
    for kind, coordinates in _parts(geometry):
        try:
            if kind == "Polygon":
                rings = [_points(ring) for ring in coordinates]
                count += sum(len(ring) for ring in rings)
                drawing.rings.append(_ring(layer, ref, rings, properties))
                if any(len(ring) > limits.ring_vertices for ring in rings):
                    drawing.rings.pop()
                    drawing.left_out.append(LeftOut("outlines.too_many_points", layer, ref))
            elif kind == "LineString":
                points = _points(coordinates)
                count += len(points)
                drawing.strokes.append(Stroke(layer, ref, points, _word(properties, _NAMES), _kind(properties)))
            elif kind == "Point":
                x, y = _points([coordinates])[0]
                drawing.texts.append(Text(layer, x, y, _word(properties, _NAMES)))
            else:
                drawing.left_out.append(LeftOut("outlines.not_a_polygon", layer, ref))
        except (TypeError, ValueError, IndexError):
            drawing.left_out.append(LeftOut("outlines.bad_number", layer, ref))
    return count


def _parts(geometry: Any) -> Iterator[tuple[str, Any]]:
    """Single geometries of a geometry; what is no geometry at all comes out as one that is left out."""
    if not isinstance(geometry, dict):
        yield "", None
        return
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind in ("MultiPolygon", "MultiLineString") and isinstance(coordinates, list):
        for part in coordinates:
            yield str(kind).removeprefix("Multi"), part
    else:
        yield str(kind), coordinates


def _ring(layer: str, ref: str, rings: list[list[Point]], properties: Mapping[str, Any]) -> Ring:
    return Ring(
        layer, ref, rings[0], rings[1:], _word(properties, _NAMES), _word(properties, _COMPOUNDS),
        _word(properties, _COMMUNITIES), _word(properties, _CODES), _count(properties, _FLOORS),
        _count(properties, _HOUSEHOLDS), _kind(properties),
    )  # fmt: skip


def _points(values: Any) -> list[Point]:
    points = [(float(one[0]), float(one[1])) for one in values]
    if not all(isfinite(x) and isfinite(y) for x, y in points):
        raise ValueError("not finite")
    return points


def _word(properties: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = properties.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()[:80]
    return ""


def _count(properties: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    word = _word(properties, names)
    return int(word) if word.isascii() and word.isdigit() and len(word) < 5 else None


def _kind(properties: Mapping[str, Any]) -> str:
    return _word(properties, _KINDS)


def _layer_of(properties: Mapping[str, Any]) -> str:
    """A layer for features without one: what OpenStreetMap's own keys say."""
    for key, layer in (
        ("building", "building"), ("barrier", "wall"), ("waterway", "river"), ("highway", "road"), ("railway", "road"),
    ):  # fmt: skip
        if properties.get(key):
            return layer
    return "0"


def _crs(whole: Any) -> str:
    """The coordinate system that an older GeoJSON names ('' if none)."""
    crs = whole.get("crs")
    name = (crs.get("properties") or {}).get("name", "") if isinstance(crs, dict) else ""
    return str(name)[:80]


def _no_number(word: str) -> float:
    raise ValueError(word)
