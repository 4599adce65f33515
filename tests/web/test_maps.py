"""Outlines of the gallery and choropleths: whole, even, connected, the same every time, and honest about missing data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianfang.web import cells, maps
from lianfang.web.gallery_outlines import schematic


def children(count: int) -> list[dict[str, str]]:
    """Return areas with codes in official order."""
    return [{"code": f"4116211{index:05d}", "name": f"村{index}"} for index in range(count)]


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 40), st.text("0123456789", min_size=1, max_size=12))
def test_cells_cover_the_outline_once(count: int, code: str) -> None:
    ring = cells.outline(code)
    parts = cells.divide(ring, count)
    assert len(parts) == count
    assert all(cells.area(part) > 0 for part in parts)
    assert sum(cells.area(part) for part in parts) == pytest.approx(cells.area(ring), rel=1e-9)


@pytest.mark.parametrize("count", [16, 60, 411])
def test_cells_are_even_and_apart(count: int) -> None:
    parts = cells.divide(cells.outline("411621000000"), count)
    sizes = np.array([cells.area(part) for part in parts])
    assert sizes.max() / sizes.min() < 3
    middles = np.array([cells.centroid(part) for part in parts])
    for index, part in enumerate(parts):
        assert cells.contains(part, middles).nonzero()[0].tolist() == [index]


def test_outlines_are_convex_and_differ_by_code() -> None:
    for code in ("411621000000", "130900000000", ""):
        ring = cells.outline(code)
        edges = np.roll(ring, -1, axis=0) - ring
        turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
        assert (turns > 0).all()
    assert not np.allclose(cells.outline("411621000000"), cells.outline("130900000000"))


def test_the_same_areas_give_the_same_map() -> None:
    first, second = (schematic(children(16), parent="411621000000") for _ in range(2))
    assert first == second
    assert [feature["properties"]["code"] for feature in first["features"]] == [c["code"] for c in children(16)]


def test_the_first_area_lies_in_the_middle() -> None:
    geojson = schematic(children(16), parent="411621000000")
    rings = [maps.polygons(feature)[0][0] for feature in geojson["features"]]
    middles = [cells.centroid(np.array(ring[:-1])) for ring in rings]
    distances = [math.hypot(*middle) for middle in middles]
    assert distances.index(min(distances)) == 0


def test_no_children_give_an_empty_map_that_still_draws() -> None:
    empty = maps.Choropleth("m", "t", maps.placed([], {}), [maps.Layer("a", "a", maps.COVERAGE, {})])
    assert maps.svg_choropleth(empty).shapes == []
    assert maps.table_rows(empty) == []


def square(x: float, y: float, size: float = 1) -> list[list[float]]:
    """Return a closed square ring."""
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


def choropleth(values: dict[str, maps.Value]) -> maps.Choropleth:
    """Return a map of one polygon, one multipolygon with an island, and a bent one."""
    bent = [[4, 0], [7, 0], [7, 3], [6.8, 3], [6.8, 0.2], [4, 0.2], [4, 0]]
    geometries = [
        {"type": "Polygon", "coordinates": [square(0, 0)]},
        {"type": "MultiPolygon", "coordinates": [[square(2, 2, 0.2)], [square(2, 0)]]},
        {"type": "Polygon", "coordinates": [bent]},
    ]
    features = [
        {"type": "Feature", "properties": {"code": code, "name": code}, "geometry": geometry}
        for code, geometry in zip("abc", geometries, strict=True)
    ]
    layer = maps.Layer("coverage", "Coverage", maps.COVERAGE, values)
    return maps.Choropleth("m", "Map", {"type": "FeatureCollection", "features": features}, [layer], {"a": "/a/"})


def test_areas_without_a_value_are_unknown_never_good() -> None:
    shapes = maps.svg_choropleth(choropleth({"a": maps.Value(4, "100%"), "b": maps.Value(None, "")})).shapes
    assert [shape.style for shape in shapes] == ["scale-5", "unknown", "unknown"]
    rows = maps.table_rows(choropleth({"a": maps.Value(4, "100%")}))
    assert [row["cells"][0]["style"] for row in rows] == ["scale-5", "unknown", "unknown"]
    assert [row["href"] for row in rows] == ["/a/", "", ""]


def test_north_is_up_and_labels_lie_inside() -> None:
    drawing = maps.svg_choropleth(choropleth({}), width=700)
    a, b, _ = drawing.shapes
    assert b.path.count("M") == 2
    assert a.y > drawing.height / 2
    assert (b.x - 4) * 7 / 692 == pytest.approx(2.5, abs=0.01)  # the big part carries the label, not the island
    data = maps.client_data(choropleth({}))
    bent = np.array(data["geojson"]["features"][2]["geometry"]["coordinates"][0][:-1])
    assert cells.contains(bent, np.array([data["labels"]["c"]]))[0]


def test_classes_follow_their_bounds() -> None:
    found = [maps.classify(value, maps.COVERAGE) for value in (0, 0.5999, 0.6, 0.95, 0.9999, 1.0, 1.2, None, math.nan)]
    assert found == [0, 0, 1, 3, 3, 4, 4, None, None]


def test_outlines_that_are_no_areas_are_named() -> None:
    broken = choropleth({})
    broken.geojson["features"][1]["geometry"] = {"type": "Point", "coordinates": [0, 0]}
    with pytest.raises(maps.MapError, match="area b is drawn as Point"):
        maps.svg_choropleth(broken)
    broken.geojson["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}
    with pytest.raises(maps.MapError, match="three points"):
        maps.svg_choropleth(broken)
