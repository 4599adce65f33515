"""Who is whose neighbour: from outlines with walls, rivers and main roads between them, else from the order of numbers.

Points are set along every outline and triangulated (Delaunay); two buildings are neighbours when some edge of the
triangulation joins them without crossing a barrier. The border of a pair weighs what the two face each other, the nearer the
more. Pairs far apart count only where a part of the community would hang loose without them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay, QhullError

from lianfang.kernel.geo import EARTH_RADIUS_M

METRES: Final = EARTH_RADIUS_M * radians(1)
POINT_EVERY_M: Final = 15.0
"""Distance of the points along an outline (assumption: about the depth of a house)."""
POINTS_AN_OUTLINE: Final = 40
NEAR_M: Final = 150.0
"""Farther buildings are neighbours only where nothing else joins their parts (assumption: two minutes on foot)."""
FACING_M: Final = 20.0
"""Distance at which facing each other counts half (assumption: the usual gap between two blocks)."""
Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Site:
    """A building to be put into a grid: path, name, compound, its shape in degrees if an outline is known."""

    path: str
    name: str
    compound: str
    shape: Any = None


@dataclass
class Ground:
    """xy[n, 2] in metres; pairs (a, b, length of the common border); crossed: pairs a barrier parts, as (metres, a, b)."""

    xy: Float
    pairs: dict[tuple[int, int], float] = field(default_factory=dict)
    crossed: dict[tuple[int, int], float] = field(default_factory=dict)


def ground_of(sites: Sequence[Site], barriers: Sequence[Any]) -> Ground:
    """Neighbours among the buildings of one community; barriers: lines in degrees."""
    drawn = [n for n, site in enumerate(sites) if site.shape is not None]
    if len(drawn) >= 2:
        ground = _from_outlines(sites, drawn, barriers)
    else:
        ground = Ground(schematic(sites))
        drawn = []
    if len(drawn) < len(sites):
        _by_number(sites, set(drawn), ground)
    return ground


def schematic(sites: Sequence[Site]) -> Float:
    """Places for buildings nobody has drawn: a row of ten a line, compound by compound, in the order of numbers (metres)."""
    xy = np.zeros((len(sites), 2))
    line, last, column = -1, None, 0
    for n in in_order(sites):
        if sites[n].compound != last or column == 10:
            line, column = line + (2 if last is not None and sites[n].compound != last else 1), 0
        xy[n] = (column * 45.0, -line * 35.0)
        last, column = sites[n].compound, column + 1
    return xy


def in_order(sites: Sequence[Site]) -> list[int]:
    """Numbers of buildings by compound and by what their name counts: 2号楼 before 10号楼."""
    return sorted(range(len(sites)), key=lambda n: (sites[n].compound, *_natural(sites[n].name), sites[n].path))


def _natural(name: str) -> tuple[int, str]:
    digits = re.search(r"\d+", name)
    return (int(digits.group()) if digits else 10**6, name)


def _from_outlines(sites: Sequence[Site], drawn: list[int], barriers: Sequence[Any]) -> Ground:
    middle = shapely.MultiPoint([shapely.centroid(sites[n].shape) for n in drawn]).centroid
    scale = np.array([METRES * cos(radians(middle.y)), METRES])
    origin = np.array([middle.x, middle.y])
    shapes = [shapely.transform(sites[n].shape, lambda p: (p - origin) * scale) for n in drawn]
    lines = [shapely.transform(line, lambda p: (p - origin) * scale) for line in barriers]
    xy = np.zeros((len(sites), 2))
    xy[drawn] = [shapely.get_coordinates(shapely.centroid(shape))[0] for shape in shapes]
    points, owner = _points(shapes)
    links = _links(points, owner)
    far = np.hypot(*(points[links[:, 0]] - points[links[:, 1]]).T)
    shut = _crossing(points, links, lines)
    ground = Ground(xy)
    order = np.argsort(far, kind="stable")
    loose: list[tuple[float, int, int]] = []
    for k in order.tolist():
        a, b = sorted((drawn[owner[links[k, 0]]], drawn[owner[links[k, 1]]]))
        if shut[k]:
            ground.crossed.setdefault((a, b), float(far[k]))
        elif far[k] <= NEAR_M or (a, b) in ground.pairs:
            ground.pairs[a, b] = ground.pairs.get((a, b), 0.0) + 1 / (1 + float(far[k]) / FACING_M)
        else:
            loose.append((float(far[k]), a, b))
    _tie(ground, loose, len(sites))
    for pair in ground.pairs:
        ground.crossed.pop(pair, None)
    return ground


def _points(shapes: Sequence[Any]) -> tuple[Float, Int]:
    """Points along outlines and the outline of each; the same place twice is moved by a hair, as qhull wants."""
    parts, owner = [], []
    for n, shape in enumerate(shapes):
        ring = shapely.get_coordinates(shapely.segmentize(shape.exterior, POINT_EVERY_M))[:-1]
        step = max(1, len(ring) // POINTS_AN_OUTLINE)
        parts.append(ring[::step])
        owner += [n] * len(parts[-1])
    points = np.vstack(parts)
    return points + np.random.default_rng(0).uniform(-1e-4, 1e-4, points.shape), np.array(owner)


def _links(points: Float, owner: Int) -> Int:
    """Edges (k, 2) of the triangulation that join two different outlines."""
    try:
        corners = Delaunay(points).simplices
    except QhullError:
        return np.zeros((0, 2), dtype=np.int64)
    edges = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]).astype(np.int64)
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    return edges[owner[edges[:, 0]] != owner[edges[:, 1]]]


def _crossing(points: Float, links: Int, lines: Sequence[Any]) -> NDArray[np.bool_]:
    """Which edges cross a barrier; one that only touches it (a wall built onto a house) does not."""
    shut = np.zeros(len(links), dtype=bool)
    if lines and len(links):
        found = shapely.STRtree(lines).query(shapely.linestrings(points[links]), predicate="crosses")
        shut[found[0]] = True
    return shut


def _tie(ground: Ground, loose: Sequence[tuple[float, int, int]], count: int) -> None:
    """Take far pairs, nearest first, where they join parts that nothing else joins."""
    label = components(count, ground.pairs)
    for far, a, b in loose:
        if label[a] != label[b]:
            ground.pairs[a, b] = 1 / (1 + far / FACING_M)
            label[label == label[b]] = label[a]


def _by_number(sites: Sequence[Site], drawn: set[int], ground: Ground) -> None:
    """Join buildings without outline to the one before and the one after them in the order of numbers."""
    order = in_order(sites)
    for before, after in pairwise(order):
        if before in drawn and after in drawn:
            continue
        pair = (min(before, after), max(before, after))
        ground.pairs.setdefault(pair, 0.5 if sites[before].compound == sites[after].compound else 0.1)
    if drawn:
        for k, n in enumerate(order):
            if n not in drawn:
                near = next((m for m in [*order[:k][::-1], *order[k:]] if m in drawn), order[0])
                ground.xy[n] = ground.xy[near] + (18.0, -14.0)


def components(count: int, pairs: Mapping[tuple[int, int], float] | Sequence[tuple[int, int]]) -> Int:
    """The connected piece of each building."""
    if not pairs:
        return np.arange(count)
    ends = np.array(list(pairs), dtype=np.int64)
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def join_small(ground: Ground, weight: Float, least: float) -> list[tuple[int, int]]:
    """Open the nearest crossing of pieces that weigh less than `least`, the lightest first; returns the pairs opened."""
    opened: list[tuple[int, int]] = []
    ways = sorted((far, a, b) for (a, b), far in ground.crossed.items())
    while True:
        label = components(len(weight), ground.pairs)
        load = np.bincount(label, weight)
        out: dict[int, tuple[int, int]] = {}
        for _far, a, b in ways:
            if label[a] != label[b]:
                out.setdefault(int(label[a]), (a, b))
                out.setdefault(int(label[b]), (a, b))
        small = [piece for piece in out if load[piece] < least]
        if not small:
            return opened
        pair = out[min(small, key=lambda piece: (load[piece], piece))]
        ground.pairs[pair] = 0.05
        opened.append(pair)
