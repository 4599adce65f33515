"""Tags that show a choropleth: as SVG, as a map with controls and legend, and as the table of the same figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.template import Library
from django.utils import timezone
from django.utils.translation import gettext

from lianfang.web import area_maps, maps
from lianfang.web.templatetags.lf_lists import query_with

if TYPE_CHECKING:
    from lianfang.base.access.places import Place
    from lianfang.web.progress import Known

COMPONENTS = "lianfang/components/"
LAYER = "layer"
"""What an address calls the layer of a map."""


def svg_map(choropleth: maps.Choropleth, layer: int = 0) -> dict[str, Any]:
    """Draw a choropleth as SVG."""
    title = gettext("%(title)s: map; the same figures are in the table") % {"title": choropleth.title}
    return {"drawing": maps.svg_choropleth(choropleth, layer), "key": choropleth.key, "title": title}


def map_figure(context: Mapping[str, Any], choropleth: maps.Choropleth) -> dict[str, Any]:
    """Show a choropleth with layer switch, go-to box, legend; drawn as SVG until map.js replaces it by MapLibre.

    Where an area has no outline, all are shown as `area_map` shows them; the page places the table beside it.
    """
    if not all(feature["geometry"] for feature in choropleth.geojson["features"]):
        layer = area_maps.choose(choropleth.layers, context["request"].GET.get(LAYER, ""))
        return area_map(context, area_maps.AreaMap(choropleth, layer), table=False) | {"simple": True}
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


def area_map(
    context: Mapping[str, Any], shown: area_maps.AreaMap, *, open_table: bool = False, table: bool = True
) -> dict[str, Any]:
    """Show areas by one layer: outlines where known, tiles where not; the other layers are links, the rows a table."""
    given, rows = shown.choropleth, area_maps.rows(shown)
    one = replace(given, layers=[shown.layer])
    drawing = maps.svg_choropleth(one)
    drawn = {shape.code for shape in drawing.shapes}
    legend = area_maps.legend(shown, rows)
    return {
        "map": shown, "key": given.key, "rows": rows, "drawing": drawing, "tiles": [row for row in rows if row.code not in drawn],
        "tabs": area_maps.tabs(shown, lambda key: query_with(context.get("request"), **{LAYER: key}) + f"#{given.key}"),
        "legend": legend, "patterns": [line for line in legend if line.style != "unknown"] + [area_maps.unknown()],
        "any": any(row.style != "unknown" for row in rows), "says": shown.says.get(shown.layer.key, ""),
        "facts": shown.facts.get(shown.layer.key, []), "data": maps.spoken_data(one), "data_id": f"{given.key}-data",
        "no_data": gettext("No data"), "open": open_table, "table": table,
        "title": gettext("%(title)s: map; the same figures are in the table") % {"title": given.title},
    }  # fmt: skip


def progress_map(
    context: Mapping[str, Any],
    place: Place | None,
    wanted: str,
    *,
    open_table: bool = False,
    known: Known | None = None,
    about: Any = None,
) -> dict[str, Any]:
    """Show the progress of the areas below a place; `wanted`: the layer that this page opens with (coverage, late, posts,
    placed, paired, needs), unless the address asks for another one. Without a place it is the reader's own; `about` is
    the round that the page is about, without it the round that is open."""
    from lianfang.base.access.places import place_of  # the shell by itself, without engines, has no figures
    from lianfang.web import progress

    request = context["request"]
    asked = request.GET.get(LAYER, "")
    if not request.actor.lists:
        return {}
    place = place or place_of(request.actor, request.actor.area_code)
    known = known or (progress.read_known(place, about) if about is not None else None)
    shown = progress.progress_of(request.actor, place, key="progress", asked=asked, wanted=wanted.split(), known=known)
    if shown is None:
        return {}
    return {**area_map(context, shown, open_table=open_table), "now_at": timezone.now()}


def choropleth(given: Mapping[str, Any]) -> maps.Choropleth:
    """A choropleth from plain values, for apps below the shell: key, title, parent (code), children (code and name), outlines by
    code or None, layers (key, label, steps, values by code), links, source."""
    geojson = maps.placed(given["children"], given.get("outlines") or {})
    layers = [
        maps.Layer(
            layer["key"], layer["label"], [_step(step) for step in layer["steps"]],
            {code: maps.Value(**value) for code, value in layer["values"].items()},
        )
        for layer in given["layers"]
    ]  # fmt: skip
    return maps.Choropleth(
        given["key"], given["title"], geojson, layers, given.get("links", {}), given.get("source", "")
    )


def _step(given: Mapping[str, Any]) -> maps.Step:
    """A class with its own word, else the word that its colour has in a coverage."""
    words = {step.style: step.word for step in maps.COVERAGE}
    return maps.Step(given["style"], given["label"], word=given.get("word") or words.get(given["style"], ""))


def add_to(register: Library) -> None:
    """Register these tags under the names that templates use."""
    register.filter("choropleth", choropleth)
    register.inclusion_tag(COMPONENTS + "svg_map.html")(svg_map)
    register.inclusion_tag(COMPONENTS + "map.html", name="map", takes_context=True)(map_figure)
    register.inclusion_tag(COMPONENTS + "map_table.html")(map_table)
    register.inclusion_tag(COMPONENTS + "area_map.html", takes_context=True)(area_map)
    register.inclusion_tag(COMPONENTS + "progress_map.html", takes_context=True)(progress_map)
