"""Tags that show a choropleth: as SVG, as a map with controls and legend, and as the table of the same figures."""

from __future__ import annotations

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


def add_to(register: Library) -> None:
    """Register these tags under the names that templates use."""
    register.inclusion_tag(COMPONENTS + "svg_map.html")(svg_map)
    register.inclusion_tag(COMPONENTS + "map.html", name="map")(map_figure)
    register.inclusion_tag(COMPONENTS + "map_table.html")(map_table)
