"""Which community an outline lies in: as the file says, or by the borders of communities that are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import shapely
from shapely.geometry import shape as shape_of

from lianfang.base.areas.selectors import boundaries, subtree
from lianfang.kernel.divisions import short_name

At = tuple[float, float]
NEAR_DEGREES: Final = 0.001
"""Lines this near to the houses of a community concern it: about a hundred metres (assumption)."""


def communities_of(path: str, outlines: Sequence[tuple[str, At]]) -> dict[Any, str]:
    """Path of the community by what the file says (name, code or path) and by the outline's point where it says nothing.

    A name counts when it is unique within the area; what can't be told is not in the answer.
    """
    if len(path) == 12:
        return dict.fromkeys((said for said, _ in outlines if said), path)
    towns = subtree(path, level=5)
    by_name: dict[str, list[str]] = defaultdict(list)
    found: dict[Any, str] = {}
    for one in towns:
        by_name[_key(one.name)].append(one.path)
        found[one.path] = found[one.code] = one.path
    for said in {said for said, _ in outlines}:
        named = by_name.get(_key(said), []) if said else []
        if len(named) == 1:
            found[said] = named[0]
    return found | _by_border(path, [at for said, at in outlines if said not in found])


def lines_near(
    path: str, houses: Sequence[tuple[str, Mapping[str, Any]]], lines: Sequence[Mapping[str, Any]]
) -> list[list[str]]:
    """The communities each line runs through or along, by the houses of a plan: a line is kept once for each of them, so that a
    community sees its own; one that runs past no house stays with the area of the plan."""
    if len(path) == 12 or not lines:
        return [[path] for _ in lines]
    boxes: dict[str, list[float]] = {}
    for town, shape in houses:
        west, south, east, north = shape_of(shape).bounds
        old = boxes.get(town, [west, south, east, north])
        boxes[town] = [min(old[0], west), min(old[1], south), max(old[2], east), max(old[3], north)]
    towns = sorted(town for town in boxes if len(town) == 12)
    if not towns:
        return [[path] for _ in lines]
    tree = shapely.STRtree([shapely.box(*boxes[town]).buffer(NEAR_DEGREES) for town in towns])
    found: list[list[str]] = [[] for _ in lines]
    line, town_at = tree.query([shape_of(one) for one in lines], predicate="intersects")
    for a, b in zip(line.tolist(), town_at.tolist(), strict=True):
        found[a].append(towns[b])
    return [sorted(one) or [path] for one in found]


def _by_border(path: str, points: Sequence[At]) -> dict[Any, str]:
    borders = boundaries(path, level=5)
    if not borders or not points:
        return {}
    names = sorted(borders)
    tree = shapely.STRtree([shape_of(borders[name]) for name in names])
    point, border = tree.query(shapely.points(points), predicate="intersects")
    return {points[a]: names[b] for a, b in zip(point.tolist(), border.tolist(), strict=True)}


def _key(name: str) -> str:
    return short_name("".join(name.split()))
