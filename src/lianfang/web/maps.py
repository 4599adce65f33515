"""Maps of areas: choropleths as data for SVG and MapLibre.

Where outlines are known for some areas only, `placed` leaves the others without a geometry: they are shown as tiles.

A choropleth has one set of outlines and one or more layers (coverage, late reports …). Each layer puts each area into a
class; an area without a value is unknown and hatched, never coloured like a good one. The same figures always stand
in a table beside the map.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy

from lianfang.web import cells

Geo = dict[str, Any]
DIGITS = 6
MERCATOR_LIMIT = 85.0


class MapError(ValueError):
    """Outlines that cannot be drawn; the message says which feature and why."""


@dataclass(frozen=True)
class Step:
    """One class of a layer: the style that colours it, its numbers, the bound below which values belong to it, a word."""

    style: str
    label: object
    below: float | None = None
    word: object = ""


COVERAGE = (
    Step("scale-1", "< 60%", 0.6, gettext_lazy("Far off")),
    Step("scale-2", "60–80%", 0.8, gettext_lazy("Much is open")),
    Step("scale-3", "80–95%", 0.95, gettext_lazy("Mostly done")),
    Step("scale-4", "95–99.9%", 1.0, gettext_lazy("Nearly all")),
    Step("scale-5", "100%", None, gettext_lazy("All done")),
)
OPEN = (
    Step("scale-5", "0", 0.0001, gettext_lazy("None open")),
    Step("scale-3", "< 10%", 0.1, gettext_lazy("A few open")),
    Step("scale-2", "10–30%", 0.3, gettext_lazy("Some open")),
    Step("scale-1", "≥ 30%", None, gettext_lazy("Many open")),
)
"""Shares that should be small: late returns, places of shifts with nobody."""
TEXTURES = {
    "scale-1": "M0 0 8 8M0 8 8 0", "scale-2": "M-2 2 2-2M0 8 8 0M6 10 10 6", "scale-3": "M0 4h8", "scale-4": "M3 4h2", "scale-5": "",
    "unknown": "M-2 6 2 10M0 0 8 8M6-2 10 2",
}  # fmt: skip
"""The hatch of each class on a square of 8 × 8, so that a class is told apart without its colour."""


@dataclass(frozen=True)
class Value:
    """What one area shows in one layer: its class, a short text on the map (96%), a long one for table and pointer."""

    step: int | None
    short: str
    long: str = ""
    sort: float | None = None


@dataclass(frozen=True)
class Layer:
    """One way of colouring the areas; `values` is keyed by area code."""

    key: str
    label: object
    steps: Sequence[Step]
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Choropleth:
    """A map ready to be shown; `geojson` features carry `code` and `name`, `links` lead down by code."""

    key: str
    title: object
    geojson: Geo
    layers: Sequence[Layer]
    links: Mapping[str, str] = field(default_factory=dict)
    source: object = ""


def classify(value: float | None, steps: Sequence[Step]) -> int | None:
    """Return the index of the first step whose bound lies above the value; None for no value."""
    if value is None or math.isnan(value):
        return None
    for index, step in enumerate(steps):
        if step.below is None or value < step.below:
            return index
    return len(steps) - 1


def placed(children: Iterable[Any], outlines: Mapping[str, Geo]) -> Geo:
    """Return the areas in their order with their outlines (geometries by code); without one, an area has no geometry."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": _get(child, "code"), "name": _get(child, "name")},
            "geometry": outlines.get(_get(child, "code")),
        }
        for child in children
    ]
    return {"type": "FeatureCollection", "features": features}


def polygons(feature: Geo) -> list[list[list[list[float]]]]:
    """Return the polygons of a feature, each a list of rings of [lon, lat]; raise MapError for other geometry."""
    geometry = feature.get("geometry") or {}
    if geometry.get("type") == "Polygon":
        return [geometry["coordinates"]]
    if geometry.get("type") == "MultiPolygon":
        return list(geometry["coordinates"])
    code = feature.get("properties", {}).get("code", "?")
    raise MapError(f"area {code} is drawn as {geometry.get('type', 'nothing')}, a polygon is needed")


@dataclass(frozen=True)
class Shape:
    """One area of an SVG map: path, place of its label, style class, words, link."""

    code: str
    name: str
    path: str
    x: float
    y: float
    style: str
    short: str
    long: str
    href: str
    room: bool


@dataclass(frozen=True)
class Drawing:
    """An SVG map: its box and its shapes."""

    width: float
    height: float
    shapes: list[Shape]


def svg_choropleth(choropleth: Choropleth, layer: int = 0, width: float = 800) -> Drawing:
    """Lay a choropleth out for SVG (no WebGL, print): Mercator, `width` units wide, labels where there is room."""
    features = [feature for feature in choropleth.geojson["features"] if feature["geometry"]]
    shown = choropleth.layers[layer]
    projected = [[[_project(ring) for ring in polygon] for polygon in polygons(feature)] for feature in features]
    if not projected:
        return Drawing(width, width / 2, [])
    everything = np.vstack([ring for area in projected for polygon in area for ring in polygon])
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = (width - 8) / max(high[0] - low[0], 1e-12)
    height = round(float((high[1] - low[1]) * scale) + 8, 1)
    shapes = []
    for feature, area in zip(features, projected, strict=True):
        placed = [[(ring - low) * scale + 4 for ring in polygon] for polygon in area]
        shapes.append(_shape(feature["properties"], placed, choropleth, shown))
    return Drawing(width, height, shapes)


def client_data(choropleth: Choropleth) -> Geo:
    """Return what map.js needs: outlines, and for each layer its classes and the class and words of each area."""
    return {
        "key": choropleth.key,
        "geojson": choropleth.geojson,
        "links": dict(choropleth.links),
        "labels": {feature["properties"]["code"]: _label(feature) for feature in choropleth.geojson["features"]},
        "layers": [
            {
                "key": layer.key,
                "label": str(layer.label),
                "steps": [{"style": step.style, "label": str(step.label)} for step in layer.steps],
                "values": {
                    code: {"step": value.step, "short": value.short, "long": value.long}
                    for code, value in layer.values.items()
                },
            }
            for layer in choropleth.layers
        ],
    }


def spoken_data(choropleth: Choropleth) -> Geo:
    """Return what map.js needs to tell the figures of a drawing under the pointer: names and words, no outlines."""
    names = [{"properties": feature["properties"]} for feature in choropleth.geojson["features"]]
    return client_data(replace(choropleth, geojson={"features": []})) | {"geojson": {"features": names}}


def table_rows(choropleth: Choropleth) -> list[Geo]:
    """Return the table twin: one row an area in the order of the outlines, with one cell a layer."""
    rows = []
    for feature in choropleth.geojson["features"]:
        code = feature["properties"]["code"]
        found = [(layer, layer.values.get(code)) for layer in choropleth.layers]
        rows.append(
            {
                "code": code,
                "name": feature["properties"]["name"],
                "href": choropleth.links.get(code, ""),
                "cells": [
                    {"label": layer.label, "style": _style(layer, value), "value": value} for layer, value in found
                ],
            }
        )
    return rows


def _label(feature: Geo) -> list[float]:
    rings = [_open_ring(polygon[0]) for polygon in polygons(feature)]
    point = _inside(max(rings, key=lambda ring: abs(cells.area(ring))))
    return [round(part, DIGITS) for part in point]


def _inside(ring: cells.Points) -> tuple[float, float]:
    return _inside_of(ring.tobytes())


@lru_cache(maxsize=4096)
def _inside_of(ring: bytes) -> tuple[float, float]:
    """The label point of an outline; outlines stay the same from one request to the next."""
    x, y = cells.label_point(np.frombuffer(ring, dtype=float).reshape(-1, 2))
    return float(x), float(y)


def _style(layer: Layer, value: Value | None) -> str:
    return "unknown" if value is None or value.step is None else layer.steps[value.step].style


def _shape(properties: Geo, placed: list[list[Any]], choropleth: Choropleth, layer: Layer) -> Shape:
    code, name = properties["code"], properties["name"]
    largest = max((polygon[0] for polygon in placed), key=lambda ring: abs(cells.area(ring)))
    x, y = _inside(largest)
    value = layer.values.get(code)
    span = np.ptp(largest, axis=0)
    return Shape(
        code=code, name=name, x=round(x, 1), y=round(y, 1), style=_style(layer, value),
        path=" ".join(_path(ring) for polygon in placed for ring in polygon),
        short=value.short if value else "", long=value.long if value else "", href=choropleth.links.get(code, ""),
        room=bool(span[0] > 15 * len(name) and span[1] > 40),
    )  # fmt: skip


def _path(ring: Any) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z"


def _project(ring: Sequence[Sequence[float]]) -> Any:
    """Project lon, lat to Mercator with y downward; the closing point is dropped."""
    points = _open_ring(ring)
    latitude = np.radians(np.clip(points[:, 1], -MERCATOR_LIMIT, MERCATOR_LIMIT))
    return np.column_stack([np.radians(points[:, 0]), -np.log(np.tan(np.pi / 4 + latitude / 2))])


def _open_ring(ring: Sequence[Sequence[float]]) -> cells.Points:
    points = np.asarray(ring, dtype=float)[:, :2]
    closed = len(points) > 1 and np.allclose(points[0], points[-1])
    points = points[:-1] if closed else points
    if len(points) < 3:
        raise MapError("an outline needs at least three points")
    return points


def _get(child: Any, key: str) -> str:
    return str(child[key] if isinstance(child, Mapping) else getattr(child, key))
