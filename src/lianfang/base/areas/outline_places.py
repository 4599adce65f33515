"""Which community an outline lies in: as the file says, or by the borders of communities that are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry import shape as shape_of

from lianfang.base.areas.selectors import boundaries, subtree
from lianfang.kernel.divisions import short_name

At = tuple[float, float]


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
