"""One way to show figures of the areas below a place: outlines where they are known, a tile each where not, and the table.

The layer shown and the others are plain links, so that the whole works without script; hatch, word and numbers stand
beside every colour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from lianfang.web import maps


class Keyed(Protocol):
    """A layer, or what stands for one before it is read."""

    @property
    def key(self) -> str:
        """What an address calls it."""


Offered = TypeVar("Offered", bound=Keyed)


@dataclass(frozen=True)
class Fact:
    """A line below a map: what it tells, the figure in words, and where that comes from."""

    label: object
    text: str
    source: str = ""


@dataclass(frozen=True)
class AreaMap:
    """A choropleth with the layer that is shown. facts: by layer; says: what a layer counts; empty: what would fill it."""

    choropleth: maps.Choropleth
    layer: maps.Layer
    says: dict[str, str] = field(default_factory=dict)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    empty: str = ""


@dataclass(frozen=True)
class LegendLine:
    """One class of the legend with how many areas are in it."""

    style: str
    texture: str
    label: object
    word: object
    count: int


@dataclass(frozen=True)
class Tile:
    """An area that is shown as a tile or a row: its class, its words, its door."""

    code: str
    name: str
    href: str
    style: str
    word: object
    value: maps.Value | None


def choose(layers: Sequence[Offered], *wanted: str) -> Offered:
    """The first layer that is wanted and there, else the first."""
    known = {layer.key: layer for layer in layers}
    return next((known[key] for key in wanted if key in known), layers[0])


def rows(shown: AreaMap) -> list[Tile]:
    """Every area in the official order, as the current layer shows it."""
    layer, links = shown.layer, shown.choropleth.links
    found = []
    for feature in shown.choropleth.geojson["features"]:
        code, name = feature["properties"]["code"], feature["properties"]["name"]
        value = layer.values.get(code)
        step = layer.steps[value.step] if value is not None and value.step is not None else None
        word = (step.word or step.label) if step else ""
        found.append(Tile(code, name, links.get(code, ""), step.style if step else "unknown", word, value))
    return found


def legend(shown: AreaMap, areas: Sequence[Tile]) -> list[LegendLine]:
    """The classes of the current layer, each with its number of areas; no data last, where there is such an area."""
    count = Counter(area.style for area in areas)
    lines = [
        LegendLine(step.style, maps.TEXTURES.get(step.style, ""), step.label, step.word, count[step.style])
        for step in shown.layer.steps
    ]
    return [*lines, unknown(count["unknown"])] if count["unknown"] else lines


def unknown(count: int = 0) -> LegendLine:
    """The class of areas without data."""
    return LegendLine("unknown", maps.TEXTURES["unknown"], "", "", count)


def tabs(shown: AreaMap, href: Callable[[str], str]) -> list[dict[str, object]]:
    """The layers as links; `href` writes the address of a layer by its key."""
    return [
        {"href": href(layer.key), "label": layer.label, "count": None, "current": layer.key == shown.layer.key}
        for layer in shown.choropleth.layers
    ]
