"""Outlines out as GeoJSON in satellite degrees, for another map program or for sending them back in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def write_geojson(outlines: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> bytes:
    """A feature collection of (geometry, properties), UTF-8; RFC 7946 asks for WGS-84 and names no coordinate system."""
    features = [{"type": "Feature", "geometry": dict(shape), "properties": dict(words)} for shape, words in outlines]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
