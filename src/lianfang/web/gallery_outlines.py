"""Outlines of areas that do not exist, for the maps of the gallery: even cells of an outline that its code shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lianfang.web import cells
from lianfang.web.maps import DIGITS, Geo

HALF_WIDTH: Final = 0.4
"""Degrees around 0° N 0° E, where degrees are square."""


def schematic(children: Sequence[Mapping[str, str]], *, parent: str) -> Geo:
    """A GeoJSON FeatureCollection of areas with `code` and `name`, in their order; `parent` is the code that shapes the whole."""
    divided = cells.divide(cells.outline(parent) * HALF_WIDTH, len(children))
    features = [_feature(child["code"], child["name"], cell) for child, cell in zip(children, divided, strict=True)]
    return {"type": "FeatureCollection", "features": features}


def _feature(code: str, name: str, ring: cells.Points) -> Geo:
    points = [[round(float(x), DIGITS), round(float(y), DIGITS)] for x, y in ring]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [[*points, points[0]]]},
    }
