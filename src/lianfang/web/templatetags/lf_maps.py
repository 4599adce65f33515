"""Tags that show a choropleth: as SVG, as a map with controls and legend, and as the table of the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template import Library
from django.utils.translation import gettext

from lianfang.web import maps

COMPONENTS = "lianfang/components/"


def svg_map(choropleth: maps.Choropleth, layer: int = 0) -> dict[str, Any]:
    """Draw a choropleth as SVG."""
    title = gettext("%(title)s: map; the same figures are in the table") % {"title": choropleth.title}
    return {"drawing": maps.svg_choropleth(choropleth, layer), "key": choropleth.key, "title": title}


def map_figure(choropleth: maps.Choropleth) -> dict[str, Any]:
    """Show a choropleth with layer switch, go-to box, legend; drawn as SVG until map.js replaces it by MapLibre."""
    return {
        "map": choropleth,
        "key": choropleth.key,
        "rows": maps.table_rows(choropleth),
        "data": maps.client_data(choropleth),
        "data_id": f"{choropleth.key}-data",
    }


def map_table(choropleth: maps.Choropleth) -> dict[str, Any]:
    """Show the figures of a choropleth as a sortable table; place it beside the map."""
    rows = maps.table_rows(choropleth)
    return {"map": choropleth, "key": choropleth.key, "rows": rows, "no_data": gettext("No data")}


def choropleth(given: Mapping[str, Any]) -> maps.Choropleth:
    """A choropleth from plain values, for apps below the shell: key, title, parent (code), children (code and name), outlines by
    code or None, layers (key, label, steps, values by code), links, source."""
    outlines = given.get("outlines")
    features = [
        {"type": "Feature", "properties": dict(child), "geometry": outlines[child["code"]]} for child in given["children"]
    ] if outlines else []  # fmt: skip
    geojson = (
        {"type": "FeatureCollection", "features": features}
        if outlines
        else maps.schematic(given["children"], parent=given["parent"])
    )
    layers = [
        maps.Layer(
            layer["key"], layer["label"], [maps.Step(step["style"], step["label"]) for step in layer["steps"]],
            {code: maps.Value(**value) for code, value in layer["values"].items()},
        )
        for layer in given["layers"]
    ]  # fmt: skip
    return maps.Choropleth(
        given["key"], given["title"], geojson, layers, given.get("links", {}), given.get("source", "")
    )


def add_to(register: Library) -> None:
    """Register these tags under the names that templates use."""
    register.filter("choropleth", choropleth)
    register.inclusion_tag(COMPONENTS + "svg_map.html")(svg_map)
    register.inclusion_tag(COMPONENTS + "map.html", name="map")(map_figure)
    register.inclusion_tag(COMPONENTS + "map_table.html")(map_table)
